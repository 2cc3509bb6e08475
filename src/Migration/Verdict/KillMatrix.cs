namespace Conformance.Migration;

/// <summary><c>kills.json</c>: which planted bugs the cases caught, and by which requirement.</summary>
public sealed record KillMatrix
{
    public required ulong Seed { get; init; }

    /// <summary>Cases that did not pass on the device without a bug: what they say of one with a bug is worth nothing.</summary>
    public required IReadOnlyList<string> Unusable { get; init; }

    /// <summary>In order of name.</summary>
    public required IReadOnlyList<DefectKills> Defects { get; init; }
}

/// <summary>One planted bug, and the cases that saw it.</summary>
public sealed record DefectKills
{
    public required string Name { get; init; }

    /// <summary>What the firmware does wrong.</summary>
    public required string Story { get; init; }

    /// <summary>The requirement that it breaks, by its identifier in the catalogue.</summary>
    public required string Breaks { get; init; }

    /// <summary>Cases that were run on it.</summary>
    public required int Cases { get; init; }

    /// <summary>Those that ended otherwise than without it.</summary>
    public required IReadOnlyList<CaseKill> By { get; init; }

    /// <summary>Those that threw an exception instead of judging: failures of the suite itself.</summary>
    public IReadOnlyList<CaseFault> Faults { get; init; } = [];

    /// <summary>A case saw it, and called it by the requirement that it breaks.</summary>
    public bool IsCaught => By.Any(it => it.Requirements.Contains(Breaks));
}

/// <summary>A case that saw a planted bug.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Requirements">Those that it found broken; where it did not come to its end, those that it was to look at.</param>
public sealed record CaseKill(string Case, Verdict Verdict, IReadOnlyList<string> Requirements)
{
    /// <summary>Null where the case did not see anything.</summary>
    public static CaseKill? Of(CaseRecord it)
    {
        // A case that hung or died took its observations with it.
        var broken = it.Verdict is Verdict.Timeout or Verdict.Crash && it.Findings.Count == 0 ? it.Covers : it.Broken;
        return broken.Count == 0 ? null : new CaseKill(it.Id, it.Verdict, broken);
    }
}

/// <summary>A case that threw an exception.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Reason">The exception, and where.</param>
public sealed record CaseFault(string Case, string Reason)
{
    /// <summary>Null where the case ended as cases do.</summary>
    public static CaseFault? Of(CaseRecord it) => it.Stop is { Verdict: Verdict.HarnessError } stop ? new CaseFault(it.Id, stop.Reason) : null;
}
