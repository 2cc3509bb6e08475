using System.Text.RegularExpressions;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>The catalogue as shipped. Whether a text says what its source says, a reader must judge.</summary>
[TestFixture]
public sealed partial class RequirementCatalogueTests
{
    /// <summary>The clauses that were read; a number besides these would be a guess.</summary>
    private static readonly string[] s_clausesRead =
    [
        "3.10", "4.1.1", "4.2.3", "4.2.3.1", "4.2.3.2", "5.2.4", "5.2.12.1.6", "5.2.12.1.18", "5.2.13.2.21", "5.2.13.3.1", "5.2.13.3.2",
        "5.2.16", "5.2.17.1.1", "5.2.17.1.2", "5.2.17.1.3", "5.2.26.1.23", "5.2.27", "5.2.28.1.1", "5.2.28.1.2", "5.3.1", "5.3.6", "8.1.7",
        "8.1.13", "8.1.13.1", "8.1.30.2", "8.2.6", RequirementSource.UnknownClause,
    ];

    private static readonly RequirementCatalogue s_catalogue = RequirementCatalogue.Shipped;

    [Test]
    public void EachRowOfTheReferenceIsCoveredExactlyOnce()
    {
        Assert.That(ReferenceRows.All, Has.Count.EqualTo(247 + 98 + 150));
        Assert.That(s_catalogue.Requirements.SelectMany(requirement => requirement.Assertions), Is.EquivalentTo(ReferenceRows.All));
    }

    [Test]
    public void IdentifiersAreUniqueAndSayTheirArea()
    {
        Assert.That(s_catalogue.Requirements.Select(requirement => requirement.Id), Is.Unique);
        foreach (var area in s_catalogue.Areas)
        {
            var ids = area.Requirements.Select(requirement => requirement.Id);
            Assert.That(ids, Has.All.Match($"^LM-{area.Abbreviation}-[0-9][0-9]$"), area.Name);
        }
    }

    [Test]
    public void WhatNoCaseLooksAtSaysWhy()
    {
        foreach (var requirement in s_catalogue.Requirements)
            Assert.That(requirement.Reason, requirement.Status == RequirementStatus.Tested ? Is.Null : Does.EndWith("."), requirement.Id);
    }

    [Test]
    public void EachTextIsAFewSentencesThatStandForThemselves()
    {
        foreach (var requirement in s_catalogue.Requirements)
        {
            Assert.That(requirement.Text, Does.EndWith(".").And.Match("^[A-Z]"), requirement.Id);
            Assert.That(requirement.Text, Has.Length.LessThan(320), requirement.Id);
            Assert.That(Sentence.Count(requirement.Text), Is.LessThanOrEqualTo(3), requirement.Id);
            Assert.That(requirement.Text, Does.Not.Match("^(They|It|Its|Their|So) "), requirement.Id);
        }
    }

    [Test]
    public void NoTextStandsThereTwice() => Assert.That(s_catalogue.Requirements.Select(requirement => requirement.Text), Is.Unique);

    [Test]
    public void NoClauseOfTheStandardIsAGuess()
    {
        foreach (var (id, source) in Sources())
        {
            if (source.Document == "NVMe Base 2.3") Assert.That(source.Clause, Is.AnyOf(s_clausesRead), id);
            if (source.Document?.StartsWith("NVM Command Set", StringComparison.Ordinal) == true)
                Assert.That(source.Clause, Is.EqualTo(RequirementSource.UnknownClause), id);
        }
    }

    [Test]
    public void EachMailIsOfTheThreadsThatWereRead()
    {
        foreach (var (id, source) in Sources().Where(pair => pair.Source.Mail is not null))
            Assert.That(source.Date, Does.Match("^(2022-12-|2023-01-19|2023-02-09|2025-08-0)"), id);
    }

    [Test]
    public void NothingIsMandatoryThatNoSourceStates()
    {
        string[] unstated = [.. ReferenceRows.Inferred, .. ReferenceRows.VendorInferred];
        foreach (var requirement in s_catalogue.Requirements.Where(requirement => requirement.Assertions.Any() && requirement.Assertions.All(unstated.Contains)))
        {
            Assert.That(requirement.Level, Is.Not.EqualTo(RequirementLevel.Mandatory), requirement.Id);
            Assert.That(requirement.Level, Is.Not.EqualTo(RequirementLevel.MandatoryEffect), requirement.Id);
        }
    }

    [Test]
    public void WhereOnlyTheEffectIsStatedAStatusIsNotDemanded()
    {
        string[] vague = [.. ReferenceRows.EffectOnly, .. ReferenceRows.Inferred, .. ReferenceRows.VendorInferred];
        foreach (var requirement in s_catalogue.Requirements.Where(requirement => requirement.Assertions.All(vague.Contains)))
            Assert.That(requirement.Level, Is.Not.EqualTo(RequirementLevel.Mandatory), requirement.Id);
    }

    /// <summary>The two rows told apart are stated, but as a permission (MEM-26) and as left to the implementation (RST-08).</summary>
    [Test]
    public void WhatTheStandardStatesIsDemanded()
    {
        var stated = ReferenceRows.All.Where(row => row[0] != 'V' || row.StartsWith("VIRT", StringComparison.Ordinal))
            .Except(ReferenceRows.Inferred).Except(ReferenceRows.EffectOnly).Except(["MEM-26", "RST-08"]);
        foreach (var row in stated) Assert.That(s_catalogue.FindByAssertion(row)!.Level, Is.EqualTo(RequirementLevel.Mandatory), row);
        foreach (var row in ReferenceRows.EffectOnly)
            Assert.That(s_catalogue.FindByAssertion(row)!.Level, Is.EqualTo(RequirementLevel.MandatoryEffect), row);
    }

    [Test]
    public void VfioRowsHaveTheLevelThatTheirTextGivesThem()
    {
        foreach (var row in ReferenceRows.VfioMust) Assert.That(LevelOf(row), Is.EqualTo(RequirementLevel.Mandatory), row);
        foreach (var row in ReferenceRows.VfioCode) Assert.That(LevelOf(row), Is.EqualTo(RequirementLevel.Kernel), row);
        foreach (var row in ReferenceRows.VfioHarness) Assert.That(LevelOf(row), Is.EqualTo(RequirementLevel.Harness), row);
        foreach (var row in ReferenceRows.VfioProfile)
            Assert.That(LevelOf(row), Is.AnyOf(RequirementLevel.Optional, RequirementLevel.Profile, RequirementLevel.Informative), row);
        Assert.That(LevelOf("VF-53"), Is.EqualTo(RequirementLevel.MandatoryEffect), "demanded as a call, and as an estimate only");
    }

    [Test]
    public void RequirementsAreFoundByIdentifierAndByRow()
    {
        foreach (var requirement in s_catalogue.Requirements)
        {
            Assert.That(s_catalogue.Find(requirement.Id), Is.SameAs(requirement));
            foreach (var row in requirement.Assertions) Assert.That(s_catalogue.FindByAssertion(row), Is.SameAs(requirement), row);
        }

        Assert.That(s_catalogue.Find("LM-SUSP-99"), Is.Null);
        Assert.That(s_catalogue.FindByAssertion("SUSP-99"), Is.Null);
    }

    private static RequirementLevel LevelOf(string row) => s_catalogue.FindByAssertion(row)!.Level;

    private static IEnumerable<(string Id, RequirementSource Source)> Sources() =>
        s_catalogue.Requirements.SelectMany(requirement => requirement.Sources, (requirement, source) => (requirement.Id, source));

    [GeneratedRegex(@"\.( [A-Z]|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Sentence { get; }

    /// <summary>Read area by area, as cases ask.</summary>
    [Test]
    public void What_each_weighs_is_known_without_the_rest()
    {
        foreach (var it in RequirementCatalogue.Shipped.Requirements.Reverse()) Assert.That(RequirementLevels.Of(it.Id), Is.EqualTo(it.Level), it.Id);
        foreach (var other in (string[])["LM-SUSP-999", "LM-NONE-01", "none", "LM-SUSP-999"]) Assert.That(RequirementLevels.Of(other), Is.Null, other);
    }
}
