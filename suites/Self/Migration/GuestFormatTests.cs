using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>The guest's load on namespaces with protection information, and within the limits that a controller announces.</summary>
public sealed class GuestFormatTests
{
    private static readonly GuestSettings Mixed = Plans.Guest with
    {
        Mix = new MixSettings { Read = 30, Write = 30, WriteZeroes = 20, Deallocate = 15, Flush = 5 },
    };

    private static readonly Combination Kind = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Local, AdminQueue = AdminQueueKind.Mediated, Cycles = 2,
    };

    [Test, Combinatorial]
    public void Blocks_with_protection_information_move_with_it([Values(1, 2, 3)] int type, [Values] bool extended)
    {
        var ns = new SimulatedNamespace { MetadataSize = 8, ProtectionType = (byte)type, ExtendedMetadata = extended };
        AssertMoves(Plans.Run(Plans.Of(Kind, guest: Mixed, ns: ns)));
    }

    [TestCase(1, 0U, 0L)]
    [TestCase(0, 2U, 0L)]
    [TestCase(0, 0U, 3L)]
    public void Commands_without_data_keep_within_the_announced_limits(int writeZeroes, uint range, long all)
    {
        var limits = new SimulatedIoCommands { WriteZeroesSizeLimit = (byte)writeZeroes, DatasetRangeBlocks = range, DatasetBlocks = all };
        // The host copies by commands of its own; the medium is shared so that they are the guest's alone.
        AssertMoves(Plans.Run(Plans.Of(Kind with { Medium = MediumSharing.Shared }, Plans.Device with { IoCommands = limits }, Mixed)));
    }

    private static void AssertMoves(CombinationResult result)
    {
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(it => it.Outcome), Is.EqualTo((CycleOutcome[])[CycleOutcome.Completed, CycleOutcome.Completed]));
        Assert.That(result.Cycles.Select(it => it.BlocksVerified), Is.All.Positive);
    }
}
