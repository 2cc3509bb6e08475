using Conformance.Device;
using static Conformance.Device.VfioState;

namespace Conformance.Suite;

/// <summary>
/// The VFIO migration protocol by its rules (linux/vfio.h, enum vfio_device_mig_state): basic arcs as data, the way of a request found by
/// search. A request goes the shortest way and through no state with a saving session, but for PRE_COPY_P2P on the way from PRE_COPY to
/// STOP_COPY; from STOP_COPY nothing leads back to copying ahead, into ERROR nothing, out of it only a reset.
/// </summary>
public static class VfioWays
{
    private static readonly (VfioState From, VfioState To)[] _arcs =
    [
        (Running, RunningP2P), (RunningP2P, Running),
        (RunningP2P, Stop), (Stop, RunningP2P),
        (Stop, StopCopy), (StopCopy, Stop),
        (Stop, Resuming), (Resuming, Stop),
        (Running, PreCopy), (PreCopy, Running),
        (RunningP2P, PreCopyP2P), (PreCopyP2P, RunningP2P),
        (PreCopy, PreCopyP2P), (PreCopyP2P, PreCopy),
        (PreCopyP2P, StopCopy),
    ];

    private static readonly (VfioState From, VfioState To)[] _arcsWithoutP2P =
    [
        .. _arcs, (Running, Stop), (Stop, Running), (PreCopy, StopCopy),
    ];

    private static readonly (VfioState State, VfioMigrationFlags Needs)[] _states =
    [
        (Stop, VfioMigrationFlags.StopCopy), (Running, VfioMigrationFlags.StopCopy), (StopCopy, VfioMigrationFlags.StopCopy),
        (Resuming, VfioMigrationFlags.StopCopy), (RunningP2P, VfioMigrationFlags.P2P), (PreCopy, VfioMigrationFlags.PreCopy),
        (PreCopyP2P, VfioMigrationFlags.P2P | VfioMigrationFlags.PreCopy),
    ];

    /// <summary>The states of a function with these capabilities that can be asked for.</summary>
    public static IEnumerable<VfioState> StatesOf(VfioMigrationFlags flags) => _states.Where(it => flags.HasFlag(it.Needs)).Select(it => it.State);

    /// <summary>Every state passed, the first and the last included; empty where the request must be refused.</summary>
    public static IReadOnlyList<VfioState> Way(VfioState from, VfioState to, VfioMigrationFlags flags)
    {
        var states = StatesOf(flags).ToHashSet();
        if (!states.Contains(from) || !states.Contains(to)) return [];
        if (from == to) return [from];
        if (from == StopCopy && to is PreCopy or PreCopyP2P) return [];
        var arcs = flags.HasFlag(VfioMigrationFlags.P2P) ? _arcs : _arcsWithoutP2P;
        var ways = new Queue<List<VfioState>>([[from]]);
        while (ways.TryDequeue(out var way))
        {
            foreach (var (_, end) in arcs.Where(arc => arc.From == way[^1] && states.Contains(arc.To) && !way.Contains(arc.To)))
            {
                if (end == to) return [.. way, end];
                if (!IsSaving(end) || (end == PreCopyP2P && from == PreCopy && to == StopCopy)) ways.Enqueue([.. way, end]);
            }
        }

        return [];
    }

    /// <summary>A state with a saving session.</summary>
    public static bool IsSaving(VfioState state) => state is PreCopy or PreCopyP2P or StopCopy;

    /// <summary>The last arc of a way begins a session, so that a stream comes with the request.</summary>
    public static bool BeginsSession(IReadOnlyList<VfioState> way) =>
        way.Count > 1 && (way[^1] == Resuming || (IsSaving(way[^1]) && !IsSaving(way[^2])));

    /// <summary>
    /// In this state the function may fetch, complete, write and interrupt. In the P2P states a driver may let it go on with memory, or, as one
    /// that cannot tell peers from memory must, stop it as a whole.
    /// </summary>
    public static bool Runs(VfioState state) => state is Running or PreCopy;
}
