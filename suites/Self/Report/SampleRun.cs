using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Self.Report;

/// <summary>Records as a run would leave them, with all that a report can show; made by arithmetic, so they are the same each time.</summary>
internal static class SampleRun
{
    public static RunRecord Of(
        int combinations = 2, int cycles = 12, int cases = 0, int requirements = 0, bool sweep = false, ClockKind clock = ClockKind.Virtual, Verdict verdict = Verdict.Pass)
    {
        var plan = PlanOf(combinations, sweep, clock);
        return new RunRecord
        {
            Environment = new EnvironmentRecord
            {
                Commit = "0123456789ab", Modified = false, Runtime = ".NET 10.0.0", System = "Linux", Kernel = "6.1", Architecture = "X64", Processor = "a processor",
                Cores = 2, MemoryBytes = 8L << 30, Arguments = ["run", "sample", "--set", "guest.depth=4"], ProfilePath = "sample",
                Started = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero), ElapsedSeconds = 1.5,
            },
            Plan = plan,
            Combinations = [.. plan.Combinations.Select((it, i) => CombinationRecord.Of(it, Result(it, i, cycles)))],
            Costs = [Cost([.. plan.Combinations.Select(it => it.Name)])],
            Cases = [.. Enumerable.Range(0, cases).Select(Case)],
            Requirements = [.. Enumerable.Range(0, requirements).Select(Requirement)],
            Verdict = verdict,
            ExitCode = 0,
            Interrupted = false,
        };
    }

    /// <summary>What the suite costs in moves as theirs.</summary>
    public static SuiteCostRecord Cost(params string[] combinations) => new()
    {
        Combinations = combinations, CommandNs = 1_500, Steps = [new StepCost(CycleStep.Suspend, 9_000), new StepCost(CycleStep.Save, 30_000)], GuestDowntimeNs = 90_000,
        OrchestratorDowntimeNs = 80_000, Cycles = 10,
    };

    public static Finding Finding(string requirement, string what) => new()
    {
        Verdict = Verdict.Fail, Requirement = requirement, Path = "queue[1]", What = what, Observed = "3", Expected = "4", Cycle = 1,
    };

    private static Plan PlanOf(int combinations, bool sweep, ClockKind clock)
    {
        var profile = new Profile
        {
            Name = "sample",
            Seed = 1,
            Clock = clock,
            Device = new DeviceUnderTest { Sim = new SimulatedDevice() },
            Combinations = new OrderedDictionary<string, Combination>(
                Enumerable.Range(0, combinations).Select(i => KeyValuePair.Create($"local-{i}", new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Local }))),
        };
        var plan = Plan.Of(profile);
        return sweep
            ? plan with { Combinations = [.. plan.Combinations.Select((it, i) => it with { Sweep = new SweepPoint("depth", "guest.depth", $"{1 << i}", 1 << i) })] }
            : plan;
    }

    private static CombinationResult Result(PlannedCombination plan, int index, int cycles) => new()
    {
        Commands = 15_000,
        Bytes = 60_000_000,
        Load = new LoadRecord { Commands = 12_000, Bytes = 48_000_000, Ns = 50_000_000 },
        Latency = new LatencyRecord { Before = Latencies(50_000, 80_000), PreCopy = Latencies(5_000, 90_000), During = Latencies(3_000, 200_000), After = Latencies(40_000, 82_000) },
        Cycles = [.. Enumerable.Range(1, cycles).Select(number => Cycle(plan, index, number))],
        Strip = Strip(),
        WorldNs = 100_000_000,
    };

    private static CycleRecord Cycle(PlannedCombination plan, int index, int number)
    {
        var begin = number * 10_000_000L;
        var spread = (number * 7919 % 101 * 1_000L) + (index * 40_000);
        (CycleStep Step, long Ns)[] steps =
        [
            (CycleStep.Check, 2_000_000), (CycleStep.Prepare, 110_000), (CycleStep.BulkCopy, 900_000), (CycleStep.Rounds, 350_000), (CycleStep.StopGuest, 0),
            (CycleStep.Suspend, 170_000 + spread), (CycleStep.Save, 100_000), (CycleStep.Drain, 130_000), (CycleStep.SuspendDestination, 110_000), (CycleStep.Load, 200_000), (CycleStep.Resume, 100_000),
            (CycleStep.RestartGuest, 0), (CycleStep.Verify, 3_000_000),
        ];
        var at = begin;
        return new CycleRecord
        {
            Number = number,
            From = $"A VF {plan.FromVf}",
            To = $"B VF {plan.ToVf}",
            Outcome = CycleOutcome.Completed,
            Steps = [.. steps.Select(it => new StepRecord(it.Step, at, at += it.Ns))],
            Downtime = new DowntimeRecord { GuestNs = 830_000 + spread, OrchestratorNs = 810_000 + spread, SuspendedNs = 800_000 + spread, DeviceNs = 700_000 + spread },
            InFlight = new InFlightRecord { Fetched = 12, Unfetched = 3, Posted = 2 },
            Copy = new CopyRecord { Rounds = 1 + (number % 3), MediumBytes = 4_890_624 + (number * 4096), BlocksAfterStop = 47 + (number % 5), BlocksReported = 186 + number },
            Latency = new LatencyRecord { Before = new LatencyFigures { N = 4_000 }, PreCopy = new LatencyFigures { N = 400 }, During = new LatencyFigures { N = 250 }, After = new LatencyFigures { N = 3_000 } },
            BlocksVerified = 2048,
            StateBytes = 152,
        };
    }

    private static LatencyFigures Latencies(long n, long median)
    {
        var buckets = new List<long>();
        var left = n;
        for (var i = 0; left > 0; i++)
        {
            var count = Math.Max(1, left / 6);
            buckets.AddRange([median / 2 * (10 + i) / 10, count]);
            left -= count;
        }

        return new LatencyFigures { N = n, MedianNs = median, P99Ns = median * 2, MaxNs = buckets[^2], Buckets = buckets };
    }

    private static StripRecord Strip()
    {
        const int spans = 120;
        var stopped = Enumerable.Range(0, spans).Select(i => i is >= 60 and < 69).ToList();
        return new StripRecord
        {
            Cycle = 1, Guest = 1, BeginNs = 10_000_000, WidthNs = 100_000, StoppedNs = 16_000_000, RestartedNs = 16_900_000,
            Completions = [.. stopped.Select((it, i) => it ? 0L : 25 + (i % 3))],
            Bytes = [.. stopped.Select(it => it ? 0L : 102_400)],
            LongestNs = [.. stopped.Select((it, i) => it ? 0L : i == 69 ? 1_000_000 : 120_000 + (i % 7 * 5_000))],
        };
    }

    private static CaseRecord Case(int i) => new()
    {
        Id = $"suspend/Class.A_case_with_a_name_that_says_what_it_claims_{i}",
        Device = "sim",
        Verdict = i % 40 == 7 ? Verdict.Fail : i % 9 == 4 ? Verdict.NotSupported : Verdict.Pass,
        Reason = i % 9 == 4 ? "OACS does not say that it can" : null,
        Covers = [$"LM-SUSP-{i % 60:00}"],
        Findings = i % 40 == 7 ? [Finding($"LM-SUSP-{i % 60:00}", "one is not two")] : [],
        Identity = new DeviceIdentity(0x1DE5, "A model", "1.0"),
    };

    private static RequirementRecord Requirement(int i) => new()
    {
        Id = $"LM-SUSP-{i:00}",
        Area = i % 2 == 0 ? "suspend" : "state",
        Level = i % 3 == 0 ? "mandatory" : "optional",
        Status = i % 5 == 0 ? "open" : "covered",
        Text = "The controller shall do what a sentence of a standard says, and it takes some words to say it, as sentences of standards do.",
        Verdict = i % 5 == 0 ? null : Verdict.Pass,
        By = i % 5 == 0 ? [] : [.. Enumerable.Range(0, 8).Select(n => new RequirementVerdict($"suspend/Class.Case_{n}", Verdict.Pass))],
    };
}
