using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>How long a function says that it takes until it can be used again, ns.</summary>
/// <param name="Reset">After a conventional reset; of a VF: after VF Enable was set.</param>
/// <param name="FunctionReset">After a Function Level Reset.</param>
/// <param name="D3HotToD0">After the way from D3hot to D0.</param>
public sealed record ReadinessTimes(long Reset, long FunctionReset, long D3HotToD0)
{
    /// <summary>What a function's Readiness Time Reporting capability says; null where it has none, or its times do not hold (yet).</summary>
    public static ReadinessTimes? Read(IFunction function)
    {
        var capability = PciConfig.FindExtendedCapability(function, ExtendedCapabilityId.ReadinessTimeReporting);
        if (capability == 0) return null;
        var first = new ReadinessTimes1(function.ReadConfig(capability + ReadinessTimeReportingCapability.Times1Offset, 4));
        var second = new ReadinessTimes2(function.ReadConfig(capability + ReadinessTimeReportingCapability.Times2Offset, 4));
        return first.Valid
            ? new ReadinessTimes(first.Reset.Nanoseconds, second.FunctionReset.Nanoseconds, second.D3HotToD0.Nanoseconds)
            : null;
    }
}
