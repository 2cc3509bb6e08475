using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Report;

/// <summary>A run as one page that needs nothing else: no network, no script, light and dark. Made of the record alone.</summary>
public static class RunPage
{
    /// <summary>Cycles of a combination that are shown step by step; the record has all.</summary>
    private const int CyclesShown = 20;

    private static readonly Func<DowntimeRecord, long?>[] s_observers = [it => it.GuestNs, it => it.OrchestratorNs, it => it.DeviceNs];

    public static string Write(RunRecord run)
    {
        var html = new Html();
        html.Write($"<!doctype html>");
        html.Write($"<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        html.Write($"<title>{run.Plan.Name}: {Words.Of(run.Verdict)} ({run.Figures})</title>");
        WriteStyle(html);
        html.Write($"</head><body>");
        WriteHead(html, run);
        CaseSection.Write(html, run);
        RequirementSection.Write(html, run);
        if (run.Combinations.Count > 0) WriteCombinations(html, run);
        for (var i = 0; i < run.Combinations.Count; i++) CombinationSection.Write(html, run, run.Combinations[i], i, CyclesShown);
        WriteEnvironment(html, run);
        html.Write($"</body></html>");
        return html.ToString();
    }

    private static void WriteHead(Html html, RunRecord run)
    {
        html.Write($"<h1>{run.Plan.Name} <span class=\"{Words.Of(run.Verdict)}\">{Words.Of(run.Verdict)}</span></h1>");
        html.Write($"<p><b>{run.Figures}</b> device: its figures are those of a model.");
        html.Write($"Seed {run.Plan.Seed}, profile {run.Plan.ProfileHash[..12]}, exit code {run.ExitCode}.");
        if (run.Defect is { } defect) html.Write($"The device had the planted defect <b>{defect}</b>.");
        if (run.Interrupted)
        {
            html.Write($"<b>Interrupted: {run.Combinations.Count} of {run.Plan.Combinations.Count} combinations were begun");
            if (run.Plan.Cases is { } cases) html.Write($"and {run.Cases.Count} of {cases.Cases.Count} cases were run");
            html.Write($".</b>");
        }

        html.Write($"</p>");
    }

    private static void WriteCombinations(Html html, RunRecord run)
    {
        html.Write($"<h2>Combinations</h2><div class=\"wide\"><table><tr><th>combination<th>verdict<th>cycles");
        html.Write($"<th>downtime, guest<th>orchestrator<th>device<th>verified blocks<th>fetched<th>unfetched<th>posted</tr>");
        for (var i = 0; i < run.Combinations.Count; i++)
        {
            var it = run.Combinations[i];
            var cycles = it.Result.Cycles;
            var inFlight = cycles.Select(cycle => cycle.InFlight).ToTotal();
            html.Write($"<tr><td><a href=\"#c{i}\">{it.Name}</a>");
            html.Write($"<td class=\"{Words.Of(it.Verdict)}\">{Words.Of(it.Verdict)}{(it.UnexpectedPass ? ", unexpected pass" : "")}");
            html.Write($"<td class=\"n\">{cycles.Count}");
            foreach (var observer in s_observers)
                html.Write($"<td class=\"n\">{MedianAndMost(cycles.Select(cycle => observer(cycle.Downtime)))}");
            html.Write($"<td class=\"n\">{cycles.Sum(cycle => cycle.BlocksVerified)}");
            html.Write($"<td class=\"n\">{inFlight.Fetched}<td class=\"n\">{inFlight.Unfetched}<td class=\"n\">{inFlight.Posted}</tr>");
        }

        html.Write($"</table></div>");
        html.Write($"<p class=\"note\">Downtime: median / most over the cycles. Guest: from its stop to its first completion of a command that");
        html.Write($"the destination fetched. Orchestrator: from its stop to its restart. Device: from the source's last completion or DMA");
        html.Write($"write to the destination's first fetch. The time in which the suite reads the loaded state back for its oracle is in none");
        html.Write($"of them: run.json has it as read-back-ns, and latencies contain it. The last three columns count commands in flight at the cut.</p>");
    }

    private static void WriteEnvironment(Html html, RunRecord run)
    {
        var it = run.Environment;
        html.Write($"<h2>Environment</h2><table>");
        foreach (var (name, value) in ((string, string?)[])
                 [
                     ("suite", $"{it.Commit ?? "unknown"}{(it.Modified == true ? ", with changes" : "")}"),
                     ("runtime", it.Runtime),
                     ("system", $"{it.System}, kernel {it.Kernel}, {it.Architecture}"),
                     ("machine", $"{it.Processor}, {it.Cores} cores, {new Size(it.MemoryBytes >> 20 << 20)}"),
                     ("profile", it.ProfilePath),
                     ("profile hash", run.Plan.ProfileHash),
                     ("arguments", string.Join(' ', it.Arguments)),
                     ("started", $"{it.Started:yyyy-MM-dd HH:mm:ss} UTC"),
                     ("took", $"{it.ElapsedSeconds} s"),
                 ])
            html.Write($"<tr><th>{name}<td>{value}</tr>");
        html.Write($"</table>");
    }

    /// <summary>Median and most with their unit; empty where nothing was observed.</summary>
    private static string MedianAndMost(IEnumerable<long?> observed)
    {
        var sorted = observed.OfType<long>().Order().ToList();
        if (sorted.Count == 0) return "";
        return $"{CombinationSection.Microseconds(sorted[(sorted.Count - 1) / 2])} / {CombinationSection.Microseconds(sorted[^1])} us";
    }

    private static void WriteStyle(Html html) => html.Write($$"""
        <style>
        :root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --odd: #9a6700; }
        @media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --odd: #d29922; } }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
        h1 span { font-size: .6em; } h2 { margin-top: 2.5rem; } .note { opacity: .75; max-width: 60rem; }
        table { border-collapse: collapse; }
        th, td { border-bottom: 1px solid var(--line); padding: .2rem .7rem; text-align: left; vertical-align: top; }
        .n { text-align: right; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
        .pass { color: var(--good); } .fail, .crash, .timeout, .harness-error { color: var(--bad); }
        .warn, .waived, .inconclusive { color: var(--odd); } code { white-space: pre-wrap; }
        </style>
        """);
}
