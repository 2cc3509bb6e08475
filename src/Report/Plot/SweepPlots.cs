using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What a move takes along what a profile sweeps, one picture a sweep and key: the downtimes, or the figures that the sweep names.</summary>
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
        var drawn = FiguresOf(along[0].Sweep);
        var (areDowntimes, inks) = (drawn.TrueForAll(it => it.Downtime is not null), InksOf(drawn));
        var what = areDowntimes ? "downtime" : string.Join(", ", drawn.Select(it => it.Title));
        foreach (var (one, ink) in drawn.Zip(inks))
        {
            var figures = along.Select(it => (it.Sweep, Figures: SampleFigures.Of(Tainted.Free(it.Cycles).Select(one.Of))))
                .Where(it => it.Figures is not null).ToList();
            if (figures.Count == 0) continue;
            var label = areDowntimes ? one.Name : one.Title;
            most = Math.Max(most, figures.Max(it => it.Figures!.High ?? it.Figures.Median));
            marks.Add(new LineMark(ink, label, [.. figures.Select(it => (it.Sweep.Number!.Value, (double)it.Figures!.Median))]));
            marks.Add(new IntervalsMark(
                ink, null,
                [.. figures.Select(it => new Interval(
                    it.Sweep.Number!.Value, it.Figures!.Median, it.Figures.Low, it.Figures.High, $"{key}={it.Sweep.Value}, {label}: {DowntimePlots.Said(it.Figures)}"))],
                Upright: true));
        }

        if (marks.Count == 0) return null;
        var chart = new Chart
        {
            Name = RunPlots.FileName(name, "sweep"),
            Title = $"Sweep {name}: {what} along {key}",
            Figures = run.Figures,
            // Of the load only what is the same at each value could be told, and what that is the profile knows.
            Parameters = $"{string.Join(", ", along.Select(it => it.Sweep.Value).Distinct())}; {Words.Of(along[0].Plan.Commands)}, "
                + $"{Words.Of(along[0].Plan.Medium)} medium, {Words.Of(along[0].Plan.Clock)} clock; {RunPlots.Parameters(run)}",
            X = new Axis($"{key} ({UnitOf(along[0].Sweep)})", Along(along)),
            Y = new Axis($"{(areDowntimes ? "downtime" : "time")}, median of the cycles", new TimeScale(0, most * 1.05)),
            Marks = marks,
            Height = 320,
        };
        return new Plot(chart, "Each point is the median of a combination's cycles; the thick line is its 95 % interval.");
    }

    private static List<MoveFigure> FiguresOf(SweepPoint sweep) =>
        [.. sweep.Figures is { } named ? named.Distinct().Select(MoveFigure.Named).OfType<MoveFigure>() : MoveFigure.All.Where(it => it.Downtime is not null)];

    /// <summary>Observers have the colours that they have everywhere; steps those that are left, again from the first where there are more.</summary>
    private static List<Ink> InksOf(List<MoveFigure> figures)
    {
        var taken = figures.Select(it => it.Downtime).OfType<DowntimeObserver>().Select(DowntimePlots.InkOf).ToList();
        var free = Palette.Series.Except(taken).DefaultIfEmpty(Ink.Text).ToList();
        var steps = 0;
        return [.. figures.Select(it => it.Downtime is { } observer ? DowntimePlots.InkOf(observer) : free[steps++ % free.Count])];
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

    /// <summary>What the numbers are of, told by how the value is written, or where it has no unit by the profile.</summary>
    private static string UnitOf(SweepPoint it) =>
        it.Value.EndsWith('B') ? "bytes" : it.Value.EndsWith('s') && it.Value.Length > 1 && it.Value.Any(char.IsAsciiDigit) ? "time" : it.Unit ?? "count";
}
