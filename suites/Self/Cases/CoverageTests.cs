using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>Requirement by requirement: what looked at it, and what nothing looked at.</summary>
[TestFixture]
internal sealed class CoverageTests
{
    private static readonly RequirementCatalogue s_catalogue = RequirementCatalogue.Shipped;

    [Test]
    public void Cases_and_combinations_count_by_identifier_and_by_row_and_the_worst_is_told()
    {
        var journal = new Journal();
        // SUSP-04 is a row of LM-SUSP-04; the other is an oracle's own name.
        journal.Add(new Observation(1, 1, "SUSP-04", "here", "1", Relation.Same, "2", Verdict.Fail, "wrong"));
        journal.Add(new Observation(1, 1, "no-such-row", "here", "1", Relation.Same, "1", Verdict.Fail, null));
        var found = Of([Case("suspend/a", Verdict.Pass, "LM-SUSP-04")], ("moves", journal));
        Assert.That(found["LM-SUSP-04"].Verdict, Is.EqualTo(Verdict.Fail));
        Assert.That(
            found["LM-SUSP-04"].By, Is.EqualTo(new[] { new RequirementVerdict("suspend/a", Verdict.Pass), new RequirementVerdict("moves", Verdict.Fail) }));
        Assert.That(found.Values.Count(it => it.Verdict is not null), Is.EqualTo(1));
        Assert.That(found.Keys, Is.EquivalentTo(s_catalogue.Requirements.Select(it => it.Id)));
    }

    [TestCase(Verdict.Timeout)]
    [TestCase(Verdict.Crash)]
    [TestCase(Verdict.NotSupported)]
    public void What_a_case_was_to_look_at_and_did_not_is_told_as_the_case_ended(Verdict verdict) =>
        Assert.That(Of([CaseRecord.Without("suspend/a", verdict, "") with { Covers = ["LM-SUSP-04"] }])["LM-SUSP-04"].Verdict, Is.EqualTo(verdict));

    [Test]
    public void The_parts_sum_to_all()
    {
        var all = Of([Case("a/a", Verdict.Pass, "LM-SUSP-04"), Case("a/b", Verdict.Fail, "LM-SUSP-01"), Case("a/c", Verdict.Inconclusive, "LM-SUSP-02")]).Values;
        var it = CoverageShares.Of(all);
        Assert.That((it.Hold, it.DoNot, it.Open), Is.EqualTo((1, 1, 1)));
        Assert.That(it.Hold + it.DoNot + it.Open + it.Unseen, Is.EqualTo(it.All).And.EqualTo(s_catalogue.Requirements.Count));
        Assert.That(it.Excused, Is.EqualTo(s_catalogue.Requirements.Count(one => one.Reason is not null)));
    }

    private static Dictionary<string, RequirementRecord> Of(CaseRecord[] cases, params (string Name, Journal Journal)[] combinations) =>
        Coverage.Of(s_catalogue, cases, combinations).ToDictionary(it => it.Id);

    private static CaseRecord Case(string id, Verdict verdict, string requirement)
    {
        var journal = new Journal();
        journal.Add(new Observation(null, null, requirement, "here", verdict == Verdict.Pass ? "1" : "2", Relation.Same, "1", verdict, "what"));
        return CaseRecord.Judge(id, "sim", [requirement], journal, null);
    }
}
