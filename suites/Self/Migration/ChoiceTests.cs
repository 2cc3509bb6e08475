using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>The plan's choices, each by what it changes on the wire: shown by a device that refuses exactly that, or by what the cycle then counts.</summary>
public sealed class ChoiceTests
{
    private static readonly Combination Local = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Local, AdminQueue = AdminQueueKind.Mediated, Cycles = 2,
    };

    // Migration Send, Suspend (41h, SEL 0), by bits of dword 11: DUDMQ, STYPE.
    private static readonly SimulatedFault s_refusesDeletion = Matching(0x41, 0, 0x8000_0000, 0x8000_0000);
    private static readonly SimulatedFault s_refusesNotification = Matching(0x41, 0, 0, 0x00FF_0000);

    // Controller Data Queue, Create (45h, SEL 0) and Delete (SEL 1), by PC.
    private static readonly SimulatedFault s_refusesLists = Matching(0x45, 0, 0, 1);
    private static readonly SimulatedFault s_refusesDelete = Matching(0x45, 1, 0, 0);

    // Set Features 21h with ETPT.
    private static readonly SimulatedFault s_refusesEvents = Matching(0x09, 0x21, 0x8000_0000, 0x8000_0000);

    [TestCase(GuestMemoryKind.Same)]
    [TestCase(GuestMemoryKind.Copied)]
    public void A_queue_that_the_suspend_deletes_is_drained_to_the_last_entry(GuestMemoryKind memory)
    {
        var kind = Local with { DataQueue = DataQueueEnd.DeletedBySuspend, GuestMemory = memory };
        AssertMoves(Plans.Run(kind));
        AssertMoves(Plans.Run(kind, Refusing(s_refusesDelete)));
        Assert.That(Plans.Run(kind, Refusing(s_refusesDeletion)).Findings().Select(it => it.Path), Does.Contain("step.suspend"));
        Assert.That(Plans.Run(Local, Refusing(s_refusesDelete)).Findings(), Is.Not.Empty, "a queue that is kept is deleted at the end");
    }

    [Test]
    public void A_cancelled_move_whose_queue_the_suspend_deleted_can_be_made_again()
    {
        var result = Plans.Run(Local with { DataQueue = DataQueueEnd.DeletedBySuspend, CancelAfter = StepChoice.At(CycleStep.Save), Cycles = 1 });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(it => it.Outcome), Is.EqualTo(new[] { CycleOutcome.Cancelled, CycleOutcome.Completed }));
    }

    [TestCase(MigrationCommands.Hmlm)]
    [TestCase(MigrationCommands.Vfio)]
    public void A_destination_that_nobody_has_enabled_is_taken_also_where_the_device_suspends_no_such_one(MigrationCommands commands)
    {
        var device = Plans.Device with { Ambiguities = new() { SuspendDisabled = Leniency.Refuse } };
        AssertMoves(Plans.Run(new() { Commands = commands, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Carried, Cycles = 2 }, device));
    }

    [Test]
    public void Tail_events_tell_the_host_that_reports_wait()
    {
        var kind = Local with { Reports = ReportSource.TailEvent };
        var result = Plans.Run(kind);
        AssertMoves(result);
        Assert.That(result.Cycles.Sum(it => it.Copy.TailEvents), Is.Positive);
        Assert.That(Plans.Run(kind, Refusing(s_refusesEvents)).Findings(), Is.Not.Empty);
        Assert.That(Plans.Run(Local).Cycles.Select(it => it.Copy.TailEvents), Is.All.Null);
    }

    [TestCase(AdminQueueKind.Mediated)]
    [TestCase(AdminQueueKind.Carried)]
    public void Queues_whose_pages_are_not_neighbours_move_as_well(AdminQueueKind admin)
    {
        // 512 entries of 64 bytes: eight pages.
        var guest = Plans.Guest with { Entries = 512, Memory = Size.MiB(2) };
        var kind = Local with { QueueMemory = QueueMemoryKind.Scattered, AdminQueue = admin };
        AssertMoves(Plans.Run(kind, guest: guest));
        Assert.That(Plans.Run(kind, Refusing(s_refusesLists), guest).Findings().Select(it => it.Path), Does.Contain("step.start-tracking"));
    }

    [Test]
    public void A_suspend_is_announced_only_where_the_plan_says_so()
    {
        AssertMoves(Plans.Run(Local with { SuspendNotification = false }, Refusing(s_refusesNotification)));
        Assert.That(Plans.Run(Local, Refusing(s_refusesNotification)).Findings().Select(it => it.Path), Does.Contain("step.suspend"));
    }

    [Test]
    public void On_the_machines_clock_no_verdict_depends_on_its_speed()
    {
        var result = Plans.Run(Plans.Of(
            Local with { Clock = ClockKind.Real, Medium = MediumSharing.Shared, GuestMemory = GuestMemoryKind.Copied },
            guest: Plans.Guest with { CommandTimeout = Duration.FromSeconds(30) }));
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(it => it.Outcome), Is.All.EqualTo(CycleOutcome.Completed));
    }

    [TestCase(NamespaceIdentity.Provisioned, CycleOutcome.Refused, "LM-MED-03", Verdict.NotSupported)]
    [TestCase(NamespaceIdentity.Differs, CycleOutcome.Completed, "LM-MED-03", Verdict.Warn)]
    [TestCase(NamespaceIdentity.Carried, CycleOutcome.Completed, "LM-POST-11", Verdict.Fail)]
    public void A_namespace_of_another_name_is_refused_told_or_found_as_the_plan_says(
        NamespaceIdentity identity, CycleOutcome outcome, string requirement, Verdict verdict)
    {
        var plan = Plans.Of(Local with { NamespaceIdentity = identity, Cycles = 1 });
        var device = plan.Pair.Device;
        var renamed = device with { Namespaces = [device.Namespaces[0] with { Uuid = "11111111-2222-3333-4444-555555555555" }] };
        var result = Plans.Run(plan with { Pair = plan.Pair with { Destination = renamed } });
        Assert.That(result.Cycles.Single().Outcome, Is.EqualTo(outcome));
        Assert.That(result.Findings().Select(it => (it.Requirement, it.Verdict)).Distinct(), Is.EqualTo(new[] { (requirement, verdict) }));
    }

    [Test]
    public void A_private_namespace_is_not_copied_and_is_told_as_such()
    {
        var plan = Plans.Of(Local);
        var device = plan.Pair.Device;
        var own = device with { Namespaces = [device.Namespaces[0] with { Shared = false, AttachedTo = [1] }] };
        var result = Plans.Run(plan with { Pair = plan.Pair with { Device = own } });
        Assert.That(result.Findings().Select(it => (it.Path, it.Verdict)), Is.EqualTo(new[] { ("namespace", Verdict.NotSupported) }));
        Assert.That(result.Cycles, Is.Empty);
    }

    [TestCase(DirtySource.CopyWhileSuspended)]
    [TestCase(DirtySource.Tracked)]
    [TestCase(DirtySource.HostNoted)]
    public void The_limit_of_a_copy_is_none_while_the_guest_stands_still(DirtySource dirty)
    {
        // No rounds: something is left for when the guest stands still.
        var plan = Plans.Of(Local with { Dirty = dirty });
        var free = Plans.Run(plan with { Copy = plan.Copy with { RoundsMax = 0, Chunk = Size.KiB(4) } });
        var limited = Plans.Run(plan with { Copy = plan.Copy with { RoundsMax = 0, Bandwidth = Size.MiB(16), Chunk = Size.KiB(4) } });
        AssertMoves(limited);
        static long Ns(CombinationResult result, CycleStep step) =>
            result.Cycles.SelectMany(it => it.Steps).Where(it => it.Step == step).Sum(it => it.EndNs - it.BeginNs);
        // What was copied then would have taken longer than this alone.
        var bytes = dirty == DirtySource.CopyWhileSuspended
            ? limited.Cycles.Sum(it => it.Copy.MediumBytes)
            : limited.Cycles.Sum(it => it.Copy.BlocksAfterStop) * (long)plan.Pair.Device.Namespaces[0].BlockSize;
        Assert.That(bytes, Is.GreaterThan(64 << 10));
        Assert.That(Ns(limited, CycleStep.Drain), Is.LessThan(bytes * 1e9 / (16 << 20) / 2));
        if (dirty != DirtySource.CopyWhileSuspended) Assert.That(Ns(limited, CycleStep.BulkCopy), Is.GreaterThan(2 * Ns(free, CycleStep.BulkCopy)));
    }

    private static void AssertMoves(CombinationResult result)
    {
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(it => it.Outcome), Is.EqualTo(new[] { CycleOutcome.Completed, CycleOutcome.Completed }));
        Assert.That(result.Cycles.Select(it => it.BlocksVerified), Is.All.Positive);
    }

    private static SimulatedDevice Refusing(SimulatedFault fault) => Plans.Device with { Faults = [fault] };

    /// <summary>An admin command by opcode, the low byte of dword 10, and bits of dword 11; refused whenever it comes.</summary>
    private static SimulatedFault Matching(byte opcode, byte cdw10, uint cdw11, uint mask)
    {
        static string Entry(byte opcode, byte cdw10, uint cdw11)
        {
            var bytes = new byte[48];
            (bytes[0], bytes[40]) = (opcode, cdw10);
            BitConverter.TryWriteBytes(bytes.AsSpan(44), cdw11);
            return Convert.ToHexString(bytes);
        }

        return new SimulatedFault { Admin = true, Pattern = Entry(opcode, cdw10, cdw11), Mask = Entry(0xFF, 0xFF, mask), Times = 0 };
    }
}
