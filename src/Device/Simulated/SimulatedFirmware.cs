using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>What it takes to activate a firmware image.</summary>
public enum FirmwareActivation
{
    /// <summary>Nothing, where the host asks for it at once; else any controller level reset.</summary>
    Immediate,

    ControllerLevelReset,

    ConventionalReset,

    SubsystemReset,
}

/// <summary>
/// Firmware slots and updates (Base 2.3 3.11). An image is at least 24 bytes: <c>SIMIMAGE</c>, 8 bytes of ASCII with the revision, its
/// length in 4 bytes, and the sum of all dwords after these 24 bytes.
/// </summary>
public sealed record SimulatedFirmware
{
    /// <summary>FRMW: slots, 1 to 7; 0 for no firmware commands.</summary>
    [Range(0, 7)]
    public int Slots { get; init; } = 3;

    /// <summary>FRMW: slot 1 is read only.</summary>
    public bool FirstSlotReadOnly { get; init; } = true;

    /// <summary>FWUG in units of 4 KiB; 0 is not told.</summary>
    [Range(0, 254)]
    public byte Granularity { get; init; } = 1;

    public FirmwareActivation Activation { get; init; }

    /// <summary>Activation without a reset.</summary>
    public Duration ActivationTime { get; init; }

    /// <summary>MTFA in units of 100 ms: what takes longer is not activated at once; 0 is not told.</summary>
    public ushort MaximumActivationTime { get; init; } = 10;
}
