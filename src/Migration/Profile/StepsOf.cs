using Conformance.Device;

namespace Conformance.Migration;

/// <summary>Which steps a combination's cycle has.</summary>
public static class StepsOf
{
    /// <summary>In their order.</summary>
    public static IReadOnlyList<CycleStep> All(Combination combination)
    {
        var local = combination.Medium == MediumSharing.Local;
        var whileRunning = local && combination.Dirty != DirtySource.CopyWhileSuspended;
        var tracks = whileRunning || combination.GuestMemory == GuestMemoryKind.Copied;
        return
        [
            .. Enum.GetValues<CycleStep>().Where(step => step switch
            {
                CycleStep.StartTracking => tracks,
                CycleStep.Rounds => tracks || combination.Vfio is { PreCopy: true },
                CycleStep.BulkCopy => whileRunning,
                // Nobody reads the state of the others.
                CycleStep.ReadBack => combination.Commands == MigrationCommands.Hmlm,
                _ => true,
            }),
        ];
    }

    /// <summary>Without what is the suite's own: there nothing is cancelled and nothing breaks.</summary>
    public static IEnumerable<CycleStep> OfMigration(Combination combination) => All(combination).Where(step => step != CycleStep.ReadBack);

    /// <summary>The step whose submission is the commit point: from then on the source cannot be had back.</summary>
    public static CycleStep CommitPoint(Combination combination) =>
        combination is { Commands: MigrationCommands.VendorRfc, CancelAfterSave: CancelAfterSave.Impossible } ? CycleStep.Save : CycleStep.Resume;

    /// <summary>Those after which the source can still be had back.</summary>
    public static IEnumerable<CycleStep> Cancellable(Combination combination) =>
        OfMigration(combination).Where(step => step < CommitPoint(combination));

    /// <summary>Those that can break and leave the source: Resume too, for a destination that died does not carry it out.</summary>
    public static IEnumerable<CycleStep> Breakable(Combination combination) =>
        OfMigration(combination).Where(step => step < CommitPoint(combination) || step == CycleStep.Resume && CommitPoint(combination) == step);
}
