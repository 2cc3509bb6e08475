using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Checks what is common to all commands, then what the command itself demands; then lets the profile's faults strike.</summary>
internal class ValidateStep
{
    public virtual StepResult Run(ControllerCore c, CommandContext command)
    {
        var status = Check(c, command);
        if (!status.IsSuccess) return command.Fail(status, dnr: !Passes(status));
        command.ExtraDelay = PowerManagement.Delay(c, command);
        if (!c.Subsystem.Faults.IsEmpty) Strike(c, command);
        return StepResult.Done;
    }

    /// <summary>A state that ends by itself: the command may succeed when it comes again.</summary>
    private static bool Passes(Status status) =>
        status == Status.NamespaceNotReady || status == Status.FormatInProgress
        || status == Status.SanitizeInProgress || status == Status.SanitizeNamespaceInProgress;

    private static Status Check(ControllerCore c, CommandContext command)
    {
        var handler = command.Handler!;
        if (command.IsAdmin && c.Subsystem.Lockdown.Prohibits(command)) return Status.ProhibitedByLockdown;
        var permitted = SanitizeGuard.Check(c, command);
        if (!permitted.IsSuccess) return permitted;
        var psdt = command.Entry.Dword0.Psdt;
        if (psdt == 3 || (psdt != 0 && (command.IsAdmin || !c.Options.Capabilities.Sgls))) return Status.InvalidField;
        if (command.Entry.Dword0.Fuse != 0 && !FusedOperation.IsSupported(c, command)) return Status.InvalidField;
        var status = CheckNamespace(command, handler.NamespaceUse);
        if (!status.IsSuccess) return status;
        status = NamespaceGuard.Check(c, command, handler.Access(command));
        if (!status.IsSuccess) return status;
        if (handler.TransferSize(c, command) > c.MaximumTransfer) return Status.InvalidField;
        return handler.Validate(c, command);
    }

    private static Status CheckNamespace(CommandContext command, NamespaceUse use)
    {
        const uint All = 0xFFFF_FFFF;
        var nsid = command.Entry.Nsid;
        return use switch
        {
            NamespaceUse.None => nsid == 0 ? Status.Success : Status.InvalidField,
            NamespaceUse.Own => Status.Success,
            NamespaceUse.AttachedOrAll when nsid == All => Status.Success,
            _ when command.Namespace is not null => Status.Success,
            // An inactive NSID, and all of them where that cannot be, is an invalid field; one that can never be, an invalid namespace.
            _ when nsid == All => Status.InvalidField,
            _ when nsid == 0 || nsid >= (uint)command.Owner.Attached.Length => Status.InvalidNamespaceOrFormat,
            _ => Status.InvalidField,
        };
    }

    private static void Strike(ControllerCore c, CommandContext command)
    {
        if (c.Subsystem.Faults.Strike(c, command) is not { } fault) return;
        switch (fault.Action)
        {
            case FaultAction.Status:
                command.Fail(new Status(fault.Status), fault.Dnr);
                break;
            case FaultAction.Delay:
                command.ExtraDelay += fault.Delay.Nanoseconds;
                break;
            case FaultAction.Drop:
                command.ExtraDelay = World.Never;
                break;
            default:
                command.Corrupt = true;
                break;
        }
    }
}
