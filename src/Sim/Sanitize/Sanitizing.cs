using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The sanitize operations of a subsystem: of the whole, and of single namespaces.</summary>
internal sealed class Sanitizing(Subsystem subsystem)
{
    private readonly List<SanitizeOperation> _operations = [];
    private int _failuresLeft = subsystem.Options.Sanitize.Failures;

    /// <summary>The subsystem as a sanitization target.</summary>
    public SanitizeTarget Whole { get; } = new(0);

    /// <summary>Every target is in the Idle state, and so nothing is refused.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <summary>Some target is being sanitized: no Persistent Memory Region becomes ready.</summary>
    public bool IsInProgress => Whole.IsInProgress || subsystem.Namespaces.Any(ns => ns.Sanitizing.IsInProgress);

    /// <summary>GENCTR: changes of what the list of sanitized namespaces says.</summary>
    public ulong Generation { get; private set; }

    /// <summary>ns of the processing, and again of the deallocation after a verification; at least the next instant.</summary>
    public long Duration => Math.Max(1, subsystem.Options.Timing.Sanitize.Nanoseconds);

    /// <summary>Namespaces that are being sanitized by themselves.</summary>
    public int NamespacesInProgress => subsystem.Namespaces.Count(ns => ns.IsBeingSanitized);

    /// <summary>Starts an operation in the background; commands under way that it does not bear are aborted.</summary>
    /// <param name="c">The controller that took the command.</param>
    /// <param name="target">Of the command.</param>
    /// <param name="command">Has been found good.</param>
    /// <param name="warns">Blocks are to stay allocated, and cannot.</param>
    public void Start(ControllerCore c, SanitizeTarget target, in SanitizeFields command, bool warns)
    {
        _operations.RemoveAll(operation => ReferenceEquals(operation.Target, target));
        target.Start(in command, c.Now, Duration);
        IsIdle = false;
        Generation++;
        var operation = new SanitizeOperation(c, target, command, warns);
        _operations.Add(operation);
        foreach (var controller in subsystem.Controllers)
        {
            if (target.Nsid == 0)
                controller.Events.Withdraw(static e => e is { Type: AsynchronousEventType.CommandSet, Dw0.Log: LogId.SanitizeStatus });
            AbortCommands(controller);
            if (target.Nsid == 0) controller.Logs.SelfTests.Abort(SelfTestOutcome.AbortedBySanitize);
            else controller.Logs.SelfTests.AbortFor(target.Nsid, SelfTestOutcome.AbortedBySanitize);
        }

        subsystem.Background.At(operation, c.Now + Duration);
        subsystem.PersistentLog.Record(c, PersistentEventType.SanitizeStart, revision: 2, Wire.Bytes(new SanitizeStartEvent
        {
            Sanicap = SanitizeCommands.Capabilities(c), Scdw10 = command.Entry.Cdw10, Scdw11 = command.Entry.Cdw11, Nsid = NamedBy(target),
        }));
    }

    /// <summary>Exit Failure Mode.</summary>
    public void Recover(SanitizeTarget target)
    {
        target.Recover();
        Refresh();
    }

    /// <summary>Exit Media Verification State.</summary>
    public void EndVerification(SanitizeTarget target) => _operations.Find(operation => ReferenceEquals(operation.Target, target))!.EndVerification();

    /// <summary>An operation has come to an end, or to the Media Verification state.</summary>
    public void Changed(SanitizeOperation operation)
    {
        Refresh();
        var target = operation.Target;
        if (target.IsInProgress) return;
        _operations.Remove(operation);
        var (c, now) = (operation.Starter, subsystem.Background.Now);
        subsystem.PersistentLog.Record(c, PersistentEventType.SanitizeCompletion, revision: 2, Wire.Bytes(new SanitizeCompletionEvent
        {
            Sprog = target.Progress(now), Sstat = SanitizeStatusPage.StatusOf(c, target, now), Nsid = NamedBy(target),
        }));
    }

    /// <summary>User data was written to a namespace.</summary>
    public void Written(Namespace ns)
    {
        Whole.IsErased = false;
        if (!ns.Sanitizing.IsErased) return;
        ns.Sanitizing.IsErased = false;
        Generation++;
    }

    /// <summary>The next operation to end is to fail.</summary>
    public bool FailsNow() => _failuresLeft > 0 && _failuresLeft-- > 0;

    /// <summary>A controller was reset otherwise than by CC.EN: media of what it reaches is not verified any more.</summary>
    public void ControllerWasReset(ControllerCore c, ResetKind kind)
    {
        if (kind is ResetKind.ControllerReset or ResetKind.StateChange) return;
        foreach (var operation in _operations)
        {
            var target = operation.Target;
            if (target.Nsid != 0 && c.FindNamespace(target.Nsid) is null) continue;
            if (!new SanitizeFields(new SubmissionEntry { Cdw10 = target.Cdw10 }).EnterMediaVerification) continue;
            var verifies = target.State == SanitizeState.MediaVerification;
            if (verifies || target.State != SanitizeState.PostVerificationDeallocation) target.CancelVerification();
            if (verifies) operation.EndVerification();
        }
    }

    /// <summary>How an event names a target.</summary>
    private static uint NamedBy(SanitizeTarget target) => target.Nsid == 0 ? 0xFFFF_FFFF : target.Nsid;

    private static void AbortCommands(ControllerCore c)
    {
        for (var command = c.Commands.First; command is not null; command = command.Next)
        {
            if (command.Stage != CommandStage.Execute || command.IsHeld || command.Outstanding) continue;
            var status = SanitizeGuard.Check(c, command);
            if (status.IsSuccess) continue;
            // What a write has already put there has changed something.
            if (command is { Phase: not 0, Namespace: { } ns } && command.Handler!.Access(command).HasFlag(NamespaceAccess.WriteGroup))
                c.Changed(new MediumChange(ns, command.Slba, command.Blocks, MediumChangeKind.Written));
            c.Machine.Finish(command, status);
        }
    }

    private void Refresh()
    {
        IsIdle = Whole.IsIdle && subsystem.Namespaces.All(ns => ns.Sanitizing.IsIdle);
        Generation++;
        foreach (var controller in subsystem.Controllers) controller.Function.Local?.RegionControlled(IsInProgress);
    }
}
