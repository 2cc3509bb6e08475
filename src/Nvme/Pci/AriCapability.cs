using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Alternative Routing-ID Interpretation extended capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct AriCapability
{
    public const int Size = 8;
    public const int HeaderOffset = 0x00;
    public const int CapabilitiesOffset = 0x04;
    public const int ControlOffset = 0x06;

    [FieldOffset(HeaderOffset)] public ExtendedCapabilityHeader Header;

    [FieldOffset(CapabilitiesOffset)] public AriCapabilities Capabilities;

    [FieldOffset(ControlOffset)] public AriControl Control;
}

/// <summary>ARI Capability.</summary>
public readonly record struct AriCapabilities(ushort Raw)
{
    public bool MfvcFunctionGroups { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public bool AcsFunctionGroups { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    /// <summary>Function number of the next physical function; 0 ends the list.</summary>
    public byte NextFunction { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = (ushort)Bits.With(Raw, 15, 8, value); }
}

/// <summary>ARI Control.</summary>
public readonly record struct AriControl(ushort Raw)
{
    public bool MfvcFunctionGroupsEnable { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public bool AcsFunctionGroupsEnable { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    public byte FunctionGroup { get => (byte)Bits.Get(Raw, 6, 4); init => Raw = (ushort)Bits.With(Raw, 6, 4, value); }
}
