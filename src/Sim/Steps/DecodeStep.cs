using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Verifies a controller state that has come in whole and, only if all of it is good, commits it: queues and pointers of the NVMe part,
/// and whatever the vendor part carries. A refused state changes nothing.
/// </summary>
internal class DecodeStep
{
    /// <param name="target">The controller to set.</param>
    /// <param name="incoming">All pieces.</param>
    /// <param name="status">The outcome.</param>
    public virtual StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
    {
        var state = ControllerState.TryDecode(incoming.Bytes, out _);
        status = state is null || (incoming.Csvi == 0 && state.Nvme is not null) || (incoming.Csuuidi == 0 && state.Vendor.Length != 0)
            ? Status.InvalidField
            : Commit(target, state, incoming.ReplacesQueues);
        return StepResult.Done;
    }

    private static Status Commit(ControllerCore target, ControllerState state, bool replacesQueues)
    {
        if (state.Nvme is not null && target.Queues.HasIoQueues && !replacesQueues) return Status.InvalidField;
        VendorStateCodec.Content? vendor = null;
        if (state.Vendor.Length != 0)
        {
            vendor = VendorStateCodec.TryDecode(target, state.Vendor);
            if (vendor is null) return Status.InvalidField;
        }

        // Memory pages are those of the configuration that will hold, which a carried admin queue brings along.
        var before = target.Configuration;
        if (vendor?.AdminQueue is { } admin)
        {
            target.Configuration = new ControllerConfiguration(admin.Cc);
            if (!target.Configuration.En && state.SubmissionQueues.Length + state.CompletionQueues.Length != 0)
            {
                target.Configuration = before;
                return Status.InvalidField;
            }
        }

        var status = Prepare(target, state, out var completion, out var submission);
        target.Configuration = before;
        if (!status.IsSuccess) return status;

        if (replacesQueues) DropIoQueues(target);
        foreach (var queue in completion) target.Queues.Add(queue);
        foreach (var queue in submission) target.Queues.Add(queue);
        if (vendor is not null) VendorStateCodec.Commit(target, vendor);
        return Status.Success;
    }

    private static void DropIoQueues(ControllerCore target)
    {
        var ids = target.Queues.Submission.Select(q => q.Id).Concat(target.Queues.Completion.Select(q => q.Id)).Where(id => id != 0);
        foreach (var id in ids.ToArray()) target.Machine.DropQueue(id);
    }

    private static Status Prepare(
        ControllerCore target, ControllerState state, out List<CompletionQueue> completion, out List<SubmissionQueue> submission)
    {
        completion = [];
        submission = [];
        if (state.SubmissionQueues.Length > target.IoSubmissionQueues || state.CompletionQueues.Length > target.IoCompletionQueues)
            return Status.NotEnoughResources;
        foreach (var saved in state.CompletionQueues)
        {
            var status = Prepare(target, in saved, completion, out var queue);
            if (!status.IsSuccess) return status;
            completion.Add(queue!);
        }

        foreach (var saved in state.SubmissionQueues)
        {
            var status = Prepare(target, in saved, completion, submission, out var queue);
            if (!status.IsSuccess) return status;
            submission.Add(queue!);
        }

        return Status.Success;
    }

    private static Status Prepare(
        ControllerCore target, in IoCompletionQueueState saved, List<CompletionQueue> others, out CompletionQueue? queue)
    {
        queue = null;
        var id = saved.Qid;
        if (id == 0 || id > target.IoCompletionQueues || others.Exists(q => q.Id == id)) return Status.InvalidField;
        if (!AreGood(target, saved.QsizeZ, saved.HeadPointer, saved.TailPointer)) return Status.InvalidField;
        if (saved.Attributes.Iv >= Math.Max(1, target.Function.VectorCount)) return Status.InvalidField;
        var status = QueueMemories.Locate(target, saved.Prp1, saved.Attributes.Pc, saved.QsizeZ + 1, CompletionEntry.Size, true, out var memory);
        if (!status.IsSuccess) return status;
        var literal = target.Options.Ambiguities.S0ptMode == Slot0PhaseMode.Literal;
        var slotZero = saved.Attributes.SlotZeroPhase;
        queue = new CompletionQueue(id, saved.QsizeZ + 1, memory)
        {
            InterruptsEnabled = saved.Attributes.Ien,
            Vector = saved.Attributes.Iv,
            Head = saved.HeadPointer,
            Tail = saved.TailPointer,
            Phase = literal && saved.TailPointer == 0 ? !slotZero : slotZero,
        };
        return Status.Success;
    }

    private static Status Prepare(
        ControllerCore target,
        in IoSubmissionQueueState saved,
        List<CompletionQueue> completion,
        List<SubmissionQueue> others,
        out SubmissionQueue? queue)
    {
        queue = null;
        var (id, cqid) = (saved.Qid, saved.Cqid);
        if (id == 0 || id > target.IoSubmissionQueues || others.Exists(q => q.Id == id)) return Status.InvalidField;
        if (completion.Find(q => q.Id == cqid) is not { } paired) return Status.InvalidField;
        if (!AreGood(target, saved.QsizeZ, saved.HeadPointer, saved.TailPointer)) return Status.InvalidField;
        var status = QueueMemories.Locate(target, saved.Prp1, saved.Attributes.Pc, saved.QsizeZ + 1, SubmissionEntry.Size, true, out var memory);
        if (!status.IsSuccess) return status;
        queue = new SubmissionQueue(id, saved.QsizeZ + 1, memory, paired)
        {
            Priority = saved.Attributes.Qprio, Head = saved.HeadPointer, Tail = saved.TailPointer,
        };
        return Status.Success;
    }

    private static bool AreGood(ControllerCore target, ushort sizeZ, ushort head, ushort tail) =>
        sizeZ != 0 && sizeZ <= target.Registers.Cap.MqesZ && head <= sizeZ && tail <= sizeZ;
}
