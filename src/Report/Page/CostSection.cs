using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What the suite itself costs on this machine, beside what was measured: a table for each shape of move.</summary>
internal static class CostSection
{
    /// <summary>Tables that are open when the page is.</summary>
    private const int Open = 3;

    public static void Write(Html html, RunRecord run)
    {
        if (run.Costs.Count == 0) return;
        html.Write($"<h2 id=\"cost\">Cost of the suite ({run.Figures})</h2>");
        html.Write($"<p>Measured in this run on the machine's clock: a simulated device that takes no time was moved as the combinations move theirs, so that all the");
        html.Write($"time that passed was the suite's; once for those that differ in nothing that takes it time. Each is the median. A figure that is not {SuiteCost.Near} times");
        html.Write($"its cost is marked <span class=\"near\">near</span>: it says as much of the suite as of the device. On the virtual clock the suite takes no time, and");
        html.Write($"nothing is marked.</p>");
        var shown = run.Combinations.Select(it => (Record: it, Plan: run.Plan.Combinations.FirstOrDefault(plan => plan.Name == it.Name)))
            .Where(it => run.CostOf(it.Record.Name) is not null).Take(RunPlots.CombinationsDrawn).ToList();
        for (var i = 0; i < run.Costs.Count; i++)
        {
            var cost = run.Costs[i];
            var names = string.Join(", ", cost.Combinations);
            if (cost.IsKnown) WriteShape(html, cost, names, [.. shown.Where(it => cost.Combinations.Contains(it.Record.Name))], run.Costs.Count <= Open);
            else html.Write($"<p class=\"warn\"><b>{names}</b>: a simulated device could not be moved so, or not in time. What the suite costs there is not known, and nothing is marked.</p>");
        }

        var all = run.Costs.Where(it => it.IsKnown).Sum(it => it.Combinations.Count);
        if (all > shown.Count) html.Write($"<p class=\"note\">Beside them the first {shown.Count} of {all} combinations on the machine's clock.</p>");
    }

    private static void WriteShape(Html html, SuiteCostRecord cost, string names, List<(CombinationRecord Record, PlannedCombination? Plan)> shown, bool isOpen)
    {
        html.Write($"<details{(isOpen ? " open" : "")}><summary><b>{names}</b></summary>");
        html.Write($"<p>Moved {cost.Cycles} times. A command of the load costs {Human.Time(cost.CommandNs)}; of the downtime, {Human.Time(cost.GuestDowntimeNs)} (guest) and");
        html.Write($"{Human.Time(cost.OrchestratorDowntimeNs)} (orchestrator) are the suite's.</p>");
        html.Write($"<div class=\"wide\"><table><tr><th>step<th class=\"n\">the suite");
        foreach (var (record, _) in shown) html.Write($"<th class=\"n\">{record.Name}, median");
        html.Write($"</tr>");
        foreach (var step in cost.Steps)
            WriteRow(html, Words.Of(step.Step), step.Ns, shown, cycle => cycle.TimeOf(step.Step));
        WriteRow(html, "downtime, guest", cost.GuestDowntimeNs, shown, cycle => cycle.Downtime.GuestNs);
        WriteRow(html, "downtime, orchestrator", cost.OrchestratorDowntimeNs, shown, cycle => cycle.Downtime.OrchestratorNs);
        html.Write($"</table></div></details>");
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
