namespace Conformance.Driver;

/// <summary>How a <see cref="NvmeController"/> sets its controller up.</summary>
public sealed record NvmeControllerOptions
{
    /// <summary>Entries of the admin submission queue, 2 to 4096.</summary>
    public int AdminSqEntries { get; init; } = 64;

    /// <summary>Entries of the admin completion queue, 2 to 4096.</summary>
    public int AdminCqEntries { get; init; } = 64;

    /// <summary>CC.MPS: memory pages of 2^(12 + MPS) bytes.</summary>
    public byte Mps { get; init; }

    /// <summary>CC.CSS: 0 the NVM command set, 6 all that are supported.</summary>
    public byte Css { get; init; }

    /// <summary>CC.AMS: 0 round robin, 1 weighted round robin with urgent class.</summary>
    public byte Ams { get; init; }

    /// <summary>False: no MSI-X, completions are looked for every <see cref="PollInterval"/>.</summary>
    public bool Interrupts { get; init; } = true;

    /// <summary>ns.</summary>
    public long PollInterval { get; init; } = 10_000;

    /// <summary>Asynchronous Event Requests kept outstanding.</summary>
    public int Events { get; init; }

    /// <summary>ns until a command without an answer is given up.</summary>
    public long CommandTimeout { get; init; } = 10_000_000_000;

    /// <summary>The same for admin commands, by opcode; null: <see cref="CommandTimeout"/> for all.</summary>
    public CommandTimeouts? AdminTimeouts { get; init; }

    /// <summary>ns for a shutdown.</summary>
    public long ShutdownTimeout { get; init; } = 10_000_000_000;

    /// <summary>Bytes of the largest command built, whatever MDTS allows beyond.</summary>
    public int MaxTransfer { get; init; } = 1 << 20;

    /// <summary>How I/O commands name their data; admin commands use PRPs always.</summary>
    public DataPointerKind DataPointers { get; init; }

    /// <summary>64-bit registers are written as two 32-bit halves: some devices fail on 8-byte accesses.</summary>
    public bool NarrowAccess { get; init; }

    /// <summary>Where commands of its queues are noted for what is told after a failure; null: nowhere.</summary>
    public CommandHistory? History { get; init; }
}

/// <summary>A pair of I/O queues to be created, every field of the two commands included.</summary>
/// <param name="Qid">Submission queue identifier, and the completion queue's where <see cref="SharedCqid"/> is null.</param>
/// <param name="SqEntries">Entries of the submission queue.</param>
/// <param name="CqEntries">Entries of the completion queue.</param>
public sealed record IoQueueSpec(ushort Qid, int SqEntries, int CqEntries)
{
    /// <summary>Interrupt vector of the completion queue.</summary>
    public ushort Vector { get; init; }

    /// <summary>IEN.</summary>
    public bool Interrupts { get; init; } = true;

    /// <summary>QPRIO: 0 urgent to 3 low.</summary>
    public byte Priority { get; init; }

    /// <summary>PC; false: pages that are not neighbours, named by a PRP list.</summary>
    public bool Contiguous { get; init; } = true;

    public ushort NvmSetId { get; init; }

    /// <summary>An existing completion queue to use instead of one of its own.</summary>
    public ushort? SharedCqid { get; init; }
}
