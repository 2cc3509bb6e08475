using Conformance.Migration;

namespace Conformance.Report;

/// <summary>How a run ended, in a few words, for whoever reads no further: its verdict, and that it passed where a gate did not hold.</summary>
public static class Headline
{
    public static string Of(RunRecord run) => $"{Words.Of(run.Verdict)}{(IsGateBroken(run) ? ", but not every gate held" : "")}";

    /// <summary>A figure is beyond its gate, or worse than its baseline.</summary>
    internal static bool IsGateBroken(RunRecord run) => run.Baseline is { Worse.Count: > 0 } || run.Combinations.Any(it => it.GatesBroken.Count > 0);
}
