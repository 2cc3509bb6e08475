using System.Text.Json.Serialization;

namespace Conformance.Migration;

/// <summary>What one guest's load did around the cut of one cycle, in equal spans of time, from the begin of the cycle to its end.</summary>
public sealed record StripRecord
{
    /// <summary>Number of the cycle in its combination: the one whose guest downtime is the median of the first thousand.</summary>
    public required int Cycle { get; init; }

    /// <summary>Which guest, from 1.</summary>
    public required int Guest { get; init; }

    /// <summary>ns of the world's clock: when the first span begins.</summary>
    public required long BeginNs { get; init; }

    /// <summary>ns of one span.</summary>
    public required long WidthNs { get; init; }

    /// <summary>ns of the world's clock: when the guest was stopped, and when it was restarted.</summary>
    public required long StoppedNs { get; init; }

    public required long RestartedNs { get; init; }

    /// <summary>Commands that completed in each span.</summary>
    [JsonConverter(typeof(CompactNumbers))]
    public required IReadOnlyList<long> Completions { get; init; }

    /// <summary>Bytes read and written by them.</summary>
    [JsonConverter(typeof(CompactNumbers))]
    public required IReadOnlyList<long> Bytes { get; init; }

    /// <summary>ns from intended start to completion, the longest of each span; 0 where nothing completed.</summary>
    [JsonConverter(typeof(CompactNumbers))]
    public required IReadOnlyList<long> LongestNs { get; init; }
}

/// <summary>
/// What the virtual functions beside a moving one felt, those of the physical function that it leaves in the first cycle: all of them together, around one
/// move.
/// </summary>
public sealed record NeighbourRecord
{
    /// <summary>How many they are.</summary>
    public required int Count { get; init; }

    public required LatencyRecord Latency { get; init; }

    /// <summary>The sum of their loads; what stands still in it is no blackout, so that the lowest window is of the whole move.</summary>
    public required ThroughputRecord Throughput { get; init; }
}

/// <summary>Throughput of one guest's load around the cut of one cycle; null where it was not observed for long enough.</summary>
public sealed record ThroughputRecord
{
    /// <summary>Commands a second, the mean before anything was done to move.</summary>
    public double? BeforePerSecond { get; init; }

    /// <summary>Commands a second from then to the stop of the guest.</summary>
    public double? PreCopyPerSecond { get; init; }

    /// <summary>Commands a second in the blackout: of who moves none.</summary>
    public double? DuringPerSecond { get; init; }

    /// <summary>Commands a second from the restart on.</summary>
    public double? AfterPerSecond { get; init; }

    /// <summary>
    /// The lowest window that has a part of the move in it, from the preparation of the destination on, the blackout included, as a share of what was to come in it: 0.8 is a dip
    /// of a fifth. To come were the commands intended in it (open loop), or as many as the mean before (closed loop).
    /// </summary>
    public double? LowestShare { get; init; }

    /// <summary>The same of the windows before the stop of the guest.</summary>
    public double? LowestPreCopyShare { get; init; }

    /// <summary>What completed from the restart of the guest on, as a share of what was to come then: more than 1 where what waited for the restart is made up for.</summary>
    public double? AfterShare { get; init; }

    /// <summary>ns from the restart of the guest to the begin of the first window that has 95 % of what was to come in it.</summary>
    public long? RecoveryNs { get; init; }

    /// <summary>All four in their order, each with the word for when it was.</summary>
    [JsonIgnore]
    public IEnumerable<(string When, double? PerSecond)> Phases =>
        [("before", BeforePerSecond), ("pre-copy", PreCopyPerSecond), ("during", DuringPerSecond), ("after", AfterPerSecond)];

    /// <summary>ns of a window, for the dip.</summary>
    public long WindowNs { get; init; }

    /// <summary>ns of a window, for the recovery.</summary>
    public long RecoveryWindowNs { get; init; }
}

/// <summary>What makes a sample taken on the machine's clock doubtful: something else than what is measured took time in it.</summary>
public enum Taint
{
    /// <summary>The collector of the suite's own runtime stopped it.</summary>
    GarbageCollection,

    /// <summary>Code of the suite was compiled.</summary>
    Compilation,

    /// <summary>The system took the processor away from a thread of the suite.</summary>
    ContextSwitch,

    /// <summary>The machine's own host took the processor away.</summary>
    StolenTime,
}

/// <summary>
/// What the suite itself costs on this machine, measured in the same run on the machine's clock: a simulated device without latency is moved as
/// combinations of one shape move theirs, so that all the time that passes is the suite's.
/// </summary>
public sealed record SuiteCostRecord
{
    /// <summary>Names of the combinations that it is the cost of: they differ in nothing that the suite would take time for.</summary>
    public required IReadOnlyList<string> Combinations { get; init; }

    /// <summary>ns a command of the guest's load, from submission to the judged completion.</summary>
    public required double CommandNs { get; init; }

    /// <summary>ns of each step, the median.</summary>
    public required IReadOnlyList<StepCost> Steps { get; init; }

    /// <summary>ns of the guest's and the orchestrator's downtime that are the suite's, the medians.</summary>
    public required long GuestDowntimeNs { get; init; }

    public required long OrchestratorDowntimeNs { get; init; }

    /// <summary>Cycles that the medians are of; 0 where such a device could not be moved so, and nothing is known.</summary>
    public required int Cycles { get; init; }

    /// <summary>It was measured.</summary>
    [JsonIgnore]
    public bool IsKnown => Cycles > 0;
}

/// <summary>One step's cost.</summary>
public sealed record StepCost(CycleStep Step, long Ns);

/// <summary>Where a combination stands in a sweep.</summary>
/// <param name="Name">Of the sweep, as the profile names it.</param>
/// <param name="Key">The key of the profile that is swept: <c>guest.depth</c>.</param>
/// <param name="Value">What it is here, as written.</param>
/// <param name="Number">The same as a number, in the base unit of the key (bytes, ns), which a plot draws along; null where it is none.</param>
public sealed record SweepPoint(string Name, string Key, string Value, double? Number)
{
    /// <summary>Names of the figures that are drawn along the key (<see cref="MoveFigure"/>); null: the downtimes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Figures { get; init; }

    /// <summary>What a value without a unit counts; null: it is a count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unit { get; init; }
}
