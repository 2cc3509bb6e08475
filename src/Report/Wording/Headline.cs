using Conformance.Migration;

namespace Conformance.Report;

/// <summary>How a run ended, in a few words, for whoever reads no further: its verdict, and why its exit code is another's where a gate did not hold.</summary>
public static class Headline
{
    public static string Of(RunRecord run) => $"{Words.Of(run.Verdict)}{But(run)}";

    private static string But(RunRecord run)
    {
        if (IsGateBroken(run)) return ", but not every gate held";
        if (run.Baseline is null or { IsSame: true }) return "";
        return run.Baseline.NotComparable.Count + run.Baseline.Missing.Count > 0 ? ", but not held against its baseline" : ", but not what its baseline says";
    }

    /// <summary>A figure is beyond its gate, or worse than its baseline.</summary>
    internal static bool IsGateBroken(RunRecord run) => run.Baseline is { Worse.Count: > 0 } || run.Combinations.Any(it => it.GatesBroken.Count > 0);
}
