using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of Get Controller State: a saved state that is not the controller's, and reads that are not what was asked for.</summary>
internal static class GetStateDefects
{
    private const int SizeOffset = 16;

    public static IReadOnlyList<Defect> All { get; } =
    [
        Of("state-says-running", "LM-GET-01", "The header of a suspended controller's state says that it ran.", static () => new() { Transfer = new PatchedState(static (_, s) => s[2] = 0) }),
        Of(
            "state-size-in-bytes", "LM-GET-02", "NVMECSS counts bytes.",
            static () => new() { Transfer = new PatchedState(static (_, s) => Wire.View<UInt128>(s[SizeOffset..]) *= 4) }),
        Of("priority-not-saved", "LM-GET-03", "The priority of a submission queue is not saved.", static () => new() { Encode = new Doctored(static s => Each(s, static (ref q) => q.Attributes = q.Attributes with { Qprio = 0 })) }),
        Of("vector-not-saved", "LM-GET-03", "The interrupt vector of a completion queue is not saved.", static () => new() { Encode = new Doctored(static s => EachCq(s, static (ref q) => q.Attributes = q.Attributes with { Iv = 0 })) }),
        Of("queues-in-order-of-creation", "LM-GET-04", "Queues are saved in another order than that of their identifiers.", static () => new() { Encode = new Doctored(static s => Array.Reverse(s.SubmissionQueues)) }),
        Of("completion-head-is-tail", "LM-GET-06", "The saved head of a completion queue is its tail, as if all had been consumed.", static () => new() { Encode = new Doctored(static s => EachCq(s, static (ref q) => q.HeadPointer = q.TailPointer)) }),
        Of(
            "fresh-queue-next-phase", "LM-GET-07", "S0PT of a fresh completion queue is the phase of the next entry (seen in an emulator's branch).",
            static () => new() { Encode = new Doctored(static s => EachCq(s, static (ref q) => q.Attributes = q.TailPointer == 0 && !q.Attributes.SlotZeroPhase ? q.Attributes with { SlotZeroPhase = true } : q.Attributes)) }),
        Of(
            "wrapped-queue-next-phase", "LM-GET-08", "S0PT of a queue that has just come round is the phase of the next entry (seen in an emulator's branch).",
            static () => new() { Encode = new Doctored(static s => EachCq(s, static (ref q) => q.Attributes = q.TailPointer == 0 && q.Attributes.SlotZeroPhase ? q.Attributes with { SlotZeroPhase = false } : q.Attributes)) }),
        Of("phase-always-one", "LM-GET-09", "S0PT is 1, in whichever pass the queue is.", static () => new() { Encode = new Doctored(static s => EachCq(s, static (ref q) => q.Attributes = q.Attributes with { SlotZeroPhase = true })) }),
        Of("header-counts-absent-parts", "LM-GET-10", "The header announces the NVMe part whether or not it was asked for.", static () => new() { Transfer = new PatchedState(static (f, s) => { if (f.Csvi == 0) s[SizeOffset] = 2; }) }),
        Of("csup-never-set", "LM-GET-11", "The completion never says that the controller was suspended (seen in an emulator's branch).", static () => new() { Complete = new ClearsResult() }),
        Of("version-index-wraps", "LM-GET-12", "A version index beyond the list is taken for the first.", static () => new() { Execute = new RewrittenRead(static (_, f) => f.Csvi > 1 ? f with { Csvi = 1 } : f) }),
        Of("vendor-index-ignored", "LM-GET-13", "The index of the vendor's format is not looked at.", static () => new() { Execute = new RewrittenRead(static (_, f) => f with { Csuuidi = 0 }) }),
        Of("whole-page-written", "LM-GET-14", "More is written than was asked for: whole 64-byte units.", static () => new() { Transfer = new WritesBeyond() }),
        Of("offset-in-qwords", "LM-GET-15", "The offset is rounded down to eight bytes.", static () => new() { Execute = new RewrittenRead(static (_, f) => f with { Offset = f.Offset % 4 == 0 ? f.Offset & ~7ul : f.Offset }) }),
        Of("unaligned-read-rounded", "LM-GET-16", "A read at an offset inside a dword is rounded down.", static () => new() { Execute = new RewrittenRead(static (_, f) => f with { Offset = f.Offset & ~3ul }) }),
        Of("read-offset-of-32-bits", "LM-GET-17", "The upper half of a read's offset is not looked at.", static () => new() { Execute = new RewrittenRead(static (_, f) => f with { Offset = (uint)f.Offset }) }),
        Of("vendor-part-empty", "LM-GET-20", "The vendor's part is announced and empty.", static () => new() { Encode = new Doctored(static _ => { }, static _ => []) }),
        Of(
            "one-queue-at-least", "LM-GET-21", "The lists of a state begin with one entry, which is left empty where there is no queue.",
            static () => new() { Encode = new OneQueueAtLeast() }),
        Of("counter-in-state", "LM-GET-22", "A counter that goes on by itself is saved in a reserved field.", static () => new() { Encode = new Counting() }),
        Of(
            "suspended-through-a-reset", "LM-GET-23", "CSUP is what the last Suspend or Resume left: a reset of the controller does not take it back.",
            static () => new()
            {
                Execute = new MisexecutedAdmin(AdminOpcode.MigrationReceive, static (c, command, rightly) =>
                {
                    var result = rightly();
                    var target = MigrationCommands.FindTarget(c, new MigrationReceiveFields(command.Entry).Cntlid);
                    if (target is { Truth: var truth } && truth.SuspendedAt > truth.ResumedAt)
                        command.Dw0 = new MigrationReceiveResult { ControllerSuspended = true }.Dw0;
                    return result;
                }),
            }),
        Of("unknown-controller-is-first", "LM-GET-24", "An identifier that nobody has is taken for the first controlled controller's.", static () => new() { Parse = new FirstForUnknown() }),
        Of("scattered-saved-as-contiguous", "LM-GET-25", "A queue by a PRP list is saved as contiguous.", static () => new() { Encode = new Doctored(static s => Each(s, static (ref q) => q.Attributes = q.Attributes with { Pc = true })) }),
    ];

    private delegate void Change<T>(ref T queue);

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static void Each(ControllerState state, Change<IoSubmissionQueueState> change)
    {
        foreach (ref var queue in state.SubmissionQueues.AsSpan()) change(ref queue);
    }

    private static void EachCq(ControllerState state, Change<IoCompletionQueueState> change)
    {
        foreach (ref var queue in state.CompletionQueues.AsSpan()) change(ref queue);
    }

    public static bool IsRead(CommandContext command) => command.IsAdmin && command.Opcode == (byte)AdminOpcode.MigrationReceive;
}

/// <summary>The state is changed once it is made.</summary>
internal sealed class Doctored(Action<ControllerState> change, Func<byte[], byte[]>? vendor = null) : EncodeStep
{
    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        change(state);
        if (vendor is not null)
        {
            state = new ControllerState
            {
                Header = state.Header, Nvme = state.Nvme, SubmissionQueues = state.SubmissionQueues, CompletionQueues = state.CompletionQueues, Vendor = vendor(state.Vendor),
            };
        }

        return result;
    }
}

internal sealed class OneQueueAtLeast : EncodeStep
{
    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        if (state is { Nvme: not null, SubmissionQueues.Length: 0, CompletionQueues.Length: 0 })
            state = state.Filtered(new IoSubmissionQueueState[1], new IoCompletionQueueState[1]);
        return result;
    }
}

internal sealed class Counting : EncodeStep
{
    private uint _count;

    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        foreach (ref var queue in state.CompletionQueues.AsSpan()) queue.Reserved20 = ++_count;
        return result;
    }
}

/// <summary>The bytes of a state's header are changed as they go out.</summary>
internal sealed class PatchedState(PatchedState.Patch patch) : TransferStep
{
    public delegate void Patch(MigrationReceiveFields fields, Span<byte> state);

    public override StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        if (GetStateDefects.IsRead(transfer.Command) && transfer.Command.Progress == 0 && transfer.Length >= ControllerStateHeader.Size
            && new MigrationReceiveFields(transfer.Command.Entry) is { Offset: 0 } fields)
        {
            var bytes = transfer.Source.ToArray();
            patch(fields, bytes);
            transfer.Source = bytes;
        }

        return base.Run(c, ref transfer);
    }
}

/// <summary>After a read's data come as many bytes more as fill its last unit.</summary>
internal sealed class WritesBeyond : TransferStep
{
    private const int Unit = 64;

    public override StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        var result = base.Run(c, ref transfer);
        if (GetStateDefects.IsRead(transfer.Command) && transfer.Length % Unit != 0)
            c.WriteHost(transfer.Iova + (ulong)transfer.Length, new byte[Unit - (transfer.Length % Unit)]);
        return result;
    }
}

internal sealed class ClearsResult : CompleteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (GetStateDefects.IsRead(command)) command.Dw0 = 0;
        return base.Run(c, command);
    }
}

/// <summary>A read is carried out as another one.</summary>
internal sealed class RewrittenRead(Func<CommandContext, MigrationReceiveFields, MigrationReceiveFields> rewrite) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (GetStateDefects.IsRead(command)) command.Entry = rewrite(command, new MigrationReceiveFields(command.Entry)).Entry;
        return base.Run(c, command);
    }
}

internal sealed class FirstForUnknown : ParseStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (GetStateDefects.IsRead(command) && new MigrationReceiveFields(command.Entry) is var fields && MigrationCommands.FindTarget(c, fields.Cntlid) is null
            && c.Subsystem.Controllers.FirstOrDefault(it => !it.IsManagement) is { } first)
        {
            command.Entry = (fields with { Cntlid = first.Cntlid }).Entry;
        }

        return base.Run(c, command);
    }
}
