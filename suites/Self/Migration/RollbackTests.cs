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
