using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Log User Data Changes and the entries it leads to (Base 2.3 5.2.28.1.1, NVM Command Set 5.6): CDQ assertions of the reference.</summary>
[TestFixture]
internal sealed class DataLoggingTests
{
    private static SubmissionEntry Log(DataQueueReader queue, LoggingAction action) => MigrationCommand.LogUserDataChanges(queue.Id, action);

    private static EntrySequence[] Sequences(IEnumerable<LbaMigrationQueueEntry> entries) => [.. entries.Select(e => e.Attributes.Sequence)];

    [Test]
    public void CDQ_15_16_17_V87_Logging_starts_once_with_a_first_entry() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, start: false);
        await bench.Expect(Status.InvalidField, Log(queue, (LoggingAction)2));
        await bench.Expect(Status.InvalidField, Log(queue, (LoggingAction)15));
        await bench.Write(1);
        Assert.That(queue.Take(), Is.Empty, "not logging");
        await bench.Pf.Must(Log(queue, LoggingAction.Start));
        Assert.That(queue.Peek(0).Attributes, Is.EqualTo(new LbaMigrationQueueAttributes(0x83)), "first, no blocks, phase 1");
        Assert.That(queue.Take(), Has.Count.EqualTo(1));
        await bench.Expect(Status.InvalidControllerDataQueue, Log(queue, LoggingAction.Start));
        Assert.That(queue.Take(), Is.Empty);
    });

    [Test]
    public void CDQ_18_42_43_44_A_write_is_logged_as_its_range() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Write(100, blocks: 2);
        var entries = queue.Take();
        var expected = LbaMigrationQueueEntry.Range(1, 100, 1, phase: true);
        Assert.That(entries[1], Is.EqualTo(expected));
        Assert.That(entries[1].Attributes.Raw, Is.EqualTo(0x01));
        Assert.That(entries[0], Is.EqualTo(new LbaMigrationQueueEntry { Attributes = new(0x83) }), "no blocks named: all else is 0");
    });

    [Test]
    public void CDQ_19_The_range_reads_as_new_when_its_entry_is_there() => MigrationBench.Run(
        async bench =>
        {
            var queue = await DataQueueReader.Create(bench);
            var io = await bench.Pf.CreateQueues(1);
            bench.Vf.Memory.Fill(bench.Data, 4096, 0x77);
            bench.Vf.Submit(bench.Io, bench.WithData(NvmCommand.Write(1, 7, 0)));
            Assert.That(await bench.Pf.Reaches(() => queue.Peek(1).Attributes.Phase));
            await bench.Pf.Io(io, NvmCommand.Read(1, 7, 0), bench.Page);
            Assert.That(bench.Pf.Memory.Read(bench.Page, 4096).ContainsAnyExcept((byte)0x77), Is.False);
        },
        MigrationBench.Of(timing: new() { Write = Duration.FromMilliseconds(1) }));

    [Test]
    public void CDQ_20_21_V80_Every_command_that_changes_blocks_is_logged() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        queue.Take();
        bench.Vf.Memory.Store(bench.Data, new DatasetManagementRange { Slba = 60, LengthInBlocks = 5 });
        var expected = new (SubmissionEntry Command, ulong Slba, ulong Blocks, bool Deallocated)[]
        {
            (NvmCommand.WriteZeroes(1, 40, 3), 40, 4, false),
            (NvmCommand.WriteUncorrectable(1, 50, 1), 50, 2, false),
            (NvmCommand.DatasetManagement(1, 0), 60, 5, true),
        };
        foreach (var (command, slba, blocks, deallocated) in expected)
        {
            Assert.That((await bench.Vf.Io(bench.Io, command, bench.Data)).Status, Is.EqualTo(Status.Success));
            var entry = queue.Take().Single();
            Assert.That((entry.Slba, entry.NlbZ + 1ul, entry.Attributes.Deallocated), Is.EqualTo((slba, blocks, deallocated)));
        }
    });

    [Test]
    public void CDQ_22_Reads_and_refused_writes_are_not_logged() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        queue.Take();
        await bench.Vf.Io(bench.Io, NvmCommand.Read(1, 0, 0), bench.Data);
        await bench.Vf.Io(bench.Io, NvmCommand.Flush(1));
        Assert.That((await bench.Vf.Io(bench.Io, NvmCommand.Write(1, 1 << 30, 0), bench.Data)).Status, Is.EqualTo(Status.LbaOutOfRange));
        Assert.That(queue.Take(), Is.Empty);
    });

    [Test]
    public void CDQ_22_A_write_that_broke_off_is_logged_unless_it_changed_nothing() => MigrationBench.Run(async bench =>
    {
        await bench.Write(9, blocks: 2, value: 0x11);
        var queue = await DataQueueReader.Create(bench);
        queue.Take();
        bench.Vf.Memory.Fill(bench.Data, 4096, 0x22);
        var write = NvmCommand.Write(1, 9, 1) with { Prp1 = bench.Vf.Iova(bench.Data), Prp2 = 0xDEAD_0000 };
        Assert.That((await bench.Vf.Io(bench.Io, write)).Status, Is.EqualTo(Status.DataTransferError));
        var logged = DataQueueReader.BlocksOf(queue.Take());
        await bench.Vf.Io(bench.Io, NvmCommand.Read(1, 9, 0), bench.Data);
        var changed = bench.Vf.Memory.Read(bench.Data, 4096).ContainsAnyExcept((byte)0x11);
        Assert.That(!changed || logged.Contains(9));
    });

    [Test]
    public void CDQ_23_24_Only_this_controller_s_commands_are_logged() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        queue.Take();
        var other = await bench.Rig.Vf(bench.Pf, 2);
        var io = await other.CreateQueues(1);
        var mine = await bench.Pf.CreateQueues(1);
        await other.Io(io, NvmCommand.Write(1, 3, 0), other.Take(4096));
        await bench.Pf.Io(mine, NvmCommand.Write(1, 4, 0), bench.Page);
        Assert.That(queue.Take(), Is.Empty);
    });

    [Test]
    public void CDQ_25_Sequential_writes_are_logged_without_a_gap([Values] bool merges) => MigrationBench.Run(
        async bench =>
        {
            var queue = await DataQueueReader.Create(bench);
            queue.Take();
            MigrationBench.Burst(bench.Io, 8, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            await bench.Vf.Settle();
            var entries = queue.Take();
            Assert.That(DataQueueReader.BlocksOf(entries), Is.EqualTo(Enumerable.Range(0, 8).Select(i => (ulong)i)));
            Assert.That(entries, Has.Count.EqualTo(merges ? 1 : 8));
        },
        MigrationBench.Of(new() { MergesEntries = merges }));

    [Test]
    public void CDQ_25_What_is_merged_keeps_its_order_and_its_kind() => MigrationBench.Run(
        async bench =>
        {
            var queue = await DataQueueReader.Create(bench);
            queue.Take();
            SubmissionEntry[] commands =
            [
                NvmCommand.Write(1, 10, 0), NvmCommand.Write(1, 8, 1), NvmCommand.Write(1, 9, 1), NvmCommand.WriteZeroes(1, 11, 1, deallocate: true),
                NvmCommand.Write(1, 12, 0), NvmCommand.Write(1, 20, 0),
            ];
            MigrationBench.Burst(bench.Io, commands.Length, i => bench.WithData(commands[i]));
            await bench.Vf.Settle();
            Assert.That(
                queue.Take().Select(e => (e.Slba, e.NlbZ + 1, e.Attributes.Deallocated)),
                Is.EqualTo(new[] { (8ul, 3u, false), (11ul, 2u, true), (12ul, 1u, false), (20ul, 1u, false) }));
        },
        MigrationBench.Of(new() { MergesEntries = true }));

    [Test]
    public void CDQ_26_27_28_V82_Logging_stops_with_a_last_entry_and_starts_again() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Write(1);
        await bench.Pf.Must(Log(queue, LoggingAction.Stop));
        var entries = queue.Take();
        Assert.That(Sequences(entries), Is.EqualTo(new[] { EntrySequence.First, EntrySequence.Middle, EntrySequence.LastStopped }));
        Assert.That(entries[^1], Is.EqualTo(new LbaMigrationQueueEntry { Attributes = new(0x85) }));
        await bench.Write(2);
        await bench.Pf.Must(Log(queue, LoggingAction.Stop));
        Assert.That(queue.Take(), Is.Empty, "nothing is logged, and stopping again says nothing");
        await bench.Pf.Must(Log(queue, LoggingAction.Start));
        await bench.Write(3);
        Assert.That(Sequences(queue.Take()), Is.EqualTo(new[] { EntrySequence.First, EntrySequence.Middle }));
    });

    [Test]
    public void CDQ_29_The_phase_inverts_with_each_pass() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, entries: 4);
        for (var i = 0; i < 30; i++)
        {
            await bench.Write((ulong)i);
            var taken = queue.Take();
            Assert.That(taken[^1].Slba, Is.EqualTo(i));
            Assert.That(queue.Peek((i + 1) % 4).Attributes.Phase, Is.EqualTo((i + 1) / 4 % 2 == 0), $"entry {i + 1}");
            await queue.TellHead();
        }
    });

    [Test]
    public void CDQ_30_31_V83_A_full_queue_says_so_stops_and_overwrites_nothing() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, entries: 8);
        var aer = bench.Pf.Submit(bench.Pf.Admin, AdminCommand.AsyncEventRequest());
        for (var i = 1; i < 20; i++) await bench.Write((ulong)i);
        var entries = queue.Take();
        Assert.That(entries, Has.Count.EqualTo(7), "one slot stays free");
        Assert.That(entries[^1].Attributes.Raw, Is.EqualTo(0x0F), "became full, and names the last range");
        Assert.That(DataQueueReader.BlocksOf(entries), Is.EqualTo(new ulong[] { 1, 2, 3, 4, 5, 6 }));
        var reported = await bench.Pf.Next(bench.Pf.Admin);
        Assert.That((reported.Cid, reported.Dw0, reported.Dw1), Is.EqualTo((aer, 0x0000_0104u, (uint)queue.Id)));
        await bench.Expect(Status.ControllerDataQueueFull, Log(queue, LoggingAction.Start));
        await queue.TellHead();
        await bench.Write(30);
        Assert.That(queue.Take(), Is.Empty, "not before logging is started again");
        await bench.Pf.Must(Log(queue, LoggingAction.Start));
        await bench.Write(31);
        Assert.That(Sequences(queue.Take()), Is.EqualTo(new[] { EntrySequence.First, EntrySequence.Middle }));
    });

    [Test]
    public void CDQ_30_A_queue_that_became_full_says_nothing_of_a_suspend() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, entries: 4);
        for (var i = 0; i < 4; i++) await bench.Write((ulong)i);
        queue.Take();
        await queue.TellHead();
        await bench.Suspend();
        await bench.Resume();
        Assert.That(queue.Take(), Is.Empty);
    });

    [TestCase(Leniency.Refuse, TestName = "CDQ_39_V87_Logging_of_a_suspended_controller_neither_starts_nor_stops")]
    [TestCase(Leniency.Success, TestName = "CDQ_39_Logging_of_a_suspended_controller_stops_where_the_device_allows_it")]
    public void Suspended(Leniency leniency) => MigrationBench.Run(
        async bench =>
        {
            var other = await bench.Rig.Vf(bench.Pf, 2);
            var idle = await DataQueueReader.Create(bench, start: false, cntlid: other.Controller.Id);
            await bench.Pf.Must(MigrationCommand.Suspend(other.Controller.Id));
            await bench.Expect(Status.ControllerSuspended, Log(idle, LoggingAction.Start));

            var queue = await DataQueueReader.Create(bench);
            await bench.Suspend();
            queue.Take();
            var status = leniency == Leniency.Success ? Status.Success : Status.ControllerSuspended;
            await bench.Expect(status, Log(queue, LoggingAction.Stop));
            Assert.That(queue.Take(), Is.Empty, "the entry that says suspended was the last");
            await bench.Resume();
            await bench.Write(1);
            Assert.That(queue.Take(), Has.Count.EqualTo(leniency == Leniency.Success ? 0 : 2));
        },
        MigrationBench.Of(ambiguities: new() { StopLoggingWhileSuspended = leniency }));

    [Test]
    public void CDQ_41_Nothing_is_lost_over_suspend_and_resume() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Write(1);
        await bench.Suspend();
        bench.Vf.Submit(bench.Io, bench.WithData(NvmCommand.Write(1, 2, 0)));
        await bench.Resume();
        await bench.Vf.Next(bench.Io);
        await bench.Write(3);
        var entries = queue.Take();
        Assert.That(
            Sequences(entries),
            Is.EqualTo(new[]
            {
                EntrySequence.First, EntrySequence.Middle, EntrySequence.LastSuspended, EntrySequence.First, EntrySequence.Middle,
                EntrySequence.Middle,
            }));
        Assert.That(DataQueueReader.BlocksOf(entries), Is.EqualTo(new ulong[] { 1, 2, 3 }));
        Assert.That(entries[2], Is.EqualTo(new LbaMigrationQueueEntry { Attributes = new(0x87) }));
    });

    [Test]
    public void A_tracked_write_allocates_nothing_more()
    {
        Assert.That(Allocated(tracked: true), Is.EqualTo(Allocated(tracked: false)));

        static long Allocated(bool tracked)
        {
            var allocated = 0L;
            MigrationBench.Run(async bench =>
            {
                if (tracked)
                {
                    await DataQueueReader.Create(bench, entries: 4096);
                    var start = new byte[TrackMemoryChanges.Length(1)];
                    TrackMemoryChanges.Write(start, 0, [new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Base, Len = 1024 }]);
                    bench.Pf.Memory.Write(bench.Page, start);
                    await bench.Pf.Must(MigrationCommand.TrackMemory(bench.C, true), bench.Page);
                }

                for (var round = 0; round < 300; round++)
                {
                    if (round == 100) allocated = -GC.GetAllocatedBytesForCurrentThread();
                    for (var i = 0; i < 8; i++) bench.Io.Put(bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
                    bench.Io.Ring();
                    await bench.Rig.World.After(100_000);
                    while (bench.Io.TryTake(out _)) bench.Io.RingHead();
                }

                allocated += GC.GetAllocatedBytesForCurrentThread();
            });
            return allocated;
        }
    }
}
