using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>SR-IOV extended capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct SrIovCapability
{
    public const int Size = 64;
    public const int HeaderOffset = 0x00;
    public const int CapabilitiesOffset = 0x04;
    public const int ControlOffset = 0x08;
    public const int StatusOffset = 0x0A;
    public const int InitialVfsOffset = 0x0C;
    public const int TotalVfsOffset = 0x0E;
    public const int NumVfsOffset = 0x10;
    public const int FunctionDependencyLinkOffset = 0x12;
    public const int FirstVfOffsetOffset = 0x14;
    public const int VfStrideOffset = 0x16;
    public const int VfDeviceIdOffset = 0x1A;
    public const int SupportedPageSizesOffset = 0x1C;
    public const int SystemPageSizeOffset = 0x20;
    public const int VfBar0Offset = 0x24;
    public const int VfBar1Offset = 0x28;
    public const int VfBar2Offset = 0x2C;
    public const int VfBar3Offset = 0x30;
    public const int VfBar4Offset = 0x34;
    public const int VfBar5Offset = 0x38;
    public const int VfMigrationStateArrayOffset = 0x3C;

    [FieldOffset(HeaderOffset)] public ExtendedCapabilityHeader Header;

    [FieldOffset(CapabilitiesOffset)] public SrIovCapabilities Capabilities;

    [FieldOffset(ControlOffset)] public SrIovControl Control;

    [FieldOffset(StatusOffset)] public SrIovStatus Status;

    /// <summary>The same as TotalVFs where there is one root.</summary>
    [FieldOffset(InitialVfsOffset)] public ushort InitialVfs;

    [FieldOffset(TotalVfsOffset)] public ushort TotalVfs;

    /// <summary>Writable while VF Enable is clear.</summary>
    [FieldOffset(NumVfsOffset)] public ushort NumVfs;

    [FieldOffset(FunctionDependencyLinkOffset)] public byte FunctionDependencyLink;

    /// <summary>See <see cref="RequesterId.VirtualFunction"/>.</summary>
    [FieldOffset(FirstVfOffsetOffset)] public ushort FirstVfOffset;

    [FieldOffset(VfStrideOffset)] public ushort VfStride;

    [FieldOffset(VfDeviceIdOffset)] public ushort VfDeviceId;

    /// <summary>Bit n is 2^(n + 12) bytes.</summary>
    [FieldOffset(SupportedPageSizesOffset)] public uint SupportedPageSizes;

    /// <summary>One bit of the supported ones; writable while VF Enable is clear.</summary>
    [FieldOffset(SystemPageSizeOffset)] public uint SystemPageSize;

    /// <summary>First of six base address registers. Each covers NumVFs apertures in a row.</summary>
    [FieldOffset(VfBar0Offset)] public uint VfBar0;

    [FieldOffset(VfBar1Offset)] public uint VfBar1;

    [FieldOffset(VfBar2Offset)] public uint VfBar2;

    [FieldOffset(VfBar3Offset)] public uint VfBar3;

    [FieldOffset(VfBar4Offset)] public uint VfBar4;

    [FieldOffset(VfBar5Offset)] public uint VfBar5;

    [FieldOffset(VfMigrationStateArrayOffset)] public uint VfMigrationStateArray;
}

/// <summary>SR-IOV Capabilities.</summary>
public readonly record struct SrIovCapabilities(uint Raw)
{
    public bool VfMigrationCapable { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    public bool AriHierarchyPreserved { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    public bool VfTenBitTagRequester { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>VF migration interrupt message number.</summary>
    public ushort VfMigrationInterrupt { get => (ushort)Bits.Get(Raw, 31, 21); init => Raw = Bits.With(Raw, 31, 21, value); }
}

/// <summary>SR-IOV Control.</summary>
public readonly record struct SrIovControl(ushort Raw)
{
    public bool VfEnable { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public bool VfMigrationEnable { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    public bool VfMigrationInterruptEnable { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    /// <summary>VF MSE.</summary>
    public bool VfMemorySpace { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    public bool AriCapableHierarchy { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }

    public bool VfTenBitTagRequesterEnable { get => Bits.Get(Raw, 5); init => Raw = (ushort)Bits.With(Raw, 5, value); }
}

/// <summary>SR-IOV Status.</summary>
public readonly record struct SrIovStatus(ushort Raw)
{
    public bool VfMigrationStatus { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }
}
