using System.ComponentModel.DataAnnotations;

namespace Conformance.Suite;

/// <summary>A part of what is asked, and the folder of its cases.</summary>
/// <param name="Name">As the folder: <c>get-state</c>.</param>
/// <param name="Abbreviation">As in the identifiers: <c>GET</c>.</param>
/// <param name="About">What it is about, in a sentence.</param>
/// <param name="Requirements">In ascending order of their identifiers.</param>
public sealed record RequirementArea(string Name, string Abbreviation, string About, IReadOnlyList<Requirement> Requirements);

/// <summary><c>requirements.yaml</c> as written.</summary>
internal sealed record AreaIndex
{
    [MinLength(1)]
    public required IReadOnlyList<AreaEntry> Areas { get; init; }
}

/// <summary>An area as written there; its requirements are in <c>Requirements/NAME.yaml</c>.</summary>
internal sealed record AreaEntry
{
    [RegularExpression("[a-z]+(-[a-z]+)*")]
    public required string Name { get; init; }

    [RegularExpression("[A-Z]{2,5}")]
    public required string Abbreviation { get; init; }

    public required string About { get; init; }
}

/// <summary><c>Requirements/NAME.yaml</c> as written.</summary>
internal sealed record AreaFile
{
    [MinLength(1)]
    public required IReadOnlyList<Requirement> Requirements { get; init; }
}
