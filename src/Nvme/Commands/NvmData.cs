using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Dataset Management range, 16 bytes; the length is a plain count of logical blocks.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct DatasetManagementRange
{
    public const int Size = 16;

    public uint Cattr;
    public uint LengthInBlocks;
    public ulong Slba;
}

/// <summary>Copy source range, 32 bytes: descriptor formats 0 (source namespace reserved) and 2 (another namespace).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct CopyRange
{
    public const int Size = 32;

    public uint Snsid;
    public uint Reserved4;
    public ulong Slba;
    public ushort NlbZ;
    public ushort Reserved18;
    public ushort Reserved20;
    public ushort Sopt;
    public uint Eilbrt;
    public ushort Elbat;
    public ushort Elbatm;
}

/// <summary>
/// Data of Reservation Register (current and new key), Acquire (current key and the one to preempt) and Release (current key only).
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct ReservationKeys
{
    public const int Size = 16;

    public ulong Crkey;
    public ulong NrkeyOrPrkey;
}

/// <summary>ATYPE, the action of Get LBA Status. Unknown ones are values.</summary>
public enum LbaStatusAction : byte
{
    /// <summary>Allocated blocks, as the device tracks them.</summary>
    TrackedAllocated = 0x02,

    /// <summary>Blocks that may not be recoverable, found by a scan too.</summary>
    ScanUnrecoverable = 0x10,

    /// <summary>Blocks that may not be recoverable, as the device tracks them.</summary>
    TrackedUnrecoverable = 0x11,
}

/// <summary>CMPC, completion condition of Get LBA Status.</summary>
public enum LbaStatusCompletion : byte
{
    None = 0,

    /// <summary>There is more than the host's buffer holds, or the scan did not come to its end.</summary>
    Incomplete = 1,

    Complete = 2,
}

/// <summary>Get LBA Status result header, 8 bytes; descriptors follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct LbaStatusHeader
{
    public const int Size = 8;

    /// <summary>Number of LBA status descriptors that follow, a plain count.</summary>
    public uint Nlsd;

    /// <summary>Completion condition: 1 incomplete, 2 complete.</summary>
    public byte Cmpc;
    public byte Reserved5;
    public ushort Reserved6;
}

/// <summary>Get LBA Status descriptor, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct LbaStatusDescriptor
{
    public const int Size = 16;

    /// <summary>A tracked range that holds allocated blocks.</summary>
    public const byte Allocated = 2;

    public ulong Dslba;
    public uint Nlb;
    public byte Reserved12;
    public byte Status;
    public ushort Reserved14;
}
