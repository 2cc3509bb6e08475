using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

public sealed partial class NvmeController
{
    private readonly SortedDictionary<ushort, IoQueue> _io = [];

    /// <summary>What one pair of I/O queues holds.</summary>
    private sealed class IoQueue(QueuePair pair, IoQueueSpec spec)
    {
        public QueuePair Pair { get; } = pair;

        public IoQueueSpec Spec { get; } = spec;

        public List<ulong> Rented { get; } = [];

        public QueuePath? Path { get; set; }

        public bool SubmissionDeleted { get; set; }
    }

    /// <summary>The I/O queue pairs that exist, ascending by submission queue identifier.</summary>
    public IEnumerable<QueuePair> IoQueues => _io.Values.Where(q => !q.SubmissionDeleted).Select(q => q.Pair);

    /// <summary>
    /// Creates a completion queue (unless a shared one is named) and a submission queue. The caller polls: bind a vector with
    /// <see cref="BindVector"/>.
    /// </summary>
    public async ValueTask<(Outcome Outcome, QueuePair? Queue)> CreateQueuePairAsync(IoQueueSpec spec)
    {
        var (outcome, io) = await CreateAsync(spec);
        return (outcome, io?.Pair);
    }

    /// <summary>The same as a command path with <paramref name="depth"/> commands in flight, polled when its vector is raised.</summary>
    public async ValueTask<(Outcome Outcome, QueuePath? Path)> CreateIoPathAsync(IoQueueSpec spec, int depth)
    {
        var (outcome, io) = await CreateAsync(spec);
        if (io is null) return (outcome, null);
        io.Path = NewPath(io.Pair, $"queue {spec.Qid} of {Function.Name}", depth, _options.DataPointers);
        _vectors.PumpOf(PumpVector(io)).Add(io.Pair, io.Path);
        return (outcome, io.Path);
    }

    /// <summary>
    /// Deletes a submission queue, then its completion queue if that is its own. To be called again where the second was refused.
    /// </summary>
    public async ValueTask<Outcome> DeleteQueuePairAsync(ushort qid)
    {
        var io = _io[qid];
        if (!io.SubmissionDeleted)
        {
            var answer = await AdminAsync(AdminCommand.DeleteIoSq(qid));
            if (!answer.IsOk) return Outcome.Of($"Delete I/O Submission Queue {qid}", answer);
            io.SubmissionDeleted = true;
            Detach(io);
            io.Pair.Retire();
        }

        if (io.Spec.SharedCqid is null)
        {
            var answer = await AdminAsync(AdminCommand.DeleteIoCq(qid));
            if (!answer.IsOk) return Outcome.Of($"Delete I/O Completion Queue {qid}", answer);
        }

        _io.Remove(qid);
        GiveBack(io);
        return Outcome.Ok;
    }

    private async ValueTask<(Outcome Outcome, IoQueue? Io)> CreateAsync(IoQueueSpec spec)
    {
        if (_io.ContainsKey(spec.Qid)) throw new ArgumentException($"Queue {spec.Qid} of {Function.Name} exists.", nameof(spec));
        var rented = new List<ulong>();
        var ring = spec.SharedCqid is { } shared ? _io[shared].Pair.Completion : null;
        if (ring is null)
        {
            var memory = RentQueue(spec.CqEntries, CompletionEntry.Size, spec.Contiguous, rented, out var prp1);
            var create = AdminCommand.CreateIoCq(spec.Qid, (ushort)(spec.CqEntries - 1), spec.Vector, spec.Interrupts, spec.Contiguous);
            ring = new CompletionRing(Function, Memory.Space, spec.Qid, memory, DoorbellStride);
            var answer = await AdminAsync(create with { Prp1 = prp1 });
            if (!answer.IsOk) return (Refuse($"Create I/O Completion Queue {spec.Qid}", answer, rented), null);
        }

        var entries = RentQueue(spec.SqEntries, SubmissionEntry.Size, spec.Contiguous, rented, out var sqPrp1);
        var createSq = AdminCommand.CreateIoSq(
            spec.Qid, (ushort)(spec.SqEntries - 1), ring.Qid, spec.Priority, spec.Contiguous, spec.NvmSetId);
        var created = await AdminAsync(createSq with { Prp1 = sqPrp1 });
        if (!created.IsOk)
        {
            // The completion queue has no user: it goes again, and only then its memory.
            var step = $"Create I/O Submission Queue {spec.Qid}";
            if (spec.SharedCqid is null && !(await AdminAsync(AdminCommand.DeleteIoCq(spec.Qid))).IsOk) rented.Clear();
            return (Refuse(step, created, rented), null);
        }

        var io = new IoQueue(new QueuePair(Function, Memory.Space, spec.Qid, entries, ring, DoorbellStride) { History = _options.History }, spec);
        io.Rented.AddRange(rented);
        _io.Add(spec.Qid, io);
        return (Outcome.Ok, io);
    }

    private Outcome Refuse(string step, in CommandAnswer answer, List<ulong> rented)
    {
        if (answer.Outcome == TicketOutcome.Completed) rented.ForEach(Memory.Pages.Return);
        return Outcome.Of(step, answer);
    }

    private QueueMemory RentQueue(int entries, int entrySize, bool contiguous, List<ulong> rented, out ulong prp1)
    {
        if (contiguous)
        {
            prp1 = RentAligned((long)entries * entrySize, rented);
            return new QueueMemory(prp1, entries, entrySize);
        }

        var pages = new ulong[(((long)entries * entrySize) + PageSize - 1) / PageSize];
        var lists = new ulong[(int)Prp.ListPages(pages.Length, PageSize)];
        for (var i = 0; i < pages.Length; i++) pages[i] = RentAligned(PageSize, rented);
        for (var i = 0; i < lists.Length; i++) lists[i] = RentAligned(PageSize, rented);
        // Descending, so that no page follows its neighbour and a device that ignores the list goes wrong.
        Array.Reverse(pages);

        _pointers.WriteList(pages, lists);
        prp1 = lists[0];
        return new QueueMemory(pages, PageSize, entries, entrySize) { Prp1 = prp1 };
    }

    /// <summary>Rents with room to align, so that the address to return is not always the one to use.</summary>
    private ulong RentAligned(long bytes, List<ulong> rented)
    {
        var slack = PageSize - GuestMemory.PageSize;
        rented.Add(Memory.Pages.Rent(bytes + slack));
        return Prp.PageBase(rented[^1] + (ulong)slack, PageSize);
    }

    private void ForgetIoQueues()
    {
        foreach (var io in _io.Values)
        {
            Detach(io);
            GiveBack(io);
        }

        _io.Clear();
    }

    private void Detach(IoQueue io)
    {
        if (io.Path is null) return;
        _vectors.PumpOf(PumpVector(io)).Remove(io.Pair);
        io.Path.Close();
    }

    private void GiveBack(IoQueue io) => io.Rented.ForEach(Memory.Pages.Return);

    private int PumpVector(IoQueue io) => io.Spec.SharedCqid is { } shared ? _io[shared].Spec.Vector : io.Spec.Vector;
}
