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
            Before = Duration.FromMilliseconds(20), After = Duration.FromMilliseconds(20), Window = Duration.FromMilliseconds(2), SteadyRound = Duration.FromMilliseconds(2),
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

        var strip = result.Strip!;
        var cycle = result.Cycles.Single(it => it.Number == strip.Cycle);
        Assert.That(cycle.Downtime.GuestNs, Is.EqualTo(result.Cycles.Select(it => it.Downtime.GuestNs).Order().ElementAt(1)), "the median of three");
        Assert.That(strip.RestartedNs - strip.StoppedNs, Is.EqualTo(cycle.Downtime.OrchestratorNs + cycle.Downtime.ReadBackNs));
        var stopped = Enumerable.Range(0, strip.Completions.Count)
            .Where(i => strip.BeginNs + (i * strip.WidthNs) is var at && at > strip.StoppedNs + 100_000 && at + strip.WidthNs < strip.RestartedNs).ToList();
        Assert.That(stopped, Is.Not.Empty);
        Assert.That(stopped.Sum(i => strip.Completions[i]), Is.Zero, "nothing completes while the guest stands still");
    }

    [Test]
    public void A_load_that_is_not_waited_for_says_nothing_of_being_steady() => Assert.That(Plans.Run(s_kind).Steady, Is.Null);

    [Test]
    public void What_the_suite_costs_is_measured_step_by_step()
    {
        var cost = SuiteCost.Measure(Plans.Of(s_kind), Composition.Bench(null), CancellationToken.None)!;
        Assert.That(cost.Cycles, Is.GreaterThan(1));
        Assert.That(cost.CommandNs, Is.Positive);
        Assert.That(cost.Steps.Select(it => it.Step), Is.EqualTo(Plans.Of(s_kind).Steps));
        Assert.That(cost.OrchestratorDowntimeNs, Is.Positive.And.LessThanOrEqualTo(cost.GuestDowntimeNs));
    }
}
