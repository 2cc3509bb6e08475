using System.Numerics;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>The descriptors of Track Memory Changes that cover ranges of memory, as a controller wants them (Base 2.3 5.2.28.1.2).</summary>
/// <param name="ranges">What is to be tracked.</param>
/// <param name="powersOfTwo">TRATTR.MRTLL: the length of each descriptor is a power of two.</param>
internal sealed class TrackedRanges(IReadOnlyList<DirtyMemory> ranges, bool powersOfTwo)
{
    /// <summary>
    /// At most <paramref name="most"/> descriptors of the finest granularity from <paramref name="finest"/> to <paramref name="coarsest"/>, exponents of
    /// 2^n x 4 KiB, that allows so few; null where none does.
    /// </summary>
    public (byte Granularity, MemoryRangeTrackingDescriptor[] Descriptors)? Fit(int finest, int coarsest, long most)
    {
        if (most < 1) return null;
        var joined = Joined(ranges, most);
        for (var granularity = finest; granularity <= coarsest; granularity++)
        {
            if (!MemoryGranularity.TryBytes((ushort)granularity, out var granule)) return null;
            var descriptors = joined.SelectMany(range => Cover(range, granule)).ToArray();
            if (descriptors.Length <= most) return ((byte)granularity, descriptors);
            // Powers of two get fewer as the unit grows; without them the joined ranges fit at once.
        }

        return null;
    }

    private IEnumerable<MemoryRangeTrackingDescriptor> Cover(DirtyMemory range, ulong granule)
    {
        var begin = range.Iova / granule * granule;
        var left = (uint)((range.Iova - begin + range.Length + granule - 1) / granule);
        while (left > 0)
        {
            var length = powersOfTwo ? 1U << BitOperations.Log2(left) : left;
            yield return new MemoryRangeTrackingDescriptor { Saddr = begin, Len = length };
            begin += length * granule;
            left -= length;
        }
    }

    /// <summary>
    /// No more ranges than a controller can be given: those with the smallest gaps between them become one, and what was written in a gap is
    /// reported too.
    /// </summary>
    private static IReadOnlyList<DirtyMemory> Joined(IReadOnlyList<DirtyMemory> ranges, long most)
    {
        if (ranges.Count <= most) return ranges;
        var sorted = ranges.OrderBy(range => range.Iova).ToList();
        var bridged = Enumerable.Range(1, sorted.Count - 1).OrderBy(i => sorted[i].Iova - (sorted[i - 1].Iova + sorted[i - 1].Length))
            .Take(sorted.Count - (int)most).ToHashSet();
        var joined = new List<DirtyMemory>();
        for (var i = 0; i < sorted.Count; i++)
        {
            if (!bridged.Contains(i)) joined.Add(sorted[i]);
            else joined[^1] = joined[^1] with { Length = sorted[i].Iova + sorted[i].Length - joined[^1].Iova };
        }

        return joined;
    }
}
