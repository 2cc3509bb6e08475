namespace Conformance.Migration;

/// <summary>
/// What n independent samples can say of a quantile, without any assumption about how they are spread: bounds are samples themselves, chosen by the
/// binomial distribution of how many lie below the quantile.
/// </summary>
public static class Quantiles
{
    public const double Confidence = 0.95;

    /// <summary>
    /// The fewest samples whose greatest is an upper bound of the quantile with <see cref="Confidence"/>: 299 for 0.99. With fewer nothing is said of it.
    /// </summary>
    public static long Needed(double quantile) => (long)Math.Ceiling(Math.Log(1 - Confidence) / Math.Log(quantile));

    /// <summary>Whether so many samples say something of the quantile.</summary>
    public static bool IsSupported(double quantile, long n) => n >= Needed(quantile);

    /// <summary>The greatest quantile of which so many samples say something: 0.99 for 299; 0 of none.</summary>
    public static double Greatest(long n) => n <= 0 ? 0 : Math.Pow(1 - Confidence, 1.0 / n);

    /// <summary>
    /// The rank, from 1, of the smallest sample that the quantile exceeds with a chance of at most 1 - <see cref="Confidence"/>; null where n is too small.
    /// </summary>
    public static long? UpperRank(double quantile, long n) => Rank(quantile, n, Confidence) is var rank && rank <= n ? rank : null;

    /// <summary>
    /// The rank, from 1, of the greatest sample that exceeds the quantile with a chance of at most 1 - <see cref="Confidence"/>; null where n is too small.
    /// </summary>
    public static long? LowerRank(double quantile, long n) => Rank(quantile, n, 1 - Confidence) - 1 is var rank && rank >= 1 ? rank : null;

    /// <summary>The ranks, from 1, between which the median lies with <see cref="Confidence"/>; null below six samples.</summary>
    public static (long Low, long High)? MedianRanks(long n)
    {
        var high = Rank(0.5, n, 1 - ((1 - Confidence) / 2));
        return high <= n ? (n + 1 - high, high) : null;
    }

    /// <summary>The smallest rank r such that fewer than r of n samples lie below the quantile with the given probability.</summary>
    private static long Rank(double quantile, long n, double probability)
    {
        // Terms of the binomial distribution by their logarithm: the first underflows for a large n.
        var (odds, term) = (Math.Log(quantile) - Math.Log(1 - quantile), n * Math.Log(1 - quantile));
        var sum = 0.0;
        for (long k = 0; k <= n; k++)
        {
            sum += Math.Exp(term);
            if (sum >= probability) return k + 1;
            term += odds + Math.Log(n - k) - Math.Log(k + 1);
        }

        return n + 1;
    }
}

/// <summary>Samples of one figure: n, the median with its interval, and the ends. In the samples' unit.</summary>
/// <param name="N">Samples.</param>
/// <param name="Median">The lower of the two in the middle where n is even.</param>
/// <param name="Low">Lower end of the median's 95 % interval; null below six samples.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Least">The smallest sample.</param>
/// <param name="Most">The greatest.</param>
public sealed record SampleFigures(int N, long Median, long? Low, long? High, long Least, long Most)
{
    /// <summary>Null where there is no sample.</summary>
    public static SampleFigures? Of(IEnumerable<long?> samples) => Of([.. samples.OfType<long>().Order()]);

    /// <summary>A downtime over the cycles that nothing taints, or all where there are none of these; null where none observed it.</summary>
    public static SampleFigures? Of(IReadOnlyList<CycleRecord> cycles, Func<DowntimeRecord, long?> of) => Of(Tainted.Free(cycles).Select(it => of(it.Downtime)));

    private static SampleFigures? Of(long[] sorted)
    {
        if (sorted.Length == 0) return null;
        var ranks = Quantiles.MedianRanks(sorted.Length);
        return new SampleFigures(
            sorted.Length, sorted[(sorted.Length - 1) / 2], ranks is { } low ? sorted[low.Low - 1] : null, ranks is { } high ? sorted[high.High - 1] : null,
            sorted[0], sorted[^1]);
    }
}
