using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>
/// A command that is never answered, at each step where that matters: source and destination never run both, and the record says which does.
/// Its own function takes no more commands, so the series ends.
/// </summary>
public sealed class UnknownOutcomeTests
{
    // Migration Send (41h) by SEL: Suspend, Resume, Set Controller State. Migration Receive is 42h.
    private const string Suspend = "41";
    private const string Resume = "4100000000000000000000000000000000000000000000000000000000000000000000000000000001";
    private const string SetState = "4100000000000000000000000000000000000000000000000000000000000000000000000000000002";
    private const string Mask = "FF000000000000000000000000000000000000000000000000000000000000000000000000000000FF";

    private static readonly Combination Kind = new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, Cycles = 2 };

    [TestCase(AdminQueueKind.Mediated)]
    [TestCase(AdminQueueKind.Carried)]
    public void A_resume_that_was_not_answered_is_followed_by_the_source_once_the_destination_is_proven_stopped(AdminQueueKind admin)
    {
        var cycle = Run(admin, Resume, atDestination: true);
        Assert.That((cycle.Outcome, cycle.EndsAt, cycle.Committed), Is.EqualTo((CycleOutcome.Failed, GuestPlace.Source, (CycleStep?)null)));
        Assert.That(cycle.ProvenStopped.Single(), Does.StartWith("B:1 after a function level reset: CC 00000000h").And.Contains("was not asked"));
        Assert.That(cycle.Findings.Single(it => it.Path == "step.resume").Verdict, Is.EqualTo(Verdict.Timeout));
        Assert.That(cycle.Findings.Select(it => it.Path), Has.None.EqualTo("guest"));
        Assert.That(cycle.BlocksVerified, Is.Positive, "the guest goes on at the source");
    }

    [Test]
    public void A_load_that_was_not_answered_leaves_the_guest_at_the_source()
    {
        var cycle = Run(AdminQueueKind.Mediated, SetState, atDestination: true);
        Assert.That((cycle.Outcome, cycle.EndsAt), Is.EqualTo((CycleOutcome.Failed, GuestPlace.Source)));
        Assert.That(cycle.Findings.Select(it => it.Path), Does.Contain("step.load"));
    }

    [Test]
    public void A_suspend_that_was_not_answered_leaves_nobody_running()
    {
        // Whether the source is suspended is not known, and its controlling function can no longer be asked to resume it.
        var cycle = Run(AdminQueueKind.Mediated, Suspend, atDestination: false);
        Assert.That((cycle.Outcome, cycle.EndsAt), Is.EqualTo((CycleOutcome.Failed, GuestPlace.Nowhere)));
        Assert.That(cycle.Findings.Select(it => it.Path), Does.Contain("source"));
    }

    private static CycleRecord Run(AdminQueueKind admin, string command, bool atDestination)
    {
        var plan = Plans.Of(Kind with { AdminQueue = admin });
        var dropping = plan.Pair.Device with
        {
            Faults = [new SimulatedFault { Admin = true, Pattern = command, Mask = Mask, Action = FaultAction.Drop, Times = 0 }],
        };
        var pair = atDestination ? plan.Pair with { Destination = dropping } : plan.Pair with { Device = dropping, Destination = plan.Pair.Device };
        return Plans.Run(plan with { Pair = pair }).Cycles.Single();
    }
}
