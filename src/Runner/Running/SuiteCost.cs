using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>Measures what the suite itself costs, in the same run and on the same machine as what it stands beside.</summary>
internal static class SuiteCost
{
    private const int Cycles = 11;

    /// <summary>
    /// Moves a simulated pair without any latency, on the machine's clock, in the way of a combination; null where that could not be done.
    /// </summary>
    /// <param name="like">A combination whose time is the machine's.</param>
    /// <param name="bench">Carries out combinations on a correct simulated pair.</param>
    /// <param name="stop">Ends it early.</param>
    public static SuiteCostRecord? Measure(PlannedCombination like, CombinationRunner bench, CancellationToken stop)
    {
        var free = like with
        {
            Name = "suite cost",
            Real = null,
            Clock = ClockKind.Real,
            Cycles = Cycles,
            CancelAfter = null,
            BreakAt = null,
            ReadBack = ReadBackCycles.Every,
            Gates = new GateSettings { Tainted = 100 },
            Guest = like.Guest with { Mode = LoadMode.Closed, Rate = null },
            Dwell = new DwellSettings
            {
                Before = Duration.FromMilliseconds(5), After = Duration.FromMilliseconds(5), SteadyRound = Duration.FromMilliseconds(5), WarmUp = 3,
            },
            Pair = like.Pair with
            {
                Device = like.Pair.Device with { Timing = new SimulatedTiming() },
                Destination = like.Pair.Destination is { } other ? other with { Timing = new SimulatedTiming() } : null,
            },
        };
        var result = bench(free, new Progress<CombinationProgress>(), stop);
        var cycles = result.Cycles.Where(it => it.Outcome == CycleOutcome.Completed).ToList();
        if (cycles.Count == 0 || result.Load is not { Commands: > 0 } load) return null;
        return new SuiteCostRecord
        {
            CommandNs = Math.Round((double)load.Ns / load.Commands, 1),
            Steps = [.. cycles[0].Steps.Select(step => new StepCost(step.Step, Median(cycles.Select(it => it.TimeOf(step.Step)))))],
            GuestDowntimeNs = Median(cycles.Select(it => it.Downtime.GuestNs)),
            OrchestratorDowntimeNs = Median(cycles.Select(it => it.Downtime.OrchestratorNs)),
            Cycles = cycles.Count,
        };
    }

    private static long Median(IEnumerable<long?> samples) => SampleFigures.Of(samples)?.Median ?? 0;
}
