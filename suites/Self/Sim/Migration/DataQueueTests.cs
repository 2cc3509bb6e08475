using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Controller Data Queue and its feature (Base 2.3 5.2.4, 5.2.26.1.23): CDQ assertions of the reference.</summary>
[TestFixture]
internal sealed class DataQueueTests
{
    private static SubmissionEntry At(MigrationBench bench, SubmissionEntry entry, ulong offset = 0) =>
        entry with { Prp1 = bench.Pf.Iova(bench.Page) + offset };

    [Test]
    public void CDQ_01_02_A_new_queue_is_empty_and_has_an_identifier_of_its_own() => MigrationBench.Run(async bench =>
    {
        var other = await bench.Rig.Vf(bench.Pf, 2);
        var one = await DataQueueReader.Create(bench, start: false);
        var two = await DataQueueReader.Create(bench, start: false, cntlid: other.Controller.Id);
        Assert.That(two.Id, Is.Not.EqualTo(one.Id));
        bench.Pf.Memory.Fill(bench.Page, 1024, 0xEE);
        var (data, completion) = await one.Get();
        Assert.That((data.HeadPointer, data.TailPointerTrigger), Is.EqualTo((0u, 0u)));
        Assert.That(completion.Dw0, Is.EqualTo(one.Id));
        Assert.That(bench.Pf.Memory.Read(bench.Page + 8, 504).ContainsAnyExcept((byte)0), Is.False, "reserved");
        Assert.That(bench.Pf.Memory.Read(bench.Page + 512, 512).ContainsAnyExcept((byte)0xEE), Is.False, "512 bytes");
    });

    [Test]
    public void CDQ_03_05_06_11_What_cannot_be_created_is_refused() => MigrationBench.Run(async bench =>
    {
        var create = DataQueueReader.Creation(bench.C, 64);
        await bench.Expect(Status.InvalidField, At(bench, DataQueueReader.Creation(bench.C, 65)));
        await bench.Expect(Status.InvalidField, At(bench, DataQueueReader.Creation(bench.C, 0)));
        await bench.Expect(Status.PrpOffsetInvalid, At(bench, create, 8));
        await bench.Expect(
            Status.InvalidField,
            At(bench, new CreateControllerDataQueueFields(create) { QueueType = (ControllerDataQueueType)1 }.Entry));
        foreach (var select in new byte[] { 2, 0xBF, 0xC0, 0xFF })
        {
            var unknown = new ControllerDataQueueFields(create) { Select = (ControllerDataQueueSelect)select }.Entry;
            await bench.Expect(Status.InvalidField, At(bench, unknown));
        }

        await bench.Expect(Status.Success, At(bench, create));
        await bench.Expect(Status.InvalidField, At(bench, create));
    });

    [Test]
    public void CDQ_04_No_queue_is_for_what_cannot_migrate() => MigrationBench.Run(async bench =>
    {
        await bench.Expect(Status.InvalidControllerIdentifier, At(bench, DataQueueReader.Creation(77, 64)));
        await bench.Expect(Status.InvalidControllerIdentifier, At(bench, DataQueueReader.Creation(bench.Pf.Controller.Id, 64)));
    });

    [TestCase(LimitStatus.NotEnoughResources, 2, 16)]
    [TestCase(LimitStatus.InvalidField, 2, 16)]
    [TestCase(LimitStatus.NotEnoughResources, 8, 2)]
    public void CDQ_08_More_queues_than_the_limits_are_refused(LimitStatus limit, int own, int subsystem) => MigrationBench.Run(
        async bench =>
        {
            var first = bench.C;
            var queue = await DataQueueReader.Create(bench, start: false);
            await DataQueueReader.Create(bench, start: false, cntlid: (ushort)(first + 1));
            var status = limit == LimitStatus.InvalidField ? Status.InvalidField : Status.NotEnoughResources;
            await bench.Expect(status, At(bench, DataQueueReader.Creation((ushort)(first + 2), 64)));
            await bench.Pf.Must(MigrationCommand.DeleteControllerDataQueue(queue.Id));
            await bench.Expect(Status.Success, At(bench, DataQueueReader.Creation((ushort)(first + 2), 64)));
        },
        MigrationBench.Of(
            new() { DataQueues = (ushort)own, SubsystemDataQueues = (ushort)subsystem }, new() { CdqLimitStatus = limit }));

    // Pages of the queue; MCMR, NMCMR and MCDQPC.
    [TestCase(5, 4, 99, 99, TestName = "CDQ_09_More_ranges_than_a_queue_may_have_are_refused")]
    [TestCase(5, 99, 4, 99, TestName = "CDQ_09_More_ranges_than_the_subsystem_has_are_refused")]
    [TestCase(5, 99, 99, 4, TestName = "CDQ_09_A_longer_list_than_the_device_takes_is_refused")]
    public void Ranges(int pages, int own, int subsystem, int prps) => MigrationBench.Run(
        async bench =>
        {
            var entry = DataQueueReader.Creation(bench.C, pages * 1024, pc: false);
            await bench.Expect(Status.InvalidField, At(bench, entry));
            await bench.Expect(Status.Success, At(bench, DataQueueReader.Creation(bench.C, pages * 1024)));
        },
        MigrationBench.Of(
            new() { DataQueueRanges = (ushort)own, SubsystemDataQueueRanges = (ushort)subsystem, DataQueuePrps = (ushort)prps }));

    [Test]
    public void CDQ_10_Entries_of_a_scattered_queue_land_in_its_pages_in_order() => MigrationBench.Run(async bench =>
    {
        var pf = bench.Pf;
        var (list, last, _, first) = (pf.Take(4096), pf.Take(4096), pf.Take(4096), pf.Take(4096));
        pf.Memory.Store(list, pf.Iova(first));
        pf.Memory.Store(list + 8, pf.Iova(last));
        var created = await pf.Must(DataQueueReader.Creation(bench.C, 2 * 1024, pc: false) with { Prp1 = pf.Iova(list) });
        await pf.Must(MigrationCommand.LogUserDataChanges((ushort)created.Dw0, LoggingAction.Start));
        for (var i = 1; i < 200; i++) await bench.Write((ulong)i);
        for (var i = 1; i < 200; i++)
        {
            var at = (i < 128 ? first : last) + (i % 128 * 32);
            var entry = pf.Memory.Load<LbaMigrationQueueEntry>(at);
            Assert.That((entry.Slba, entry.Attributes.Phase), Is.EqualTo(((ulong)i, true)), $"slot {i}");
        }
    });

    [Test]
    public void CDQ_10_An_entry_of_the_list_inside_a_page_is_refused() => MigrationBench.Run(async bench =>
    {
        var pf = bench.Pf;
        var list = pf.Take(4096);
        pf.Memory.Store(list, pf.Iova(bench.Page));
        pf.Memory.Store(list + 8, pf.Iova(bench.Page) + 4096 + 32);
        await bench.Expect(Status.PrpOffsetInvalid, DataQueueReader.Creation(bench.C, 2 * 1024, pc: false) with { Prp1 = pf.Iova(list) });
    });

    [Test]
    public void CDQ_12_V16_A_migratable_controller_has_no_such_command() => MigrationBench.Run(async bench =>
    {
        Assert.That((await bench.Vf.Do(DataQueueReader.Creation(bench.C, 64))).Status, Is.EqualTo(Status.InvalidOpcode));
        Assert.That(
            (await bench.Vf.Do(MigrationCommand.GetControllerDataQueue(1), bench.Data)).Status, Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void CDQ_13_V85_An_identifier_that_names_no_queue_is_refused() => MigrationBench.Run(async bench =>
    {
        await DataQueueReader.Create(bench);
        foreach (var id in new ushort[] { 0, 2, 0xFFFF })
        {
            await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.DeleteControllerDataQueue(id));
            await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.GetControllerDataQueue(id), bench.Page);
            await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.SetControllerDataQueue(id, 0));
            await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.LogUserDataChanges(id, LoggingAction.Start));
            await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.LogUserDataChanges(id, LoggingAction.Stop));
        }
    });

    [Test]
    public void CDQ_14_A_deleted_queue_is_gone_and_its_identifier_may_come_back() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Pf.Must(MigrationCommand.DeleteControllerDataQueue(queue.Id));
        queue.Take();
        await bench.Write(1);
        Assert.That(queue.Take(), Is.Empty);
        await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.DeleteControllerDataQueue(queue.Id));
        var again = await DataQueueReader.Create(bench);
        await bench.Write(1);
        Assert.That(again.Take(), Has.Count.EqualTo(2));
    });

    [Test]
    public void CDQ_14_An_event_of_a_deleted_queue_is_not_reported_for_its_successor() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, entries: 4);
        for (var i = 0; i < 4; i++) await bench.Write((ulong)i);
        await bench.Pf.Must(MigrationCommand.DeleteControllerDataQueue(queue.Id));
        await DataQueueReader.Create(bench);
        bench.Pf.Submit(bench.Pf.Admin, AdminCommand.AsyncEventRequest());
        await bench.Pf.Settle();
        Assert.That(bench.Pf.Admin.TryTake(out _), Is.False);
    });

    [Test]
    public void CDQ_32_33_34_V85_A_head_is_what_was_posted_or_the_end() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, entries: 8, start: false);
        await Refused(1);
        await Refused(7);
        await Accepted(0);
        await bench.Pf.Must(MigrationCommand.LogUserDataChanges(queue.Id, LoggingAction.Start));
        for (var i = 0; i < 4; i++) await bench.Write((ulong)i);
        await Refused(6);
        await Refused(8);
        await Refused(uint.MaxValue);
        await Accepted(0);
        await Accepted(3);
        await Refused(2);
        await Accepted(5);
        await Refused(4);
        Assert.That((await queue.Get()).Data.HeadPointer, Is.EqualTo(5));
        queue.Take();
        for (var i = 0; i < 5; i++) await bench.Write((ulong)i);
        Assert.That(queue.Take(), Has.Count.EqualTo(5), "slots that were freed are used again");
        await Accepted(7);
        await Accepted(2);
        await Refused(3);

        Task Refused(uint head) => bench.Expect(Status.InvalidField, MigrationCommand.SetControllerDataQueue(queue.Id, head));
        Task Accepted(uint head) => bench.Expect(Status.Success, MigrationCommand.SetControllerDataQueue(queue.Id, head));
    });

    [Test]
    public void CDQ_35_V84_A_tail_trigger_reports_once() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        var aer = bench.Pf.Submit(bench.Pf.Admin, AdminCommand.AsyncEventRequest());
        await bench.Pf.Settle();
        queue.Take();
        await queue.TellHead(trigger: 3);
        var armed = await queue.Get();
        Assert.That((armed.Data.TailPointerTrigger, armed.Completion.Dw0), Is.EqualTo((3u, 0x8000_0000u | queue.Id)));
        await bench.Write(1);
        await bench.Write(2);
        Assert.That(bench.Pf.Admin.TryTake(out _), Is.False, "slots 1 and 2");
        await bench.Write(3);
        var reported = await bench.Pf.Next(bench.Pf.Admin);
        Assert.That((reported.Cid, reported.Dw0, reported.Dw1), Is.EqualTo((aer, 0x0000_0004u, (uint)queue.Id)));
        var spent = await queue.Get();
        Assert.That((spent.Data.TailPointerTrigger, spent.Completion.Dw0), Is.EqualTo((0u, (uint)queue.Id)));
        bench.Pf.Submit(bench.Pf.Admin, AdminCommand.AsyncEventRequest());
        for (var i = 0; i < 70; i++)
        {
            await bench.Write(3);
            queue.Take();
            await bench.Pf.Must(MigrationCommand.SetControllerDataQueue(queue.Id, (uint)queue.Head));
        }
    });

    [Test]
    public void CDQ_36_A_trigger_outside_the_queue_is_refused() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench, entries: 8);
        await bench.Expect(Status.InvalidField, MigrationCommand.SetControllerDataQueue(queue.Id, 0, 8));
        await bench.Expect(Status.Success, MigrationCommand.SetControllerDataQueue(queue.Id, 0, 7));
    });

    [Test]
    public void CDQ_37_Setting_the_feature_takes_a_pending_event_back() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await queue.TellHead(trigger: 1);
        await bench.Write(1);
        queue.Take();
        await queue.TellHead();
        bench.Pf.Submit(bench.Pf.Admin, AdminCommand.AsyncEventRequest());
        await bench.Pf.Settle();
        Assert.That(bench.Pf.Admin.TryTake(out _), Is.False);
    });

    [Test]
    public void CDQ_37_Without_setting_it_the_event_waits_for_a_request() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await queue.TellHead(trigger: 1);
        await bench.Write(1);
        var aer = bench.Pf.Submit(bench.Pf.Admin, AdminCommand.AsyncEventRequest());
        var reported = await bench.Pf.Next(bench.Pf.Admin);
        Assert.That((reported.Cid, reported.Dw0, reported.Dw1), Is.EqualTo((aer, 4u, (uint)queue.Id)));
    });

    [Test]
    public void CDQ_38_The_feature_is_not_saved() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        var save = MigrationCommand.SetControllerDataQueue(queue.Id, 0);
        save.Cdw10 |= 0x8000_0000;
        await bench.Expect(Status.FeatureNotSaveable, save);
        var capabilities = await bench.Pf.Must(MigrationCommand.GetControllerDataQueue(queue.Id, select: 3), bench.Page);
        Assert.That(capabilities.Dw0, Is.EqualTo(4), "changeable, not saveable");
    });

    [Test]
    public void CDQ_40_V24_A_queue_belongs_to_the_controller_that_created_it() => MigrationBench.Run(
        async bench =>
        {
            var queue = await DataQueueReader.Create(bench, start: false);
            var other = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            var page = other.Take(4096);
            Assert.That(
                (await other.Do(MigrationCommand.LogUserDataChanges(queue.Id, LoggingAction.Start))).Status,
                Is.EqualTo(Status.InvalidControllerDataQueue));
            Assert.That(
                (await other.Do(MigrationCommand.GetControllerDataQueue(queue.Id), page)).Status, Is.EqualTo(Status.InvalidControllerDataQueue));
            Assert.That(
                (await other.Do(DataQueueReader.Creation(bench.C, 64) with { Prp1 = other.Iova(page) })).Status,
                Is.EqualTo(Status.InvalidField), "one for each controller");
            // VIRT-24: a VF of another PF is a controller like any other.
            await bench.Pf.Must(MigrationCommand.DeleteControllerDataQueue(queue.Id));
            await other.Must(DataQueueReader.Creation(bench.C, 64) with { Prp1 = other.Iova(page) });
            await other.Must(MigrationCommand.Suspend(bench.C));
            Assert.That(await bench.IsSuspended());
        },
        MigrationBench.Of(topology: new() { PhysicalFunctions = 2 }));

    [Test]
    public void CDQ_45_RST_04_A_reset_of_the_management_controller_deletes_its_queues() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        queue.Take();
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        await bench.Expect(Status.InvalidControllerDataQueue, MigrationCommand.GetControllerDataQueue(queue.Id), bench.Page);
        var vf = await bench.Rig.Vf(bench.Pf, 1, bench.Rig.NewMemory());
        var io = await vf.CreateQueues(1);
        var data = vf.Take(4096);
        Assert.That((await vf.Io(io, NvmCommand.Write(1, 0, 0), data)).Status, Is.EqualTo(Status.Success));
        Assert.That(queue.Take(), Is.Empty, "its memory is the host's again");
    });

    [Test]
    public void Without_support_for_user_data_there_are_no_queues() => MigrationBench.Run(
        async bench =>
        {
            await bench.Expect(Status.InvalidField, At(bench, DataQueueReader.Creation(bench.C, 64)));
            await bench.Expect(Status.InvalidField, MigrationCommand.LogUserDataChanges(1, LoggingAction.Start));
            await bench.Expect(Status.InvalidField, MigrationCommand.GetControllerDataQueue(1), bench.Page);
        },
        MigrationBench.Of(new() { TracksUserData = false }));
}
