using System.Text.Json;
using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>
/// Measures what the suite itself costs, in the same run and on the same machine as what it stands beside: once for each shape of move, which is all of a
/// combination that the suite takes time for.
/// </summary>
internal static class SuiteCost
{
    private const int Cycles = 11;

    /// <summary>For one shape: what is not done by then is left out.</summary>
    private static readonly Duration s_longest = Duration.FromSeconds(10);

    /// <summary>Combinations whose time is the machine's, those of one shape together.</summary>
    public static IEnumerable<IReadOnlyList<PlannedCombination>> Shapes(IEnumerable<PlannedCombination> combinations) =>
        combinations.Where(IsMeasured).GroupBy(it => JsonSerializer.Serialize(Free(it), MigrationJson.Line.PlannedCombination)).Select(it => it.ToList());

    /// <summary>Whether anything is to be said of it: a control is to be noticed, however long it takes.</summary>
    public static bool IsMeasured(PlannedCombination plan) => plan is { Clock: ClockKind.Real, Expect: Expectation.Pass };

    /// <summary>Whether something was moved in it.</summary>
    public static bool HasFigures(CombinationRecord it) => it.Result.Cycles.Any(cycle => cycle.Outcome == CycleOutcome.Completed);

    /// <summary>Moves a simulated pair without any latency, on the machine's clock, in the way of combinations.</summary>
    /// <param name="alike">Of one shape.</param>
    /// <param name="rate">Commands a second of the load of the first of them; null: as many as there can be.</param>
    /// <param name="bench">Carries out combinations on a correct simulated pair.</param>
    /// <param name="stop">Ends it early.</param>
    public static SuiteCostRecord Measure(IReadOnlyList<PlannedCombination> alike, double? rate, CombinationRunner bench, CancellationToken stop)
    {
        var free = Free(alike[0]);
        var moves = Move(Tracks(free) ? AtRate(free, rate) : free, bench, stop);
        var loaded = Tracks(free) ? Move(Untracked(free), bench, stop) : moves;
        var cycles = Completed(moves.Cycles);
        // Where there was time for no other: that they are dearer marks more, and not less.
        if (cycles.Count == 0) cycles = Completed(moves.WarmUps);
        var nothing = new SuiteCostRecord
        {
            Combinations = [.. alike.Select(it => it.Name)], CommandNs = 0, Steps = [], GuestDowntimeNs = 0, OrchestratorDowntimeNs = 0, Cycles = 0,
        };
        if (cycles.Count == 0 || loaded.Load is not { Commands: > 0 } load) return nothing;
        return nothing with
        {
            CommandNs = Math.Round((double)load.Ns / load.Commands, 1),
            Steps = [.. cycles[0].Steps.Select(step => new StepCost(step.Step, Median(cycles.Select(it => it.TimeOf(step.Step)))))],
            GuestDowntimeNs = Median(cycles.Select(it => it.Downtime.GuestNs)),
            OrchestratorDowntimeNs = Median(cycles.Select(it => it.Downtime.OrchestratorNs)),
            Cycles = cycles.Count,
        };
    }

    private static List<CycleRecord> Completed(IEnumerable<CycleRecord> cycles) => [.. cycles.Where(it => it.Outcome == CycleOutcome.Completed)];

    private static bool Tracks(PlannedCombination plan) => plan.Steps.Contains(CycleStep.StartTracking);

    /// <summary>What there is to copy is what the load changes meanwhile: one that waits for no device would change far more than it ever does.</summary>
    private static PlannedCombination AtRate(PlannedCombination free, double? rate) =>
        free.Guest.Mode == LoadMode.Open || rate is null ? free : free with { Guest = free.Guest with { Mode = LoadMode.Open, Rate = rate } };

    /// <summary>The same guest, of which nothing is copied: what its commands cost when it has as many as there can be.</summary>
    private static PlannedCombination Untracked(PlannedCombination free) => free with
    {
        Medium = MediumSharing.Shared,
        Dirty = null,
        GuestMemory = GuestMemoryKind.Same,
        Steps = [.. free.Steps.Where(step => step is not (CycleStep.StartTracking or CycleStep.BulkCopy or CycleStep.Rounds))],
        Guest = AsManyAsCanBe(free.Guest),
        Pair = free.Pair with { Medium = MediumSharing.Shared },
    };

    private static GuestSettings AsManyAsCanBe(GuestSettings guest) => guest with { Mode = LoadMode.Closed, Rate = null, Arrivals = ArrivalKind.Poisson };

    private static CombinationResult Move(PlannedCombination free, CombinationRunner bench, CancellationToken stop)
    {
        try
        {
            return bench(free, new Progress<CombinationProgress>(), stop);
        }
        catch (ArgumentException)
        {
            // What is asked of real functions need not be what a simulated pair can have.
            return new CombinationResult();
        }
    }

    /// <summary>What is moved for a combination: two that give the same here have one cost.</summary>
    private static PlannedCombination Free(PlannedCombination like) => like with
    {
        Name = "suite cost",
        Seed = 1,
        Sweep = null,
        Real = null,
        Clock = ClockKind.Real,
        Cycles = Cycles,
        CancelAfter = null,
        BreakAt = null,
        ReadBack = ReadBackCycles.Every,
        Gates = new GateSettings { Tainted = 100 },
        Limits = like.Limits with { Time = new Duration(Math.Min(like.Limits.Time.Nanoseconds, s_longest.Nanoseconds)) },
        Guest = Tracks(like) ? like.Guest : AsManyAsCanBe(like.Guest),
        Dwell = new DwellSettings
        {
            Before = Duration.FromMilliseconds(5), After = Duration.FromMilliseconds(5), SteadyRound = Duration.FromMilliseconds(5), WarmUp = 3,
        },
        // To wait for what a profile grants is no cost of the suite.
        Copy = like.Copy with { Bandwidth = Size.Zero },
        Pair = like.Pair with
        {
            Device = like.Pair.Device with { Timing = new SimulatedTiming() },
            Destination = like.Pair.Destination is { } other ? other with { Timing = new SimulatedTiming() } : null,
        },
    };

    private static long Median(IEnumerable<long?> samples) => SampleFigures.Of(samples)?.Median ?? 0;
}
