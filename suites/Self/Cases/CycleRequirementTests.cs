using Conformance.Device;
using Conformance.Migration;
using Conformance.Self.Migration;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>What a cycle observes goes by the catalogue's identifiers, so that cycles and cases speak of the same requirements.</summary>
[TestFixture]
internal sealed class CycleRequirementTests
{
    // Not sentences of a standard: what the suite has to get right around a cycle, and that nobody reaches what is not mapped for it.
    private static readonly string[] _oracles = ["bench", "cycle", "limits", "vacuity", "isolation"];

    private static readonly RequirementCatalogue _requirements = RequirementCatalogue.Shipped;

    [Test]
    public void Every_observation_of_whole_cycles_is_about_a_requirement()
    {
        var seen = new[] { MediumSharing.Shared, MediumSharing.Local }
            .SelectMany(medium => Plans.Run(new Combination
            {
                Commands = MigrationCommands.Hmlm, Medium = medium, GuestMemory = GuestMemoryKind.Copied, Cycles = 2,
            }).Journal.Observations)
            .Select(it => it.Requirement).Distinct().Except(_oracles).ToList();
        Assert.That(seen, Has.Count.GreaterThan(10));
        foreach (var requirement in seen) Assert.That(_requirements.Find(requirement), Is.Not.Null, requirement);
    }
}
