using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>NVM Command Set specific Identify Namespace, CNS 05h, CSI 00h (Base 2.3 5.2.13.2.5).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct NvmNamespace
{
    public const int Size = 4096;

    /// <summary>Logical Block Storage Tag Mask.</summary>
    [FieldOffset(0)] public ulong Lbstm;

    /// <summary>Protection Information Capabilities.</summary>
    [FieldOffset(8)] public ProtectionFormatCapabilities Pic;

    /// <summary>Protection Information Format Attribute: bits 3:0, storage tag masking; 0 by bits, 1 by bytes, 2 none.</summary>
    [FieldOffset(9)] public byte Pifa;

    /// <summary>Extended LBA Formats 0 to 63.</summary>
    [FieldOffset(12)] public ExtendedLbaFormats Elbaf;

    /// <summary>Namespace Preferred Deallocate Granularity Large, in logical blocks; 0 is not reported.</summary>
    [FieldOffset(268)] public uint Npdgl;

    /// <summary>Namespace Preferred Read Granularity, in logical blocks; 0 is not reported.</summary>
    [FieldOffset(272)] public uint Nprg;

    /// <summary>Namespace Preferred Read Alignment, in logical blocks; 0 is not reported.</summary>
    [FieldOffset(276)] public uint Npra;

    /// <summary>Namespace Optimal Read Size, in logical blocks; 0 is not reported.</summary>
    [FieldOffset(280)] public uint Nors;

    /// <summary>Namespace Preferred Deallocate Alignment Large, in logical blocks; 0 is not reported.</summary>
    [FieldOffset(284)] public uint Npdal;

    /// <summary>LBA Format Placement Shard Size, in logical blocks.</summary>
    [FieldOffset(288)] public uint Lbapss;

    /// <summary>Tracked LBA Allocation Granularity, in logical blocks; 0 is not reported.</summary>
    [FieldOffset(292)] public uint Tlbaag;
}

/// <summary>PIC, Protection Information Capabilities.</summary>
public readonly record struct ProtectionFormatCapabilities(byte Raw)
{
    /// <summary>PITPS16B: a storage tag with the 16-bit guard.</summary>
    public bool Guard16StorageTag { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>PISTM16B: the storage tag of the 16-bit guard must be masked as a whole.</summary>
    public bool Guard16StorageTagMask { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>STCRS.</summary>
    public bool StorageTagCheckRead { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>QPIFS.</summary>
    public bool QualifiedFormats { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }
}

/// <summary>ELBAF, Extended LBA Format: the protection information of the LBA format of the same index.</summary>
public readonly record struct ExtendedLbaFormat(uint Raw)
{
    /// <summary>STS, in bits.</summary>
    public byte StorageTagSize { get => (byte)Bits.Get(Raw, 6, 0); init => Raw = Bits.With(Raw, 6, 0, value); }

    /// <summary>PIF.</summary>
    public ProtectionFormat Format { get => (ProtectionFormat)Bits.Get(Raw, 8, 7); init => Raw = Bits.With(Raw, 8, 7, (uint)value); }

    /// <summary>QPIF: the format, where PIF is 3.</summary>
    public byte QualifiedFormat { get => (byte)Bits.Get(Raw, 12, 9); init => Raw = Bits.With(Raw, 12, 9, value); }
}

/// <summary>The extended LBA formats of a namespace.</summary>
[InlineArray(64)]
public struct ExtendedLbaFormats
{
    private ExtendedLbaFormat _first;
}

/// <summary>PIF, Protection Information Format.</summary>
public enum ProtectionFormat : byte
{
    Guard16 = 0,
    Guard32 = 1,
    Guard64 = 2,
    Qualified = 3,
}
