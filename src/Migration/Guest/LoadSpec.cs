using System.Numerics;

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

    /// <summary>False: the pages of a queue are not neighbours (PC 0).</summary>
    public bool Contiguous { get; init; } = true;

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

    /// <summary>The load that a profile describes.</summary>
    public static LoadSpec Of(GuestSettings guest) => new()
    {
        Queues = guest.Queues,
        QueueEntries = guest.Entries > 0 ? guest.Entries : Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)guest.Depth + 2)),
        Depth = guest.Depth,
        Sizes = [.. guest.IoSizes.Select(size => (int)size.Bytes)],
        Mix = [guest.Mix.Read, guest.Mix.Write, guest.Mix.WriteZeroes, guest.Mix.Deallocate, guest.Mix.Flush],
        Region = (long)guest.Region.Bytes,
        Sequential = guest.Pattern == AccessPattern.Sequential,
        Rate = guest.Mode == LoadMode.Open ? guest.Rate ?? 0 : 0,
        Poisson = guest.Arrivals == ArrivalKind.Poisson,
        Events = guest.Events,
        CommandTimeout = guest.CommandTimeout.Nanoseconds,
    };
}
