using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Whole cycles behind the VFIO protocol, on the simulated pair under guest I/O, with every oracle that a closed stream leaves.</summary>
public sealed class VfioCycleTests
{
    private static Combination Of(VfioSettings vfio, AdminQueueKind? admin = null, GuestMemoryKind memory = GuestMemoryKind.Same) =>
        new() { Commands = MigrationCommands.Vfio, Vfio = vfio, Medium = MediumSharing.Shared, AdminQueue = admin, GuestMemory = memory };

    private static readonly (string Name, Combination It)[] s_kinds =
    [
        ("hmlm mediated", Of(new())),
        ("hmlm mediated copied", Of(new(), memory: GuestMemoryKind.Copied)),
        ("hmlm carried", Of(new(), AdminQueueKind.Carried)),
        ("hmlm carried copied", Of(new(), AdminQueueKind.Carried, GuestMemoryKind.Copied)),
        ("hmlm p2p", Of(new() { PeerToPeer = true })),
        ("hmlm pre-copy", Of(new() { PreCopy = true })),
        ("hmlm pre-copy p2p copied", Of(new() { PreCopy = true, PeerToPeer = true }, memory: GuestMemoryKind.Copied)),
        ("hmlm host-noted", Of(new() { PreCopy = true }) with { Medium = MediumSharing.Local, Dirty = DirtySource.HostNoted }),
        ("hmlm copy-while-suspended", Of(new()) with { Medium = MediumSharing.Local, Dirty = DirtySource.CopyWhileSuspended }),
        ("vendor", Of(new() { Over = VfioOver.VendorRfc })),
        ("vendor p2p", Of(new() { Over = VfioOver.VendorRfc, PeerToPeer = true })),
        ("vendor resume", Of(new() { Over = VfioOver.VendorRfc }) with { CancelAfterSave = CancelAfterSave.Resume }),
        ("vendor host-noted", Of(new() { Over = VfioOver.VendorRfc }) with { Medium = MediumSharing.Local, Dirty = DirtySource.HostNoted }),
    ];

    /// <summary>What differs in the way back; the others come back as one of these.</summary>
    private static IEnumerable<(string Name, Combination It)> Backwards => s_kinds.Where(kind => kind.Name is
        "hmlm mediated" or "hmlm carried copied" or "hmlm pre-copy p2p copied" or "hmlm host-noted" or "vendor p2p" or "vendor resume");

    private static IEnumerable<TestCaseData> Kinds() => s_kinds.Select(kind => new TestCaseData(kind.It).SetArgDisplayNames(kind.Name));

    private static IEnumerable<TestCaseData> Cancelled() =>
        from kind in Backwards
        from step in StepsOf.Cancellable(kind.It)
        select new TestCaseData(kind.It with { CancelAfter = StepChoice.At(step) }).SetArgDisplayNames($"{kind.Name} after {step}");

    private static IEnumerable<TestCaseData> Broken() =>
        from kind in Backwards
        from step in StepsOf.Breakable(kind.It)
        select new TestCaseData(kind.It with { BreakAt = StepChoice.At(step) }).SetArgDisplayNames($"{kind.Name} at {step}");

    [TestCaseSource(nameof(Kinds))]
    public void A_correct_device_moves_and_nothing_is_found(Combination combination)
    {
        var result = Plans.Run(combination with { Cycles = 4 });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.EqualTo(Enumerable.Repeat(CycleOutcome.Completed, 4)));
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Fetched), Is.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Unfetched), Is.Positive);
        Assert.That(result.Cycles.Select(c => c.StateBytes), Is.All.GreaterThan(StreamRecordHeader.Size));
    }

    [TestCase(1, 3, HostCount.Two)]
    [TestCase(2, 1, HostCount.Two)]
    [TestCase(1, 2, HostCount.One)]
    public void To_another_slot(int from, int to, HostCount hosts)
    {
        foreach (var over in Enum.GetValues<VfioOver>())
        {
            var result = Plans.Run(Of(new() { Over = over }) with { FromVf = from, ToVf = to, Hosts = hosts, Cycles = 3 });
            Assert.That(result.Findings(), Is.Empty);
            Assert.That(result.Cycles.Select(c => c.Outcome), Is.EqualTo(Enumerable.Repeat(CycleOutcome.Completed, 3)));
        }
    }

    [TestCaseSource(nameof(Cancelled))]
    public void After_a_cancelled_cycle_the_guest_goes_on_at_the_source_and_the_next_cycle_succeeds(Combination combination) =>
        AssertGoesOn(combination, CycleOutcome.Cancelled);

    [TestCaseSource(nameof(Broken))]
    public void After_a_broken_cycle_the_guest_goes_on_at_the_source_and_the_next_cycle_succeeds(Combination combination) =>
        AssertGoesOn(combination, CycleOutcome.Broken);

    [Test]
    public void What_was_copied_ahead_is_in_the_stream()
    {
        var without = Plans.Run(Of(new())).Cycles.Single().StateBytes;
        var with = Plans.Run(Of(new() { PreCopy = true })).Cycles.Single().StateBytes;
        Assert.That(with, Is.GreaterThanOrEqualTo(without + without - StreamRecordHeader.Size));
    }

    [Test]
    public void A_device_that_is_only_suspended_in_STOP_is_found_to_be_not_silent()
    {
        var result = Plans.Run(Of(new() { Over = VfioOver.VendorRfc, Arc = VfioArc.AsPosted }) with { Cycles = 2 });
        Assert.That(result.Findings().Where(f => f.Verdict == Verdict.Fail).Select(f => f.Requirement), Does.Contain("LM-SUSP-05"));
    }

    private static void AssertGoesOn(Combination combination, CycleOutcome first)
    {
        var result = Plans.Run(combination with { Cycles = 2 });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.EqualTo(new[] { first, CycleOutcome.Completed, first, CycleOutcome.Completed }));
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
        Assert.That(result.Cycles.Select(c => c.From), Is.EqualTo(new[] { "A:1", "A:1", "B:1", "B:1" }));
    }
}
