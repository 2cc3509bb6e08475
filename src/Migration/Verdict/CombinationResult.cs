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
    /// <summary>Every migration that was begun, in order of number and then of VF.</summary>
    public IReadOnlyList<CycleRecord> Cycles { get; init; } = [];

    /// <summary>What concerns no single cycle, vacuity included.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Commands that the guest completed, over all cycles.</summary>
    public long Commands { get; init; }

    /// <summary>Bytes that those commands read and wrote.</summary>
    public long Bytes { get; init; }

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

/// <summary>A saved controller state to be written beside the record.</summary>
/// <param name="Name">Without folder and extension: <c>cycle-3-source</c>.</param>
public sealed record KeptState(string Name, ReadOnlyMemory<byte> Bytes);
