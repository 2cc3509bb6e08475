using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>The variant driver's data streams: pieces of any size, ends, misuse, damage, and what is copied ahead.</summary>
public sealed class VariantStreamTests
{
    [Test]
    public void A_state_arrives_whole_in_pieces_of_every_size([Values] bool drainsAtSave) => VariantBench.Run(async world =>
    {
        const int Bytes = 150;
        for (var most = 1; most <= Bytes + StreamRecordHeader.Size + 1; most++)
        {
            var source = await VariantBench.NewAsync(world, drainsAtSave, state: VariantBench.StateOf(Bytes, seed: most));
            var destination = await VariantBench.NewAsync(world, drainsAtSave, state: VariantBench.StateOf(8));
            var read = await VariantBench.ReadAsync((await source.GoAsync(VfioState.StopCopy))!, most);
            var into = await destination.GoAsync(VfioState.Resuming);
            // Written in other pieces than it was read in.
            Assert.That(await VariantBench.WriteAsync(into!, read, (most * 7 % 61) + 1), Is.Zero);
            await destination.GoAsync(VfioState.Running);
            Assert.That(destination.Dialect.State, Is.EqualTo(VariantBench.StateOf(Bytes, seed: most)), $"pieces of {most}");
            Assert.That(destination.Dialect.Runs, Is.True);
        }
    });

    [Test]
    public void The_end_of_a_stopped_device_is_the_end([Values] bool drainsAtSave) => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave);
        var stream = await bench.GoAsync(VfioState.StopCopy);
        var (_, announced) = await bench.Device.GetDataSizeAsync();
        var read = await VariantBench.ReadAsync(stream!);
        Assert.That(announced, Is.GreaterThanOrEqualTo((ulong)read.Length));
        for (var i = 0; i < 10; i++) Assert.That(await stream!.ReadAsync(new byte[100]), Is.Zero);
    });

    [Test]
    public void What_may_not_be_done_with_a_stream_has_its_errno() => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: false);
        var save = (await bench.GoAsync(VfioState.StopCopy))!;
        Assert.That(await save.WriteAsync(new byte[4]), Is.EqualTo(-Errno.Ebadf));
        Assert.That((await save.GetPreCopyInfoAsync()).Result.Errno, Is.EqualTo(Errno.Einval), "not copied ahead");
        await bench.GoAsync(VfioState.Stop);
        Assert.That(await save.ReadAsync(new byte[4]), Is.EqualTo(-Errno.Enodev), "with bytes unread");
        Assert.That((await save.GetPreCopyInfoAsync()).Result.Errno, Is.EqualTo(Errno.Enodev));

        var resume = (await bench.GoAsync(VfioState.Resuming))!;
        Assert.That(await resume.ReadAsync(new byte[4]), Is.EqualTo(-Errno.Ebadf));
        Assert.That((await resume.GetPreCopyInfoAsync()).Result.Errno, Is.EqualTo(Errno.Enotty));
        resume.Dispose();
        Assert.That(await resume.WriteAsync(new byte[4]), Is.EqualTo(-Errno.Ebadf));
        Assert.That(await bench.StateAsync(), Is.EqualTo(VfioState.Resuming), "closing changes no state");
    });

    [Test]
    public void Each_session_gives_the_whole_state_again([Values] bool drainsAtSave) => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave);
        var first = await bench.SaveAsync();
        await bench.GoAsync(VfioState.Stop);
        var half = await bench.GoAsync(VfioState.StopCopy);
        await half!.ReadAsync(new byte[10]);
        await bench.GoAsync(VfioState.Stop);
        Assert.That(await bench.SaveAsync(), Is.EqualTo(first));
        await bench.GoAsync(VfioState.Running);
        Assert.That(bench.Dialect.Runs, Is.True, "a source that was saved goes on");
        Assert.That(bench.Dialect.Misused, Is.Empty);
    });

    [Test]
    public void What_was_loaded_can_be_saved_again_and_a_second_load_replaces_the_first([Values] bool drainsAtSave) => VariantBench.Run(async world =>
    {
        var destination = await VariantBench.NewAsync(world, drainsAtSave, state: VariantBench.StateOf(8));
        for (var seed = 1; seed <= 3; seed++)
        {
            var source = await VariantBench.NewAsync(world, drainsAtSave, state: VariantBench.StateOf(100, seed));
            var saved = await source.SaveAsync();
            Assert.That(await VariantBench.WriteAsync((await destination.GoAsync(VfioState.Resuming))!, saved), Is.Zero);
            Assert.That(await destination.SaveAsync(), Is.EqualTo(saved), "straight from RESUMING to STOP_COPY");
            await destination.GoAsync(VfioState.Running);
            Assert.That(destination.Dialect.State, Is.EqualTo(VariantBench.StateOf(100, seed)));
        }

        Assert.That(destination.Dialect.Misused, Is.Empty);
    });

    [Test]
    public void A_stream_that_is_cut_anywhere_is_refused_and_may_be_completed([Values] bool drainsAtSave) => VariantBench.Run(async world =>
    {
        var source = await VariantBench.NewAsync(world, drainsAtSave, state: VariantBench.StateOf(50));
        var whole = await source.SaveAsync();
        var destination = await VariantBench.NewAsync(world, drainsAtSave, state: VariantBench.StateOf(8));
        for (var bytes = 0; bytes < whole.Length; bytes++)
        {
            var into = await destination.GoAsync(VfioState.Resuming);
            Assert.That(await VariantBench.WriteAsync(into!, whole[..bytes]), Is.Zero);
            foreach (var to in new[] { VfioState.Stop, VfioState.Running })
                Assert.That((await destination.Device.SetStateAsync(to)).Result.Errno, Is.EqualTo(Errno.Einval), $"{bytes} bytes, to {to}");
            Assert.That(await destination.StateAsync(), Is.EqualTo(VfioState.Resuming));
            Assert.That(destination.Dialect.Asked, Has.None.EqualTo("load"));
            await destination.Device.ResetAsync();
        }

        var last = await destination.GoAsync(VfioState.Resuming);
        Assert.That(await VariantBench.WriteAsync(last!, whole[..40]), Is.Zero);
        Assert.That((await destination.Device.SetStateAsync(VfioState.Stop)).Result.IsOk, Is.False);
        Assert.That(await VariantBench.WriteAsync(last!, whole[40..]), Is.Zero);
        await destination.GoAsync(VfioState.Running);
        Assert.That(destination.Dialect.State, Is.EqualTo(VariantBench.StateOf(50)));
    });

    [Test]
    public void A_stream_with_any_bit_flipped_never_reaches_the_device() => VariantBench.Run(async world =>
    {
        var source = await VariantBench.NewAsync(world, drainsAtSave: true, state: VariantBench.StateOf(40));
        var whole = await source.SaveAsync();
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            await AssertRefusedAsync(world, damaged, $"bit {bit}");
        }
    });

    [Test]
    public void A_stream_that_is_not_this_devices_is_refused() => VariantBench.Run(async world =>
    {
        var whole = await (await VariantBench.NewAsync(world, drainsAtSave: true, state: VariantBench.StateOf(200))).SaveAsync();
        await AssertRefusedAsync(world, [.. whole, 0], "a byte too many");
        await AssertRefusedAsync(world, [.. whole, .. whole], "twice");
        await AssertRefusedAsync(world, [.. whole[..32], .. whole[100..168], .. whole[32..100], .. whole[168..]], "pieces swapped");
        await AssertRefusedAsync(world, new byte[300], "zeroes");
        var foreign = await (await VariantBench.NewAsync(world, drainsAtSave: true, format: "fake 2")).SaveAsync();
        await AssertRefusedAsync(world, foreign, "another firmware's");
    });

    private static async Task AssertRefusedAsync(World world, byte[] stream, string what)
    {
        var destination = await VariantBench.NewAsync(world, drainsAtSave: true);
        var into = await destination.GoAsync(VfioState.Resuming);
        var written = await VariantBench.WriteAsync(into!, stream, 16);
        var ended = (await destination.Device.SetStateAsync(VfioState.Stop)).Result.Errno;
        Assert.That(written == 0 ? Errno.Einval : written, Is.EqualTo(Errno.Einval), what);
        Assert.That(ended, Is.EqualTo(Errno.Einval), what);
        Assert.That(destination.Dialect.Asked, Has.None.EqualTo("load"), what);
        await destination.Device.ResetAsync();
        Assert.That(await destination.StateAsync(), Is.EqualTo(VfioState.Running), what);
    }

    [Test]
    public void What_is_copied_ahead_is_told_read_and_superseded([Values] bool p2p) => VariantBench.Run(async world =>
    {
        var options = new VariantOptions { PreCopy = true, P2P = p2p };
        var bench = await VariantBench.NewAsync(world, drainsAtSave: false, options);
        var stream = (await bench.GoAsync(VfioState.PreCopy))!;
        var all = new List<byte>();
        var buffer = new byte[32];
        var initial = await InfoAsync(stream);
        Assert.That((initial.Flags, initial.DirtyBytes), Is.EqualTo((0u, 0ul)));
        for (var last = initial.InitialBytes; last > 0;)
        {
            var read = await stream.ReadAsync(buffer);
            all.AddRange(buffer.AsSpan(0, read));
            var left = (await InfoAsync(stream)).InitialBytes;
            Assert.That(left, Is.EqualTo(last - (ulong)read));
            last = left;
        }

        Assert.That(await stream.ReadAsync(buffer), Is.EqualTo(-Errno.Enomsg), "the end for now");
        bench.Dialect.State = VariantBench.StateOf(120, seed: 2);
        Assert.That(await stream.ReadAsync(buffer), Is.EqualTo(-Errno.Enomsg), "it is not looked at again so soon");
        await world.After(options.PreCopyInterval);
        var dirty = await InfoAsync(stream);
        Assert.That((dirty.InitialBytes, dirty.DirtyBytes > 120), Is.EqualTo((0ul, true)));
        all.AddRange(await VariantBench.ReadAsync(stream));
        await world.After(options.PreCopyInterval);
        Assert.That(await stream.ReadAsync(buffer), Is.EqualTo(-Errno.Enomsg), "an idle device has nothing new");

        bench.Dialect.State = VariantBench.StateOf(90, seed: 3);
        await bench.GoAsync(VfioState.StopCopy);
        Assert.That((await stream.GetPreCopyInfoAsync()).Result.Errno, Is.EqualTo(Errno.Einval));
        var ahead = all.Count;
        all.AddRange(await VariantBench.ReadAsync(stream));
        var destination = await VariantBench.NewAsync(world, drainsAtSave: false, options);
        Assert.That(await VariantBench.WriteAsync((await destination.GoAsync(VfioState.Resuming))!, [.. all], 13), Is.Zero);
        await destination.GoAsync(VfioState.Running);
        Assert.That(destination.Dialect.State, Is.EqualTo(VariantBench.StateOf(90, seed: 3)));
        Assert.That(await VariantBench.WriteAsync((await destination.GoAsync(VfioState.Resuming))!, [.. all.Skip(ahead)]), Is.EqualTo(Errno.Einval),
            "what was copied ahead may not be left out");
    });

    [Test]
    public void One_who_leaves_before_all_was_copied_ahead_still_gets_a_whole_stream([Values] bool p2p) => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: false, new() { PreCopy = true, P2P = p2p });
        var stream = (await bench.GoAsync(VfioState.PreCopy))!;
        var first = new byte[20];
        await stream.ReadAsync(first);
        Assert.That(await bench.GoAsync(VfioState.StopCopy), Is.Null, "the session goes on");
        byte[] all = [.. first, .. await VariantBench.ReadAsync(stream)];
        var destination = await VariantBench.NewAsync(world, drainsAtSave: false);
        Assert.That(await VariantBench.WriteAsync((await destination.GoAsync(VfioState.Resuming))!, all), Is.Zero);
        await destination.GoAsync(VfioState.Running);
        Assert.That(destination.Dialect.State, Is.EqualTo(bench.Dialect.State));
    });

    [Test]
    public void The_size_of_the_data_can_be_asked_in_every_state([Values] bool drainsAtSave) => VariantBench.Run(async world =>
    {
        foreach (var state in Enum.GetValues<VfioState>())
        {
            var bench = await VariantBench.NewAsync(world, drainsAtSave, new() { P2P = true, PreCopy = true });
            if (!ArcSearch.Exists(state, bench.Device.Flags)) continue;
            await bench.ReachAsync(world, state);
            var (result, bytes) = await bench.Device.GetDataSizeAsync();
            Assert.That(result.IsOk, Is.True, $"in {state}");
            Assert.That(bytes, Is.GreaterThanOrEqualTo(200ul), $"in {state}");
        }
    });

    private static async Task<VfioPreCopyInfo> InfoAsync(IVfioDataStream stream)
    {
        var (result, info) = await stream.GetPreCopyInfoAsync();
        Assert.That(result.IsOk, Is.True, result.ToString());
        return info;
    }
}
