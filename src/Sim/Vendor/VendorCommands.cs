using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The five migration commands of the shape of the December 2022 series, in one dialect.</summary>
internal static class VendorCommands
{
    public static void AddTo(CommandTable table, VendorDialect? dialect)
    {
        if (dialect is null) return;
        table.Add(new VendorQuery(dialect)).Add(new VendorSuspend(dialect)).Add(new VendorResume(dialect))
            .Add(new VendorSave(dialect)).Add(new VendorLoad(dialect));
    }
}

/// <summary>
/// One of them: executed on the admin queue of a PF, for a VF named by index. On a VF's queue it has no effect; whether that is an error
/// is the dialect's.
/// </summary>
internal abstract class VendorCommand(byte opcode, VendorDialect dialect) : CommandHandler
{
    public override byte Opcode => opcode;

    protected VendorDialect Dialect => dialect;

    public override bool IsSupported(ControllerCore c) => c.IsPrimary || !dialect.RefusedOnVf;

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var entry = command.Entry;
        return MigrationCommands.CheckReserved(
            c, entry.Cdw10 & 0xFFFF_0000, this is VendorLoad ? 0 : entry.Cdw11, entry.Cdw12 | entry.Cdw13 | entry.Cdw14 | entry.Cdw15);
    }

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        if (!c.IsPrimary) return StepResult.Done;
        if (FindTarget(c, new VendorCommandFields(command.Entry).VfIndex) is not { } target) return command.Fail(Status.InvalidField);
        return Execute(c, command, target);
    }

    protected abstract StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target);

    /// <summary>The state of a controller as it is now, sealed; or what it was when saving disabled it.</summary>
    protected StepResult Encode(ControllerCore c, ControllerCore target, out byte[] blob)
    {
        blob = SavedOf(target) ?? [];
        if (blob.Length != 0) return StepResult.Done;
        var request = new StateRequest(Nvme: true, Vendor: true, VendorParameter: 0, Whole: true);
        var result = c.Steps.Encode.Run(target, in request, out var state);
        if (result.IsDone) blob = VendorBlob.Seal(state.Encode(), Math.Max(1, dialect.SizeUnit));
        return result;
    }

    /// <summary>What a controller was when saving disabled it; no longer once its host has enabled it anew.</summary>
    protected static byte[]? SavedOf(ControllerCore target) => target.Configuration.En ? null : target.Suspension.Saved;

    /// <summary>Verifies a blob as a whole and makes the controller what it says; a refused one changes nothing.</summary>
    protected static StepResult Decode(ControllerCore c, ControllerCore target, ReadOnlySpan<byte> blob, out Status status)
    {
        status = Status.InvalidField;
        if (!VendorBlob.TryOpen(blob, out var payload)) return StepResult.Done;
        var incoming = new IncomingState(c, csvi: 1, csuuidi: 1) { ReplacesQueues = true };
        payload.CopyTo(incoming.Piece(0, payload.Length));
        return c.Steps.Decode.Run(target, incoming, out status);
    }

    private ControllerCore? FindTarget(ControllerCore c, ushort index)
    {
        var number = index - dialect.FirstVfIndex + 1;
        foreach (var other in c.Subsystem.Controllers)
        {
            if (ReferenceEquals(other.Primary, c) && other.Function.VfNumber == number && other.Function.IsPresent) return other;
        }

        return null;
    }
}

/// <summary>QUERY_DATA_SIZE: dword 0 is the size of the state, in units of the dialect.</summary>
internal sealed class VendorQuery(VendorDialect dialect) : VendorCommand(dialect.QueryOpcode, dialect)
{
    protected override StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target)
    {
        // An admin command that is still being executed may create or delete a queue, and the size would not hold.
        if (target.Suspension.FetchStopped && target.CanComplete && IsAdminBusy(target))
        {
            target.Suspension.WakeWhenDrained(command);
            return StepResult.WhenTold;
        }

        var result = Encode(c, target, out var blob);
        command.Dw0 = (uint)(blob.Length / Math.Max(1, Dialect.SizeUnit));
        return result;
    }

    private static bool IsAdminBusy(ControllerCore target)
    {
        for (var command = target.Commands.First; command is not null; command = command.Next)
        {
            if (command.IsAdmin && !command.Outstanding) return true;
        }

        return false;
    }
}

/// <summary>SUSPEND: the controller fetches nothing more. Where the freeze point is here, it is also drained and frozen.</summary>
internal sealed class VendorSuspend(VendorDialect dialect) : VendorCommand(dialect.SuspendOpcode, dialect)
{
    public override long Cost(ControllerCore c, CommandContext command) => 0; // paid for after draining

    protected override StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target)
    {
        if (Dialect.FreezePoint == VendorFreezePoint.Save)
        {
            if (!target.Suspension.FetchStopped) target.Suspension.StopFetching(c);
            return StepResult.Done;
        }

        command.Notes ??= new SuspendOperation { Command = command };
        command.Phase = 1; // begun: no longer to be aborted
        return c.Steps.Suspend.Run(target, (SuspendOperation)command.Notes);
    }
}

/// <summary>RESUME: the controller goes on, from what it was, or what was loaded.</summary>
internal sealed class VendorResume(VendorDialect dialect) : VendorCommand(dialect.ResumeOpcode, dialect)
{
    public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.Resume.Nanoseconds;

    protected override StepResult Execute(ControllerCore c, CommandContext command, ControllerCore target)
    {
        if (!target.Suspension.FetchStopped) return command.Fail(Status.CommandSequenceError);
        if (SavedOf(target) is { } saved)
        {
            if (!Dialect.ResumeAfterSave) return command.Fail(Status.CommandSequenceError);
            // Events since it was saved are not in what was saved.
            var since = target.Events.Pending.ToArray();
            var restored = Decode(c, target, saved, out var status);
            if (!restored.IsDone) return restored;
            if (!status.IsSuccess) return command.Fail(status);
            target.Suspension.Saved = null;
            foreach (var raised in since) target.Raise(in raised);
        }

        return c.Steps.Resume.Run(target);
    }
}
