using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Judges one Set Controller State before its data is moved (Base 2.3 5.2.17.1.3): whether the controller is in a condition to take a state,
/// whether the fields are good, and whether a piece goes on with the sequence that was begun.
/// </summary>
internal class LoadStep
{
    /// <param name="c">The management controller that got the command.</param>
    /// <param name="target">The controller to set.</param>
    /// <param name="fields">The command.</param>
    /// <param name="status">Success, or why it is refused.</param>
    public virtual StepResult Run(ControllerCore c, ControllerCore target, in SetControllerStateFields fields, out Status status)
    {
        status = Check(c, target, in fields);
        return StepResult.Done;
    }

    /// <summary>
    /// Suspended, enabled, or offline, as knob A3 says; and nothing that only a reset helps. Asked again before a state is committed, since
    /// the controller may have gone on, or gone, since the first piece came.
    /// </summary>
    public virtual bool IsAcceptable(ControllerCore target) =>
        !target.IsFatal && (target.Suspension.IsSuspended || target.Options.Ambiguities.SetStatePrecondition switch
        {
            SetStatePrecondition.SuspendedEnabledOrOffline => target.Configuration.En || !target.Resources.Online,
            SetStatePrecondition.SuspendedOrOffline => !target.Resources.Online,
            _ => false,
        });

    private Status Check(ControllerCore c, ControllerCore target, in SetControllerStateFields fields)
    {
        if (!IsAcceptable(target)) return Status.InvalidControllerIdentifier;
        if (fields.Csvi == 0 && fields.Csuuidi == 0) return Status.InvalidField;
        if (!MigrationCommands.AreFormats(c, fields.Csvi, fields.Csuuidi) || fields.Offset % 4 != 0) return Status.InvalidField;
        if (fields.NumberOfDwords == 0 && fields.SequenceIndicator != SequenceIndicator.Last) return Status.InvalidField;
        var most = (ulong)c.Options.Migration.MaximumStateBytes;
        if (fields.Offset > most || 4UL * fields.NumberOfDwords > most - fields.Offset) return Status.InvalidField;
        // What is before the first piece would never come.
        if (SetControllerState.IsFirst(fields.SequenceIndicator)) return fields.Offset == 0 ? Status.Success : Status.InvalidField;

        if (target.Suspension.Incoming is not { } incoming || !ReferenceEquals(incoming.Sender, c)) return Status.CommandSequenceError;
        var consistent = incoming.Csvi == fields.Csvi && incoming.Csuuidi == fields.Csuuidi && fields.Offset <= (ulong)incoming.Length;
        return consistent ? Status.Success : Status.InvalidField;
    }
}
