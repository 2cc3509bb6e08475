using System.Text.Json.Serialization;

namespace Conformance.Migration;

/// <summary>
/// A line of <c>journal.jsonl</c>, to which a run adds each thing when it ended: what a killed run showed is there, and every verdict can be
/// made again of it. One of the members is given.
/// </summary>
public sealed record JournalLine
{
    /// <summary>The first line: what is run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunHeader? Run { get; init; }

    /// <summary>A case that ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CaseRecord? Case { get; init; }

    /// <summary>A combination that ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CombinationRecord? Combination { get; init; }

    /// <summary>What the suite itself costs in moves of one shape.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SuiteCostRecord? Cost { get; init; }

    /// <summary>What the case or combination observed, as <see cref="Journal.Write"/> writes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Observations { get; init; }

    /// <summary>What was looked at after a failure, for people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Evidence { get; init; }

    public static string TextOf(Journal journal)
    {
        using var text = new StringWriter();
        journal.Write(text);
        return text.ToString();
    }

    /// <summary>The case with what it observed.</summary>
    [JsonIgnore]
    public CaseRecord? WholeCase => Case is null || Observations is null ? Case : Case with { Journal = Journal.Read(new StringReader(Observations)) };
}

/// <summary>What a run was asked, so that it can go on or be repeated.</summary>
public sealed record RunHeader
{
    public required string ProfilePath { get; init; }

    public required string ProfileHash { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Overrides, <c>key=value</c> each.</summary>
    public required IReadOnlyList<string> Set { get; init; }

    public required IReadOnlyList<string> Only { get; init; }

    public required IReadOnlyList<string> Skip { get; init; }

    public required string? Defect { get; init; }

    /// <summary>How often each case is run, instead of what the profile says.</summary>
    public int? Repeat { get; init; }

    /// <summary>SHA-256 of the plan: what was to be run, and by which gates it is judged. Null in a journal of an older suite.</summary>
    public string? PlanHash { get; init; }
}

/// <summary>A supervisor's word to a worker: run this.</summary>
/// <param name="Id">Of the case.</param>
/// <param name="Repetition">From 1; its seed follows from it.</param>
/// <param name="Defect">The bug to plant in the simulated device; null: none.</param>
/// <param name="Trace">The file to write a trace to; null: none.</param>
/// <param name="Evidence">After a failure the device is looked at.</param>
public sealed record CaseOrderLine(string Id, int Repetition, string? Defect, string? Trace, bool Evidence);
