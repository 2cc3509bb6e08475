namespace Conformance.Sim;

/// <summary>One suspend of a controller, from the command that asks for it to the freeze point.</summary>
internal sealed class SuspendOperation
{
    /// <summary>The command that waits; of the management controller.</summary>
    public required CommandContext Command { get; init; }

    /// <summary>DUDMQ: delete the controller's user data migration queue.</summary>
    public bool DeleteDataQueue { get; init; }

    /// <summary>Where it is.</summary>
    public int Phase { get; set; }
}

/// <summary>
/// Suspends a controller (Base 2.3 8.1.13.1): it stops fetching from all its queues, completes what it fetched but outstanding
/// Asynchronous Event Requests, sends the interrupts for it, and then does nothing more until it is resumed or reset.
/// </summary>
internal class SuspendStep
{
    private const int Draining = 1;
    private const int Settling = 2;

    /// <param name="target">The controller to suspend.</param>
    /// <param name="operation">The same at each call.</param>
    public virtual StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        if (target.Suspension.IsSuspended)
        {
            if (operation.DeleteDataQueue) DataQueues.Delete(target);
            return StepResult.Done;
        }

        // A reset of the target in between has ended it: begin anew.
        if (!target.Suspension.FetchStopped) operation.Phase = 0;
        if (operation.Phase == 0)
        {
            target.Suspension.StopFetching(operation.Command.Owner);
            operation.Phase = Draining;
        }

        // What a controller has fetched before a fatal error or a shutdown is never completed. Without bus mastering it is not either:
        // its tenant, who cleared it, must not hold up the management controller's admin queue. What was fetched stays where it is, and
        // is completed if the controller is resumed here with bus mastering; a state that is moved has no place for it.
        if (target.Commands.InFlight != 0 && target.CanComplete)
        {
            target.Suspension.WakeWhenDrained(operation.Command);
            return StepResult.WhenTold;
        }

        var cost = target.Options.Timing.Suspend.Nanoseconds;
        if (operation.Phase == Draining && cost != 0)
        {
            operation.Phase = Settling;
            return StepResult.Later(target.Now + cost);
        }

        Freeze(target, operation);
        return StepResult.Done;
    }

    private static void Freeze(ControllerCore target, SuspendOperation operation)
    {
        target.Machine.AnswerDoorbells();
        target.Machine.FlushInterrupts();
        target.Suspension.Freeze();
        target.Truth.SuspendedAt = target.Now;
        DataQueues.ControllerSuspended(target);
        if (operation.DeleteDataQueue) DataQueues.Delete(target);
    }
}
