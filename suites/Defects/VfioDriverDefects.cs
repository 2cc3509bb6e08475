using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;

namespace Conformance.Defects;

/// <summary>
/// Bugs of a VFIO variant driver, each one step of the right one replaced: those of the driver that was posted in December 2022
/// (RFC PATCH 3/5, drivers/vfio/pci/nvme/nvme.c), and others.
/// </summary>
internal static class VfioDriverDefects
{
    private const string Series = "RFC PATCH 3/5 of 6 December 2022, nvme.c";

    public static IReadOnlyList<Defect> All { get; } =
    [
        Defect.OfVariant(
            "posted-stop", "LM-VFSM-36", "The arc to STOP suspends and does not drain, which is left to SAVE: completions come in STOP.",
            static () => new() { Quiesce = VariantSteps.AsPosted.Quiesce }, Series),
        Defect.OfVariant(
            "posted-resume", "LM-VFSM-50", "The result of RESUME is ignored, and the state RUNNING whatever it was.",
            static () => new() { Continue = VariantSteps.AsPosted.Continue }, Series),
        Defect.OfVariant(
            "posted-status", "LM-VFSM-50", "A status of the device is a positive number, and is taken for no error.",
            static () => new() { Errno = VariantSteps.AsPosted.Errno }, "RFC PATCH 1/5 of 6 December 2022, nvme_submit_vf_cmd"),
        Defect.OfVariant(
            "posted-open", "LM-VFSM-46", "Closed while suspended, the function is opened as RUNNING and stands.",
            static () => new() { Release = VariantSteps.AsPosted.Release }, Series),
        Defect.OfVariant(
            "posted-load-buffer", "LM-VFST-12", "A state may be saved of any size, and loaded of 256 KiB at most.",
            static () => new() { Accept = new SmallBuffer() }, Series),
        Defect.OfVariant(
            "posted-load-anything", "LM-VFST-13", "Where nothing was written, nothing is loaded, and the arc to STOP succeeds.",
            static () => new() { Complete = new NothingIsEnough() }, Series),
        Defect.OfVariant("hasty-stop", "LM-VFSM-34", "The arc to STOP asks for the suspend and does not wait for it.", static () => new() { Quiesce = new Hasty() }),
        Defect.OfVariant("hasty-stop-interrupts", "LM-VFSM-35", "The arc to STOP returns while interrupts are still to come.", static () => new() { Quiesce = new Hasty() }),
        Defect.OfVariant("hollow-stop", "LM-VFSM-37", "The arc to STOP asks nothing of the device, which goes on.", static () => new() { Quiesce = new Hollow() }),
        Defect.OfVariant("hollow-stop-unmapped", "LM-VFSM-42", "The arc to STOP returns and the function goes on reaching for memory.", static () => new() { Quiesce = new Hollow() }),
        Defect.OfVariant("hollow-resume", "LM-VFSM-22", "The arc to RUNNING asks nothing of the device, which stands.", static () => new() { Continue = new NoContinue() }),
        Defect.OfVariant("hollow-resume-often", "LM-VFSM-23", "One of many arcs to RUNNING asks nothing of the device.", static () => new() { Continue = new TiredContinue(30) }),
        Defect.OfVariant("stop-while-copied", "LM-VFSM-21", "A function that is copied ahead is suspended for it and stays so.", static () => new() { Collect = new SuspendingCollect() }),
        Defect.OfVariant("tired-stop", "LM-VFSM-53", "After five thousand suspensions the next fails.", static () => new() { Quiesce = new TiredStop(5000) }),
        Defect.OfVariant("unknown-is-error", "LM-VFSM-52", "A command without an answer is told as one that failed.", static () => new() { Errno = new UnknownIsError() }),
        Defect.OfVariant("fatal-moves", "LM-VFSM-49", "A controller with a fatal status is saved like any other.", static () => new() { Collect = new Fearless() }),
        Defect.OfVariant("stale-save", "LM-VFST-27", "What was copied ahead is given once more when the function has stopped.", static () => new() { Collect = new StaleCollect() }),
        Defect.OfVariant("numbered-anew", "LM-VFST-29", "Every record of the stream has the number of the first.", static () => new() { Frame = new NumberedAnew() }),
        Defect.OfVariant("hollow-load", "LM-VFST-12", "What was written is checked and not given to the device.", static () => new() { Restore = new HollowRestore() }),
        Defect.OfVariant(
            "disabled-arrives-enabled", "LM-VFSM-48", "What was copied ahead is what arrives: a controller disabled meanwhile is enabled.", static () => new() { Collect = new StaleCollect() }),
        Defect.OfVariant("two-ways", "LM-VFSM-18", "The state of a second session lacks its last bytes.", static () => new() { Frame = new ShrinkingFrame() }),
    ];

    private sealed class SmallBuffer : AcceptStep
    {
        private const int Bytes = 256 << 10;

        public override int Run(VariantCore core, Incoming incoming, ReadOnlySpan<byte> piece) =>
            incoming.Length + piece.Length > Bytes ? Errno.Enomem : base.Run(core, incoming, piece);
    }

    private sealed class NothingIsEnough : CompleteStep
    {
        public override (int Errno, ReadOnlyMemory<byte> State) Run(VariantCore core, Incoming incoming) =>
            incoming is { Length: 0, Records: 0 } ? (0, default) : base.Run(core, incoming);
    }

    private sealed class Hasty : QuiesceStep
    {
        public override ValueTask<ArcEnd> RunAsync(VariantCore core)
        {
            // Nobody waits for it.
            _ = base.RunAsync(core).AsTask();
            return ValueTask.FromResult(ArcEnd.Done);
        }
    }

    private sealed class Hollow : QuiesceStep
    {
        public override ValueTask<ArcEnd> RunAsync(VariantCore core) => ValueTask.FromResult(ArcEnd.Done);
    }

    private sealed class NoContinue : ContinueStep
    {
        public override ValueTask<ArcEnd> RunAsync(VariantCore core) => ValueTask.FromResult(ArcEnd.Done);
    }

    private sealed class TiredContinue(int after) : ContinueStep
    {
        private int _times;

        public override ValueTask<ArcEnd> RunAsync(VariantCore core) => ++_times == after ? ValueTask.FromResult(ArcEnd.Done) : base.RunAsync(core);
    }

    private sealed class SuspendingCollect : CollectStep
    {
        public override async ValueTask<(Outcome Outcome, byte[] State)> RunAsync(VariantCore core)
        {
            await core.Device.SuspendAsync();
            return await base.RunAsync(core);
        }
    }

    private sealed class TiredStop(int after) : QuiesceStep
    {
        private int _times;

        public override ValueTask<ArcEnd> RunAsync(VariantCore core) =>
            ++_times > after ? ValueTask.FromResult(ArcEnd.Of(Outcome.Failed("suspend", "tired"))) : base.RunAsync(core);
    }

    private sealed class UnknownIsError : ErrnoStep
    {
        public override int Run(in Outcome outcome) => outcome.IsOk ? 0 : Errno.Eio;
    }

    private sealed class Fearless : CollectStep
    {
        public override async ValueTask<(Outcome Outcome, byte[] State)> RunAsync(VariantCore core)
        {
            if (core.Kept is { } kept) return (Outcome.Ok, kept);
            var (outcome, state) = await core.Device.SaveAllAsync();
            return (outcome, state.Bytes);
        }
    }

    private sealed class StaleCollect : CollectStep
    {
        private byte[]? _first;

        public override async ValueTask<(Outcome Outcome, byte[] State)> RunAsync(VariantCore core)
        {
            if (_first is { } first) return (Outcome.Ok, first);
            var (outcome, state) = await base.RunAsync(core);
            if (outcome.IsOk) _first = state;
            return (outcome, state);
        }
    }

    private sealed class NumberedAnew : FrameStep
    {
        public override byte[] Run(VariantCore core, StreamRecordKind kind, uint sequence, byte[] state) => base.Run(core, kind, 0, state);
    }

    private sealed class HollowRestore : RestoreStep
    {
        public override ValueTask<ArcEnd> RunAsync(VariantCore core, ReadOnlyMemory<byte> state) => ValueTask.FromResult(ArcEnd.Done);
    }

    private sealed class ShrinkingFrame : FrameStep
    {
        private int _records;

        public override byte[] Run(VariantCore core, StreamRecordKind kind, uint sequence, byte[] state) =>
            base.Run(core, kind, sequence, ++_records == 1 ? state : state[..^8]);
    }
}
