using Conformance.Migration;

namespace Conformance.Report;

/// <summary>The cases of a run, a line each.</summary>
internal static class CaseSection
{
    public static void Write(Html html, RunRecord run)
    {
        if (run.Cases.Count == 0) return;
        html.Write($"<h2 id=\"cases\">Cases</h2>");
        if (run.Conformance is { } claim) html.Write($"<p><b>Conformance: {claim}.</b> Must-pass: {claim.MustPass - claim.NotRun.Count} of {claim.MustPass} run.</p>");
        foreach (var line in run.StaleWaivers) html.Write($"<p class=\"warn\">Out of date: {line}</p>");
        foreach (var it in run.Surprises) html.Write($"<p class=\"warn\">Not as expected: {it}</p>");
        WriteAreas(html, run);
        html.Write($"<details><summary>All cases</summary><div class=\"wide\"><table><thead><tr><th>case<th>verdict<th>device<th>requirements<th>why</tr></thead><tbody>");
        foreach (var it in run.Cases)
        {
            html.Write($"<tr><td>{it.Id}<td class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}{(it.Runs > 1 ? $" ({it.RunsAsBad} of {it.Runs})" : "")}");
            html.Write($"<td>{it.Device}<td>{string.Join(' ', it.Covers)}<td>{it.Reason}</tr>");
        }

        html.Write($"</tbody></table></div></details>");
    }

    private static void WriteAreas(Html html, RunRecord run)
    {
        var verdicts = run.Cases.Select(it => it.Verdict).Distinct().Order().ToList();
        html.Write($"<div class=\"wide\"><table><tr><th>area<th class=\"n\">cases");
        foreach (var verdict in verdicts) html.Write($"<th class=\"n\">{Words.Of(verdict)}");
        html.Write($"</tr>");
        foreach (var area in run.Cases.GroupBy(it => it.Area))
        {
            html.Write($"<tr><td>{area.Key}<td class=\"n\">{area.Count()}");
            foreach (var verdict in verdicts) html.Write($"<td class=\"n\">{area.Count(it => it.Verdict == verdict)}");
            html.Write($"</tr>");
        }

        html.Write($"</table></div>");
    }
}
