using System.ComponentModel.DataAnnotations;

namespace Conformance.Suite;

/// <summary>One sentence that a device, a kernel or this suite is held to.</summary>
public sealed record Requirement
{
    /// <summary><c>LM-SUSP-04</c>: the area's abbreviation and a number. Never given to another requirement.</summary>
    public required string Id { get; init; }

    /// <summary>What must be so, in our own words; stands for itself.</summary>
    public required string Text { get; init; }

    public required RequirementLevel Level { get; init; }

    public required RequirementStatus Status { get; init; }

    /// <summary>Why there is no case; null where there is to be one.</summary>
    public string? Reason { get; init; }

    /// <summary>The revision or proposal that brought it, one of <see cref="Revision.All"/>.</summary>
    public required string Since { get; init; }

    /// <summary>Where it is said.</summary>
    [MinLength(1)]
    public required IReadOnlyList<RequirementSource> Sources { get; init; }

    /// <summary>Rows of the reference it covers: <c>SUSP-04</c> and the like, <c>V18</c> of the vendor's, <c>VF-13</c> of VFIO.</summary>
    public IReadOnlyList<string> Assertions { get; init; } = [];

    /// <summary>A device or driver in the open that is known to do otherwise; to be told as such where it is met.</summary>
    public string? Deviation { get; init; }
}

/// <summary>A document with the clause, or a mail with its date.</summary>
public sealed record RequirementSource
{
    /// <summary>The clause of a document where it is not known, or where the document has none.</summary>
    public const string UnknownClause = "unknown";

    public string? Document { get; init; }

    /// <summary>Number of the clause, name of the definition or path of the file; never a guess.</summary>
    public string? Clause { get; init; }

    /// <summary>Who wrote it.</summary>
    public string? Mail { get; init; }

    /// <summary>When: <c>2022-12-06</c>.</summary>
    [RegularExpression(@"\d{4}-\d{2}-\d{2}")]
    public string? Date { get; init; }

    /// <summary>Which, where the same person wrote several that day.</summary>
    public string? Subject { get; init; }

    public override string ToString() => this switch
    {
        { Mail: not null, Subject: not null } => $"{Mail}, {Date} ({Subject})",
        { Mail: not null } => $"{Mail}, {Date}",
        { Clause: UnknownClause } => $"{Document}",
        _ => $"{Document} {Clause}",
    };
}

/// <summary>How much a requirement weighs when it does not hold.</summary>
public enum RequirementLevel
{
    /// <summary>The source demands it: fail.</summary>
    Mandatory,

    /// <summary>The source demands the effect and not the exact status or figure: fail for the effect, warn for the rest.</summary>
    MandatoryEffect,

    /// <summary>The source permits or recommends it: never more than a warning.</summary>
    Optional,

    /// <summary>Inferred, seen in code, or common knowledge: warn.</summary>
    Informative,

    /// <summary>What the Linux code that was read does: it holds for a kernel, and for nobody else.</summary>
    Kernel,

    /// <summary>A figure, held against a limit of the profile; without one it is only told.</summary>
    Profile,

    /// <summary>What is asked of this suite, and judged by its own tests.</summary>
    Harness,
}

/// <summary>Whether a case looks at it.</summary>
public enum RequirementStatus
{
    /// <summary>A case is there, or intended.</summary>
    Tested,

    /// <summary>Cases of other requirements could not pass without it.</summary>
    Implicit,

    /// <summary>It cannot be brought about or not be seen.</summary>
    Untestable,

    /// <summary>It is not this suite's to judge, or not yet.</summary>
    OutOfScope,

    /// <summary>A maker decides what it means.</summary>
    VendorSpecific,
}

/// <summary>What brings requirements into the world.</summary>
public static class Revision
{
    /// <summary>All there are. What TP4159 brought to the Base Specification is Base 2.1; what it brought elsewhere is TP4159.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "before Base 2.1", "Base 2.1", "TP4159", "TP4165", "Base 2.3", "Base 2.4", "RFC 2022",
        "Linux uAPI", "Linux uAPI 6.1", "Linux uAPI 6.2", "Linux uAPI 7", "Linux 7.3", "project",
    ];
}
