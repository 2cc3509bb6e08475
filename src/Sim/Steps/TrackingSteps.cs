using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Logs a change of user data in the controller's user data migration queue.</summary>
internal class TrackLbaStep
{
    /// <param name="c">The controller whose command made the change.</param>
    /// <param name="change">What took effect.</param>
    public virtual StepResult Run(ControllerCore c, in MediumChange change)
    {
        c.UserDataLog!.Log(in change);
        return StepResult.Done;
    }
}

/// <summary>Notes a write to host memory of a tracked controller.</summary>
internal class TrackMemoryStep
{
    public virtual StepResult Run(ControllerCore c, ulong iova, int length)
    {
        c.Tracker!.Mark(iova, length);
        return StepResult.Done;
    }
}

/// <summary>Posts one entry to a Controller Data Queue of the controller.</summary>
internal class DataQueueStep
{
    /// <param name="owner">The management controller whose queue it is.</param>
    /// <param name="queue">Has room.</param>
    /// <param name="entry">The phase is set here.</param>
    public virtual StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        entry.Attributes = entry.Attributes with { Phase = queue.Phase };
        if (!owner.PublishHost(queue.Memory.AddressOf(queue.Tail), Wire.Bytes(in entry)))
        {
            owner.Fail();
            return StepResult.Done;
        }

        queue.Posted();
        return StepResult.Done;
    }
}
