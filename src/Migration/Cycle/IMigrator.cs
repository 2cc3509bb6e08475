using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>From which moment on the source controller fetches, posts and writes nothing.</summary>
public enum FreezePoint
{
    /// <summary>Completion of the suspend.</summary>
    Suspend,

    /// <summary>Completion of the save, which drains.</summary>
    Save,
}

/// <summary>What a side's command set and device offer.</summary>
/// <param name="TracksBlocks">Changed blocks are reported by the device.</param>
/// <param name="TracksMemory">Written host memory is reported by the device.</param>
/// <param name="CarriesAdminQueue">The state holds the admin queue, features and events (a vendor part, or an opaque blob).</param>
/// <param name="Formats">Of the state.</param>
public sealed record MigratorAbilities(bool TracksBlocks, bool TracksMemory, bool CarriesAdminQueue, StateFormats Formats)
{
    public static readonly MigratorAbilities None = new(false, false, false, new StateFormats([], []));

    /// <summary>The state can be read while the controller runs.</summary>
    public bool ReadsWhileRunning { get; init; }

    /// <summary>Bytes that one mark of memory tracking stands for; 0 where nothing is tracked.</summary>
    public ulong MemoryGranule { get; init; }

    /// <summary>Why changed blocks cannot be reported although the device says that it tracks them: a limit that leaves nothing; null for none.</summary>
    public string? BlockLimit { get; init; }

    /// <summary>The same of written memory.</summary>
    public string? MemoryLimit { get; init; }
}

/// <summary>A controller as its controlling function sees it.</summary>
/// <param name="Suspended">CSUP.</param>
/// <param name="Queues">I/O submission and completion queues that exist.</param>
public readonly record struct ControllerLook(bool Suspended, int Queues);

/// <summary>Where a drain of reports stands.</summary>
public enum DrainState
{
    /// <summary>More may come.</summary>
    Open,

    /// <summary>The controller is suspended and everything was reported.</summary>
    Ended,

    /// <summary>Reports were lost: everything counts as changed, and tracking has stopped.</summary>
    Overflowed,
}

/// <summary>A run of guest memory that the device wrote: first address and bytes.</summary>
public readonly record struct DirtyMemory(ulong Iova, ulong Length);

/// <summary>
/// One side's dialect: how a controlling function is asked to suspend, save, load and resume one controlled controller. Guarantees:
/// each request ends with ok, refused (the device's status) or unknown; a request does what it says and nothing else; the order is the
/// cycle's concern. After <see cref="SuspendAsync"/> and, where <see cref="FreezePoint"/> says so, the save, the controller is silent.
/// </summary>
public interface IMigrator
{
    string Name { get; }

    FreezePoint FreezePoint { get; }

    /// <summary>The state has no structure that a standard defines.</summary>
    bool IsOpaque { get; }

    /// <summary>Reads what the device offers; asks nothing of the controlled controller.</summary>
    ValueTask<(Outcome Outcome, MigratorAbilities? Abilities)> DescribeAsync();

    /// <summary>States are saved and loaded in this format, which both sides have. After <see cref="DescribeAsync"/>.</summary>
    void Use(in StateFormat format);

    /// <summary>While the controller runs: takes ahead what can be taken of its state; ok where nothing can.</summary>
    ValueTask<Outcome> PreCopyAsync() => ValueTask.FromResult(Outcome.Ok);

    ValueTask<Outcome> SuspendAsync();

    /// <summary>Bytes of state, or the number the save will have. After <see cref="SuspendAsync"/>.</summary>
    ValueTask<(Outcome Outcome, int Bytes)> BeginSaveAsync();

    /// <summary>What the controlling function says of the controller without changing it; null where the command set cannot say.</summary>
    ValueTask<(Outcome Outcome, ControllerLook Look)?> LookAsync();

    /// <summary>The next piece of state, up to <paramref name="bytes"/>; called with ascending offsets until all is there.</summary>
    ValueTask<(Outcome Outcome, StatePiece Piece)> SaveChunkAsync(int offset, int bytes);

    /// <summary>Gives a piece of state to a suspended (or offline) controller; the last one commits.</summary>
    ValueTask<Outcome> LoadChunkAsync(ReadOnlyMemory<byte> state, int offset, int bytes);

    /// <summary>Most bytes that one piece may have.</summary>
    int MaxChunk { get; }

    /// <summary>False where the whole state moves in one command, or not at all.</summary>
    bool InPieces { get; }

    /// <summary>Resumes; on a destination this submission is the commit point.</summary>
    ValueTask<Outcome> ResumeAsync();

    /// <summary>Brings a source back that was suspended, and perhaps saved.</summary>
    ValueTask<Outcome> CancelAsync(ReadOnlyMemory<byte> saved);

    /// <summary>
    /// Starts the reports of changed blocks. Only where <see cref="MigratorAbilities.TracksBlocks"/>. The signal is raised whenever the device
    /// says that there are some; never where it is not asked to.
    /// </summary>
    ValueTask<Outcome> StartBlockTrackingAsync(Signal reported);

    /// <summary>Appends the entries that were posted since the last call, in order, those that name no blocks too.</summary>
    ValueTask<(Outcome Outcome, DrainState State)> DrainBlocksAsync(List<LbaMigrationQueueEntry> into);

    /// <summary>There is a queue of block reports.</summary>
    bool IsTracking { get; }

    /// <summary>What the device says of the queue that its suspend has deleted; null where it was not asked to delete it.</summary>
    ValueTask<CommandAnswer?> AskDeletedQueueAsync();

    /// <summary>Events about the tail of the queue: how often one was asked for, and how many came. Both 0 where none is asked for.</summary>
    (int Asked, int Reported) TailEvents { get; }

    /// <summary>An entry was posted that is not of the phase that its slot must have, so it cannot be taken; where it is.</summary>
    string? EntryOfWrongPhase { get; }

    /// <summary>Starts the reports of written memory in the ranges. Only where <see cref="MigratorAbilities.TracksMemory"/>.</summary>
    ValueTask<Outcome> StartMemoryTrackingAsync(IReadOnlyList<DirtyMemory> ranges);

    /// <summary>The limit of the device that the last start of memory tracking failed by; null where it was not that.</summary>
    string? MemoryTrackingLimit => null;

    ValueTask<(Outcome Outcome, DrainState State)> DrainMemoryAsync(List<DirtyMemory> into);

    /// <summary>Ends all tracking and gives back its queues; ok when there was none.</summary>
    ValueTask<Outcome> StopTrackingAsync();
}
