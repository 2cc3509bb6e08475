using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>How quiet a stopped function is, and what becomes of a guest whose function was stopped and goes on (linux/vfio.h, STOP).</summary>
[Area("vfio-state-machine")]
internal sealed class VfioStopCases : VfioCase
{
    private const int Depth = 24;

    /// <summary>
    /// Reads are under way when the request is made. When it has returned, and while the guest rings on, nothing may come out of the function for as
    /// long as the settings say: no byte in the guest's memory, no interrupt, no completion. When it runs again every command ends once.
    /// </summary>
    /// <remarks>Reads of memory, which leave no trace; whatever comes after the silence that is waited for.</remarks>
    [Test]
    [Covers("LM-VFSM-34", "LM-VFSM-35", "LM-VFSM-36", "LM-VFSM-37")]
    public async CaseTask Nothing_comes_out_of_a_stopped_function(
        [Values] VfioFace face, [Values(VfioState.Stop, VfioState.StopCopy, VfioState.Resuming)] VfioState state)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var signal = vfio.Vf.Listen(Vector);
        var before = queue.Taken.Count;
        await InFlightAsync(vfio, queue, "LM-VFSM-34");
        await vfio.MustAsync(state);
        var (interrupts, posted) = (signal.Count, queue.Pair.CountPosted());
        queue.Submit(queue.WithData(NvmCommand.Read(1, 0, 0), vfio.Vf.Buffer(4096)));
        using var image = new MemoryImage(vfio.Vf.Ram);
        await Lab.WatchAsync();
        Check.That("LM-VFSM-34", "guest memory", image.IsUnchanged(), $"the function wrote memory in {state}");
        Check.Equal("LM-VFSM-35", "vector[1]", signal.Count, interrupts, $"the function interrupted in {state}");
        Check.Equal("LM-VFSM-36", "cq[1].posted", queue.Pair.CountPosted(), posted, $"a completion appeared in {state}");
        if (state == VfioState.Resuming)
        {
            await vfio.Device.ResetAsync();
            Check.That("LM-VFSM-37", "host", await ComesUpAsync(vfio), "a doorbell rung in RESUMING has harmed the function");
            return;
        }

        Check.Equal("LM-VFSM-37", "running", (await vfio.AskAsync(VfioState.Running)).Result, default, "a function whose doorbell was rung does not go on");
        RingAgain(queue);
        Check.That("LM-VFSM-37", "cq[1]", await queue.ReachesAsync(before + Depth + 1), "not every command was completed when the function ran again");
        await CompletedOnceAsync(queue, "LM-VFSM-37", before + Depth + 1);
    }

    /// <summary>In the P2P states a driver that cannot tell peers from memory lets nothing out either.</summary>
    /// <remarks>Peers: the pair has none, so a driver that tells them apart cannot be judged.</remarks>
    [Test]
    [Covers("LM-VFSM-40")]
    public async CaseTask A_function_that_cannot_tell_peers_moves_nothing(
        [Values(VfioFace.HmlmP2P, VfioFace.HmlmAll, VfioFace.VendorRfcP2P)] VfioFace face, [Values(VfioState.RunningP2P, VfioState.PreCopyP2P)] VfioState state)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        Lab.Need(!vfio.TellsPeers, "a driver that cannot tell peers from memory");
        var signal = vfio.Vf.Listen(Vector);
        var before = queue.Taken.Count;
        await InFlightAsync(vfio, queue, "LM-VFSM-40");
        // Over the vendor commands there is no copying ahead.
        var reached = vfio.States.Contains(state) ? state : VfioState.RunningP2P;
        await vfio.MustAsync(reached);
        queue.Submit(queue.WithData(NvmCommand.Read(1, 0, 0), vfio.Vf.Buffer(4096)));
        var (interrupts, posted) = (signal.Count, queue.Pair.CountPosted());
        using var image = new MemoryImage(vfio.Vf.Ram);
        await Lab.WatchAsync();
        Check.That("LM-VFSM-40", "guest memory", image.IsUnchanged(), $"the function wrote memory in {reached}");
        Check.Equal("LM-VFSM-40", "quiet", (signal.Count, queue.Pair.CountPosted()), (interrupts, posted), $"the function completed or interrupted in {reached}");
        await vfio.MustAsync(VfioState.Running);
        RingAgain(queue);
        await CompletedOnceAsync(queue, "LM-VFSM-40", before + Depth + 1);
    }

    /// <summary>
    /// A migration is given up after the stream was read, in part or whole, and the source goes on: what was under way, and what was rung meanwhile,
    /// ends once.
    /// </summary>
    /// <remarks>The data of the reads; how many of them are under way when STOP_COPY is asked for.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="bytes">Of the stream that are read before.</param>
    [Test]
    [Covers("LM-VFSM-22")]
    public async CaseTask A_source_whose_migration_is_given_up_goes_on([Values] VfioFace face, [Values(0, 10, int.MaxValue)] int bytes)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var before = queue.Taken.Count;
        await InFlightAsync(vfio, queue, "LM-VFSM-22");
        var stream = await vfio.MustBeginAsync(VfioState.StopCopy);
        if (bytes == int.MaxValue) await CaseVfio.ReadAsync(stream);
        else if (bytes > 0) await stream.ReadAsync(new byte[bytes]);
        queue.Submit(NvmCommand.Flush(1));
        Check.Equal("LM-VFSM-22", "running", (await vfio.AskAsync(VfioState.Running)).Result, default, "a source that was saved does not go on");
        RingAgain(queue);
        await CompletedOnceAsync(queue, "LM-VFSM-22", before + Depth + 1);
        Check.That("LM-VFSM-22", "admin", await AnswersAsync(vfio), "the admin queue of a source that goes on is dead");
    }

    /// <summary>A hundred times the function is stopped under load, in turn as far as STOP and STOP_COPY, and let run again.</summary>
    /// <remarks>The data of the reads, all into one page. When in the work of a command the stop falls is left to chance.</remarks>
    [Test]
    [Covers("LM-VFSM-23")]
    public async CaseTask Stopped_a_hundred_times_under_load_each_command_ends_once([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var data = vfio.Vf.Buffer(4096);
        var submitted = queue.Taken.Count;
        for (var i = 0; i < 100; i++)
        {
            submitted += queue.Burst(6, n => queue.WithData(NvmCommand.Read(1, (ulong)n, 0), data)).Count;
            await World.After((long)Random.Below(200_000));
            var (stopped, _) = await vfio.AskAsync(i % 3 == 0 ? VfioState.StopCopy : VfioState.Stop);
            Check.Equal("LM-VFSM-23", $"{i}.stop", stopped, default, "the function could not be stopped under load");
            if (i % 4 == 0) submitted += queue.Burst(1, _ => NvmCommand.Flush(1)).Count;
            Check.Equal("LM-VFSM-23", $"{i}.run", (await vfio.AskAsync(VfioState.Running)).Result, default, "the function could not be let run again");
            RingAgain(queue);
            submitted += queue.Burst(1, _ => NvmCommand.Flush(1)).Count;
            Check.That("LM-VFSM-23", $"{i}.goes on", await queue.ReachesAsync(submitted), "the function was let run again and does not");
        }

        await CompletedOnceAsync(queue, "LM-VFSM-23", submitted);
    }

    /// <summary>Copying ahead is begun under load and given up, in the middle of the stream: the guest notices nothing, and the stream is dead.</summary>
    /// <remarks>The data of the reads; copying ahead that is given up at its end for now.</remarks>
    [Test]
    [Covers("LM-VFSM-21")]
    public async CaseTask Copying_ahead_can_be_given_up([Values(VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        var before = queue.Taken.Count;
        await InFlightAsync(vfio, queue, "LM-VFSM-21");
        var stream = await vfio.MustBeginAsync(VfioState.PreCopy);
        await stream.ReadAsync(new byte[16]);
        Check.That("LM-VFSM-21", "ahead", await queue.ReachesAsync(before + Depth) && await WorksAsync(vfio), "the guest stands still while its function is copied ahead");
        Check.Equal("LM-VFSM-21", "set", (await vfio.AskAsync(VfioState.Running)).Result, default, "copying ahead could not be given up");
        Check.That("LM-VFSM-21", "sq[1]", await WorksAsync(vfio), "the guest stands still after copying ahead was given up");
        await CompletedOnceAsync(queue, "LM-VFSM-21", before + Depth + 2);
        Check.Equal("LM-VFSM-21", "read", await stream.ReadAsync(new byte[16]), -Errno.Enodev, "the stream of a session that is over still gives something");
    }

    /// <summary>
    /// Registers are read and written in each state in which the function stands: neither host nor caller is harmed, and after a reset, or when it
    /// runs again, it works.
    /// </summary>
    /// <remarks>What such a user does to his own stream.</remarks>
    [Test]
    [Covers("LM-VFSM-38")]
    public async CaseTask Registers_may_be_touched_while_it_stands(
        [Values] VfioFace face, [Values(VfioState.Stop, VfioState.StopCopy, VfioState.Resuming)] VfioState state)
    {
        var vfio = await StartWithoutQueuesAsync(face);
        await vfio.MustAsync(state);
        var function = vfio.Vf.Function;
        for (var offset = 0; offset < 0x40; offset += 4) function.Read32(offset);
        foreach (var register in new[] { Register.Intms, Register.Intmc }) function.Write32(register, 1);
        for (var offset = Register.Doorbells; offset < Register.Doorbells + 64; offset += 4) function.Read32(offset);
        Check.Equal("LM-VFSM-38", "state", await vfio.StateAsync(), state, "touching registers has changed the state");
        Check.That("LM-VFSM-38", "host", (await vfio.Vf.Host.Pf.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk, "touching registers has harmed the controlling function");
        await vfio.Device.ResetAsync();
        Check.That("LM-VFSM-38", "function", await ComesUpAsync(vfio), "touching registers has harmed the function for good");
    }

    /// <summary>In STOP configuration space is read, and a vector set up that has had none: an interrupt comes there when the function runs.</summary>
    /// <remarks>Fields of configuration space other than the identity and the command register.</remarks>
    [Test]
    [Covers("LM-VFSM-39")]
    public async CaseTask Configuration_and_vectors_are_there_in_STOP([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var id = vfio.Vf.Face.ReadConfig(0, 4);
        await vfio.MustAsync(VfioState.Stop);
        Check.Equal("LM-VFSM-39", "config.id", vfio.Vf.Face.ReadConfig(0, 4), id, "configuration space cannot be read in STOP");
        Check.That("LM-VFSM-39", "config.command", PciConfig.ReadCommand(vfio.Vf.Face).BusMaster, "the command register cannot be read in STOP");
        var signal = vfio.Vf.Listen(Vector);
        await vfio.MustAsync(VfioState.Running);
        Check.That("LM-VFSM-39", "sq[1]", await WorksAsync(vfio), "the function does not work after its vector was set in STOP");
        Check.That("LM-VFSM-39", "vector[1]", await Lab.ReachesAsync(() => signal.Count > 0), "a vector that was set up in STOP gives no interrupt");
    }

    /// <summary>Under load the function is stopped and all its memory unmapped: not one access is refused, for none is tried.</summary>
    /// <remarks>Accesses that the platform does not tell of: there it is only seen that unmapping works.</remarks>
    [Test]
    [Covers("LM-VFSM-42")]
    public async CaseTask A_stopped_functions_memory_can_be_unmapped([Values] VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        await InFlightAsync(vfio, queue, "LM-VFSM-42");
        await vfio.MustAsync(VfioState.Stop);
        var faults = vfio.Vf.Space.Faults.Count;
        foreach (var mapping in vfio.Vf.Space.Mappings.ToList()) await vfio.Vf.Space.UnmapAsync(mapping.Iova, mapping.Length);
        queue.Ring();
        await Lab.WatchAsync();
        Check.Equal("LM-VFSM-42", "mappings", vfio.Vf.Space.Mappings.Count, 0, "memory of a stopped function could not be unmapped");
        if (vfio.Vf.Space.TellsFaults) Check.Equal("LM-VFSM-42", "faults", vfio.Vf.Space.Faults.Count, faults, "a stopped function reached for memory");
    }

    /// <summary>Ten thousand times an idle function is stopped and let run, one request after the other; then it works.</summary>
    /// <remarks>A function under load: it is idle. What leaks more slowly than ten thousand times can show.</remarks>
    [Test]
    [Covers("LM-VFSM-53")]
    public async CaseTask Ten_thousand_suspensions_leave_nothing_hanging([Values(VfioFace.Hmlm)] VfioFace face)
    {
        var vfio = await StartAsync(face);
        for (var i = 0; i < 10_000; i++)
        {
            var (stopped, _) = await vfio.AskAsync(VfioState.Stop);
            var (running, _) = await vfio.AskAsync(VfioState.Running);
            if (!stopped.IsOk || !running.IsOk)
            {
                Check.Equal("LM-VFSM-53", $"{i}", (stopped, running), (default, default), "a suspension of many failed");
                return;
            }
        }

        Check.That("LM-VFSM-53", "sq[1]", await WorksAsync(vfio), "the function hangs after ten thousand suspensions");
    }

    /// <summary>Reads are submitted that take longer than it takes to ask for another state.</summary>
    private static async ValueTask InFlightAsync(CaseVfio vfio, CaseQueue queue, string requirement)
    {
        var target = vfio.Vf.Buffer(Depth * 4096);
        queue.Burst(Depth, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), target.Slice(i * 4096, 4096)));
        await World.After(2_000);
        Check.Hazard(requirement, "sq[1].in flight", queue.Pair.CountPosted() < Depth, "commands under way when the request was made");
    }

    private static async ValueTask CompletedOnceAsync(CaseQueue queue, string requirement, int submitted)
    {
        Check.That(requirement, "cq[1].all", await queue.ReachesAsync(submitted), $"{queue.Taken.Count} of {submitted} commands were completed");
        await Lab.WatchAsync();
        queue.Consume();
        Check.Equal(requirement, "cq[1].count", queue.Taken.Count, submitted, "there are not as many completions as commands");
        Check.That(requirement, "cq[1].once", queue.Taken.DistinctBy(it => it.Cid).Count() == queue.Taken.Count, "a command was completed twice");
        Check.That(requirement, "cq[1].status", queue.Taken.All(it => it.Status == Status.Success), "a command failed because its function was stopped");
    }
}
