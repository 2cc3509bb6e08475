using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Requirement by requirement: what was seen, and as loudly what nothing looked at.</summary>
internal static class RequirementSection
{
    public static void Write(Html html, RunRecord run)
    {
        if (run.Requirements.Count == 0) return;
        html.Write($"<h2 id=\"requirements\">Requirements</h2>");
        WriteShares(html, "level", run.Requirements.GroupBy(it => it.Level));
        WriteShares(html, "area", run.Requirements.GroupBy(it => it.Area));
        var unseen = run.Requirements.Where(it => it.Verdict is null).ToList();
        html.Write($"<h3>Not looked at: {unseen.Count} of {run.Requirements.Count}</h3>");
        WriteUnseen(html, "Without a reason", [.. unseen.Where(it => it.StatusReason is null)]);
        WriteUnseen(html, "With a reason", [.. unseen.Where(it => it.StatusReason is not null)]);
        html.Write($"<h3>Looked at: {run.Requirements.Count - unseen.Count} of {run.Requirements.Count}</h3>");
        html.Write($"<details><summary>Each with what looked at it</summary><div class=\"wide\"><table>");
        html.Write($"<tr><th>requirement<th>level<th>verdict<th>what must be so<th>looked at by</tr>");
        foreach (var it in run.Requirements.Where(it => it.Verdict is not null).OrderByDescending(it => it.Verdict))
        {
            html.Write($"<tr><td>{it.Id}<td>{it.Level}<td class=\"{Words.Of(it.Verdict!.Value)}\">{Words.Of(it.Verdict.Value)}<td>{it.Text}<td>");
            foreach (var (by, verdict) in it.By) html.Write($"<span class=\"{Words.Of(verdict)}\">{by}</span> ");
            html.Write($"</tr>");
        }

        html.Write($"</table></div></details>");
    }

    private static void WriteShares(Html html, string of, IEnumerable<IGrouping<string, RequirementRecord>> groups)
    {
        html.Write($"<div class=\"wide\"><table><tr><th>{of}<th class=\"n\">all<th class=\"n\">looked at<th class=\"n\">hold<th class=\"n\">do not<th class=\"n\">open");
        html.Write($"<th class=\"n\">not looked at<th class=\"n\">of these with a reason</tr>");
        foreach (var group in groups)
        {
            var it = CoverageShares.Of(group);
            html.Write($"<tr><td>{group.Key}<td class=\"n\">{it.All}<td class=\"n\">{it.Seen} ({it.Percent(it.Seen)})<td class=\"n\">{it.Hold}");
            html.Write($"<td class=\"n\">{it.DoNot}<td class=\"n\">{it.Open}<td class=\"n\"><b>{it.Unseen} ({it.Percent(it.Unseen)})</b><td class=\"n\">{it.Excused}</tr>");
        }

        html.Write($"</table></div>");
    }

    private static void WriteUnseen(Html html, string title, IReadOnlyList<RequirementRecord> unseen)
    {
        if (unseen.Count == 0) return;
        html.Write($"<details open><summary>{title}: {unseen.Count}</summary><div class=\"wide\"><table><tr><th>requirement<th>level<th>status<th>what must be so</tr>");
        foreach (var it in unseen)
            html.Write($"<tr><td>{it.Id}<td>{it.Level}<td>{it.Status}{(it.StatusReason is null ? "" : $": {it.StatusReason}")}<td>{it.Text}</tr>");
        html.Write($"</table></div></details>");
    }
}
