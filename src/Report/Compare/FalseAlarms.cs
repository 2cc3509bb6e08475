using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace Conformance.Report;

/// <summary>What comparisons of something with itself say of how often a comparison alarms where nothing changed.</summary>
/// <param name="Alarms">Those in which something was called slower or faster.</param>
/// <param name="Comparisons">All of which something was known.</param>
public sealed record FalseAlarms(int Alarms, int Comparisons)
{
    private const double Confidence = 0.95;

    /// <summary>
    /// The one-sided 95 % upper bound of the share of alarms, by Clopper and Pearson: were it greater, so few would have been a chance of less than 5 %. 1 where
    /// nothing bounds it.
    /// </summary>
    public double AtMost => Alarms >= Comparisons ? 1 : new BetaDistribution(Alarms + 1, Comparisons - Alarms).Quantile(Confidence);

    public override string ToString() => $"{Alarms} of {Comparisons} alarmed, at most {AtMost:0.0 %} do (one-sided 95 %)";
}
