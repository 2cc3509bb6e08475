namespace Conformance.Sim;

/// <summary>
/// A controller level reset: commands are dropped without completion, queues deleted, properties and current features get their reset
/// values, suspensions end, and what the controller tracked or logged for others stops. Attachments of namespaces stay.
/// </summary>
internal class ResetStep
{
    private const int Clearing = 1;

    public virtual StepResult Run(ControllerCore c, ResetRequest request)
    {
        if (request.Phase == Clearing)
        {
            // Enabled again too early, it is ready for that already.
            if (c.Queues.Sq(0) is null) c.Registers.Csts = c.Registers.Csts with { Rdy = false };
            return StepResult.Done;
        }

        Forget(c);
        c.Logs.Reset(request.Kind);
        c.Subsystem.Sanitizing.ControllerWasReset(c, request.Kind);
        var activated = c.Subsystem.Firmware.ControllerWasReset(c, request.Kind);
        c.Subsystem.PersistentLog.ControllerWasReset(c, request.Kind, activated);
        var keepsAdminQueue = request.Kind == ResetKind.ControllerReset;
        Resets.ResetProperties(c, request.Kind);
        if (!keepsAdminQueue)
        {
            if (c.IsPrimary) c.Resources.Allocate(c.Options.Resources);
            Resets.ResetFunction(c, request.Kind);
        }

        if (c.IsPrimary) SecondaryControllers.TakeAllOffline(c);
        c.Truth.Resets++;
        var cost = c.Options.Timing.Disable.Nanoseconds;
        if (request.Kind != ResetKind.ControllerReset || cost == 0)
        {
            c.Registers.Csts = c.Registers.Csts with { Rdy = false };
            return StepResult.Done;
        }

        request.Phase = Clearing;
        return StepResult.Later(c.Now + cost);
    }

    private static void Forget(ControllerCore c)
    {
        c.Machine.DropAll();
        c.Queues.Clear();
        c.Events.Clear();
        c.Features.Reset();
        c.Suspension.End();
        c.Suspension.Incoming = null;
        c.IsFatal = false;
        foreach (var other in c.Subsystem.Controllers)
        {
            if (ReferenceEquals(other.Suspension.By, c))
            {
                other.Suspension.End();
                other.Machine.InterruptsUnmasked();
                other.Machine.Wake();
            }

            // A sequence of the controller that is reset comes to nothing.
            if (ReferenceEquals(other.Suspension.Incoming?.Sender, c)) other.Suspension.Incoming = null;
            if (ReferenceEquals(other.Tracker?.Owner, c)) other.Tracker = null;
        }

        c.DataQueues.Clear();
        DataQueues.ControllerWasReset(c);
    }
}
