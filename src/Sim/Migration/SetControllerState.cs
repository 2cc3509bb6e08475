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
            var judged = c.Steps.Load.Run(c, target, in fields, out var status);
            if (!judged.IsDone) return judged;
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
        if (!c.Steps.Load.IsAcceptable(target))
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

    public static bool IsFirst(SequenceIndicator sequence) => sequence is SequenceIndicator.First or SequenceIndicator.Entire;
}
