using Conformance.Migration;

namespace Conformance.Report.Export;

/// <summary>Failures as the workflow commands that GitHub Actions takes from the output of a step: an annotation each.</summary>
public static class GitHubAnnotations
{
    /// <summary>What GitHub shows of one step; the rest it drops without a word.</summary>
    public const int Most = 10;

    /// <summary>Lines for the console, at most <see cref="Most"/>.</summary>
    public static IEnumerable<string> Of(RunRecord run)
    {
        var failed = ExportItem.Of(run).Where(it => it.Outcome is ExportOutcome.Failed or ExportOutcome.Error).ToList();
        foreach (var it in failed.Take(failed.Count > Most ? Most - 1 : Most))
            yield return $"::error title={Property($"{it.Name}: {it.Word} ({run.Figures})")}::{Data($"{it.Message}\nagain: {it.Again}")}";
        if (failed.Count > Most) yield return $"::error title={Property($"{failed.Count - Most + 1} more failures")}::the summary of this step has them";
    }

    private static string Data(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");

    private static string Property(string text) => Data(text).Replace(":", "%3A").Replace(",", "%2C");
}
