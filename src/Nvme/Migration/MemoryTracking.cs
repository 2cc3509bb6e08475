using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Granularity of memory tracking: 2^n x 4 KiB, n as MINMRTG, MAXMRTG, RMRTG, MRTG and RPMPG give it.</summary>
public static class MemoryGranularity
{
    /// <summary>Bytes of a granule. False when they do not fit 64 bits, which a hostile controller may say.</summary>
    public static bool TryBytes(int exponent, out ulong bytes)
    {
        bytes = exponent is >= 0 and < 52 ? 4096ul << exponent : 0;
        return bytes != 0;
    }
}

/// <summary>Memory range to track, 12 bytes (Base 2.3 5.2.28.1.2).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = Size)]
public record struct MemoryRangeTrackingDescriptor
{
    public const int Size = 12;

    /// <summary>Start, aligned to the granularity, as the tracked controller's commands would address it.</summary>
    public ulong Saddr;

    /// <summary>Length in granules.</summary>
    public uint Len;
}

/// <summary>Header of Track Memory Changes data, 8 bytes (Base 2.3 5.2.28.1.2).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct TrackMemoryChangesHeader
{
    public const int Size = 8;

    /// <summary>VER, 0.</summary>
    public byte Version;
    public byte Reserved1;
    public byte Reserved2;

    /// <summary>RMRTG: exponent of the requested granularity.</summary>
    public byte Granularity;

    /// <summary>RNMRTD: descriptors that follow, a plain count.</summary>
    public uint Descriptors;
}

/// <summary>Track Memory Changes data: which ranges to track (Base 2.3 5.2.28.1.2). The command carries no length.</summary>
public static class TrackMemoryChanges
{
    /// <summary>Bytes for that many ranges.</summary>
    public static long Length(long descriptors) => TrackMemoryChangesHeader.Size + (descriptors * MemoryRangeTrackingDescriptor.Size);

    /// <summary>Writes header and ranges; <paramref name="data"/> must hold <see cref="Length"/>.</summary>
    public static void Write(Span<byte> data, byte granularity, ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges)
    {
        var header = new TrackMemoryChangesHeader { Granularity = granularity, Descriptors = (uint)ranges.Length };
        MemoryMarshal.Write(data, in header);
        MemoryMarshal.AsBytes(ranges).CopyTo(data[TrackMemoryChangesHeader.Size..]);
    }

    /// <summary>Views header and ranges. False when the data ends before them; the version is the caller's to judge.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> data, out TrackMemoryChangesHeader header, out ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges)
    {
        ranges = default;
        if (!MemoryMarshal.TryRead(data, out header) || Length(header.Descriptors) > data.Length)
        {
            return false;
        }
        var rest = data[TrackMemoryChangesHeader.Size..];
        ranges = MemoryMarshal.Cast<byte, MemoryRangeTrackingDescriptor>(rest)[..(int)header.Descriptors];
        return true;
    }
}

/// <summary>Changed memory range, 16 bytes (Base 2.3 5.2.27).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct TrackedMemoryChangeDescriptor
{
    public const int Size = 16;

    /// <summary>Start, aligned to the granularity.</summary>
    public ulong Saddr;

    /// <summary>Length in granules.</summary>
    public uint Len;
    public uint Reserved12;
}

/// <summary>ATTRB of Tracked Memory Change data (Base 2.3 5.2.27).</summary>
public readonly record struct TrackedMemoryAttributes(byte Raw)
{
    /// <summary>MTR: there is more to report.</summary>
    public bool MoreToReport { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>SUSP: the controller was suspended while the command ran.</summary>
    public bool Suspended { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    public byte Reserved => (byte)Bits.Get(Raw, 7, 2);
}

/// <summary>Header of Tracked Memory Change data, 16 bytes (Base 2.3 5.2.27).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct TrackedMemoryChangesHeader
{
    public const int Size = 16;

    /// <summary>VER, 0.</summary>
    public byte Version;
    public TrackedMemoryAttributes Attributes;
    public ushort Cntlid;

    /// <summary>NTMCD: descriptors that follow, a plain count.</summary>
    public uint Descriptors;

    /// <summary>RPMPG: exponent of the granularity.</summary>
    public ushort Granularity;
    public ushort Reserved10;
    public uint Reserved12;
}

/// <summary>Tracked Memory Change data: what was written since the last report (Base 2.3 5.2.27).</summary>
public static class TrackedMemoryChanges
{
    /// <summary>Bytes for that many ranges.</summary>
    public static long Length(long descriptors) => TrackedMemoryChangesHeader.Size + (descriptors * TrackedMemoryChangeDescriptor.Size);

    /// <summary>Most ranges that a buffer of so many bytes takes; 0 when not even the header fits.</summary>
    public static long Capacity(long bytes) => Math.Max(0, bytes - TrackedMemoryChangesHeader.Size) / TrackedMemoryChangeDescriptor.Size;

    /// <summary>Writes header and ranges, NTMCD from their number; <paramref name="data"/> must hold <see cref="Length"/>.</summary>
    public static void Write(Span<byte> data, TrackedMemoryChangesHeader header, ReadOnlySpan<TrackedMemoryChangeDescriptor> ranges)
    {
        header.Descriptors = (uint)ranges.Length;
        MemoryMarshal.Write(data, in header);
        MemoryMarshal.AsBytes(ranges).CopyTo(data[TrackedMemoryChangesHeader.Size..]);
    }

    /// <summary>Views header and ranges. False when the data ends before them; the version is the caller's to judge.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> data, out TrackedMemoryChangesHeader header, out ReadOnlySpan<TrackedMemoryChangeDescriptor> ranges)
    {
        ranges = default;
        if (!MemoryMarshal.TryRead(data, out header) || Length(header.Descriptors) > data.Length)
        {
            return false;
        }
        var rest = data[TrackedMemoryChangesHeader.Size..];
        ranges = MemoryMarshal.Cast<byte, TrackedMemoryChangeDescriptor>(rest)[..(int)header.Descriptors];
        return true;
    }
}
