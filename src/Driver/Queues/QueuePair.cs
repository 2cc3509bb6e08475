using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// The host's end of one submission queue and its completion queue. Knows IOVAs only and asks its function for the doorbells each
/// time, so both the memory and the device may be replaced under it. Allocates nothing. To be used on the host lane.
/// <para>Command identifiers are the caller's (see <see cref="CommandSlots"/>); a queue that nobody polls is a queue never drained.</para>
/// </summary>
public sealed class QueuePair
{
    private readonly IFunction _function;
    private readonly AddressSpace _memory;
    private readonly QueueMemory _entries;
    private readonly long _doorbell;

    /// <summary>A pair of contiguous queues of the same identifier.</summary>
    /// <param name="function">Where the doorbells are; it may stand for another device later on.</param>
    /// <param name="memory">Where the entries are.</param>
    /// <param name="qid">Identifier of both queues; 0 admin.</param>
    /// <param name="sqIova">First submission entry.</param>
    /// <param name="sqEntries">Entries of the submission queue; one is always kept free.</param>
    /// <param name="cqIova">First completion entry.</param>
    /// <param name="cqEntries">Entries of the completion queue.</param>
    /// <param name="doorbellStride">Bytes from one doorbell to the next: <see cref="Register.DoorbellStride"/>.</param>
    public QueuePair(
        IFunction function, AddressSpace memory, ushort qid, ulong sqIova, int sqEntries, ulong cqIova, int cqEntries, int doorbellStride)
        : this(
            function, memory, qid, new QueueMemory(sqIova, sqEntries, SubmissionEntry.Size),
            new CompletionRing(function, memory, qid, new QueueMemory(cqIova, cqEntries, CompletionEntry.Size), doorbellStride),
            doorbellStride)
    {
    }

    /// <summary>A submission queue on any completion queue, also one that others use.</summary>
    public QueuePair(
        IFunction function, AddressSpace memory, ushort qid, QueueMemory submission, CompletionRing completion, int doorbellStride)
    {
        _function = function;
        _memory = memory;
        _entries = submission;
        _doorbell = Register.Doorbells + (2L * qid * doorbellStride);
        Qid = qid;
        Completion = completion;
        completion.Add(this);
    }

    /// <summary>Where commands are noted for what is told after a failure; null: nowhere.</summary>
    public CommandHistory? History { get; set; }

    /// <summary>Submission queue identifier.</summary>
    public ushort Qid { get; }

    public CompletionRing Completion { get; }

    /// <summary>Entries of the submission queue.</summary>
    public int Entries => _entries.Entries;

    /// <summary>Where the entries of the submission queue lie.</summary>
    public QueueMemory Memory => _entries;

    /// <summary>Where the next command goes.</summary>
    public int SqTail { get; private set; }

    /// <summary>The tail that the device was last told.</summary>
    public int RungTail { get; private set; }

    /// <summary>The head that the device last reported in a completion.</summary>
    public int SqHead { get; private set; }

    /// <summary>The next completion to consume.</summary>
    public int CqHead => Completion.Head;

    /// <summary>The phase of the next completion.</summary>
    public bool ExpectedPhase => Completion.Phase;

    /// <summary>Commands put since the beginning.</summary>
    public long Put { get; private set; }

    /// <summary>Completions consumed for this submission queue since the beginning.</summary>
    public long Completed { get; private set; }

    /// <summary>Commands that the device is known to have fetched, by the heads it reported.</summary>
    public long Fetched { get; private set; }

    /// <summary>Completions whose SQ head pointer does not lie between the last one and the tail; such a head is not taken over.</summary>
    public long BadHeads { get; private set; }

    /// <summary>Commands that can be put now.</summary>
    public int FreeSlots
    {
        get
        {
            var free = SqHead - SqTail - 1;
            return free < 0 ? free + Entries : free;
        }
    }

    /// <summary>Writes one command at the tail, identifier as given; false when the queue is full. Unheard until <see cref="Ring"/>.</summary>
    public bool TryPut(in SubmissionEntry entry)
    {
        if (FreeSlots == 0) return false;
        _memory.Store(_entries.At(SqTail), entry);
        History?.Put(_function.Name, Qid, in entry);
        if (++SqTail == Entries) SqTail = 0;
        Put++;
        return true;
    }

    /// <summary>One doorbell write for everything put since the last.</summary>
    public void Ring()
    {
        if (RungTail == SqTail) return;
        RungTail = SqTail;
        RingRaw((uint)SqTail);
    }

    /// <summary>
    /// Consumes up to <paramref name="max"/> completions of the completion queue, those of its other submission queues too, and rings
    /// its head doorbell once; returns how many.
    /// </summary>
    public int Poll(ICompletionSink sink, int max) => Completion.Poll(this, sink, max);

    /// <summary>Completions posted and not consumed.</summary>
    public int CountPosted() => Completion.CountPosted();

    /// <summary>Commands told to the device beyond the head it last reported: at most so many are not fetched.</summary>
    public int CountUnfetched() => CountUnfetched((ushort)SqHead);

    /// <summary>Commands told to the device and not fetched, by a head known otherwise (a saved state).</summary>
    public int CountUnfetched(ushort sqHead)
    {
        var count = RungTail - sqHead;
        return count < 0 ? count + Entries : count;
    }

    /// <summary>Reads the command in a slot.</summary>
    public SubmissionEntry PeekCommand(int slot) => _memory.Load<SubmissionEntry>(_entries.At(slot));

    /// <summary>Writes any 64 bytes into a slot and moves nothing.</summary>
    public void PutRaw(int slot, ReadOnlySpan<byte> bytes) => _memory.Write(_entries.At(slot), bytes);

    /// <summary>Writes any value to the tail doorbell and changes nothing here.</summary>
    public void RingRaw(uint value)
    {
        _function.Write32(_doorbell, value);
        Rung?.Invoke();
    }

    /// <summary>Writes any value to the completion queue's head doorbell and changes nothing here.</summary>
    public void RingHeadRaw(uint value) => Completion.RingRaw(value);

    /// <summary>Takes the submission queue off its completion queue, once it is deleted.</summary>
    public void Retire() => Completion.Remove(this);

    /// <summary>Told at each doorbell of the submission queue; null for nobody.</summary>
    internal Action? Rung { get; set; }

    /// <summary>Who gets the completions that a <see cref="CompletionPump"/> finds.</summary>
    internal ICompletionSink? Owner { get; set; }

    internal void Account(in CompletionEntry entry)
    {
        Completed++;
        History?.Complete(_function.Name, in entry);
        var fetched = entry.SqHead - SqHead;
        if (fetched < 0) fetched += Entries;
        if (entry.SqHead >= Entries || fetched > CountUnfetched())
        {
            BadHeads++;
            return;
        }

        SqHead = entry.SqHead;
        Fetched += fetched;
    }
}
