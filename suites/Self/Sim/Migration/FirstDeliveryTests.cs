using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

[TestFixture]
internal sealed class FirstDeliveryTests
{
    [Test]
    public void Queue_logs_ranges_between_marks() => MigrationBench.Run(async bench =>
    {
        var queue = await DataQueueReader.Create(bench);
        await bench.Write(10, 2);
        var entries = queue.Take();
        Assert.That(entries.Select(e => e.Attributes.Sequence), Is.EqualTo(new[] { EntrySequence.First, EntrySequence.Middle }));
        Assert.That(DataQueueReader.BlocksOf(entries), Is.EqualTo(new ulong[] { 10, 11 }));
        await queue.TellHead();
        var got = await queue.Get();
        Assert.That((got.Data.HeadPointer, got.Completion.Dw0), Is.EqualTo((2u, (uint)queue.Id)));
        await bench.Suspend();
        Assert.That(queue.Take().Single().Attributes.Sequence, Is.EqualTo(EntrySequence.LastSuspended));
    });

    [Test]
    public void Memory_is_tracked() => MigrationBench.Run(async bench =>
    {
        var start = new byte[TrackMemoryChanges.Length(1)];
        TrackMemoryChanges.Write(start, 0, [new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Base, Len = 1024 }]);
        bench.Pf.Memory.Write(bench.Page, start);
        await bench.Pf.Must(MigrationCommand.TrackMemory(bench.C, true), bench.Page);
        await bench.Vf.Io(bench.Io, NvmCommand.Read(1, 0, 1), bench.Data);
        await bench.Pf.Must(MigrationCommand.TrackedMemory(bench.C, 4096), bench.Page);
        Assert.That(TrackedMemoryChanges.TryRead(bench.Pf.Memory.Read(bench.Page, 4096), out var header, out var ranges));
        Assert.That(header.Descriptors, Is.EqualTo(1));
        // The completion queue lies before the data.
        var expected = new TrackedMemoryChangeDescriptor { Saddr = bench.Vf.Iova(bench.Data - 4096), Len = 3 };
        Assert.That(ranges[0], Is.EqualTo(expected));
        await bench.Pf.Must(MigrationCommand.TrackedMemory(bench.C, 4096), bench.Page);
        Assert.That(bench.Pf.Memory.Load<TrackedMemoryChangesHeader>(bench.Page).Descriptors, Is.Zero);
    });
}
