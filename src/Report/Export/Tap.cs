using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Conformance.Migration;

namespace Conformance.Report.Export;

/// <summary>
/// <c>results.tap</c>: TAP 13, a line for each case and combination, a YAML block below each that is no plain pass. Not-supported, waived and skipped
/// carry the directive SKIP; what is not known to hold is not ok, as what does not hold.
/// </summary>
public static class Tap
{
    public static string Write(RunRecord run)
    {
        var items = ExportItem.Of(run).ToList();
        var text = new StringBuilder();
        text.Append("TAP version 13\n").Append($"1..{items.Count}\n");
        text.Append($"# {OneLine(run.Plan.Name)}, seed {run.Plan.Seed}: {run.Figures} device; profile {run.Plan.ProfileHash}\n");
        foreach (var it in run.StaleWaivers) text.Append($"# out of date: {OneLine($"{it}")}\n");
        for (var i = 0; i < items.Count; i++) WriteItem(text, i + 1, items[i]);
        if (run.Interrupted) text.Append("Bail out! interrupted; the record is partial\n");
        return text.ToString();
    }

    private static void WriteItem(StringBuilder text, int number, ExportItem it)
    {
        var ok = it.Outcome is ExportOutcome.Passed or ExportOutcome.Skipped;
        text.Append($"{(ok ? "ok" : "not ok")} {number} - {Description(it.Name)}");
        if (it.Outcome == ExportOutcome.Skipped) text.Append($" # SKIP {it.Word}{(it.Message.Length > 0 ? $": {Description(it.Message)}" : "")}");
        text.Append('\n');
        if (ok && it.Verdict != Verdict.Warn) return;
        text.Append("  ---\n");
        text.Append($"  verdict: {it.Word}\n");
        text.Append($"  message: {Quoted(it.Message)}\n");
        if (it.Seconds is { } seconds) text.Append($"  duration_ms: {seconds * 1e3:0.###}\n");
        if (it.Details.Count > 0)
        {
            text.Append("  findings:\n");
            foreach (var line in it.Details) text.Append($"    - {Quoted(line)}\n");
        }

        text.Append($"  again: {Quoted(it.Again)}\n");
        text.Append("  ...\n");
    }

    /// <summary># begins a directive, so one in a name is escaped.</summary>
    private static string Description(string name) => OneLine(name).Replace("\\", "\\\\").Replace("#", "\\#");

    /// <summary>A reader of TAP takes a line for a result, so that nothing may begin one.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    /// <summary>What JSON quotes, YAML reads. Half a surrogate, which neither can hold, becomes U+FFFD.</summary>
    private static string Quoted(string text) =>
        $"\"{JsonEncodedText.Encode(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
