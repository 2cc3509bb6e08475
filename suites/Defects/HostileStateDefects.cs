using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of a firmware that believes what stands in a state: it repairs, shortens or guesses rather than refusing, or applies half.</summary>
internal static class HostileStateDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "heads-set-to-tails", "LM-SET-02", "A loaded submission queue begins at its tail: what was waiting in it is forgotten.",
            static () => new DoctoredState(static it => it.Queues(
                sq: q => q with { HeadPointer = q.TailPointer }, cq: q => q with { HeadPointer = q.TailPointer }))),
        Of(
            "vector-not-loaded", "LM-SET-02", "The vector of loaded completion queues is left at 0.",
            static () => new DoctoredState(static it => it.Queues(cq: q => q with { Attributes = q.Attributes with { Iv = 0 } }))),
        Of(
            "undeclared-nvme-part-dropped", "LM-SET-12", "An NVMe part that the command did not declare is skipped, and the load succeeds.",
            static () => new DroppedPart(nvme: true)),
        Of(
            "undeclared-vendor-part-dropped", "LM-SET-13", "A vendor's part that the command did not declare is skipped, and the load succeeds.",
            static () => new DroppedPart(nvme: false)),
        Of(
            "orphan-queue-adopted", "LM-SET-20", "A submission queue whose completion queue is missing is put on the first one there is.",
            static () => new DoctoredState(static it => it.Queues(
                sq: q => Array.Exists(it.CompletionQueues, cq => cq.Qid == q.Cqid) ? q : q with { Cqid = it.CompletionQueues.FirstOrDefault().Qid }))),
        Of(
            "orphan-queue-half-applied", "LM-SET-20",
            "Completion queues are created before the submission queues are looked at, and stay when those are refused.",
            static () => new HalfApplied()),
        Of(
            "duplicate-queue-skipped", "LM-SET-21", "The second queue of an identifier is skipped.",
            static () => new DoctoredState(static it => it.Filtered(
                it.SubmissionQueues.DistinctBy(q => q.Qid), it.CompletionQueues.DistinctBy(q => q.Qid)))),
        Of(
            "queue-zero-skipped", "LM-SET-21", "A queue of identifier 0 is taken for an empty slot of the table.",
            static () => new DoctoredState(static it => it.Filtered(
                it.SubmissionQueues.Where(q => q.Qid != 0), it.CompletionQueues.Where(q => q.Qid != 0)))),
        Of(
            "queue-address-rounded", "LM-SET-22", "The offset inside a page of a queue's address is masked away.",
            static () => new DoctoredState(static it => it.Queues(sq: q => q with { Prp1 = q.Prp1 & ~0xFFFul }, cq: q => q with { Prp1 = q.Prp1 & ~0xFFFul }))),
        Of(
            "queue-size-clamped", "LM-SET-22", "A queue larger than the controller allows is made as large as it allows.",
            static () => new DoctoredState(static it => it.Queues(
                sq: q => q with { QsizeZ = Math.Min(q.QsizeZ, (ushort)1023) }, cq: q => q with { QsizeZ = Math.Min(q.QsizeZ, (ushort)1023) }))),
        Of(
            "vector-wraps", "LM-SET-22", "A vector beyond the table is taken modulo the table's size.",
            static () => new DoctoredState(static it => it.Queues(cq: q => q with { Attributes = q.Attributes with { Iv = (ushort)(q.Attributes.Iv % 5) } }))),
        Of(
            "surplus-queues-dropped", "LM-SET-23", "Queues beyond those that the controller can have are dropped.",
            static () => new SurplusDropped()),
        Of(
            "length-of-16-bits", "LM-SET-24", "The lengths in the header are read as 16 bits (seen in a driver that was proposed).",
            static () => new DoctoredBytes(static bytes =>
            {
                ref var header = ref Wire.View<ControllerStateHeader>(bytes);
                (header.NvmeDwords, header.VendorDwords) = ((ushort)header.NvmeDwords, (ushort)header.VendorDwords);
            })),
        Of(
            "length-not-compared", "LM-SET-24", "The length of the NVMe part is made from the counts of queues, whatever the header says.",
            static () => new DoctoredBytes(static bytes =>
            {
                if (bytes.Length < ControllerStateHeader.Size + NvmeControllerState.Size) return;
                var counts = Wire.Read<NvmeControllerState>(bytes.AsSpan(ControllerStateHeader.Size));
                Wire.View<ControllerStateHeader>(bytes).NvmeDwords = 2 + (6 * ((UInt128)counts.SubmissionQueues + counts.CompletionQueues));
            })),
        Of(
            "version-ignored", "LM-SET-25", "Versions of a state are not looked at.",
            static () => new DoctoredBytes(static bytes =>
            {
                Wire.View<ControllerStateHeader>(bytes).Version = 0;
                if (bytes.Length >= ControllerStateHeader.Size + NvmeControllerState.Size)
                    Wire.View<NvmeControllerState>(bytes.AsSpan(ControllerStateHeader.Size)).Version = 0;
            })),
        Of(
            "cut-off-state-taken", "LM-SET-27", "Of a state that was cut off, the queues that came whole are created.",
            static () => new ShortStateTaken()),
        Of(
            "bad-state-fails-controller", "LM-SET-28", "A state that cannot be taken leaves the controller failed, and a reset does not help.",
            static () => new FailsOnBadState()),
        Of(
            "endless-state", "LM-SET-28", "A length of more than 32 bits is waited for, and the command is never answered.",
            static () => new WaitsForAll()),
        Of(
            "loaded-queue-is-a-ghost", "LM-SET-29",
            "Loaded queues are not in the table that Create looks at: a second one of the same identifier takes their place.",
            static () => new ControllerSteps { Execute = new CreatesOver() }),
        Of(
            "phase-not-loaded", "LM-SET-31", "A loaded completion queue begins with phase 1, whatever round it was in.",
            static () => new DoctoredState(static it => it.Queues(cq: q => q with { Attributes = q.Attributes with { SlotZeroPhase = q.TailPointer != 0 } }))),
        Of(
            "phase-wrong-at-the-wrap", "LM-SET-31",
            "The bit is saved as phase of slot 0 and loaded as phase of the next entry, which differs where the tail is 0.",
            static () => new DoctoredState(static it => it.Queues(
                cq: q => q.TailPointer == 0 ? q with { Attributes = q.Attributes with { SlotZeroPhase = !q.Attributes.SlotZeroPhase } } : q))),
        Of(
            "interrupts-not-loaded", "LM-SET-31", "Loaded completion queues interrupt nobody.",
            static () => new DoctoredState(static it => it.Queues(cq: q => q with { Attributes = q.Attributes with { Ien = false } }))),
    ];

    private static Defect Of(string name, string breaks, string story, Func<DecodeStep> decode) =>
        Defect.OfDevice(name, breaks, story, () => new ControllerSteps { Decode = decode() });

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    /// <summary>The same with queues of which each was changed.</summary>
    public static ControllerState Queues(
        this ControllerState state, Func<IoSubmissionQueueState, IoSubmissionQueueState>? sq = null,
        Func<IoCompletionQueueState, IoCompletionQueueState>? cq = null) =>
        state.Filtered(state.SubmissionQueues.Select(sq ?? (q => q)), state.CompletionQueues.Select(cq ?? (q => q)));

    /// <summary>The same with other queues.</summary>
    public static ControllerState Filtered(
        this ControllerState state, IEnumerable<IoSubmissionQueueState> submission, IEnumerable<IoCompletionQueueState> completion) => new()
    {
        Header = state.Header, Nvme = state.Nvme, Vendor = state.Vendor, SubmissionQueues = [.. submission], CompletionQueues = [.. completion],
    };

    /// <summary>Other bytes that came in the same way.</summary>
    public static IncomingState Instead(this IncomingState incoming, ReadOnlySpan<byte> bytes, bool replacesQueues = false)
    {
        var other = new IncomingState(incoming.Sender, incoming.Csvi, incoming.Csuuidi) { ReplacesQueues = replacesQueues || incoming.ReplacesQueues };
        bytes.CopyTo(other.Piece(0, bytes.Length));
        return other;
    }
}

/// <summary>Another state is committed than came.</summary>
internal sealed class DoctoredState(Func<ControllerState, ControllerState> edit, bool replacesQueues = false) : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var state = ControllerState.TryDecode(incoming.Bytes, out _);
        return base.Run(target, state?.Nvme is null ? incoming : incoming.Instead(edit(state).Encode(), replacesQueues), out status);
    }
}

/// <summary>Other bytes are committed than came.</summary>
internal sealed class DoctoredBytes(Action<byte[]> edit) : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        if (incoming.Length < ControllerStateHeader.Size) return base.Run(target, incoming, out status);
        var bytes = incoming.Bytes.ToArray();
        edit(bytes);
        return base.Run(target, incoming.Instead(bytes), out status);
    }
}

/// <summary>A part that was not declared is left out.</summary>
internal sealed class DroppedPart(bool nvme) : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var undeclared = nvme ? incoming.Csvi == 0 : incoming.Csuuidi == 0;
        if (!undeclared || ControllerState.TryDecode(incoming.Bytes, out _) is not { } state) return base.Run(target, incoming, out status);
        var rest = nvme
            ? new ControllerState { Header = state.Header, Vendor = state.Vendor }
            : new ControllerState
            {
                Header = state.Header, Nvme = state.Nvme, SubmissionQueues = state.SubmissionQueues, CompletionQueues = state.CompletionQueues,
            };
        return base.Run(target, incoming.Instead(rest.Encode()), out status);
    }
}

/// <summary>What was created before the mistake was found stays.</summary>
internal sealed class HalfApplied : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var result = base.Run(target, incoming, out status);
        if (!status.IsSuccess && ControllerState.TryDecode(incoming.Bytes, out _) is { Nvme: not null, CompletionQueues.Length: > 0 } state)
            base.Run(target, incoming.Instead(state.Filtered([], state.CompletionQueues).Encode()), out _);
        return result;
    }
}

/// <summary>Queues beyond the last that the controller can have are left out.</summary>
internal sealed class SurplusDropped : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        if (ControllerState.TryDecode(incoming.Bytes, out _) is not { Nvme: not null } state) return base.Run(target, incoming, out status);
        var kept = state.Filtered(
            state.SubmissionQueues.Where(q => q.Qid <= target.IoSubmissionQueues), state.CompletionQueues.Where(q => q.Qid <= target.IoCompletionQueues));
        return base.Run(target, incoming.Instead(kept.Encode()), out status);
    }
}

/// <summary>What came whole of a state that is too short is made a state of its own.</summary>
internal sealed class ShortStateTaken : DecodeStep
{
    private const int Start = ControllerStateHeader.Size + NvmeControllerState.Size;

    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        if (incoming.Length < Start) return base.Run(target, incoming, out status);
        var bytes = incoming.Bytes;
        var missing = ControllerState.AnnouncedLength(Wire.Read<ControllerStateHeader>(bytes)) - bytes.Length;
        if (missing is null or <= 0 or > 4096) return base.Run(target, incoming, out status);
        // Zero-filled, a queue that did not come has identifier 0 and is skipped.
        var whole = new byte[bytes.Length + (int)missing];
        bytes.CopyTo(whole);
        var state = ControllerState.TryDecode(whole, out _);
        if (state is null) return base.Run(target, incoming, out status);
        var completion = state.CompletionQueues.Where(q => q.Qid != 0).ToList();
        var kept = state.Filtered(state.SubmissionQueues.Where(q => completion.Exists(cq => cq.Qid == q.Cqid)), completion);
        return base.Run(target, incoming.Instead(kept.Encode()), out status);
    }
}

/// <summary>The controller fails at a bad state, and its reset cannot clear that.</summary>
internal sealed class FailsOnBadState : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var result = base.Run(target, incoming, out status);
        // Its resources are gone, too.
        if (!status.IsSuccess) target.Resources.Queues = 1;
        return result;
    }
}

/// <summary>A state that never comes is waited for.</summary>
internal sealed class WaitsForAll : DecodeStep
{
    public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        if (incoming.Length < ControllerStateHeader.Size || Wire.Read<ControllerStateHeader>(incoming.Bytes).NvmeDwords <= uint.MaxValue)
            return base.Run(target, incoming, out status);
        status = default;
        return StepResult.WhenTold;
    }
}

/// <summary>Create I/O Completion Queue drops the queues of the same identifier first.</summary>
internal sealed class CreatesOver : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        var creates = command.IsAdmin && command.Opcode == (byte)AdminOpcode.CreateIoCompletionQueue;
        if (creates && (ushort)command.Entry.Cdw10 is var qid and not 0) c.Machine.DropQueue(qid);
        return base.Run(c, command);
    }
}
