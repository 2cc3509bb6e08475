using Conformance.Migration;

namespace Conformance.Report.Export;

/// <summary>The four ends that other tools know.</summary>
internal enum ExportOutcome
{
    /// <summary>Pass and warn.</summary>
    Passed,

    /// <summary>Fail; also a gate that did not hold and a negative control that nobody noticed.</summary>
    Failed,

    /// <summary>Inconclusive, timeout, crash, harness-error: it is not known to hold.</summary>
    Error,

    /// <summary>Not-supported, waived, skipped.</summary>
    Skipped,
}

/// <summary>A case or a combination as other tools see it: one result with one end.</summary>
internal sealed record ExportItem
{
    /// <summary>Area of a case; the word combinations for a combination, gates for a baseline.</summary>
    public required string Group { get; init; }

    public required string Name { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The verdict as a word; where the verdict alone does not say why it failed, gate-broken or unexpected-pass.</summary>
    public required string Word { get; init; }

    public required ExportOutcome Outcome { get; init; }

    /// <summary>One line: why it is no plain pass; empty where there is nothing to say.</summary>
    public required string Message { get; init; }

    /// <summary>Remarks and findings, a line each.</summary>
    public required IReadOnlyList<string> Details { get; init; }

    /// <summary>The command that repeats it.</summary>
    public required string Again { get; init; }

    /// <summary>Seconds of the machine's clock; null where nobody measured.</summary>
    public double? Seconds { get; init; }

    /// <summary>Cases in their order, then combinations in theirs, then the baseline where the run is held to one.</summary>
    public static IEnumerable<ExportItem> Of(RunRecord run) =>
    [
        .. run.Cases.Select(it => Of(run, it)), .. run.Combinations.Select(it => Of(run, it)),
        .. run.Baseline is { } baseline ? [Of(run, baseline)] : (ExportItem[])[],
    ];

    private static ExportItem Of(RunRecord run, BaselineResult it)
    {
        List<string> details = [.. FailureText.Of(it)];
        var (outcome, word) =
            it.Worse.Count > 0 ? (ExportOutcome.Failed, "gate-broken")
            : it.Better.Count > 0 || it.Changed.Count > 0 ? (ExportOutcome.Failed, "unexpected-pass")
            : it.IsSame ? (ExportOutcome.Passed, Words.Of(Verdict.Pass))
            : (ExportOutcome.Error, Words.Of(Verdict.Inconclusive));
        return new ExportItem
        {
            Group = "gates",
            Name = "baseline",
            // As of a combination: whether a gate holds is no verdict.
            Verdict = outcome == ExportOutcome.Error ? Verdict.Inconclusive : Verdict.Pass,
            Word = word,
            Outcome = outcome,
            Message = details.Count switch { 0 => "", 1 => details[0], _ => $"{details[0]} (and {details.Count - 1} more)" },
            Details = details,
            Again = Reproduce.Of(run),
        };
    }

    private static ExportItem Of(RunRecord run, CaseRecord it) => new()
    {
        Group = it.Area,
        Name = it.Id,
        Verdict = it.Verdict,
        Word = Words.Of(it.Verdict),
        Outcome = OutcomeOf(it.Verdict),
        Message = FailureText.Of(it),
        Details = [.. it.Findings.Select(FailureText.Of)],
        Again = Reproduce.Of(run, it),
        Seconds = it.ElapsedMs > 0 ? it.ElapsedMs / 1e3 : null,
    };

    private static ExportItem Of(RunRecord run, CombinationRecord it)
    {
        var remarks = FailureText.Remarks(it).ToList();
        var findings = it.AllFindings().OrderByDescending(finding => finding.Verdict).Select(FailureText.Of).ToList();
        var outcome = OutcomeOf(it.Verdict);
        // A verdict is about requirements; a gate, and a control that passed, are failures all the same.
        var also = it.UnexpectedPass ? "unexpected-pass" : it.GatesBroken.Count > 0 ? "gate-broken" : null;
        var word = outcome == ExportOutcome.Passed && also is not null ? also : Words.Of(it.Verdict);
        if (outcome == ExportOutcome.Passed && also is not null) outcome = ExportOutcome.Failed;
        // Of a negative control that was noticed nothing is wrong.
        var quiet = outcome == ExportOutcome.Passed && it.Verdict == Verdict.Pass;
        List<string> details = [.. remarks, .. findings];
        var why = outcome == ExportOutcome.Skipped ? it.AllFindings().FirstOrDefault()?.What : details.FirstOrDefault();
        return new ExportItem
        {
            Group = "combinations",
            Name = it.Name,
            Verdict = it.Verdict,
            Word = word,
            Outcome = outcome,
            Message = quiet ? "" : why ?? (outcome == ExportOutcome.Passed ? "" : "no migration was completed"),
            Details = details,
            Again = Reproduce.Of(run, it),
        };
    }

    private static ExportOutcome OutcomeOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass or Verdict.Warn => ExportOutcome.Passed,
        Verdict.Fail => ExportOutcome.Failed,
        Verdict.NotSupported or Verdict.Waived or Verdict.Skipped => ExportOutcome.Skipped,
        _ => ExportOutcome.Error,
    };
}
