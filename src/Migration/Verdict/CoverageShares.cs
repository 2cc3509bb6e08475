namespace Conformance.Migration;

/// <summary>How many of some requirements were looked at and what was seen: the parts sum to all.</summary>
/// <param name="All">Of them.</param>
/// <param name="Hold">Pass, or excused by a waiver.</param>
/// <param name="DoNot">Fail, timeout, crash, and warnings.</param>
/// <param name="Open">Looked at in vain: inconclusive, not supported, a failure of the suite.</param>
/// <param name="Unseen">Nothing looked at them.</param>
/// <param name="Excused">Of the unseen, those whose status says why.</param>
public readonly record struct CoverageShares(int All, int Hold, int DoNot, int Open, int Unseen, int Excused)
{
    /// <summary>Looked at, with whatever result.</summary>
    public int Seen => All - Unseen;

    public static CoverageShares Of(IEnumerable<RequirementRecord> requirements)
    {
        var all = requirements.ToList();
        var hold = all.Count(it => it.Verdict is Verdict.Pass or Verdict.Waived);
        var doNot = all.Count(it => it.Verdict is Verdict.Fail or Verdict.Timeout or Verdict.Crash or Verdict.Warn);
        var unseen = all.Count(it => it.Verdict is null);
        return new CoverageShares(
            all.Count, hold, doNot, all.Count - hold - doNot - unseen, unseen, all.Count(it => it is { Verdict: null, StatusReason: not null }));
    }

    public string Percent(int part) => All == 0 ? "-" : $"{100.0 * part / All:0} %";
}
