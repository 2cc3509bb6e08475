using System.Text.Json.Serialization;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>What one case showed.</summary>
public sealed record CaseRecord
{
    public required string Id { get; init; }

    /// <summary>The device it was run on, the last of those that were tried.</summary>
    public required string Device { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Why there is no plain pass or fail: the missing capability, the hazard that did not happen, the exception; null else.</summary>
    public string? Reason { get; init; }

    /// <summary>The verdict of each requirement that was looked at, in order of identifier.</summary>
    public IReadOnlyList<RequirementVerdict> Requirements { get; init; } = [];

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Time on the clock of its world that it took, ns.</summary>
    public long WorldNs { get; init; }

    /// <summary>Everything that was observed.</summary>
    [JsonIgnore]
    public Journal Journal { get; init; } = new();

    public static CaseRecord NotRun(CaseInfo info, string reason) =>
        new() { Id = info.Id, Device = "none", Verdict = Verdict.Skipped, Reason = reason };

    /// <summary>For people: verdict, reason and findings.</summary>
    public override string ToString() => string.Join('\n', Lines());

    private IEnumerable<string> Lines()
    {
        yield return $"{Words.Of(Verdict)} on {Device}" + (Reason is null ? "" : $": {Reason}");
        foreach (var finding in Findings)
            yield return $"  {Words.Of(finding.Verdict)} {finding.Requirement} {finding.Path}: {finding.What}; observed {finding.Observed}, expected {finding.Expected}";
    }
}

/// <summary>What a case found of one requirement.</summary>
public readonly record struct RequirementVerdict(string Id, Verdict Verdict);
