using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of a virtual function that is not even moved: I/O, interrupts, resets, attachment, addresses.</summary>
internal static class FunctionDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "blocks-by-function", "LM-FUNC-01", "The second VF has neighbouring blocks of a shared namespace the other way round.",
            static () => new() { Medium = new SwappedBlocks() }),
        Of(
            "one-buffer-for-all", "LM-FUNC-02", "Data of a write is that of another function's write, now and then: one buffer holds both.",
            static () => new() { Transfer = new OneBuffer() }),
        Of(
            "all-to-the-first-vector", "LM-FUNC-03", "Whatever vector a queue has, the first of those for I/O is raised.",
            static () => new() { Interrupt = new FirstVectorOnly() }),
        Of(
            "masked-interrupts-dropped", "LM-FUNC-03", "A completion whose vector is masked raises nothing, also later.",
            static () => new() { Interrupt = new DropsMasked() }),
        Of(
            "reset-of-a-neighbour", "LM-FUNC-04", "A reset of one VF resets the others of its primary.",
            static () => new() { Reset = new ResetsNeighbours() }),
        Of(
            "offline-by-its-own-reset", "LM-FUNC-04", "A reset of a VF takes it offline.",
            static () => new() { Reset = new OfflineAtReset() }),
        Of(
            "offline-takes-neighbours", "LM-FUNC-05", "To take one VF offline resets the others.",
            static () => new() { Resources = new OfflineResetsOthers() }),
        Of(
            "cache-lost-with-the-primary", "LM-FUNC-06", "What was written last is lost when the primary is reset.",
            static () => new() { Reset = new LosesBlocks() }),
        Defect.OfDevice(
            "attached-as-the-primary-is", "LM-FUNC-07", "Attach looks at whether the primary has the namespace, not at whom it is to be attached to.",
            static () => new ControllerSteps
            {
                Execute = new MisexecutedAdmin(AdminOpcode.NamespaceAttachment, static (c, command, rightly) =>
                {
                    var attaches = new NamespaceAttachmentFields(command.Entry).Select == (byte)NamespaceAttachmentSelect.Attach;
                    return attaches && c.FindNamespace(command.Entry.Nsid) is not null ? command.Fail(Status.NamespaceAlreadyAttached) : rightly();
                }),
            },
            seen: "QEMU 10.0.2, hw/nvme"),
        Of(
            "addresses-cut-short", "LM-FUNC-08", "Of an address of data the device keeps 36 bits, where those lie in the guest's memory.",
            static () => new() { Transfer = new ShortAddresses() }),
        Of(
            "third-page-forgotten", "LM-FUNC-09", "Of a command with a list of pages the third stays as it was.",
            static () => new() { Transfer = new ForgetsThirdPage() }),
        Refusal(
            "end-unheeded", "LM-FUNC-10", "A command beyond the end of a namespace is completed with success.", Status.LbaOutOfRange),
        Of(
            "phase-of-the-first-pass", "LM-FUNC-11", "The last entry of the third pass through a queue has the wrong phase.",
            static () => new() { Complete = new PhaseOfFirstPass() }),
        Refusal(
            "deletion-in-any-order", "LM-FUNC-12", "To delete a completion queue that is in use is acknowledged.", Status.InvalidQueueDeletion),
        Of(
            "identifier-of-the-primary", "LM-FUNC-13", "A VF's Identify Controller has the identifier of its primary.",
            static () => new() { Identify = new IdentifierOfPrimary() }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Refusal(string name, string breaks, string story, Status refusal) =>
        Of(name, breaks, story, () => new() { Complete = new Acknowledges(refusal) });

    private sealed class SwappedBlocks : MediumStep
    {
        public override StepResult Run(ControllerCore c, ref MediumAccess access)
        {
            if (!c.IsPrimary && c.Function.VfNumber == 2 && access.Blocks == 1) access.Slba ^= 1;
            return base.Run(c, ref access);
        }
    }

    private sealed class OneBuffer : TransferStep
    {
        private const int Often = 20;

        private ControllerCore? _of;
        private byte[] _held = [];
        private int _seen;

        public override StepResult Run(ControllerCore c, ref Transfer transfer)
        {
            var result = base.Run(c, ref transfer);
            if (transfer.Command.IsAdmin || transfer.ToHost) return result;
            var own = transfer.Target.ToArray();
            if (!ReferenceEquals(_of, c) && _held.Length == own.Length && ++_seen % Often == 0) _held.CopyTo(transfer.Target);
            (_of, _held) = (c, own);
            return result;
        }
    }

    private sealed class FirstVectorOnly : InterruptStep
    {
        public override StepResult Run(ControllerCore c, CompletionQueue queue)
        {
            if (c.IsPrimary || queue.Vector <= 1 || !queue.InterruptsEnabled || queue.Unannounced == 0) return base.Run(c, queue);
            queue.Unannounced = 0;
            c.Function.Msix.Raise(1);
            return StepResult.Done;
        }
    }

    private sealed class DropsMasked : InterruptStep
    {
        private const uint Masked = 1;

        public override StepResult Run(ControllerCore c, CompletionQueue queue)
        {
            var control = c.Registers[c.Registers.MsixTable + (queue.Vector * 16) + 12];
            if (queue.Id != 0 && (control & Masked) != 0) queue.Unannounced = 0;
            return base.Run(c, queue);
        }
    }

    private sealed class ResetsNeighbours : ResetStep
    {
        private bool _spreads;

        public override StepResult Run(ControllerCore c, ResetRequest request)
        {
            // One that has no I/O queues yet is being set up, which harms nobody.
            var spreads = !_spreads && !c.IsPrimary && request.Kind != ResetKind.StateChange && c.Queues.Submission.Any(it => !it.IsAdmin);
            var result = base.Run(c, request);
            if (!spreads) return result;
            _spreads = true;
            foreach (var other in c.Subsystem.SecondariesOf(c.Primary!))
            {
                if (!ReferenceEquals(other, c) && other.IsReady) other.Machine.Run(new ResetRequest(ResetKind.StateChange));
            }

            _spreads = false;
            return result;
        }
    }

    private sealed class OfflineAtReset : ResetStep
    {
        public override StepResult Run(ControllerCore c, ResetRequest request)
        {
            var result = base.Run(c, request);
            if (!c.IsPrimary && result.IsDone && request.Kind is ResetKind.ControllerReset or ResetKind.FunctionLevelReset && c.Resources.Online)
                SecondaryControllers.TakeOffline(c);
            return result;
        }
    }

    private sealed class OfflineResetsOthers : ResourcesStep
    {
        public override StepResult Run(ControllerCore primary, ResourceRequest request)
        {
            var result = base.Run(primary, request);
            if (request.Action != VirtualizationAction.SecondaryOffline) return result;
            foreach (var other in primary.Subsystem.SecondariesOf(primary))
            {
                if (other.IsReady) other.Machine.Run(new ResetRequest(ResetKind.StateChange));
            }

            return result;
        }
    }

    private sealed class LosesBlocks : ResetStep
    {
        private const ulong Cached = 64;

        public override StepResult Run(ControllerCore c, ResetRequest request)
        {
            if (c.IsPrimary && request.Phase == 0 && c.Subsystem.SecondariesOf(c).Any(it => it.Resources.Online))
            {
                foreach (var it in c.Subsystem.Namespaces) it.Medium.Deallocate(0, Math.Min(Cached, it.Medium.Blocks));
            }

            return base.Run(c, request);
        }
    }

    private sealed class ShortAddresses : TransferStep
    {
        private const ulong Kept = (1ul << 36) - 1;

        // Where guests of the cases have their memory; an address that has these bits already is not changed.
        private const ulong Memory = 1ul << 32;

        public override StepResult Run(ControllerCore c, ref Transfer transfer)
        {
            if (!c.IsPrimary && !transfer.Command.IsAdmin && transfer.Iova > Kept) transfer.Iova = (transfer.Iova & Kept) | Memory;
            return base.Run(c, ref transfer);
        }
    }

    private sealed class ForgetsThirdPage : TransferStep
    {
        public override StepResult Run(ControllerCore c, ref Transfer transfer)
        {
            // Pages that lie together are sent in one run, of which the third page is taken out.
            var iova = transfer.Iova;
            var source = transfer.Source;
            var before = (int)Math.Clamp((2L * c.PageSize) - transfer.Command.Progress, 0, source.Length);
            var after = (int)Math.Clamp((3L * c.PageSize) - transfer.Command.Progress, 0, source.Length);
            if (!transfer.ToHost || transfer.Command.IsAdmin || before == after) return base.Run(c, ref transfer);
            transfer.Source = source[..before];
            if (before > 0) base.Run(c, ref transfer);
            transfer.Iova = iova + (ulong)after;
            transfer.Source = source[after..];
            return transfer.Source.IsEmpty ? StepResult.Done : base.Run(c, ref transfer);
        }
    }

    private sealed class Acknowledges(Status refusal) : CompleteStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (command.Status == refusal) command.Status = Status.Success;
            return base.Run(c, command);
        }
    }

    private sealed class PhaseOfFirstPass : CompleteStep
    {
        private readonly Dictionary<CompletionQueue, int> _passes = [];

        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            var queue = command.Queue.Completion;
            if (c.IsPrimary || queue.Id == 0 || queue.Tail != queue.Entries - 1) return base.Run(c, command);
            var pass = _passes[queue] = _passes.GetValueOrDefault(queue) + 1;
            if (pass != 3) return base.Run(c, command);
            queue.Phase = !queue.Phase;
            var result = base.Run(c, command);
            queue.Phase = !queue.Phase;
            return result;
        }
    }

    private sealed class IdentifierOfPrimary : IdentifyStep
    {
        private const int Identifier = 78;

        public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
        {
            var result = base.Run(c, command, page);
            if (!c.IsPrimary && new IdentifyFields(command.Entry).Cns == (byte)Cns.IdentifyController && command.Status.IsSuccess)
                BitConverter.TryWriteBytes(page[Identifier..], c.Primary!.Cntlid);
            return result;
        }
    }
}
