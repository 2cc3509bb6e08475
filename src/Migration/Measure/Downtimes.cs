namespace Conformance.Migration;

/// <summary>The figures of downtime, by observer.</summary>
public static class Downtimes
{
    /// <summary>Each with its observer, the name it has in tables, and where it is, ns.</summary>
    public static IReadOnlyList<(DowntimeObserver Observer, string Name, Func<DowntimeRecord, long?> Of)> All { get; } =
    [
        (DowntimeObserver.Guest, "guest downtime", it => it.GuestNs), (DowntimeObserver.Orchestrator, "orchestrator downtime", it => it.OrchestratorNs),
        (DowntimeObserver.Suspended, "suspended", it => it.SuspendedNs), (DowntimeObserver.Device, "device downtime", it => it.DeviceNs),
    ];

    public static long? Of(DowntimeObserver observer, DowntimeRecord downtime) => All.First(it => it.Observer == observer).Of(downtime);
}
