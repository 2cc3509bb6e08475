using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Migration Send: Suspend, Resume, Set Controller State (Base 2.3 5.2.17.1.1 to 5.2.17.1.3).</summary>
internal sealed class MigrationSend : CommandHandler
{
    public override byte Opcode => (byte)AdminOpcode.MigrationSend;

    public override bool IsSupported(ControllerCore c) => c.IsManagement;

    public override void Parse(ControllerCore c, CommandContext command)
    {
        if (new MigrationSendFields(command.Entry).Select == MigrationSendSelect.SetControllerState)
            command.DataLength = 4L * new SetControllerStateFields(command.Entry).NumberOfDwords;
    }

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var entry = command.Entry;
        var status = new MigrationSendFields(entry).Select switch
        {
            MigrationSendSelect.Suspend => MigrationCommands.CheckReserved(
                c, entry.Cdw10 & 0xFFFF_FF00, entry.Cdw11 & 0x7F00_0000, entry.Cdw12 | entry.Cdw13 | entry.Cdw15),
            MigrationSendSelect.Resume => MigrationCommands.CheckReserved(
                c, entry.Cdw10 & 0xFFFF_FF00, entry.Cdw11 & 0xFFFF_0000, entry.Cdw12 | entry.Cdw13 | entry.Cdw15),
            MigrationSendSelect.SetControllerState => MigrationCommands.CheckReserved(c, entry.Cdw10 & 0xFFFC_FF00),
            _ => Status.InvalidField,
        };
        return status.IsSuccess ? MigrationCommands.CheckUuidIndex(c, in entry) : status;
    }

    public override long Cost(ControllerCore c, CommandContext command) => new MigrationSendFields(command.Entry).Select switch
    {
        MigrationSendSelect.Suspend => 0, // paid for after draining
        MigrationSendSelect.Resume => c.Options.Timing.Resume.Nanoseconds,
        _ => c.Options.Timing.LoadState.Nanoseconds,
    };

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        // All three name the controller in the same place.
        if (MigrationCommands.FindTarget(c, new ResumeFields(command.Entry).Cntlid) is not { } target)
            return command.Fail(Status.InvalidControllerIdentifier);
        if (MigrationCommands.HasSanitizedNamespace(target)) return command.Fail(Status.SanitizeNamespaceInProgress, dnr: false);
        return new MigrationSendFields(command.Entry).Select switch
        {
            MigrationSendSelect.Suspend => Suspend(c, command, target),
            MigrationSendSelect.Resume => Resume(c, command, target),
            _ => SetControllerState.Execute(c, command, target),
        };
    }

    private static StepResult Suspend(ControllerCore c, CommandContext command, ControllerCore target)
    {
        var fields = new SuspendFields(command.Entry);
        if (fields.SuspendType > SuspendType.Suspend) return command.Fail(Status.InvalidField);
        if (fields.SuspendType == SuspendType.Notification) return StepResult.Done;
        if (command.Notes is not SuspendOperation operation)
        {
            if (!target.IsReady && c.Options.Ambiguities.SuspendDisabled == Leniency.Refuse)
                return command.Fail(Status.InvalidControllerIdentifier);
            operation = new SuspendOperation { Command = command, DeleteDataQueue = fields.DeleteUserDataMigrationQueue };
            (command.Notes, command.Phase) = (operation, 1); // begun: no longer to be aborted
        }

        return c.Steps.Suspend.Run(target, operation);
    }

    private static StepResult Resume(ControllerCore c, CommandContext command, ControllerCore target)
    {
        if (!target.Suspension.IsSuspended) return command.Fail(Status.ControllerNotSuspended);
        // What came of a state is not committed yet; or it was saved whole, and disabled, by the vendor commands.
        if (target.Suspension.Incoming is not null || target.Suspension.Saved is not null) return command.Fail(Status.CommandSequenceError);
        return c.Steps.Resume.Run(target);
    }
}
