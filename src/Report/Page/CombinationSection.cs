using Conformance.Migration;

namespace Conformance.Report;

/// <summary>One combination of the page: how it was set up, what was found, and its cycles step by step.</summary>
internal static class CombinationSection
{
    public static void Write(Html html, RunRecord run, int index, IReadOnlyList<Plot> plots, int cyclesShown)
    {
        var it = run.Combinations[index];
        html.Write($"<h2 id=\"c{index}\">{it.Name} <span class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}</span></h2>");
        var plan = run.Plan.Combinations.FirstOrDefault(planned => planned.Name == it.Name);
        if (plan is not null) WriteSettings(html, plan);
        if (FailureText.WarmedUp(it) is { } warmed) html.Write($"<p>It was {warmed}.</p>");
        foreach (var doubt in FailureText.Doubts(it)) html.Write($"<p class=\"warn\">{doubt}.</p>");
        if (FailureText.Counts(it)) html.Write($"<p>What did not hold is <a href=\"#failures\">above</a>.</p>");
        else FailureSection.WriteFindings(html, [.. it.AllFindings()]);
        Figure.WriteAll(html, plots);
        if (it.Result.Latency is { } latency)
        {
            WriteLatency(html, "latency from the intended start, us", run, plan, LatencyPhase.Of(it), [.. it.Result.Cycles.Select(cycle => cycle.Throughput)]);
            if (latency.UntaintedCycles is { } clean) html.Write($"<p class=\"note\">Of the {clean} cycles whose blackout nothing tainted; what disturbs the suite before it or after it is not looked for.</p>");
        }

        if (RecoveryText.Of(it, plan) is { } recovery) html.Write($"<p>Throughput: {recovery}.</p>");
        if (it.Result.NeighbourLatency is not null)
            WriteLatency(html, "the same of the neighbours", run, plan, LatencyPhase.OfNeighbours(it), [.. it.Result.Cycles.Select(cycle => cycle.Neighbours?.Throughput).OfType<ThroughputRecord>()]);
        WriteCycles(html, it.Result.Cycles, cyclesShown);
    }

    private static void WriteSettings(Html html, PlannedCombination plan)
    {
        var dirty = plan.Dirty is { } source ? $" ({Words.Of(source)})" : "";
        html.Write($"<p>{Words.Of(plan.Commands)}, admin queue {Words.Of(plan.AdminQueue)}, {Words.Of(plan.Medium)} medium{dirty},");
        html.Write($"{Words.Of(plan.GuestMemory)} guest memory, guest stops {Words.Of(plan.GuestStop)}, {Words.Of(plan.Route)},");
        html.Write($"{Words.Of(plan.Clock)} clock, seed {plan.Seed}{(plan.Guest.Fill ? ", every block of the region written first" : "")}");
        if (plan.CancelAfter is { } cancel) html.Write($", cancelled after {Words.Of(cancel)}");
        if (plan.BreakAt is { } broken) html.Write($", broken at {Words.Of(broken)}");
        if (plan.Expect == Expectation.Fail) html.Write($", must be found to break {string.Join(", ", plan.MustFind)}");
        html.Write($"</p>");
    }

    /// <summary>Latency and throughput before, during and after; a quantile that so few commands do not support says so.</summary>
    private static void WriteLatency(
        Html html, string title, RunRecord run, PlannedCombination? plan, IReadOnlyList<LatencyPhase> phases, IReadOnlyList<ThroughputRecord> throughput)
    {
        var told = phases.SelectMany(phase => phase.Figures.Quantiles.Where(it => phase.Told(it.Quantile, it.Ns) is not null)).OrderBy(it => it.Quantile)
            .Select(it => it.Name).Distinct().ToList();
        html.Write($"<div class=\"wide\"><table class=\"latency\"><tr><th>{title}<th class=\"n\">commands");
        foreach (var name in told) html.Write($"<th class=\"n\">{name}");
        html.Write($"<th class=\"n\">most<th class=\"n\">commands/s, median</tr>");
        foreach (var phase in phases)
        {
            var (when, it) = (phase.When, phase.Figures);
            html.Write($"<tr><td>{Said(when)}");
            if (SuiteCost.IsNear(run, plan, it.MedianNs, cost => (long)cost.CommandNs)) html.Write($" <a class=\"near\" href=\"#cost\">near</a>");
            html.Write($"<td class=\"n\">{it.N}");
            foreach (var (_, quantile, figure) in it.Quantiles.Where(one => told.Contains(one.Name)))
                html.Write($"<td class=\"n\">{(phase.Told(quantile, figure) is { } ns ? CombinationTable.Microseconds(ns) : $"n/a ({phase.Samples})")}");
            html.Write($"<td class=\"n\">{(it.MaxNs is { } most ? CombinationTable.Microseconds(most) : "-")}");
            html.Write($"<td class=\"n\">{(Rate(throughput, when) is { } rate ? Human.Count(rate) : "-")}</tr>");
        }

        html.Write($"</table></div>");
        if (LatencyPhase.Blackouts(phases) is not { Figures.N: > 0 } during) return;
        html.Write($"<p class=\"note\">That met the blackout: {during.Figures.N} commands of {during.Cycles} cycles. What a move does to one it does to many, so a quantile");
        html.Write($"above the median is told only where the cycles support it too: p90 of {Quantiles.Needed(0.9)}, p99 of {Quantiles.Needed(0.99)}.</p>");
    }

    private static string Said(string when) => when switch
    {
        "pre-copy" => "in the move, before its blackout", LatencyRecord.OfBlackouts => "that met the blackout", _ => $"{when} the move",
    };

    private static double? Rate(IReadOnlyList<ThroughputRecord> cycles, string when)
    {
        var known = cycles.Select(it => it.Phases.First(phase => phase.When == when).PerSecond).OfType<double>().Order().ToList();
        return known.Count == 0 ? null : known[(known.Count - 1) / 2];
    }

    private static void WriteCycles(Html html, IReadOnlyList<CycleRecord> cycles, int shown)
    {
        if (cycles.Count == 0) return;
        var steps = cycles.SelectMany(cycle => cycle.Steps).Select(step => step.Step).Distinct().Order().ToList();
        html.Write($"<details><summary>Cycles: time of each step, us</summary><div class=\"wide\">");
        html.Write($"<table class=\"steps\"><thead><tr><th class=\"n\">cycle<th>route<th>outcome");
        foreach (var step in steps) html.Write($"<th class=\"n\">{Words.Of(step)}");
        html.Write($"</tr></thead><tbody>");
        foreach (var cycle in cycles.Take(shown))
        {
            html.Write($"<tr><td class=\"n\">{cycle.Number}<td>{cycle.From} &rarr; {cycle.To}<td>{Words.Of(cycle.Outcome)}");
            foreach (var step in steps)
                html.Write($"<td class=\"n\">{(cycle.TimeOf(step) is { } ns ? CombinationTable.Microseconds(ns) : "")}");

            html.Write($"</tr>");
        }

        html.Write($"</tbody></table></div>");
        if (cycles.Count > shown) html.Write($"<p class=\"note\">The first {shown} of {cycles.Count}; run.json has all.</p>");
        html.Write($"</details>");
    }
}
