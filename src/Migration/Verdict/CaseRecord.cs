namespace Conformance.Migration;

/// <summary>What one case showed.</summary>
public sealed record CaseRecord
{
    /// <summary>Area and name, arguments included.</summary>
    public required string Id { get; init; }

    /// <summary>The device it was run on, the last of those that were tried; none where it was run on none.</summary>
    public required string Device { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>What it was before a waiver excused it; null where none did.</summary>
    public Verdict? Found { get; init; }

    /// <summary>What the device said it is; null where the case never asked.</summary>
    public DeviceIdentity? Identity { get; init; }

    /// <summary>Why there is no plain pass or fail: the missing capability, the hazard that did not happen, the exception; null else.</summary>
    public string? Reason { get; init; }

    /// <summary>Requirements that it has to look at.</summary>
    public IReadOnlyList<string> Covers { get; init; } = [];

    /// <summary>How the case was left, where that was not by its end.</summary>
    public CaseStop? Stop { get; init; }

    /// <summary>The verdict of each requirement that was looked at, in order of identifier.</summary>
    public IReadOnlyList<RequirementVerdict> Requirements { get; init; } = [];

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Which repetition this is, from 1; of several that were run, the first of the worst.</summary>
    public int Repetition { get; init; } = 1;

    /// <summary>How often it was run.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>How often of these it ended no better than this.</summary>
    public int RunsAsBad { get; init; } = 1;

    /// <summary>It drew random numbers: with another seed it is another run.</summary>
    public bool Random { get; init; }

    /// <summary>Time on the clock of its world that it took, ns.</summary>
    public long WorldNs { get; init; }

    /// <summary>Time on the machine's clock that it took, ms; 0 where nobody measured.</summary>
    public double ElapsedMs { get; init; }

    /// <summary>Everything that was observed.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Journal Journal { get; init; } = new();

    /// <summary>The first part of its name.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Area => Id[..Math.Max(0, Id.IndexOf('/'))];

    /// <summary>
    /// Requirements that it found not to hold, each once, in order of finding. A hazard that did not come about says nothing of one; beside what
    /// was found it does not hide it.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> Broken => [.. Findings.Where(it => it.Verdict != Verdict.Inconclusive).Select(it => it.Requirement).Distinct()];

    /// <summary>A case that gave no record of itself.</summary>
    public static CaseRecord Without(string id, Verdict verdict, string reason, string device = "none") =>
        new() { Id = id, Device = device, Verdict = verdict, Reason = reason, Stop = new CaseStop(verdict, reason) };

    /// <summary>
    /// Judges what was observed. All that the verdict depends on is here, so that it can be made again of what was kept.
    /// </summary>
    public static CaseRecord Judge(string id, string device, IReadOnlyList<string> covers, Journal journal, CaseStop? stop)
    {
        var findings = journal.Findings.ToList();
        var requirements = journal.Observations.Where(it => it.Relation != Relation.Any).GroupBy(it => it.Requirement).OrderBy(it => it.Key, StringComparer.Ordinal)
            .Select(it => new RequirementVerdict(it.Key, Verdicts.Worst(it.Select(o => o.Holds ? Verdict.Pass : o.Otherwise)))).ToList();
        var (verdict, reason) = VerdictOf(covers, stop, findings, requirements);
        return new CaseRecord
        {
            Id = id, Device = device, Verdict = verdict, Reason = reason, Covers = covers, Stop = stop, Requirements = requirements, Findings = findings,
            Journal = journal,
        };
    }

    /// <summary>Several runs of one case taken together: the worst, and how often it was so.</summary>
    public static CaseRecord Together(IReadOnlyList<CaseRecord> runs)
    {
        var worst = runs.Max(it => it.Verdict);
        return runs.First(it => it.Verdict == worst) with
        {
            Runs = runs.Count, RunsAsBad = runs.Count(it => it.Verdict == worst), ElapsedMs = Math.Round(runs.Average(it => it.ElapsedMs), 3),
        };
    }

    /// <summary>For people: verdict, reason and findings.</summary>
    public override string ToString() => string.Join('\n', Lines());

    private static (Verdict Verdict, string? Reason) VerdictOf(
        IReadOnlyList<string> covers, CaseStop? stop, List<Finding> findings, List<RequirementVerdict> requirements)
    {
        var found = Verdicts.Worst(findings.Select(it => it.Verdict));
        if (stop is { } end) return end.Verdict >= found ? (end.Verdict, end.Reason) : (found, null);
        // A case that looked at nothing has shown nothing, and one that names a requirement must have looked at it, with a look that could fail.
        var missed = covers.Where(it => !requirements.Exists(seen => seen.Id == it)).ToList();
        if (missed.Count > 0 && found < Verdict.Inconclusive) return (Verdict.Inconclusive, $"{string.Join(", ", missed)}: was not looked at");
        return found > Verdict.Pass ? (found, null) : (Verdict.Pass, null);
    }

    private IEnumerable<string> Lines()
    {
        yield return $"{Words.Of(Verdict)} on {Device}" + (Reason is null ? "" : $": {Reason}");
        foreach (var finding in Findings)
            yield return $"  {Words.Of(finding.Verdict)} {finding.Requirement} {finding.Path}: {finding.What}; observed {finding.Observed}, expected {finding.Expected}";
    }
}

/// <summary>What a case found of one requirement.</summary>
public readonly record struct RequirementVerdict(string Id, Verdict Verdict);

/// <summary>How a case was left before its end: not supported, inconclusive, a limit, an exception.</summary>
public readonly record struct CaseStop(Verdict Verdict, string Reason);

/// <summary>One case of <see cref="VerdictFile"/>.</summary>
public sealed record CaseVerdict
{
    public required string Id { get; init; }

    public required string Device { get; init; }

    public required Verdict Verdict { get; init; }

    public required string? Reason { get; init; }

    public required int Runs { get; init; }

    public required IReadOnlyList<RequirementVerdict> Requirements { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    public static CaseVerdict Of(CaseRecord it) => new()
    {
        Id = it.Id, Device = it.Device, Verdict = it.Verdict, Reason = it.Reason, Runs = it.Runs, Requirements = it.Requirements, Findings = it.Findings,
    };
}
