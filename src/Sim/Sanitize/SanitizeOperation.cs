using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// One sanitize operation, from the command that starts it to its end. It cannot be aborted and goes on over resets (Base 2.3 8.1.26).
/// </summary>
/// <param name="starter">The controller that took the command; it alone reports the end.</param>
/// <param name="target">What is sanitized.</param>
/// <param name="command">The command.</param>
/// <param name="warns">Blocks are to stay allocated, cannot, and the host accepts that (NODRM).</param>
internal sealed class SanitizeOperation(ControllerCore starter, SanitizeTarget target, SanitizeFields command, bool warns) : BackgroundWork
{
    public SanitizeTarget Target => target;

    public ControllerCore Starter => starter;

    private Subsystem Subsystem => starter.Subsystem;

    private Namespace[] Namespaces => target.Nsid == 0
        ? [.. Subsystem.Namespaces]
        : [.. Subsystem.Namespaces.Where(ns => ns.Nsid == target.Nsid)];

    public override StepResult Run()
    {
        if (target.State == SanitizeState.PostVerificationDeallocation) Deallocate();
        else Process();
        return StepResult.Done;
    }

    /// <summary>Leaves the Media Verification state.</summary>
    public void EndVerification()
    {
        var (now, duration) = (Subsystem.Background.Now, Subsystem.Sanitizing.Duration);
        target.Deallocate(now, duration);
        Subsystem.Background.At(this, now + duration);
    }

    private void Process()
    {
        if (Subsystem.Sanitizing.FailsNow())
        {
            target.Fail();
            Report(CommandSetEvent.SanitizeCompleted);
            return;
        }

        if (command.EnterMediaVerification && !target.VerificationCanceled)
        {
            Alter();
            target.Verify();
            Report(CommandSetEvent.SanitizeEnteredMediaVerification);
            return;
        }

        if (command.NoDeallocate && !warns)
        {
            Alter();
            Succeed(SanitizeOutcome.Sanitized);
            return;
        }

        Deallocate();
    }

    private void Deallocate()
    {
        foreach (var ns in Namespaces) SanitizedMedium.Deallocate(starter, ns);
        AlterLocalMemory();
        Succeed(warns ? SanitizeOutcome.SanitizedUnexpectedDeallocate : SanitizeOutcome.Sanitized);
    }

    private void Alter()
    {
        foreach (var ns in Namespaces) SanitizedMedium.Alter(starter, ns, in command);
        AlterLocalMemory();
    }

    /// <summary>User data is in the memory of controllers too.</summary>
    private void AlterLocalMemory()
    {
        if (target.Nsid != 0) return;
        foreach (var controller in Subsystem.Controllers) controller.Function.Local?.Sanitize(controller.Queues);
    }

    private void Succeed(SanitizeOutcome outcome)
    {
        target.Succeed(outcome);
        if (target.Nsid == 0)
        {
            foreach (var ns in Subsystem.Namespaces) ns.Sanitizing.Succeed();
        }

        Report(outcome == SanitizeOutcome.Sanitized
            ? CommandSetEvent.SanitizeCompleted
            : CommandSetEvent.SanitizeCompletedUnexpectedDeallocation);
    }

    private void Report(CommandSetEvent information)
    {
        Subsystem.Sanitizing.Changed(this);
        starter.Raise(AsyncEvent.Of(information, LogId.SanitizeStatus) with { Parameter = target.Nsid });
    }
}
