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

    /// <summary>A negative control that was not noticed.</summary>
    public required bool UnexpectedPass { get; init; }

    /// <summary>Gates that did not hold, a sentence each.</summary>
    public required IReadOnlyList<string> GatesBroken { get; init; }

    public required CombinationResult Result { get; init; }

    /// <summary>All findings: those of the whole, then those of each cycle.</summary>
    public IEnumerable<Finding> AllFindings() => Result.Findings.Concat(Result.Cycles.SelectMany(cycle => cycle.Findings));

    /// <summary>Judges a result.</summary>
    public static CombinationRecord Of(PlannedCombination plan, CombinationResult result)
    {
        var completed = result.Cycles.Count(cycle => cycle.Outcome == CycleOutcome.Completed);
        var findings = result.Findings.Concat(result.Cycles.SelectMany(cycle => cycle.Findings)).Select(finding => finding.Verdict);
        // Without a single migration nothing was shown, whatever nobody complained about.
        var found = Verdicts.Worst([.. findings, completed > 0 ? Verdict.Pass : Verdict.Skipped]);
        if (result.Interrupted && found == Verdict.Pass) found = Verdict.Inconclusive;
        var control = plan.Expect == Expectation.Fail;
        var unnoticed = control && found is Verdict.Pass or Verdict.Warn && control;
        return new CombinationRecord
        {
            Name = plan.Name,
            Seed = plan.Seed,
            Found = found,
            Verdict = !control ? found : found == Verdict.Fail ? Verdict.Pass : unnoticed ? Verdict.Warn : found,
            UnexpectedPass = unnoticed,
            GatesBroken = [.. BrokenGates(plan.Gates, result.Cycles)],
            Result = result,
        };
    }

    private static IEnumerable<string> BrokenGates(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        (string Observer, Device.Duration? Limit, Func<DowntimeRecord, long?> Observed)[] all =
        [
            ("guest", gates.GuestDowntime, downtime => downtime.GuestNs),
            ("orchestrator", gates.OrchestratorDowntime, downtime => downtime.OrchestratorNs),
            ("device", gates.DeviceDowntime, downtime => downtime.DeviceNs),
        ];
        foreach (var (observer, limit, observed) in all)
        {
            if (limit is not { } most) continue;
            var over = cycles.Where(cycle => observed(cycle.Downtime) > most.Nanoseconds).ToList();
            if (over.Count == 0) continue;
            var longest = over.MaxBy(cycle => observed(cycle.Downtime))!;
            yield return $"{observer} downtime: {over.Count} of {cycles.Count} cycles over {most}; the longest was "
                + $"{new Device.Duration(observed(longest.Downtime)!.Value)} in cycle {longest.Number}";
        }
    }
}
