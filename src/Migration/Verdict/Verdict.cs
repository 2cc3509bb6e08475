namespace Conformance.Migration;

/// <summary>What was found, from the least to the most severe: the worst of several is the highest.</summary>
public enum Verdict
{
    /// <summary>Not done, on purpose; the reason is told.</summary>
    Skipped,

    /// <summary>The device does not offer it.</summary>
    NotSupported,

    /// <summary>Shown to be right.</summary>
    Pass,

    /// <summary>Wrong, and excused by a waiver that names it.</summary>
    Waived,

    /// <summary>Not as recommended, or the sources differ.</summary>
    Warn,

    /// <summary>Neither shown nor refuted: the hazard did not happen.</summary>
    Inconclusive,

    /// <summary>It did not come to its end within its limits.</summary>
    Timeout,

    /// <summary>A mandatory requirement does not hold.</summary>
    Fail,

    /// <summary>The device, or its model, died.</summary>
    Crash,

    /// <summary>The suite itself failed; nothing is said about the device.</summary>
    HarnessError,
}

/// <summary>Verdicts taken together.</summary>
public static class Verdicts
{
    /// <summary>The most severe; of none: skipped, for nothing was shown.</summary>
    public static Verdict Worst(IEnumerable<Verdict> verdicts) => verdicts.DefaultIfEmpty(Verdict.Skipped).Max();

    /// <summary>Whether it counts against the device: fail, crash and timeout.</summary>
    public static bool IsNonConformant(this Verdict verdict) => verdict is Verdict.Fail or Verdict.Crash or Verdict.Timeout;
}
