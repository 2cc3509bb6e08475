using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>PCI configuration header, type 0.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct PciHeader
{
    public const int Size = 64;
    public const int VendorIdOffset = 0x00;
    public const int DeviceIdOffset = 0x02;
    public const int CommandOffset = 0x04;
    public const int StatusOffset = 0x06;
    public const int RevisionIdOffset = 0x08;
    public const int ClassCodeOffset = 0x09;
    public const int CacheLineSizeOffset = 0x0C;
    public const int LatencyTimerOffset = 0x0D;
    public const int HeaderTypeOffset = 0x0E;
    public const int BistOffset = 0x0F;
    public const int Bar0Offset = 0x10;
    public const int Bar1Offset = 0x14;
    public const int Bar2Offset = 0x18;
    public const int Bar3Offset = 0x1C;
    public const int Bar4Offset = 0x20;
    public const int Bar5Offset = 0x24;
    public const int CardbusCisOffset = 0x28;
    public const int SubsystemVendorIdOffset = 0x2C;
    public const int SubsystemIdOffset = 0x2E;
    public const int ExpansionRomOffset = 0x30;
    public const int CapabilitiesPointerOffset = 0x34;
    public const int InterruptLineOffset = 0x3C;
    public const int InterruptPinOffset = 0x3D;

    /// <summary>Reads FFFFh on a virtual function.</summary>
    [FieldOffset(VendorIdOffset)] public ushort VendorId;

    /// <summary>Reads FFFFh on a virtual function.</summary>
    [FieldOffset(DeviceIdOffset)] public ushort DeviceId;

    [FieldOffset(CommandOffset)] public PciCommand Command;

    [FieldOffset(StatusOffset)] public PciStatus Status;

    [FieldOffset(RevisionIdOffset)] public byte RevisionId;

    [FieldOffset(ClassCodeOffset)] public PciClassCode ClassCode;

    [FieldOffset(CacheLineSizeOffset)] public byte CacheLineSize;

    [FieldOffset(LatencyTimerOffset)] public byte LatencyTimer;

    /// <summary>Bits 6:0 layout, bit 7 several functions.</summary>
    [FieldOffset(HeaderTypeOffset)] public byte HeaderType;

    [FieldOffset(BistOffset)] public byte Bist;

    /// <summary>First of six base address registers; see <see cref="BaseAddressRegister"/>.</summary>
    [FieldOffset(Bar0Offset)] public uint Bar0;

    [FieldOffset(Bar1Offset)] public uint Bar1;

    [FieldOffset(Bar2Offset)] public uint Bar2;

    [FieldOffset(Bar3Offset)] public uint Bar3;

    [FieldOffset(Bar4Offset)] public uint Bar4;

    [FieldOffset(Bar5Offset)] public uint Bar5;

    [FieldOffset(CardbusCisOffset)] public uint CardbusCis;

    [FieldOffset(SubsystemVendorIdOffset)] public ushort SubsystemVendorId;

    [FieldOffset(SubsystemIdOffset)] public ushort SubsystemId;

    [FieldOffset(ExpansionRomOffset)] public uint ExpansionRom;

    /// <summary>Offset of the first capability; 0 is none.</summary>
    [FieldOffset(CapabilitiesPointerOffset)] public byte CapabilitiesPointer;

    [FieldOffset(InterruptLineOffset)] public byte InterruptLine;

    [FieldOffset(InterruptPinOffset)] public byte InterruptPin;
}

/// <summary>Command register.</summary>
public readonly record struct PciCommand(ushort Raw)
{
    public bool IoSpace { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    /// <summary>MSE: memory BARs are decoded.</summary>
    public bool MemorySpace { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    /// <summary>The function may begin DMA and send MSI-X messages.</summary>
    public bool BusMaster { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    public bool ParityErrorResponse { get => Bits.Get(Raw, 6); init => Raw = (ushort)Bits.With(Raw, 6, value); }

    public bool SystemError { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    /// <summary>No INTx.</summary>
    public bool InterruptDisable { get => Bits.Get(Raw, 10); init => Raw = (ushort)Bits.With(Raw, 10, value); }
}

/// <summary>Status register.</summary>
public readonly record struct PciStatus(ushort Raw)
{
    public bool InterruptStatus { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    public bool CapabilityList { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }

    public bool MasterDataParityError { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    public bool SignaledTargetAbort { get => Bits.Get(Raw, 11); init => Raw = (ushort)Bits.With(Raw, 11, value); }

    public bool ReceivedTargetAbort { get => Bits.Get(Raw, 12); init => Raw = (ushort)Bits.With(Raw, 12, value); }

    public bool ReceivedMasterAbort { get => Bits.Get(Raw, 13); init => Raw = (ushort)Bits.With(Raw, 13, value); }

    public bool SignaledSystemError { get => Bits.Get(Raw, 14); init => Raw = (ushort)Bits.With(Raw, 14, value); }

    public bool DetectedParityError { get => Bits.Get(Raw, 15); init => Raw = (ushort)Bits.With(Raw, 15, value); }
}

/// <summary>Class code, 3 bytes: programming interface, subclass, base class.</summary>
public readonly record struct PciClassCode(byte Interface, byte Subclass, byte BaseClass)
{
    /// <summary>Mass storage, non-volatile memory, NVM Express I/O controller: 010802h.</summary>
    public static PciClassCode NvmExpress { get; } = new(0x02, 0x08, 0x01);

    public override string ToString() => $"{BaseClass:X2}{Subclass:X2}{Interface:X2}h";
}

/// <summary>A base address register, or the lower half of one of 64 bits.</summary>
public readonly record struct BaseAddressRegister(uint Raw)
{
    /// <summary>The <see cref="Type"/> of a memory BAR of 64 bits.</summary>
    public const byte Memory64 = 2;

    public bool IsIo { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>Of a memory BAR: 0 is 32-bit, <see cref="Memory64"/> takes the next register too.</summary>
    public byte Type { get => (byte)Bits.Get(Raw, 2, 1); init => Raw = Bits.With(Raw, 2, 1, value); }

    public bool Prefetchable { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>The address bits of a memory BAR, the rest zero.</summary>
    public uint Address => Raw & ~0xFu;
}
