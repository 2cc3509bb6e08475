namespace Conformance.Sim;

/// <summary>Entries of a queue in host memory: one contiguous run, or a page each.</summary>
/// <param name="Base">PRP1: the queue, or its PRP list.</param>
/// <param name="Pages">Pages of a queue that is not contiguous; null for one that is.</param>
/// <param name="PageSize">Bytes per page of <paramref name="Pages"/>.</param>
/// <param name="EntrySize">Bytes.</param>
internal readonly record struct QueueMemory(ulong Base, ulong[]? Pages, int PageSize, int EntrySize)
{
    public ulong AddressOf(int index)
    {
        var at = (long)index * EntrySize;
        return Pages is null ? Base + (ulong)at : Pages[at / PageSize] + (ulong)(at % PageSize);
    }
}

/// <summary>A completion queue as its controller knows it.</summary>
internal sealed class CompletionQueue(int id, int entries, QueueMemory memory)
{
    public int Id { get; } = id;

    public int Entries { get; } = entries;

    public QueueMemory Memory { get; } = memory;

    public bool InterruptsEnabled { get; init; }

    public int Vector { get; init; }

    /// <summary>Next entry that the host takes: its last head doorbell.</summary>
    public int Head { get; set; }

    /// <summary>Next entry to post.</summary>
    public int Tail { get; set; }

    /// <summary>Phase tag of the next entry.</summary>
    public bool Phase { get; set; } = true;

    /// <summary>Entries promised to commands that were fetched.</summary>
    public int Reserved { get; set; }

    /// <summary>Submission queues that complete here.</summary>
    public int Users { get; set; }

    /// <summary>Entries posted since the last interrupt.</summary>
    public int Unannounced { get; set; }

    /// <summary>ns; when held back entries are announced at the latest, -1 while none are.</summary>
    public long AnnounceBy { get; set; } = -1;

    /// <summary>In the list of queues that want an interrupt at the end of this step.</summary>
    public bool WantsInterrupt { get; set; }

    /// <summary>Posted and not yet taken.</summary>
    public int Occupied => Tail >= Head ? Tail - Head : Tail - Head + Entries;

    /// <summary>Entries that can still be promised.</summary>
    public int Free => Entries - 1 - Occupied - Reserved;

    /// <summary>An interrupt that coalescing holds back.</summary>
    public PendingInterrupt? PendingInterrupt { get; set; }

    /// <summary>Coalescing does not hold for the interrupt being sent.</summary>
    public bool FlushInterrupt { get; set; }

    /// <summary>Moves the tail behind an entry just posted.</summary>
    public void Advance()
    {
        if (++Tail < Entries) return;
        Tail = 0;
        Phase = !Phase;
    }

    /// <summary>The phase tag that stands in slot 0.</summary>
    public bool Slot0Phase => Tail == 0 ? !Phase : Phase;
}

/// <summary>A submission queue as its controller knows it.</summary>
internal sealed class SubmissionQueue(int id, int entries, QueueMemory memory, CompletionQueue completion)
{
    public int Id { get; } = id;

    public int Entries { get; } = entries;

    public QueueMemory Memory { get; } = memory;

    public CompletionQueue Completion { get; } = completion;

    /// <summary>QPRIO: 0 urgent, 1 high, 2 medium, 3 low.</summary>
    public byte Priority { get; init; }

    public ushort NvmSetId { get; init; }

    public bool IsAdmin => Id == 0;

    /// <summary>Of the commands that wait in it.</summary>
    public LookAhead Ahead { get; } = new();

    /// <summary>Next entry to fetch.</summary>
    public int Head { get; set; }

    /// <summary>The host's last tail doorbell.</summary>
    public int Tail { get; set; }

    public bool HasWork => Head != Tail;

    /// <summary>Two halves of a fused operation come next: their completion queue must have room for both.</summary>
    public bool NeedsPair { get; set; }

    /// <summary>Has something to fetch that can be completed.</summary>
    public bool CanBeFetched => HasWork && Completion.Free > (NeedsPair ? 1 : 0);

    /// <summary>Entries submitted and not fetched.</summary>
    public int Waiting => Tail >= Head ? Tail - Head : Tail - Head + Entries;

    public void Advance() => Head = Head + 1 == Entries ? 0 : Head + 1;
}
