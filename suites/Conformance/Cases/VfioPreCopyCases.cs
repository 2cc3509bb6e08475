using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>The stream of a function that is copied while it runs, and what is told about it (linux/vfio.h, PRE_COPY and vfio_precopy_info).</summary>
[Area("vfio-stream")]
internal sealed class VfioPreCopyCases : VfioCase
{
    private const long Second = 1_000_000_000;

    /// <summary>The information is asked for in each state of a session, and after it.</summary>
    /// <remarks>What the information says: the cases of idle and active functions look at that.</remarks>
    [Test]
    [Covers("LM-VFST-20")]
    public async CaseTask It_is_told_while_the_function_is_copied_ahead([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        VfioState[] ahead = vfio.Device.Flags.HasFlag(VfioMigrationFlags.P2P) ? [VfioState.PreCopy, VfioState.PreCopyP2P] : [VfioState.PreCopy];
        foreach (var state in ahead)
        {
            await vfio.MustAsync(state);
            Check.Equal("LM-VFST-20", $"{state}", (await stream.GetPreCopyInfoAsync()).Result, default, "no information is given while the function is copied ahead");
        }

        await vfio.MustAsync(VfioState.StopCopy);
        Check.Equal("LM-VFST-20", "StopCopy", (await stream.GetPreCopyInfoAsync()).Result, new VfioResult(Errno.Einval), "information on copying ahead is given of a stopped function");
        await vfio.MustAsync(VfioState.Stop);
        // Of no session, and not while anything is copied ahead: which of the two is said first is the driver's.
        var over = (await stream.GetPreCopyInfoAsync()).Result;
        Check.That("LM-VFST-20", "over", over.Errno is Errno.Enodev or Errno.Einval, $"information is given on a session that is over ({over})");
        await vfio.MustAsync(VfioState.Running);
        await vfio.MustBeginAsync(VfioState.PreCopy);
        Check.Equal("LM-VFST-20", "old", (await stream.GetPreCopyInfoAsync()).Result, new VfioResult(Errno.Enodev), "information on a new session is given to the old one");
        await vfio.MustAsync(VfioState.Running);
        var alone = await vfio.MustBeginAsync(VfioState.StopCopy);
        Check.Equal("LM-VFST-20", "alone", (await alone.GetPreCopyInfoAsync()).Result, new VfioResult(Errno.Einval), "information on copying ahead is given of a function that was not");
    }

    /// <summary>
    /// A session begins and is read in small pieces: the initial bytes are above 0 at first and fall, the dirty bytes are 0 as long as nothing
    /// changes, the reads come to the end for now, and both are 0 there.
    /// </summary>
    /// <remarks>Whether what was read loads. Dirty bytes that come later than five seconds after the end for now.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="most">Bytes of a read.</param>
    [Test]
    [Covers("LM-VFST-22", "LM-VFST-23", "LM-VFST-24")]
    public async CaseTask An_idle_function_is_copied_to_the_end_for_now(
        [Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face, [Values(1, 16, 100, 4096)] int most)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var last = await InfoAsync(stream);
        Check.That("LM-VFST-22", "begin", last.InitialBytes > 0, "a session begins without initial bytes");
        Check.Equal("LM-VFST-23", "begin", last.DirtyBytes, 0ul, "there are dirty bytes before anything changed");
        var buffer = new byte[most];
        for (var i = 0; i < 1 << 16; i++)
        {
            var read = await stream.ReadAsync(buffer);
            var info = await InfoAsync(stream);
            Check.That("LM-VFST-22", "fall", info.InitialBytes <= last.InitialBytes, "the initial bytes have risen");
            Check.Equal("LM-VFST-23", "idle", info.DirtyBytes, 0ul, "there are dirty bytes though nothing changed");
            last = info;
            if (read > 0) continue;
            Check.Equal("LM-VFST-24", "end", read, -Errno.Enomsg, "the stream of a running function does not end for now");
            Check.Equal("LM-VFST-24", "left", (info.InitialBytes, info.DirtyBytes), (0ul, 0ul), "at the end for now there are bytes left");
            break;
        }

        await World.After(5 * Second);
        Check.Equal("LM-VFST-24", "later", await stream.ReadAsync(buffer), -Errno.Enomsg, "an idle function has more to give");
        Check.Equal("LM-VFST-23", "later", (await InfoAsync(stream)).DirtyBytes, 0ul, "an idle function has become dirty");
    }

    /// <summary>At the end for now the guest goes on; within a minute there is more to read, and the initial bytes stay gone.</summary>
    /// <remarks>How soon: a minute is granted. One Flush is all the activity there is between two ends.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="times">How often.</param>
    [Test]
    [Covers("LM-VFST-25")]
    public async CaseTask An_active_function_has_more_to_give([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face, [Values(1, 4)] int times)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var all = new List<byte>((await CaseVfio.ReadAsync(stream)).Bytes);
        for (var i = 0; i < times; i++)
        {
            await MustWorkAsync(vfio);
            var more = 0;
            for (var second = 0; second < 60 && more == 0; second++)
            {
                await World.After(Second);
                var info = await InfoAsync(stream);
                Check.Equal("LM-VFST-25", $"{i}.initial", info.InitialBytes, 0ul, "initial bytes come back");
                var (bytes, errno) = await CaseVfio.ReadAsync(stream);
                Check.Equal("LM-VFST-25", $"{i}.end", errno, Errno.Enomsg, "the stream of a running function ends otherwise than for now");
                Check.Equal("LM-VFST-25", $"{i}.dirty", (ulong)bytes.Length >= info.DirtyBytes, true, "dirty bytes are told that do not come");
                all.AddRange(bytes);
                more = bytes.Length;
            }

            Check.That("LM-VFST-25", $"{i}.more", more > 0, "a function that went on has nothing more to give");
        }

        await vfio.MustAsync(VfioState.StopCopy);
        all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
        Check.That("LM-VFST-25", "load", await LoadsAsync(vfio, [.. all], await TakerAsync(vfio, face)), "what was copied ahead in several parts does not load");
    }

    /// <summary>Copying ahead is left before, in the middle of, and right behind its first bytes; what was not read comes later.</summary>
    /// <remarks>Commands in flight when it is left: all have ended.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="bytes">Read before, at most: of the initial bytes.</param>
    [Test]
    [Covers("LM-VFST-26")]
    public async CaseTask Copying_ahead_may_be_left_early([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face, [Values(0, 1, 20, 32, 100)] int bytes)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var first = new byte[Math.Min((ulong)bytes, (await InfoAsync(stream)).InitialBytes)];
        for (var at = 0; at < first.Length;)
        {
            var read = await stream.ReadAsync(first.AsMemory(at));
            Check.That("LM-VFST-26", "ahead", read > 0, "copying ahead gives less than it said");
            if (read <= 0) return;
            at += read;
        }

        // What was copied ahead is out of date when the function stops.
        await MustWorkAsync(vfio, 3);
        await vfio.MustAsync(VfioState.StopCopy);
        var (rest, errno) = await CaseVfio.ReadAsync(stream);
        Check.Equal("LM-VFST-26", "end", errno, 0, "the stream of a function that was stopped early does not end");
        Check.That("LM-VFST-26", "load", await LoadsAsync(vfio, [.. first, .. rest], await TakerAsync(vfio, face)), "a stream that left copying ahead early does not load");
    }

    /// <summary>
    /// What was read ahead is written first and loads with the rest; left out, the rest is refused. What arrives is the function as it was when it
    /// stopped, not as it was copied ahead.
    /// </summary>
    /// <remarks>What was read ahead in several parts of which only some are left out. Five commands lie between.</remarks>
    [Test]
    [Covers("LM-VFST-27")]
    public async CaseTask What_was_read_ahead_belongs_to_the_stream([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var (ahead, _) = await CaseVfio.ReadAsync(stream);
        // A command that is done again would show: nobody writes to this buffer any more.
        var (data, mark) = (vfio.Vf.Buffer(4096), Enumerable.Repeat((byte)0xDB, 4096).ToArray());
        for (var i = 0; i < 5; i++) await queue.MustAsync("Read", queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        data.Write(mark);
        await vfio.MustAsync(VfioState.StopCopy);
        var (rest, _) = await CaseVfio.ReadAsync(stream);
        Check.That("LM-VFST-27", "rest", rest.Length > 0, "a function that went on after it was copied ahead gives nothing when it stops");
        var taker = await TakerAsync(vfio, face);
        Check.That("LM-VFST-27", "without", await taker.TryLoadAsync(rest) != 0, "a stream is taken that lacks what was read ahead");
        Check.That("LM-VFST-27", "without.state", await taker.StateAsync() != VfioState.Running, "a load that was refused ends in RUNNING");
        await taker.Device.ResetAsync();
        taker.Guest.Enable();
        Check.That("LM-VFST-27", "load", await LoadsAsync(vfio, [.. ahead, .. rest], taker), "what was read ahead and the rest do not load");
        Check.That("LM-VFST-27", "done again", data.Read().SequenceEqual(mark), "what arrived is older than what stopped: commands that were complete were done again");
    }

    /// <summary>A guest reads block after block, first while nothing else happens, then while its function is copied ahead; both figures are told.</summary>
    /// <remarks>A limit: the profile has none for this, so only a guest that stands still would fail.</remarks>
    [Test]
    [Covers("LM-VFST-28")]
    public async CaseTask The_guest_goes_on_while_it_is_copied([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        const int commands = 200;
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var alone = await TimeAsync(vfio, queue, commands, null);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var copied = await TimeAsync(vfio, queue, commands, stream);
        Check.That("LM-VFST-28", "guest", copied > 0, "the guest stands still while its function is copied ahead");
        Check.Saw("LM-VFST-28", "latency", $"{alone / commands} ns alone, {copied / commands} ns while it is copied, mean of {commands}");
    }

    /// <summary>
    /// For ten minutes the function is copied ahead under a light load, read in one half of the cases and left alone in the other. What is waiting to be
    /// read does not grow, and the way on is open.
    /// </summary>
    /// <remarks>A load that is not light: one Flush each ten seconds.</remarks>
    [Test]
    [Covers("LM-VFST-29")]
    public async CaseTask Copying_ahead_can_last_ten_minutes([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face, [Values] bool read)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var (all, most, first) = (new List<byte>(), 0ul, 0ul);
        for (var step = 0; step < 60; step++)
        {
            await MustWorkAsync(vfio);
            await World.After(10 * Second);
            var info = await InfoAsync(stream);
            if (step == 0) first = info.InitialBytes + info.DirtyBytes;
            most = Math.Max(most, info.InitialBytes + info.DirtyBytes);
            if (read) all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
        }

        var (_, size) = await vfio.Device.GetDataSizeAsync();
        Check.That("LM-VFST-29", "waiting", most <= first + (2 * size), $"after ten minutes {most} bytes wait, {first} did at first");
        await vfio.MustAsync(VfioState.StopCopy);
        all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
        Check.That("LM-VFST-29", "load", await LoadsAsync(vfio, [.. all], await TakerAsync(vfio, face)), "after ten minutes of copying ahead the stream does not load");
    }

    /// <summary>Twenty moves without copying ahead and twenty with it, of one guest to and fro: the median of the time that it stood still.</summary>
    /// <remarks>Differences below a microsecond, and a guest under load: it does one Flush after each move.</remarks>
    [Test]
    [Covers("LM-VFST-32")]
    public async CaseTask Copying_ahead_does_not_lengthen_the_downtime([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var here = await StartAsync(face);
        var (guest, there) = (here, await TakerAsync(here, face));
        var times = new List<long>[] { [], [] };
        for (var move = 0; move < 40; move++)
        {
            var ahead = move % 2;
            var (stream, all) = ((IVfioDataStream?)null, new List<byte>());
            if (ahead == 1)
            {
                stream = await here.MustBeginAsync(VfioState.PreCopy);
                all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
            }

            var begin = World.Now;
            stream = await here.MustAsync(VfioState.StopCopy) ?? stream ?? throw CaseEnd.Inconclusive("set-up: no stream came with StopCopy");
            all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
            await there.LoadAsync([.. all]);
            guest.Guest.MoveTo(there.Guest);
            await there.MustAsync(VfioState.Running);
            times[ahead].Add(World.Now - begin);
            Check.Hazard("LM-VFST-32", $"{move}.works", await WorksAsync(guest), "a guest that goes on after each move");
            await here.Device.ResetAsync();
            here.Guest.Enable();
            (here, there) = (there, here);
        }

        var (without, with) = (times[0].Order().ElementAt(10), times[1].Order().ElementAt(10));
        Check.Saw("LM-VFST-32", "median", $"{without} ns without copying ahead, {with} ns with it, n = 20 each");
        // In whole microseconds: what differs below is how often the suite itself looked.
        Check.That("LM-VFST-32", "downtime", with / 1000 <= without / 1000, $"copying ahead lengthens the downtime: {with} ns, {without} ns without it");
    }

    private static async ValueTask<VfioPreCopyInfo> InfoAsync(IVfioDataStream stream)
    {
        var (result, info) = await stream.GetPreCopyInfoAsync();
        return result.IsOk ? info : throw CaseEnd.Inconclusive($"set-up: information on copying ahead: {result}");
    }

    /// <summary>ns for so many reads one after the other; -1 where one was not answered.</summary>
    private static async ValueTask<long> TimeAsync(CaseVfio vfio, CaseQueue queue, int commands, IVfioDataStream? stream)
    {
        var data = vfio.Vf.Buffer(4096);
        var buffer = new byte[16];
        var begin = World.Now;
        for (var i = 0; i < commands; i++)
        {
            if (await queue.DoAsync(queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data)) is null) return -1;
            if (stream is not null) await stream.ReadAsync(buffer);
        }

        return World.Now - begin;
    }
}
