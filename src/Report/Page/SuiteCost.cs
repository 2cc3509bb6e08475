using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What the suite itself costs, held against what was measured: a figure within ten times of it says as much of the suite as of the device.</summary>
internal static class SuiteCost
{
    public const int Near = 10;

    /// <summary>Whether a figure of a combination is so near; never on the virtual clock, on which the suite takes no time.</summary>
    public static bool IsNear(PlannedCombination? plan, long? figureNs, long costNs) =>
        plan?.Clock == ClockKind.Real && figureNs is { } ns && ns < Near * costNs;

    /// <summary>The same by what moves as those of the combination cost; never where that is not known.</summary>
    public static bool IsNear(RunRecord run, PlannedCombination? plan, long? figureNs, Func<SuiteCostRecord, long> of) =>
        plan is not null && run.CostOf(plan.Name) is { } cost && IsNear(plan, figureNs, of(cost));

    /// <summary>
    /// Whether a load did hardly less than the suite can do. One whose rate is set does what it is asked to, and says nothing of either.
    /// </summary>
    public static bool IsNear(RunRecord run, PlannedCombination? plan, LoadRecord? load) =>
        plan?.Guest.Mode == LoadMode.Closed && load?.Rate is > 0 and var rate && IsNear(run, plan, (long)(1e9 / rate), it => (long)it.CommandNs);

    /// <summary>On the machine's clock a model without latency takes no time: what its throughput tells is what the suite costs.</summary>
    public static string ThroughputWord(RunRecord run, PlannedCombination? plan) =>
        plan?.Clock == ClockKind.Real && run.Figures == "SIMULATED" && IsUntimed(plan.Pair.Device.Timing) ? "suite cost (throughput without a model of time)" : "throughput";

    private static bool IsUntimed(SimulatedTiming timing) =>
        timing.Read == Duration.Zero && timing.Write == Duration.Zero && timing.PerKibibyte == Duration.Zero && timing.Admin == Duration.Zero;
}
