using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What is told of a failure, the same on the console and on the page.</summary>
public static class FindingLine
{
    /// <summary>Whether a verdict is told at the end, and run again by who asks for what failed.</summary>
    public static bool IsTold(Verdict verdict) => verdict is not (Verdict.Pass or Verdict.NotSupported or Verdict.Skipped or Verdict.Waived);

    /// <summary>Whether there is something to tell of a combination: a negative control that was noticed needs no explanation.</summary>
    public static bool IsTold(CombinationRecord it)
    {
        if (it.Result.Findings.Count == 0 && it.Result.Cycles.All(cycle => cycle.Findings.Count == 0)
            && it.GatesBroken.Count == 0 && it.GatesUnmeasured.Count == 0 && !it.UnexpectedPass) return false;
        return it.Verdict != Verdict.Pass || !it.Found.IsNonConformant() || it.GatesBroken.Count > 0;
    }

    /// <summary>A finding in one line.</summary>
    public static string Of(Finding finding)
    {
        var cycle = finding.Cycle is { } number ? $" in cycle {number}" : "";
        var values = finding.Observed is null && finding.Expected is null
            ? ""
            : $" (observed {finding.Observed ?? "nothing"}, expected {finding.Expected ?? "nothing"})";
        return $"{Words.Of(finding.Verdict)}{cycle}: {finding.Requirement}: {finding.Path}: {finding.What}{values}";
    }
}
