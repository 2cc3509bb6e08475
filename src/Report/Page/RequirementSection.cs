using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Requirement by requirement: what was seen, and as loudly what nothing looked at.</summary>
internal static class RequirementSection
{
    /// <summary>How a requirement that nothing looked at is called in the matrix.</summary>
    private const string Unseen = "not looked at";

    /// <summary>Cases that are named of those that looked; the record has all.</summary>
    private const int Named = 6;

    public static void Write(Html html, RunRecord run)
    {
        if (run.Requirements.Count == 0) return;
        var unseen = run.Requirements.Where(it => it.Verdict is null).ToList();
        var excused = unseen.Count(it => it.StatusReason is not null);
        html.Write($"<h2 id=\"requirements\">Requirements</h2>");
        html.Write($"<p>Looked at: {run.Requirements.Count - unseen.Count} of {run.Requirements.Count}. <b>Not looked at: {unseen.Count} of {run.Requirements.Count}</b>");
        html.Write($"(Without a reason: {unseen.Count - excused}. With a reason: {excused}).</p>");
        WriteShares(html, "level", run.Requirements.GroupBy(it => it.Level));
        WriteShares(html, "area", run.Requirements.GroupBy(it => it.Area));
        html.Write($"<h3>Each requirement</h3>");
        WriteFilters(html, run);
        html.Write($"<div class=\"wide\"><table id=\"matrix\"><thead><tr><th>requirement<th>level<th>verdict<th>what must be so<th>looked at by, or why not</tr></thead><tbody>");
        foreach (var it in run.Requirements.OrderByDescending(Weight)) WriteRow(html, it);
        html.Write($"</tbody></table></div>");
    }

    /// <summary>What is wrong first, then what nothing looked at, then what holds.</summary>
    private static int Weight(RequirementRecord it) => it.Verdict switch
    {
        null => it.StatusReason is null ? 3 : 2,
        Verdict.Pass or Verdict.Waived => 1,
        Verdict.Skipped or Verdict.NotSupported => 0,
        { } bad => 10 + (int)bad,
    };

    private static void WriteRow(Html html, RequirementRecord it)
    {
        var verdict = it.Verdict is { } seen ? Words.Of(seen) : Unseen;
        html.Write($"<tr data-level=\"{it.Level}\" data-area=\"{it.Area}\" data-verdict=\"{verdict}\"><td>{it.Id}<td>{it.Level}");
        html.Write($"<td class=\"{(it.Verdict is null ? "warn" : verdict)}\">{verdict}<td>{it.Text}<td>");
        if (it.Verdict is null) html.Write($"{it.Status}{(it.StatusReason is null ? "" : $": {it.StatusReason}")}");
        // The worst first: with many, what holds is not named.
        foreach (var (by, found) in it.By.OrderByDescending(by => by.Verdict).Take(Named))
        {
            if (found == Verdict.Pass) html.Write($"{by} ");
            else html.Write($"<span class=\"{Words.Of(found)}\">{by}</span> ");
        }

        if (it.By.Count > Named) html.Write($"and {it.By.Count - Named} more");
        html.Write($"</tr>");
    }

    private static void WriteFilters(Html html, RunRecord run)
    {
        html.Write($"<div class=\"filters\" data-of=\"matrix\" hidden>");
        WriteChoice(html, "level", run.Requirements.Select(it => it.Level));
        WriteChoice(html, "area", run.Requirements.Select(it => it.Area));
        WriteChoice(html, "verdict", run.Requirements.Select(it => it.Verdict is { } seen ? Words.Of(seen) : Unseen));
        html.Write($"<label>with <input type=\"search\" size=\"16\"></label><output></output></div>");
    }

    private static void WriteChoice(Html html, string name, IEnumerable<string> values)
    {
        html.Write($"<label>{name} <select name=\"{name}\"><option value=\"\">all</option>");
        foreach (var it in values.Distinct().Order(StringComparer.Ordinal)) html.Write($"<option>{it}</option>");
        html.Write($"</select></label>");
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
}
