using System.Runtime.CompilerServices;

namespace Conformance.Nvme;

/// <summary>Power Management, FID 02h (Base 2.3 5.2.26.1.2).</summary>
public readonly record struct PowerManagementFeature(uint Raw)
{
    /// <summary>PS.</summary>
    public byte PowerState { get => (byte)Bits.Get(Raw, 4, 0); init => Raw = Bits.With(Raw, 4, 0, value); }

    /// <summary>WH.</summary>
    public byte WorkloadHint { get => (byte)Bits.Get(Raw, 7, 5); init => Raw = Bits.With(Raw, 7, 5, value); }
}

/// <summary>Temperature Threshold, FID 04h (Base 2.3 5.2.26.1.3). Get Features names sensor and type in its own dword 11.</summary>
public readonly record struct TemperatureThresholdFeature(uint Raw)
{
    /// <summary>TMPTH, in kelvins.</summary>
    public ushort Threshold { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>TMPSEL: 0 composite, 1 to 8 a sensor, Fh all that are implemented.</summary>
    public byte Sensor { get => (byte)Bits.Get(Raw, 19, 16); init => Raw = Bits.With(Raw, 19, 16, value); }

    /// <summary>THSEL.</summary>
    public ThresholdType Type { get => (ThresholdType)Bits.Get(Raw, 21, 20); init => Raw = Bits.With(Raw, 21, 20, (uint)value); }

    /// <summary>TMPTHH, in kelvins.</summary>
    public byte Hysteresis { get => (byte)Bits.Get(Raw, 24, 22); init => Raw = Bits.With(Raw, 24, 22, value); }
}

/// <summary>Which way a temperature threshold is crossed.</summary>
public enum ThresholdType : byte
{
    Over = 0,
    Under = 1,
}

/// <summary>Host Controlled Thermal Management, FID 10h (Base 2.3 5.2.26.1.9).</summary>
public readonly record struct ThermalManagementFeature(uint Raw)
{
    /// <summary>TMT2, heavy throttling, in kelvins; 0 is off.</summary>
    public ushort Temperature2 { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>TMT1, light throttling, in kelvins; 0 is off.</summary>
    public ushort Temperature1 { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>Non-Operational Power State Config, FID 11h (Base 2.3 5.2.26.1.10).</summary>
public readonly record struct NonOperationalPowerFeature(uint Raw)
{
    /// <summary>NOPPME.</summary>
    public bool PermissiveMode { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>
/// Autonomous Power State Transition, FID 0Ch (Base 2.3 5.2.26.1.6). The data is <see cref="AutonomousPowerStateTable"/>.
/// </summary>
public readonly record struct AutonomousPowerStateFeature(uint Raw)
{
    /// <summary>APSTE.</summary>
    public bool Enabled { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>What happens in one power state when nothing is asked of the controller.</summary>
public readonly record struct AutonomousPowerStateEntry(ulong Raw)
{
    /// <summary>ITPS.</summary>
    public byte IdleTransitionPowerState { get => (byte)Bits.Get(Raw, 7, 3); init => Raw = Bits.With(Raw, 7, 3, value); }

    /// <summary>ITPT, in milliseconds; 0 is never.</summary>
    public uint IdleTime { get => (uint)Bits.Get(Raw, 31, 8); init => Raw = Bits.With(Raw, 31, 8, value); }
}

/// <summary>The data of Autonomous Power State Transition, 256 bytes, an entry a power state.</summary>
[InlineArray(32)]
public struct AutonomousPowerStateTable
{
    private AutonomousPowerStateEntry _first;
}

/// <summary>Spinup Control, FID 1Ah (Base 2.3 5.2.26.1.18).</summary>
public readonly record struct SpinupControlFeature(uint Raw)
{
    public bool Enabled { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>Power Loss Signaling Config, FID 1Bh (Base 2.3 5.2.26.1.19).</summary>
public readonly record struct PowerLossSignalingFeature(uint Raw)
{
    /// <summary>PLSM: 0 off, 1 emergency power fail, 2 forced quiescence.</summary>
    public byte Mode { get => (byte)Bits.Get(Raw, 1, 0); init => Raw = Bits.With(Raw, 1, 0, value); }
}
