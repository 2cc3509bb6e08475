using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>States and legal requests of the VFIO migration protocol (linux/vfio.h, enum vfio_device_mig_state).</summary>
[Area("vfio-state-machine")]
internal sealed class VfioStateCases : VfioCase
{
    /// <summary>A function is opened: it is RUNNING, it works, and its capabilities are such as the protocol knows.</summary>
    /// <remarks>Whether what the capabilities promise works: the cases of each state look at that.</remarks>
    [Test]
    [Covers("LM-VFSM-02", "LM-VFSM-12")]
    public async CaseTask A_function_just_opened_runs([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        Check.Equal("LM-VFSM-12", "state", await vfio.StateAsync(), VfioState.Running, "a function just opened is not RUNNING");
        Check.That("LM-VFSM-12", "sq[1]", await WorksAsync(vfio), "a function just opened is told to be RUNNING and does not work");
        var flags = vfio.Device.Flags;
        const VfioMigrationFlags known = VfioMigrationFlags.StopCopy | VfioMigrationFlags.P2P | VfioMigrationFlags.PreCopy;
        Check.That("LM-VFSM-02", "flags.stop-copy", flags.HasFlag(VfioMigrationFlags.StopCopy), "a function that can be migrated does not offer STOP_COPY");
        Check.Equal("LM-VFSM-02", "flags.unknown", flags & ~known, VfioMigrationFlags.None, "a capability is told that the protocol does not know");
    }

    /// <summary>The capabilities are read in every state, twice, and after a reset.</summary>
    /// <remarks>Capabilities during a request. The function has no I/O queues.</remarks>
    [Test]
    [Covers("LM-VFSM-03")]
    public async CaseTask The_capabilities_never_change([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        var flags = vfio.Device.Flags;
        foreach (var state in vfio.States)
        {
            await ReachAsync(vfio, state);
            for (var i = 0; i < 2; i++) Check.Equal("LM-VFSM-03", $"flags.{state}", vfio.Device.Flags, flags, "the capabilities have changed");
            await vfio.MustAsync(VfioState.Running);
        }

        await vfio.Device.ResetAsync();
        Check.Equal("LM-VFSM-03", "flags.reset", vfio.Device.Flags, flags, "the capabilities have changed with a reset");
    }

    /// <summary>
    /// Every pair of states that the protocol allows with these capabilities is gone in one request: 12 of them, 20 with P2P, 19 with PRE_COPY, 40
    /// with both. A stream comes exactly where the way begins a session, and where the function is RUNNING in the end it works.
    /// </summary>
    /// <remarks>Which states were passed on the way: a reader of the state waits for the end of a request.</remarks>
    [Test]
    [Covers("LM-VFSM-13", "LM-VFSM-15")]
    public async CaseTask Every_legal_request_ends_where_it_was_asked_to([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        var flags = vfio.Device.Flags;
        foreach (var from in vfio.States)
        {
            foreach (var to in vfio.States)
            {
                var way = VfioWays.Way(from, to, flags);
                if (way.Count < 2) continue;
                var path = $"{from} to {to}";
                await ReachAsync(vfio, from);
                var (result, stream) = await vfio.AskAsync(to);
                Check.Equal("LM-VFSM-13", $"{path}.set", result, default, "a legal request was refused");
                Check.Equal("LM-VFSM-13", $"{path}.state", await vfio.StateAsync(), to, "the function is not where it was asked to go");
                Check.Equal("LM-VFSM-15", $"{path}.stream", stream is not null, VfioWays.BeginsSession(way), "a stream must come exactly with a new session");
                if (to == VfioState.Running) Check.That("LM-VFSM-13", $"{path}.works", await AnswersAsync(vfio), "the function is RUNNING and does not answer");
                if (to == VfioState.Resuming) await vfio.Device.ResetAsync();
                else if ((await vfio.AskAsync(VfioState.Running)).Result.IsOk) continue;
                else await vfio.Device.ResetAsync();
                Check.That("LM-VFSM-13", $"{path}.reset", await ComesUpAsync(vfio), "the function does not come up after a reset");
            }
        }
    }

    /// <summary>In each state that very state is asked for: nothing comes of it, and an open session goes on in the middle of its stream.</summary>
    /// <remarks>Whether a session of copying ahead is still whole: its stream is read on and not loaded; that of STOP_COPY is.</remarks>
    [Test]
    [Covers("LM-VFSM-14")]
    public async CaseTask A_request_for_the_present_state_does_nothing([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var state in vfio.States)
        {
            var stream = await ReachAsync(vfio, state);
            var first = new byte[5];
            if (VfioWays.IsSaving(state)) await stream!.ReadAsync(first);
            var (result, another) = await vfio.AskAsync(state);
            Check.Equal("LM-VFSM-14", $"{state}.set", result, default, "a request for the present state was refused");
            Check.Equal("LM-VFSM-14", $"{state}.stream", another is not null, false, "a stream came with a request for the present state");
            Check.Equal("LM-VFSM-14", $"{state}.state", await vfio.StateAsync(), state, "a request for the present state has changed it");
            if (VfioWays.IsSaving(state))
            {
                var (rest, _) = await CaseVfio.ReadAsync(stream!);
                await vfio.MustAsync(VfioState.Stop);
                byte[] all = [.. first, .. rest];
                if (state == VfioState.StopCopy)
                    Check.Equal("LM-VFSM-14", $"{state}.session", await vfio.TryLoadAsync(all), 0, "the session did not go on after a request for the present state");
            }

            await vfio.MustAsync(VfioState.Running);
        }
    }

    /// <summary>The ways between the saving states are gone; one stream serves throughout, and is whole in the end.</summary>
    /// <remarks>Without P2P there is one way within the session. The guest does nothing meanwhile.</remarks>
    [Test]
    [Covers("LM-VFSM-16")]
    public async CaseTask One_stream_serves_from_PRE_COPY_to_STOP_COPY([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var all = new List<byte>();
        VfioState[] ways = vfio.Device.Flags.HasFlag(VfioMigrationFlags.P2P)
            ? [VfioState.PreCopyP2P, VfioState.PreCopy, VfioState.PreCopyP2P, VfioState.StopCopy]
            : [VfioState.StopCopy];
        foreach (var to in ways)
        {
            var piece = new byte[7];
            var read = await stream.ReadAsync(piece);
            Check.That("LM-VFSM-16", $"{to}.before", read > 0, "the stream of PRE_COPY gives nothing");
            all.AddRange(piece.AsSpan(0, Math.Max(read, 0)));
            var (result, another) = await vfio.AskAsync(to);
            Check.Equal("LM-VFSM-16", $"{to}.set", result, default, "a request within the session was refused");
            Check.Equal("LM-VFSM-16", $"{to}.stream", another is not null, false, "another stream came within one session");
        }

        all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
        var taker = await TakerAsync(vfio, face);
        Check.That("LM-VFSM-16", "load", await LoadsAsync(vfio, [.. all], taker), "what the one stream gave does not load");
    }

    /// <summary>
    /// The stream of one request from RUNNING to STOP_COPY, and after STOP that of a second session: both are of one length. The first brings the guest to
    /// life elsewhere, and from there one in two requests does.
    /// </summary>
    /// <remarks>Whether the bytes must be the same: nobody says so; whether they are is told.</remarks>
    [Test]
    [Covers("LM-VFSM-18")]
    public async CaseTask One_request_ends_as_two_do([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var atOnce = await vfio.SaveAsync();
        Check.Equal("LM-VFSM-18", "state", await vfio.StateAsync(), VfioState.StopCopy, "one request ends in another state");
        await vfio.MustAsync(VfioState.Stop);
        var inTwo = await vfio.SaveAsync();
        Check.Equal("LM-VFSM-18", "stream.bytes", inTwo.Length, atOnce.Length, "the same function gives another stream when it is asked in two requests");
        Check.Saw("LM-VFSM-18", "stream", atOnce.AsSpan().SequenceEqual(inTwo) ? "the same bytes" : "other bytes");
        var taker = await TakerAsync(vfio, face);
        Check.That("LM-VFSM-18", "load", await LoadsAsync(vfio, atOnce, taker), "the stream of one request does not load");
        await taker.MustAsync(VfioState.Stop);
        Check.That("LM-VFSM-18", "load.two", await LoadsAsync(vfio, await taker.SaveAsync(), await TakerAsync(vfio, face, 3)), "the stream of two requests does not load");
    }

    /// <summary>Each state is looked at as soon as the request has returned, ten seconds later, and when a minute has gone.</summary>
    /// <remarks>A function at work: it has no I/O queues. Changes that come later than a minute, or that are undone when one looks.</remarks>
    [Test]
    [Covers("LM-VFSM-24", "LM-VFSM-25")]
    public async CaseTask A_state_is_reached_at_once_and_kept([Values] VfioFace face)
    {
        const long second = 1_000_000_000;
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var state in vfio.States)
        {
            await ReachAsync(vfio, state);
            Check.Equal("LM-VFSM-24", $"{state}.at once", await vfio.StateAsync(), state, "a request has returned before it was done");
            await World.After(10 * second);
            Check.Equal("LM-VFSM-24", $"{state}.ten seconds", await vfio.StateAsync(), state, "the state has changed after the request was done");
            await World.After(50 * second);
            Check.Equal("LM-VFSM-25", $"{state}.a minute", await vfio.StateAsync(), state, "the state has changed by itself");
            await vfio.MustAsync(VfioState.Running);
        }
    }
}
