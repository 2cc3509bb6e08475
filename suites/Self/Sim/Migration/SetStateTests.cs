using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Set Controller State of Migration Send (Base 2.3 5.2.17.1.3), good ones: SET assertions of the reference.</summary>
[TestFixture]
internal sealed class SetStateTests
{
    private static readonly SimulatedPairOptions _vendorPart = MigrationBench.Of(new() { VendorState = new() { Supported = true } });

    /// <summary>The state of the bench's controller after some commands, which is then suspended.</summary>
    private static async Task<byte[]> Saved(MigrationBench bench, byte csuuidi = 0)
    {
        for (var i = 0; i < 20; i++) await bench.Write((ulong)i);
        await bench.Suspend();
        return (await bench.Receive(1, csuuidi)).Bytes;
    }

    [Test]
    public void SET_01_02_V45_What_is_loaded_reads_back_the_same() => MigrationBench.Run(async bench =>
    {
        await bench.Vf.CreateQueues(3, entries: 8, vector: 2);
        var state = await Saved(bench);
        var other = (await bench.Other()).Controller.Id;
        Assert.That(await bench.Set(other, state), Is.EqualTo(Status.Success));
        Assert.That((await bench.Receive(cntlid: other)).Bytes, Is.EqualTo(state));
    });

    [Test]
    public void SET_03_Pieces_are_committed_with_the_last([Values] bool emptyLast) => MigrationBench.Run(async bench =>
    {
        var state = await Saved(bench);
        var other = (await bench.Other()).Controller.Id;
        Assert.That(await bench.Set(other, state[..40], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(other, state[40..96], 40, SequenceIndicator.Middle), Is.EqualTo(Status.Success));
        if (emptyLast) Assert.That(await bench.Set(other, state[96..], 96, SequenceIndicator.Middle), Is.EqualTo(Status.Success));
        Assert.That((await bench.State(other)).SubmissionQueues, Is.Empty, "not yet");
        // SET-04: the last one may bring nothing.
        var (rest, at) = emptyLast ? ([], (ulong)state.Length) : (state[96..], 96ul);
        Assert.That(await bench.Set(other, rest, at, SequenceIndicator.Last), Is.EqualTo(Status.Success));
        Assert.That((await bench.State(other)).SubmissionQueues, Has.Length.EqualTo(1));
    });

    [TestCase(SequenceIndicator.Middle, TestName = "SET_05_A_middle_piece_without_a_first_is_refused")]
    [TestCase(SequenceIndicator.Last, TestName = "SET_06_A_last_piece_without_a_first_is_refused")]
    public void Alone(SequenceIndicator sequence) => MigrationBench.Run(async bench =>
    {
        var state = await Saved(bench);
        var other = (await bench.Other()).Controller.Id;
        Assert.That(await bench.Set(other, state, 0, sequence), Is.EqualTo(Status.CommandSequenceError));
        Assert.That(await bench.Set(other, state), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(other, state[96..], 96, sequence), Is.EqualTo(Status.CommandSequenceError), "the sequence is over");
    });

    [Test]
    public void SET_07_A_new_first_piece_begins_anew() => MigrationBench.Run(async bench =>
    {
        var state = await Saved(bench);
        var other = (await bench.Other()).Controller.Id;
        var wrong = (byte[])state.Clone();
        wrong.AsSpan(56).Fill(0xFF);
        Assert.That(await bench.Set(other, wrong, 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(other, state[..52], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(other, [], (ulong)state.Length, SequenceIndicator.Last), Is.EqualTo(Status.InvalidField), "old bytes are gone");
        Assert.That(await bench.Set(other, state[52..], 52, SequenceIndicator.Last), Is.EqualTo(Status.Success));
        Assert.That((await bench.Receive(cntlid: other)).Bytes, Is.EqualTo(state));
    });

    [Test]
    public void SET_08_Sequences_of_two_controllers_do_not_mix() => MigrationBench.Run(async bench =>
    {
        await bench.Vf.CreateQueues(2);
        var state = await Saved(bench);
        var (one, two) = ((await bench.Other()).Controller.Id, (await bench.Other(3)).Controller.Id);
        var single = ControllerState.TryDecode(state, out _)!;
        var smaller = new ControllerState
        {
            Header = single.Header, Nvme = single.Nvme, SubmissionQueues = [single.SubmissionQueues[0]],
            CompletionQueues = [single.CompletionQueues[0]],
        }.Encode();
        Assert.That(await bench.Set(one, state[..64], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(two, smaller[..64], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(one, state[64..], 64, SequenceIndicator.Last), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(two, smaller[64..], 64, SequenceIndicator.Last), Is.EqualTo(Status.Success));
        Assert.That((await bench.Receive(cntlid: one)).Bytes, Is.EqualTo(state));
        Assert.That((await bench.Receive(cntlid: two)).Bytes, Is.EqualTo(smaller));
    });

    [Test]
    public void SET_08_A_sequence_of_another_management_controller_is_not_gone_on_with() => MigrationBench.Run(
        async bench =>
        {
            var state = await Saved(bench);
            var other = (await bench.Other()).Controller.Id;
            Assert.That(await bench.Set(other, state[..64], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
            var pf = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            var page = pf.Take(4096);
            pf.Memory.Write(page, state.AsSpan(64));
            var last = MigrationCommand.SetControllerState(other, 1, 0, (uint)(state.Length - 64), 64, SequenceIndicator.Last);
            Assert.That((await pf.Do(last, page)).Status, Is.EqualTo(Status.CommandSequenceError));
            Assert.That(await bench.Set(other, state[64..], 64, SequenceIndicator.Last), Is.EqualTo(Status.Success));
        },
        MigrationBench.Of(topology: new() { PhysicalFunctions = 2 }));

    [TestCase(SetStatePrecondition.SuspendedEnabledOrOffline)]
    [TestCase(SetStatePrecondition.SuspendedOrOffline)]
    [TestCase(SetStatePrecondition.Suspended)]
    public void SET_15_16_28_What_a_controller_must_be_is_as_the_knob_says(SetStatePrecondition precondition) => MigrationBench.Run(
        async bench =>
        {
            var state = await Saved(bench);
            var disabled = (await bench.Other(2, enable: false, suspend: false)).Controller.Id;
            Assert.That(await bench.Set(disabled, state), Is.EqualTo(Status.InvalidControllerIdentifier), "SET-15: online, not enabled");

            var running = (await bench.Other(3, suspend: false)).Controller.Id;
            var enabled = precondition == SetStatePrecondition.SuspendedEnabledOrOffline;
            Assert.That(
                await bench.Set(running, state), Is.EqualTo(enabled ? Status.Success : Status.InvalidControllerIdentifier), "SET-28: running");

            var offline = (ushort)(running + 1);
            await bench.Pf.Must(AdminCommand.VirtualizationManagement(
                VirtualizationAction.SecondaryAssign, offline, ResourceType.VirtualQueue, 5));
            await bench.Pf.Must(AdminCommand.VirtualizationManagement(
                VirtualizationAction.SecondaryAssign, offline, ResourceType.VirtualInterrupt, 5));
            var accepts = precondition != SetStatePrecondition.Suspended;
            Assert.That(
                await bench.Set(offline, state), Is.EqualTo(accepts ? Status.Success : Status.InvalidControllerIdentifier), "SET-16: offline");
            Assert.That((await bench.State(offline)).SubmissionQueues, Has.Length.EqualTo(accepts ? 1 : 0));
        },
        MigrationBench.Of(ambiguities: new() { SetStatePrecondition = precondition }));

    [Test]
    public void SET_16_A_state_without_queues_is_taken_by_an_offline_controller_without_resources() => MigrationBench.Run(async bench =>
    {
        var other = await bench.Other();
        var (state, _) = await bench.Receive(cntlid: other.Controller.Id);
        var offline = (ushort)(other.Controller.Id + 1);
        Assert.That(await bench.Set(offline, state), Is.EqualTo(Status.Success));
        Assert.That(await bench.Set(offline, await Saved(bench)), Is.EqualTo(Status.NotEnoughResources), "it has no queue pair");
    });

    [Test]
    public void SET_27_A_loaded_queue_exists() => MigrationBench.Run(async bench =>
    {
        var state = await Saved(bench);
        var other = await bench.Other();
        Assert.That(await bench.Set(other.Controller.Id, state), Is.EqualTo(Status.Success));
        await bench.Pf.Must(MigrationCommand.Resume(other.Controller.Id));
        var create = AdminCommand.CreateIoCq(1, 15, 0) with { Prp1 = other.Iova(other.Take(4096)) };
        Assert.That((await other.Do(create)).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
    });

    // Completions before the move: the tail of the queue of 16 then is in the middle, about to wrap, or has just wrapped.
    [Test]
    public void SET_29_V23_V44_The_first_completion_has_the_phase_and_the_vector_of_the_source(
        [Values(0, 5, 15, 16, 17, 31, 32)] int commands, [Values] Slot0PhaseMode mode) => MigrationBench.Run(
        async bench =>
        {
            var io = await bench.Vf.CreateQueues(2, vector: 3);
            for (var i = 0; i < commands; i++) await bench.Vf.Io(io, NvmCommand.Flush(1));
            await bench.Suspend();
            var state = (await bench.Receive()).Bytes;
            var cid = bench.Vf.Submit(io, NvmCommand.Flush(1));

            var other = await bench.Other();
            // The doorbell came after the state was read: the host rings it again.
            Assert.That(await bench.Set(other.Controller.Id, state), Is.EqualTo(Status.Success));
            var signal = new Signal(bench.Rig.World);
            other.Function.BindInterrupt(3, signal);
            io.Function = other.Function;
            await bench.Pf.Must(MigrationCommand.Resume(other.Controller.Id));
            io.Ring();
            Assert.That((await bench.Vf.Next(io)).Cid, Is.EqualTo(cid));
            Assert.That(signal.Count, Is.EqualTo(1));
            for (var i = 0; i < 20; i++) await bench.Vf.Io(io, NvmCommand.Flush(1));
        },
        MigrationBench.Of(ambiguities: new() { S0ptMode = mode }));

    [Test]
    public void A_vendor_part_carries_the_admin_queue_features_and_requests() => MigrationBench.Run(
        async bench =>
        {
            await bench.Vf.Must(AdminCommand.SetFeatures((byte)FeatureId.InterruptCoalescing, 0x0302));
            var aer = await bench.AwaitAttributeChange();
            var state = await Saved(bench, csuuidi: 1);
            var waiting = bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
            state = (await bench.Receive(1, 1)).Bytes;
            var other = await bench.Other(enable: false);
            Assert.That(await bench.Set(other.Controller.Id, state, csuuidi: 1), Is.EqualTo(Status.Success));
            Assert.That((await bench.Receive(1, 1, other.Controller.Id)).Bytes, Is.EqualTo(state), "V-45: identical");
            bench.Io.Function = bench.Vf.Admin.Function = other.Function;
            await bench.Pf.Must(MigrationCommand.Resume(other.Controller.Id));
            Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(waiting));
            Assert.That((await bench.Vf.Must(AdminCommand.GetFeatures((byte)FeatureId.InterruptCoalescing))).Dw0, Is.EqualTo(0x0302));
            await bench.ChangeAttribute(other);
            Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(aer));
        },
        _vendorPart);

    [Test]
    public void The_state_of_a_disabled_controller_disables() => MigrationBench.Run(
        async bench =>
        {
            var disabled = await bench.Other(enable: false);
            var state = (await bench.Receive(1, 1, disabled.Controller.Id)).Bytes;
            var enabled = await bench.Other(3);
            Assert.That(await bench.Set(enabled.Controller.Id, state, csuuidi: 1), Is.EqualTo(Status.Success));
            var function = enabled.Function;
            Assert.That(new ControllerConfiguration(function.Read32(Register.Cc)).En, Is.False);
            Assert.That(new ControllerStatus(function.Read32(Register.Csts)).Rdy, Is.False);
        },
        MigrationBench.Of(new() { VendorState = new() { Supported = true } }));
}
