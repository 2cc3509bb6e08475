using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// The host's end of one completion queue, which one or several submission queues use. New entries are known by their phase tag alone;
/// the last dword is read first, and nothing of the entry before it.
/// </summary>
public sealed class CompletionRing
{
    private const ulong LastDword = CompletionEntry.Size - sizeof(uint);
    private const uint PhaseBit = 1u << 16;

    private readonly IFunction _function;
    private readonly AddressSpace _memory;
    private readonly QueueMemory _entries;
    private readonly long _doorbell;
    private readonly List<QueuePair> _queues = [];

    /// <summary>Begins empty: zeroes the queue's memory, whose phase starts at 1.</summary>
    /// <param name="function">Where the doorbell is; it may stand for another device later on.</param>
    /// <param name="memory">Where the entries are.</param>
    /// <param name="qid">Completion queue identifier.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="doorbellStride">Bytes from one doorbell to the next.</param>
    public CompletionRing(IFunction function, AddressSpace memory, ushort qid, QueueMemory entries, int doorbellStride)
    {
        _function = function;
        _memory = memory;
        _entries = entries;
        Qid = qid;
        _doorbell = Register.Doorbells + (((2L * qid) + 1) * doorbellStride);
        entries.Clear(memory);
    }

    public ushort Qid { get; }

    public int Entries => _entries.Entries;

    /// <summary>Where the entries lie.</summary>
    public QueueMemory Memory => _entries;

    /// <summary>The next entry to consume.</summary>
    public int Head { get; private set; }

    /// <summary>The phase that makes the entry at <see cref="Head"/> a new one.</summary>
    public bool Phase { get; private set; } = true;

    /// <summary>Entries consumed since the beginning.</summary>
    public long Consumed { get; private set; }

    internal void Add(QueuePair queue) => _queues.Add(queue);

    internal void Remove(QueuePair queue) => _queues.Remove(queue);

    /// <summary>Consumes up to <paramref name="max"/> entries, then rings the head doorbell once; returns how many.</summary>
    internal int Poll(QueuePair asker, ICompletionSink sink, int max)
    {
        var count = 0;
        while (count < max && IsNew(Head, Phase))
        {
            var entry = _memory.Load<CompletionEntry>(_entries.At(Head));
            if (++Head == Entries)
            {
                Head = 0;
                Phase = !Phase;
            }

            count++;
            Consumed++;
            var queue = Find(entry.SqId) ?? asker;
            queue.Account(entry);
            sink.Completed(queue, entry);
        }

        if (count > 0) RingRaw((uint)Head);
        return count;
    }

    /// <summary>Entries that are posted and not consumed.</summary>
    public int CountPosted()
    {
        var (slot, phase, count) = (Head, Phase, 0);
        while (count < Entries && IsNew(slot, phase))
        {
            count++;
            if (++slot < Entries) continue;
            slot = 0;
            phase = !phase;
        }

        return count;
    }

    /// <summary>Reads the entry <paramref name="ahead"/> places from the head, without consuming it or looking at its phase.</summary>
    public CompletionEntry Peek(int ahead) => _memory.Load<CompletionEntry>(_entries.At((Head + ahead) % Entries));

    /// <summary>The phase tag that stands in a slot.</summary>
    public bool PhaseAt(int slot) => IsNew(slot, phase: true);

    /// <summary>Writes any value to the head doorbell and changes nothing here.</summary>
    public void RingRaw(uint value) => _function.Write32(_doorbell, value);

    private bool IsNew(int slot, bool phase) => ((_memory.LoadAcquire(_entries.At(slot) + LastDword) & PhaseBit) != 0) == phase;

    private QueuePair? Find(ushort sqid)
    {
        foreach (var queue in _queues)
        {
            if (queue.Qid == sqid) return queue;
        }

        return null;
    }
}
