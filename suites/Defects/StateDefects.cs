using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>One byte of the saved state is not what the controller holds: the head of the first submission queue.</summary>
internal sealed class FlippedHead : EncodeStep
{
    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        if (state.SubmissionQueues.Length > 0) state.SubmissionQueues[0].HeadPointer ^= 1;
        return result;
    }
}
