using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Whole cycles on the simulated pair. What they cannot see: a mistake that device and oracles share.</summary>
public sealed class CycleTests
{
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
        var result = Plans.Run(combination with { Cycles = 4 });
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Select(c => c.Outcome), Is.All.EqualTo(CycleOutcome.Completed));
        Assert.That(result.Cycles, Has.Count.EqualTo(4));
        Assert.That(result.Cycles.Select(c => c.BlocksVerified), Is.All.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Fetched), Is.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Unfetched), Is.Positive);
        Assert.That(result.Cycles.Sum(c => c.InFlight.Posted), Is.Positive);
    }
}
