using System.Numerics;

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
    private int _cursor;

    private readonly record struct Range(ulong Start, ulong Length, int FirstBit);

    /// <param name="owner">The management controller that asked.</param>
    /// <param name="granularity">Granules of 2^n x 4 KiB.</param>
    /// <param name="ranges">Start address and number of granules of each.</param>
    public MemoryTracker(ControllerCore owner, byte granularity, IReadOnlyList<(ulong Start, uint Granules)> ranges)
    {
        Owner = owner;
        Granularity = granularity;
        _shift = 12 + granularity;
        var bit = 0;
        _ranges = new Range[ranges.Count];
        for (var i = 0; i < _ranges.Length; i++)
        {
            _ranges[i] = new Range(ranges[i].Start, (ulong)ranges[i].Granules << _shift, bit);
            // Each range begins a word of its own, so that a run never spans two.
            bit = checked(bit + ((int)ranges[i].Granules + 63 & ~63));
        }

        _bits = new ulong[bit >> 6];
        _summary = new ulong[(_bits.Length + 63) >> 6];
    }

    public ControllerCore Owner { get; }

    /// <summary>n of 2^n x 4 KiB.</summary>
    public byte Granularity { get; }

    /// <summary>Ranges, as the limits count them.</summary>
    public int Descriptors => _ranges.Length;

    public bool IsClean => !_summary.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>Notes a write; what lies outside the ranges is nobody's.</summary>
    public void Mark(ulong address, int length)
    {
        foreach (ref readonly var range in _ranges.AsSpan())
        {
            var start = Math.Max(address, range.Start);
            var end = Math.Min(address + (ulong)length, range.Start + range.Length);
            if (start >= end) continue;
            var last = range.FirstBit + (int)((end - 1 - range.Start) >> _shift);
            for (var bit = range.FirstBit + (int)((start - range.Start) >> _shift); bit <= last; bit++)
            {
                _bits[bit >> 6] |= 1UL << bit;
                _summary[bit >> 12] |= 1UL << (bit >> 6);
            }
        }
    }

    /// <summary>Takes the next run of marked granules: its address and their number. False where none is left.</summary>
    public bool TryTake(out ulong address, out uint granules)
    {
        address = 0;
        granules = 0;
        var word = NextWord(_cursor);
        if (word < 0) word = NextWord(0);
        if (word < 0) return false;
        var first = (word << 6) + BitOperations.TrailingZeroCount(_bits[word]);
        var range = Array.FindLast(_ranges, r => r.FirstBit <= first);
        var bit = first;
        for (; bit < _bits.Length << 6 && (_bits[bit >> 6] >> bit & 1) != 0 && InRange(range, bit); bit++)
        {
            _bits[bit >> 6] &= ~(1UL << bit);
            if (_bits[bit >> 6] == 0) _summary[bit >> 12] &= ~(1UL << (bit >> 6));
        }

        _cursor = bit >> 6;
        address = range.Start + ((ulong)(first - range.FirstBit) << _shift);
        granules = (uint)(bit - first);
        return true;
    }

    private bool InRange(in Range range, int bit) => (ulong)(bit - range.FirstBit) << _shift < range.Length;

    private int NextWord(int from)
    {
        for (var s = from >> 6; s < _summary.Length; s++)
        {
            var rest = s == from >> 6 ? _summary[s] & (ulong.MaxValue << from) : _summary[s];
            if (rest != 0) return (s << 6) + BitOperations.TrailingZeroCount(rest);
        }

        return -1;
    }
}
