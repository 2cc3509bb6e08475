using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Whole cycles on the simulated pair. What they cannot see: a mistake that device and oracles share.</summary>
public sealed class CycleTests
{
    private static readonly SimulatedTiming Timing = new()
    {
        Admin = Microseconds(2), Read = Microseconds(60), Write = Microseconds(20), Flush = Microseconds(50), OtherIo = Microseconds(30),
        PerKibibyte = new Duration(100), Suspend = Microseconds(10), Resume = Microseconds(10), SaveState = Microseconds(20), LoadState = Microseconds(20),
    };

    private static Duration Microseconds(int value) => Duration.FromMicroseconds(value);

    internal static PairUnderTest NewPair(World world, PlannedCombination plan)
    {
        var pair = SimulatedPair.Create(world, plan.Pair);
        return new PairUnderTest
        {
            SourceBus = pair.Source, SourcePf = pair.Source.PhysicalFunctions[0].Requester, DestinationBus = pair.Destination,
            DestinationPf = pair.Destination.PhysicalFunctions[0].Requester, Description = "simulated", Simulated = true, Fresh = true,
        };
    }

    internal static PlannedCombination PlanOf(Combination combination, int cycles = 3)
    {
        var profile = new Profile
        {
            Name = "test",
            Device = new DeviceUnderTest
            {
                Sim = new SimulatedDevice
                {
                    Timing = Timing, VendorRfc = new VendorDialect(), Migration = new SimulatedMigration { VendorState = new VendorState { Supported = true } },
                    Namespaces = [.. Enumerable.Range(0, combination.Vfs).Select(_ => new SimulatedNamespace { Blocks = 4096 })],
                },
            },
            Guest = new GuestSettings { Memory = Size.MiB(4), Queues = 2, Depth = 8, IoSizes = [Size.KiB(4), Size.KiB(16)] },
            Dwell = new DwellSettings { Before = Microseconds(500), After = Microseconds(500) },
            Combinations = new OrderedDictionary<string, Combination> { ["only"] = combination with { Cycles = cycles } },
        };
        return Plan.Of(profile).Combinations.Single();
    }

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
        var result = new CombinationRun(PlanOf(combination), NewPair).Execute(CancellationToken.None);
        Assert.That(result.Findings.Concat(result.Cycles.SelectMany(c => c.Findings)), Is.Empty);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.All.EqualTo(CycleOutcome.Completed));
        Assert.That(result.Cycles, Has.Count.EqualTo(3));
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Fetched), Is.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Unfetched) + result.Cycles.Sum(c => c.InFlight.Posted), Is.Positive);
    }
}
