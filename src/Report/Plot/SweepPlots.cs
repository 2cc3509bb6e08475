using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Downtime along what a profile sweeps, one picture a sweep and key.</summary>
internal static class SweepPlots
{
    /// <summary>From this ratio of greatest to least on, the axis is logarithmic.</summary>
    private const double Wide = 20;

    public static IReadOnlyList<Plot> Of(RunRecord run)
    {
        var results = run.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal);
        var points = run.Plan.Combinations.Where(it => it.Sweep is not null && results.ContainsKey(it.Name))
            .Select(it => (Plan: it, Sweep: it.Sweep!, results[it.Name].Result.Cycles));
        return
        [
            .. points.GroupBy(it => (it.Sweep.Name, it.Sweep.Key))
                .Select(group => Draw(run, group.Key.Name, group.Key.Key, [.. group.OrderBy(it => it.Sweep.Number)])).OfType<Plot>(),
        ];
    }

    private static Plot? Draw(RunRecord run, string name, string key, List<(PlannedCombination Plan, SweepPoint Sweep, IReadOnlyList<CycleRecord> Cycles)> along)
    {
        // Along words there is no line; the table of combinations has them.
        if (along.Count < 2 || along.Exists(it => it.Sweep.Number is null)) return null;
        var marks = new List<Mark>();
        double most = 0;
        foreach (var observer in DowntimePlots.Observers)
        {
            var figures = along.Select(it => (it.Sweep, Figures: SampleFigures.Of(it.Cycles, observer.Of)))
                .Where(it => it.Figures is not null).ToList();
            if (figures.Count == 0) continue;
            most = Math.Max(most, figures.Max(it => it.Figures!.High ?? it.Figures.Median));
            marks.Add(new LineMark(observer.Ink, observer.Name, [.. figures.Select(it => (it.Sweep.Number!.Value, (double)it.Figures!.Median))]));
            marks.Add(new IntervalsMark(
                observer.Ink, null,
                [.. figures.Select(it => new Interval(
                    it.Sweep.Number!.Value, it.Figures!.Median, it.Figures.Low, it.Figures.High, $"{key}={it.Sweep.Value}, {observer.Name}: {DowntimePlots.Said(it.Figures)}"))],
                Upright: true));
        }

        if (marks.Count == 0) return null;
        var chart = new Chart
        {
            Name = RunPlots.FileName(name, "sweep"),
            Title = $"Sweep {name}: downtime along {key}",
            Figures = run.Figures,
            // Of the load only what is the same at each value could be told, and what that is the profile knows.
            Parameters = $"{string.Join(", ", along.Select(it => it.Sweep.Value).Distinct())}; {Words.Of(along[0].Plan.Commands)}, "
                + $"{Words.Of(along[0].Plan.Medium)} medium, {Words.Of(along[0].Plan.Clock)} clock; {RunPlots.Parameters(run)}",
            X = new Axis($"{key} ({UnitOf(along[0].Sweep)})", Along(along)),
            Y = new Axis("downtime, median of the cycles", new TimeScale(0, most * 1.05)),
            Marks = marks,
            Height = 320,
        };
        return new Plot(chart, "Each point is the median of a combination's cycles; the thick line is its 95 % interval.");
    }

    private static Scale Along(List<(PlannedCombination Plan, SweepPoint Sweep, IReadOnlyList<CycleRecord> Cycles)> along)
    {
        var (low, high) = (along[0].Sweep.Number!.Value, along[^1].Sweep.Number!.Value);
        var kind = UnitOf(along[0].Sweep) switch
        {
            "bytes" => 'b',
            "time" => 't',
            _ => 'c',
        };
        if (low > 0 && high / low >= Wide) return new LogScale(low, high, kind);
        return kind == 't' ? new TimeScale(low, high) : new LinearScale(low, high, kind);
    }

    /// <summary>What the numbers are of, told by how the value is written.</summary>
    private static string UnitOf(SweepPoint it) =>
        it.Value.EndsWith('B') ? "bytes" : it.Value.EndsWith('s') && it.Value.Length > 1 && it.Value.Any(char.IsAsciiDigit) ? "time" : "count";
}
