using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>How far a command is.</summary>
internal enum CommandStage
{
    Fetch,
    Parse,
    Validate,
    Execute,
    Complete,
}

/// <summary>
/// One command from fetch to completion. Pooled by its controller: nothing keeps one beyond its completion; who waits for another
/// controller keeps the <see cref="Serial"/> with it.
/// </summary>
internal sealed class CommandContext : Work
{
    private byte[] _buffer = [];

    internal CommandContext? Previous;
    internal CommandContext? Next;

    public ControllerCore Owner { get; set; } = null!;

    /// <summary>Differs for each use of this object.</summary>
    public long Serial { get; set; }

    public SubmissionQueue Queue { get; set; } = null!;

    public CommandStage Stage { get; set; }

    /// <summary>The entry as fetched.</summary>
    public SubmissionEntry Entry;

    /// <summary>Who executes it; null for an opcode that nobody knows.</summary>
    public CommandHandler? Handler { get; set; }

    /// <summary>ns.</summary>
    public long FetchedAt { get; set; }

    /// <summary>The outcome so far.</summary>
    public Status Status { get; set; }

    /// <summary>Do Not Retry.</summary>
    public bool Dnr { get; set; }

    public bool More { get; set; }

    public uint Dw0 { get; set; }

    public uint Dw1 { get; set; }

    /// <summary>Bytes that the command moves between host and device, set when parsed; 0 for none.</summary>
    public long DataLength { get; set; }

    /// <summary>Where the host's data is.</summary>
    public GuestCursor Data;

    /// <summary>Bytes moved through <see cref="Data"/> so far.</summary>
    public long Progress => DataLength - Data.Left;

    /// <summary>Bytes of metadata in a buffer of its own, set when parsed; 0 for none.</summary>
    public long MetadataLength { get; set; }

    /// <summary>Where that buffer is.</summary>
    public GuestCursor Metadata;

    /// <summary>Bytes moved through <see cref="Metadata"/> so far.</summary>
    public long MetadataProgress => MetadataLength - Metadata.Left;

    /// <summary>The namespace that NSID names, where it names one.</summary>
    public Namespace? Namespace { get; set; }

    /// <summary>First logical block of a command that names blocks.</summary>
    public ulong Slba { get; set; }

    /// <summary>Number of logical blocks, a plain count.</summary>
    public uint Blocks { get; set; }

    /// <summary>How much of it is done, by a handler that goes on piece by piece.</summary>
    public long Done { get; set; }

    /// <summary>The first block that failed, for the error log; null: <see cref="Slba"/>.</summary>
    public ulong? FailedLba { get; set; }

    /// <summary>The parameter that the status is about, for the error log; null: what the status implies.</summary>
    public ParameterErrorLocation? ErrorLocation { get; set; }

    /// <summary>Command Specific Information for the error log.</summary>
    public ulong SpecificInformation { get; set; }

    /// <summary>What the handler keeps between two calls.</summary>
    public object? Notes { get; set; }

    /// <summary>Where a handler is that is called several times.</summary>
    public int Phase { get; set; }

    /// <summary>An accepted Asynchronous Event Request: waits for an event and does not count as in flight.</summary>
    public bool Outstanding { get; set; }

    /// <summary>Holds one entry of its completion queue.</summary>
    public bool HoldsEntry { get; set; }

    /// <summary>Of the first half of a fused operation: the second, fetched with it.</summary>
    public WaitingCommand Second { get; set; }

    /// <summary>The second half of a fused operation whose first has not ended.</summary>
    public bool IsHeld { get; set; }

    /// <summary>ns on top of what the handler costs: a fault of the profile.</summary>
    public long ExtraDelay { get; set; }

    /// <summary>A fault of the profile struck: flip one bit of the data.</summary>
    public bool Corrupt { get; set; }

    public bool IsAdmin => Queue.IsAdmin;

    public byte Opcode => Entry.Opcode;

    public ushort Cid => Entry.Cid;

    /// <summary>Bytes that hold until it completes: a parameter or an answer in the making. What they hold at first is not said.</summary>
    public Span<byte> Buffer(int length)
    {
        if (_buffer.Length < length) _buffer = new byte[length];
        return _buffer.AsSpan(0, length);
    }

    /// <summary>Ends the command with a status; errors are not to be retried unless said.</summary>
    public StepResult Fail(Status status, bool dnr = true)
    {
        Status = status;
        Dnr = dnr;
        return StepResult.Done;
    }

    internal void Clear()
    {
        Queue = null!;
        Stage = CommandStage.Fetch;
        Entry = default;
        Handler = null;
        FetchedAt = 0;
        Status = default;
        Dnr = false;
        More = false;
        Dw0 = Dw1 = 0;
        DataLength = 0;
        Data.End();
        MetadataLength = 0;
        Metadata.End();
        Namespace = null;
        Slba = 0;
        Blocks = 0;
        Done = 0;
        FailedLba = null;
        ErrorLocation = null;
        SpecificInformation = 0;
        Notes = null;
        Phase = 0;
        Outstanding = false;
        HoldsEntry = false;
        Second = default;
        IsHeld = false;
        ExtraDelay = 0;
        Corrupt = false;
    }
}

/// <summary>A command that waits for something of another controller; it may have been dropped meanwhile.</summary>
internal readonly record struct WaitingCommand(CommandContext Command, long Serial)
{
    /// <summary>Lets it go on now, if it is still there.</summary>
    public void Wake()
    {
        if (IsThere) Command.Owner.Machine.GoOn(Command);
    }

    /// <summary>It has been neither completed nor dropped.</summary>
    public bool IsThere => Command is not null && Command.Serial == Serial;
}
