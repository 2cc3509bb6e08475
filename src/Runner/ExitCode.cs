using Conformance.Migration;

namespace Conformance.Runner;

/// <summary>What the program ends with. Never a count. Of several, the worst wins: 70, 1, 4, 3, 2, 0.</summary>
public enum ExitCode
{
    /// <summary>Conformant, and every gate held.</summary>
    Conformant = 0,

    /// <summary>A mandatory requirement does not hold.</summary>
    NonConformant = 1,

    /// <summary>Nothing was shown, or not enough.</summary>
    Inconclusive = 2,

    /// <summary>A gate on a figure did not hold.</summary>
    Regression = 3,

    /// <summary>A negative control passed, or a waiver is out of date.</summary>
    UnexpectedPass = 4,

    /// <summary>Wrong arguments or profile; nothing ran.</summary>
    Usage = 64,

    /// <summary>A device or a privilege is not available; nothing ran.</summary>
    Unavailable = 69,

    /// <summary>The suite itself failed.</summary>
    HarnessFailed = 70,

    /// <summary>Ctrl-C; the record is partial.</summary>
    Interrupted = 130,

    /// <summary>SIGTERM; the record is partial.</summary>
    Terminated = 143,
}

/// <summary>From verdicts to exit codes.</summary>
public static class ExitCodes
{
    private static readonly ExitCode[] s_worstFirst =
    [
        ExitCode.HarnessFailed, ExitCode.NonConformant, ExitCode.UnexpectedPass,
        ExitCode.Regression, ExitCode.Inconclusive, ExitCode.Conformant,
    ];

    /// <summary>The worst of the codes that a run can earn; of none: inconclusive, for nothing was selected.</summary>
    public static ExitCode Worst(IReadOnlyCollection<ExitCode> codes) =>
        codes.Count == 0 ? ExitCode.Inconclusive : s_worstFirst.First(codes.Contains);

    /// <summary>What the combinations and cases of a run earn together.</summary>
    public static ExitCode Of(IReadOnlyCollection<CombinationRecord> combinations, IReadOnlyCollection<CaseRecord>? cases = null)
    {
        var codes = combinations.SelectMany(Of).Concat((cases ?? []).SelectMany(it => Of(it.Verdict))).ToList();
        // Skipped and not supported are no reproach, but if all is so, nothing was shown.
        if (codes.Count == 0) codes.Add(ExitCode.Inconclusive);
        return Worst(codes);
    }

    private static IEnumerable<ExitCode> Of(CombinationRecord combination)
    {
        if (combination.UnexpectedPass) yield return ExitCode.UnexpectedPass;
        if (combination.GatesBroken.Count > 0) yield return ExitCode.Regression;
        if (combination.GatesUnmeasured.Count > 0) yield return ExitCode.Inconclusive;
        foreach (var code in Of(combination.Verdict)) yield return code;
    }

    private static IEnumerable<ExitCode> Of(Verdict verdict)
    {
        if (verdict == Verdict.HarnessError) yield return ExitCode.HarnessFailed;
        if (verdict.IsNonConformant()) yield return ExitCode.NonConformant;
        if (verdict == Verdict.Inconclusive) yield return ExitCode.Inconclusive;
        if (verdict is Verdict.Pass or Verdict.Warn or Verdict.Waived) yield return ExitCode.Conformant;
    }
}
