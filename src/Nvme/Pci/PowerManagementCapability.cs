using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>PCI Power Management capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct PowerManagementCapability
{
    public const int Size = 8;
    public const int HeaderOffset = 0x00;
    public const int CapabilitiesOffset = 0x02;
    public const int ControlOffset = 0x04;
    public const int DataOffset = 0x07;

    [FieldOffset(HeaderOffset)] public CapabilityHeader Header;

    /// <summary>PMC.</summary>
    [FieldOffset(CapabilitiesOffset)] public PowerManagementCapabilities Capabilities;

    /// <summary>PMCSR.</summary>
    [FieldOffset(ControlOffset)] public PowerManagementControl Control;

    [FieldOffset(DataOffset)] public byte Data;
}

/// <summary>PMC.</summary>
public readonly record struct PowerManagementCapabilities(ushort Raw)
{
    public byte Version { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = (ushort)Bits.With(Raw, 2, 0, value); }

    public bool D1Support { get => Bits.Get(Raw, 9); init => Raw = (ushort)Bits.With(Raw, 9, value); }

    public bool D2Support { get => Bits.Get(Raw, 10); init => Raw = (ushort)Bits.With(Raw, 10, value); }

    public byte PmeSupport { get => (byte)Bits.Get(Raw, 15, 11); init => Raw = (ushort)Bits.With(Raw, 15, 11, value); }
}

/// <summary>PMCSR.</summary>
public readonly record struct PowerManagementControl(ushort Raw)
{
    public PowerState State { get => (PowerState)Bits.Get(Raw, 1, 0); init => Raw = (ushort)Bits.With(Raw, 1, 0, (uint)value); }

    /// <summary>Going from D3hot to D0 is no reset.</summary>
    public bool NoSoftReset { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    public bool PmeEnable { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    public bool PmeStatus { get => Bits.Get(Raw, 15); init => Raw = (ushort)Bits.With(Raw, 15, value); }
}

/// <summary>Device power state.</summary>
public enum PowerState : byte
{
    D0 = 0,
    D1 = 1,
    D2 = 2,
    D3hot = 3,
}
