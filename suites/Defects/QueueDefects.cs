using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>The first entry of a user data migration queue is not marked as the first.</summary>
internal sealed class UnmarkedStart : DataQueueStep
{
    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        if (entry.Attributes.Sequence == EntrySequence.First) entry.Attributes = entry.Attributes with { Sequence = EntrySequence.Middle };
        return base.Run(owner, queue, entry);
    }
}

/// <summary>Behind the entry that says that the controller is suspended one more is posted, with blocks that were reported before.</summary>
internal sealed class EntryBehindLast : DataQueueStep
{
    private LbaMigrationQueueEntry? _range;

    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        if (entry.Attributes.Change == LbaChange.Range) _range = entry;
        var posted = base.Run(owner, queue, entry);
        return entry.Attributes.Sequence == EntrySequence.LastSuspended && _range is { } again ? base.Run(owner, queue, again) : posted;
    }
}

/// <summary>One entry of a user data migration queue is posted with the phase of the pass before.</summary>
internal sealed class StuckPhase(int which) : DataQueueStep
{
    private int _seen;

    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        if (++_seen != which) return base.Run(owner, queue, entry);
        entry.Attributes = entry.Attributes with { Phase = !queue.Phase };
        if (!owner.PublishHost(queue.Memory.AddressOf(queue.Tail), Wire.Bytes(in entry))) owner.Fail();
        queue.Posted();
        return StepResult.Done;
    }
}

/// <summary>A suspend is answered with success and suspends nothing.</summary>
internal sealed class HollowSuspend : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation) => StepResult.Done;
}
