using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Streams that are given to a function: in pieces of any size, cut, mixed up, damaged, too long (linux/vfio.h, RESUMING).</summary>
[Area("vfio-stream")]
internal sealed class VfioLoadCases : VfioCase
{
    /// <summary>A guest moves; the stream is written in pieces of one size, or of random sizes.</summary>
    /// <remarks>Time between the pieces, and pieces that are not taken whole the first time. The data of the reads.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="piece">Bytes; 0: random.</param>
    [Test]
    [Covers("LM-VFST-12")]
    public async CaseTask The_writer_may_cut_as_it_likes([Values] VfioFace face, [Values(0, 1, 3, 4, 32, 33, 512, 4096, 1 << 20)] int piece)
    {
        var vfio = await StartAsync(face);
        await vfio.Guest.PutUnderWayAsync(8);
        var saved = await vfio.SaveAsync();
        var taker = await TakerAsync(vfio, face);
        var stream = await taker.MustBeginAsync(VfioState.Resuming);
        for (var at = 0; at < saved.Length;)
        {
            var size = Math.Min(saved.Length - at, piece == 0 ? 1 + (int)Random.Below(100) : piece);
            Check.Equal("LM-VFST-12", "write", await stream.WriteAsync(saved.AsMemory(at, size)), size, "a piece of the stream was not taken whole");
            at += size;
        }

        Check.Equal("LM-VFST-12", "stop", (await taker.AskAsync(VfioState.Stop)).Result, default, "a stream that was written in pieces does not load");
        await MoveAsync(vfio, taker);
        Check.That("LM-VFST-12", "under way", await vfio.Guest.EndsOnceAsync(), "what was under way did not end, each piece once and well");
        Check.That("LM-VFST-12", "works", await WorksAsync(vfio) && await AnswersAsync(vfio), "the guest does not go on");
    }

    /// <summary>A state above 256 KiB, which is all that the driver of the December 2022 series takes in: what can be saved can be loaded.</summary>
    /// <remarks>A device whose state is smaller; whether a kernel's driver takes it. One size of pieces, 64 KiB.</remarks>
    [Test]
    [Covers("LM-VFST-12")]
    public async CaseTask A_large_state_moves_as_a_small_one([Values(VfioFace.VendorRfc, VfioFace.VendorRfcP2P)] VfioFace face)
    {
        const int posted = 256 << 10;
        var vfio = await StartAsync(face);
        var saved = await vfio.SaveAsync();
        Lab.Need(saved.Length > posted, $"a state of more than {posted} bytes");
        var taker = await TakerAsync(vfio, face);
        Check.Equal("LM-VFST-12", "load", await taker.TryLoadAsync(saved, 1 << 16), 0, $"a stream of {saved.Length} bytes that was saved does not load");
        await MoveAsync(vfio, taker);
        Check.That("LM-VFST-12", "works", await WorksAsync(vfio), "the guest does not go on");
    }

    /// <summary>
    /// The stream is cut: nothing of it at all, a few bytes, at many places within, all but the last bytes. It is refused as it is written or at its
    /// end, whether STOP or RUNNING is asked for; the function is in RESUMING, STOP or ERROR then, and a reset makes it take the whole stream.
    /// </summary>
    /// <remarks>What a cut stream leaves behind: a reset follows each. Twenty-two lengths at most, ten of them random.</remarks>
    [Test]
    [Covers("LM-VFST-13", "LM-VFST-16")]
    public async CaseTask A_stream_that_is_cut_is_refused([Values] VfioFace face, [Values(VfioState.Stop, VfioState.Running)] VfioState to)
    {
        var vfio = await StartAsync(face);
        var saved = await vfio.SaveAsync();
        var taker = await TakerAsync(vfio, face);
        int[] lengths =
        [
            0, 1, 4, 16, 31, 32, 33, 48, 80, 88, saved.Length - 4, saved.Length - 1,
            .. Enumerable.Range(0, 10).Select(_ => (int)Random.Below(saved.Length)),
        ];
        foreach (var length in lengths.Where(it => it >= 0 && it < saved.Length).Distinct())
            await RefusedAsync(taker, saved[..length], "LM-VFST-13", $"{length} bytes", to);
        Check.That("LM-VFST-13", "whole", await LoadsAsync(vfio, saved, taker), "after streams that were cut the whole one does not load");
    }

    /// <summary>Behind the whole stream more bytes are written. They are refused or ignored; the function can be used in either case.</summary>
    /// <remarks>Bytes that look like the beginning of a stream: they are zeros.</remarks>
    [Test]
    [Covers("LM-VFST-14")]
    public async CaseTask Bytes_behind_the_end_do_no_damage([Values] VfioFace face, [Values(1, 4, 4096)] int bytes)
    {
        var vfio = await StartAsync(face);
        var saved = await vfio.SaveAsync();
        var taker = await TakerAsync(vfio, face);
        var errno = await taker.TryLoadAsync([.. saved, .. new byte[bytes]]);
        Check.Saw("LM-VFST-14", "tail", errno == 0 ? "ignored" : $"refused with {Errno.Name(errno)}");
        if (errno == 0)
        {
            await MoveAsync(vfio, taker);
            Check.That("LM-VFST-14", "works", await WorksAsync(vfio), "bytes behind the stream have spoilt what it loaded");
            return;
        }

        await taker.Device.ResetAsync();
        taker.Guest.Enable();
        Check.That("LM-VFST-14", "again", await LoadsAsync(vfio, saved, taker), "bytes behind the stream have spoilt the function for good");
    }

    /// <summary>Two pieces of the stream are exchanged, of several sizes and at several places.</summary>
    /// <remarks>Pieces within one half of the stream, and more than two of them: one of each half change places, twenty times at most.</remarks>
    [Test]
    [Covers("LM-VFST-15", "LM-VFST-16")]
    public async CaseTask A_stream_with_two_pieces_exchanged_is_refused([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var saved = await vfio.SaveAsync();
        var taker = await TakerAsync(vfio, face);
        var tried = 0;
        foreach (var size in new[] { 1, 4, 8, 24, saved.Length / 2 }.Where(it => it > 0 && it <= saved.Length / 2))
        {
            for (var i = 0; i < 4; i++)
            {
                var (half, places) = (saved.Length / 2, (saved.Length / 2) - size + 1);
                var (one, other) = ((int)Random.Below(places), half + (int)Random.Below(places));
                var mixed = saved.ToArray();
                saved.AsSpan(one, size).CopyTo(mixed.AsSpan(other));
                saved.AsSpan(other, size).CopyTo(mixed.AsSpan(one));
                if (mixed.AsSpan().SequenceEqual(saved)) continue;
                tried++;
                await RefusedAsync(taker, mixed, "LM-VFST-15", $"{size} bytes at {one} and {other}", VfioState.Stop);
            }
        }

        Check.Hazard("LM-VFST-15", "mixed", tried > 3, "streams that differ with two pieces exchanged");
        Check.That("LM-VFST-15", "whole", await LoadsAsync(vfio, saved, taker), "after streams that were mixed up the right one does not load");
    }

    /// <summary>Bits of the stream are flipped, one at a time, all over it. Each such stream is loaded or refused, and then a reset and the whole stream mend it.</summary>
    /// <remarks>Which of the sixty streams were taken, and what such a function does when it runs: it is reset before.</remarks>
    [Test]
    [Covers("LM-SET-28")]
    public async CaseTask A_stream_with_a_flipped_bit_kills_nobody([Values(VfioFace.Hmlm, VfioFace.VendorRfc)] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var saved = await vfio.SaveAsync();
        var taker = await TakerAsync(vfio, face);
        for (var i = 0; i < 60; i++)
        {
            var bit = (int)Random.Below(saved.Length * 8);
            var damaged = saved.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var faults = taker.Vf.Space.Faults.Count;
            await taker.TryLoadAsync(damaged);
            if (taker.Vf.Space.TellsFaults)
                Check.Equal("LM-SET-28", $"bit[{bit}].faults", taker.Vf.Space.Faults.Count, faults, "a damaged stream has made the function reach for foreign memory");
            await taker.Device.ResetAsync();
            taker.Guest.Enable();
            Check.Equal("LM-SET-28", $"bit[{bit}].state", await taker.StateAsync(), VfioState.Running, "a damaged stream has broken the function for good");
        }

        Check.That("LM-SET-28", "whole", await LoadsAsync(vfio, saved, taker), "after damaged streams the whole one does not load");
    }

    /// <summary>In the middle of the stream the function is reset: RUNNING, its controller fresh, the stream dead. It then takes a whole stream.</summary>
    /// <remarks>A reset while a write is under way: it comes between two.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="percent">Of the stream that was written.</param>
    [Test]
    [Covers("LM-VFST-17")]
    public async CaseTask A_reset_breaks_a_load_off([Values] VfioFace face, [Values(0, 50, 100)] int percent)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var saved = await vfio.SaveAsync();
        var taker = await TakerAsync(vfio, face);
        var stream = await taker.MustBeginAsync(VfioState.Resuming);
        await CaseVfio.WriteAsync(stream, saved[..(saved.Length * percent / 100)]);
        await taker.Device.ResetAsync();
        Check.Equal("LM-VFST-17", "state", await taker.StateAsync(), VfioState.Running, "a function reset while it was loaded is not RUNNING");
        Check.Equal("LM-VFST-17", "stream", await stream.WriteAsync(saved.AsMemory(0, 4)), -Errno.Enodev, "the stream goes on after the reset");
        taker.Guest.Enable();
        if (taker.Guest.IsFresh is { } fresh) Check.That("LM-VFST-17", "fresh", fresh, "a function that was reset while it was loaded is not fresh");
        Check.That("LM-VFST-17", "again", await LoadsAsync(vfio, saved, taker), "a function that was reset while it was loaded does not take a stream");
    }

    /// <summary>
    /// A function that has queues of its own, which moved on, is given the stream of another. Either it is refused, and nothing of its own comes to life
    /// by that; or its own queues are gone, and what is rung there is not looked at.
    /// </summary>
    /// <remarks>What else it had: features, event requests, vectors. Its own queue is what is rung.</remarks>
    [Test]
    [Covers("LM-VFST-19")]
    public async CaseTask What_the_function_had_before_is_gone([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var saved = await vfio.SaveAsync();
        var taker = await CaseVfio.OpenAsync(Lab, new NvmeVfioGuest(await vfio.Vf.Host.BringUpAsync(2, carried: true)), face);
        var own = await taker.Vf.CreateQueueAsync(2);
        await own.MustAsync("Flush", NvmCommand.Flush(1));
        taker.Vf.Space.Map(vfio.Vf.Space.Mappings[0] with { Iova = vfio.Vf.Space.Mappings[0].Iova + (1UL << 40) });
        var errno = await taker.TryLoadAsync(saved);
        Check.Saw("LM-VFST-19", "load", errno == 0 ? "loaded" : $"refused with {Errno.Name(errno)}");
        own.Submit(NvmCommand.Flush(1));
        await Lab.WatchAsync();
        Check.Equal("LM-VFST-19", "own.stopped", own.Pair.CountPosted(), 0, "a queue of before is served while the function stands");
        if (errno == 0)
        {
            await taker.MustAsync(VfioState.Running);
            await Lab.WatchAsync();
            Check.Equal("LM-VFST-19", "own.running", own.Pair.CountPosted(), 0, "a queue of before is served after another state was loaded");
            return;
        }

        // A function that takes a stream only as good as new is made so by a reset.
        await taker.Device.ResetAsync();
        taker.Guest.Enable();
        own.Ring();
        await Lab.WatchAsync();
        Check.Equal("LM-VFST-19", "own.reset", own.Pair.CountPosted(), 0, "a queue of before is served after a reset");
        var fresh = await TakerAsync(vfio, face);
        Check.That("LM-VFST-19", "fresh", await LoadsAsync(vfio, saved, fresh), "a function as good as new does not take the stream");
    }

    /// <summary>A stream that must be refused, in writing or at its end; then a reset.</summary>
    private static async ValueTask RefusedAsync(CaseVfio taker, byte[] stream, string requirement, string path, VfioState to)
    {
        var session = await taker.MustBeginAsync(VfioState.Resuming);
        var errno = await CaseVfio.WriteAsync(session, stream);
        var atEnd = (await taker.AskAsync(to)).Result.Errno;
        Check.That(requirement, $"{path}.load", errno != 0 || atEnd != 0, "a stream that must be refused was taken");
        var state = await taker.StateAsync();
        Check.That(
            "LM-VFST-16", $"{path}.state", (errno == 0 && atEnd == 0) || state is VfioState.Resuming or VfioState.Stop or VfioState.Error,
            $"after a load that failed the function is in {state}");
        await taker.Device.ResetAsync();
        taker.Guest.Enable();
    }
}
