using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// What the user of a VFIO device is told when the device behind it fails: at stopping, saving, loading, and when it is let run. They need
/// a device that fails so; one that does what it is asked supports none of them, which only what is seen on the wire can tell from a driver that
/// hides the failure.
/// </summary>
[Area("vfio-state-machine")]
internal sealed class VfioFailureCases : VfioCase
{
    /// <summary>One request: of which VF, from where, to where.</summary>
    private static readonly (int Number, VfioState From, VfioState To)[] _requests =
    [
        (1, VfioState.Running, VfioState.Stop), (2, VfioState.Running, VfioState.StopCopy), (4, VfioState.Stop, VfioState.Running),
        (3, VfioState.Resuming, VfioState.Stop),
    ];

    /// <summary>
    /// The device refuses one command each time. The request fails with an errno and without a stream, the function is in a state of its way and
    /// is by its wire what it is told to be, and after a reset all goes well.
    /// </summary>
    /// <remarks>Which command it was: a device that refuses is taken as it is, on four requests. Refusals that come the second time only.</remarks>
    [Test]
    [Covers("LM-VFSM-32", "LM-VFSM-50", "LM-VFST-16", OfFailures = true)]
    public async CaseTask A_command_that_is_refused_fails_its_request([Values(VfioFace.Hmlm, VfioFace.HmlmAll, VfioFace.VendorRfc)] VfioFace face)
    {
        var failed = 0;
        foreach (var (number, from, to) in _requests)
        {
            if (await FailAsync(face, number, from, to) is { } failure && failure.State != VfioState.Error) failed++;
        }

        Lab.Need(failed > 0, "a device that refuses to be stopped, saved, loaded or resumed");
    }

    /// <summary>
    /// The device never answers one command. The request fails, the function is in ERROR, and out of it leads no request but a reset. The controlling
    /// function is not reset because of it: its controller is enabled, and its I/O queue goes on.
    /// </summary>
    /// <remarks>Whether the next function can still be moved: a driver may well give up a queue that left a command without an answer.</remarks>
    [Test]
    [Covers("LM-VFSM-30", "LM-VFSM-32", "LM-VFSM-50", "LM-VFSM-52", OfFailures = true)]
    public async CaseTask A_command_without_an_answer_is_never_taken_for_done(
        [Values(VfioFace.Hmlm, VfioFace.HmlmAll, VfioFace.VendorRfc)] VfioFace face, [Values(0, 1, 2, 3)] int request)
    {
        var host = await Lab.StartAsync();
        var (number, from, to) = _requests[request];
        var failure = await FailAsync(face, number, from, to);
        Lab.Need(failure is { State: VfioState.Error }, $"a device that leaves a command without an answer, of VF {number} from {from} to {to}");
        Check.Equal("LM-VFSM-52", "errno", failure!.Value.Result, new VfioResult(Errno.Etimedout), "an unknown answer is told as something else");
        Check.Equal("LM-VFSM-52", "pf.enabled", (host.Pf.Configuration.En, host.Pf.Status.Rdy), (true, true), "the controlling function was reset because of one command");
        var io = await host.Controlling.IoAsync(NvmCommand.Flush(1));
        Check.That("LM-VFSM-52", "pf.io", io.IsOk, "the I/O queue of the controlling function is gone because of one command");
    }

    /// <summary>How a request failed; null where it did not, which the wire must show.</summary>
    private static async ValueTask<(VfioResult Result, VfioState? State)?> FailAsync(VfioFace face, int number, VfioState from, VfioState to)
    {
        var path = $"{from} to {to}";
        var source = await StartAsync(face, from == VfioState.Resuming ? 4 : number);
        byte[] saved = [];
        var vfio = source;
        if (from == VfioState.Resuming)
        {
            saved = await source.SaveAsync();
            vfio = await TakerAsync(source, face, number);
            await vfio.ReachAsync(from, saved);
        }
        else if (from != VfioState.Running)
        {
            await vfio.MustAsync(from);
        }

        var (result, stream) = await vfio.AskAsync(to);
        if (result.IsOk)
        {
            Check.That("LM-VFSM-50", $"{path}.effect", await HasEffectAsync(face, source, vfio, to, stream), "a request was told to be done, and it was not");
            return null;
        }

        var state = await vfio.StateAsync();
        var way = VfioWays.Way(from, to, vfio.Device.Flags).SkipLast(1).Append(VfioState.Error);
        Check.Equal("LM-VFSM-50", $"{path}.stream", stream is not null, false, "a stream came with a request that failed");
        Check.That("LM-VFSM-32", $"{path}.state", state is { } told && way.Contains(told), $"after a failure the function is told to be in {state}, which is not on its way");
        if (from == VfioState.Resuming)
            Check.That("LM-VFST-16", $"{path}.state", state is VfioState.Resuming or VfioState.Stop or VfioState.Error, $"after a load that failed the function is in {state}");
        if (state == VfioState.Running) Check.That("LM-VFSM-50", $"{path}.runs", await WorksAsync(source), "after a failure the function is told to run and does not");
        else if (state is VfioState.Stop or VfioState.RunningP2P) Check.That("LM-VFSM-50", $"{path}.stands", await StandsAsync(source.Queue), "after a failure the function is told to stand and runs");
        if (state == VfioState.Error) await OnlyResetLeadsOutAsync(vfio, path);
        await vfio.Device.ResetAsync();
        // The controlling function may take no more commands where one was left without an answer.
        var lost = state == VfioState.Error;
        Check.Equal("LM-VFSM-50", $"{path}.reset", await vfio.StateAsync(), VfioState.Running, "a reset does not mend a failure");
        if (from == VfioState.Resuming)
        {
            vfio.Guest.Enable();
            if (!lost) Check.That("LM-VFSM-50", $"{path}.again", await LoadsAsync(source, saved, vfio), "after a reset the function cannot be loaded");
            return (result, state);
        }

        Check.That("LM-VFSM-50", $"{path}.up", await ComesUpAsync(vfio), "after a reset the function does not come up");
        foreach (var again in lost ? [] : (VfioState[])[VfioState.StopCopy, VfioState.Running])
            Check.Equal("LM-VFSM-50", $"{path}.again.{again}", (await vfio.AskAsync(again)).Result, default, "after a reset a request still fails");
        return (result, state);
    }

    private static async ValueTask OnlyResetLeadsOutAsync(CaseVfio vfio, string path)
    {
        foreach (var to in vfio.States)
        {
            var (result, _) = await vfio.AskAsync(to);
            Check.That("LM-VFSM-30", $"{path}.{to}", !result.IsOk, "a request has led out of ERROR");
            Check.Equal("LM-VFSM-30", $"{path}.{to}.state", await vfio.StateAsync(), VfioState.Error, "a request has changed ERROR into something else");
        }
    }

    private static async ValueTask<bool> HasEffectAsync(
        VfioFace face, CaseVfio source, CaseVfio vfio, VfioState to, IVfioDataStream? stream)
    {
        if (vfio != source)
        {
            await MoveAsync(source, vfio);
            return await WorksAsync(source);
        }

        if (to == VfioState.Running) return await WorksAsync(source);
        if (to == VfioState.Stop) return await StandsAsync(source.Queue);
        if (stream is null) return false;
        var (bytes, errno) = await CaseVfio.ReadAsync(stream);
        // VF 1 fails at being stopped only, which is behind it.
        var taker = await TakerAsync(source, face, 1);
        return errno == 0 && await LoadsAsync(source, bytes, taker);
    }

    /// <summary>What is rung is not looked at.</summary>
    private static async ValueTask<bool> StandsAsync(CaseQueue queue)
    {
        queue.Submit(NvmCommand.Flush(1));
        await World.After(10_000_000);
        return queue.Pair.CountPosted() == 0;
    }
}
