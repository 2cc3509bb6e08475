using System.Numerics;

namespace Conformance.Migration;

/// <summary>
/// Log-linear histogram of non-negative 64-bit values: 128 buckets an octave, so a value is off by less than 0.8 %. Merging adds
/// counts; quantiles are taken from counts and never from other quantiles.
/// </summary>
public sealed class Histogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;

    private long[] _counts = new long[SubCount * 8];

    public long Count { get; private set; }

    public long Min { get; private set; } = long.MaxValue;

    public long Max { get; private set; }

    /// <summary>Sum of all values, for the exact mean.</summary>
    public Int128 Sum { get; private set; }

    public void Add(long value)
    {
        if (value < 0) value = 0;
        var i = Index(value);
        if (i >= _counts.Length) Array.Resize(ref _counts, Math.Max(i + 1, _counts.Length * 2));
        _counts[i]++;
        Count++;
        Sum += value;
        if (value < Min) Min = value;
        if (value > Max) Max = value;
    }

    public void Merge(Histogram other)
    {
        if (other._counts.Length > _counts.Length) Array.Resize(ref _counts, other._counts.Length);
        for (var i = 0; i < other._counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        Sum += other.Sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        Sum = 0;
        Min = long.MaxValue;
        Max = 0;
    }

    /// <summary>The smallest value that at least <paramref name="quantile"/> of all values do not exceed, to within the bucket; null when empty.</summary>
    public long? Quantile(double quantile)
    {
        if (Count == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * Count));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return Math.Clamp(UpperBound(i), Min, Max);
        }

        return Max;
    }

    /// <summary>Non-empty buckets as (highest value, count), ascending.</summary>
    public IEnumerable<(long Value, long Count)> Buckets()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0) yield return (UpperBound(i), _counts[i]);
        }
    }

    /// <summary>The lowest value of the bucket that a value is in.</summary>
    public static long LeastOf(long value) => value < SubCount ? value : value >> (BitOperations.Log2((ulong)value) - SubBits) << (BitOperations.Log2((ulong)value) - SubBits);

    private static int Index(long value)
    {
        if (value < SubCount) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) & (SubCount - 1));
    }

    private static long UpperBound(int index)
    {
        if (index < SubCount) return index;
        var shift = (index >> SubBits) - 1;
        return ((((long)(index & (SubCount - 1)) | SubCount) + 1) << shift) - 1;
    }
}
