using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// The gates of a plan held against the figures of its cycles. A gate is broken by a figure over its limit; where a migration that was
/// completed has no figure at all the gate was neither held nor broken, which is told as well.
/// </summary>
internal static class Gates
{
    private static readonly (string Observer, Func<GateSettings, Duration?> Limit, Func<DowntimeRecord, long?> Observed)[] All =
    [
        ("guest", gates => gates.GuestDowntime, downtime => downtime.GuestNs),
        ("orchestrator", gates => gates.OrchestratorDowntime, downtime => downtime.OrchestratorNs),
        ("device", gates => gates.DeviceDowntime, downtime => downtime.DeviceNs),
    ];

    /// <summary>A sentence for each gate that did not hold.</summary>
    public static IEnumerable<string> Broken(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        foreach (var (observer, limit, observed) in All)
        {
            if (limit(gates) is not { } most) continue;
            var over = cycles.Where(cycle => observed(cycle.Downtime) > most.Nanoseconds).ToList();
            if (over.Count == 0) continue;
            var longest = over.MaxBy(cycle => observed(cycle.Downtime))!;
            yield return $"{observer} downtime: {over.Count} of {cycles.Count} cycles over {most}; the longest was "
                + $"{new Duration(observed(longest.Downtime)!.Value)} in cycle {longest.Number}";
        }
    }

    /// <summary>A sentence for each gate whose figure was not measured in every migration that was completed, or in none.</summary>
    public static IEnumerable<string> Unmeasured(GateSettings gates, IReadOnlyList<CycleRecord> cycles)
    {
        var completed = cycles.Where(cycle => cycle.Outcome == CycleOutcome.Completed).ToList();
        foreach (var (observer, limit, observed) in All)
        {
            if (limit(gates) is not { } most) continue;
            var without = completed.Count(cycle => observed(cycle.Downtime) is null);
            if (completed.Count == 0) yield return $"{observer} downtime: no migration was completed, so nothing is known of {most}";
            else if (without > 0) yield return $"{observer} downtime: not measured in {without} of {completed.Count} migrations, so nothing is known of {most}";
        }
    }
}
