using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of a firmware that does not look at what stands in a migration command, or at what goes on around it.</summary>
internal static class RejectionDefects
{
    private const byte Send = (byte)AdminOpcode.MigrationSend;
    private const byte Receive = (byte)AdminOpcode.MigrationReceive;

    public static IReadOnlyList<Defect> All { get; } =
    [
        Rewritten(
            "operation-of-two-bits", "LM-REJ-01", "The operation of Migration Send is cut to two bits: operation 4 suspends.",
            static it => it.Opcode == Send ? it with { Cdw10 = it.Cdw10 & ~0xFCu } : it),
        Rewritten(
            "any-receive-gets-state", "LM-REJ-02", "The operation of Migration Receive is not looked at.",
            static it => it.Opcode == Receive ? it with { Cdw10 = it.Cdw10 & ~0xFFu } : it),
        Executed(
            "any-type-suspends", "LM-REJ-03", "Every type of suspension but the notification suspends.",
            static (_, it) => SuspendOf(it) is { SuspendType: > SuspendType.Suspend } f ? (f with { SuspendType = SuspendType.Suspend }).Entry : it),
        Executed(
            "controller-id-of-8-bits", "LM-REJ-04", "Identifiers of controllers are cut to 8 bits.",
            static (_, it) => SuspendOf(it) is { } f ? (f with { Cntlid = (byte)f.Cntlid }).Entry : it),
        Of(
            "nobody-is-suspended", "LM-REJ-04", "A Suspend that names nobody is acknowledged.",
            static () => new() { Execute = new SkippedCommand(static (c, it) => SuspendOf(it) is { } f && c.Subsystem.FindController(f.Cntlid) is null) }),
        Rewritten(
            "namespace-ignored", "LM-REJ-05", "The namespace identifier of migration commands is not looked at.",
            static it => IsMigration(it) ? it with { Nsid = 0 } : it),
        Of(
            "stray-uuid-index-is-an-error", "LM-REJ-06", "A UUID index where there are no UUIDs to select ends in Internal Error.",
            static () => new() { Execute = new FailedCommand(static it => it.Opcode is Send or Receive && (it.Cdw14 & 0x7F) != 0, Status.InternalError) }),
        Rewritten(
            "uuid-index-of-one-bit", "LM-REJ-07", "The UUID index is cut to its lowest bit, so that there is a UUID for each.",
            static it => it.Opcode is Send or Receive ? it with { Cdw14 = it.Cdw14 & 1 } : it),
        Of(
            "sanitizes-under-suspension", "LM-REJ-08", "A sanitize operation begins although a controller is suspended.",
            static () => new() { Execute = new UnseenSuspension() }),
        Of(
            "moves-while-sanitized", "LM-REJ-09", "Migration commands are carried out during a sanitize operation.",
            static () => new() { Validate = new UncheckedCommand(static it => it.Opcode is Send or Receive) }),
        Of(
            "moves-while-namespace-is-sanitized", "LM-REJ-10", "Suspend does not look at the namespaces of the controller.",
            static () => new() { Execute = new SkippedCommand(static (_, it) => SuspendOf(it) is not null, suspends: true) }),
        Of(
            "lockdown-forgotten", "LM-REJ-11", "The table of lockdown does not have the migration commands: they are carried out.",
            static () => new() { Validate = new UncheckedCommand(static it => it.Opcode is Send or Receive) }),
        Rewritten(
            "sgl-taken-for-prp", "LM-REJ-12", "The kind of data pointer is not looked at: an SGL is read as PRPs.",
            static it =>
            {
                if (IsMigration(it)) it.Dword0 = it.Dword0 with { Psdt = 0 };
                return it;
            }),
        Of(
            "unreadable-is-zero", "LM-REJ-13", "What cannot be read of a state is taken for zeroes.",
            static () => new() { Transfer = new ZeroesForFaults() }),
        Of(
            "aborted-suspend-half-done", "LM-REJ-14", "An aborted Suspend says so, and suspends the controller all the same.",
            static () => new() { Suspend = new SuspendsBehindAnAbort() }),
        Of(
            "some-reserved-bits-refused", "LM-REJ-15", "Reserved bits of dword 10 are refused, those of dword 11 are not.",
            static () => new() { Execute = new FailedCommand(static it => SuspendOf(it) is not null && (it.Cdw10 & 0xFFFF_FF00) != 0, Status.InvalidField) }),
        Of(
            "two-mistakes-confuse", "LM-REJ-16", "A command for nobody is refused with Internal Error if it has another mistake, too.",
            static () => new() { Validate = new ConfusedByTwo() }),
        Executed(
            "draft-resume", "LM-REJ-17", "Operation 2 without data resumes, as in the draft of 2025.",
            static (_, it) => it.Opcode == Send && (it.Cdw10 & 0xFF) == 2 && it.Cdw15 == 0 && it.Prp1 == 0 ? it with { Cdw10 = 1 } : it),
        Of(
            "draft-count", "LM-REJ-17", "Dwords are counted from 0, as in the draft of 2025.",
            static () => new()
            {
                Parse = new RewrittenCommand(static it => it.Opcode == Send && (it.Cdw10 & 0xFF) == 2 ? it with { Cdw15 = it.Cdw15 + 1 } : it),
            }),
    ];

    /// <summary>The Suspend that an admin command is; null for any other.</summary>
    public static SuspendFields? SuspendOf(in SubmissionEntry entry) =>
        entry.Opcode == Send && new MigrationSendFields(entry).Select == MigrationSendSelect.Suspend ? new SuspendFields(entry) : null;

    private static bool IsMigration(in SubmissionEntry entry) =>
        (AdminOpcode)entry.Opcode is AdminOpcode.MigrationSend or AdminOpcode.MigrationReceive or AdminOpcode.TrackSend or AdminOpcode.TrackReceive
            or AdminOpcode.ControllerDataQueue;

    private static Defect Rewritten(string name, string breaks, string story, Func<SubmissionEntry, SubmissionEntry> rewrite) =>
        Of(name, breaks, story, () => new() { Parse = new RewrittenCommand(rewrite) });

    private static Defect Executed(string name, string breaks, string story, Func<ControllerCore, SubmissionEntry, SubmissionEntry> rewrite) =>
        Of(name, breaks, story, () => new() { Execute = new ExecutedAs(rewrite) });

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);
}

/// <summary>Admin commands are read as others.</summary>
internal sealed class RewrittenCommand(Func<SubmissionEntry, SubmissionEntry> rewrite) : ParseStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.IsAdmin) command.Entry = rewrite(command.Entry);
        return base.Run(c, command);
    }
}

/// <summary>Admin commands are carried out as others.</summary>
internal sealed class ExecutedAs(Func<ControllerCore, SubmissionEntry, SubmissionEntry> rewrite) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.IsAdmin) command.Entry = rewrite(c, command.Entry);
        return base.Run(c, command);
    }
}

/// <summary>Some admin commands are acknowledged without being looked at, or suspend whom they name.</summary>
internal sealed class SkippedCommand(Func<ControllerCore, SubmissionEntry, bool> which, bool suspends = false) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (!command.IsAdmin || !which(c, command.Entry)) return base.Run(c, command);
        if (!suspends || MigrationCommands.FindTarget(c, new SuspendFields(command.Entry).Cntlid) is not { } target) return StepResult.Done;
        if (command.Notes is not SuspendOperation operation) command.Notes = operation = new SuspendOperation { Command = command };
        return c.Steps.Suspend.Run(target, operation);
    }
}

/// <summary>Some admin commands are refused.</summary>
internal sealed class FailedCommand(Func<SubmissionEntry, bool> which, Status with) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        command.IsAdmin && which(command.Entry) ? command.Fail(with) : base.Run(c, command);
}

/// <summary>Some admin commands are not validated at all.</summary>
internal sealed class UncheckedCommand(Func<SubmissionEntry, bool> which) : ValidateStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        command.IsAdmin && which(command.Entry) ? StepResult.Done : base.Run(c, command);
}

/// <summary>Two mistakes at once end in a status that neither has.</summary>
internal sealed class ConfusedByTwo : ValidateStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        var result = base.Run(c, command);
        var nobody = command.Opcode == (byte)AdminOpcode.MigrationSend && c.Subsystem.FindController((ushort)command.Entry.Cdw11) is null;
        return command.IsAdmin && nobody && !command.Status.IsSuccess ? command.Fail(Status.InternalError) : result;
    }
}

/// <summary>A fault while a state is read leaves zeroes, and is not told.</summary>
internal sealed class ZeroesForFaults : TransferStep
{
    public override StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        var result = base.Run(c, ref transfer);
        if (transfer.Status.IsSuccess || SetStateDefects.LoadOf(transfer.Command) is null) return result;
        transfer.Target.Clear();
        transfer.Status = Status.Success;
        return result;
    }
}

/// <summary>While a sanitize operation is begun nobody is seen as suspended.</summary>
internal sealed class UnseenSuspension : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (!command.IsAdmin || command.Opcode != (byte)AdminOpcode.Sanitize) return base.Run(c, command);
        var suspended = c.Subsystem.Controllers.Where(it => it.Suspension.IsSuspended).Select(it => (It: it, it.Suspension.By)).ToList();
        foreach (var (it, _) in suspended) it.Suspension.End();
        var result = base.Run(c, command);
        foreach (var (it, by) in suspended)
        {
            it.Suspension.StopFetching(by!);
            it.Suspension.Freeze();
        }

        return result;
    }
}

/// <summary>A Suspend that has to wait answers as if it had been aborted, and goes on behind it.</summary>
internal sealed class SuspendsBehindAnAbort : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (result.IsDone) return result;
        target.Suspension.Freeze();
        return operation.Command.Fail(Status.AbortRequested);
    }
}
