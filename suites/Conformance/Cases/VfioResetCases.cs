using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Reset and close of a function behind VFIO in every state, and controllers that are not healthy when they are moved.</summary>
[Area("vfio-state-machine")]
internal sealed class VfioResetCases : VfioCase
{
    /// <summary>
    /// In each state the function is reset: RUNNING, the old stream ENODEV. The controller is disabled, without queues and vectors, and can be
    /// brought up in full.
    /// </summary>
    /// <remarks>A reset while a request is being done, and commands in flight at it: the queue is idle.</remarks>
    [Test]
    [Covers("LM-VFSM-43", "LM-VFSM-45")]
    public async CaseTask A_reset_ends_whatever_was_under_way([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var state in vfio.States)
        {
            var queue = await vfio.Vf.CreateQueueAsync(vector: Vector);
            vfio.Vf.Listen(Vector);
            Check.Hazard("LM-VFSM-45", $"{state}.before", await WorksAsync(queue), "a controller with a queue and a vector");
            // What a function with queues gives to itself is not taken everywhere; the session of RESUMING is open in any case.
            var stream = await vfio.MustAsync(state);
            await vfio.Device.ResetAsync();
            Check.Equal("LM-VFSM-43", $"{state}.state", await vfio.StateAsync(), VfioState.Running, "a function that was reset is not RUNNING");
            if (stream is not null)
            {
                var gone = state == VfioState.Resuming ? await stream.WriteAsync(new byte[4]) : await stream.ReadAsync(new byte[4]);
                Check.Equal("LM-VFSM-43", $"{state}.stream", gone, -Errno.Enodev, "a stream goes on after a reset");
            }

            var function = vfio.Vf.Function;
            Check.Equal("LM-VFSM-45", $"{state}.msix", MsixTable.Find(function)?.Control.Enable, false, "MSI-X is on after a reset");
            PciConfig.Enable(vfio.Vf.Face);
            Check.Equal("LM-VFSM-45", $"{state}.cc", new ControllerConfiguration(function.Read32(Register.Cc)).En, false, "a controller is enabled after a reset");
            Check.Equal("LM-VFSM-45", $"{state}.csts", new ControllerStatus(function.Read32(Register.Csts)).Rdy, false, "a controller is ready after a reset");
            Check.That("LM-VFSM-45", $"{state}.up", await ComesUpAsync(vfio), "a controller does not come up after a reset");
            var again = await vfio.Vf.CreateQueueAsync(vector: Vector);
            Check.That("LM-VFSM-45", $"{state}.sq[1]", await WorksAsync(again), "a queue of before is in the way after a reset");
            vfio.Vf.Nvme.Forget();
            await vfio.Device.ResetAsync();
            Check.That("LM-VFSM-43", $"{state}.running", await ComesUpAsync(vfio), "a reset in RUNNING does not leave a function that can be brought up");
        }
    }

    /// <summary>
    /// In each state, its stream open, the user goes and another comes: the function is RUNNING and runs - as it did, or fresh. The old stream is dead.
    /// </summary>
    /// <remarks>A user who goes while a request is being done, or with I/O queues: the function has none.</remarks>
    [Test]
    [Covers("LM-VFSM-46")]
    public async CaseTask Who_comes_next_finds_a_function_that_runs([Values] VfioFace face)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        foreach (var state in vfio.States)
        {
            var stream = await vfio.MustAsync(state);
            await vfio.ReopenAsync();
            Check.Equal("LM-VFSM-46", $"{state}.state", await vfio.StateAsync(), VfioState.Running, "a function just opened is not RUNNING");
            if (stream is not null)
            {
                var gone = state == VfioState.Resuming ? await stream.WriteAsync(new byte[4]) : await stream.ReadAsync(new byte[4]);
                Check.Equal("LM-VFSM-46", $"{state}.stream", gone, -Errno.Enodev, "the stream of a user who has gone goes on");
            }

            PciConfig.Enable(vfio.Vf.Face);
            var enabled = new ControllerConfiguration(vfio.Vf.Function.Read32(Register.Cc)).En;
            Check.Saw("LM-VFSM-46", $"{state}.controller", enabled ? "as it was" : "fresh");
            Check.That(
                "LM-VFSM-46", $"{state}.runs", enabled ? await AnswersAsync(vfio) : await ComesUpAsync(vfio), $"closed in {state}, the function is told to run and does not");
            foreach (var again in new[] { VfioState.Stop, VfioState.Running })
                Check.Equal("LM-VFSM-46", $"{state}.again.{again}", (await vfio.AskAsync(again)).Result, default, "the next user's request is refused");
        }
    }

    /// <summary>Its guest disables the controller while it is copied ahead; what arrives is disabled, and can be enabled.</summary>
    /// <remarks>Registers other than CC; a controller that is disabled before or after it is copied ahead.</remarks>
    [Test]
    [Covers("LM-VFSM-48")]
    public async CaseTask A_controller_disabled_on_the_way_arrives_disabled([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        var all = new List<byte>((await CaseVfio.ReadAsync(stream)).Bytes);
        Lab.Must(await vfio.Vf.Nvme.DisableAsync());
        await vfio.MustAsync(VfioState.StopCopy);
        all.AddRange((await CaseVfio.ReadAsync(stream)).Bytes);
        var taker = await TakerAsync(vfio, face);
        Check.Equal("LM-VFSM-48", "load", await taker.TryLoadAsync([.. all]), 0, "the state of a disabled controller is not taken");
        await MoveAsync(vfio, taker);
        Check.Equal("LM-VFSM-48", "cc", new ControllerConfiguration(taker.Vf.Function.Read32(Register.Cc)).En, false, "a controller that was disabled arrives enabled");
        Check.That("LM-VFSM-48", "enable", (await vfio.Vf.Nvme.StartAsync()).IsOk, "a controller that arrived disabled cannot be enabled");
    }

    /// <summary>
    /// The guest's memory is taken from under a controller, so that it can post no completion and ends with a fatal status. It is not moved, or what
    /// arrives has that status too.
    /// </summary>
    /// <remarks>Other causes of a fatal status than unreachable queues. A device that needs no fatal status for that is not supported.</remarks>
    [Test]
    [Covers("LM-VFSM-49")]
    public async CaseTask A_fatal_controller_never_arrives_healthy([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        foreach (var mapping in vfio.Vf.Space.Mappings.ToList()) await vfio.Vf.Space.UnmapAsync(mapping.Iova, mapping.Length);
        queue.Submit(NvmCommand.Flush(1));
        var function = vfio.Vf.Function;
        var fatal = await Lab.ReachesAsync(() => new ControllerStatus(function.Read32(Register.Csts)).Cfs);
        Lab.Need(fatal, "a controller that has a fatal status when its queues cannot be reached");
        var (result, stream) = await vfio.AskAsync(VfioState.StopCopy);
        if (!result.IsOk)
        {
            Check.That("LM-VFSM-49", "save", await vfio.StateAsync() != VfioState.StopCopy, "a controller that is not saved is in STOP_COPY");
            return;
        }

        if (stream is null) throw CaseEnd.Inconclusive("set-up: no stream came with StopCopy");
        var (bytes, errno) = await CaseVfio.ReadAsync(stream);
        var taker = await TakerAsync(vfio, face);
        if (errno != 0 || await taker.TryLoadAsync(bytes) != 0)
        {
            Check.That("LM-VFSM-49", "load", await taker.StateAsync() != VfioState.Running, "a load that failed ends in RUNNING");
            return;
        }

        await MoveAsync(vfio, taker);
        Check.That("LM-VFSM-49", "csts", new ControllerStatus(taker.Vf.Function.Read32(Register.Csts)).Cfs, "a controller with a fatal status arrives healthy");
    }
}
