using Conformance.Migration;

namespace Conformance.Runner;

/// <summary>Where the parts are put together: which device a profile is run on, and which planted bugs it can be given.</summary>
internal static class Composition
{
    public static IReadOnlyDictionary<string, string> Defects { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public static CombinationRunner Bench(string? defect) =>
        (_, _, _) => CombinationResult.NotDone(Verdict.Skipped, "bench", "this build has no simulated pair");
}
