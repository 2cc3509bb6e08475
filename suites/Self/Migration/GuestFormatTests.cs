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

    [Test, Combinatorial]
    public void Commands_without_data_keep_within_the_announced_limits([Values] MediumSharing medium, [Values(0, 1, 2, 3)] int limit)
    {
        var limits = new SimulatedIoCommands
        {
            WriteZeroesSizeLimit = (byte)(limit == 0 ? 1 : 0), DatasetRangeBlocks = limit == 1 ? 2U : 0, DatasetBlocks = limit == 2 ? 3 : 0,
            DatasetRanges = (byte)(limit == 3 ? 1 : 0),
        };
        AssertMoves(Plans.Run(Plans.Of(Kind with { Medium = medium }, Plans.Device with { IoCommands = limits }, Mixed)));
    }

    private static void AssertMoves(CombinationResult result)
    {
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(it => it.Outcome), Is.EqualTo((CycleOutcome[])[CycleOutcome.Completed, CycleOutcome.Completed]));
        Assert.That(result.Cycles.Select(it => it.BlocksVerified), Is.All.Positive);
    }
}
