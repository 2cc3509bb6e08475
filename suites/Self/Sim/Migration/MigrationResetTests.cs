using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Resets in the middle of a migration (Base 2.3 8.1.13, 5.2.17.1.1): the RST assertions of the reference.</summary>
[TestFixture]
internal sealed class MigrationResetTests
{
    private static readonly SimulatedPairOptions _twoManagers = MigrationBench.Of(topology: new() { PhysicalFunctions = 2 });

    private static async Task Works(MigrationBench bench, RawHost vf)
    {
        var io = await vf.CreateQueues(1);
        Assert.That((await vf.Io(io, NvmCommand.Write(1, 1, 0), vf.Take(4096))).Status, Is.EqualTo(Status.Success));
        Assert.That(await bench.IsSuspended(vf.Controller.Id), Is.False);
    }

    [Test]
    public void RST_01_V69_A_controller_reset_ends_a_suspend() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        await bench.Vf.Disable();
        await bench.Vf.Enable();
        Assert.That((await bench.State()).SubmissionQueues, Is.Empty);
        await Works(bench, bench.Vf);
    });

    [Test]
    public void RST_01_V69_A_function_level_reset_ends_a_suspend() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        await bench.Vf.Function.ResetAsync();
        await bench.Expect(Status.ControllerNotSuspended, MigrationCommand.Resume(bench.C));
        var vf = new RawHost(bench.Rig.World, bench.Pf.Bus, bench.Vf.Function, bench.Rig.NewMemory());
        await vf.Connect();
        await vf.Enable();
        await Works(bench, vf);
    });

    [Test]
    public void RST_02_V53_A_reset_takes_loaded_queues_away_and_the_state_can_be_loaded_again() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        var other = await bench.Other();
        Assert.That(await bench.Set(other.Controller.Id, state), Is.EqualTo(Status.Success));
        await other.Disable();
        Assert.That((await bench.State(other.Controller.Id)).SubmissionQueues, Is.Empty);
        await bench.Expect(Status.ControllerNotSuspended, MigrationCommand.Resume(other.Controller.Id));
        await other.Enable();
        await bench.Pf.Must(MigrationCommand.Suspend(other.Controller.Id));
        Assert.That(await bench.Set(other.Controller.Id, state), Is.EqualTo(Status.Success));
    });

    [Test]
    public void RST_03_11_A_reset_of_the_management_controller_leaves_no_stale_suspend() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        var other = (await bench.Other()).Controller.Id;
        await bench.Set(other, state);
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        foreach (var number in new[] { 1, 2 })
        {
            var vf = await bench.Rig.Vf(bench.Pf, number, bench.Rig.NewMemory());
            await Works(bench, vf);
        }
    });

    [TestCase(LoggingAfterReset.Continues, TestName = "RST_05_Logging_goes_on_after_a_reset_of_the_controller")]
    [TestCase(LoggingAfterReset.Stops, TestName = "RST_05_Logging_stops_with_a_reset_of_the_controller_where_the_device_does_so")]
    public void Logging(LoggingAfterReset after) => MigrationBench.Run(
        async bench =>
        {
            var queue = await DataQueueReader.Create(bench);
            queue.Take();
            await bench.Vf.Disable();
            await bench.Vf.Enable();
            var io = await bench.Vf.CreateQueues(1);
            await bench.Vf.Io(io, NvmCommand.Write(1, 5, 0), bench.Data);
            var entries = queue.Take();
            Assert.That(entries, Has.Count.EqualTo(after == LoggingAfterReset.Continues ? 1 : 0));
            if (entries.Count > 0) Assert.That(entries[0], Is.EqualTo(LbaMigrationQueueEntry.Range(1, 5, 0, phase: true)), "a plain one");
            await queue.Get();
        },
        MigrationBench.Of(ambiguities: new() { LogAfterReset = after }));

    [Test]
    public void RST_06_A_subsystem_reset_drops_a_suspend_that_waits() => MigrationBench.Run(
        async bench =>
        {
            MigrationBench.Burst(bench.Io, 4, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            await bench.Rig.World.After(10_000);
            bench.Pf.Function.Write32(Register.Nssr, Register.NssrReset);
            await bench.Pf.Settle();
            Assert.That(bench.Pf.Admin.TryTake(out _), Is.False);
            var pf = new RawHost(bench.Rig.World, bench.Pf.Bus, bench.Pf.Function, bench.Rig.NewMemory());
            await pf.Connect();
            await pf.Enable();
            var vf = await bench.Rig.Vf(pf, 1, bench.Rig.NewMemory());
            var io = await vf.CreateQueues(1);
            Assert.That((await vf.Io(io, NvmCommand.Read(1, 0, 0), vf.Take(4096))).Status, Is.EqualTo(Status.Success));
        },
        MigrationBench.Of(timing: new() { Read = Duration.FromMicroseconds(100) }));

    [Test]
    public void RST_07_A_reset_of_the_management_controller_discards_half_a_state() => MigrationBench.Run(
        async bench =>
        {
            // The VF of the second PF, so that it stays online.
            var second = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            var other = await bench.Rig.Vf(second, 1);
            await bench.Suspend();
            var state = (await bench.Receive()).Bytes;
            await second.Must(MigrationCommand.Suspend(other.Controller.Id));
            Assert.That(await bench.Set(other.Controller.Id, state[..64], 0, SequenceIndicator.First), Is.EqualTo(Status.Success));
            await bench.Pf.Disable();
            await bench.Pf.Enable();
            Assert.That(
                await bench.Set(other.Controller.Id, state[64..], 64, SequenceIndicator.Last), Is.EqualTo(Status.CommandSequenceError));
            await second.Must(MigrationCommand.Resume(other.Controller.Id));
        },
        _twoManagers);

    [Test]
    public void RST_08_Enabling_a_suspended_controller_does_not_hang_it() => MigrationBench.Run(async bench =>
    {
        var other = await bench.Other(enable: false);
        await other.Enable();
        var cid = other.Submit(other.Admin, AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
        await other.Settle();
        Assert.That(other.Admin.TryTake(out _), Is.False, "still suspended");
        await bench.Pf.Must(MigrationCommand.Resume(other.Controller.Id));
        Assert.That((await other.Next(other.Admin)).Cid, Is.EqualTo(cid));
    });

    [Test]
    public void RST_09_The_reset_of_the_one_that_suspended_ends_the_suspend() => MigrationBench.Run(
        async bench =>
        {
            var second = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            var other = await bench.Rig.Vf(second, 1);
            var io = await other.CreateQueues(1);
            await bench.Pf.Must(MigrationCommand.Suspend(other.Controller.Id));
            var cid = other.Submit(io, NvmCommand.Flush(1));
            await other.Settle();
            Assert.That(io.TryTake(out _), Is.False);
            await bench.Pf.Disable();
            Assert.That((await other.Next(io)).Cid, Is.EqualTo(cid));
            var page = second.Take(4096);
            Assert.That((await second.Must(MigrationCommand.GetControllerState(other.Controller.Id, 1, 0, 48), page)).Dw0, Is.Zero);
        },
        _twoManagers);

    [Test]
    public void RST_10_A_way_to_D3hot_and_back_is_a_reset_without_a_stray_write() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var written = bench.Vf.Truth.LastWriteAt;
        var power = Capability.Find(bench.Vf.Function, Capability.PowerManagement);
        bench.Vf.Function.WriteConfig(power + 4, 2, bench.Vf.Function.ReadConfig(power + 4, 2) | 3);
        await bench.Vf.Settle();
        bench.Vf.Function.WriteConfig(power + 4, 2, bench.Vf.Function.ReadConfig(power + 4, 2) & ~3u);
        await bench.Vf.Settle();
        Assert.That(bench.Vf.Truth.LastWriteAt, Is.EqualTo(written));
        await bench.Expect(Status.ControllerNotSuspended, MigrationCommand.Resume(bench.C));
        Assert.That((await bench.State()).SubmissionQueues, Is.Empty);
    });

    [Test]
    public void V72_A_reset_by_the_guest_while_a_suspend_waits_leaves_no_old_state() => MigrationBench.Run(
        async bench =>
        {
            MigrationBench.Burst(bench.Io, 4, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            await bench.Rig.World.After(10_000);
            bench.Vf.Function.Write32(Register.Cc, 0);
            Assert.That((await bench.Pf.Next(bench.Pf.Admin)).Status, Is.EqualTo(Status.Success));
            Assert.That(bench.Io.TryTake(out _), Is.False);
            Assert.That((await bench.State()).SubmissionQueues, Is.Empty);
        },
        MigrationBench.Of(timing: new() { Read = Duration.FromMilliseconds(1) }));
}
