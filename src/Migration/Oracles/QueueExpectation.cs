using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// What the guest's driver knows of one of its queue pairs at the cut, which is what a saved state must say. Taken when the guest has
/// stopped and the source is frozen: from then on both stand still.
/// </summary>
/// <param name="Spec">As created.</param>
/// <param name="SqIova">PRP1 of the submission queue.</param>
/// <param name="CqIova">PRP1 of the completion queue.</param>
/// <param name="SqTail">The last tail rung.</param>
/// <param name="SqHead">How far the device must have fetched: everything in flight that is not posted was not fetched.</param>
/// <param name="CqHead">The last head rung.</param>
/// <param name="CqTail">One past the last entry posted.</param>
/// <param name="SlotZeroPhase">Phase tag that stands in slot 0 of the completion queue.</param>
/// <param name="Posted">Completions posted and not consumed.</param>
/// <param name="Unfetched">Commands rung and not fetched.</param>
public sealed record QueueExpectation(
    IoQueueSpec Spec, ulong SqIova, ulong CqIova, int SqTail, int SqHead, int CqHead, int CqTail, bool SlotZeroPhase, int Posted, int Unfetched)
{
    public static QueueExpectation Of(QueuePair pair, IoQueueSpec spec, int inFlight)
    {
        var posted = pair.CountPosted();
        var unfetched = inFlight - posted;
        var cqEntries = pair.Completion.Entries;
        return new QueueExpectation(
            spec, pair.Memory.Prp1, pair.Completion.Memory.Prp1, pair.RungTail, (pair.RungTail - unfetched + pair.Entries) % pair.Entries,
            pair.CqHead, (pair.CqHead + posted) % cqEntries, pair.Completion.PhaseAt(0), posted, unfetched);
    }

    /// <summary>What the state must say of the submission queue (Base 2.3 5.2.17.1.3).</summary>
    public IoSubmissionQueueState Submission => new()
    {
        Prp1 = SqIova,
        QsizeZ = (ushort)(Spec.SqEntries - 1),
        Qid = Spec.Qid,
        Cqid = Spec.SharedCqid ?? Spec.Qid,
        Attributes = new IoSubmissionQueueAttributes { Pc = Spec.Contiguous, Qprio = Spec.Priority },
        HeadPointer = (ushort)SqHead,
        TailPointer = (ushort)SqTail,
    };

    /// <summary>What the state must say of the completion queue (Base 2.3 5.2.17.1.3).</summary>
    /// <param name="slot0">How this device reads S0PT.</param>
    /// <param name="saved">What it does say, for the one case in which two readings are legal.</param>
    public IoCompletionQueueState Completion(Slot0Reading slot0, IoCompletionQueueState? saved) => new()
    {
        Prp1 = CqIova,
        QsizeZ = (ushort)(Spec.CqEntries - 1),
        Qid = Spec.Qid,
        HeadPointer = (ushort)CqHead,
        TailPointer = (ushort)CqTail,
        Attributes = new IoCompletionQueueAttributes
        {
            Pc = Spec.Contiguous, Ien = Spec.Interrupts, Iv = Spec.Vector, SlotZeroPhase = SlotZeroPhaseAs(slot0, saved?.Attributes.SlotZeroPhase),
        },
    };

    /// <summary>Two readings of S0PT are in the field; they differ where the tail is 0 only, and there each is accepted, but one per device.</summary>
    private bool SlotZeroPhaseAs(Slot0Reading slot0, bool? saved)
    {
        if (CqTail != 0 || saved is not { } phase) return SlotZeroPhase;
        var meaning = phase == SlotZeroPhase ? Slot0Meaning.Literal : Slot0Meaning.NextPhase;
        return slot0.Accept(meaning) ? phase : !phase;
    }
}

/// <summary>How a device reads S0PT where the tail is 0.</summary>
public enum Slot0Meaning
{
    Unseen,

    /// <summary>The phase tag that stands in slot 0.</summary>
    Literal,

    /// <summary>The phase tag of the next entry.</summary>
    NextPhase,
}

/// <summary>Which reading a device showed first; both are legal, changing between them is not.</summary>
public sealed class Slot0Reading
{
    public Slot0Meaning Seen { get; private set; }

    public bool Accept(Slot0Meaning meaning)
    {
        if (Seen == Slot0Meaning.Unseen) Seen = meaning;
        return Seen == meaning;
    }
}
