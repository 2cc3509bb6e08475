namespace Conformance.Migration;

/// <summary>One thing that is not as it should be.</summary>
public sealed record Finding
{
    /// <summary>How much it weighs: fail, warn, inconclusive, ...</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Identifier of the requirement, or the oracle's name where it is no single sentence of a standard.</summary>
    public required string Requirement { get; init; }

    /// <summary>Where: the path of a field, a block, a queue and command.</summary>
    public required string Path { get; init; }

    /// <summary>One sentence that a reader understands without the rest.</summary>
    public required string What { get; init; }

    public string? Observed { get; init; }

    public string? Expected { get; init; }

    /// <summary>In which cycle, from 1; null where it concerns all.</summary>
    public int? Cycle { get; init; }

    /// <summary>Of which guest, from 1; null where it concerns all.</summary>
    public int? Guest { get; init; }
}
