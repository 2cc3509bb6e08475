using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Copy source range, 40 bytes: descriptor formats 1 (source namespace reserved) and 3 (another namespace), for the longer tags of the
/// 32-bit and 64-bit guards.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct CopyRangeLong
{
    public const int Size = 40;

    /// <summary>Source Namespace Identifier.</summary>
    [FieldOffset(0)] public uint Snsid;

    /// <summary>Starting LBA.</summary>
    [FieldOffset(8)] public ulong Slba;

    /// <summary>Number of Logical Blocks, 0's based.</summary>
    [FieldOffset(16)] public ushort NlbZ;

    /// <summary>Source Options.</summary>
    [FieldOffset(22)] public ushort Sopt;

    /// <summary>Expected Logical Block Tags.</summary>
    [FieldOffset(26)] public LogicalBlockTags Elbt;

    /// <summary>Expected Logical Block Application Tag.</summary>
    [FieldOffset(36)] public ushort Elbat;

    /// <summary>Its mask.</summary>
    [FieldOffset(38)] public ushort Elbatm;
}

/// <summary>Expected storage and reference tags of a copy source range, 80 bits, the most significant byte first.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public record struct LogicalBlockTags
{
    public const int Size = 10;

    /// <summary>Bits 79:64.</summary>
    public BigEndian16 High;

    /// <summary>Bits 63:32.</summary>
    public BigEndian32 Middle;

    /// <summary>Bits 31:0.</summary>
    public BigEndian32 Low;
}
