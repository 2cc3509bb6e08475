using Conformance.Migration;

namespace Conformance.Report;

/// <summary>All combinations, a row each.</summary>
internal static class CombinationTable
{
    private static readonly (Func<DowntimeRecord, long?> Of, Func<SuiteCostRecord, long>? Cost)[] s_observers =
        [(it => it.GuestNs, it => it.GuestDowntimeNs), (it => it.OrchestratorNs, it => it.OrchestratorDowntimeNs), (it => it.DeviceNs, null)];

    public static void Write(Html html, RunRecord run)
    {
        if (run.Combinations.Count == 0) return;
        var planned = run.Plan.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal);
        html.Write($"<h2 id=\"combinations\">Combinations</h2><div class=\"wide\"><table><thead><tr><th>combination<th>verdict<th class=\"n\">cycles");
        html.Write($"<th class=\"n\">downtime, guest, us<th class=\"n\">orchestrator, us<th class=\"n\">device, us<th class=\"n\">commands/s<th class=\"n\">verified blocks");
        html.Write($"<th class=\"n\">fetched<th class=\"n\">unfetched<th class=\"n\">posted</tr></thead><tbody>");
        for (var i = 0; i < run.Combinations.Count; i++)
        {
            var it = run.Combinations[i];
            var cycles = it.Result.Cycles;
            var inFlight = cycles.Select(cycle => cycle.InFlight).ToTotal();
            var isTainted = planned.GetValueOrDefault(it.Name) is { } plan && Tainted.In(cycles).IsOver(plan.Gates.Tainted);
            html.Write($"<tr><td><a href=\"#c{i}\">{it.Name}</a>");
            html.Write($"<td class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}{(it.UnexpectedPass ? ", unexpected pass" : "")}");
            html.Write($"<td class=\"n\">{cycles.Count}");
            foreach (var (of, cost) in s_observers)
            {
                var figures = SampleFigures.Of(cycles, of);
                html.Write($"<td class=\"n\">{MedianAndMost(figures)}");
                if (cost is not null && SuiteCost.IsNear(run, planned.GetValueOrDefault(it.Name), figures?.Median, cost)) html.Write($" <a class=\"near\" href=\"#cost\">near</a>");
                if (figures is not null && isTainted) html.Write($" <a class=\"near\" href=\"#c{i}\">tainted</a>");
            }

            html.Write($"<td class=\"n\">{(it.Result.Load?.Rate is { } rate ? Human.Count(rate) : "")}");
            if (SuiteCost.IsNear(run, planned.GetValueOrDefault(it.Name), it.Result.Load)) html.Write($" <a class=\"near\" href=\"#cost\">near</a>");
            html.Write($"<td class=\"n\">{cycles.Sum(cycle => cycle.BlocksVerified)}");
            html.Write($"<td class=\"n\">{inFlight.Fetched}<td class=\"n\">{inFlight.Unfetched}<td class=\"n\">{inFlight.Posted}</tr>");
        }

        html.Write($"</tbody></table></div>");
        html.Write($"<p class=\"note\">{run.Figures}. Downtime: median / most over {FailureText.CyclesTold(run)}. Guest: from its stop to its first completion of a command that");
        html.Write($"the destination fetched. Orchestrator: from its stop to its restart. Device: from the source's last completion or DMA");
        html.Write($"write to the destination's first fetch. The time in which the suite reads the loaded state back for its oracle is in none");
        html.Write($"of them: run.json has it as read-back-ns, and latencies contain it. The last three columns count commands in flight at the cut.</p>");
    }

    /// <summary>Median and most, us; empty where nothing was observed.</summary>
    private static string MedianAndMost(SampleFigures? figures) => figures is null ? "" : Pair(figures.Median, figures.Most);

    private static string Pair(long median, long most) => $"{Microseconds(median)} / {Microseconds(most)}";

    public static string Microseconds(long nanoseconds) => $"{nanoseconds / 1e3:#,0.0}";
}
