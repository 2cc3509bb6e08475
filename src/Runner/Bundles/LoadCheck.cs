using Conformance.Migration;

namespace Conformance.Runner.Bundles;

/// <summary>
/// Whether what a combination says of its load agrees with itself: quantiles with how the latencies are spread, counts of the whole with those of its cycles,
/// the picture with the cycle that it is of.
/// </summary>
internal sealed class LoadCheck(PlannedCombination plan, CombinationResult result)
{
    /// <summary>Cycles whose figures went into those of the whole are then known: of one that came to no end they may not have.</summary>
    private bool IsWhole => !result.Interrupted && result.Cycles.All(it => it.Outcome is not (CycleOutcome.Failed or CycleOutcome.Interrupted));

    /// <summary>What does not agree, in a sentence; null where everything does.</summary>
    public string? Contradiction() => OfLatencies() ?? OfLoad() ?? OfStrip() ?? OfSteady();

    /// <summary>What does not agree in the latencies of one phase; null where everything does.</summary>
    public static string? Contradiction(LatencyFigures it)
    {
        if (it.N < 0 || (it.N == 0) != (it.MaxNs is null) || (it.N == 0) != (it.MedianNs is null)) return $"{it.N} commands have a median of {it.MedianNs} ns and a most of {it.MaxNs} ns";
        if (it.Buckets is { } buckets && Counts(buckets) != it.N) return $"its buckets hold {Counts(buckets)} commands, and it is of {it.N}";
        var last = 0L;
        foreach (var (name, quantile, ns) in it.Quantiles)
        {
            if (ns is null)
            {
                if (it.N > 0 && Quantiles.IsSupported(quantile, it.N)) return $"{name} is not told of {it.N} commands";
                continue;
            }

            if (name != "p50" && !Quantiles.IsSupported(quantile, it.N)) return $"{name} is told of {it.N} commands";
            if (ns < last || ns > it.MaxNs) return $"{name} is {ns} ns, below what is before it or over the most";
            if (it.Buckets is not null && it.AtRank(Math.Max(1, (long)Math.Ceiling(quantile * it.N))) is var given && given != ns) return $"{name} is {ns} ns, and its buckets give {given} ns";
            last = ns.Value;
        }

        return null;
    }

    private string? OfLatencies()
    {
        foreach (var (of, latency, cycles) in ((string, LatencyRecord?, IEnumerable<LatencyRecord>)[])
            [("latency", result.Latency, Counted().Select(it => it.Latency)), ("latency of the neighbours", result.NeighbourLatency, result.Cycles.Select(it => it.Neighbours?.Latency).OfType<LatencyRecord>())])
        {
            if (latency is null) continue;
            foreach (var (when, figures) in latency.Phases)
            {
                if (Contradiction(figures) is { } why) return $"{of}, {when}: {why}";
                if (!IsWhole) continue;
                var parts = cycles.Select(it => it.Phases.First(phase => phase.When == when).Figures).ToList();
                // One that moves beside others goes on while they are waited for.
                if (parts.Sum(it => it.N) > figures.N) return $"{of}, {when}: it is of {figures.N} commands, those of its cycles are {parts.Sum(it => it.N)}";
                if (parts.Max(it => it.MaxNs) > figures.MaxNs) return $"{of}, {when}: at most {figures.MaxNs} ns, and {parts.Max(it => it.MaxNs)} ns in a cycle";
            }
        }

        foreach (var cycle in result.AllCycles)
        {
            foreach (var (when, figures) in cycle.Latency.Phases.Concat(cycle.Neighbours?.Latency.Phases ?? []))
            {
                if (Contradiction(figures) is { } why) return $"cycle {cycle.Number}: latency, {when}: {why}";
            }
        }

        var untainted = result.Cycles.Count(it => it.Taints.Count == 0);
        return IsWhole && result.Latency?.UntaintedCycles is { } told && told != untainted ? $"its latency is of {told} cycles that nothing tainted, and {untainted} are so" : null;
    }

    /// <summary>Those that the latency of the whole is of.</summary>
    private IEnumerable<CycleRecord> Counted() => result.Cycles.Where(it => result.Latency?.UntaintedCycles is null || it.Taints.Count == 0);

    private string? OfLoad()
    {
        if (result.Load is not { } load) return null;
        if (load.Commands > result.Commands || load.Bytes > result.Bytes) return "its load is more than all that its guests did";
        if (load.Ns > result.WorldNs) return $"its load ran {load.Ns} ns, and all of it {result.WorldNs} ns";
        var counted = result.Cycles.SelectMany(it => it.Latency.Phases).Sum(it => it.Figures.N);
        return counted > load.Commands ? $"its load is {load.Commands} commands, and its cycles have the latency of {counted}" : null;
    }

    private string? OfStrip()
    {
        if (result.Strip is not { } strip) return null;
        var moved = result.Cycles.Where(it => it.Downtime.GuestNs is not null).ToList();
        if (moved.Find(it => (it.Number, it.Guest) == (strip.Cycle, strip.Guest)) is not { } cycle) return $"its strip is of cycle {strip.Cycle}, in which no guest {strip.Guest} moved";
        // The one in the middle, so that nobody chooses.
        var middle = moved.Take(CombinationRun.MostStrips).OrderBy(it => it.Downtime.GuestNs).ElementAt((Math.Min(moved.Count, CombinationRun.MostStrips) - 1) / 2);
        if (IsWhole && !ReferenceEquals(middle, cycle)) return $"its strip is of cycle {strip.Cycle}, and the one in the middle is cycle {middle.Number}";
        return new CycleCheck(plan, cycle).Contradiction(strip) is { } why ? $"cycle {cycle.Number}: {why}" : null;
    }

    private string? OfSteady()
    {
        if (result.Steady is not { } it) return null;
        var given = SteadyState.Of(it.Figure, it.Rounds, it.IsCompiled);
        return (it.Range, it.Slope, it.IsSteady) == (given.Range, given.Slope, given.IsSteady) ? null : "whether its load was steady is not what its rounds give";
    }

    private static long Counts(IReadOnlyList<long> buckets) => buckets.Where((_, i) => i % 2 == 1).Sum();
}
