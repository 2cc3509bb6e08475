namespace Conformance.Sim;

/// <summary>
/// What a simulated controller really did, for the downtime of the device observer, the bytes of DMA in exact figures, and tests of the simulation; no
/// other verdict may look at it. Times in ns, -1 for never. Counters never go back.
/// </summary>
public sealed class Truth
{
    /// <summary>Submission entries fetched.</summary>
    public long Fetched { get; internal set; }

    /// <summary>Completion entries posted.</summary>
    public long Completed { get; internal set; }

    /// <summary>Interrupt messages sent.</summary>
    public long Interrupts { get; internal set; }

    /// <summary>Accesses to host memory that were refused.</summary>
    public long RefusedAccesses { get; internal set; }

    /// <summary>Bytes of host memory that the IOMMU let it read: entries, lists, data.</summary>
    public long DmaBytesRead { get; internal set; }

    /// <summary>And write.</summary>
    public long DmaBytesWritten { get; internal set; }

    public long LastFetchAt { get; internal set; } = -1;

    /// <summary>The first fetch after the latest resume; -1 until it happens.</summary>
    public long FirstFetchAfterResumeAt { get; internal set; } = -1;

    public long LastCompletionAt { get; internal set; } = -1;

    /// <summary>Any write to host memory: data, completions, queue entries.</summary>
    public long LastWriteAt { get; internal set; } = -1;

    public long SuspendedAt { get; internal set; } = -1;

    public long ResumedAt { get; internal set; } = -1;

    /// <summary>Controller level resets of every kind.</summary>
    public long Resets { get; internal set; }

    /// <summary>Commands fetched and not yet completed; outstanding Asynchronous Event Requests do not count.</summary>
    public int InFlight { get; internal set; }
}
