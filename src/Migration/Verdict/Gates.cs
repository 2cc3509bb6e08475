using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// The gates of a plan held against the figures of its cycles. A gate is held by all samples, and broken only by those that nothing taints: a
/// blackout that the machine made is no proof against the device, and none for it. Where a migration that was completed has no figure at all the
/// gate was neither held nor broken, which is told as well; where more samples are tainted than can be borne, neither. Latency is told of the cycles that
/// nothing taints, and so are its gates.
/// </summary>
internal static class Gates
{
    /// <summary>What each cycle is held to.</summary>
    private static IEnumerable<CycleLimit> Of(GateSettings gates)
    {
        foreach (var (observer, limit) in ((DowntimeObserver, Duration?)[])
                 [
                     (DowntimeObserver.Guest, gates.GuestDowntime), (DowntimeObserver.Orchestrator, gates.OrchestratorDowntime),
                     (DowntimeObserver.Device, gates.DeviceDowntime),
                 ])
        {
            if (limit is { } most) yield return CycleLimit.AtMost($"{Words.Of(observer)} downtime", most, cycle => Downtimes.Of(observer, cycle.Downtime));
        }

        if (gates.Recovery is { } within) yield return CycleLimit.AtMost("recovery", within, cycle => cycle.Throughput.RecoveryNs);
        if (gates.ThroughputAfter is { } least) yield return CycleLimit.OfThroughput(least);
    }

    /// <summary>A sentence for each gate that did not hold; where there are <see cref="Doubts"/> none is broken.</summary>
    public static IEnumerable<string> Broken(GateSettings gates, IReadOnlyList<CycleRecord> cycles, bool isDoubtful)
    {
        if (isDoubtful) yield break;
        foreach (var limit in Of(gates))
        {
            var over = cycles.Where(cycle => cycle.Taints.Count == 0 && limit.IsBeyond(cycle)).ToList();
            if (over.Count > 0) yield return $"{limit.Name}: {over.Count} of {cycles.Count} cycles {limit.Beyond}; {limit.Worst(over)}";
        }
    }

    /// <summary>A sentence for each gate whose figure was not measured in every migration that was completed, or in none.</summary>
    public static IEnumerable<string> Unmeasured(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        var completed = cycles.Where(cycle => cycle.Outcome == CycleOutcome.Completed).ToList();
        foreach (var limit in Of(gates))
        {
            var without = completed.Count(cycle => limit.Figure(cycle) is null);
            if (completed.Count == 0) yield return $"{limit.Name}: no migration was completed, so nothing is known of {limit.Limit}";
            else if (without > 0) yield return $"{limit.Name}: not measured in {without} of {completed.Count} migrations, so nothing is known of {limit.Limit}";
            else if (cycles.Where(limit.IsBeyond).ToList() is [var first, ..] beyond && beyond.TrueForAll(cycle => cycle.Taints.Count > 0))
                yield return $"{limit.Name}: {limit.Beyond} only in tainted cycles, {beyond.Count} of {cycles.Count}, the first in cycle {first.Number}, so nothing is known of it";
        }
    }

    /// <summary>A sentence for each limit on a quantile that does not hold, or of which nothing is known.</summary>
    public static IEnumerable<(bool IsBroken, string What)> OfQuantiles(GateSettings gates, IReadOnlyList<CycleRecord> cycles, bool isDoubtful)
    {
        foreach (var gate in gates.Quantiles)
        {
            var sorted = Sorted(gate.Downtime, cycles);
            var clean = Sorted(gate.Downtime, cycles.Where(it => it.Taints.Count == 0));
            var name = $"{Words.Of(gate.Downtime)} downtime, p{gate.Quantile * 100:0.####}";
            if (Quantiles.UpperRank(gate.Quantile, sorted.Length) is not { } upper)
                yield return (false, $"{name}: needs {Quantiles.Needed(gate.Quantile)} cycles that measured it, has {sorted.Length}");
            else if (sorted[upper - 1] <= gate.Limit.Nanoseconds) continue;
            else if (!isDoubtful && Quantiles.LowerRank(gate.Quantile, clean.Length) is { } lower && clean[lower - 1] > gate.Limit.Nanoseconds)
                yield return (true, $"{name}: over {gate.Limit}; its 95 % lower bound over {clean.Length} cycles is {new Duration(clean[lower - 1])}");
            else yield return (false, $"{name}: its 95 % upper bound over {sorted.Length} cycles is {new Duration(sorted[upper - 1])}, so nothing is known of {gate.Limit}");
        }
    }

    /// <summary>The same for limits on quantiles of latency, over the commands of all cycles that nothing taints.</summary>
    public static IEnumerable<(bool IsBroken, string What)> OfLatencies(GateSettings gates, CombinationResult result, bool isDoubtful)
    {
        foreach (var gate in gates.Latency)
        {
            var latencies = result.Latency?.Phases.FirstOrDefault(it => it.When == gate.When).Figures ?? new LatencyFigures();
            var name = $"latency {gate.When}, p{gate.Quantile * 100:0.####}";
            var met = Tainted.Free(result.Cycles).Count(cycle => cycle.Latency.During.N > 0);
            if (gate.When == LatencyRecord.OfBlackouts && !Quantiles.IsSupported(gate.Quantile, met))
                yield return (false, $"{name}: needs the blackouts of {Quantiles.Needed(gate.Quantile)} cycles, has {met}");
            else if (Quantiles.UpperRank(gate.Quantile, latencies.N) is not { } upper || latencies.AtRank(upper) is not { } most)
                yield return (false, $"{name}: needs {Quantiles.Needed(gate.Quantile)} commands, has {latencies.N}");
            else if (most <= gate.Limit.Nanoseconds) continue;
            else if (!isDoubtful && Quantiles.LowerRank(gate.Quantile, latencies.N) is { } lower
                     && latencies.AtRank(lower) is { } least && Histogram.LeastOf(least) > gate.Limit.Nanoseconds)
                yield return (true, $"{name}: over {gate.Limit}; its 95 % lower bound over {latencies.N} commands is {new Duration(Histogram.LeastOf(least))}");
            else yield return (false, $"{name}: its 95 % upper bound over {latencies.N} commands is {new Duration(most)}, so nothing is known of {gate.Limit}");
        }
    }

    private static long[] Sorted(DowntimeObserver observer, IEnumerable<CycleRecord> cycles) =>
        [.. cycles.Select(it => Downtimes.Of(observer, it.Downtime)).OfType<long>().Order()];

    /// <summary>
    /// Why nothing is known of any gate, a sentence each: too many samples are tainted, which says as much of every figure; or a load had not settled on the
    /// machine's clock before its migrations. On the virtual clock one that does not settle is one that the device cannot carry, each time alike.
    /// </summary>
    public static IEnumerable<string> Doubts(PlannedCombination plan, CombinationResult result)
    {
        var gates = plan.Gates;
        var isHeld = Of(gates).Any() || gates.Quantiles.Count > 0 || gates.Latency.Count > 0;
        if (isHeld && plan.Clock == ClockKind.Real && result.Steady is not (null or { IsSteady: true, IsCompiled: true }))
            yield return "the load had not settled when it was measured, so nothing is known of what it is held to";
        if (Tainted.In(result.Cycles) is var tainted && tainted.IsOver(gates.Tainted))
            yield return $"{tainted}, over the {gates.Tainted} % of gates.tainted: nothing is known of its figures";
    }
}
