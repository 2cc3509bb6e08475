namespace Conformance.Migration;

/// <summary>
/// Whether a load has settled, by the rule of the SNIA Solid State Storage Performance Test Specification: of the last five rounds the highest and the
/// lowest differ by at most 20 % of their mean, and the line fitted to them rises or falls by at most 10 % of it.
/// </summary>
/// <param name="Figure">What the rounds are of.</param>
/// <param name="Rounds">What each round showed, in order, commands a second or mean ns a command; all that were made.</param>
/// <param name="Range">Highest less lowest of the last five, as a share of their mean.</param>
/// <param name="Slope">What the fitted line changes over the last five, as a share of their mean.</param>
/// <param name="IsSteady">Both are within their limits.</param>
/// <param name="IsCompiled">Nothing of the suite's own code was compiled during the last five.</param>
public sealed record SteadyState(SteadyFigure Figure, IReadOnlyList<double> Rounds, double Range, double Slope, bool IsSteady, bool IsCompiled)
{
    public const int Window = 5;
    public const double MostRange = 0.2;
    public const double MostSlope = 0.1;

    /// <param name="figure">What the rounds are of.</param>
    /// <param name="rounds">What each round so far showed.</param>
    /// <param name="isCompiled">See <see cref="IsCompiled"/>.</param>
    public static SteadyState Of(SteadyFigure figure, IReadOnlyList<double> rounds, bool isCompiled)
    {
        if (rounds.Count < Window) return new SteadyState(figure, [.. rounds], 1, 1, false, isCompiled);
        var last = rounds.Skip(rounds.Count - Window).ToArray();
        var mean = last.Average();
        if (mean <= 0) return new SteadyState(figure, [.. rounds], 1, 1, false, isCompiled);
        var range = (last.Max() - last.Min()) / mean;
        // Least squares over x = -2 … 2, whose squares sum to 10; over the window the line runs four steps.
        var slope = last.Select((y, i) => (i - 2) * y).Sum() / 10 * (Window - 1) / mean;
        return new SteadyState(figure, [.. rounds], range, Math.Abs(slope), range <= MostRange && Math.Abs(slope) <= MostSlope, isCompiled);
    }
}

/// <summary>What is to be steady.</summary>
public enum SteadyFigure
{
    /// <summary>Commands a second, of a load that always has some in flight.</summary>
    Throughput,

    /// <summary>Mean latency, ns, of a load whose rate is set.</summary>
    Latency,
}
