using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>Creation and deletion of I/O queues, and the rings themselves.</summary>
[TestFixture]
internal sealed class QueueTests
{
    [Test]
    public void A_completion_queue_that_cannot_be_is_refused() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var memory = vf.Iova(vf.Take(4096));
        await Refused(AdminCommand.CreateIoCq(0, 15, 0), Status.InvalidQueueIdentifier);
        await Refused(AdminCommand.CreateIoCq(5, 15, 0), Status.InvalidQueueIdentifier); // 5 queue pairs, the admin pair is one
        await Refused(AdminCommand.CreateIoCq(1, 0, 0), Status.InvalidQueueSize);
        await Refused(AdminCommand.CreateIoCq(1, 1024, 0), Status.InvalidQueueSize);
        await Refused(AdminCommand.CreateIoCq(1, 15, 5), Status.InvalidInterruptVector);
        await Refused(AdminCommand.CreateIoCq(1, 15, 0) with { Prp1 = memory + 8 }, Status.PrpOffsetInvalid);
        await vf.CreateQueues(1);
        await Refused(AdminCommand.CreateIoCq(1, 15, 0), Status.InvalidQueueIdentifier);

        async Task Refused(SubmissionEntry entry, Status status)
        {
            if (entry.Prp1 == 0) entry.Prp1 = memory;
            Assert.That((await vf.Do(entry)).Status, Is.EqualTo(status));
        }
    });

    [Test]
    public void A_submission_queue_that_cannot_be_is_refused() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await vf.CreateQueues(1);
        var memory = vf.Iova(vf.Take(4096));
        Assert.That((await vf.Do(AdminCommand.CreateIoSq(2, 15, 0) with { Prp1 = memory })).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
        Assert.That((await vf.Do(AdminCommand.CreateIoSq(2, 15, 9) with { Prp1 = memory })).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
        Assert.That((await vf.Do(AdminCommand.CreateIoSq(2, 15, 3) with { Prp1 = memory })).Status, Is.EqualTo(Status.CompletionQueueInvalid));
        Assert.That((await vf.Do(AdminCommand.CreateIoSq(1, 15, 1) with { Prp1 = memory })).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
        Assert.That((await vf.Do(AdminCommand.CreateIoSq(2, 0, 1) with { Prp1 = memory })).Status, Is.EqualTo(Status.InvalidQueueSize));
    });

    [Test]
    public void A_completion_queue_in_use_cannot_be_deleted() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await vf.CreateQueues(1);
        Assert.That((await vf.Do(AdminCommand.DeleteIoCq(1))).Status, Is.EqualTo(Status.InvalidQueueDeletion));
        Assert.That((await vf.Do(AdminCommand.DeleteIoSq(2))).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
        await vf.Must(AdminCommand.DeleteIoSq(1));
        await vf.Must(AdminCommand.DeleteIoCq(1));
        await vf.CreateQueues(1);
    });

    [Test]
    public void Number_of_Queues_is_settled_before_the_first_queue() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        Assert.That((await vf.Must(AdminCommand.SetFeatures(7, 0x000F_000F))).Dw0, Is.EqualTo(0x0003_0003));
        Assert.That((await vf.Must(AdminCommand.SetFeatures(7, 0x0000_0001))).Dw0, Is.EqualTo(0x0000_0001));
        Assert.That((await vf.Do(AdminCommand.SetFeatures(7, 0xFFFF))).Status, Is.EqualTo(Status.InvalidField));
        await vf.CreateQueues(1);
        Assert.That((await vf.Do(AdminCommand.SetFeatures(7, 0))).Status, Is.EqualTo(Status.CommandSequenceError));
        Assert.That((await vf.Do(AdminCommand.CreateIoCq(2, 3, 0))).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
    });

    [Test]
    public void The_phase_inverts_with_each_pass() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1, entries: 4);
        for (var i = 0; i < 11; i++) Assert.That((await vf.Io(io, NvmCommand.Flush(1))).SqHead, Is.EqualTo((i + 1) % 4));
        Assert.That(io.Phase, Is.True, "two wraps");
        Assert.That(io.Peek(3).Phase, Is.False, "posted in the second pass");
    });

    [Test]
    public void Nothing_is_fetched_that_cannot_be_posted() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1, entries: 16, cqEntries: 4);
        for (var i = 0; i < 10; i++) io.Put(NvmCommand.Flush(1) with { Cid = (ushort)i });
        var fetched = vf.Truth.Fetched;
        io.Ring();
        await vf.Settle();
        Assert.That(vf.Truth.Fetched - fetched, Is.EqualTo(3));
        for (var i = 0; i < 10; i++) Assert.That((await vf.Next(io)).Cid, Is.EqualTo(i));
        await vf.Settle();
        Assert.That(io.TryTake(out _), Is.False);
    });

    [Test]
    public void A_queue_in_scattered_pages_works_as_one() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var (list, first, gap, second) = (vf.Take(4096), vf.Take(4096), vf.Take(4096), vf.Take(4096));
        var cq = vf.Take(4096);
        vf.Memory.Store(list, vf.Iova(second));
        vf.Memory.Store(list + 8, vf.Iova(first));
        await vf.Must(AdminCommand.CreateIoCq(1, 127, 0) with { Prp1 = vf.Iova(cq) });
        await vf.Must(AdminCommand.CreateIoSq(1, 127, 1, pc: false) with { Prp1 = vf.Iova(list) });
        for (var i = 0; i < 127; i++)
        {
            var page = i < 64 ? second : first;
            vf.Memory.Store(page + (i % 64 * 64), NvmCommand.Flush(1) with { Cid = (ushort)i });
        }

        vf.Function.Write32(Register.SqTailDoorbell(1, 0), 127);
        await vf.Settle();
        Assert.That(Enumerable.Range(0, 127).All(i => vf.Memory.Load<CompletionEntry>(cq + (i * 16)).Cid == i));
        Assert.That(gap, Is.GreaterThan(first));
    });

    [Test]
    public void A_wrong_doorbell_is_an_error_event_and_changes_nothing() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var request = vf.Submit(vf.Admin, AdminCommand.AsyncEventRequest());
        await vf.Settle();
        vf.Function.Write32(Register.SqTailDoorbell(1, 0), 16);
        var reported = await vf.Next(vf.Admin);
        Assert.That(reported.Cid, Is.EqualTo(request));
        Assert.That(reported.Dw0, Is.EqualTo(0x0001_0100), "invalid doorbell value, error log");
        vf.Function.Write32(Register.SqTailDoorbell(3, 0), 1);
        vf.Submit(vf.Admin, AdminCommand.AsyncEventRequest());
        await vf.Settle();
        Assert.That(vf.Admin.TryTake(out _), Is.False, "masked until the log page is read");
        Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
    });

    [Test]
    public void Commands_overlap_and_each_takes_its_programmed_time() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1);
            var start = rig.World.Now;
            for (var i = 0; i < 8; i++) io.Put(NvmCommand.Flush(1) with { Cid = (ushort)i });
            io.Ring();
            for (var i = 0; i < 8; i++) await vf.Next(io);
            Assert.That(vf.Truth.LastCompletionAt - start, Is.InRange(50_000, 51_000));
        },
        new SimulatedPairOptions { Device = new() { Timing = new() { Flush = Duration.FromMicroseconds(50) } } });
}
