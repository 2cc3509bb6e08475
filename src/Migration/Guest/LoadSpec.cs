namespace Conformance.Migration;

/// <summary>What the guest's load consists of.</summary>
public enum IoKind
{
    Read,
    Write,
    WriteZeroes,
    Deallocate,
    Flush,
}

/// <summary>The load of one guest; everything that a profile's <c>guest</c> section says, resolved.</summary>
public sealed record LoadSpec
{
    /// <summary>I/O queue pairs.</summary>
    public int Queues { get; init; } = 1;

    /// <summary>Entries of each queue.</summary>
    public int QueueEntries { get; init; } = 64;

    /// <summary>Commands in flight on each queue, at most (closed loop: exactly).</summary>
    public int Depth { get; init; } = 8;

    /// <summary>Bytes of one command; one of these, each as often.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [4096];

    /// <summary>Percent of reads, writes, write zeroes, deallocates, flushes, in the order of <see cref="IoKind"/>; sums to 100.</summary>
    public IReadOnlyList<int> Mix { get; init; } = [50, 50, 0, 0, 0];

    /// <summary>Bytes of the namespace that are used, from its beginning; 0: all.</summary>
    public long Region { get; init; }

    public bool Sequential { get; init; }

    /// <summary>0: closed loop. Else commands per second that begin whether or not earlier ones are done.</summary>
    public double Rate { get; init; }

    /// <summary>Open loop: gaps between beginnings are exponential (else constant).</summary>
    public bool Poisson { get; init; } = true;

    /// <summary>Asynchronous Event Requests that the guest keeps outstanding.</summary>
    public int Events { get; init; } = 1;

    /// <summary>ns after which a command without completion is called lost.</summary>
    public long CommandTimeout { get; init; } = 2_000_000_000;
}
