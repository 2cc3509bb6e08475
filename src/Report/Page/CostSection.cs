using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What the suite itself costs on this machine, beside what was measured.</summary>
internal static class CostSection
{
    public static void Write(Html html, RunRecord run)
    {
        if (run.Cost is not { } cost) return;
        html.Write($"<h2 id=\"cost\">Cost of the suite ({run.Figures})</h2>");
        html.Write($"<p>Measured in this run on the machine's clock: a simulated device that takes no time was moved {cost.Cycles} times, so that all the time that");
        html.Write($"passed was the suite's. A command of the load costs {Human.Time(cost.CommandNs)}; of the downtime, {Human.Time(cost.GuestDowntimeNs)} (guest) and");
        html.Write($"{Human.Time(cost.OrchestratorDowntimeNs)} (orchestrator) are the suite's, the medians. A figure that is not {SuiteCost.Near} times its cost is marked");
        html.Write($"<span class=\"near\">near</span>: it says as much of the suite as of the device. On the virtual clock the suite takes no time, and nothing is marked.</p>");
        var real = run.Combinations.Select(it => (Record: it, Plan: run.Plan.Combinations.FirstOrDefault(plan => plan.Name == it.Name)))
            .Where(it => SuiteCost.IsNear(it.Plan, 0, 1)).ToList();
        var shown = real.Take(RunPlots.CombinationsDrawn).ToList();
        html.Write($"<div class=\"wide\"><table><tr><th>step<th class=\"n\">the suite");
        foreach (var (record, _) in shown) html.Write($"<th class=\"n\">{record.Name}, median");
        html.Write($"</tr>");
        foreach (var step in cost.Steps)
            WriteRow(html, Words.Of(step.Step), step.Ns, shown, cycle => cycle.TimeOf(step.Step));
        WriteRow(html, "downtime, guest", cost.GuestDowntimeNs, shown, cycle => cycle.Downtime.GuestNs);
        WriteRow(html, "downtime, orchestrator", cost.OrchestratorDowntimeNs, shown, cycle => cycle.Downtime.OrchestratorNs);
        html.Write($"</table></div>");
        if (real.Count > shown.Count) html.Write($"<p class=\"note\">The first {shown.Count} of {real.Count} combinations on the machine's clock.</p>");
    }

    private static void WriteRow(Html html, string name, long costNs, List<(CombinationRecord Record, PlannedCombination? Plan)> shown, Func<CycleRecord, long?> of)
    {
        html.Write($"<tr><td>{name}<td class=\"n\">{Human.Time(costNs)}");
        foreach (var (record, plan) in shown)
        {
            if (SampleFigures.Of(Tainted.Free(record.Result.Cycles).Select(of)) is not { } figures)
            {
                html.Write($"<td>");
                continue;
            }

            html.Write($"<td class=\"n\">{Human.Time(figures.Median)}");
            if (SuiteCost.IsNear(plan, figures.Median, costNs)) html.Write($" <span class=\"near\">near</span>");
        }

        html.Write($"</tr>");
    }
}
