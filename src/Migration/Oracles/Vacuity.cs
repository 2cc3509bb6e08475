using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// A combination that asks for a hazard must have met it at least once over its cycles, else it has shown nothing of it: inconclusive.
/// What can be asked for follows from the plan alone.
/// </summary>
internal static class Vacuity
{
    // A device on which a guest can change fewer features than these shows little of whether they are carried.
    private const int FewestFeatures = 4;

    public static void Judge(PlannedCombination plan, IReadOnlyList<CycleRecord> cycles, Checks checks)
    {
        var completed = cycles.Where(cycle => cycle.Outcome == CycleOutcome.Completed).ToList();
        foreach (var (path, count, what) in Hazards(plan, cycles, completed))
            checks.That(count > 0, "vacuity", path, $"{what}: nothing is shown of it", Verdict.Inconclusive);
    }

    private static IEnumerable<(string Path, long Count, string What)> Hazards(
        PlannedCombination plan, IReadOnlyList<CycleRecord> cycles, IReadOnlyList<CycleRecord> completed)
    {
        yield return ("cycles.completed", completed.Count, "no migration was completed");
        yield return ("guest.blocks", cycles.Sum(cycle => cycle.BlocksVerified), "no block was verified");
        yield return ("guest.commands", cycles.Sum(cycle => cycle.Latency.After.N), "the guest completed no command after a move");
        yield return (
            "guest.features", completed.Count(cycle => cycle.FeaturesNotDefault >= FewestFeatures),
            $"the guest could set fewer than {FewestFeatures} features to another value than the device's default");
        if (plan.CancelAfter is not null) yield return ("cycles.cancelled", Count(cycles, CycleOutcome.Cancelled), "no cycle was cancelled");
        if (plan.BreakAt is not null) yield return ("cycles.broken", Count(cycles, CycleOutcome.Broken), "no cycle was broken");
        // A driver that drains nothing on the way to STOP has nothing completed by then: what it fetched is seen when it breaks the silence.
        if (TakesTime(plan) && plan.Vfio is not { Arc: VfioArc.AsPosted })
        {
            yield return ("in-flight.fetched", completed.Sum(cycle => cycle.InFlight.Fetched ?? 0), "no command was being carried out at the cut");
            if (plan.GuestStop == GuestStop.BeforeSuspend)
                yield return ("in-flight.posted", completed.Sum(cycle => cycle.InFlight.Posted ?? 0), "no completion was posted and not consumed at the cut");
        }

        if (LeavesCommands(plan))
            yield return ("in-flight.unfetched", completed.Sum(cycle => cycle.InFlight.Unfetched ?? 0), "no command was left unfetched at the cut");
        if (plan.Medium == MediumSharing.Local)
            yield return ("copy.medium", completed.Sum(cycle => cycle.Copy.MediumBytes), "no block was copied");
        if (plan.Dirty == DirtySource.Tracked && plan.Guest.Mix.Write > 0)
            yield return ("copy.blocks-reported", completed.Sum(cycle => cycle.Copy.BlocksReported ?? 0), "no changed block was reported");
        if (plan.Reports == ReportSource.TailEvent && plan.Dirty == DirtySource.Tracked)
            yield return ("copy.tail-events", completed.Sum(cycle => cycle.Copy.TailEvents ?? 0), "no event said that reports wait");
        if (plan.GuestMemory == GuestMemoryKind.Copied)
            yield return ("copy.pages-reported", completed.Sum(cycle => cycle.Copy.PagesReported ?? cycle.Copy.MemoryPages), "no page was reported or copied");
    }

    private static long Count(IEnumerable<CycleRecord> cycles, CycleOutcome outcome) => cycles.Count(cycle => cycle.Outcome == outcome);

    /// <summary>The device takes time for a command, so that some are being carried out whenever it is suspended.</summary>
    private static bool TakesTime(PlannedCombination plan) =>
        // On the machine's clock how far a device gets is a matter of the machine.
        plan.Clock == ClockKind.Virtual && plan.Guest is { Mode: LoadMode.Closed, Mix: { Read: > 0 } or { Write: > 0 } }
        && plan.Pair.Device.Timing is { Read.Nanoseconds: > 0, Write.Nanoseconds: > 0 };

    /// <summary>The guest keeps more commands in flight than the device takes at once.</summary>
    private static bool LeavesCommands(PlannedCombination plan) =>
        TakesTime(plan) && plan.Pair.Device.Capabilities.CommandsAtOnce is var most && most > 0 && most < plan.Guest.Queues * plan.Guest.Depth;
}
