using System.Text.Json.Serialization;

namespace Conformance.Migration;

/// <summary>Carries out one combination from beginning to end on the calling thread.</summary>
/// <param name="plan">What to do.</param>
/// <param name="progress">Told at each step; cheap to call.</param>
/// <param name="stop">
/// Cancelled from another thread when the run is to end early (register World.RequestStop): the result then holds what was done so far
/// and is marked as interrupted.
/// </param>
/// <returns>What was found, whatever it is: a verdict is never an exception. An exception is a failure of the suite.</returns>
public delegate CombinationResult CombinationRunner(
    PlannedCombination plan, IProgress<CombinationProgress> progress, CancellationToken stop);

/// <summary>Where a combination stands.</summary>
/// <param name="Cycle">From 1.</param>
/// <param name="Cycles">How many there will be.</param>
/// <param name="Step">The step that begins.</param>
public readonly record struct CombinationProgress(int Cycle, int Cycles, CycleStep Step);

/// <summary>What a combination showed.</summary>
public sealed record CombinationResult
{
    /// <summary>Every migration that was begun, in order of number and then of VF, those that only warmed up excepted: what figures are of.</summary>
    public IReadOnlyList<CycleRecord> Cycles { get; init; } = [];

    /// <summary>The migrations before them that warmed up, judged like all; what they took is in no figure.</summary>
    public IReadOnlyList<CycleRecord> WarmUps { get; init; } = [];

    /// <summary>Both.</summary>
    [JsonIgnore]
    public IEnumerable<CycleRecord> AllCycles => WarmUps.Concat(Cycles);

    /// <summary>What concerns no single cycle, vacuity included.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Commands that the guests completed, over all cycles, their verification reads among them.</summary>
    public long Commands { get; init; }

    /// <summary>Bytes that those commands read and wrote.</summary>
    public long Bytes { get; init; }

    /// <summary>
    /// Bytes of host memory that the device read and wrote by DMA, all its functions on both sides together, bring-up included; null on the machine's clock,
    /// and where nobody counts them.
    /// </summary>
    public long? DmaBytesRead { get; init; }

    public long? DmaBytesWritten { get; init; }

    /// <summary>What the load did of it; null where none was begun.</summary>
    public LoadRecord? Load { get; init; }

    /// <summary>Latency of the load's commands over all guests and cycles, or those whose blackout nothing tainted where there are any; null where no cycle was begun.</summary>
    public LatencyRecord? Latency { get; init; }

    /// <summary>The same of the neighbours' commands; null where there are none.</summary>
    public LatencyRecord? NeighbourLatency { get; init; }

    /// <summary>Whether the load had settled before the first move, and how that was seen; null where it was not waited for.</summary>
    public SteadyState? Steady { get; init; }

    /// <summary>One cycle over time; null where none was completed.</summary>
    public StripRecord? Strip { get; init; }

    /// <summary>Saved states worth keeping; each becomes a file under <c>states/</c> that <c>inspect</c> reads.</summary>
    [JsonIgnore]
    public IReadOnlyList<KeptState> States { get; init; } = [];

    /// <summary>Every observation that was made; becomes a file under <c>journal/</c>.</summary>
    [JsonIgnore]
    public Journal Journal { get; init; } = new();

    /// <summary>Time on the world's clock that it took, ns.</summary>
    public long WorldNs { get; init; }

    /// <summary>Stopped before its end by the one who runs it.</summary>
    public bool Interrupted { get; init; }

    /// <summary>For a combination that was not begun: why.</summary>
    public static CombinationResult NotDone(Verdict verdict, string requirement, string what) =>
        new() { Findings = [new Finding { Verdict = verdict, Requirement = requirement, Path = "combination", What = what }] };
}

/// <summary>What the guests' load did in the time that it ran: verification, bring-up and comparisons are not in it.</summary>
public sealed record LoadRecord
{
    /// <summary>Commands of the load that completed, those of all guests.</summary>
    public required long Commands { get; init; }

    /// <summary>Bytes that those commands read and wrote.</summary>
    public required long Bytes { get; init; }

    /// <summary>ns from the begin of the load to its end, downtime included, over all cycles; the mean of the guests, which run at once.</summary>
    public required long Ns { get; init; }

    /// <summary>Commands a second; null where the load ran no time.</summary>
    [JsonIgnore]
    public double? Rate => Ns > 0 ? Commands * 1e9 / Ns : null;
}

/// <summary>A saved controller state to be written beside the record.</summary>
/// <param name="Name">Without folder and extension: <c>cycle-3-source</c>.</param>
public sealed record KeptState(string Name, ReadOnlyMemory<byte> Bytes);
