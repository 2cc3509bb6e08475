using System.Text.Json.Serialization;

namespace Conformance.Migration;

/// <summary>How a cycle ended.</summary>
public enum CycleOutcome
{
    /// <summary>The controller runs on the destination.</summary>
    Completed,

    /// <summary>It was cancelled as asked, and the source runs.</summary>
    Cancelled,

    /// <summary>It broke as asked, and the source runs.</summary>
    Broken,

    /// <summary>It could not be completed.</summary>
    Failed,

    /// <summary>The destination cannot carry the guest, which was found out before it was stopped; the source runs.</summary>
    Refused,

    /// <summary>The run was interrupted.</summary>
    Interrupted,
}

/// <summary>Where the guest is when its cycle is over.</summary>
public enum GuestPlace
{
    Source,
    Destination,

    /// <summary>It stays stopped: no side may run it.</summary>
    Nowhere,
}

/// <summary>One migration of one function, and what it showed. Times are ns of the world's clock since the world began.</summary>
public sealed record CycleRecord
{
    /// <summary>From 1 in its combination.</summary>
    public required int Number { get; init; }

    /// <summary>Which guest moved, from 1.</summary>
    public int Guest { get; init; } = 1;

    /// <summary>The side it left, <c>A</c> or <c>B</c>, and the VF there.</summary>
    public required string From { get; init; }

    /// <summary>The side it went to, and the VF there.</summary>
    public required string To { get; init; }

    public required CycleOutcome Outcome { get; init; }

    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>The step with whose submission the source was given up; null where that did not happen.</summary>
    public CycleStep? Committed { get; init; }

    public GuestPlace EndsAt { get; init; } = GuestPlace.Destination;

    /// <summary>What was seen of each function that had to be proven stopped, in order.</summary>
    public IReadOnlyList<string> ProvenStopped { get; init; } = [];

    public DowntimeRecord Downtime { get; init; } = new();

    public InFlightRecord InFlight { get; init; } = new();

    public LatencyRecord Latency { get; init; } = new();

    public ThroughputRecord Throughput { get; init; } = new();

    /// <summary>What the load of those that did not move was meanwhile, in the first guest's record; null where there were none.</summary>
    public NeighbourRecord? Neighbours { get; init; }

    /// <summary>What makes its times doubtful; on the virtual clock nothing does.</summary>
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    public CopyRecord Copy { get; init; } = new();

    /// <summary>Blocks compared with the ledger after this cycle.</summary>
    public long BlocksVerified { get; init; }

    /// <summary>Features that the guest had set to another value than the device's default, and that were compared after the move.</summary>
    public int FeaturesNotDefault { get; init; }

    /// <summary>Bytes of the saved controller state.</summary>
    public long StateBytes { get; init; }

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>ns that a step took, all its times together; null where it was not gone through.</summary>
    public long? TimeOf(CycleStep step)
    {
        long? sum = null;
        foreach (var it in Steps.Where(it => it.Step == step)) sum = (sum ?? 0) + it.EndNs - it.BeginNs;
        return sum;
    }
}

/// <summary>One step with its begin and end, ns of the world's clock.</summary>
/// <param name="Note">What is worth saying about it; null for nothing.</param>
public sealed record StepRecord(CycleStep Step, long BeginNs, long EndNs, string? Note = null);

/// <summary>
/// Downtime by observer, ns (what each means is DESIGN section 10); null where it was not observed. The suite reads the loaded state back
/// for its oracle while the guest stands still, which no migration does: that time is <see cref="ReadBackNs"/> and in none of the others,
/// so that with it added each is what the clock showed.
/// </summary>
public sealed record DowntimeRecord
{
    /// <summary>Stop of the guest to its first completion of a command that the destination fetched.</summary>
    public long? GuestNs { get; init; }

    /// <summary>Stop of the guest to its restart.</summary>
    public long? OrchestratorNs { get; init; }

    /// <summary>Within it, submission of suspend to completion of resume.</summary>
    public long? SuspendedNs { get; init; }

    /// <summary>Last completion or DMA write of the source to the first fetch of the destination.</summary>
    public long? DeviceNs { get; init; }

    /// <summary>Reading back what was loaded; null where it was not read back.</summary>
    public long? ReadBackNs { get; init; }
}

/// <summary>Commands in flight at the cut, in three classes; null where a class cannot be known.</summary>
public sealed record InFlightRecord
{
    /// <summary>Fetched by the source: completed between submission of suspend and the freeze point.</summary>
    public long? Fetched { get; init; }

    /// <summary>In a submission queue, not fetched.</summary>
    public long? Unfetched { get; init; }

    /// <summary>Completed, not consumed by the guest.</summary>
    public long? Posted { get; init; }
}

/// <summary>What was copied.</summary>
public sealed record CopyRecord
{
    /// <summary>Rounds over dirty blocks while the guest ran, the bulk copy not counted.</summary>
    public int Rounds { get; init; }

    /// <summary>
    /// What was copied, and what the guest changed meanwhile: first the bulk copy, then each round while the guest ran, last what was left for the time in
    /// which it stood still. Empty where no blocks are copied.
    /// </summary>
    public IReadOnlyList<RoundRecord> EachRound { get; init; } = [];

    /// <summary>Bytes of blocks copied in all.</summary>
    public long MediumBytes { get; init; }

    /// <summary>Blocks copied after the guest had stopped.</summary>
    public long BlocksAfterStop { get; init; }

    /// <summary>Blocks that the device reported as changed; null where it was not asked.</summary>
    public long? BlocksReported { get; init; }

    /// <summary>Events by which the device said that reports wait; null where it was not asked to.</summary>
    public long? TailEvents { get; init; }

    /// <summary>Those of them that the guest changed: over all reported, the precision.</summary>
    public long? BlocksReportedRightly { get; init; }

    /// <summary>Pages of guest memory copied in all.</summary>
    public long MemoryPages { get; init; }

    /// <summary>Pages that the device reported as written, a page as often as it was; null where it was not asked.</summary>
    public long? PagesReported { get; init; }

    /// <summary>Those of them that differed from what had been copied before: over all reported, the precision. Null where nobody may compare.</summary>
    public long? PagesReportedRightly { get; init; }
}

/// <summary>One pass of the copy.</summary>
/// <param name="CopiedBytes">Written to the destination.</param>
/// <param name="DirtiedBytes">Of blocks that were known to be changed when it ended, which is what the next has to copy.</param>
/// <param name="Ns">How long it took.</param>
public sealed record RoundRecord(long CopiedBytes, long DirtiedBytes, long Ns);

/// <summary>Latency of the guest's commands from their intended start, by when that was.</summary>
public sealed record LatencyRecord
{
    /// <summary>
    /// Cycles that it is of, where others were left out because they are tainted; null where all are in it - also where all are tainted.
    /// </summary>
    public int? UntaintedCycles { get; init; }

    /// <summary>Of the cycle, before anything was done to move.</summary>
    public LatencyFigures Before { get; init; } = new();

    /// <summary>From the preparation of the destination on, completed before the guest was stopped.</summary>
    public LatencyFigures PreCopy { get; init; } = new();

    /// <summary>Those that the blackout met: in flight when the guest was stopped, or due before it was restarted.</summary>
    public LatencyFigures During { get; init; } = new();

    /// <summary>After the restart.</summary>
    public LatencyFigures After { get; init; } = new();

    /// <summary>
    /// The word for those that the blackout met. They waited for its end together, so that a quantile of them is supported by as many cycles as commands:
    /// the 99th percentile of 401 commands of ten blackouts is that of the longest one or two.
    /// </summary>
    public const string OfBlackouts = "during";

    /// <summary>All four in their order, each with the word for when it was.</summary>
    [JsonIgnore]
    public IEnumerable<(string When, LatencyFigures Figures)> Phases =>
        [("before", Before), ("pre-copy", PreCopy), (OfBlackouts, During), ("after", After)];
}

/// <summary>Latencies in ns; a quantile is null where there are too few commands for it (<see cref="Quantiles.Needed"/>).</summary>
public sealed record LatencyFigures
{
    /// <summary>Commands.</summary>
    public long N { get; init; }

    public long? MedianNs { get; init; }

    public long? P90Ns { get; init; }

    public long? P99Ns { get; init; }

    public long? P999Ns { get; init; }

    public long? P9999Ns { get; init; }

    public long? P99999Ns { get; init; }

    public long? MaxNs { get; init; }

    /// <summary>
    /// How they are spread: the highest value of each bucket of the histogram that is not empty, and how many are in it, in turn. Null in the records
    /// of single cycles.
    /// </summary>
    [JsonConverter(typeof(CompactNumbers))]
    public IReadOnlyList<long>? Buckets { get; init; }

    /// <summary>Each quantile that is told, with its name.</summary>
    [JsonIgnore]
    public IEnumerable<(string Name, double Quantile, long? Ns)> Quantiles =>
    [
        ("p50", 0.5, MedianNs), ("p90", 0.9, P90Ns), ("p99", 0.99, P99Ns), ("p99.9", 0.999, P999Ns), ("p99.99", 0.9999, P9999Ns),
        ("p99.999", 0.99999, P99999Ns),
    ];

    /// <summary>The highest value, ns, of the bucket that holds the sample of a rank, from 1, and no more than the greatest; null where it is not known how they are spread.</summary>
    public long? AtRank(long rank)
    {
        foreach (var bucket in (Buckets ?? []).Chunk(2))
        {
            rank -= bucket[1];
            if (rank <= 0) return Math.Min(bucket[0], MaxNs ?? long.MaxValue);
        }

        return null;
    }

    /// <param name="latencies">Of all commands.</param>
    /// <param name="spread">With <see cref="Buckets"/>.</param>
    public static LatencyFigures Of(Histogram latencies, bool spread = false)
    {
        long? At(double quantile) => Migration.Quantiles.IsSupported(quantile, latencies.Count) ? latencies.Quantile(quantile) : null;
        return new LatencyFigures
        {
            N = latencies.Count,
            MedianNs = latencies.Quantile(0.5),
            P90Ns = At(0.9),
            P99Ns = At(0.99),
            P999Ns = At(0.999),
            P9999Ns = At(0.9999),
            P99999Ns = At(0.99999),
            MaxNs = latencies.Count == 0 ? null : latencies.Max,
            Buckets = spread ? [.. latencies.Buckets().SelectMany(it => (long[])[it.Value, it.Count])] : null,
        };
    }
}
