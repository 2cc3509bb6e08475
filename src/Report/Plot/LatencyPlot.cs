using Conformance.Migration;

namespace Conformance.Report;

/// <summary>How latencies are spread before the moves, in their pre-copy, in their blackouts and after them, on an axis of nines.</summary>
internal static class LatencyPlot
{
    private static readonly Ink[] s_inks = [Ink.Blue, Ink.Purple, Ink.Vermilion, Ink.Green];

    private const string How = "before the move, in its pre-copy, met by its blackout, and after it. Each nine to the right is ten times rarer; a line ends with its slowest command.";

    /// <summary>What a line's second part is.</summary>
    internal const string Dashed = "Dashed: too few commands, or during the move too few cycles, to tell a quantile so great.";

    private const string DashedShort = "dashed: too few to tell";

    /// <summary>Of what is along the lines of latencies.</summary>
    internal const string Share = $"share of the commands that were no slower ({DashedShort})";

    public static Plot? Of(RunRecord run, CombinationRecord it, PlannedCombination? plan)
    {
        if (it.Result.Latency is not { } latency) return null;
        var cycles = latency.UntaintedCycles is { } clean ? $"the {clean} cycles whose blackout nothing tainted" : "all cycles";
        return Of(run, it, plan, LatencyPhase.Of(it), "latency", "latency of the guest's commands", $"All commands of {cycles}, {How}");
    }

    /// <summary>The same of those who did not move; null where there were none.</summary>
    public static Plot? OfNeighbours(RunRecord run, CombinationRecord it, PlannedCombination? plan) => it.Result.NeighbourLatency is null
        ? null
        : Of(run, it, plan, LatencyPhase.OfNeighbours(it), "neighbours", "latency that the neighbours felt",
            $"All commands of the virtual functions beside the moving one, which stay where they are, in all cycles, {How}");

    private static Plot? Of(RunRecord run, CombinationRecord it, PlannedCombination? plan, IReadOnlyList<LatencyPhase> all, string kind, string title, string how)
    {
        var phases = all.Select((phase, i) => (Phase: phase, phase.When, Line: LineOf(phase.Figures), Ink: s_inks[i])).Where(phase => phase.Line.Count > 0).ToList();
        if (phases.Count == 0) return null;
        var values = phases.SelectMany(phase => phase.Line).Select(point => point.Y).ToList();
        var chart = new Chart
        {
            Name = RunPlots.FileName(it.Name, kind),
            Title = $"{it.Name}: {title}",
            Figures = run.Figures,
            Parameters = $"{string.Join(", ", phases.Select(phase => $"{phase.When} {phase.Phase.Samples}"))}; {RunPlots.Parameters(run, plan)}",
            X = new Axis(Share, NinesScale.For(phases.Max(phase => phase.Phase.Figures.N))),
            Y = new Axis("latency from the intended start", new LogScale(values.Min(), values.Max())),
            Marks = [.. phases.Select(phase => new LineMark(phase.Ink, phase.When, phase.Line, Steps: true) { Until = phase.Phase.Greatest })],
            Height = 320,
        };
        return new Plot(chart, $"{how} {Dashed}");
    }

    /// <summary>Up to each share, the latency that it did not exceed.</summary>
    internal static List<(double X, double Y)> LineOf(LatencyFigures figures)
    {
        var points = new List<(double X, double Y)>();
        if (figures.Buckets is not { Count: > 1 } buckets) return points;
        double all = 0, below = 0;
        for (var i = 1; i < buckets.Count; i += 2) all += buckets[i];
        if (all <= 0) return points;
        for (var i = 0; i + 1 < buckets.Count; i += 2)
        {
            points.Add((below / all, Math.Max(1, buckets[i])));
            below += buckets[i + 1];
        }

        // The last is drawn as far as n reaches: all but one.
        points.Add((1 - (1 / Math.Max(2, all)), points[^1].Y));
        points.Sort((a, b) => a.X.CompareTo(b.X));
        return points;
    }
}
