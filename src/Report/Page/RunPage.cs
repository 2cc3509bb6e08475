using Conformance.Migration;

namespace Conformance.Report;

/// <summary>
/// A run as one page that needs nothing else: no network, light and dark and on paper. Made of the record alone. Its script filters the matrix and
/// tells a pointer its values; without it all is there to read.
/// </summary>
public static class RunPage
{
    /// <summary>Cycles of a combination that are shown step by step; the record has all.</summary>
    private const int CyclesShown = 20;

    public static string Write(RunRecord run) => Write(run, RunPlots.Of(run));

    public static string Write(RunRecord run, RunPlots plots)
    {
        var html = new Html();
        PageStyle.Begin(html, $"{run.Plan.Name}: {Headline.Of(run)} ({run.Figures})");
        FirstScreen.Write(html, run, plots);
        FailureSection.Write(html, run);
        CombinationTable.Write(html, run);
        if (plots.Sweeps.Count > 0)
        {
            html.Write($"<h2 id=\"sweeps\">Sweeps</h2>");
            Figure.WriteAll(html, plots.Sweeps);
        }

        if (run.Combinations.Count > RunPlots.CombinationsDrawn)
            html.Write($"<p class=\"note\">Charts: of the first {RunPlots.CombinationsDrawn} of {run.Combinations.Count} combinations; tables and run.json have all.</p>");
        for (var i = 0; i < run.Combinations.Count; i++) CombinationSection.Write(html, run, i, plots.OfCombination(i), CyclesShown);
        CaseSection.Write(html, run);
        RequirementSection.Write(html, run);
        CostSection.Write(html, run);
        EnvironmentSection.Write(html, run);
        PageScript.Write(html);
        html.Write($"</body></html>");
        return html.ToString();
    }
}
