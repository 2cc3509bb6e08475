using Conformance.Device;

namespace Conformance.Report;

/// <summary>
/// What a comparison of so many launches, with the noise that the base's launches have, is worth: how often it alarms where nothing changed, and the
/// smallest slowdown that it finds. All of it is resampled from the base's launches: draws know no order, so what drifts, what comes first and who runs
/// beside it are in none. Of those only real launches of one thing as both sides say something, see <see cref="Report.FalseAlarms"/>.
/// </summary>
/// <param name="Trials">Comparisons of resampled launches that were made for it.</param>
/// <param name="FalseAlarms">Those in which something was called slower or faster: by construction about as many as the test allows itself.</param>
/// <param name="Detectable">Of each figure, in their order, the smallest slowdown, as a factor, that is found in 95 % of trials; null where none up to twice is.</param>
public sealed record Power(int Trials, int FalseAlarms, IReadOnlyList<double?> Detectable)
{
    private const double Found = 0.95;
    private static readonly double[] s_factors = [1.06, 1.08, 1.1, 1.15, 1.2, 1.3, 1.5, 2];

    /// <summary>Draws launches of the base again and again, with replacement, as if they were two programs.</summary>
    /// <param name="metrics">As measured; only the base's samples are used.</param>
    /// <param name="trials">For each question.</param>
    /// <param name="seed">Of the draws.</param>
    public static Power Of(IReadOnlyList<MetricSamples> metrics, int trials = 200, ulong seed = 1)
    {
        var rng = new Rng(seed);
        var alarms = Enumerable.Range(0, trials).Count(_ => Draw(metrics, ref rng, 1).Any(it => it.Change is Change.Slower or Change.Faster));
        var detectable = new double?[metrics.Count];
        foreach (var factor in s_factors)
        {
            if (Array.TrueForAll(detectable, it => it is not null)) break;
            // All figures are slower at once, and each is looked at for itself: what one of them shows is not the less for what the others do.
            var draws = Enumerable.Range(0, trials / 4).Select(_ => Draw(metrics, ref rng, factor)).ToList();
            for (var i = 0; i < detectable.Length; i++)
            {
                if (detectable[i] is null && draws.Average(draw => draw[i].Change == Change.Slower ? 1.0 : 0) >= Found) detectable[i] = factor;
            }
        }

        return new Power(trials, alarms, detectable);
    }

    private static IReadOnlyList<MetricChange> Draw(IReadOnlyList<MetricSamples> metrics, ref Rng rng, double factor)
    {
        var launches = metrics.Count == 0 ? 0 : metrics[0].Base.Count;
        var (left, right) = (Picks(launches, ref rng), Picks(launches, ref rng));
        return Comparison.Of(
            [
                .. metrics.Select(it => it with
                {
                    Base = [.. left.Select(i => it.Base[i])],
                    New = [.. right.Select(i => it.Base[i] * (it.Metric.IsBetterLess ? factor : 1 / factor))],
                }),
            ]);
    }

    private static int[] Picks(int count, ref Rng rng)
    {
        var picks = new int[count];
        for (var i = 0; i < count; i++) picks[i] = (int)rng.Below(count);
        return picks;
    }
}
