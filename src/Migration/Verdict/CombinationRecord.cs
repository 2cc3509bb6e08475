namespace Conformance.Migration;

/// <summary>One combination in the record of a run: what was found, held against what was expected.</summary>
public sealed record CombinationRecord
{
    public required string Name { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>What the cycles showed.</summary>
    public required Verdict Found { get; init; }

    /// <summary>The same in the light of what was expected: a negative control that fails is a pass.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>A negative control that was not noticed, or not as what it is.</summary>
    public required bool UnexpectedPass { get; init; }

    /// <summary>What a negative control should have been found to break, and was not.</summary>
    public IReadOnlyList<string> NotFound { get; init; } = [];

    /// <summary>What a negative control was found to break, or left open, besides what it should: each by its requirement, once.</summary>
    public IReadOnlyList<string> NotNamed { get; init; } = [];

    /// <summary>Gates that did not hold, a sentence each.</summary>
    public required IReadOnlyList<string> GatesBroken { get; init; }

    /// <summary>Gates of which nothing is known because their figure was not measured, a sentence each.</summary>
    public IReadOnlyList<string> GatesUnmeasured { get; init; } = [];

    public required CombinationResult Result { get; init; }

    /// <summary>All findings: those of the whole, then those of each cycle.</summary>
    public IEnumerable<Finding> AllFindings() => Result.Findings.Concat(Result.AllCycles.SelectMany(cycle => cycle.Findings));

    /// <summary>Judges a result.</summary>
    public static CombinationRecord Of(PlannedCombination plan, CombinationResult result)
    {
        var completed = result.Cycles.Count(cycle => cycle.Outcome == CycleOutcome.Completed);
        var findings = result.Findings.Concat(result.AllCycles.SelectMany(cycle => cycle.Findings)).ToList();
        // Without a single migration nothing was shown, whatever nobody complained about.
        var found = Verdicts.Worst([.. findings.Select(finding => finding.Verdict), completed > 0 ? Verdict.Pass : Verdict.Skipped]);
        if (result.Interrupted && found == Verdict.Pass) found = Verdict.Inconclusive;
        var control = plan.Expect == Expectation.Fail;
        var missed = control ? NegativeControl.Missed(plan.MustFind, findings) : [];
        var unexpected = control ? NegativeControl.Unexpected(plan.MustFind, findings).ToList() : [];
        var verdict = control ? VerdictOfControl(unexpected, missed, completed) : found;
        var unmeasured = Gates.Unmeasured(plan.Gates, result.Cycles).ToList();
        var doubts = Gates.Doubts(plan, result).ToList();
        var quantiles = Gates.OfQuantiles(plan.Gates, result.Cycles, doubts.Count > 0).Concat(Gates.OfLatencies(plan.Gates, result, doubts.Count > 0)).ToList();
        unmeasured.AddRange(quantiles.Where(it => !it.IsBroken).Select(it => it.What));
        // A control is to be noticed, however long it takes.
        if (!control) unmeasured.AddRange(doubts);
        if (unmeasured.Count > 0 && (verdict is Verdict.Pass or Verdict.Warn)) verdict = Verdict.Inconclusive;
        return new CombinationRecord
        {
            Name = plan.Name,
            Seed = plan.Seed,
            Found = found,
            Verdict = verdict,
            UnexpectedPass = missed.Count > 0 && (found is Verdict.Pass or Verdict.Warn or Verdict.Fail),
            NotFound = missed,
            NotNamed = [.. unexpected.Select(finding => finding.Requirement).Distinct()],
            GatesBroken = [.. Gates.Broken(plan.Gates, result.Cycles, doubts.Count > 0), .. quantiles.Where(it => it.IsBroken).Select(it => it.What)],
            GatesUnmeasured = unmeasured,
            Result = result,
        };
    }

    /// <summary>Found as what it is and in nothing else: a pass. What else was found counts as it would anywhere.</summary>
    private static Verdict VerdictOfControl(List<Finding> unexpected, IReadOnlyList<string> missed, int completed) =>
        Verdicts.Worst([.. unexpected.Select(it => it.Verdict), missed.Count > 0 ? Verdict.Warn : completed > 0 ? Verdict.Pass : Verdict.Skipped]);
}
