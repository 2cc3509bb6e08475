using System.Globalization;

namespace Conformance.Migration;

/// <summary>How what was seen has to stand to what was expected.</summary>
public enum Relation
{
    /// <summary>The same text.</summary>
    Same,

    /// <summary>A decimal number that is not less.</summary>
    NotLess,

    /// <summary>It may be anything, and is noted beside what is judged: it does not count as having looked.</summary>
    Any,

    /// <summary>It may be anything, and to tell it is all that is asked: a figure, or which way a device went where none is demanded.</summary>
    Told,
}

/// <summary>
/// One thing looked at and what it was held against, as text. All that a verdict is made of, so that verdicts can be made again from the
/// observations alone.
/// </summary>
/// <param name="Cycle">From 1; null where it concerns all.</param>
/// <param name="Guest">From 1; null where it concerns all.</param>
/// <param name="Requirement">Identifier of the requirement, or the oracle's name.</param>
/// <param name="Path">Where.</param>
/// <param name="Observed">What was seen.</param>
/// <param name="Relation">How it must stand to what was expected.</param>
/// <param name="Expected">What should have been.</param>
/// <param name="Otherwise">The verdict where it does not hold.</param>
/// <param name="What">The sentence for a reader where it does not hold; null where it does.</param>
public readonly record struct Observation(
    int? Cycle, int? Guest, string Requirement, string Path, string Observed, Relation Relation, string Expected, Verdict Otherwise, string? What)
{
    public bool Holds => Relation switch
    {
        Relation.Same => Observed == Expected,
        Relation.NotLess => Observed == Expected || (Number(Observed) is { } now && Number(Expected) is { } before && now >= before),
        _ => true,
    };

    /// <summary>What a reader is told; null where it holds.</summary>
    public Finding? Finding => Holds
        ? null
        : new Finding
        {
            Verdict = Otherwise, Requirement = Requirement, Path = Path, What = What ?? "", Observed = Observed, Expected = Expected, Cycle = Cycle, Guest = Guest,
        };

    private static UInt128? Number(string text) => UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
