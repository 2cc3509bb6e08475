using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Self.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

/// <summary>
/// What is programmed in the simulated device is what the observers see, to the nanosecond: on the virtual clock each figure is a sum of programmed
/// latencies, each as often as its command lies in the interval.
/// </summary>
public sealed class FormulaTests
{
    private static readonly Combination s_kind = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Carried,
    };

    private static readonly Duration[] s_latencies = [Duration.FromMicroseconds(100), Duration.FromMilliseconds(1), Duration.FromMilliseconds(50)];

    /// <summary>A command by its latency, and how often it lies in what each observer sees.</summary>
    private static IEnumerable<TestCaseData> Latencies()
    {
        (string Name, Func<Duration, SimulatedTiming> Timing, int[] Times)[] commands =
        [
            // The source, and the destination to be loaded.
            ("suspend", it => Plans.Timing with { Suspend = it }, [2, 2, 2, 2]),
            ("resume", it => Plans.Timing with { Resume = it }, [1, 1, 1, 1]),
            // The header, which says how long it is, and the state.
            ("save-state", it => Plans.Timing with { SaveState = it }, [2, 2, 2, 2]),
            ("load-state", it => Plans.Timing with { LoadState = it }, [1, 1, 1, 1]),
        ];
        foreach (var (name, timing, times) in commands)
        {
            foreach (var latency in s_latencies) yield return new TestCaseData(timing, latency, times).SetArgDisplayNames(name, latency.ToString());
        }
    }

    [TestCaseSource(nameof(Latencies))]
    public void Downtime_is_what_is_programmed(Func<Duration, SimulatedTiming> timing, Duration latency, int[] times)
    {
        var (without, with) = (Run(timing(default)), Run(timing(latency)));
        foreach (var ((_, name, of), expected) in Downtimes.All.Zip(times))
            Assert.That(of(with) - of(without), Is.EqualTo(expected * latency.Nanoseconds), name);
    }

    /// <summary>Of a guest that has one command in flight at most: after its restart it waits for one read.</summary>
    [Test]
    public void What_the_guest_sees_longer_is_its_first_command_on_the_destination([ValueSource(nameof(s_latencies))] Duration latency)
    {
        var one = Plans.Guest with { Queues = 1, Depth = 1 };
        long First(Duration read) => Run(Plans.Timing with { Read = read }, one) is var it ? it.GuestNs!.Value - it.OrchestratorNs!.Value : 0;
        Assert.That(First(latency) - First(default), Is.EqualTo(latency.Nanoseconds));
    }

    /// <summary>What is left where nothing is programmed is what keeps steps of one time in order, a nanosecond or a few each.</summary>
    [Test]
    public void Nothing_else_is_in_any_of_them()
    {
        var it = Run(new SimulatedTiming(), dwell: Duration.FromMicroseconds(20));
        foreach (var (_, name, of) in Downtimes.All) Assert.That(of(it), Is.Positive.And.LessThan(1_000), name);
    }

    [Test]
    public void The_three_observers_are_in_each_other()
    {
        var it = Run(Plans.Timing);
        Assert.That(it.SuspendedNs!.Value, Is.LessThanOrEqualTo(it.OrchestratorNs!.Value));
        Assert.That(it.OrchestratorNs.Value, Is.LessThanOrEqualTo(it.GuestNs!.Value));
    }

    /// <summary>One move: what went before it, and so which commands are in flight when the guest stops, is the same with any latency of a move.</summary>
    private static DowntimeRecord Run(SimulatedTiming timing, GuestSettings? guest = null, Duration? dwell = null)
    {
        // A closed loop: an open one may have nothing to submit when it restarts, and then waits for the next arrival.
        guest = (guest ?? Plans.Guest) with { Mix = new MixSettings { Read = 100 }, IoSizes = [Size.KiB(4)] };
        var plan = Plans.Of(s_kind, Plans.Device with { Timing = timing }, guest);
        plan = plan with { Dwell = new DwellSettings { Before = dwell ?? Duration.FromMicroseconds(300), After = dwell ?? Duration.FromMilliseconds(200) } };
        var result = Composition.Bench(null)(plan, new Progress<CombinationProgress>(), CancellationToken.None);
        Assert.That(result.Findings(), Is.Empty);
        return result.Cycles.Single().Downtime;
    }
}
