using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>A controller state to be made.</summary>
/// <param name="Nvme">With the NVMe part.</param>
/// <param name="Vendor">With the vendor part.</param>
/// <param name="VendorParameter">CSUIDXP.</param>
/// <param name="Whole">All that a controller is goes into the vendor part, whatever the profile leaves out of it.</param>
internal readonly record struct StateRequest(bool Nvme, bool Vendor, byte VendorParameter, bool Whole = false);

/// <summary>Makes the controller state of a controller (Base 2.3 5.2.17.1.3) from what it is now.</summary>
internal class EncodeStep
{
    /// <param name="target">The controller whose state it is.</param>
    /// <param name="request">The parts wanted.</param>
    /// <param name="state">The state.</param>
    public virtual StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        // Doorbells rung before this moment are part of the state.
        target.Machine.AnswerDoorbells();
        state = new ControllerState
        {
            Header = new() { Attributes = new() { Suspended = target.Suspension.IsSuspended } },
            Nvme = request.Nvme ? new NvmeControllerState() : null,
            SubmissionQueues = request.Nvme ? [.. target.Queues.Submission.Where(q => !q.IsAdmin).Select(Encode)] : [],
            CompletionQueues = request.Nvme ? [.. target.Queues.Completion.Where(q => q.Id != 0).Select(q => Encode(target, q))] : [],
            Vendor = request.Vendor ? VendorStateCodec.Encode(target, request.Whole) : [],
        };
        return StepResult.Done;
    }

    protected static IoSubmissionQueueState Encode(SubmissionQueue queue) => new()
    {
        Prp1 = queue.Memory.Base,
        QsizeZ = (ushort)(queue.Entries - 1),
        Qid = (ushort)queue.Id,
        Cqid = (ushort)queue.Completion.Id,
        Attributes = new() { Pc = queue.Memory.Pages is null, Qprio = queue.Priority },
        HeadPointer = (ushort)queue.Head,
        TailPointer = (ushort)queue.Tail,
    };

    protected static IoCompletionQueueState Encode(ControllerCore target, CompletionQueue queue) => new()
    {
        Prp1 = queue.Memory.Base,
        QsizeZ = (ushort)(queue.Entries - 1),
        Qid = (ushort)queue.Id,
        HeadPointer = (ushort)queue.Head,
        TailPointer = (ushort)queue.Tail,
        Attributes = new()
        {
            Pc = queue.Memory.Pages is null,
            Ien = queue.InterruptsEnabled,
            Iv = (ushort)queue.Vector,
            SlotZeroPhase = target.Options.Ambiguities.S0ptMode == Slot0PhaseMode.Literal ? queue.Slot0Phase : queue.Phase,
        },
    };
}
