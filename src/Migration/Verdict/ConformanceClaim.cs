namespace Conformance.Migration;

/// <summary>Whether a run may say of a device that it conforms: only where all that is frozen as must-pass was run, by an unchanged suite.</summary>
public sealed record ConformanceClaim
{
    /// <summary>conformant, non-conformant, or not judged.</summary>
    public required string Claim { get; init; }

    /// <summary>Why it is not judged, or is judged non-conformant; null else.</summary>
    public string? Why { get; init; }

    /// <summary>Cases that must be run.</summary>
    public required int MustPass { get; init; }

    /// <summary>Of these, those that were not.</summary>
    public IReadOnlyList<string> NotRun { get; init; } = [];

    /// <summary>Of these, those that were run and neither passed nor are excused.</summary>
    public IReadOnlyList<string> NotPassed { get; init; } = [];

    /// <param name="mustPass">Names of the cases.</param>
    /// <param name="cases">What was run.</param>
    /// <param name="modified">The suite has changes that are in no commit; null where nobody knows.</param>
    /// <param name="defect">A bug was planted.</param>
    public static ConformanceClaim Of(IReadOnlyList<string> mustPass, IReadOnlyList<CaseRecord> cases, bool? modified, bool defect)
    {
        var ran = cases.ToDictionary(it => it.Id, it => it.Verdict);
        var notRun = mustPass.Where(id => !ran.TryGetValue(id, out var verdict) || verdict == Verdict.Skipped).ToList();
        var notPassed = mustPass.Where(id => ran.GetValueOrDefault(id) is not (Verdict.Pass or Verdict.NotSupported or Verdict.Waived or Verdict.Warn or Verdict.Skipped)).ToList();
        var (claim, why) =
            notPassed.Count > 0 ? ("non-conformant", $"{notPassed.Count} must-pass cases did not pass")
            : defect ? ("not judged", "a bug was planted")
            : mustPass.Count == 0 ? ("not judged", "no case is frozen as must-pass")
            : notRun.Count > 0 ? ("not judged", $"{notRun.Count} of {mustPass.Count} must-pass cases were not run")
            : modified != false ? ("not judged", "the suite is not that of a commit")
            : ("conformant", (string?)null);
        return new ConformanceClaim { Claim = claim, Why = why, MustPass = mustPass.Count, NotRun = notRun, NotPassed = notPassed };
    }

    public override string ToString() => Why is null ? Claim : $"{Claim}: {Why}";
}
