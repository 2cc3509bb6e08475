using Conformance.Defects;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>Every planted defect is caught: some case that covers the requirement it breaks finds it, under that requirement.</summary>
[TestFixture]
internal sealed class DefectTests
{
    private static readonly CaseCatalogue _cases = CaseCatalogue.Load();
    private static readonly RequirementCatalogue _requirements = RequirementCatalogue.Shipped;

    private static IEnumerable<Defect> Defects => DefectCatalogue.All;

    [Test]
    public void Each_has_a_name_of_its_own_a_story_and_breaks_a_requirement()
    {
        Assert.That(Defects.Select(it => it.Name), Is.Unique);
        foreach (var it in Defects)
        {
            Assert.That(_requirements.Find(it.Breaks), Is.Not.Null, $"{it.Name} breaks {it.Breaks}");
            Assert.That(it.Story, Does.EndWith("."), it.Name);
        }
    }

    /// <summary>What is demanded and looked at can be found broken: without a bug that breaks it nobody knows that its check can fail.</summary>
    [Test]
    public void Every_requirement_that_is_demanded_and_tested_is_broken_by_one()
    {
        var broken = Defects.Select(it => it.Breaks).ToHashSet();
        var demanded = _requirements.Requirements
            .Where(it => it is { Status: RequirementStatus.Tested, Level: RequirementLevel.Mandatory or RequirementLevel.MandatoryEffect }).Select(it => it.Id);
        Assert.That(demanded.Where(it => !broken.Contains(it)), Is.Empty);
    }

    [TestCaseSource(nameof(Defects))]
    public void A_defect_is_caught_by_a_case_that_names_what_it_breaks(Defect defect)
    {
        var covering = _cases.Cases.Where(it => it.Covers.Contains(defect.Breaks)).ToList();
        Assert.That(covering, Is.Not.Empty, $"no case covers {defect.Breaks}");
        var settings = SimulatedDevices.BuiltBy(defect.CreatePair).Through(new VariantAccess { Steps = defect.Variant, Face = defect.VfioFace });
        var seen = new List<string>();
        foreach (var info in covering)
        {
            var record = _cases.Run(info, settings);
            if (record.Broken.Contains(defect.Breaks)) return;
            seen.Add($"{info}: {record}");
        }

        Assert.Fail($"{defect.Name} was not noticed by\n{string.Join('\n', seen)}");
    }
}
