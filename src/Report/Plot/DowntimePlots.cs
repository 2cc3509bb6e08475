using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Downtime with all its points, by observer.</summary>
internal static class DowntimePlots
{
    /// <summary>Beyond so many points of one figure they are drawn without words of their own.</summary>
    private const int PointsDrawn = 2_000;

    /// <summary>Rows of the picture of a run.</summary>
    private const int RowsDrawn = 40;

    /// <summary>The observers, in the order in which they are told.</summary>
    public static IReadOnlyList<(string Name, Ink Ink, Func<DowntimeRecord, long?> Of)> Observers { get; } =
        [.. Downtimes.All.Select(it => (Words.Of(it.Observer), InkOf(it.Observer), it.Of))];

    /// <summary>The guest's downtime of each combination; null where there are not two to compare.</summary>
    public static Plot? OfRun(RunRecord run)
    {
        var rows = run.Combinations.Select(it => (it.Name, Figures: SampleFigures.Of(it.Result.Cycles, downtime => downtime.GuestNs), it.Result.Cycles))
            .Where(it => it.Figures is not null).ToList();
        if (rows.Count < 2) return null;
        var shown = rows.Take(RowsDrawn).ToList();
        var marks = new List<Mark>
        {
            new PointsMark(
                Ink.Sky, null, [.. shown.SelectMany((it, row) => it.Cycles.Take(PointsDrawn / RowsDrawn).Select(cycle => (cycle, row)))
                    .Where(it => it.cycle.Downtime.GuestNs is not null)
                    .Select(it => ((double)it.cycle.Downtime.GuestNs!.Value, (double)it.row, Said(it.cycle, it.cycle.Downtime.GuestNs.Value)))], 0.5),
            new IntervalsMark(Ink.Blue, null, [.. shown.Select((it, row) => IntervalOf(row, it.Figures!))]),
        };
        var title = "Downtime that the guests saw" + (rows.Count > shown.Count ? $", the first {shown.Count} of {rows.Count} combinations" : ", by combination");
        var chart = new Chart
        {
            Name = "downtime",
            Title = title,
            Figures = run.Figures,
            Parameters = RunPlots.Parameters(run),
            X = new Axis("stop of the guest to its first completion from the destination", new TimeScale(0, shown.Max(it => it.Cycles.Max(cycle => cycle.Downtime.GuestNs ?? 0)) * 1.02)),
            Y = new Axis("", new RowScale([.. shown.Select(it => Short(it.Name))])),
            Marks = marks,
            Height = 110 + (shown.Count * 22),
            Width = 900,
        };
        return new Plot(chart, "Each point is a cycle; the stroke is the median, the thick line its 95 % interval, which six cycles are needed for.");
    }

    /// <summary>Those of one combination, all observers; null where none observed.</summary>
    public static Plot? Of(RunRecord run, CombinationRecord it, PlannedCombination? plan)
    {
        var rows = Observers.Select(observer => (observer, Figures: SampleFigures.Of(it.Result.Cycles, observer.Of)))
            .Where(row => row.Figures is not null).ToList();
        if (rows.Count == 0) return null;
        var marks = new List<Mark>();
        for (var row = 0; row < rows.Count; row++)
        {
            var (observer, figures) = rows[row];
            var points = it.Result.Cycles.Select(cycle => (cycle, Ns: observer.Of(cycle.Downtime))).Where(one => one.Ns is not null).Take(PointsDrawn)
                .Select(one => ((double)one.Ns!.Value, (double)row, Said(one.cycle, one.Ns.Value))).ToList();
            marks.Add(new PointsMark(observer.Ink, null, points, 0.5));
            marks.Add(new IntervalsMark(observer.Ink, null, [IntervalOf(row, figures!)]));
        }

        var chart = new Chart
        {
            Name = RunPlots.FileName(it.Name, "downtime"),
            Title = $"{it.Name}: downtime by observer",
            Figures = run.Figures,
            Parameters = Tainted.In(it.Result.Cycles) is { Count: > 0 } tainted ? $"{tainted}; {RunPlots.Parameters(run, plan)}" : RunPlots.Parameters(run, plan),
            X = new Axis("downtime", new TimeScale(0, rows.Max(row => it.Result.Cycles.Max(cycle => row.observer.Of(cycle.Downtime) ?? 0)) * 1.02)),
            Y = new Axis("", new RowScale([.. rows.Select(row => row.observer.Name)])),
            Marks = marks,
            Height = 130 + (rows.Count * 34),
        };
        return new Plot(chart, "Each point is a cycle (its height has no meaning); the stroke is the median, the thick line its 95 % interval.");
    }

    /// <summary>Median, interval and n in words.</summary>
    public static string Said(SampleFigures it, string unit = "ns")
    {
        var interval = it is { Low: { } low, High: { } high } ? $" [{Human.Figure(low, unit)}, {Human.Figure(high, unit)}]" : "";
        return $"{Human.Figure(it.Median, unit)}{interval}, n={it.N}";
    }

    public static Ink InkOf(DowntimeObserver observer) => observer switch
    {
        DowntimeObserver.Guest => Ink.Blue,
        DowntimeObserver.Orchestrator => Ink.Vermilion,
        DowntimeObserver.Suspended => Ink.Green,
        _ => Ink.Purple,
    };

    private static Interval IntervalOf(int row, SampleFigures it) => new(row, it.Median, it.Low, it.High, $"median {Said(it)}", Said(it));

    private static string Said(CycleRecord cycle, long ns) =>
        $"cycle {cycle.Number}: {Human.Time(ns)}" + (cycle.Taints.Count > 0 ? $", doubtful: {string.Join(", ", cycle.Taints.Select(Words.Of))}" : "");

    private static string Short(string name) => name.Length <= 40 ? name : $"{name[..38]}..";
}
