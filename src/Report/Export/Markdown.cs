using System.Text;
using Conformance.Migration;

namespace Conformance.Report.Export;

/// <summary>
/// <c>summary.md</c>: a run on one page of Markdown, as a CI step shows it. Verdict, what its figures are of, counts, combinations with their downtime,
/// requirements by level, and each failure with the line that repeats it. What comes from outside is escaped: no value becomes markup.
/// </summary>
public static class Markdown
{
    /// <summary>Failures that are told; a page of CI has a limit.</summary>
    private const int Shown = 50;

    /// <summary>Characters of one line of a failure.</summary>
    private const int LongestLine = 500;

    private static readonly DowntimeObserver[] s_observers = [DowntimeObserver.Guest, DowntimeObserver.Orchestrator, DowntimeObserver.Device];

    public static string Write(RunRecord run)
    {
        var items = ExportItem.Of(run).ToList();
        var text = new StringBuilder();
        text.Append($"# {Plain(run.Plan.Name)}: {Words.Of(run.Verdict)} ({run.Figures})\n\n");
        text.Append($"**{run.Figures}** device. Seed {run.Plan.Seed}, profile `{run.Plan.ProfileHash[..Math.Min(12, run.Plan.ProfileHash.Length)]}`, ");
        text.Append($"exit code {run.ExitCode}, suite {Plain(run.Environment.Commit ?? "of an unknown commit")}");
        text.Append($"{(run.Environment.Modified == true ? " with changes" : "")}.\n");
        if (run.Defect is { } defect) text.Append($"The device had the planted defect {Plain(defect)}.\n");
        if (run.Interrupted) text.Append("**Interrupted: the record is partial.**\n");
        if (run.Conformance is { } claim)
            text.Append($"\n**Conformance: {Plain(claim.ToString())}.** Must-pass: {claim.MustPass - claim.NotRun.Count} of {claim.MustPass} run.\n");
        WriteCounts(text, run);
        WriteCombinations(text, run);
        WriteRequirements(text, run);
        WriteFailures(text, run, [.. items.Where(it => it.Outcome is ExportOutcome.Failed or ExportOutcome.Error)]);
        return text.ToString();
    }

    private static void WriteCounts(StringBuilder text, RunRecord run)
    {
        void Count(string what, IEnumerable<Verdict> verdicts)
        {
            var all = verdicts.ToList();
            if (all.Count == 0) return;
            var each = all.GroupBy(it => it).OrderByDescending(it => it.Key).Select(it => $"{it.Count()} {Words.Of(it.Key)}");
            text.Append($"- {all.Count} {what}: {string.Join(", ", each)}\n");
        }

        text.Append('\n');
        Count("cases", run.Cases.Select(it => it.Verdict));
        Count("combinations", run.Combinations.Select(it => it.Verdict));
        var cycles = run.Combinations.SelectMany(it => it.Result.Cycles).ToList();
        if (cycles.Count > 0) text.Append($"- {cycles.Count} cycles, {cycles.Sum(it => it.BlocksVerified)} blocks verified\n");
    }

    private static void WriteCombinations(StringBuilder text, RunRecord run)
    {
        if (run.Combinations.Count == 0) return;
        text.Append($"\n## Combinations\n\nDowntime, {run.Figures}: ");
        text.Append($"median over {FailureText.CyclesTold(run)}, in brackets its 95 % interval where there are six cycles or more.\n\n");
        text.Append("| combination | verdict | cycles | guest | orchestrator | device |\n|---|---|--:|--:|--:|--:|\n");
        foreach (var it in run.Combinations)
        {
            text.Append($"| {Plain(it.Name)} | {Words.Of(it.Verdict)} | {it.Result.Cycles.Count} |");
            foreach (var observer in s_observers) text.Append($" {Figure(SampleFigures.Of(it.Result.Cycles, downtime => Downtimes.Of(observer, downtime)))} |");
            text.Append('\n');
        }

        var planned = run.Plan.Combinations.ToDictionary(it => it.Name, StringComparer.Ordinal);
        var recoveries = run.Combinations.Select(it => (it.Name, Said: RecoveryText.Of(it, planned.GetValueOrDefault(it.Name)))).Where(it => it.Said is not null)
            .Select(it => $"- {Plain(it.Name)}: {Plain(it.Said!)}\n").ToList();
        if (recoveries.Count > 0) text.Append($"\nThroughput after the move, {run.Figures}:\n\n{string.Concat(recoveries)}");
        var doubts = run.Combinations.SelectMany(it => FailureText.Doubts(it).Select(doubt => $"- {Plain(it.Name)}: {Plain(doubt)}\n")).ToList();
        if (doubts.Count > 0) text.Append($"\n{string.Concat(doubts)}");
        var near = run.Combinations.Select(it => (it.Name, Said: FailureText.NearTheSuite(run, it))).Where(it => it.Said is not null)
            .Select(it => $"- {Plain(it.Name)}: {Plain(it.Said!)}\n").ToList();
        if (near.Count > 0) text.Append($"\n{string.Concat(near)}");
    }

    private static void WriteRequirements(StringBuilder text, RunRecord run)
    {
        if (run.Requirements.Count == 0) return;
        text.Append("\n## Requirements\n\n| level | all | looked at | hold | do not | open | not looked at |\n|---|--:|--:|--:|--:|--:|--:|\n");
        foreach (var level in run.Requirements.GroupBy(it => it.Level))
        {
            var it = CoverageShares.Of(level);
            text.Append($"| {Plain(level.Key)} | {it.All} | {it.Seen} | {it.Hold} | {it.DoNot} | {it.Open} | {it.Unseen} |\n");
        }
    }

    private static void WriteFailures(StringBuilder text, RunRecord run, List<ExportItem> failed)
    {
        List<string> notes = [.. run.StaleWaivers.Select(it => $"out of date: {it}"), .. run.Surprises.Select(it => $"not as expected: {it}")];
        if (failed.Count + notes.Count == 0) return;
        text.Append("\n## Failures\n");
        if (notes.Count > 0) text.Append('\n');
        foreach (var note in notes) text.Append($"- {Plain(note)}\n");
        foreach (var it in failed.Take(Shown))
        {
            text.Append($"\n**{Plain(it.Name)}: {it.Word}** {Plain(Cut(it.Message))}\n\n");
            var fence = Fence(it.Again);
            text.Append($"{fence}sh\n{it.Again}\n{fence}\n");
        }

        if (failed.Count > Shown) text.Append($"\nAnd {failed.Count - Shown} more; report.html has all.\n");
    }

    private static string Figure(SampleFigures? it) => it is null
        ? "n/a"
        : it is { Low: { } low, High: { } high } ? $"{Time(it.Median)} ({Time(low)} to {Time(high)})" : $"{Time(it.Median)} (n={it.N})";

    private static string Time(long ns) => $"{ns / 1e3:0.0} us";

    private static string Cut(string text) => text.Length <= LongestLine ? text : $"{text[..LongestLine]} ...";

    /// <summary>Longer than any run of backticks in the text.</summary>
    private static string Fence(string text)
    {
        var (longest, now) = (2, 0);
        foreach (var c in text)
        {
            now = c == '`' ? now + 1 : 0;
            longest = Math.Max(longest, now);
        }

        return new string('`', longest + 1);
    }

    /// <summary>A value that stays a value: on one line, and nothing in it is markup.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsControl(c)) plain.Append(' ');
            else if (c is '<') plain.Append("&lt;");
            else if (c is '>') plain.Append("&gt;");
            else if (c is '&') plain.Append("&amp;");
            else if (c is '\\' or '`' or '*' or '_' or '|' or '[' or ']' or '#' or '!' or '~') plain.Append('\\').Append(c);
            else plain.Append(c);
        }

        return plain.ToString();
    }
}
