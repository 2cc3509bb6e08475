using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Set Controller State of Migration Send (Base 2.3 5.2.17.1.3): pieces come in; the last one verifies and commits.</summary>
internal static class SetControllerState
{
    public static StepResult Execute(ControllerCore c, CommandContext command)
    {
        var fields = new SetControllerStateFields(command.Entry);
        if (MigrationCommands.FindTarget(c, fields.Cntlid) is not { } target) return command.Fail(Status.InvalidControllerIdentifier);
        if (command.Phase == 0)
        {
            var status = Check(c, target, in fields);
            if (!status.IsSuccess) return command.Fail(status);
            // A first piece takes the place of whatever came before.
            if (fields.SequenceIndicator is SequenceIndicator.First or SequenceIndicator.Entire)
                target.Suspension.Incoming = new IncomingState(c, fields.Csvi, fields.Csuuidi);
            command.Phase = 1;
        }

        var incoming = target.Suspension.Incoming!;
        if (command.DataLength != 0)
        {
            var result = c.ReceiveAll(command, incoming.Piece((int)fields.Offset, (int)command.DataLength));
            if (!result.IsDone) return result;
            if (!command.Status.IsSuccess)
            {
                target.Suspension.Incoming = null;
                return StepResult.Done;
            }
        }

        if (fields.SequenceIndicator is SequenceIndicator.First or SequenceIndicator.Middle) return StepResult.Done;
        var decoded = c.Steps.Decode.Run(target, incoming, out var outcome);
        if (!decoded.IsDone) return decoded;
        target.Suspension.Incoming = null;
        if (!outcome.IsSuccess) return command.Fail(outcome);
        target.Machine.Wake();
        return StepResult.Done;
    }

    private static Status Check(ControllerCore c, ControllerCore target, in SetControllerStateFields fields)
    {
        var options = c.Options.Migration;
        if (!IsAcceptable(target)) return Status.InvalidControllerIdentifier;
        if (fields.Csvi == 0 && fields.Csuuidi == 0) return Status.InvalidField;
        if (fields.Csvi > options.StateVersions.Count) return Status.InvalidField;
        if (fields.Csuuidi > (options.VendorState.Supported ? 1 : 0)) return Status.InvalidField;
        if (fields.Offset % 4 != 0) return Status.InvalidField;
        if (fields.NumberOfDwords == 0 && fields.SequenceIndicator != SequenceIndicator.Last) return Status.InvalidField;
        var length = 4UL * fields.NumberOfDwords;
        if (fields.Offset + length > (ulong)options.MaximumStateBytes) return Status.InvalidField;
        if (fields.SequenceIndicator is SequenceIndicator.First or SequenceIndicator.Entire)
            return fields.Offset == 0 ? Status.Success : Status.InvalidField;

        if (target.Suspension.Incoming is not { } incoming || !ReferenceEquals(incoming.Sender, c)) return Status.CommandSequenceError;
        var consistent = incoming.Csvi == fields.Csvi && incoming.Csuuidi == fields.Csuuidi && fields.Offset <= (ulong)incoming.Length;
        return consistent ? Status.Success : Status.InvalidField;
    }

    /// <summary>Suspended, enabled, or offline, as knob A3 says.</summary>
    private static bool IsAcceptable(ControllerCore target) =>
        target.Suspension.IsSuspended || target.Options.Ambiguities.SetStatePrecondition switch
        {
            SetStatePrecondition.SuspendedEnabledOrOffline => target.Configuration.En || !target.Resources.Online,
            SetStatePrecondition.SuspendedOrOffline => !target.Resources.Online,
            _ => false,
        };
}
