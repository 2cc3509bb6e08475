using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Suspend of Migration Send (Base 2.3 5.2.17.1.1, 8.1.13.1): the SUSP assertions of the reference.</summary>
[TestFixture]
internal sealed class SuspendTests
{
    private static readonly SimulatedPairOptions _slow =
        MigrationBench.Of(timing: new() { Read = Duration.FromMilliseconds(1), Write = Duration.FromMilliseconds(1) });

    [Test]
    public void SUSP_01_A_suspended_controller_says_so() => MigrationBench.Run(async bench =>
    {
        Assert.That(await bench.IsSuspended(), Is.False);
        await bench.Suspend();
        Assert.That(await bench.IsSuspended());
    });

    [Test]
    public void SUSP_02_A_notification_lets_the_load_go_on() => MigrationBench.Run(
        async bench =>
        {
            MigrationBench.Burst(bench.Io, 8, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            await bench.Pf.Must(MigrationCommand.Suspend(bench.C, SuspendType.Notification));
            Assert.That(await bench.IsSuspended(), Is.False);
            for (var i = 0; i < 8; i++) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(1000 + i));
            await bench.Write(20);
        },
        _slow);

    [Test]
    public void SUSP_03_Suspend_completes_after_all_that_was_fetched() => MigrationBench.Run(
        async bench =>
        {
            var io = await bench.Vf.CreateQueues(2, entries: 64);
            MigrationBench.Burst(io, 32, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            Assert.That(await bench.Vf.Reaches(() => bench.Vf.Truth.InFlight == 32));
            bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            await bench.Rig.World.After(500_000);
            Assert.That(bench.Pf.Admin.TryTake(out _), Is.False, "32 reads are under way");
            Assert.That((await bench.Pf.Next(bench.Pf.Admin)).Status, Is.EqualTo(Status.Success));
            Assert.That(Enumerable.Range(0, 32).Select(io.Peek).All(entry => entry.Phase));
        },
        _slow);

    [Test]
    public void A_controller_that_may_not_write_holds_up_no_suspend([Values] bool meanwhile, [Values] bool asleep) => MigrationBench.Run(
        async bench =>
        {
            var function = bench.Vf.Function;
            MigrationBench.Burst(bench.Io, 8, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            Assert.That(await bench.Vf.Reaches(() => bench.Vf.Truth.InFlight == 8));
            if (!meanwhile) Quiet();
            bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            if (meanwhile)
            {
                await bench.Rig.World.After(100_000);
                Assert.That(bench.Pf.Admin.TryTake(out _), Is.False, "8 reads are under way");
                Quiet();
            }

            Assert.That((await bench.Pf.Next(bench.Pf.Admin)).Status, Is.EqualTo(Status.Success));
            Assert.That(await bench.IsSuspended());
            if (asleep) return;
            function.WriteConfig(PciHeader.CommandOffset, 2, 6);
            await bench.Rig.World.After(5_000_000);
            Assert.That(bench.Io.TryTake(out _), Is.False, "it is suspended");
            await bench.Resume();
            for (var i = 0; i < 8; i++) Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(1000 + i));

            void Quiet()
            {
                if (asleep) function.WriteConfig(Capability.Find(function, Capability.PowerManagement) + 4, 2, 3);
                else function.WriteConfig(PciHeader.CommandOffset, 2, 2);
            }
        },
        _slow);

    [Test]
    public void SUSP_04_05_What_is_submitted_while_suspended_is_latched_and_nothing_else() => MigrationBench.Run(async bench =>
    {
        var signal = new Signal(bench.Rig.World);
        bench.Vf.Function.BindInterrupt(0, signal);
        for (var i = 0; i < 3; i++) await bench.Write((ulong)i);
        await bench.Suspend();
        var (fetched, written, interrupts) = (bench.Vf.Truth.Fetched, bench.Vf.Truth.LastWriteAt, signal.Count);
        bench.Vf.Submit(bench.Io, bench.WithData(NvmCommand.Write(1, 9, 0)));
        await bench.Vf.Settle();
        Assert.That(bench.Io.TryTake(out _), Is.False);
        Assert.That((bench.Vf.Truth.Fetched, bench.Vf.Truth.LastWriteAt, signal.Count), Is.EqualTo((fetched, written, interrupts)));
        var queue = (await bench.State()).SubmissionQueues.Single();
        Assert.That((queue.HeadPointer, queue.TailPointer), Is.EqualTo((3, 4)));
    });

    [Test]
    public void SUSP_06_V30_An_admin_command_waits_and_is_executed_once_without_a_doorbell() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var cid = bench.Vf.Submit(bench.Vf.Admin, AdminCommand.SetFeatures((byte)FeatureId.TemperatureThreshold, 300));
        await bench.Vf.Settle();
        Assert.That(bench.Vf.Admin.TryTake(out _), Is.False);
        await bench.Resume();
        Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(cid));
        await bench.Vf.Settle();
        Assert.That(bench.Vf.Admin.TryTake(out _), Is.False, "once");
    });

    [Test]
    public void SUSP_07_Requests_for_events_stay_outstanding() => MigrationBench.Run(async bench =>
    {
        var first = await bench.AwaitAttributeChange();
        var others = new[]
        {
            bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest()), bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest()),
        };
        await bench.Suspend();
        await bench.Vf.Settle();
        Assert.That(bench.Vf.Admin.TryTake(out _), Is.False);
        await bench.Resume();
        await bench.ChangeAttribute();
        Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(first));
        foreach (var cid in others)
        {
            bench.Vf.Submit(bench.Vf.Admin, AdminCommand.Abort(0, cid));
            var both = new[] { await bench.Vf.Next(bench.Vf.Admin), await bench.Vf.Next(bench.Vf.Admin) };
            Assert.That(both.Single(entry => entry.Cid == cid).Status, Is.EqualTo(Status.AbortRequested), "was outstanding");
        }
    });

    [Test]
    public void SUSP_08_An_event_waits_for_the_resume() => MigrationBench.Run(async bench =>
    {
        var cid = await bench.AwaitAttributeChange();
        await bench.Suspend();
        await bench.ChangeAttribute();
        await bench.Vf.Settle();
        Assert.That(bench.Vf.Admin.TryTake(out _), Is.False);
        await bench.Resume();
        Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(cid));
    });

    [TestCase(SuspendType.Suspend, TestName = "SUSP_09_A_second_suspend_succeeds_and_changes_nothing")]
    [TestCase(SuspendType.Notification, TestName = "SUSP_10_A_notification_of_a_suspended_controller_changes_nothing")]
    public void Again(SuspendType type) => MigrationBench.Run(async bench =>
    {
        await bench.Write(1);
        await bench.Suspend();
        var before = (await bench.Receive()).Bytes;
        await bench.Pf.Must(MigrationCommand.Suspend(bench.C, type));
        var (after, suspended) = await bench.Receive();
        Assert.That(suspended);
        Assert.That(after, Is.EqualTo(before));
    });

    [Test]
    public void SUSP_11_V30_Registers_read_as_ever() => MigrationBench.Run(async bench =>
    {
        int[] registers =
        [
            Register.Cap, Register.Cap + 4, Register.Vs, Register.Cc, Register.Csts, Register.Aqa, Register.Asq, Register.Asq + 4,
            Register.Acq, Register.Acq + 4, Register.CmbSz, Register.Crto,
        ];
        var before = registers.Select(r => bench.Vf.Function.Read32(r)).ToArray();
        await bench.Suspend();
        Assert.That(registers.Select(r => bench.Vf.Function.Read32(r)), Is.EqualTo(before));
        Assert.That(bench.Vf.Function.Read32(Register.Csts) & 3, Is.EqualTo(1), "RDY, not CFS");
    });

    [Test]
    public void SUSP_14_V27_A_full_completion_queue_loses_nothing() => MigrationBench.Run(
        async bench =>
        {
            var io = await bench.Vf.CreateQueues(2, entries: 16, cqEntries: 3);
            MigrationBench.Burst(io, 10, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(100_000);
            await bench.Suspend();
            var cids = new List<int>();
            while (io.TryTake(out var entry)) cids.Add(entry.Cid);
            Assert.That(cids, Has.Count.EqualTo(2), "fetched no more than could be posted");
            io.RingHead();
            await bench.Vf.Settle();
            Assert.That(io.TryTake(out _), Is.False);
            await bench.Resume();
            while (cids.Count < 10) cids.Add((await bench.Vf.Next(io)).Cid);
            Assert.That(cids, Is.EqualTo(Enumerable.Range(1000, 10)));
        },
        _slow);

    [Test]
    public void SUSP_15_A_queue_that_is_never_drained_does_not_hold_up_a_suspend() => MigrationBench.Run(
        async bench =>
        {
            var io = await bench.Vf.CreateQueues(2, entries: 16, cqEntries: 3);
            MigrationBench.Burst(io, 10, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
            await bench.Rig.World.After(5_000_000);
            var start = bench.Rig.World.Now;
            await bench.Suspend();
            Assert.That(bench.Rig.World.Now - start, Is.LessThan(10_000));
        },
        _slow);

    [Test]
    public void SUSP_17_V12_Another_controller_does_not_notice() => MigrationBench.Run(
        async bench =>
        {
            var other = await bench.Rig.Vf(bench.Pf, 2);
            var io = await other.CreateQueues(1);
            var data = other.Take(4096);
            async Task<long> ReadOne()
            {
                var start = bench.Rig.World.Now;
                await other.Io(io, NvmCommand.Read(1, 0, 0), data);
                return bench.Rig.World.Now - start;
            }

            var before = await ReadOne();
            await bench.Suspend();
            Assert.That(await ReadOne(), Is.EqualTo(before));
            Assert.That(await bench.IsSuspended(other.Controller.Id), Is.False);
        },
        _slow);

    [Test]
    public void SUSP_18_The_management_controller_s_own_commands_go_on() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var io = await bench.Pf.CreateQueues(1);
        Assert.That((await bench.Pf.Io(io, NvmCommand.Read(1, 0, 0), bench.Page)).Status, Is.EqualTo(Status.Success));
    });

    [Test]
    public void SUSP_19_A_kept_queue_ends_with_one_entry_that_says_suspended() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Write(4);
        await bench.Suspend();
        var entries = queue.Take();
        Assert.That(entries.Count(e => e.Attributes.Sequence == EntrySequence.LastSuspended), Is.EqualTo(1));
        Assert.That(entries[^1].Attributes.Sequence, Is.EqualTo(EntrySequence.LastSuspended));
        await bench.Suspend();
        Assert.That(queue.Take(), Is.Empty, "said once");
        await queue.Get();
    });

    [Test]
    public void SUSP_20_V86_A_queue_to_be_deleted_ends_with_that_entry_and_is_gone() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Write(4);
        await bench.Suspend(deleteQueue: true);
        Assert.That(queue.Take()[^1].Attributes.Sequence, Is.EqualTo(EntrySequence.LastSuspended));
        await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.GetControllerDataQueue(queue.Id), bench.Page);
        await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.LogUserDataChanges(queue.Id, LoggingAction.Start));
        await bench.Resume();
        await bench.Write(5);
        Assert.That(queue.Take(), Is.Empty, "its memory is the host's again");
    });

    [Test]
    public void SUSP_20_A_queue_of_a_suspended_controller_can_still_be_deleted_by_suspend() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Suspend();
        await queue.Get();
        await bench.Suspend(deleteQueue: true);
        await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.GetControllerDataQueue(queue.Id), bench.Page);
    });

    [Test]
    public void SUSP_21_Every_write_before_a_suspend_is_logged_before_its_entry_and_none_after() => MigrationBench.Run(
        async bench =>
        {
            var queue = await DataQueueReader.Create(bench);
            MigrationBench.Burst(bench.Io, 12, i => bench.WithData(NvmCommand.Write(1, 30 + (ulong)(2 * i), 0)));
            await bench.Rig.World.After(10_000);
            await bench.Suspend();
            var completed = new SortedSet<ulong>();
            while (bench.Io.TryTake(out var entry)) completed.Add(30 + (ulong)(2 * (entry.Cid - 1000)));
            Assert.That(completed, Has.Count.EqualTo(12));
            var entries = queue.Take();
            Assert.That(DataQueueReader.BlocksOf(entries), Is.SupersetOf(completed));
            Assert.That(entries[^1].Attributes.Sequence, Is.EqualTo(EntrySequence.LastSuspended));
            bench.Vf.Submit(bench.Io, bench.WithData(NvmCommand.Write(1, 99, 0)));
            await bench.Vf.Settle();
            Assert.That(queue.Take(), Is.Empty);
        },
        _slow);

    [Test]
    public void SUSP_22_There_need_be_no_queue_to_delete() => MigrationBench.Run(bench => bench.Suspend(deleteQueue: true));

    [Test]
    public void SUSP_23_A_queue_that_never_logged_stays_empty_and_valid() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, start: false);
        await bench.Suspend();
        Assert.That(queue.Take(), Is.Empty);
        Assert.That((await queue.Get()).Data.HeadPointer, Is.Zero);
    });

    [TestCase(Leniency.Success, TestName = "SUSP_24_V29_A_controller_that_is_not_enabled_is_suspended_at_once")]
    [TestCase(Leniency.Refuse, TestName = "SUSP_24_V29_A_controller_that_is_not_enabled_is_refused_where_the_device_does_so")]
    public void Disabled(Leniency leniency) => MigrationBench.Run(
        async bench =>
        {
            var other = await bench.Other(enable: false, suspend: false);
            var status = leniency == Leniency.Success ? Status.Success : Status.InvalidControllerIdentifier;
            await bench.Expect(status, MigrationCommand.Suspend(other.Controller.Id));
            Assert.That(await bench.IsSuspended(other.Controller.Id), Is.EqualTo(leniency == Leniency.Success));
        },
        MigrationBench.Of(ambiguities: new() { SuspendDisabled = leniency }));

    [Test]
    public void SUSP_25_V13_No_management_controller_is_suspended() => MigrationBench.Run(
        async bench =>
        {
            var other = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.Suspend(bench.Pf.Controller.Id));
            await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.Suspend(other.Controller.Id));
        },
        MigrationBench.Of(topology: new() { PhysicalFunctions = 2 }));

    [Test]
    public void SUSP_26_What_was_acknowledged_is_on_the_medium() => MigrationBench.Run(
        async bench =>
        {
            bench.Vf.Memory.Fill(bench.Data, 4096, 0x3C);
            MigrationBench.Burst(bench.Io, 8, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            await bench.Rig.World.After(10_000);
            await bench.Suspend();
            var io = await bench.Pf.CreateQueues(1);
            for (var i = 0; i < 8; i++)
            {
                Assert.That(bench.Io.TryTake(out var entry) && entry.Status.IsSuccess);
                await bench.Pf.Io(io, NvmCommand.Read(1, (ulong)i, 0), bench.Page);
                Assert.That(bench.Pf.Memory.Read(bench.Page, 4096).ContainsAnyExcept((byte)0x3C), Is.False);
            }
        },
        _slow);

    [Test]
    public void SUSP_27_A_suspend_takes_as_long_as_what_is_in_flight() => MigrationBench.Run(
        async bench =>
        {
            for (var depth = 1; depth <= 15; depth++)
            {
                MigrationBench.Burst(bench.Io, depth, i => bench.WithData(NvmCommand.Read(1, (ulong)i, 0)));
                await bench.Rig.World.After(10_000);
                var start = bench.Rig.World.Now;
                await bench.Suspend();
                Assert.That(bench.Vf.Truth.SuspendedAt - start, Is.InRange(980_000, 1_020_000), $"depth {depth}");
                await bench.Resume();
                for (var i = 0; i < depth; i++) await bench.Vf.Next(bench.Io);
            }
        },
        _slow);
}
