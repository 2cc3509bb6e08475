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
            spec, pair.Memory.At(0), pair.Completion.Memory.At(0), pair.RungTail, (pair.RungTail - unfetched + pair.Entries) % pair.Entries,
            pair.CqHead, (pair.CqHead + posted) % cqEntries, pair.Completion.PhaseAt(0), posted, unfetched);
    }

    /// <summary>Holds the queue's entries of a decoded state against this.</summary>
    public void Judge(ControllerState state, Slot0Reading slot0, Checks checks)
    {
        var sq = Array.Find(state.SubmissionQueues, q => q.Qid == Spec.Qid);
        var cq = Array.Find(state.CompletionQueues, q => q.Qid == Spec.Qid);
        var path = $"nvme.sq[{Spec.Qid}]";
        if (checks.Equal("GET-01", $"{path}.qid", sq.Qid, Spec.Qid, "the submission queue is not in the saved state"))
        {
            checks.Equal("GET-03", $"{path}.prp1", sq.Prp1, SqIova, "not the address it was created with");
            checks.Equal("GET-03", $"{path}.qsizeZ", sq.QsizeZ, (ushort)(Spec.SqEntries - 1), "not the size it was created with");
            checks.Equal("GET-03", $"{path}.cqid", sq.Cqid, Spec.Qid, "not the completion queue it was created with");
            checks.Equal("GET-03", $"{path}.pc", sq.Attributes.Pc, Spec.Contiguous, "not as created");
            checks.Equal("GET-03", $"{path}.qprio", sq.Attributes.Qprio, Spec.Priority, "not as created");
            checks.Equal("SUSP-05", $"{path}.tail", sq.TailPointer, (ushort)SqTail, "not the last value of the doorbell");
            checks.Equal("GET-05", $"{path}.head", sq.HeadPointer, (ushort)SqHead, "not behind the last command fetched");
        }

        path = $"nvme.cq[{Spec.Qid}]";
        if (!checks.Equal("GET-01", $"{path}.qid", cq.Qid, Spec.Qid, "the completion queue is not in the saved state")) return;
        checks.Equal("GET-03", $"{path}.prp1", cq.Prp1, CqIova, "not the address it was created with");
        checks.Equal("GET-03", $"{path}.qsizeZ", cq.QsizeZ, (ushort)(Spec.CqEntries - 1), "not the size it was created with");
        checks.Equal("GET-03", $"{path}.pc", cq.Attributes.Pc, Spec.Contiguous, "not as created");
        checks.Equal("GET-03", $"{path}.ien", cq.Attributes.Ien, Spec.Interrupts, "not as created");
        checks.Equal("GET-03", $"{path}.iv", cq.Attributes.Iv, Spec.Vector, "not the vector it was created with");
        checks.Equal("GET-06", $"{path}.head", cq.HeadPointer, (ushort)CqHead, "not the last value of the doorbell");
        checks.Equal("GET-06", $"{path}.tail", cq.TailPointer, (ushort)CqTail, "not behind the last entry posted");
        JudgePhase($"{path}.s0pt", cq, slot0, checks);
    }

    /// <summary>Two readings of S0PT are in the field; they differ where the tail is 0 only, and there each is accepted and noted.</summary>
    private void JudgePhase(string path, in IoCompletionQueueState cq, Slot0Reading slot0, Checks checks)
    {
        var nextPhase = CqTail == 0 ? !SlotZeroPhase : SlotZeroPhase;
        if (cq.Attributes.SlotZeroPhase == SlotZeroPhase && (CqTail != 0 || slot0.Accept(Slot0Meaning.Literal))) return;
        if (CqTail == 0 && cq.Attributes.SlotZeroPhase == nextPhase && slot0.Accept(Slot0Meaning.NextPhase)) return;
        checks.Equal("GET-09", path, cq.Attributes.SlotZeroPhase, SlotZeroPhase, "not the phase tag in slot 0");
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
