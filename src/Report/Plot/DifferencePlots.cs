using Conformance.Migration;
using Perfolizer;
using Perfolizer.Mathematics.QuantileEstimators;

namespace Conformance.Report;

/// <summary>What two runs, or many launches of two programs or devices, do not have in common, as pictures: A is the base, B what is new.</summary>
internal static class DifferencePlots
{
    private const Ink OfA = Ink.Blue;
    private const Ink OfB = Ink.Vermilion;

    /// <summary>Combinations of the overview; the table has all.</summary>
    private const int MostRows = 20;

    /// <summary>Points of one combination and run.</summary>
    private const int MostPoints = 500;

    /// <summary>Below so many cycles a quantile's difference is that of single cycles.</summary>
    private const int FewestCycles = 6;

    /// <summary>Farther from its base no launch is drawn; what it was is told.</summary>
    private const double FarthestRatio = 1.5;

    /// <summary>Quantiles at which downtimes are held against each other.</summary>
    private const int Quantiles = 40;

    /// <summary>The guest's downtime of both runs, a row for each; null where no combination of both has one.</summary>
    public static Plot? Downtimes(RunRecord old, RunRecord now)
    {
        var rows = Both(old, now).Select(it => (it.Old.Name, A: Samples(it.Old), B: Samples(it.New))).Where(it => it.A.Count > 0 && it.B.Count > 0)
            .Take(MostRows).ToList();
        if (rows.Count == 0) return null;
        var marks = new List<Mark>();
        foreach (var (ink, name, of) in (List<(Ink, string, Func<int, IReadOnlyList<double>>)>)[(OfA, "A", i => rows[i].A), (OfB, "B", i => rows[i].B)])
        {
            double Row(int i) => (2 * i) + (name == "A" ? 0 : 1);
            marks.Add(new PointsMark(
                ink, null, [.. rows.SelectMany((_, i) => of(i).Take(MostPoints).Select(ns => (ns, Row(i), $"{name}, {rows[i].Name}: {Human.Time(ns)}")))], 0.5));
            marks.Add(new IntervalsMark(ink, null, [.. rows.Select((_, i) => IntervalOf(Row(i), of(i)))]));
        }

        var chart = new Chart
        {
            Name = "downtime",
            Title = "Downtime that the guests saw, A above B",
            Figures = Kinds(old, now),
            Parameters = Parameters(old, now),
            X = new Axis("stop of the guest to its first completion from the destination", new TimeScale(0, rows.Max(it => Math.Max(it.A.Max(), it.B.Max())) * 1.02)),
            Y = new Axis("", new RowScale([.. rows.SelectMany(it => (string[])[$"{it.Name}, A", "B"])])),
            Marks = marks,
            Height = 110 + (rows.Count * 44),
            Width = 900,
        };
        return new Plot(chart, "Each point is a cycle; the stroke is the median, the thick line its 95 % interval, which six cycles are needed for.");
    }

    /// <summary>By how much the guest stood still longer in B than in A, at each quantile; null where one run has too few cycles.</summary>
    public static Plot? Shift(RunRecord old, RunRecord now, string combination)
    {
        if (Both(old, now).FirstOrDefault(it => it.Old.Name == combination) is not { Old: { } before, New: { } after }) return null;
        var (a, b) = (Samples(before), Samples(after));
        if (a.Count < FewestCycles || b.Count < FewestCycles) return null;
        var (of, shares) = (SimpleQuantileEstimator.Instance, Enumerable.Range(0, Quantiles + 1).Select(i => (double)i / Quantiles));
        var (left, right) = (new Sample(a), new Sample(b));
        var points = shares.Select(share => (share, of.Quantile(right, share) - of.Quantile(left, share))).ToList();
        // So far from zero that a difference of little matter looks like one: at least 5 % of what is compared.
        var reach = Math.Max(points.Max(it => Math.Abs(it.Item2)), Comparison.Threshold * of.Quantile(left, 0.5)) * 1.1;
        var chart = new Chart
        {
            Name = RunPlots.FileName(combination, "shift"),
            Title = $"{combination}: B's downtime less A's",
            Figures = Kinds(old, now),
            Parameters = $"guest downtime, A n={a.Count}, B n={b.Count}; {Parameters(old, now)}",
            X = new Axis("share of the cycles that were no longer", new LinearScale(0, 1, 'p')),
            Y = new Axis("B less A", new TimeScale(-reach, reach)),
            Marks = [new LineMark(Ink.Faint, null, [(0, 0), (1, 0)]), new LineMark(OfB, "B less A", points)],
        };
        return new Plot(chart, "Both runs' cycles in order of their downtime, held against each other at the same share: above the line the guest stood still longer in B.");
    }

    /// <summary>Latencies during the moves, on an axis of nines; null where a run has none.</summary>
    public static Plot? Latency(RunRecord old, RunRecord now, string combination)
    {
        if (Both(old, now).FirstOrDefault(it => it.Old.Name == combination) is not { Old: { } before, New: { } after }) return null;
        if (LatencyPhase.Blackouts(LatencyPhase.Of(before)) is not { } a || LatencyPhase.Blackouts(LatencyPhase.Of(after)) is not { } b) return null;
        var (left, right) = (LatencyPlot.LineOf(a.Figures), LatencyPlot.LineOf(b.Figures));
        if (left.Count == 0 || right.Count == 0) return null;
        var values = left.Concat(right).Select(it => it.Y).ToList();
        var chart = new Chart
        {
            Name = RunPlots.FileName(combination, "latency"),
            Title = $"{combination}: latency during the moves",
            Figures = Kinds(old, now),
            Parameters = $"A {a.Samples}, B {b.Samples}; {Parameters(old, now)}",
            X = new Axis(LatencyPlot.Share, NinesScale.For(Math.Max(a.Figures.N, b.Figures.N))),
            Y = new Axis("latency from the intended start", new LogScale(values.Min(), values.Max())),
            Marks = [new LineMark(OfA, "A", left, Steps: true) { Until = a.Greatest }, new LineMark(OfB, "B", right, Steps: true) { Until = b.Greatest }],
        };
        return new Plot(
            chart, $"All commands of the guest while it was moved. Each nine to the right is ten times rarer; a line ends with its slowest command. {LatencyPlot.Dashed}");
    }

    /// <summary>Launches of both sides, each figure over A's median; null where there is none.</summary>
    /// <param name="kinds">What the figures are of.</param>
    /// <param name="parameters">What one must know to read the picture alone.</param>
    /// <param name="changes">The figures.</param>
    public static Plot? Launches(string kinds, string parameters, IReadOnlyList<MetricChange> changes)
    {
        var rows = changes.Where(it => it.Samples.Base.Count > 0 && it.Samples.New.Count > 0 && it.BaseMedian > 0).ToList();
        if (rows.Count == 0) return null;
        var marks = new List<Mark> { new BandMark(Ink.Band, "of no matter", 1 - Comparison.Threshold, 1 + Comparison.Threshold) };
        foreach (var (ink, name, shift, of) in
                 (List<(Ink, string, double, Func<MetricSamples, IReadOnlyList<double>>)>)[(OfA, "A", -0.17, it => it.Base), (OfB, "B", 0.17, it => it.New)])
        {
            var ratios = rows.Select(it => of(it.Samples).Select(value => value / it.BaseMedian).ToList()).ToList();
            marks.Add(new PointsMark(ink, name, [.. ratios.SelectMany((it, row) => it.Select(ratio => (Near(ratio), row + shift, $"{name}: {ratio:0.000}")))], 0.2));
            if (name == "B")
                marks.Add(new IntervalsMark(ink, null, [.. rows.Select((it, row) => new Interval(row + shift, Near(it.NewMedian / it.BaseMedian), null, null, "", $"{it.Ratio:0.000} {Words.Of(it.Change)}"))]));
        }

        var all = rows.SelectMany(it => it.Samples.New.Concat(it.Samples.Base).Select(value => Near(value / it.BaseMedian))).ToList();
        var chart = new Chart
        {
            Name = "launches",
            Title = "B over A, launch by launch",
            Figures = kinds,
            Parameters = parameters,
            X = new Axis("figure of a launch over A's median", new LinearScale(Math.Min(0.9, all.Min()), Math.Max(1.1, all.Max()))),
            Y = new Axis("", new RowScale([.. rows.Select(it => it.Samples.Metric.Name)])),
            Marks = marks,
            Height = 120 + (rows.Count * 34),
            Width = 900,
        };
        return new Plot(
            chart, $"Each point is a launch: A above, B below; the stroke is B's median, the number the ratio that is told. What lies within {Comparison.Threshold:0 %} is of no matter; "
            + $"what is beyond {1 / FarthestRatio:0.0#} or {FarthestRatio:0.0#} stands at that edge.");

        // One wild launch must not make all else a line.
        static double Near(double ratio) => Math.Clamp(ratio, 1 / FarthestRatio, FarthestRatio);
    }

    /// <summary>Combinations that both runs have.</summary>
    private static IEnumerable<(CombinationRecord Old, CombinationRecord New)> Both(RunRecord old, RunRecord now)
    {
        var before = old.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal);
        return now.Combinations.Where(it => before.ContainsKey(it.Name)).Select(it => (before[it.Name], it));
    }

    private static List<double> Samples(CombinationRecord it) => [.. Tainted.Free(it.Result.Cycles).Select(cycle => cycle.Downtime.GuestNs).OfType<long>().Select(ns => (double)ns).Order()];

    private static Interval IntervalOf(double row, IReadOnlyList<double> samples)
    {
        var it = SampleFigures.Of(samples.Select(ns => (long?)ns))!;
        return new Interval(row, it.Median, it.Low, it.High, $"median {DowntimePlots.Said(it)}", DowntimePlots.Said(it));
    }

    private static string Kinds(RunRecord old, RunRecord now) => old.Figures == now.Figures ? now.Figures : $"{old.Figures} and {now.Figures}";

    private static string Parameters(RunRecord old, RunRecord now) => $"A: {RunPlots.Parameters(old)}; B: {RunPlots.Parameters(now)}";
}
