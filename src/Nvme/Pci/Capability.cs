using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Identifier of a capability in the first 256 bytes of configuration space. Unknown ones are values.</summary>
public enum CapabilityId : byte
{
    PowerManagement = 0x01,
    Msi = 0x05,
    VendorSpecific = 0x09,
    PciExpress = 0x10,
    Msix = 0x11,
}

/// <summary>Identifier of a capability from 100h on. Unknown ones are values.</summary>
public enum ExtendedCapabilityId : ushort
{
    AdvancedErrorReporting = 0x0001,
    DeviceSerialNumber = 0x0003,
    Ari = 0x000E,
    Ats = 0x000F,
    SrIov = 0x0010,
    ReadinessTimeReporting = 0x0022,
}

/// <summary>The first two bytes of every capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct CapabilityHeader
{
    public const int Size = 2;
    public const int IdOffset = 0x00;
    public const int NextOffset = 0x01;

    [FieldOffset(IdOffset)] public CapabilityId Id;

    /// <summary>Offset of the next capability; 0 ends the list.</summary>
    [FieldOffset(NextOffset)] public byte Next;
}

/// <summary>The first four bytes of every extended capability. All zeroes: there is none.</summary>
public readonly record struct ExtendedCapabilityHeader(uint Raw)
{
    public ExtendedCapabilityId Id
    {
        get => (ExtendedCapabilityId)Bits.Get(Raw, 15, 0);
        init => Raw = Bits.With(Raw, 15, 0, (uint)value);
    }

    public byte Version { get => (byte)Bits.Get(Raw, 19, 16); init => Raw = Bits.With(Raw, 19, 16, value); }

    /// <summary>Offset of the next extended capability; 0 ends the list.</summary>
    public ushort Next { get => (ushort)Bits.Get(Raw, 31, 20); init => Raw = Bits.With(Raw, 31, 20, value); }

    /// <summary>Where the list of extended capabilities begins.</summary>
    public const int First = 0x100;
}
