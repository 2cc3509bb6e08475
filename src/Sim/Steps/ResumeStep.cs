namespace Conformance.Sim;

/// <summary>Lets a suspended controller go on: it looks at all its queues, the admin queue too, without a doorbell.</summary>
internal class ResumeStep
{
    public virtual StepResult Run(ControllerCore target)
    {
        var wasSuspended = target.Suspension.IsSuspended;
        target.Suspension.End();
        target.Truth.ResumedAt = target.Now;
        target.Truth.FirstFetchAfterResumeAt = -1;
        if (wasSuspended) DataQueues.ControllerResumed(target);
        KeepAliveTimer.Restart(target);
        target.Machine.InterruptsUnmasked();
        target.Machine.Wake();
        return StepResult.Done;
    }
}
