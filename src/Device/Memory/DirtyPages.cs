using System.Numerics;

namespace Conformance.Device;

/// <summary>Which pages were written since they were last collected: one bit a page, and one bit per 64 of those so that collecting
/// costs what changed and not what there is. Off by default; marking then costs one test.</summary>
public sealed class DirtyPages
{
    private readonly ulong[] _bits;
    private readonly ulong[] _summary;

    public DirtyPages(long pages)
    {
        Pages = pages;
        _bits = new ulong[(pages + 63) / 64];
        _summary = new ulong[(_bits.Length + 63) / 64];
    }

    /// <summary>Pages in all.</summary>
    public long Pages { get; }

    public bool Tracking { get; private set; }

    /// <summary>Begins with nothing marked.</summary>
    public void Start()
    {
        Array.Clear(_bits);
        Array.Clear(_summary);
        Tracking = true;
    }

    public void Stop() => Tracking = false;

    /// <summary>Marks the pages of a byte range.</summary>
    public void Mark(long offset, long length)
    {
        if (!Tracking || length <= 0) return;
        for (var page = offset / GuestMemory.PageSize; page <= (offset + length - 1) / GuestMemory.PageSize; page++)
        {
            _bits[page >> 6] |= 1UL << (int)(page & 63);
            _summary[page >> 12] |= 1UL << (int)((page >> 6) & 63);
        }
    }

    /// <summary>Adds every marked page's number to <paramref name="into"/>, ascending, and unmarks it.</summary>
    public void Collect(List<long> into)
    {
        for (var s = 0; s < _summary.Length; s++)
        {
            for (var groups = _summary[s]; groups != 0; groups &= groups - 1)
            {
                var group = (s << 6) + BitOperations.TrailingZeroCount(groups);
                for (var bits = _bits[group]; bits != 0; bits &= bits - 1)
                    into.Add(((long)group << 6) + BitOperations.TrailingZeroCount(bits));
                _bits[group] = 0;
            }

            _summary[s] = 0;
        }
    }
}
