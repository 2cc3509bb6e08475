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

    /// <summary>
    /// The figures of a run that a comparison looks at: of each combination that completed a cycle, medians of downtime and of its steps, the load's rate and
    /// latency.
    /// </summary>
    public static IReadOnlyList<Metric> Of(RunRecord run) => [.. run.Combinations.SelectMany(Of)];

    private static IEnumerable<Metric> Of(CombinationRecord it)
    {
        var cycles = it.Result.Cycles.Where(cycle => cycle.Outcome == CycleOutcome.Completed).ToList();
        foreach (var (_, name, of) in Downtimes.All)
        {
            if (SampleFigures.Of(cycles, of) is { } figures)
                yield return new Metric($"{it.Name}: {name}", "ns", true, figures.Median);
        }

        foreach (var step in s_steps)
        {
            if (SampleFigures.Of(Tainted.Free(cycles).Select(cycle => cycle.TimeOf(step))) is { } figures)
                yield return new Metric($"{it.Name}: step {Words.Of(step)}", "ns", true, figures.Median);
        }

        if (it.Result.Load?.Rate is { } rate) yield return new Metric($"{it.Name}: commands", "1/s", false, rate);
        foreach (var metric in Latencies(it.Name, "latency", it.Result.Latency).Concat(Latencies(it.Name, "latency of neighbours", it.Result.NeighbourLatency)))
            yield return metric;
    }

    private static IEnumerable<Metric> Latencies(string name, string what, LatencyRecord? latency)
    {
        foreach (var (when, figures) in latency?.Phases ?? [])
        {
            if (figures.P99Ns is { } p99) yield return new Metric($"{name}: {what} p99 {when}", "ns", true, p99);
        }
    }
}

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
