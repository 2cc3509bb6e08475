using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

/// <summary>What n samples can say: against known numbers, and against counting.</summary>
public sealed class QuantilesTests
{
    [TestCase(0.5, 5)]
    [TestCase(0.9, 29)]
    [TestCase(0.99, 299)]
    [TestCase(0.999, 2995)]
    [TestCase(0.9999, 29956)]
    public void As_many_samples_are_needed_as_make_the_greatest_an_upper_bound(double quantile, long n)
    {
        Assert.That(Quantiles.Needed(quantile), Is.EqualTo(n));
        Assert.That(Quantiles.UpperRank(quantile, n), Is.EqualTo(n));
        Assert.That(Quantiles.UpperRank(quantile, n - 1), Is.Null);
    }

    [TestCase(1)]
    [TestCase(10)]
    [TestCase(299)]
    [TestCase(75_259)]
    public void The_greatest_quantile_is_supported_and_none_above_it(long n)
    {
        var greatest = Quantiles.Greatest(n);
        Assert.That((Quantiles.IsSupported(greatest - 1e-9, n), Quantiles.IsSupported(greatest + 1e-7, n)), Is.EqualTo((true, false)));
        Assert.That(Quantiles.Greatest(0), Is.Zero);
    }

    // Conover, Practical Nonparametric Statistics: ranks of the 95 % interval of a median.
    [TestCase(6, 1, 6)]
    [TestCase(10, 2, 9)]
    [TestCase(20, 6, 15)]
    [TestCase(30, 10, 21)]
    [TestCase(100, 40, 61)]
    public void The_interval_of_a_median_has_the_ranks_of_the_tables(long n, long low, long high) =>
        Assert.That(Quantiles.MedianRanks(n), Is.EqualTo((low, high)));

    [TestCase(0.9, 60)]
    [TestCase(0.95, 400)]
    [TestCase(0.99, 5000)]
    public void The_bounds_are_the_tightest_that_the_binomial_distribution_allows(double quantile, int n)
    {
        double AtMost(long k) => Enumerable.Range(0, (int)k + 1).Sum(i => Math.Exp(LogChoose(n, i) + (i * Math.Log(quantile)) + ((n - i) * Math.Log(1 - quantile))));
        var (upper, lower) = (Quantiles.UpperRank(quantile, n)!.Value, Quantiles.LowerRank(quantile, n)!.Value);
        Assert.That(AtMost(upper - 1), Is.GreaterThanOrEqualTo(0.95), "the quantile exceeds it too often");
        Assert.That(AtMost(upper - 2), Is.LessThan(0.95), "a smaller rank would do");
        Assert.That(AtMost(lower - 1), Is.LessThanOrEqualTo(0.05), "the quantile is below it too often");
        Assert.That(AtMost(lower), Is.GreaterThan(0.05), "a greater rank would do");
    }

    [Test]
    public void Figures_of_samples_are_samples()
    {
        Assert.That(SampleFigures.Of([]), Is.Null);
        Assert.That(SampleFigures.Of([7, null, 3]), Is.EqualTo(new SampleFigures(2, 3, null, null, 3, 7)));
        Assert.That(SampleFigures.Of([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]), Is.EqualTo(new SampleFigures(10, 5, 2, 9, 1, 10)));
    }

    [TestCase(298, false)]
    [TestCase(299, true)]
    public void A_quantile_is_told_where_n_supports_it(int n, bool told)
    {
        var histogram = new Histogram();
        for (var i = 1; i <= n; i++) histogram.Add(i);
        Assert.That(LatencyFigures.Of(histogram).P99Ns, told ? Is.EqualTo(297).Within(3) : Is.Null);
    }

    private static double LogChoose(int n, int k) => Enumerable.Range(1, k).Sum(i => Math.Log(n - k + i) - Math.Log(i));
}
