using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// The gates of a plan held against the figures of its cycles. A gate is held by all samples, and broken only by those that nothing taints: a
/// blackout that the machine made is no proof against the device, and none for it. Where a migration that was completed has no figure at all the
/// gate was neither held nor broken, which is told as well; where more samples are tainted than can be borne, neither.
/// </summary>
internal static class Gates
{
    private static readonly (DowntimeObserver Observer, Func<GateSettings, Duration?> Limit)[] All =
    [
        (DowntimeObserver.Guest, gates => gates.GuestDowntime), (DowntimeObserver.Orchestrator, gates => gates.OrchestratorDowntime),
        (DowntimeObserver.Device, gates => gates.DeviceDowntime),
    ];

    /// <summary>A sentence for each gate that did not hold.</summary>
    public static IEnumerable<string> Broken(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        if (Doubtful(gates, cycles) is not null) yield break;
        foreach (var (observer, limit) in All)
        {
            if (limit(gates) is not { } most) continue;
            long? Observed(CycleRecord cycle) => Downtimes.Of(observer, cycle.Downtime);
            var name = $"{Words.Of(observer)} downtime";
            var over = cycles.Where(cycle => cycle.Taints.Count == 0 && Observed(cycle) > most.Nanoseconds).ToList();
            if (over.Count == 0) continue;
            var longest = over.MaxBy(cycle => Observed(cycle))!;
            yield return $"{name}: {over.Count} of {cycles.Count} cycles over {most}; the longest was "
                + $"{new Duration(Observed(longest)!.Value)} in cycle {longest.Number}";
        }
    }

    /// <summary>A sentence for each gate whose figure was not measured in every migration that was completed, or in none.</summary>
    public static IEnumerable<string> Unmeasured(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        var completed = cycles.Where(cycle => cycle.Outcome == CycleOutcome.Completed).ToList();
        foreach (var (observer, limit) in All)
        {
            if (limit(gates) is not { } most) continue;
            long? Observed(CycleRecord cycle) => Downtimes.Of(observer, cycle.Downtime);
            var name = $"{Words.Of(observer)} downtime";
            var without = completed.Count(cycle => Observed(cycle) is null);
            if (completed.Count == 0) yield return $"{name}: no migration was completed, so nothing is known of {most}";
            else if (without > 0) yield return $"{name}: not measured in {without} of {completed.Count} migrations, so nothing is known of {most}";
            else if (cycles.Where(cycle => Observed(cycle) > most.Nanoseconds).ToList() is [var first, ..] over && over.TrueForAll(cycle => cycle.Taints.Count > 0))
                yield return $"{name}: over {most} only in tainted cycles, {over.Count} of {cycles.Count}, the first in cycle {first.Number}, so nothing is known of it";
        }
    }

    /// <summary>A sentence for each limit on a quantile that does not hold, or of which nothing is known.</summary>
    public static IEnumerable<(bool IsBroken, string What)> OfQuantiles(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        foreach (var gate in gates.Quantiles)
        {
            var sorted = Sorted(gate.Downtime, cycles);
            var clean = Sorted(gate.Downtime, cycles.Where(it => it.Taints.Count == 0));
            var name = $"{Words.Of(gate.Downtime)} downtime, p{gate.Quantile * 100:0.####}";
            if (Quantiles.UpperRank(gate.Quantile, sorted.Length) is not { } upper)
                yield return (false, $"{name}: needs {Quantiles.Needed(gate.Quantile)} cycles that measured it, has {sorted.Length}");
            else if (sorted[upper - 1] <= gate.Limit.Nanoseconds) continue;
            else if (Doubtful(gates, cycles) is null && Quantiles.LowerRank(gate.Quantile, clean.Length) is { } lower && clean[lower - 1] > gate.Limit.Nanoseconds)
                yield return (true, $"{name}: over {gate.Limit}; its 95 % lower bound over {clean.Length} cycles is {new Duration(clean[lower - 1])}");
            else yield return (false, $"{name}: its 95 % upper bound over {sorted.Length} cycles is {new Duration(sorted[upper - 1])}, so nothing is known of {gate.Limit}");
        }
    }

    private static long[] Sorted(DowntimeObserver observer, IEnumerable<CycleRecord> cycles) =>
        [.. cycles.Select(it => Downtimes.Of(observer, it.Downtime)).OfType<long>().Order()];

    /// <summary>Where too many samples are doubtful nothing is known of any gate, and of no figure: a sentence, or null.</summary>
    public static string? Doubtful(GateSettings gates, IReadOnlyList<CycleRecord> cycles) =>
        Tainted.In(cycles) is var tainted && tainted.IsOver(gates.Tainted) ? $"{tainted}, over the {gates.Tainted} % of gates.tainted: nothing is known of its figures" : null;
}
