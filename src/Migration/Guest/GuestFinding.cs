namespace Conformance.Migration;

/// <summary>What a guest can find wrong by itself.</summary>
public enum GuestFault
{
    /// <summary>A block does not hold what it must.</summary>
    Block,

    /// <summary>A command was completed twice.</summary>
    Doubled,

    /// <summary>A completion of no command in flight.</summary>
    UnknownCompletion,

    /// <summary>A completion in the queue of another submission queue.</summary>
    WrongQueue,

    /// <summary>A command was never completed.</summary>
    LostCommand,

    /// <summary>A valid command was refused.</summary>
    Refused,
}

/// <summary>One thing wrong: where (a block, a queue and command), and in words; <paramref name="Block"/> has the details where it is a block.</summary>
public sealed record GuestFinding(GuestFault Fault, string Path, string Text, BlockFinding? Block = null);

/// <summary>What a guest did so far.</summary>
public sealed class GuestCounters
{
    public long Submitted { get; internal set; }

    public long Completions { get; internal set; }

    public long Reads { get; internal set; }

    public long Writes { get; internal set; }

    public long WriteZeroes { get; internal set; }

    public long Deallocates { get; internal set; }

    public long Flushes { get; internal set; }

    /// <summary>Bytes read and written by completed commands.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Blocks judged against the ledger, and right or wrong.</summary>
    public long BlocksVerified { get; internal set; }

    public long Doubled { get; internal set; }

    public long LostCommands { get; internal set; }

    /// <summary>Commands of its load that completed: its own verification reads are not among them.</summary>
    public long LoadCompletions { get; internal set; }

    /// <summary>ns that those commands took together, from their intended start.</summary>
    public long LoadLatency { get; internal set; }

    /// <summary>Bytes that those commands read and wrote.</summary>
    public long LoadBytes { get; internal set; }

    /// <summary>All findings, also those beyond what is kept.</summary>
    public long Findings { get; internal set; }
}
