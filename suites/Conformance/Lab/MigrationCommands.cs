using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>A good command of each kind that Host Managed Live Migration has, for one controller.</summary>
/// <param name="Name">For paths.</param>
/// <param name="Entry">The command, its data pointer set where it has data.</param>
internal readonly record struct NamedCommand(string Name, SubmissionEntry Entry)
{
    /// <summary>All of them.</summary>
    /// <param name="cntlid">The controlled controller.</param>
    /// <param name="csvi">Index of the state version.</param>
    /// <param name="data">A page at least.</param>
    public static IReadOnlyList<NamedCommand> All(ushort cntlid, byte csvi, DmaBuffer data) =>
    [
        new("notify", MigrationCommand.Suspend(cntlid, SuspendType.Notification)),
        new("suspend", MigrationCommand.Suspend(cntlid)),
        new("resume", MigrationCommand.Resume(cntlid)),
        new("set-state", MigrationCommand.SetControllerState(cntlid, csvi, 0, 104) with { Prp1 = data.Iova }),
        new("get-state", MigrationCommand.GetControllerState(cntlid, csvi, 0, 104) with { Prp1 = data.Iova }),
        new("create-queue", MigrationCommand.CreateUserDataMigrationQueue(cntlid, 16) with { Prp1 = data.Iova }),
        new("delete-queue", MigrationCommand.DeleteControllerDataQueue(1)),
        new("log", MigrationCommand.LogUserDataChanges(1, LoggingAction.Start)),
        new("track-memory", MigrationCommand.TrackMemory(cntlid, start: false) with { Prp1 = data.Iova }),
        new("tracked-memory", MigrationCommand.TrackedMemory(cntlid, 64) with { Prp1 = data.Iova }),
    ];
}
