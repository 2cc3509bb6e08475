using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Runner.Running;
using Conformance.Self.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

/// <summary>What a whole run of a combination records of its load, and what the suite costs.</summary>
public sealed class LoadFiguresTests
{
    private static readonly Combination s_kind = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Carried, Cycles = 3,
    };

    private static readonly GuestSettings s_open = Plans.Guest with
    {
        Mode = LoadMode.Open, Rate = 50_000, Arrivals = ArrivalKind.Constant, Depth = 64, Memory = Size.MiB(4), Mix = new MixSettings { Read = 100 }, IoSizes = [Size.KiB(4)],
    };

    [Test]
    public void A_load_is_waited_for_until_it_is_steady_and_is_told_over_time()
    {
        var dwell = new DwellSettings
        {
            Before = Duration.FromMilliseconds(20), After = Duration.FromMilliseconds(20), Window = Duration.FromMilliseconds(2), RecoveryWindow = Duration.FromMilliseconds(2), SteadyRound = Duration.FromMilliseconds(2),
        };
        var device = Plans.Device with { Timing = Plans.Timing with { Suspend = Duration.FromMilliseconds(2) } };
        var result = Plans.Run(Plans.Of(s_kind, device, s_open) with { Dwell = dwell });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That((result.Steady!.IsSteady, result.Steady.Rounds.Count), Is.EqualTo((true, SteadyState.Window)));
        foreach (var it in result.Cycles.Select(it => it.Throughput))
        {
            Assert.That(it.BeforePerSecond, Is.EqualTo(50_000).Within(2).Percent);
            Assert.That(it.RecoveryNs, Is.LessThan(1_000_000), "what waited is made up for at once");
        }

        // More than the device can do: as many commands complete in each round as in the last, and each has waited longer.
        var flooded = Plans.Run(Plans.Of(s_kind, device, s_open with { Rate = 400_000 }) with { Cycles = 1, Dwell = dwell with { SteadyRounds = 8 } }).Steady!;
        Assert.That((flooded.Figure, flooded.IsSteady, flooded.Rounds.Count), Is.EqualTo((SteadyFigure.Latency, false, 8)));

        var strip = result.Strip!;
        var cycle = result.Cycles.Single(it => it.Number == strip.Cycle);
        Assert.That(cycle.Downtime.GuestNs, Is.EqualTo(result.Cycles.Select(it => it.Downtime.GuestNs).Order().ElementAt(1)), "the median of three");
        Assert.That(strip.RestartedNs - strip.StoppedNs, Is.EqualTo(cycle.Downtime.OrchestratorNs + cycle.Downtime.ReadBackNs));
        var stopped = Enumerable.Range(0, strip.Completions.Count)
            .Where(i => strip.BeginNs + (i * strip.WidthNs) is var at && at > strip.StoppedNs + 100_000 && at + strip.WidthNs < strip.RestartedNs).ToList();
        Assert.That(stopped, Is.Not.Empty);
        Assert.That(stopped.Sum(i => strip.Completions[i]), Is.Zero, "nothing completes while the guest stands still");
    }

    [TestCase(ClockKind.Real, 1, Route.ThereAndBack)]
    [TestCase(ClockKind.Real, 1, Route.OneWay)]
    [TestCase(ClockKind.Virtual, 0, Route.ThereAndBack)]
    public void Moves_that_warm_up_are_judged_and_in_no_figure(ClockKind clock, int warmed, Route route)
    {
        var plan = Plans.Of(s_kind with { Clock = clock, Route = route });
        var result = Plans.Run(plan with { Dwell = plan.Dwell with { WarmUp = 1 } });
        Assert.That(result.AllCycles.SelectMany(it => it.Findings), Is.Empty);
        Assert.That((result.WarmUps.Count, result.Cycles.Count), Is.EqualTo((warmed, 3)));
        Assert.That(result.AllCycles.Select(it => it.Number), Is.EqualTo(Enumerable.Range(1, warmed + 3)));
        var lost = Plans.Run(plan with { Cycles = 1, Dwell = plan.Dwell with { WarmUp = 1 } }, Defects.DefectCatalogue.Find("flipped-state-byte")!);
        Assert.That(CombinationRecord.Of(plan, lost with { Cycles = [] }).AllFindings(), warmed > 0 ? Is.Not.Empty : Is.Empty);
    }

    [Test]
    public void The_load_of_a_move_that_warms_up_is_in_no_figure()
    {
        const long before = 100_000_000;
        var plan = Plans.Of(s_kind with { Clock = ClockKind.Real, Cycles = 1 }, guest: s_open with { Rate = 2_000 });
        var result = Plans.Run(plan with { Dwell = plan.Dwell with { Before = new Duration(before), WarmUp = 1 } });
        var counted = result.Cycles.Single().Steps;
        Assert.That(result.WarmUps, Has.Count.EqualTo(1));
        Assert.That(result.Load!.Ns, Is.GreaterThan(before / 2).And.LessThan(counted[^1].EndNs - counted[0].BeginNs + (before / 2)));
    }

    [Test]
    public void Who_stays_beside_a_moving_one_feels_what_the_device_lets_it_feel()
    {
        var plan = Plans.Of(s_kind with { Neighbours = 2 }, guest: s_open);
        var right = Plans.Run(plan);
        Assert.That(right.Findings(), Is.Empty);
        var (before, during, after) = (right.NeighbourLatency!.Before, right.NeighbourLatency.During, right.NeighbourLatency.After);
        const long instant = 10; // several guests at one time go one after the other, by a nanosecond each
        Assert.That((long?[])[during.MedianNs, after.MedianNs], Is.All.EqualTo(before.MedianNs).Within(instant), "each controller of the model has a time of its own");
        Assert.That(right.Cycles.Select(it => it.Neighbours!.Count), Is.All.EqualTo(2));
        Assert.That(right.Cycles.Select(it => it.Neighbours!.Throughput.DuringPerSecond), Is.All.EqualTo(100_000).Within(10).Percent, "both loads together");

        var slowed = Plans.Run(plan, Defects.DefectCatalogue.Find("neighbours-slowed")!);
        var first = slowed.Cycles[0].Neighbours!.Latency;
        Assert.That(first.Before.MedianNs, Is.EqualTo(before.MedianNs).Within(instant), "nobody is suspended yet");
        Assert.That(first.During.MaxNs, Is.GreaterThan(1_000_000), "a millisecond at each command");
        Assert.That(Plans.Run(s_kind).NeighbourLatency, Is.Null);
    }

    [Test]
    public void Blocks_of_neighbours_are_not_seen_by_who_moves_with_its_own()
    {
        var result = Plans.Run(s_kind with { AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local, Neighbours = 1 });
        Assert.That(result.Findings(), Is.Empty);
    }

    /// <summary>
    /// The device loses one write; whose it is depends on the seed, and a neighbour's is found as well as a mover's. One whose blocks are written
    /// again before anybody reads them is seen by nobody.
    /// </summary>
    [Test]
    public void A_block_that_a_neighbour_loses_is_found()
    {
        var lost = Defects.DefectCatalogue.Find("lost-write")!;
        var found = new HashSet<string>();
        for (ulong seed = 1; seed <= 8; seed++)
        {
            var findings = Plans.Run(Plans.Of(s_kind with { Neighbours = 1 }, seed: seed), lost).Findings();
            found.UnionWith(findings.Select(it => it.Path.StartsWith("neighbour[2].", StringComparison.Ordinal) ? it.Requirement : "a mover's"));
        }

        Assert.That(found, Is.EquivalentTo(new[] { "LM-ISO-01", "a mover's" }));
    }

    [Test]
    public void A_chunk_that_does_not_read_back_as_it_was_copied_is_told()
    {
        var plan = Plans.Of(s_kind with { AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local, Cycles = 1 });
        plan = plan with { Copy = plan.Copy with { Verify = true } };
        Assert.That(Plans.Run(plan).Findings(), Is.Empty);
        var findings = Plans.Run(plan, Defects.DefectCatalogue.Find("lost-copy")!).Findings();
        Assert.That(findings.Where(it => it.What.Contains("did not read back", StringComparison.Ordinal)).Select(it => it.Requirement).Distinct(), Is.EqualTo(new[] { "LM-MED-06" }));
    }

    [Test]
    public void Each_pass_of_a_copy_is_told()
    {
        foreach (var it in Plans.Run(s_kind with { AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local }).Cycles)
        {
            var passes = it.Copy.EachRound;
            Assert.That(passes, Has.Count.EqualTo(it.Copy.Rounds + 2), "the bulk copy, the rounds, the rest");
            Assert.That(passes.Sum(pass => pass.CopiedBytes), Is.EqualTo(it.Copy.MediumBytes));
            Assert.That(passes[^1].DirtiedBytes, Is.Zero, "nobody writes any more");
        }
    }

    [Test]
    public void Bytes_of_DMA_are_counted_and_are_the_same_each_time()
    {
        var plan = Plans.Of(s_kind, guest: s_open);
        CombinationResult Once() => Composition.Bench(null)(plan, new Progress<CombinationProgress>(), CancellationToken.None);
        var (one, other) = (Once(), Once());
        Assert.That((other.DmaBytesRead, other.DmaBytesWritten), Is.EqualTo((one.DmaBytesRead, one.DmaBytesWritten)));
        Assert.That(one.DmaBytesWritten, Is.GreaterThan(one.Load!.Bytes), "what is read goes to the guest's memory, and completions too");
        Assert.That(one.DmaBytesRead, Is.GreaterThan(one.Commands * 64), "each command is fetched");
    }

    [Test]
    public void A_load_that_is_not_waited_for_says_nothing_of_being_steady() => Assert.That(Plans.Run(s_kind).Steady, Is.Null);

    [Test]
    public void What_the_suite_costs_is_measured_step_by_step()
    {
        var cost = SuiteCost.Measure([Plans.Of(s_kind)], null, Composition.Bench(null), CancellationToken.None);
        Assert.That(cost.Cycles, Is.GreaterThan(1));
        Assert.That(cost.CommandNs, Is.Positive);
        Assert.That(cost.Steps.Select(it => it.Step), Is.EqualTo(Plans.Of(s_kind).Steps));
        Assert.That(cost.OrchestratorDowntimeNs, Is.Positive.And.LessThanOrEqualTo(cost.GuestDowntimeNs));
    }

    [Test]
    public void What_the_suite_costs_is_measured_once_for_each_shape_of_move()
    {
        PlannedCombination Named(string name, Combination kind, GuestSettings? guest = null) => Plans.Of(kind, guest: guest) with { Name = name, Clock = ClockKind.Real };
        var local = s_kind with { AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local };
        PlannedCombination[] all =
        [
            Named("shared", s_kind), Named("local", local), Named("memory", s_kind with { GuestMemory = GuestMemoryKind.Copied }), Named("two", s_kind with { Vfs = 2 }),
            Named("noted", local with { Dirty = DirtySource.HostNoted }), Named("queues", s_kind, Plans.Guest with { Queues = 1 }),
            // What the device takes, how often it is done and where it ends takes the suite no time.
            Named("slower", s_kind) with { Pair = Plans.Of(s_kind, Plans.Device with { Timing = new SimulatedTiming() }).Pair, Seed = 7, Cycles = 50 },
            // Nor does its rate, unless it sets how much there is to copy.
            Named("rate", s_kind, Plans.Guest with { Mode = LoadMode.Open, Rate = 5 }), Named("cancelled", s_kind with { CancelAfter = StepChoice.At(CycleStep.Save) }),
            Named("local-rate", local, Plans.Guest with { Mode = LoadMode.Open, Rate = 5 }),
            // Nothing is said of the time of these.
            Named("virtual", local) with { Clock = ClockKind.Virtual }, Named("control", local) with { Expect = Expectation.Fail },
        ];
        string[] shapes = ["shared slower rate cancelled", "local", "memory", "two", "noted", "queues", "local-rate"];
        Assert.That(SuiteCost.Shapes(all).Select(it => string.Join(' ', it.Select(plan => plan.Name))), Is.EqualTo(shapes));
    }

    [Test]
    public void What_is_copied_is_what_a_load_like_that_of_the_combination_changes()
    {
        var plans = new List<PlannedCombination>();
        var local = Plans.Of(s_kind with { AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local, Cycles = 2 });
        // As the computed clock has it, with loads whose cost is known: on the machine's it is what the machine has time for.
        var cost = SuiteCost.Measure([local], 5_000, (plan, _, _) =>
        {
            plans.Add(plan);
            return Plans.Run(plans.Count == 1 ? local : Plans.Of(s_kind)) with { Load = new LoadRecord { Commands = 1_000, Bytes = 0, Ns = plans.Count == 1 ? 200_000_000 : 3_000_000 } };
        }, CancellationToken.None);
        Assert.That(plans.Select(it => (it.Medium, it.Guest.Mode, it.Guest.Rate)), Is.EqualTo(new[]
        {
            (MediumSharing.Local, LoadMode.Open, (double?)5_000), (MediumSharing.Shared, LoadMode.Closed, null),
        }));
        Assert.That(plans[1].Steps, Has.None.AnyOf(CycleStep.StartTracking, CycleStep.BulkCopy, CycleStep.Rounds));
        Assert.That(cost.Steps.Select(it => it.Step), Is.EqualTo(local.Steps));
        Assert.That(cost.Steps.Single(it => it.Step == CycleStep.BulkCopy).Ns, Is.Positive);
        Assert.That(cost.CommandNs, Is.EqualTo(3_000), "of the load that waits for nobody, not of the one at its rate");
    }

    [Test]
    public void Where_a_simulated_pair_cannot_be_moved_so_nothing_is_known_of_the_cost()
    {
        // A device without the commands, as real ones are that a profile says nothing of.
        var plan = Plans.Of(s_kind with { Commands = MigrationCommands.VendorRfc }, Plans.Device with { VendorRfc = null }) with { Name = "vendor" };
        var cost = SuiteCost.Measure([plan], null, Composition.Bench(null), CancellationToken.None);
        Assert.That((cost.IsKnown, cost.Cycles, cost.Combinations.Single()), Is.EqualTo((false, 0, "vendor")));
        Assert.That(SuiteCost.Measure([plan], null, (_, _, _) => throw new ArgumentException("no such pair"), CancellationToken.None).IsKnown, Is.False);
    }

    [Test]
    public void Where_there_was_time_to_warm_up_alone_the_cost_is_of_that()
    {
        var plan = Plans.Of(s_kind);
        var cost = SuiteCost.Measure([plan], null, (it, progress, stop) =>
        {
            var result = Plans.Run(plan with { Cycles = 2 });
            return result with { Cycles = [], WarmUps = result.Cycles };
        }, CancellationToken.None);
        Assert.That((cost.Cycles, cost.IsKnown), Is.EqualTo((2, true)));
    }
}
