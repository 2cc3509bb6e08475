using Conformance.Migration;

namespace Conformance.Report;

/// <summary>How a run ended, in a few words, for whoever reads no further: its verdict, and that it passed where a gate did not hold.</summary>
public static class Headline
{
    /// <summary>Exit code of a run in which a gate on a figure, or its baseline, did not hold.</summary>
    private const int GateBroken = 3;

    public static string Of(RunRecord run) => $"{Words.Of(run.Verdict)}{(run.ExitCode == GateBroken ? ", but not every gate held" : "")}";
}
