using Conformance.Migration;

namespace Conformance.Report;

/// <summary>
/// One phase of a combination's latencies, with what it can say of a quantile. n commands support one by the rule of <see cref="Quantiles.Needed"/>, as far as
/// each is a sample of its own, which of <see cref="LatencyRecord.OfBlackouts"/> they are not: there the cycles that they come from must support it as well, by
/// the same rule. The median is told of any n.
/// </summary>
/// <param name="When">The word for when it was.</param>
/// <param name="Figures">Of all its commands.</param>
/// <param name="Cycles">Cycles that have a command in it.</param>
public sealed record LatencyPhase(string When, LatencyFigures Figures, int Cycles)
{
    /// <summary>Whether its commands wait together.</summary>
    public bool IsByCycle => When == LatencyRecord.OfBlackouts;

    /// <summary>The greatest quantile that is supported, 0 to below 1.</summary>
    public double Greatest => IsByCycle ? Math.Min(Quantiles.Greatest(Figures.N), Quantiles.Greatest(Cycles)) : Quantiles.Greatest(Figures.N);

    /// <summary>n, and of how many cycles where that counts: what is told in place of a quantile.</summary>
    public string Samples => IsByCycle ? $"n={Figures.N} of {Cycles} cycle{(Cycles == 1 ? "" : "s")}" : $"n={Figures.N}";

    /// <summary>Of a combination, in their order; empty where none was observed.</summary>
    public static IReadOnlyList<LatencyPhase> Of(CombinationRecord it) => Of(it.Result.Latency, Tainted.Free(it.Result.Cycles).Select(cycle => cycle.Latency));

    /// <summary>The same of those who stayed beside; empty where there were none.</summary>
    public static IReadOnlyList<LatencyPhase> OfNeighbours(CombinationRecord it) =>
        Of(it.Result.NeighbourLatency, it.Result.Cycles.Select(cycle => cycle.Neighbours?.Latency).OfType<LatencyRecord>());

    /// <summary>A quantile of its figures where it is supported; null else.</summary>
    public long? Told(double quantile, long? ns) => quantile <= 0.5 || Quantiles.IsSupported(quantile, IsByCycle ? Math.Min(Figures.N, Cycles) : Figures.N) ? ns : null;

    /// <summary>That whose commands wait together; null where none was observed.</summary>
    public static LatencyPhase? Blackouts(IReadOnlyList<LatencyPhase> phases) => phases.FirstOrDefault(it => it.IsByCycle);

    private static IReadOnlyList<LatencyPhase> Of(LatencyRecord? latency, IEnumerable<LatencyRecord> cycles)
    {
        if (latency is null) return [];
        var known = cycles.Select(it => it.Phases.ToDictionary(phase => phase.When, phase => phase.Figures.N)).ToList();
        return [.. latency.Phases.Select(it => new LatencyPhase(it.When, it.Figures, known.Count(cycle => cycle.GetValueOrDefault(it.When) > 0)))];
    }
}
