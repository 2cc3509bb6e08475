using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Says with which requester identifier an access to host memory goes out: the function's own.</summary>
internal class RequesterStep
{
    /// <param name="c">Who accesses.</param>
    /// <param name="requester">The function's own identifier when called.</param>
    public virtual StepResult Run(ControllerCore c, ref RequesterId requester) => StepResult.Done;
}
