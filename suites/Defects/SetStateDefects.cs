using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of Set Controller State: what a firmware does with the pieces of a state before it looks into them.</summary>
internal static class SetStateDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "whole-state-waits", "LM-SET-01", "A whole state in one command is kept like a first piece, and never committed.",
            static () => new()
            {
                Execute = new RewrittenLoad(static (_, f) => f.SequenceIndicator == SequenceIndicator.Entire
                    ? f with { SequenceIndicator = SequenceIndicator.First } : f),
            }),
        Of(
            "pieces-lose-odd-dwords", "LM-SET-03", "The copy loop moves 8 bytes at a time: the last dword of a piece with an odd number of them is lost.",
            static () => new() { Transfer = new LosesOddDword() }),
        Of(
            "early-commit", "LM-SET-04", "A state is committed when its last byte has come, whatever the sequence indicator says.",
            static () => new() { Execute = new EarlyCommit() }),
        Of(
            "empty-last-piece-refused", "LM-SET-04", "A last piece without data is refused as an empty transfer.",
            static () => new() { Load = new RefusingLoad(static (_, f) => f.NumberOfDwords == 0, Status.InvalidField) }),
        Of(
            "middle-begins-sequence", "LM-SET-05", "A middle piece without a first begins a sequence.",
            static () => new() { Load = new BeginsWithAny(SequenceIndicator.Middle) }),
        Of(
            "last-begins-sequence", "LM-SET-06", "A last piece without a first is taken for a whole state.",
            static () => new() { Load = new BeginsWithAny(SequenceIndicator.Last) }),
        Of(
            "abandoned-pieces-stay", "LM-SET-07", "A new first piece overwrites the old sequence in its buffer, and what was longer stays behind it.",
            static () => new()
            {
                Execute = new RewrittenLoad(static (target, f) => f.SequenceIndicator == SequenceIndicator.First && target.Suspension.Incoming is not null
                    ? f with { SequenceIndicator = SequenceIndicator.Middle } : f),
            }),
        Of(
            "one-sequence-per-device", "LM-SET-08",
            "There is one buffer for incoming states: the first piece for one controller drops the sequence of another.",
            static () => new() { Load = new OneSequence() }),
        Of(
            "unlisted-version-taken", "LM-SET-09", "A version index that is not listed is taken for the first one.",
            static () => new() { Load = new RewritingLoad(static f => f.Csvi > 1 ? f with { Csvi = 1 } : f) }),
        Of(
            "unlisted-vendor-format-taken", "LM-SET-10", "The index of the vendor's format is not looked at.",
            static () => new() { Load = new RewritingLoad(static f => f with { Csuuidi = 0 }) }),
        Of(
            "no-part-taken", "LM-SET-11", "A state declared to have no part is acknowledged, and nothing is done.",
            static () => new() { Execute = new AnsweredLoad(static f => f.Csvi == 0 && f.Csuuidi == 0) }),
        Of(
            "merged-queues", "LM-SET-14", "Loaded queues take the place of those that the controller has, rather than being refused.",
            static () => new() { Decode = new DoctoredState(static it => it, replacesQueues: true) }),
        Of(
            "no-precondition", "LM-SET-15", "Nobody looks in which condition the controller is (seen in an emulator's branch).",
            static () => new() { Load = new TakesAlways() }),
        Of(
            "offline-takes-nothing", "LM-SET-16", "A controller that is offline takes no state.",
            static () => new() { Load = new RefusingLoad(static (target, _) => !target.Resources.Online, Status.InvalidControllerIdentifier) }),
        Of(
            "unaligned-offset-rounded", "LM-SET-17", "An offset inside a dword is rounded down.",
            static () => new() { Execute = new RewrittenLoad(static (_, f) => f with { Offset = f.Offset & ~3ul }) }),
        Of(
            "offset-of-32-bits", "LM-SET-18", "The upper half of the offset is not looked at: what is beyond 4 GiB lands at the beginning.",
            static () => new() { Execute = new RewrittenLoad(static (_, f) => f with { Offset = (uint)f.Offset }) }),
        Of(
            "offset-clamped", "LM-SET-18", "A piece behind the end is put at the end.",
            static () => new()
            {
                Execute = new RewrittenLoad(static (target, f) => target.Suspension.Incoming is { } it && f.Offset > (ulong)it.Length
                    ? f with { Offset = (ulong)it.Length } : f),
            }),
        Of(
            "empty-piece-taken", "LM-SET-19", "A piece without data is acknowledged wherever it stands.",
            static () => new() { Execute = new AnsweredLoad(static f => f.NumberOfDwords == 0 && f.SequenceIndicator != SequenceIndicator.Last) }),
        Of(
            "refusal-is-final", "LM-SET-26", "After one refused state every further one is refused until the controller is reset.",
            static () => new() { Decode = new RefusesForEver() }),
        Of(
            "running-controller-fails", "LM-SET-30", "A controller that runs refuses a state with Internal Error.",
            static () => new()
            {
                Load = new RefusingLoad(static (target, _) => target.Configuration.En && !target.Suspension.IsSuspended, Status.InternalError),
            }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    /// <summary>The Set Controller State that a command is; null for any other.</summary>
    public static SetControllerStateFields? LoadOf(CommandContext command) =>
        command.IsAdmin && command.Opcode == (byte)AdminOpcode.MigrationSend
        && new MigrationSendFields(command.Entry).Select == MigrationSendSelect.SetControllerState
            ? new SetControllerStateFields(command.Entry)
            : null;
}

/// <summary>A Set Controller State is carried out as another one.</summary>
internal sealed class RewrittenLoad(Func<ControllerCore, SetControllerStateFields, SetControllerStateFields> rewrite) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.Phase == 0 && SetStateDefects.LoadOf(command) is { } fields && MigrationCommands.FindTarget(c, fields.Cntlid) is { } target)
            command.Entry = rewrite(target, fields).Entry;
        return base.Run(c, command);
    }
}

/// <summary>A Set Controller State is acknowledged without being looked at.</summary>
internal sealed class AnsweredLoad(Func<SetControllerStateFields, bool> which) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        SetStateDefects.LoadOf(command) is { } fields && which(fields) ? StepResult.Done : base.Run(c, command);
}

/// <summary>The piece with which a state is complete is taken for the last one.</summary>
internal sealed class EarlyCommit : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.Phase == 0 && SetStateDefects.LoadOf(command) is { SequenceIndicator: SequenceIndicator.Middle } fields
            && MigrationCommands.FindTarget(c, fields.Cntlid)?.Suspension.Incoming is { Length: >= ControllerStateHeader.Size } incoming)
        {
            var announced = ControllerState.AnnouncedLength(Wire.Read<ControllerStateHeader>(incoming.Bytes));
            if ((long)fields.Offset + (4L * fields.NumberOfDwords) == announced)
                command.Entry = (fields with { SequenceIndicator = SequenceIndicator.Last }).Entry;
        }

        return base.Run(c, command);
    }
}

/// <summary>Commands are judged by other fields than they have.</summary>
internal sealed class RewritingLoad(Func<SetControllerStateFields, SetControllerStateFields> rewrite) : LoadStep
{
    public override StepResult Run(ControllerCore c, ControllerCore target, in SetControllerStateFields fields, out Status status) =>
        base.Run(c, target, rewrite(fields), out status);
}

/// <summary>Some commands are refused that must not be.</summary>
internal sealed class RefusingLoad(Func<ControllerCore, SetControllerStateFields, bool> which, Status with) : LoadStep
{
    public override StepResult Run(ControllerCore c, ControllerCore target, in SetControllerStateFields fields, out Status status)
    {
        if (!which(target, fields)) return base.Run(c, target, in fields, out status);
        status = with;
        return StepResult.Done;
    }
}

/// <summary>A piece that continues nothing begins a sequence.</summary>
internal sealed class BeginsWithAny(SequenceIndicator indicator) : LoadStep
{
    public override StepResult Run(ControllerCore c, ControllerCore target, in SetControllerStateFields fields, out Status status)
    {
        if (fields.SequenceIndicator == indicator && target.Suspension.Incoming is null && fields.Offset == 0)
            target.Suspension.Incoming = new IncomingState(c, fields.Csvi, fields.Csuuidi);
        return base.Run(c, target, in fields, out status);
    }
}

/// <summary>One sequence for all controllers.</summary>
internal sealed class OneSequence : LoadStep
{
    public override StepResult Run(ControllerCore c, ControllerCore target, in SetControllerStateFields fields, out Status status)
    {
        if (fields.SequenceIndicator == SequenceIndicator.First)
        {
            foreach (var other in c.Subsystem.Controllers) other.Suspension.Incoming = null;
        }

        return base.Run(c, target, in fields, out status);
    }
}

/// <summary>Every controller is in a condition to take a state.</summary>
internal sealed class TakesAlways : LoadStep
{
    public override bool IsAcceptable(ControllerCore target) => true;
}

/// <summary>Half of the last 8 bytes of a piece is lost.</summary>
internal sealed class LosesOddDword : TransferStep
{
    public override StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        var result = base.Run(c, ref transfer);
        if (SetStateDefects.LoadOf(transfer.Command) is not null && transfer.Length % 8 == 4) transfer.Target[^4..].Clear();
        return result;
    }
}

/// <summary>Once a state was refused, none is taken any more.</summary>
internal sealed class RefusesForEver : DecodeStep
{
    private readonly HashSet<(ushort Cntlid, long Resets)> _refused = [];

    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var key = (target.Cntlid, (long)target.Truth.Resets);
        if (_refused.Contains(key))
        {
            status = Status.InvalidField;
            return StepResult.Done;
        }

        var result = base.Run(target, incoming, out status);
        if (!status.IsSuccess) _refused.Add(key);
        return result;
    }
}
