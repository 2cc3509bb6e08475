using Perfolizer.Mathematics.Cpd;

namespace Conformance.Report;

/// <summary>Where a figure changed in a series of runs.</summary>
/// <param name="Metric">The figure.</param>
/// <param name="Before">Its median in the segment before.</param>
/// <param name="After">And after.</param>
/// <param name="Index">Of the first run of the new segment, from 0.</param>
public sealed record ChangePoint(Metric Metric, double Before, double After, int Index);

/// <summary>Change points over a history of runs, by ED-PELT: no assumption about how samples are spread, and the same result each time.</summary>
public static class History
{
    /// <summary>Runs in a row that make a segment: fewer are an outlier.</summary>
    public const int Shortest = 3;

    /// <summary>Names of figures that some run has and another has not: those have no history.</summary>
    /// <param name="runs">The figures of each run.</param>
    public static IReadOnlyList<string> Missing(IReadOnlyList<IReadOnlyList<Metric>> runs) =>
        [.. runs.SelectMany(run => run).GroupBy(it => it.Name).Where(it => it.Count() < runs.Count).Select(it => it.Key)];

    /// <param name="runs">The figures of each run, oldest first.</param>
    public static IReadOnlyList<ChangePoint> Of(IReadOnlyList<IReadOnlyList<Metric>> runs)
    {
        var points = new List<ChangePoint>();
        foreach (var metric in runs.Count == 0 ? [] : runs[^1])
        {
            var series = runs.Select(run => run.FirstOrDefault(it => it.Name == metric.Name)).ToList();
            if (series.Contains(null) || series.Count < 2 * Shortest) continue;
            var values = series.Select(it => it!.Value).ToArray();
            var ends = EdPeltChangePointDetector.Instance.GetChangePointIndexes(values, Shortest);
            int[] bounds = [0, .. ends.Select(index => index + 1), values.Length];
            for (var i = 1; i < bounds.Length - 1; i++)
            {
                var (before, after) = (Median(values[bounds[i - 1]..bounds[i]]), Median(values[bounds[i]..bounds[i + 1]]));
                if (Math.Abs(after - before) > Comparison.Threshold * Math.Abs(before)) points.Add(new ChangePoint(metric, before, after, bounds[i]));
            }
        }

        return points;
    }

    private static double Median(double[] values) => values.Order().ElementAt((values.Length - 1) / 2);
}
