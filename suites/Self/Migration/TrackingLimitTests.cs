using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>A device that tracks within limits is used within them; one whose limits leave nothing is not supported, which is no failure.</summary>
public sealed class TrackingLimitTests
{
    private static readonly Combination Copied = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Mediated,
        GuestMemory = GuestMemoryKind.Copied, Cycles = 2,
    };

    private static readonly GuestSettings Small = Plans.Guest with { IoSizes = [Size.KiB(4)] };

    // 259 pages: no power of two, three of them.
    private static readonly GuestSettings Odd = Plans.Guest with { Memory = new Size((1 << 20) + (3 * 4096)) };

    private static SimulatedDevice With(SimulatedMigration migration) => Plans.Device with { Migration = migration };

    [TestCase((byte)1)]
    [TestCase((byte)2)]
    public void Reports_of_written_memory_are_asked_for_in_transfers_that_the_device_takes(byte mdts)
    {
        var device = Plans.Device with { Capabilities = Plans.Device.Capabilities with { Mdts = mdts } };
        AssertMoves(Plans.Run(Copied, device, Small));
    }

    [Test]
    public void A_device_that_wants_lengths_of_powers_of_two_is_given_them() =>
        AssertMoves(Plans.Run(Copied, With(Plans.Device.Migration with { PowerOfTwoRanges = true }), Odd));

    [Test]
    public void A_device_that_cannot_track_so_finely_is_asked_again_with_what_it_offers() =>
        AssertMoves(Plans.Run(Copied, With(Plans.Device.Migration with { TrackedGranules = 16 })));

    [Test]
    public void Powers_of_two_that_do_not_fit_the_ranges_are_tracked_more_coarsely()
    {
        DirtyMemory[] ranges = [new(1 << 20, 7 << 12)];
        var (granularity, descriptors) = new TrackedRanges(ranges, powersOfTwo: true).Fit(0, 9, most: 1)!.Value;
        Assert.That((granularity, descriptors.Single().Saddr, descriptors.Single().Len), Is.EqualTo((1, 1UL << 20, 4U)));
        (granularity, descriptors) = new TrackedRanges(ranges, powersOfTwo: true).Fit(0, 9, most: 3)!.Value;
        Assert.That(granularity, Is.Zero);
        Assert.That(descriptors.Select(it => it.Len), Is.EqualTo((uint[])[4, 2, 1]));
        Assert.That(new TrackedRanges(ranges, powersOfTwo: true).Fit(0, 0, most: 2), Is.Null);
        Assert.That(new TrackedRanges(ranges, powersOfTwo: false).Fit(0, 0, most: 0), Is.Null);
    }

    private static IEnumerable<TestCaseData> Without()
    {
        var migration = Plans.Device.Migration;
        yield return new TestCaseData("LM-MEM-12", "compatibility.memory-ranges", Copied, migration with { MemoryRanges = 0 }).SetArgDisplayNames("memory-ranges 0");
        yield return new TestCaseData("LM-MEM-18", "memory.ranges", Copied, migration with { TrackedGranules = 0 }).SetArgDisplayNames("tracked-granules 0");
        yield return new TestCaseData(
            "LM-UDT-08", "compatibility.data-queues", Copied with { Medium = MediumSharing.Local, GuestMemory = GuestMemoryKind.Same },
            migration with { DataQueues = 0 }).SetArgDisplayNames("data-queues 0");
    }

    [TestCaseSource(nameof(Without))]
    public void A_device_whose_limits_leave_nothing_is_not_supported_and_the_guest_runs_on(
        string requirement, string path, Combination kind, SimulatedMigration migration)
    {
        var plan = Plans.Of(kind, With(migration));
        var result = Plans.Run(plan);
        var cycle = result.Cycles.Single();
        Assert.That((cycle.Outcome, cycle.EndsAt), Is.EqualTo((CycleOutcome.Refused, GuestPlace.Source)));
        Assert.That(result.Findings().Select(it => (it.Requirement, it.Path, it.Verdict)), Is.EqualTo(new[] { (requirement, path, Verdict.NotSupported) }));
        Assert.That(CombinationRecord.Of(plan, result).Verdict, Is.EqualTo(Verdict.NotSupported));
    }

    private static void AssertMoves(CombinationResult result)
    {
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(it => it.Outcome), Is.EqualTo((CycleOutcome[])[CycleOutcome.Completed, CycleOutcome.Completed]));
        Assert.That(result.Cycles.Select(it => it.Copy.PagesReported), Is.All.Positive);
    }
}
