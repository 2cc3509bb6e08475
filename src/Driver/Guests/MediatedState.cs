using Conformance.Device;

namespace Conformance.Driver;

/// <summary>An admin command of the guest that the source's device never fetched.</summary>
/// <param name="Command">64 bytes, the identifier not the guest's.</param>
/// <param name="GuestCid">The identifier under which the guest waits for it.</param>
/// <param name="Data">What Set Features sends along; empty for all else.</param>
public sealed record UnfetchedCommand(byte[] Command, ushort GuestCid, byte[] Data);

/// <summary>
/// The virtual admin side of a mediated guest, saved: what the destination's mediator needs that the device's own state does not hold.
/// </summary>
public sealed record MediatedState
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public uint Cc { get; init; }

    public uint Aqa { get; init; }

    public ulong Asq { get; init; }

    public ulong Acq { get; init; }

    public uint InterruptMask { get; init; }

    public bool Ready { get; init; }

    public bool Fatal { get; init; }

    public byte ShutdownStatus { get; init; }

    public int SqTail { get; init; }

    public int SqHead { get; init; }

    public int CqHead { get; init; }

    public int CqTail { get; init; }

    public bool Phase { get; init; }

    public IReadOnlyList<ushort> HeldEvents { get; init; } = [];

    public IReadOnlyList<ReportedEvent> PendingEvents { get; init; } = [];

    /// <summary>Completions that found no room in the guest's queue.</summary>
    public IReadOnlyList<SavedCompletion> Finished { get; init; } = [];

    public IReadOnlyList<UnfetchedCommand> Unfetched { get; init; } = [];

    /// <summary>Guest identifiers of commands that the source fetched and did not answer. They are not issued again.</summary>
    public IReadOnlyList<ushort> Unanswered { get; init; } = [];

    public IReadOnlyList<FeatureSetting> Settings { get; init; } = [];

    /// <summary>Completion queues of the guest, each with its vector.</summary>
    public IReadOnlyList<SavedCompletionQueue> CompletionQueues { get; init; } = [];
}

/// <param name="Status">Bits 31:16 of dword 3 without phase.</param>
public readonly record struct SavedCompletion(ushort Cid, uint Dw0, uint Dw1, ushort Status);

public readonly record struct SavedCompletionQueue(ushort Qid, ushort Vector);
