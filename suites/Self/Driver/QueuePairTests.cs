using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>The driver's end of queues against entries that the test itself writes as a device would.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class QueuePairTests : IDisposable
{
    private const ulong Sq = FakeBench.GuestBase;
    private const ulong Cq = FakeBench.GuestBase + 0x10000;

    private readonly FakeBench _bench = new();
    private readonly FakeFunction _function;
    private readonly Sink _sink = new();
    private int _cqTail;
    private bool _phase = true;

    public QueuePairTests() => _function = _bench.NewFunction();

    public void Dispose() => _bench.Dispose();

    private sealed class Sink : ICompletionSink
    {
        public List<(QueuePair Queue, CompletionEntry Entry)> Seen { get; } = [];

        public void Completed(QueuePair queue, in CompletionEntry entry) => Seen.Add((queue, entry));
    }

    private QueuePair NewPair(int sqEntries, int cqEntries) => new(_function, _bench.GuestSpace, 1, Sq, sqEntries, Cq, cqEntries, 4);

    private void Post(int cqEntries, ushort cid, ushort sqHead, ushort sqId = 1)
    {
        var entry = new CompletionEntry { Cid = cid, SqHead = sqHead, SqId = sqId, StatusField = new StatusField(Status.Success, _phase) };
        var at = Cq + ((ulong)_cqTail * CompletionEntry.Size);
        var memory = _bench.GuestSpace.Resolve(at, out var offset);
        Wire.Bytes(entry).CopyTo(memory.DeviceSpan(offset, CompletionEntry.Size));
        if (++_cqTail < cqEntries) return;
        _cqTail = 0;
        _phase = !_phase;
    }

    [Test]
    public void Entries_and_phase_go_round_the_ring_many_times()
    {
        var pair = NewPair(3, 5);
        for (ushort i = 0; i < 1000; i++)
        {
            Assert.That(pair.TryPut(new SubmissionEntry { Cid = i, Nsid = i }), Is.True);
            pair.Ring();
            Post(5, i, (ushort)((i + 1) % 3));
            Assert.That(pair.CountPosted(), Is.EqualTo(1));
            Assert.That(pair.Poll(_sink, 10), Is.EqualTo(1));
            Assert.That(_sink.Seen[^1].Entry.Cid, Is.EqualTo(i));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pair.Poll(_sink, 10), Is.Zero, "an entry of the last round is not new");
            Assert.That((pair.Put, pair.Completed, pair.Fetched, pair.BadHeads), Is.EqualTo((1000L, 1000L, 1000L, 0L)));
            Assert.That((pair.SqTail, pair.CqHead, pair.ExpectedPhase), Is.EqualTo((1000 % 3, 1000 % 5, 1000 / 5 % 2 == 0)));
            Assert.That(_function.Doorbells.Count(d => d.Offset == 0x1008), Is.EqualTo(1000), "tail doorbells of queue 1");
            Assert.That(_function.Doorbells[^1], Is.EqualTo((0x100CL, (uint)(1000 % 5))), "head doorbell of queue 1");
        }
    }

    [Test]
    public void One_slot_is_kept_free_until_the_device_reports_its_head()
    {
        var pair = NewPair(4, 4);
        for (var i = 0; i < 3; i++) Assert.That(pair.TryPut(default), Is.True);
        Assert.That(pair.TryPut(default), Is.False);
        Assert.That(pair.CountUnfetched(), Is.Zero, "nothing was rung");
        pair.Ring();
        pair.Ring();
        Assert.That(_function.Doorbells, Is.EqualTo(new[] { (0x1008L, 3u) }), "one write for three commands, none for nothing");
        Assert.That((pair.CountUnfetched(), pair.CountUnfetched(2)), Is.EqualTo((3, 1)));
        Post(4, 0, 2);
        pair.Poll(_sink, 1);
        Assert.That((pair.FreeSlots, pair.CountUnfetched()), Is.EqualTo((2, 1)));
    }

    [Test]
    public void A_head_that_the_device_cannot_have_is_counted_and_not_believed()
    {
        var pair = NewPair(8, 8);
        pair.TryPut(default);
        pair.TryPut(default);
        pair.Ring();
        Post(8, 0, 5);
        Post(8, 0, 200);
        Post(8, 0, 1);
        pair.Poll(_sink, 8);
        Assert.That((pair.BadHeads, pair.SqHead, pair.Fetched), Is.EqualTo((2L, 1, 1L)));
    }

    [Test]
    public void A_limited_poll_leaves_the_rest_and_rings_once()
    {
        var pair = NewPair(16, 16);
        for (var i = 0; i < 9; i++) pair.TryPut(default);
        pair.Ring();
        for (ushort i = 0; i < 9; i++) Post(16, i, (ushort)(i + 1));
        _function.Doorbells.Clear();
        Assert.That(pair.Poll(_sink, 4), Is.EqualTo(4));
        Assert.That(_function.Doorbells, Is.EqualTo(new[] { (0x100CL, 4u) }));
        Assert.That(pair.CountPosted(), Is.EqualTo(5), "a queue that nobody polls stays as it is");
    }

    [Test]
    public void Wrong_doorbells_and_raw_entries_change_nothing_in_the_driver()
    {
        var pair = NewPair(4, 4);
        pair.RingRaw(77);
        pair.RingHeadRaw(99);
        pair.PutRaw(2, Enumerable.Repeat((byte)0xA5, 64).ToArray());
        Assert.That(_function.Doorbells, Is.EqualTo(new[] { (0x1008L, 77u), (0x100CL, 99u) }));
        Assert.That((pair.SqTail, pair.RungTail, pair.CqHead, pair.FreeSlots), Is.EqualTo((0, 0, 0, 3)));
        Assert.That(_bench.GuestSpace.Load<byte>(Sq + 128 + 63), Is.EqualTo(0xA5));
    }

    [Test]
    public void Queues_that_share_a_completion_queue_each_get_their_own()
    {
        var first = NewPair(4, 8);
        var second = new QueuePair(
            _function, _bench.GuestSpace, 2, new QueueMemory(Sq + 0x1000, 4, SubmissionEntry.Size), first.Completion, 4);
        foreach (var pair in new[] { first, second })
        {
            pair.TryPut(default);
            pair.Ring();
        }

        Post(8, 10, 1, sqId: 2);
        Post(8, 11, 1, sqId: 1);
        Post(8, 12, 0, sqId: 9);
        Assert.That(second.Poll(_sink, 8), Is.EqualTo(3));
        Assert.That(_sink.Seen.Select(s => (s.Queue.Qid, s.Entry.Cid)), Is.EqualTo(new (ushort, ushort)[] { (2, 10), (1, 11), (2, 12) }));
        Assert.That((first.Completed, second.SqHead), Is.EqualTo((1L, 1)));
    }

    [Test]
    public void Entries_of_a_queue_in_pages_of_its_own_lie_where_its_list_says()
    {
        var memory = new QueueMemory([0x9000, 0x5000, 0x7000], 4096, 130, SubmissionEntry.Size);
        Assert.That((memory.At(0), memory.At(63), memory.At(64), memory.At(129)), Is.EqualTo((0x9000ul, 0x9FC0ul, 0x5000ul, 0x7040ul)));
        Assert.That(() => memory.At(130), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new QueueMemory([0x9000], 4096, 65, 64), Throws.ArgumentException);
    }

    [Test]
    public void Nothing_is_allocated_per_command()
    {
        var pair = NewPair(64, 64);
        var slots = new CommandSlots(32);
        var counter = new Counter();
        ushort head = 0;
        void Round()
        {
            slots.TryTake(out _, out var cid);
            pair.TryPut(new SubmissionEntry { Cid = cid });
            pair.Ring();
            head = (ushort)((head + 1) % 64);
            Post(64, cid, head);
            pair.Poll(counter, 8);
            slots.Complete(cid, out _);
            _function.Doorbells.Clear();
        }

        for (var i = 0; i < 200; i++) Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Round();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(counter.Count, Is.EqualTo(1200));
    }

    private sealed class Counter : ICompletionSink
    {
        public int Count { get; private set; }

        public void Completed(QueuePair queue, in CompletionEntry entry) => Count++;
    }
}
