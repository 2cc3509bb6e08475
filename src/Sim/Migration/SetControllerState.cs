using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Set Controller State of Migration Send (Base 2.3 5.2.17.1.3): pieces come in; the last one verifies and commits.</summary>
internal static class SetControllerState
{
    public static StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target)
    {
        var fields = new SetControllerStateFields(command.Entry);
        if (command.Notes is not IncomingState incoming)
        {
            var status = Check(c, target, in fields);
            if (!status.IsSuccess) return command.Fail(status);
            // A first piece takes the place of whatever came before.
            if (IsFirst(fields.SequenceIndicator)) target.Suspension.Incoming = new IncomingState(c, fields.Csvi, fields.Csuuidi);
            incoming = target.Suspension.Incoming!;
            (command.Notes, command.Phase) = (incoming, 1); // begun: no longer to be aborted
        }

        // A reset or another sequence came in between.
        if (!ReferenceEquals(target.Suspension.Incoming, incoming)) return command.Fail(Status.CommandSequenceError);
        if (command.Progress < command.DataLength)
        {
            var result = c.ReceiveAll(command, incoming.Piece((int)fields.Offset, (int)command.DataLength));
            if (!result.IsDone) return result;
            if (!command.Status.IsSuccess)
            {
                target.Suspension.Incoming = null;
                return StepResult.Done;
            }
        }

        return fields.SequenceIndicator is SequenceIndicator.First or SequenceIndicator.Middle
            ? StepResult.Done
            : Commit(c, command, target, incoming);
    }

    private static StepResult Commit(ControllerCore c, CommandContext command, ControllerCore target, IncomingState incoming)
    {
        // It may have gone on, or gone, since the first piece came.
        if (!IsAcceptable(target))
        {
            target.Suspension.Incoming = null;
            return command.Fail(Status.InvalidControllerIdentifier);
        }

        var decoded = c.Steps.Decode.Run(target, incoming, out var outcome);
        if (!decoded.IsDone) return decoded;
        target.Suspension.Incoming = null;
        if (!outcome.IsSuccess) return command.Fail(outcome);
        target.Machine.Wake();
        return StepResult.Done;
    }

    private static Status Check(ControllerCore c, ControllerCore target, in SetControllerStateFields fields)
    {
        if (!IsAcceptable(target)) return Status.InvalidControllerIdentifier;
        if (fields.Csvi == 0 && fields.Csuuidi == 0) return Status.InvalidField;
        if (!MigrationCommands.AreFormats(c, fields.Csvi, fields.Csuuidi) || fields.Offset % 4 != 0) return Status.InvalidField;
        if (fields.NumberOfDwords == 0 && fields.SequenceIndicator != SequenceIndicator.Last) return Status.InvalidField;
        var most = (ulong)c.Options.Migration.MaximumStateBytes;
        if (fields.Offset > most || 4UL * fields.NumberOfDwords > most - fields.Offset) return Status.InvalidField;
        // What is before the first piece would never come.
        if (IsFirst(fields.SequenceIndicator)) return fields.Offset == 0 ? Status.Success : Status.InvalidField;

        if (target.Suspension.Incoming is not { } incoming || !ReferenceEquals(incoming.Sender, c)) return Status.CommandSequenceError;
        var consistent = incoming.Csvi == fields.Csvi && incoming.Csuuidi == fields.Csuuidi && fields.Offset <= (ulong)incoming.Length;
        return consistent ? Status.Success : Status.InvalidField;
    }

    private static bool IsFirst(SequenceIndicator sequence) => sequence is SequenceIndicator.First or SequenceIndicator.Entire;

    /// <summary>Suspended, enabled, or offline, as knob A3 says; and nothing that only a reset helps.</summary>
    private static bool IsAcceptable(ControllerCore target) =>
        !target.IsFatal && (target.Suspension.IsSuspended || target.Options.Ambiguities.SetStatePrecondition switch
        {
            SetStatePrecondition.SuspendedEnabledOrOffline => target.Configuration.En || !target.Resources.Online,
            SetStatePrecondition.SuspendedOrOffline => !target.Resources.Online,
            _ => false,
        });
}
