using Perfolizer;
using Perfolizer.Mathematics.GenericEstimators;
using Perfolizer.Mathematics.SignificanceTesting.Base;
using Perfolizer.Mathematics.SignificanceTesting.MannWhitney;

namespace Conformance.Report;

/// <summary>What evidence there is that a figure has changed by more than the threshold.</summary>
public enum Change
{
    /// <summary>It is within the threshold.</summary>
    Same,

    Faster,

    Slower,

    /// <summary>Neither can be said: too few samples, or too much noise for them.</summary>
    Unknown,
}

/// <summary>A figure of two programs or devices, compared.</summary>
/// <param name="Samples">What was measured.</param>
/// <param name="Change">What can be said.</param>
/// <param name="Ratio">New over base, by the Hodges-Lehmann estimator.</param>
/// <param name="P">The adjusted chance of evidence as strong as this where there is no such change: of what is said, or of the likelier change where nothing is.</param>
public sealed record MetricChange(MetricSamples Samples, Change Change, double Ratio, double P)
{
    public double BaseMedian => Median(Samples.Base);

    public double NewMedian => Median(Samples.New);

    /// <summary>The middle one; of an even number the lower of the two, which was measured.</summary>
    private static double Median(IReadOnlyList<double> samples) => samples.Order().ElementAt((samples.Count - 1) / 2);
}

/// <summary>
/// Decides from samples of whole launches: Mann-Whitney tests of "changed by more than the threshold" in each direction and of "within it", adjusted
/// by Holm over all of a family, so that the chance of any false statement of the family is at most <see cref="Alpha"/>.
/// </summary>
public static class Comparison
{
    /// <summary>Of any false alarm over all figures together.</summary>
    public const double Alpha = 0.001;

    /// <summary>A change of less than this share is of no practical matter.</summary>
    public const double Threshold = 0.05;

    /// <summary>Launches on each side below which nothing is said.</summary>
    public const int Fewest = 10;

    /// <summary>
    /// Launches on each side below which nothing can be said of so many figures: of n and n samples that do not overlap at all the test's chance is one in
    /// (2n choose n), and Holm takes it twice for each figure.
    /// </summary>
    public static int FewestFor(int figures)
    {
        var (n, ways) = (1, 2.0);
        while (n < Fewest || 2 * figures / ways > Alpha)
        {
            n++;
            ways = ways * ((2 * n) - 1) * 2 / n;
        }

        return n;
    }

    public static IReadOnlyList<MetricChange> Of(IReadOnlyList<MetricSamples> metrics)
    {
        // The two directions of a change are one family, for a false alarm is false in either; that nothing changed is another.
        var changes = Holm([.. metrics.SelectMany(it => (double[])[Greater(it.New, it.Base, 1 + Threshold), Greater(it.Base, it.New, 1 / (1 - Threshold))])]);
        var within = Holm([.. metrics.Select(it => Math.Max(Greater(it.Base, it.New, 1 / (1 + Threshold)), Greater(it.New, it.Base, 1 - Threshold)))]);
        return [.. metrics.Select((it, i) => Of(it, more: changes[2 * i], less: changes[(2 * i) + 1], same: within[i]))];
    }

    private static MetricChange Of(MetricSamples it, double more, double less, double same)
    {
        var ratio = Ratio(it);
        if (it.Base.Count < Fewest || it.New.Count < Fewest) return new MetricChange(it, Change.Unknown, ratio, 1);
        if (more <= Alpha) return new MetricChange(it, it.Metric.IsBetterLess ? Change.Slower : Change.Faster, ratio, more);
        if (less <= Alpha) return new MetricChange(it, it.Metric.IsBetterLess ? Change.Faster : Change.Slower, ratio, less);
        return same <= Alpha ? new MetricChange(it, Change.Same, ratio, same) : new MetricChange(it, Change.Unknown, ratio, Math.Min(more, less));
    }

    /// <summary>
    /// The one-sided chance that samples differ so much where x is not greater than factor times y.
    /// </summary>
    private static double Greater(IReadOnlyList<double> x, IReadOnlyList<double> y, double factor)
    {
        if (x.Count == 0 || y.Count == 0) return 1;
        var result = MannWhitneyTest.Instance.Perform(
            new Sample([.. x]), new Sample([.. y.Select(value => value * factor)]), AlternativeHypothesis.Greater, Perfolizer.Metrology.Threshold.Zero);
        return result.PValue;
    }

    private static double Ratio(MetricSamples it) =>
        it.Base.Any(value => value <= 0) || it.New.Any(value => value <= 0) || it.Base.Count == 0 || it.New.Count == 0
            ? double.NaN
            : 1 / HodgesLehmannEstimator.Instance.Ratio(new Sample([.. it.Base]), new Sample([.. it.New])) is var ratio && double.IsFinite(ratio) ? ratio : double.NaN;

    /// <summary>Holm's step-down adjustment, in the order given.</summary>
    public static IReadOnlyList<double> Holm(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var least = 0.0;
        foreach (var (index, rank) in Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Select((index, rank) => (index, rank)))
            adjusted[index] = least = Math.Max(least, Math.Min(1, p[index] * (p.Count - rank)));
        return adjusted;
    }
}
