using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What two runs do not have in common as one page, in the manner of a run's: A is the base, B what is new.</summary>
public static class ComparisonPage
{
    /// <summary>Two runs as they are.</summary>
    public static string Write(RunRecord old, RunRecord now, RunDifference it)
    {
        var html = Begin("Two runs compared", old, now);
        foreach (var reason in it.Unknown()) html.Write($"<p class=\"warn\">Unknown: {reason}.</p>");
        WriteVerdicts(html, it.Verdicts);
        foreach (var gate in it.Gates) html.Write($"<p class=\"fail\">A gate that held before: {gate}.</p>");
        if (it.States.Count > 0)
        {
            html.Write($"<h2>States</h2><ul>");
            foreach (var state in it.States) html.Write($"<li>{state}");
            html.Write($"</ul>");
        }
        else
        {
            html.Write($"<p>No kept state differs.</p>");
        }

        WriteExact(html, it);
        foreach (var worse in it.Worse) html.Write($"<p class=\"fail\">Worse, and on the virtual clock without noise: {worse}.</p>");
        if (it.Figures.Count > 0)
        {
            html.Write($"<h2>Figures</h2>");
            if (DifferencePlots.Downtimes(old, now) is { } overview) Figure.Write(html, overview);
            Figure.WriteAll(
                html,
                [.. now.Combinations.Take(RunPlots.CombinationsDrawn)
                    .SelectMany(one => (Plot?[])[DifferencePlots.Shift(old, now, one.Name), DifferencePlots.Latency(old, now, one.Name)]).OfType<Plot>()]);
            WriteFigures(html, it.Figures);
        }

        return End(html);
    }

    /// <summary>Launches in turn.</summary>
    /// <param name="old">A launch of A.</param>
    /// <param name="now">A launch of B.</param>
    /// <param name="changes">The figures with what can be said of them.</param>
    /// <param name="notes">How it was decided, a sentence each.</param>
    public static string Write(RunRecord old, RunRecord now, IReadOnlyList<MetricChange> changes, IReadOnlyList<string> notes)
    {
        var html = Begin("Two devices or builds, run in turn", old, now);
        var parameters = $"A {old.Environment.Commit ?? "unknown"}, B {now.Environment.Commit ?? "unknown"}; {RunPlots.Parameters(now)}";
        if (DifferencePlots.Launches(now.Figures, parameters, changes) is { } plot) Figure.Write(html, plot);
        html.Write($"<h2>Figures</h2><div class=\"wide\"><table><tr><th>figure<th><th class=\"n\">A, median<th class=\"n\">B, median<th class=\"n\">B / A<th class=\"n\">p</tr>");
        foreach (var it in changes)
        {
            var unit = it.Samples.Metric.Unit;
            html.Write($"<tr><td>{it.Samples.Metric.Name}<td class=\"{ClassOf(it.Change)}\">{Words.Of(it.Change)}");
            html.Write($"<td class=\"n\">{Human.Figure(it.BaseMedian, unit)}<td class=\"n\">{Human.Figure(it.NewMedian, unit)}");
            html.Write($"<td class=\"n\">{(double.IsNaN(it.Ratio) ? "-" : $"{it.Ratio:0.000}")}<td class=\"n\">{it.P:0.0e0}</tr>");
        }

        html.Write($"</table></div>");
        foreach (var note in notes) html.Write($"<p class=\"note\">{note}.</p>");
        return End(html);
    }

    private static Html Begin(string title, RunRecord old, RunRecord now)
    {
        var html = new Html();
        PageStyle.Begin(html, $"{title} ({now.Figures})");
        html.Write($"<h1>{title} <small>{now.Figures}</small></h1><div class=\"wide\"><table><tr><th><th>A<th>B</tr>");
        foreach (var (name, of) in ((string, Func<RunRecord, string>)[])
                 [
                     ("profile", it => $"{it.Plan.Name}, {it.Plan.ProfileHash[..Math.Min(12, it.Plan.ProfileHash.Length)]}"),
                     ("verdict", it => Words.Of(it.Verdict)),
                     ("figures", it => it.Figures),
                     ("device", DeviceOf),
                     ("planted defect", it => it.Defect ?? ""),
                     ("seed", it => $"{it.Plan.Seed}"),
                     ("suite", it => $"{it.Environment.Commit ?? "unknown"}{(it.Environment.Modified == true ? ", with changes" : "")}"),
                     ("machine", it => $"{it.Environment.Processor}, {it.Environment.Cores} cores, kernel {it.Environment.Kernel}"),
                     ("started", it => $"{it.Environment.Started:yyyy-MM-dd HH:mm} UTC"),
                 ])
        {
            var (a, b) = (of(old), of(now));
            if (a.Length > 0 || b.Length > 0) html.Write($"<tr><th>{name}<td>{a}<td class=\"{(a == b ? "" : "odd")}\">{b}</tr>");
        }

        html.Write($"</table></div>");
        return html;
    }

    private static string End(Html html)
    {
        PageScript.Write(html);
        html.Write($"</body></html>");
        return html.ToString();
    }

    private static void WriteVerdicts(Html html, IReadOnlyList<VerdictChange> changes)
    {
        if (changes.Count == 0)
        {
            html.Write($"<p>The verdicts are the same.</p>");
            return;
        }

        html.Write($"<h2>Verdicts</h2><div class=\"wide\"><table><tr><th>case or combination<th>A<th>B</tr>");
        foreach (var it in changes)
            html.Write($"<tr><td>{it.Name}<td class=\"{Class(it.Old)}\">{Word(it.Old)}<td class=\"{Class(it.New)}\">{Word(it.New)}</tr>");
        html.Write($"</table></div>");
    }

    private static void WriteExact(Html html, RunDifference it)
    {
        if (it.Exact is not { } exact) return;
        if (!exact.Moved.Any())
        {
            html.Write($"<p>All exact figures are the same.</p>");
            return;
        }

        html.Write($"<h2>Exact figures</h2><p class=\"note\">They have no noise: each change is one.</p>");
        html.Write($"<div class=\"wide\"><table><tr><th>figure<th class=\"n\">A<th class=\"n\">B</tr>");
        foreach (var one in exact.Moved) html.Write($"<tr><td>{one.Figure}<td class=\"n\">{one.Old}<td class=\"n\">{one.New}</tr>");
        html.Write($"</table></div>");
    }

    private static void WriteFigures(Html html, IReadOnlyList<FigureChange> figures)
    {
        html.Write($"<div class=\"wide\"><table><tr><th>figure<th class=\"n\">A<th class=\"n\">B<th class=\"n\">B / A<th></tr>");
        foreach (var it in figures)
        {
            var unit = it.Metric.Unit;
            html.Write($"<tr><td>{it.Name}<td class=\"n\">{DowntimePlots.Said(it.Old, unit)}<td class=\"n\">{DowntimePlots.Said(it.New, unit)}");
            html.Write($"<td class=\"n\">{(it.Ratio is { } ratio ? $"{ratio:0.000}" : "-")}<td class=\"odd\">{(it.IsApart ? "apart" : "")}</tr>");
        }

        html.Write($"</table></div><p class=\"note\">Medians with their 95 % intervals over the cycles of one process, which is no test of a difference; what is not by cycle and has no interval");
        html.Write($" is of all cycles together: apart are intervals that do not touch. For evidence: compare --ab.</p>");
    }

    private static string DeviceOf(RunRecord run) =>
        run.Cases.Select(it => it.Identity).Concat(run.Plan.Combinations.Select(it => it.Identity)).OfType<DeviceIdentity>().Distinct()
            .Select(it => $"{it.Model}, vendor {it.Vendor:x4}h, firmware {it.Firmware}").FirstOrDefault() ?? "";

    private static string ClassOf(Change change) => change switch
    {
        Change.Slower => "fail",
        Change.Faster => "pass",
        Change.Unknown => "odd",
        _ => "",
    };

    private static string Class(Verdict? it) => it is { } verdict ? Words.Of(verdict) : "skipped";

    private static string Word(Verdict? it) => it is { } verdict ? Words.Of(verdict) : "not run";
}
