using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>What the caller is told of a request to the device: 0, or an errno.</summary>
public class ErrnoStep
{
    public virtual int Run(in Outcome outcome) => outcome.IsOk ? 0 : outcome.IsUnknown ? Errno.Etimedout : Errno.Eio;
}

/// <summary>An NVMe status is a positive number, which an error pointer made of it does not show.</summary>
internal sealed class PositiveStatusStep : ErrnoStep
{
    public override int Run(in Outcome outcome) => outcome.Status is null ? base.Run(outcome) : 0;
}
