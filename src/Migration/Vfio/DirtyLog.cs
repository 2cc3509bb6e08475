using System.Numerics;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// Pages that the device reported as written and nobody asked for yet, in the ranges that are logged; pages of 4 KiB, so that every report page
/// size is made of them. A report takes what it covers whole: a page of which it covers a part is told, and kept for the rest.
/// </summary>
internal sealed class DirtyLog
{
    /// <summary>Ranges that one start may name: as many as fit a page (16 bytes each).</summary>
    public const int MostRanges = 256;

    private const int PageShift = 12;

    private readonly List<(ulong First, ulong[] Bits, ulong Pages)> _ranges = [];

    public DirtyLog(IReadOnlyList<(ulong Iova, ulong Length)> ranges)
    {
        foreach (var (iova, length) in ranges)
        {
            var first = iova >> PageShift;
            var pages = ((iova + length - 1) >> PageShift) - first + 1;
            _ranges.Add((first, new ulong[(pages + 63) / 64], pages));
        }
    }

    /// <summary>Whether logging may start with these: 0, or the errno.</summary>
    public static int Check(IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize)
    {
        if (ranges.Count == 0 || !BitOperations.IsPow2(pageSize)) return Errno.Einval;
        if (ranges.Count > MostRanges) return Errno.E2Big;
        foreach (var (iova, length) in ranges)
        {
            if (length == 0 || ((iova | length) & (pageSize - 1)) != 0) return Errno.Einval;
            if (iova > ulong.MaxValue - (length - 1)) return Errno.Eoverflow;
        }

        var sorted = ranges.OrderBy(range => range.Iova).ToList();
        return sorted.Zip(sorted.Skip(1)).Any(pair => pair.First.Length > pair.Second.Iova - pair.First.Iova) ? Errno.Einval : 0;
    }

    /// <summary>Whether a report may be asked for so: 0, or the errno.</summary>
    public static int Check(ulong iova, ulong length, ulong pageSize, int words)
    {
        if (length == 0 || pageSize < 1 << PageShift || !BitOperations.IsPow2(pageSize)) return Errno.Einval;
        if (iova > ulong.MaxValue - (length - 1)) return Errno.Eoverflow;
        return (UInt128)words * 64 * pageSize < length ? Errno.Einval : 0;
    }

    /// <summary>These bytes were written; what is outside the ranges is nobody's.</summary>
    public void Mark(ulong iova, ulong length)
    {
        if (length == 0) return;
        foreach (var (first, bits, pages) in _ranges)
        {
            var begin = Math.Max(iova >> PageShift, first);
            var last = Math.Min((iova + length - 1) >> PageShift, first + pages - 1);
            for (var page = begin; page <= last; page++) bits[(page - first) >> 6] |= 1UL << (int)((page - first) & 63);
        }
    }

    /// <summary>ORs into <paramref name="bitmap"/> what was written, one bit per <paramref name="pageSize"/> bytes from <paramref name="iova"/> on.</summary>
    public void Take(ulong iova, ulong length, ulong pageSize, Span<ulong> bitmap)
    {
        var end = iova + (length - 1);
        foreach (var (first, bits, pages) in _ranges)
        {
            var begin = Math.Max(iova >> PageShift, first);
            var last = Math.Min(end >> PageShift, first + pages - 1);
            for (var page = begin; page <= last; page++)
            {
                var (word, bit) = ((page - first) >> 6, 1UL << (int)((page - first) & 63));
                if (bits[word] == 0)
                {
                    var skip = 63 - ((page - first) & 63);
                    page += Math.Min(skip, last - page);
                    continue;
                }

                if ((bits[word] & bit) == 0) continue;
                var (low, high) = (page << PageShift, (page << PageShift) | ((1UL << PageShift) - 1));
                Set(bitmap, (Math.Max(low, iova) - iova) / pageSize, (Math.Min(high, end) - iova) / pageSize);
                if (low >= iova && high <= end) bits[word] &= ~bit;
            }
        }
    }

    private static void Set(Span<ulong> bitmap, ulong from, ulong to)
    {
        for (var i = from; i <= to; i++) bitmap[(int)(i >> 6)] |= 1UL << (int)(i & 63);
    }
}
