using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>The stream of a stopped function: its end, its pieces, its sessions, and how much is announced (linux/vfio.h, STOP_COPY).</summary>
[Area("vfio-stream")]
internal sealed class VfioSaveCases : VfioCase
{
    /// <summary>The stream is read to its end and ten times beyond: 0 bytes each time, and never the end for now of copying ahead.</summary>
    /// <remarks>Whether all is in it: streams that are loaded show that.</remarks>
    [Test]
    [Covers("LM-VFST-01", "LM-VFST-02")]
    public async CaseTask The_end_is_the_end([Values] VfioFace face, [Values(4, 4096)] int most)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.StopCopy);
        var (bytes, errno) = await CaseVfio.ReadAsync(stream, most);
        Check.That("LM-VFST-01", "bytes", bytes.Length > 0, "a stopped function gives nothing");
        Check.Equal("LM-VFST-01", "end", errno, 0, "the stream of a stopped function does not end with 0 bytes");
        Check.That("LM-VFST-02", "end", errno != Errno.Enomsg, "the stream of a stopped function ends for now only");
        for (var i = 0; i < 10; i++)
        {
            var read = await stream.ReadAsync(new byte[most]);
            Check.Equal("LM-VFST-01", $"end[{i}]", read, 0, "behind the end of the stream there is something");
            Check.That("LM-VFST-02", $"end[{i}]", read != -Errno.Enomsg, "behind its end the stream ends for now only");
        }
    }

    /// <summary>One frozen function, read anew with buffers of every size.</summary>
    /// <remarks>Reads of several sizes in one session; time between them.</remarks>
    [Test]
    [Covers("LM-VFST-04")]
    public async CaseTask The_size_of_the_reads_does_not_matter([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var whole = await vfio.SaveAsync();
        foreach (var most in new[] { 1, 3, 4, 7, 32, 33, 512, 4096, 1 << 20, 64 << 20 })
        {
            await vfio.MustAsync(VfioState.Stop);
            var (bytes, errno) = await CaseVfio.ReadAsync(await vfio.MustBeginAsync(VfioState.StopCopy), most);
            Check.Equal("LM-VFST-04", $"{most}.end", errno, 0, "the stream does not end");
            Check.That("LM-VFST-04", $"{most}.bytes", bytes.AsSpan().SequenceEqual(whole), $"read in pieces of {most} bytes the stream is another");
        }
    }

    /// <summary>Two sessions one after the other; each stream goes to a function of its own, and these two give the same again.</summary>
    /// <remarks>What both streams lack: the two functions are compared with each other, and one of them works.</remarks>
    [Test]
    [Covers("LM-VFST-07")]
    public async CaseTask Two_saves_both_load_into_equal_functions([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var first = await vfio.SaveAsync();
        await vfio.MustAsync(VfioState.Stop);
        var second = await vfio.SaveAsync();
        var (one, other) = (await TakerAsync(vfio, face), await TakerAsync(vfio, face, 3));
        Check.Equal("LM-VFST-07", "load.first", await one.TryLoadAsync(first), 0, "the stream of the first session does not load");
        Check.Equal("LM-VFST-07", "load.second", await other.TryLoadAsync(second), 0, "the stream of the second session does not load");
        var (saved, savedOther) = (await one.SaveAsync(), await other.SaveAsync());
        Check.That("LM-VFST-07", "equal", saved.AsSpan().SequenceEqual(savedOther), "the two functions are not what the one was");
        await MoveAsync(vfio, other);
        Check.That("LM-VFST-07", "works", await WorksAsync(vfio), "what the second session gave does not work");
    }

    /// <summary>A session is ended in the middle of its stream: the rest is gone, and the next session gives everything.</summary>
    /// <remarks>A session that ends while a read is under way.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="bytes">Read before.</param>
    [Test]
    [Covers("LM-VFST-08")]
    public async CaseTask A_session_may_end_before_its_stream_is_read([Values] VfioFace face, [Values(0, 4, 40)] int bytes)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.StopCopy);
        if (bytes > 0) await stream.ReadAsync(new byte[bytes]);
        await vfio.MustAsync(VfioState.Stop);
        for (var i = 0; i < 2; i++) Check.Equal("LM-VFST-08", $"rest[{i}]", await stream.ReadAsync(new byte[4096]), -Errno.Enodev, "the rest of a session that is over can be read");
        var next = await vfio.SaveAsync();
        Check.Equal("LM-VFST-08", "old", await stream.ReadAsync(new byte[4096]), -Errno.Enodev, "an old stream comes to life with the next session");
        Check.That("LM-VFST-08", "load", await LoadsAsync(vfio, next, await TakerAsync(vfio, face)), "the session after one that was broken off is not complete");
    }

    /// <summary>The stream is closed unread; the function is still in STOP_COPY, and goes to STOP and on.</summary>
    /// <remarks>The stream of RESUMING or of copying ahead: it is that of STOP_COPY.</remarks>
    [Test]
    [Covers("LM-VFST-09")]
    public async CaseTask Closing_the_stream_changes_no_state([Values] VfioFace face, [Values] bool read)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.StopCopy);
        if (read) await CaseVfio.ReadAsync(stream);
        stream.Dispose();
        Check.Equal("LM-VFST-09", "state", await vfio.StateAsync(), VfioState.StopCopy, "closing the stream has changed the state");
        Check.Equal("LM-VFST-09", "stop", (await vfio.AskAsync(VfioState.Stop)).Result, default, "with its stream closed the function does not go to STOP");
        await vfio.MustAsync(VfioState.Running);
        Check.That("LM-VFST-09", "sq[1]", await WorksAsync(vfio), "the function does not go on after its stream was closed");
    }

    /// <summary>The size of the data is asked in every state, and in STOP_COPY compared with what comes.</summary>
    /// <remarks>A size that is far too large: it has to be enough, and nothing more.</remarks>
    [Test]
    [Covers("LM-VFST-10")]
    public async CaseTask The_size_is_told_in_every_state_and_is_enough([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var state in vfio.States)
        {
            var stream = await ReachAsync(vfio, state);
            var (result, bytes) = await vfio.Device.GetDataSizeAsync();
            Check.Equal("LM-VFST-10", $"{state}.size", result, default, "the size of the data cannot be had");
            Check.Equal("LM-VFST-10", $"{state}.state", await vfio.StateAsync(), state, "asking for the size has changed the state");
            if (state == VfioState.StopCopy)
            {
                var (read, _) = await CaseVfio.ReadAsync(stream!);
                Check.That("LM-VFST-10", "stop-copy.bytes", bytes >= (ulong)read.Length, $"{bytes} bytes were announced and {read.Length} came");
            }

            if (VfioWays.Runs(state)) Check.That("LM-VFST-10", $"{state}.runs", await AnswersAsync(vfio), "asking for the size has stopped the function");
            await vfio.MustAsync(VfioState.Running);
        }
    }

    /// <summary>The size is asked three times of one that has stopped, seconds apart, the last time after a session.</summary>
    /// <remarks>A size that is asked for while a stream is open, and one that changes later than five seconds.</remarks>
    [Test]
    [Covers("LM-VFST-11")]
    public async CaseTask The_size_of_a_stopped_function_stays([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        await vfio.MustAsync(VfioState.Stop);
        var (_, first) = await vfio.Device.GetDataSizeAsync();
        await World.After(5_000_000_000);
        var (_, second) = await vfio.Device.GetDataSizeAsync();
        await vfio.SaveAsync();
        await vfio.MustAsync(VfioState.Stop);
        var (_, third) = await vfio.Device.GetDataSizeAsync();
        Check.Equal("LM-VFST-11", "later", second, first, "the size of a stopped function has changed");
        Check.Equal("LM-VFST-11", "saved", third, first, "the size of a stopped function has changed with a session");
    }
}
