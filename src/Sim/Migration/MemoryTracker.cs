using System.Numerics;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Which granules of some ranges of host memory a controller wrote to since they were last reported: a bit a granule, and a bit per 64
/// of those, so that a report costs what changed. Reporting goes round the ranges, so that a granule written again and again does not
/// keep others from being reported.
/// </summary>
internal sealed class MemoryTracker
{
    private readonly Range[] _ranges;
    private readonly ulong[] _bits;
    private readonly ulong[] _summary;
    private readonly int _shift;
    private int _latest;
    private int _cursor;

    /// <summary>Addresses from the first to the last byte; its granules begin at a word of their own, so no run spans two ranges.</summary>
    private readonly record struct Range(ulong First, ulong Last, int FirstBit);

    /// <param name="owner">The management controller that asked.</param>
    /// <param name="granularity">Granules of 2^n x 4 KiB.</param>
    /// <param name="ranges">Aligned to granules, none empty; they may overlap. There are at most 2^30 granules in all.</param>
    public MemoryTracker(ControllerCore owner, byte granularity, ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges)
    {
        Owner = owner;
        Granularity = granularity;
        Descriptors = ranges.Length;
        _shift = 12 + granularity;
        _ranges = Disjoint(ranges, _shift, out var bits);
        _bits = new ulong[bits >> 6];
        _summary = new ulong[(_bits.Length + 63) >> 6];
    }

    public ControllerCore Owner { get; }

    /// <summary>n of 2^n x 4 KiB.</summary>
    public byte Granularity { get; }

    /// <summary>Ranges, as the limits count them.</summary>
    public int Descriptors { get; }

    public bool IsClean => !_summary.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>Notes a write; what lies outside the ranges is nobody's. Mostly the range of the write before.</summary>
    public void Mark(ulong address, long length)
    {
        var last = address + (ulong)(length - 1);
        ref readonly var latest = ref _ranges[_latest];
        if (address >= latest.First && last <= latest.Last)
        {
            Set(in latest, address, last);
            return;
        }

        for (var i = FirstReaching(address); i < _ranges.Length && _ranges[i].First <= last; i++)
        {
            _latest = i;
            Set(in _ranges[i], Math.Max(address, _ranges[i].First), Math.Min(last, _ranges[i].Last));
        }
    }

    /// <summary>Takes the next run of marked granules: its address and their number. False where none is left.</summary>
    public bool TryTake(out ulong address, out uint granules)
    {
        (address, granules) = (0, 0);
        var first = NextMarked(_cursor);
        if (first < 0) first = NextMarked(0);
        if (first < 0) return false;
        ref readonly var range = ref _ranges[RangeOf(first)];
        var end = range.FirstBit + (int)((range.Last - range.First) >> _shift) + 1;
        var bit = first;
        while (bit < end && (_bits[bit >> 6] >> bit & 1) != 0)
        {
            // Marked granules from here to the end of the word, all at once.
            var run = Math.Min(BitOperations.TrailingZeroCount(~(_bits[bit >> 6] >> bit)), 64 - (bit & 63));
            _bits[bit >> 6] &= ~((run == 64 ? ulong.MaxValue : (1UL << run) - 1) << bit);
            if (_bits[bit >> 6] == 0) _summary[bit >> 12] &= ~(1UL << (bit >> 6));
            bit += run;
        }

        _cursor = bit;
        address = range.First + ((ulong)(first - range.FirstBit) << _shift);
        granules = (uint)(bit - first);
        return true;
    }

    /// <summary>The same addresses in order, overlapping and touching ranges made one.</summary>
    private static Range[] Disjoint(ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges, int shift, out int bits)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted, static (a, b) => a.Saddr.CompareTo(b.Saddr));
        var disjoint = new List<Range>(sorted.Length);
        foreach (var range in sorted)
        {
            var last = range.Saddr + (((ulong)range.Len << shift) - 1);
            if (disjoint.Count > 0 && (range.Saddr <= disjoint[^1].Last || range.Saddr - 1 == disjoint[^1].Last))
                disjoint[^1] = disjoint[^1] with { Last = Math.Max(last, disjoint[^1].Last) };
            else disjoint.Add(new Range(range.Saddr, last, 0));
        }

        bits = 0;
        for (var i = 0; i < disjoint.Count; i++)
        {
            disjoint[i] = disjoint[i] with { FirstBit = bits };
            bits = checked(bits + (((int)((disjoint[i].Last - disjoint[i].First) >> shift) + 64) & ~63));
        }

        return [.. disjoint];
    }

    private void Set(in Range range, ulong first, ulong last)
    {
        var end = range.FirstBit + (int)((last - range.First) >> _shift);
        for (var bit = range.FirstBit + (int)((first - range.First) >> _shift); bit <= end; bit++)
        {
            _bits[bit >> 6] |= 1UL << bit;
            _summary[bit >> 12] |= 1UL << (bit >> 6);
        }
    }

    /// <summary>The first range that does not end before an address.</summary>
    private int FirstReaching(ulong address)
    {
        int low = 0, high = _ranges.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_ranges[middle].Last < address) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The range that a granule belongs to.</summary>
    private int RangeOf(int bit)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (_ranges[middle].FirstBit <= bit) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    /// <summary>The first marked granule from one on; -1 for none.</summary>
    private int NextMarked(int from)
    {
        var word = from >> 6;
        if (word >= _bits.Length) return -1;
        var rest = _bits[word] & (ulong.MaxValue << from);
        if (rest != 0) return (word << 6) + BitOperations.TrailingZeroCount(rest);
        from = word + 1;
        for (var s = from >> 6; s < _summary.Length; s++)
        {
            var words = s == from >> 6 ? _summary[s] & (ulong.MaxValue << from) : _summary[s];
            if (words == 0) continue;
            word = (s << 6) + BitOperations.TrailingZeroCount(words);
            return (word << 6) + BitOperations.TrailingZeroCount(_bits[word]);
        }

        return -1;
    }
}
