using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Whole cycles on the simulated pair. What they cannot see: a mistake that device and oracles share.</summary>
public sealed class CycleTests
{
    private static IEnumerable<TestCaseData> Combinations()
    {
        foreach (var medium in Enum.GetValues<MediumSharing>())
        {
            foreach (var memory in Enum.GetValues<GuestMemoryKind>())
            {
                foreach (var admin in Enum.GetValues<AdminQueueKind>())
                {
                    yield return new TestCaseData(new Combination { Commands = MigrationCommands.Hmlm, Medium = medium, GuestMemory = memory, AdminQueue = admin })
                        .SetArgDisplayNames($"hmlm {admin} {medium} {memory}");
                }
            }

            yield return new TestCaseData(new Combination { Commands = MigrationCommands.VendorRfc, Medium = medium, Dirty = medium == MediumSharing.Local ? DirtySource.HostNoted : null })
                .SetArgDisplayNames($"vendor-rfc {medium}");
        }
    }

    [TestCaseSource(nameof(Combinations))]
    public void A_correct_device_moves_and_nothing_is_found(Combination combination)
    {
        var result = Plans.Run(combination with { Cycles = 4 });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.All.EqualTo(CycleOutcome.Completed));
        Assert.That(result.Cycles, Has.Count.EqualTo(4));
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Fetched), Is.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Unfetched), Is.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Posted), Is.Positive);
    }

    [TestCase(AdminQueueKind.Mediated)]
    [TestCase(AdminQueueKind.Carried)]
    public void The_suites_own_reading_back_of_the_state_is_not_in_the_downtime(AdminQueueKind admin)
    {
        var kind = new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = admin, Cycles = 2 };
        foreach (var cycle in Plans.Run(kind).Cycles)
        {
            StepRecord Step(CycleStep of) => cycle.Steps.Single(it => it.Step == of);
            var (net, readBack) = (cycle.Downtime, cycle.Downtime.ReadBackNs);
            Assert.That(readBack, Is.GreaterThanOrEqualTo(Plans.Timing.SaveState.Nanoseconds), "the device takes so long for its state");
            // What stands in the record is the interval that the clock showed, without the read-back.
            Assert.That(net.OrchestratorNs + readBack, Is.EqualTo(Step(CycleStep.RestartGuest).BeginNs - Step(CycleStep.StopGuest).BeginNs));
            Assert.That(net.SuspendedNs + readBack, Is.EqualTo(Step(CycleStep.Resume).EndNs - Step(CycleStep.Suspend).BeginNs));
            Assert.That(net.GuestNs, Is.GreaterThan(net.OrchestratorNs!.Value));
        }

        var opaque = Plans.Run(new Combination { Commands = MigrationCommands.VendorRfc, Medium = MediumSharing.Shared, Cycles = 1 });
        Assert.That(opaque.Cycles.Select(it => it.Downtime.ReadBackNs), Is.All.Null, "nothing is read back of an opaque state");
    }

    private static IEnumerable<TestCaseData> Stops() =>
        from kind in new[]
        {
            new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Mediated },
            new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Carried },
            new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Local, GuestMemory = GuestMemoryKind.Copied },
            new Combination { Commands = MigrationCommands.VendorRfc, Medium = MediumSharing.Shared },
        }
        select new TestCaseData(kind).SetArgDisplayNames($"{kind.Commands} {kind.AdminQueue} {kind.Medium}");

    [TestCaseSource(nameof(Stops))]
    public void A_guest_that_rings_on_until_the_suspend_completed_loses_nothing(Combination combination)
    {
        var result = Plans.Run(combination with { Cycles = 4, GuestStop = GuestStop.AfterSuspend });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Unfetched), Is.Positive);
    }

    [TestCaseSource(nameof(Stops))]
    public void A_doorbell_rung_after_the_state_was_saved_is_found_as_lost_commands(Combination combination)
    {
        var result = Plans.Run(combination with { Cycles = 2, GuestStop = GuestStop.AfterSave });
        var lost = result.Findings().Where(f => f.Requirement == "LM-POST-01" && f.What.StartsWith("LOST", StringComparison.Ordinal)).ToList();
        Assert.That(lost, Is.Not.Empty);
        Assert.That(lost.Select(f => f.Verdict), Is.All.EqualTo(Verdict.Fail));
        Assert.That(lost.Select(f => f.Path), Is.All.StartsWith("guest.queue["));
        if (combination.Commands == MigrationCommands.Hmlm)
            Assert.That(result.Findings().Select(f => (f.Requirement, f.Path)), Does.Contain(("LM-SUSP-06", "nvme.sq[1].tail")));
    }
}
