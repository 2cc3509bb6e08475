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

    /// <summary>A gate on a figure did not hold, or a pass that was expected is a warning.</summary>
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
    /// <param name="combinations">With what was found.</param>
    /// <param name="cases">Likewise, waivers applied.</param>
    /// <param name="staleWaivers">A waiver is out of date.</param>
    /// <param name="surprises">Where results are not as expected: nothing else counts then; null: nothing was expected.</param>
    /// <param name="baseline">What the figures are against what they were; null where they were held against nothing.</param>
    public static ExitCode Of(
        IReadOnlyCollection<CombinationRecord> combinations, IReadOnlyCollection<CaseRecord>? cases = null, bool staleWaivers = false,
        IReadOnlyCollection<Surprise>? surprises = null, BaselineResult? baseline = null)
    {
        var codes = combinations.SelectMany(Of).Concat((cases ?? []).SelectMany(it => Of(it.Verdict))).ToList();
        // What is as expected is no reproach, whatever it is; that the suite failed always is one.
        if (surprises is not null) codes = [.. codes.Where(code => code is ExitCode.Conformant or ExitCode.HarnessFailed), .. surprises.SelectMany(Of)];
        if (surprises is not null && codes.Count == 0 && (cases ?? []).Count + combinations.Count > 0) codes.Add(ExitCode.Conformant);
        codes.AddRange(baseline is null ? [] : Of(baseline));
        if (staleWaivers) codes.Add(ExitCode.UnexpectedPass);
        // Skipped and not supported are no reproach, but if all is so, nothing was shown.
        if (codes.Count == 0) codes.Add(ExitCode.Inconclusive);
        return Worst(codes);
    }

    private static IEnumerable<ExitCode> Of(BaselineResult baseline)
    {
        if (baseline.NotComparable.Count > 0 || baseline.Missing.Count > 0) yield return ExitCode.Inconclusive;
        if (baseline.Worse.Count > 0) yield return ExitCode.Regression;
        // It no longer guards what is reached.
        if (baseline.Better.Count > 0 || baseline.Changed.Count > 0) yield return ExitCode.UnexpectedPass;
    }

    private static IEnumerable<ExitCode> Of(Surprise surprise) =>
        surprise.IsStale ? [ExitCode.UnexpectedPass]
        // Expected to show something, and it showed nothing.
        : surprise.Actual is Verdict.NotSupported or Verdict.Skipped ? [ExitCode.Inconclusive]
        // No fault of the device's, and worse than it was.
        : surprise is { Actual: Verdict.Warn, Expected: Verdict.Pass } ? [ExitCode.Regression]
        : Of(surprise.Actual!.Value);

    private static IEnumerable<ExitCode> Of(CombinationRecord combination)
    {
        if (combination.UnexpectedPass) yield return ExitCode.UnexpectedPass;
        if (combination.GatesBroken.Count > 0) yield return ExitCode.Regression;
        if (combination.GatesUnmeasured.Count > 0) yield return ExitCode.Inconclusive;
        foreach (var code in Of(combination.Verdict)) yield return code;
    }

    /// <summary>What a verdict alone earns; nothing where nothing was shown.</summary>
    public static IEnumerable<ExitCode> Of(Verdict verdict)
    {
        if (verdict == Verdict.HarnessError) yield return ExitCode.HarnessFailed;
        if (verdict.IsNonConformant()) yield return ExitCode.NonConformant;
        if (verdict == Verdict.Inconclusive) yield return ExitCode.Inconclusive;
        if (verdict is Verdict.Pass or Verdict.Warn or Verdict.Waived) yield return ExitCode.Conformant;
    }
}
