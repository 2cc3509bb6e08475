using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>
/// Leaves a case before its end because there is nothing further to look at; not a verdict about a requirement. Thrown by
/// <see cref="Lab"/>, caught by the run of the case.
/// </summary>
public sealed class CaseEnd : Exception
{
    private CaseEnd(Verdict verdict, string reason)
        : base(reason) => Verdict = verdict;

    /// <summary>Not supported, inconclusive or skipped.</summary>
    public Verdict Verdict { get; }

    /// <summary>The device, or the path to it, does not offer what the case needs.</summary>
    /// <param name="missing">Which capability bit says so, or which path cannot.</param>
    public static CaseEnd NotSupported(string missing) => new(Verdict.NotSupported, missing);

    /// <summary>What the case needs did not come about, so that nothing was shown.</summary>
    public static CaseEnd Inconclusive(string why) => new(Verdict.Inconclusive, why);
}
