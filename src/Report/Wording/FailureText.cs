using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What is wrong, in one line of plain text: the same words on the console and in every exported file.</summary>
public static class FailureText
{
    /// <summary>Whether a verdict is told at the end, and run again by who asks for what failed.</summary>
    public static bool Counts(Verdict verdict) => verdict is not (Verdict.Pass or Verdict.NotSupported or Verdict.Skipped or Verdict.Waived);

    /// <summary>Whether there is something to tell of a combination: a negative control that was noticed needs no explanation.</summary>
    public static bool Counts(CombinationRecord it)
    {
        if (!it.AllFindings().Any() && it.GatesBroken.Count == 0 && it.GatesUnmeasured.Count == 0 && !it.UnexpectedPass) return false;
        return it.Verdict != Verdict.Pass || !it.Found.IsNonConformant() || it.GatesBroken.Count > 0;
    }

    /// <summary>A finding: its weight, where, what, and the two values.</summary>
    public static string Of(Finding finding)
    {
        var cycle = finding.Cycle is { } number ? $" in cycle {number}" : "";
        var values = finding.Observed is null && finding.Expected is null
            ? ""
            : $" (observed {finding.Observed ?? "nothing"}, expected {finding.Expected ?? "nothing"})";
        return $"{Words.Of(finding.Verdict)}{cycle}: {finding.Requirement}: {finding.Path}: {finding.What}{values}";
    }

    /// <summary>Why a case did not pass in full: its reason, or the worst that it found; empty where there is neither.</summary>
    public static string Of(CaseRecord it)
    {
        var more = it.Findings.Count > 1 ? $" (and {it.Findings.Count - 1} more)" : "";
        if (it.Reason is { } reason) return $"{reason}{more}";
        return it.Findings.OrderByDescending(finding => finding.Verdict).FirstOrDefault() is { } worst ? $"{Of(worst)}{more}" : "";
    }

    /// <summary>What a run is against its baseline, a sentence for each figure that is not what it was; none where every figure is.</summary>
    public static IEnumerable<string> Of(BaselineResult it) =>
    [
        .. it.NotComparable.Select(field => $"not comparable: {field}"),
        .. it.Worse.Select(change => $"worse: {change}"),
        .. it.Better.Select(change => $"better, so it guards it no longer: {change}"),
        .. it.Changed.Select(change => $"not as it was: {change}"),
        .. it.Missing,
    ];

    /// <summary>Over which cycles figures are told: over all, where nothing taints any.</summary>
    public static string CyclesTold(RunRecord run) =>
        run.Combinations.Any(it => it.Result.Cycles.Any(cycle => cycle.Taints.Count > 0)) ? "the cycles whose blackout nothing tainted" : "the cycles";

    /// <summary>How many migrations went before those that figures are of; null where none did.</summary>
    public static string? WarmedUp(CombinationRecord it) =>
        it.Result.WarmUps.Count is > 0 and var warmed ? $"warmed up by {warmed} migration{(warmed == 1 ? ", which is" : "s, which are")} in no figure" : null;

    /// <summary>Why figures of a combination say less than they seem to, a sentence each: what disturbed its samples, and that its load had not settled.</summary>
    public static IEnumerable<string> Doubts(CombinationRecord it)
    {
        if (Tainted.In(it.Result.Cycles) is { Count: > 0 } tainted) yield return $"{tainted}";
        if (it.Result.Steady is not { } steady) yield break;
        if (!steady.IsSteady)
        {
            yield return $"{Words.Of(steady.Figure)} of the load was not steady when it was measured: after {steady.Rounds.Count} rounds the last {SteadyState.Window} range over "
                + $"{steady.Range * 100:0} % of their mean, with a slope of {steady.Slope * 100:0} %";
        }
        else if (!steady.IsCompiled) yield return $"code of the suite was still being compiled after {steady.Rounds.Count} rounds of load";
    }

    /// <summary>Which figures of a combination say as much of the suite as of the device, in a sentence; null where none is known to.</summary>
    public static string? NearTheSuite(RunRecord run, CombinationRecord it)
    {
        if (run.CostOf(it.Name) is not { } cost) return null;
        var plan = run.Plan.Combinations.FirstOrDefault(planned => planned.Name == it.Name);
        List<string> near = [];
        foreach (var (observer, suite) in ((DowntimeObserver, long)[])[(DowntimeObserver.Guest, cost.GuestDowntimeNs), (DowntimeObserver.Orchestrator, cost.OrchestratorDowntimeNs)])
        {
            if (SuiteCost.IsNear(plan, SampleFigures.Of(it.Result.Cycles, downtime => Downtimes.Of(observer, downtime))?.Median, suite))
                near.Add($"{Words.Of(observer)} downtime ({Human.Time(suite)})");
        }

        if (SuiteCost.IsNear(run, plan, it.Result.Load)) near.Add($"commands a second ({Human.Time(cost.CommandNs)} each)");
        return near.Count == 0 ? null : $"not {SuiteCost.Near} times what the suite itself costs: {string.Join(", ", near)}";
    }

    /// <summary>What is to be said of a combination besides its findings, a sentence each.</summary>
    public static IEnumerable<string> Remarks(CombinationRecord it)
    {
        if (it.NotFound.Count > 0) yield return $"it should have been found to break {string.Join(", ", it.NotFound)}, and was not";
        if (it.NotNamed.Count > 0) yield return $"it was also found to break {string.Join(", ", it.NotNamed)}, which must-find does not name";
        foreach (var gate in it.GatesBroken.Concat(it.GatesUnmeasured)) yield return $"gate: {gate}";
    }
}
