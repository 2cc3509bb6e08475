using Conformance.Migration;

namespace Conformance.Report;

/// <summary>One figure of a run.</summary>
/// <param name="Name">Combination and figure: <c>local: guest downtime</c>.</param>
/// <param name="Unit">ns, or 1/s.</param>
/// <param name="IsBetterLess">Downtime and latency; not throughput.</param>
/// <param name="Value">The median over cycles, or what was counted.</param>
public sealed record Metric(string Name, string Unit, bool IsBetterLess, double Value)
{
    /// <summary>Steps that wait for the device while the guest stands still: one that is slower by itself is lost in the whole.</summary>
    private static readonly CycleStep[] s_steps = [CycleStep.Suspend, CycleStep.Save, CycleStep.SuspendDestination, CycleStep.Load, CycleStep.Resume];

    private static readonly (string Name, Func<LatencyFigures, long?> Of)[] s_quantiles = [("p50", it => it.MedianNs), ("p99", it => it.P99Ns)];

    /// <summary>
    /// The figures of a run that a comparison looks at: of each combination that completed a cycle, medians of downtime and of its steps, the load's rate and
    /// latency.
    /// </summary>
    public static IReadOnlyList<Metric> Of(RunRecord run) =>
    [
        .. run.Combinations.SelectMany(it => Told(it, [.. it.Result.Cycles.Where(cycle => cycle.Outcome == CycleOutcome.Completed)])).Select(it => it.Metric),
    ];

    /// <summary>
    /// The same figures with their spread over the cycles that nothing taints, and of throughput and latency those of single cycles besides: a figure of all
    /// cycles together has no spread, so that two runs say nothing of its noise.
    /// </summary>
    public static IReadOnlyList<SpreadMetric> Spread(CombinationRecord it) => [.. Told(it, it.Result.Cycles), .. OfSingleCycles(it)];

    private static IEnumerable<SpreadMetric> Told(CombinationRecord it, IReadOnlyList<CycleRecord> cycles)
    {
        foreach (var (_, name, of) in Downtimes.All)
        {
            if (SampleFigures.Of(cycles, of) is { } figures) yield return One($"{it.Name}: {name}", "ns", figures, isSummed: true);
        }

        foreach (var step in s_steps)
        {
            if (SampleFigures.Of(Tainted.Free(cycles).Select(cycle => cycle.TimeOf(step))) is { } figures)
                yield return One($"{it.Name}: step {Words.Of(step)}", "ns", figures, isSummed: true);
        }

        if (it.Result.Load?.Rate is { } rate) yield return new SpreadMetric(new Metric($"{it.Name}: commands", "1/s", false, rate), Single((long)Math.Round(rate)), false);
        foreach (var (what, latency) in Latencies(it.Result.Latency, it.Result.NeighbourLatency))
        {
            foreach (var (when, figures) in latency?.Phases ?? [])
            {
                if (figures.P99Ns is { } p99) yield return One($"{it.Name}: {what} p99 {when}", "ns", Single(p99));
            }
        }
    }

    private static IEnumerable<SpreadMetric> OfSingleCycles(CombinationRecord it)
    {
        var cycles = Tainted.Free(it.Result.Cycles).ToList();
        foreach (var rates in cycles.SelectMany(cycle => cycle.Throughput.Phases).GroupBy(phase => phase.When, phase => phase.PerSecond))
        {
            if (SampleFigures.Of(rates.Select(one => one is { } rate ? (long?)Math.Round(rate) : null)) is { } figures)
                yield return One($"{it.Name}: commands {rates.Key}, by cycle", "1/s", figures);
        }

        var phases = cycles.SelectMany(cycle => Latencies(cycle.Latency, cycle.Neighbours?.Latency))
            .SelectMany(one => (one.Latency?.Phases ?? []).Select(phase => (one.What, phase.When, phase.Figures)));
        foreach (var phase in phases.GroupBy(one => (one.What, one.When), one => one.Figures))
        {
            foreach (var (quantile, of) in s_quantiles)
            {
                if (SampleFigures.Of(phase.Select(of)) is { } figures) yield return One($"{it.Name}: {phase.Key.What} {quantile} {phase.Key.When}, by cycle", "ns", figures);
            }
        }
    }

    private static (string What, LatencyRecord? Latency)[] Latencies(LatencyRecord? own, LatencyRecord? neighbours) => [("latency", own), ("latency of neighbours", neighbours)];

    /// <summary>Of times less is better, and of rates more.</summary>
    private static SpreadMetric One(string name, string unit, SampleFigures figures, bool isSummed = false) =>
        new(new Metric(name, unit, unit == "ns", figures.Median), figures, isSummed);

    /// <summary>Of all cycles together.</summary>
    private static SampleFigures Single(long value) => new(1, value, null, null, value, value);
}

/// <summary>A figure of a run with its spread.</summary>
/// <param name="Metric">The figure.</param>
/// <param name="Figures">Over the cycles that nothing taints, in the metric's unit; of one sample where it is of all cycles together.</param>
/// <param name="IsSummed">On the virtual clock its sum over the cycles is held exactly, see <see cref="ExactFigures"/>.</param>
public sealed record SpreadMetric(Metric Metric, SampleFigures Figures, bool IsSummed);

/// <summary>One figure of many launches of two programs or devices.</summary>
/// <param name="Metric">Its name and unit; its value is not used.</param>
/// <param name="Base">One sample a launch.</param>
/// <param name="New">The same of the other.</param>
public sealed record MetricSamples(Metric Metric, IReadOnlyList<double> Base, IReadOnlyList<double> New)
{
    /// <summary>The figures that every launch of both has; names of those that some lack.</summary>
    public static (IReadOnlyList<MetricSamples> Samples, IReadOnlyList<string> Missing) Of(IReadOnlyList<RunRecord> baseRuns, IReadOnlyList<RunRecord> newRuns)
    {
        var (olds, news) = (baseRuns.Select(Values).ToList(), newRuns.Select(Values).ToList());
        var all = olds.Concat(news).SelectMany(it => it.Values).DistinctBy(it => it.Name).ToList();
        var complete = all.Where(metric => olds.Concat(news).All(it => it.ContainsKey(metric.Name))).ToList();
        return (
            [.. complete.Select(metric => new MetricSamples(metric, [.. olds.Select(it => it[metric.Name].Value)], [.. news.Select(it => it[metric.Name].Value)]))],
            [.. all.Except(complete).Select(it => it.Name)]);
    }

    private static Dictionary<string, Metric> Values(RunRecord run) => Metric.Of(run).ToDictionary(it => it.Name);
}
