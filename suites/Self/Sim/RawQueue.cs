using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Self.Sim;

/// <summary>One queue pair as bare memory and doorbells: does what a test says, right or wrong, and never more.</summary>
internal sealed class RawQueue(
    IFunction function, GuestMemory memory, ulong iova, ushort qid, long sq, int sqEntries, long cq, int cqEntries)
{
    private byte? _dstrd;

    public ushort Qid { get; } = qid;

    public int SqEntries { get; } = sqEntries;

    public int CqEntries { get; } = cqEntries;

    public ulong SqIova { get; } = iova + (ulong)sq;

    public ulong CqIova { get; } = iova + (ulong)cq;

    public int Tail { get; set; }

    public int Head { get; set; }

    public bool Phase { get; set; } = true;

    /// <summary>Where the doorbells are; another function after a migration.</summary>
    public IFunction Function { get; set; } = function;

    /// <summary>CAP.DSTRD, read once; it is the same on the function of after a migration.</summary>
    private int Dstrd => _dstrd ??= new Capabilities(Function.Read64(Register.Cap)) is { Raw: not ulong.MaxValue } cap ? cap.Dstrd : (byte)0;

    /// <summary>Puts an entry at the tail without ringing.</summary>
    public void Put(in SubmissionEntry entry)
    {
        memory.Store(sq + (Tail * SubmissionEntry.Size), entry);
        Tail = (Tail + 1) % SqEntries;
    }

    public void Ring() => Function.Write32(Register.SqTailDoorbell(Qid, Dstrd), (uint)Tail);

    /// <summary>A completion is there. Its phase is read first and on its own, for the device may be writing the rest.</summary>
    public bool HasEntry => ((memory.LoadAcquire(cq + (Head * CompletionEntry.Size) + 12) & 0x1_0000) != 0) == Phase;

    /// <summary>The next completion, if it is there; the head doorbell is not rung.</summary>
    public bool TryTake(out CompletionEntry entry)
    {
        entry = default;
        if (!HasEntry) return false;
        entry = memory.Load<CompletionEntry>(cq + (Head * CompletionEntry.Size));
        if (++Head == CqEntries)
        {
            Head = 0;
            Phase = !Phase;
        }

        return true;
    }

    public void RingHead() => Function.Write32(Register.CqHeadDoorbell(Qid, Dstrd), (uint)Head);

    /// <summary>An entry of the completion queue as it stands in memory.</summary>
    public CompletionEntry Peek(int slot) => memory.Load<CompletionEntry>(cq + (slot * CompletionEntry.Size));
}
