using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Each failure with its evidence and the command line that repeats it.</summary>
internal static class FailureSection
{
    /// <summary>Findings shown of one requirement of a combination; the record has all.</summary>
    private const int Shown = 3;

    /// <summary>Failures told in full. A device that fails everything fills no page of many megabytes: the tables have all.</summary>
    private const int Told = 100;

    public static bool Any(RunRecord run) => run.Cases.Any(it => FailureText.Counts(it.Verdict)) || run.Combinations.Any(FailureText.Counts)
        || run.Baseline is { IsSame: false };

    public static void Write(Html html, RunRecord run)
    {
        if (!Any(run)) return;
        var cases = run.Cases.Where(it => FailureText.Counts(it.Verdict)).OrderByDescending(it => it.Verdict).ToList();
        var combinations = run.Combinations.Where(FailureText.Counts).OrderByDescending(it => it.Verdict).ToList();
        html.Write($"<h2 id=\"failures\">What did not pass</h2>");
        if (run.Baseline is { IsSame: false } baseline) WriteBaseline(html, run, baseline);
        foreach (var it in combinations.Take(Told)) WriteCombination(html, run, it);
        foreach (var it in cases.Take(Told)) WriteCase(html, run, it);
        var left = Math.Max(0, cases.Count - Told) + Math.Max(0, combinations.Count - Told);
        if (left > 0) html.Write($"<p class=\"note\">And {left} more, in the tables below and in run.json.</p>");
    }

    public static void WriteFindings(Html html, IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0) return;
        html.Write($"<div class=\"wide\"><table><tr><th>verdict<th>cycle<th>requirement<th>where<th>what<th>observed<th>expected</tr>");
        foreach (var kind in findings.GroupBy(it => (it.Verdict, it.Requirement)).OrderByDescending(it => it.Key.Verdict))
        {
            foreach (var it in kind.Take(Shown))
            {
                html.Write($"<tr><td class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}<td class=\"n\">{it.Cycle}<td>{it.Requirement}");
                html.Write($"<td><code>{it.Path}</code><td>{it.What}<td><code>{it.Observed}</code><td><code>{it.Expected}</code></tr>");
            }

            if (kind.Count() > Shown) html.Write($"<tr><td><td><td>{kind.Key.Requirement}<td colspan=\"4\">and {kind.Count() - Shown} more in run.json</tr>");
        }

        html.Write($"</table></div>");
    }

    private static void WriteBaseline(Html html, RunRecord run, BaselineResult it)
    {
        var told = FailureText.Of(it).ToList();
        html.Write($"<h3>Baseline <span class=\"{(it.Worse.Count > 0 ? "fail" : "warn")}\">{(it.Worse.Count > 0 ? "worse" : "not as it was")}</span></h3>");
        html.Write($"<p>Figures ({run.Figures}) that are not those of the baseline:</p><ul>");
        foreach (var line in told.Take(Told)) html.Write($"<li>{line}</li>");
        html.Write($"</ul>");
        if (told.Count > Told) html.Write($"<p class=\"note\">And {told.Count - Told} more in run.json.</p>");
        html.Write($"<p class=\"again\">Again: <code>{Reproduce.Of(run)}</code></p>");
    }

    private static void WriteCombination(Html html, RunRecord run, CombinationRecord it)
    {
        html.Write($"<h3>{it.Name} <span class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}</span></h3>");
        if (it.NotFound.Count > 0)
            html.Write($"<p class=\"warn\">A negative control: it should have been found to break {string.Join(", ", it.NotFound)}, and was not.</p>");
        if (it.NotNamed.Count > 0)
            html.Write($"<p class=\"warn\">A negative control: it was also found to break {string.Join(", ", it.NotNamed)}, which must-find does not name.</p>");
        foreach (var gate in it.GatesUnmeasured) html.Write($"<p class=\"warn\">Gate: {gate}</p>");
        foreach (var gate in it.GatesBroken) html.Write($"<p class=\"fail\">Gate: {gate}</p>");
        WriteFindings(html, [.. it.AllFindings()]);
        html.Write($"<p class=\"again\">Again: <code>{Reproduce.Of(run, it)}</code></p>");
    }

    private static void WriteCase(Html html, RunRecord run, CaseRecord it)
    {
        var often = it.Runs > 1 ? $" in {it.RunsAsBad} of {it.Runs} runs" : "";
        html.Write($"<h3>{it.Id} <span class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}</span></h3><p>On {it.Device}{often}. {it.Reason}</p>");
        WriteFindings(html, it.Findings);
        html.Write($"<p class=\"again\">Again: <code>{Reproduce.Of(run, it)}</code></p>");
    }
}
