using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>
/// A cycle that is cancelled after, or broken at, any step leaves a guest that goes on at the source, and the next cycle succeeds. What
/// they cannot see: a source that comes back later than its guest bears; time is computed.
/// </summary>
public sealed class RollbackTests
{
    private static readonly Combination[] Kinds =
    [
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Shared },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Shared, GuestMemory = GuestMemoryKind.Copied },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Mediated, Medium = MediumSharing.Local, GuestMemory = GuestMemoryKind.Copied },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Carried, Medium = MediumSharing.Shared },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Carried, Medium = MediumSharing.Shared, GuestMemory = GuestMemoryKind.Copied },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Carried, Medium = MediumSharing.Local },
        new() { Commands = MigrationCommands.Hmlm, AdminQueue = AdminQueueKind.Carried, Medium = MediumSharing.Local, GuestMemory = GuestMemoryKind.Copied },
        .. from save in Enum.GetValues<CancelAfterSave>()
           from medium in Enum.GetValues<MediumSharing>()
           select new Combination
           {
               Commands = MigrationCommands.VendorRfc, Medium = medium, CancelAfterSave = save,
               Dirty = medium == MediumSharing.Local ? DirtySource.HostNoted : null,
           },
    ];

    private static IEnumerable<TestCaseData> Cancelled() =>
        from kind in Kinds
        from step in StepsOf.Cancellable(kind)
        select new TestCaseData(kind with { CancelAfter = StepChoice.At(step) }).SetArgDisplayNames($"{NameOf(kind)} after {step}");

    private static IEnumerable<TestCaseData> Broken() =>
        from kind in Kinds
        from step in StepsOf.Breakable(kind)
        select new TestCaseData(kind with { BreakAt = StepChoice.At(step) }).SetArgDisplayNames($"{NameOf(kind)} at {step}");

    [TestCaseSource(nameof(Cancelled))]
    public void After_a_cancelled_cycle_the_guest_goes_on_at_the_source_and_the_next_cycle_succeeds(Combination combination) =>
        AssertGoesOn(combination, CycleOutcome.Cancelled);

    [TestCaseSource(nameof(Broken))]
    public void After_a_broken_cycle_the_guest_goes_on_at_the_source_and_the_next_cycle_succeeds(Combination combination) =>
        AssertGoesOn(combination, CycleOutcome.Broken);

    private static IEnumerable<TestCaseData> AfterTheCommitPoint() =>
        from medium in Enum.GetValues<MediumSharing>()
        let kind = new Combination
        {
            Commands = MigrationCommands.VendorRfc, Medium = medium, CancelAfterSave = CancelAfterSave.Impossible,
            Dirty = medium == MediumSharing.Local ? DirtySource.HostNoted : null,
        }
        from step in StepsOf.All(kind)
        where step is >= CycleStep.Save and < CycleStep.Resume
        from cancelled in new[] { true, false }
        select new TestCaseData(cancelled ? kind with { CancelAfter = StepChoice.At(step) } : kind with { BreakAt = StepChoice.At(step) })
            .SetArgDisplayNames($"{medium} {(cancelled ? "cancelled after" : "broken at")} {step}");

    [TestCaseSource(nameof(AfterTheCommitPoint))]
    public void A_source_that_was_given_up_with_the_save_is_not_resumed_and_the_record_says_so(Combination combination)
    {
        // Whoever resumes the source has a guest that runs: the vendor command would be carried out.
        var result = Plans.Run(combination with { Cycles = 2 });
        var cycle = result.Cycles.Single();
        Assert.That(cycle.Outcome, Is.EqualTo(combination.CancelAfter.IsNone ? CycleOutcome.Broken : CycleOutcome.Cancelled));
        Assert.That((cycle.Committed, cycle.EndsAt), Is.EqualTo(((CycleStep?)CycleStep.Save, GuestPlace.Nowhere)));
        Assert.That(result.Findings().Select(it => (it.Requirement, it.Path)), Is.EqualTo(new[] { ("cycle", "guest") }));
        Assert.That(result.Findings().Single().What, Does.Contain("with the submission of SAVE the source was given up"));
        Assert.That(cycle.ProvenStopped, Has.Count.EqualTo(1).And.All.StartsWith("B:1 after a function level reset: CC 00000000h"));
    }

    [TestCase(CancelAfterSave.Impossible, GuestPlace.Nowhere)]
    [TestCase(CancelAfterSave.LoadThenResume, GuestPlace.Source)]
    public void Where_the_destination_refuses_the_state_the_commit_point_says_who_may_run(CancelAfterSave save, GuestPlace expected)
    {
        // LOAD_DATA (D5h) ends with Internal Error; on the destination only.
        var refusing = Plans.Device with
        {
            Faults = [new SimulatedFault { Pattern = "d5", Mask = "ff", Admin = true }], Namespaces = [new SimulatedNamespace { Blocks = 1024 }],
        };
        var kind = new Combination { Commands = MigrationCommands.VendorRfc, Medium = MediumSharing.Shared, CancelAfterSave = save, Cycles = 1 };
        var plan = Plans.Of(kind);
        var result = Plans.Run(plan with { Pair = plan.Pair with { Destination = refusing } });
        Assert.That(result.Cycles[0].Outcome, Is.EqualTo(CycleOutcome.Failed));
        Assert.That(result.Cycles[0].EndsAt, Is.EqualTo(expected));
        Assert.That(result.Findings().Select(it => it.Path), Does.Contain("step.load"));
    }

    [Test]
    public void A_save_that_was_refused_has_given_nothing_up()
    {
        // SAVE_DATA (D2h) on the source.
        var refusing = Plans.Device with { Faults = [new SimulatedFault { Pattern = "d2", Mask = "ff", Admin = true }] };
        var kind = new Combination
        {
            Commands = MigrationCommands.VendorRfc, Medium = MediumSharing.Shared, CancelAfterSave = CancelAfterSave.Impossible, Cycles = 2,
        };
        var result = Plans.Run(kind, refusing);
        Assert.That(result.Cycles.Select(it => (it.Outcome, it.EndsAt)), Is.EqualTo(new[]
        {
            (CycleOutcome.Failed, GuestPlace.Source), (CycleOutcome.Completed, GuestPlace.Destination),
        }));
        Assert.That(result.Cycles[1].Committed, Is.EqualTo(CycleStep.Save));
    }

    private static void AssertGoesOn(Combination combination, CycleOutcome first)
    {
        var result = Plans.Run(combination with { Cycles = 2 });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.EqualTo(new[] { first, CycleOutcome.Completed, first, CycleOutcome.Completed }));
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
        Assert.That(result.Cycles.Select(c => c.From), Is.EqualTo(new[] { "A:1", "A:1", "B:1", "B:1" }));
    }

    private static string NameOf(Combination it) =>
        it.Commands == MigrationCommands.VendorRfc ? $"vendor {it.CancelAfterSave} {it.Medium}" : $"{it.AdminQueue} {it.Medium} {it.GuestMemory}";
}
