using Conformance.Defects;
using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>
/// Between the freeze point and the fence every page that the source can reach and every vector is watched, on memory that both sides share
/// too. What they cannot see: a write of what was there already.
/// </summary>
public sealed class SilenceTests
{
    // So large that the guest's queues and buffers are a small part of it.
    private static readonly GuestSettings s_large = Plans.Guest with { Memory = Size.MiB(8) };

    [TestCase(AdminQueueKind.Carried, GuestMemoryKind.Same)]
    [TestCase(AdminQueueKind.Carried, GuestMemoryKind.Copied)]
    [TestCase(AdminQueueKind.Mediated, GuestMemoryKind.Same, Description = "the host's window")]
    public void A_write_after_the_freeze_point_is_found_wherever_it_is(AdminQueueKind admin, GuestMemoryKind memory) =>
        Assert.That(Found("late-write", admin, memory), Does.Contain(("LM-SUSP-05", "source.memory")));

    [TestCase(AdminQueueKind.Carried)]
    [TestCase(AdminQueueKind.Mediated)]
    public void An_interrupt_after_the_freeze_point_is_found(AdminQueueKind admin) =>
        Assert.That(Found("late-interrupt", admin, GuestMemoryKind.Same), Does.Contain(("LM-SUSP-05", "source.interrupts")));

    private static IEnumerable<(string Requirement, string Path)> Found(string defect, AdminQueueKind admin, GuestMemoryKind memory)
    {
        var kind = new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = admin, GuestMemory = memory };
        return Plans.Run(Plans.Of(kind, guest: s_large), DefectCatalogue.Find(defect)!).Findings().Select(it => (it.Requirement, it.Path));
    }
}
