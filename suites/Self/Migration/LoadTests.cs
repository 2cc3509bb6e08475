using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Both kinds of load, by what only they show.</summary>
public sealed class LoadTests
{
    private const double Rate = 50_000;

    private static readonly Combination Kind = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Mediated, Cycles = 4,
    };

    private static readonly GuestSettings Open = Plans.Guest with { Mode = LoadMode.Open, Rate = Rate, Depth = 64, Memory = Size.MiB(4) };

    [TestCase(ArrivalKind.Poisson)]
    [TestCase(ArrivalKind.Constant)]
    public void In_an_open_loop_commands_begin_at_their_rate_whatever_a_move_does(ArrivalKind arrivals)
    {
        // Between two looks at the controller the load runs undisturbed.
        var plan = Plans.Of(Kind, guest: Open with { Arrivals = arrivals });
        var result = Plans.Run(plan with { Dwell = new DwellSettings { Before = Milliseconds(40), After = Milliseconds(1) } });
        Assert.That(result.Findings(), Is.Empty);
        var before = result.Cycles.Sum(it => it.Latency.Before.N);
        Assert.That(before, Is.EqualTo(4 * 0.040 * Rate).Within(5).Percent);
    }

    [TestCase(Route.OneWay, 1)]
    [TestCase(Route.ThereAndBack, 1)]
    [TestCase(Route.ThereAndBack, 2)]
    public void The_rate_that_is_told_of_an_open_loop_is_its_rate(Route route, int vfs)
    {
        // Verification reads and the time of the bring-up are in neither figure.
        var plan = Plans.Of(Kind with { Route = route, Vfs = vfs }, guest: Open with { Arrivals = ArrivalKind.Constant });
        var result = Plans.Run(plan with { Dwell = new DwellSettings { Before = Milliseconds(20), After = Milliseconds(20) } });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Load!.Rate, Is.EqualTo(vfs * Rate).Within(2).Percent);
        Assert.That(result.Load.Commands, Is.LessThan(result.Commands));
        Assert.That(result.Load.Ns, Is.LessThan(result.WorldNs));
    }

    [Test]
    public void An_interrupted_run_tells_what_its_load_did_by_then_and_one_without_a_load_tells_nothing()
    {
        using var stop = new CancellationTokenSource();
        var plan = Plans.Of(Kind, guest: Open) with { Dwell = new DwellSettings { Before = Milliseconds(20), After = Milliseconds(20) } };
        var atVerify = new StopAt(stop, CycleStep.Verify);
        var result = new CombinationRun(plan, Plans.NewPair, atVerify).Execute(stop.Token);
        Assert.That(result.Interrupted, Is.True);
        Assert.That(result.Load!.Commands, Is.Positive);
        Assert.That(result.Load.Rate, Is.Positive);
        Assert.That(new CombinationRun(plan, Plans.NewPair).Execute(stop.Token).Load?.Rate, Is.Null);
    }

    /// <summary>What is written before the first move is copied by each, and is in no figure of the load.</summary>
    [Test]
    public void A_region_that_is_filled_is_copied_whole_from_the_first_move_on()
    {
        var region = Size.MiB(2);
        var guest = Open with { Region = region, IoSizes = [Size.KiB(4)], Mix = new MixSettings { Read = 70, Write = 30 }, Rate = 10_000, Arrivals = ArrivalKind.Constant };
        var kind = Kind with { Medium = MediumSharing.Local, Neighbours = 1 };
        var dwell = new DwellSettings { Before = Milliseconds(5), After = Milliseconds(5) };
        CombinationResult Run(bool fill) => Plans.Run(Plans.Of(kind, guest: guest with { Fill = fill }) with { Dwell = dwell });
        var (filled, empty) = (Run(true), Run(false));
        Assert.That(filled.Findings().Concat(empty.Findings()), Is.Empty);
        Assert.That(filled.Cycles.Select(it => it.Copy.EachRound[0].CopiedBytes), Is.All.EqualTo((long)region.Bytes));
        Assert.That(empty.Cycles.Select(it => it.Copy.EachRound[0].CopiedBytes), Is.Ordered);
        Assert.That(empty.Cycles[0].Copy.EachRound[0].CopiedBytes, Is.LessThan((long)region.Bytes / 2));
        Assert.That(filled.Load!.Commands, Is.EqualTo(empty.Load!.Commands).Within(5).Percent);
        Assert.That(filled.Latency!.Before.N, Is.EqualTo(empty.Latency!.Before.N).Within(5).Percent);
    }

    private sealed class StopAt(CancellationTokenSource stop, CycleStep step) : IProgress<CombinationProgress>
    {
        public void Report(CombinationProgress value)
        {
            if (value.Step == step) stop.Cancel();
        }
    }

    [Test]
    public void In_an_open_loop_latency_counts_from_the_intended_start()
    {
        var open = Plans.Run(Plans.Of(Kind, guest: Open));
        var closed = Plans.Run(Plans.Of(Kind));
        Assert.That(open.Findings(), Is.Empty);
        foreach (var cycle in open.Cycles)
        {
            // Whoever should have begun right after the stop waited for all of it.
            Assert.That(cycle.Latency.During.MaxNs, Is.GreaterThan(cycle.Downtime.OrchestratorNs!.Value * 9 / 10));
            // And not one did, but as many as should have begun: more than could be in flight when it stopped.
            var missed = cycle.Downtime.OrchestratorNs!.Value * Rate / 1e9;
            var (during, inFlight) = (cycle.Latency.During.N, Open.Depth);
            Assert.That(during, Is.GreaterThanOrEqualTo((long)missed).And.LessThanOrEqualTo((long)missed + 1 + inFlight), "those that the blackout met, and no other");
            Assert.That(cycle.Latency.PreCopy.MaxNs, Is.LessThan(cycle.Downtime.OrchestratorNs!.Value), "who was answered before the stop did not wait for the move");
        }

        Assert.That(closed.Cycles.Sum(it => it.Latency.Before.N), Is.Positive);
    }

    [Test]
    public void Poisson_arrivals_come_in_bursts_and_constant_ones_do_not()
    {
        long Most(ArrivalKind arrivals) => Plans.Run(Plans.Of(Kind, guest: Open with { Arrivals = arrivals })).Cycles.Max(it => it.Latency.Before.MaxNs)!.Value;
        Assert.That(Most(ArrivalKind.Poisson), Is.GreaterThan(Most(ArrivalKind.Constant)));
    }

    [Test]
    public void A_closed_loop_keeps_its_depth_in_flight_and_does_not_fall_behind()
    {
        var result = Plans.Run(Plans.Of(Kind));
        // 2 queues of depth 8: all of them are somewhere at the cut.
        foreach (var cycle in result.Cycles)
            Assert.That(cycle.InFlight.Fetched + cycle.InFlight.Unfetched, Is.GreaterThanOrEqualTo(16));
    }

    [TestCase(0)]
    [TestCase(40)]
    public void What_was_acknowledged_survives_a_move_whether_or_not_it_was_flushed(int flushes)
    {
        // LM-MED-08: a move is no power loss, so that the ledger holds every acknowledged change to it, flushed or not.
        var mix = new MixSettings { Write = 80 - flushes, Read = 20, Flush = flushes };
        foreach (var medium in Enum.GetValues<MediumSharing>())
        {
            var result = Plans.Run(Plans.Of(Kind with { Medium = medium, CancelAfter = StepChoice.At(CycleStep.Save) }, guest: Plans.Guest with { Mix = mix }));
            Assert.That(result.Findings(), Is.Empty);
            Assert.That(result.Cycles.Sum(it => it.BlocksVerified), Is.Positive);
        }
    }

    private static Duration Milliseconds(int value) => Duration.FromMilliseconds(value);
}
