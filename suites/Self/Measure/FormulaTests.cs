using Conformance.Device;
using Conformance.Migration;
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
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Carried, Cycles = 2,
    };

    private static readonly Duration[] s_latencies = [Duration.FromMicroseconds(100), Duration.FromMilliseconds(1), Duration.FromMilliseconds(50)];

    private static IEnumerable<TestCaseData> Latencies()
    {
        Func<Duration, SimulatedTiming> suspend = it => Plans.Timing with { Suspend = it }, resume = it => Plans.Timing with { Resume = it };
        foreach (var latency in s_latencies)
        {
            // The source, and the destination to be loaded; only the source runs the guest's commands until it is suspended.
            yield return new TestCaseData(suspend, latency, 2, 2, 2).SetArgDisplayNames("suspend", latency.ToString());
            yield return new TestCaseData(resume, latency, 1, 1, 1).SetArgDisplayNames("resume", latency.ToString());
        }
    }

    [TestCaseSource(nameof(Latencies))]
    public void Downtime_is_what_is_programmed(Func<Duration, SimulatedTiming> timing, Duration latency, int guest, int orchestrator, int suspended)
    {
        var (without, with) = (Run(timing(default)), Run(timing(latency)));
        for (var i = 0; i < without.Count; i++)
        {
            long More(Func<DowntimeRecord, long?> of) => (of(with[i]) - of(without[i]))!.Value;
            Assert.That(More(it => it.GuestNs), Is.EqualTo(guest * latency.Nanoseconds), "guest");
            Assert.That(More(it => it.OrchestratorNs), Is.EqualTo(orchestrator * latency.Nanoseconds), "orchestrator");
            Assert.That(More(it => it.SuspendedNs), Is.EqualTo(suspended * latency.Nanoseconds), "suspended");
        }
    }

    [Test]
    public void The_three_observers_are_in_each_other()
    {
        foreach (var it in Run(Plans.Timing))
        {
            Assert.That(it.SuspendedNs!.Value, Is.LessThanOrEqualTo(it.OrchestratorNs!.Value));
            Assert.That(it.OrchestratorNs.Value, Is.LessThanOrEqualTo(it.GuestNs!.Value));
        }
    }

    private static List<DowntimeRecord> Run(SimulatedTiming timing)
    {
        // A closed loop: an open one may have nothing to submit when it restarts, and then waits for the next arrival.
        var guest = Plans.Guest with { Mix = new MixSettings { Read = 100 } };
        var result = Plans.Run(s_kind, Plans.Device with { Timing = timing }, guest);
        Assert.That(result.Findings(), Is.Empty);
        return [.. result.Cycles.Select(it => it.Downtime)];
    }
}
