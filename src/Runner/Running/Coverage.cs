using Conformance.Migration;
using Conformance.Suite;

namespace Conformance.Runner.Running;

/// <summary>Requirement by requirement: who looked at it and what was seen.</summary>
internal static class Coverage
{
    /// <param name="catalogue">All requirements.</param>
    /// <param name="cases">What cases showed.</param>
    /// <param name="combinations">What combinations observed: their names for requirements are identifiers, or rows of the reference.</param>
    public static IReadOnlyList<RequirementRecord> Of(
        RequirementCatalogue catalogue, IEnumerable<CaseRecord> cases, IEnumerable<(string Name, Journal Journal)> combinations)
    {
        var seen = new Dictionary<string, List<RequirementVerdict>>();
        void See(string requirement, string by, Verdict verdict)
        {
            if (!seen.TryGetValue(requirement, out var list)) seen[requirement] = list = [];
            list.Add(new RequirementVerdict(by, verdict));
        }

        foreach (var it in cases)
        {
            foreach (var (id, verdict) in it.Requirements) See(id, it.Id, it.Verdict == Verdict.Waived && verdict > Verdict.Waived ? Verdict.Waived : verdict);
            // One that ended otherwise than by looking says so of all that it was to look at.
            foreach (var id in it.Covers.Except(it.Requirements.Select(one => one.Id))) See(id, it.Id, it.Verdict == Verdict.Pass ? Verdict.Inconclusive : it.Verdict);
        }

        foreach (var (name, journal) in combinations)
        {
            foreach (var group in journal.Observations.Where(it => it.Relation != Relation.Any).GroupBy(it => it.Requirement))
            {
                if ((catalogue.Find(group.Key) ?? catalogue.FindByAssertion(group.Key)) is { } requirement)
                    See(requirement.Id, name, Verdicts.Worst(group.Select(o => o.Holds ? Verdict.Pass : o.Otherwise)));
            }
        }

        return
        [
            .. from area in catalogue.Areas
               from it in area.Requirements
               let looks = seen.GetValueOrDefault(it.Id) ?? []
               select new RequirementRecord
               {
                   Id = it.Id, Area = area.Name, Level = Words.Of(it.Level), Status = Words.Of(it.Status), StatusReason = it.Reason, Text = it.Text,
                   Verdict = looks.Count == 0 ? null : Verdicts.Worst(looks.Select(look => look.Verdict)), By = looks,
               },
        ];
    }
}
