using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class CatalogueErrorTests
{
    private const string Index = "areas:\n  - { name: suspend, abbreviation: SUSP, about: What stops. }\n";

    private const string Good = """
        requirements:
          - id: LM-SUSP-01
            text: It stops.
            level: mandatory
            status: tested
            since: Base 2.1
            sources: [{ document: NVMe Base 2.3, clause: 5.2.17.1.1 }, { mail: Gunthorpe, date: 2022-12-06 }]
            assertions: [SUSP-01]

        """;

    /// <summary>The same requirement once more, without the row that it covers.</summary>
    private static readonly string Again = Good[Good.IndexOf("  - id", StringComparison.Ordinal)..].Replace("[SUSP-01]", "[]");

    [Test]
    public void AGoodCatalogueIsReadWhole()
    {
        var result = Read(Index, Good);
        Assert.That(result.Errors, Is.Empty);
        var requirement = result.Catalogue!.Areas.Single().Requirements.Single();
        Assert.That(
            requirement.Sources.Select(source => source.ToString()),
            Is.EqualTo(new[] { "NVMe Base 2.3 5.2.17.1.1", "Gunthorpe, 2022-12-06" }));
        Assert.That((requirement.Level, requirement.Status), Is.EqualTo((RequirementLevel.Mandatory, RequirementStatus.Tested)));
    }

    [TestCase("id: LM-SUSP-01", "id: LM-RES-01", "2:5: an identifier of this area is LM-SUSP- and two or three digits, not 'LM-RES-01'")]
    [TestCase("id: LM-SUSP-01", "id: LM-SUSP-1", "2:5: an identifier of this area is LM-SUSP- and two or three digits, not 'LM-SUSP-1'")]
    [TestCase("mandatory", "mandatry", "4:12: requirements[0].level must be one of mandatory, mandatory-effect, optional, informative, "
        + "kernel, profile, harness, not 'mandatry'; the nearest is 'mandatory'")]
    [TestCase("tested", "implicit", "5:5: LM-SUSP-01 is implicit: a reason must say why")]
    [TestCase("status: tested", "status: tested\n    reason: none", "6:5: what is tested needs no reason")]
    [TestCase("Base 2.1", "Base 2.11", "6:5: no revision 'Base 2.11'; the nearest is 'Base 2.1'")]
    [TestCase("sources: [{", "sauces: [{", "7:5: unknown key 'sauces' in requirements[0]; the nearest is 'sources'")]
    [TestCase(", clause: 5.2.17.1.1", "", "7:15: a document has a clause, be it 'unknown'")]
    [TestCase("date: 2022-12-06", "date: May", @"7:89: requirements[0].sources[1].date must match \d{4}-\d{2}-\d{2}, which 'May' does not")]
    [TestCase(", date: 2022-12-06", "", "7:64: a mail has a date")]
    [TestCase("mail: Gunthorpe", "subject: mail", "7:64: a source is a document or a mail")]
    [TestCase("mail: Gunthorpe", "mail: Gunthorpe, document: x", "7:64: a source is a document or a mail, not both")]
    [TestCase("[SUSP-01]", "[S-1]", "8:5: 'S-1' is no row of the reference: those are SUSP-04, V18 or VF-13")]
    [TestCase("[SUSP-01]", "[V18, V18]", "8:5: V18 is covered by LM-SUSP-01 already")]
    public void AMistakeIsToldWithItsPlace(string right, string wrong, string expected) =>
        Assert.That(
            Read(Index, Good.Replace(right, wrong)).Errors.Select(error => error.ToString()),
            Does.Contain($"Requirements/suspend.yaml:{expected}"));

    [Test]
    public void ADuplicateIsToldWithBothPlaces() =>
        Assert.That(
            Read(Index, Good + Again).Errors.Select(error => error.ToString()),
            Is.EqualTo(new[] { "Requirements/suspend.yaml:9:5: LM-SUSP-01 is given already, in Requirements/suspend.yaml:2:5" }));

    [Test]
    public void IdentifiersAscend() =>
        Assert.That(
            Read(Index, Good.Replace("LM-SUSP-01", "LM-SUSP-02") + Again).Errors.Select(error => error.ToString()),
            Is.EqualTo(new[] { "Requirements/suspend.yaml:9:5: LM-SUSP-01 is out of order; identifiers ascend" }));

    [TestCase("areas: []", "requirements.yaml:1:8: areas must have at least 1 of them")]
    [TestCase("", "requirements.yaml:1:1: a mapping of keys to values is expected; there is none here")]
    [TestCase("areas:\n  - { name: resume, abbreviation: RES, about: x }", "requirements.yaml:2:7: no file Requirements/resume.yaml")]
    [TestCase(Index + "  - { name: suspend, abbreviation: SUS, about: x }", "requirements.yaml:3:7: 'suspend' is another area's")]
    [TestCase("areas: [", "requirements.yaml:2:1: not valid YAML: While parsing a node, did not find expected node content")]
    public void AWrongIndexIsTold(string index, string expected) =>
        Assert.That(Read(index, Good).Errors.Select(error => error.ToString()), Does.Contain(expected));

    [Test]
    public void ACatalogueWithoutAnIndexIsTold() =>
        Assert.That(RequirementCatalogue.Read(_ => null).Errors.Single().ToString(), Is.EqualTo("requirements.yaml: no such file"));

    private static CatalogueResult Read(string index, string suspend) => RequirementCatalogue.Read(name => name switch
    {
        RequirementCatalogue.Index => index,
        "Requirements/suspend.yaml" => suspend,
        _ => null,
    });
}
