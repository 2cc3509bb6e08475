namespace Conformance.Migration;

/// <summary>A requirement in the record of a run: what looked at it, and what it saw. One that nothing looked at is here as well.</summary>
public sealed record RequirementRecord
{
    public required string Id { get; init; }

    public required string Area { get; init; }

    /// <summary>How much it weighs, as in the catalogue.</summary>
    public required string Level { get; init; }

    /// <summary>Whether a case is to look at it, as in the catalogue.</summary>
    public required string Status { get; init; }

    /// <summary>Why none is to.</summary>
    public string? StatusReason { get; init; }

    public required string Text { get; init; }

    /// <summary>The worst that was seen; null where nothing looked at it.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Cases and combinations that looked at it.</summary>
    public IReadOnlyList<RequirementVerdict> By { get; init; } = [];
}
