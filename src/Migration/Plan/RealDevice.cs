using Conformance.Device;

namespace Conformance.Migration;

/// <summary>Real functions, as a profile names them, and as they were found once they were looked at.</summary>
/// <param name="Named">Of the profile.</param>
public sealed record RealDevice(LinuxDevice Named)
{
    /// <summary>What the source says it is; null before it was looked at.</summary>
    public DeviceIdentity? Identity { get; init; }

    /// <summary>It is an emulator's: its figures are of no device.</summary>
    public bool Emulated { get; init; }

    /// <summary>What its figures are called.</summary>
    public string Figures => Emulated ? "EMULATED" : "MEASURED";
}
