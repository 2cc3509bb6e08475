using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>
/// A controller that is suspended still writes: while its state is read, the first byte of the last entry of its admin submission queue.
/// </summary>
internal sealed class LateWrite : EncodeStep
{
    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        if (target.Suspension.IsSuspended)
            target.WriteHost(target.Registers.Asq + ((ulong)target.Registers.Aqa.AsqsZ * SubmissionEntry.Size), [0xA5]);
        return base.Run(target, in request, out state);
    }
}

/// <summary>A controller that is suspended still sends an interrupt while its state is read: of the vector of its last completion queue.</summary>
internal sealed class LateInterrupt : EncodeStep
{
    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        if (target.Suspension.IsSuspended && target.Queues.Completion.LastOrDefault(queue => queue.Id != 0) is { } queue)
            target.Function.Msix.Raise(queue.Vector);
        return base.Run(target, in request, out state);
    }
}
