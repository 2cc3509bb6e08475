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
                CycleStep.BulkCopy or CycleStep.Rounds => whileRunning,
                _ => true,
            }),
        ];
    }

    /// <summary>Those after which the source can still be had back: up to the commit point.</summary>
    public static IEnumerable<CycleStep> Cancellable(Combination combination) => All(combination).Where(step => step < CycleStep.Resume);

    /// <summary>Those that can break while two sides are involved.</summary>
    public static IEnumerable<CycleStep> Breakable(Combination combination) => All(combination).Where(step => step <= CycleStep.Resume);
}
