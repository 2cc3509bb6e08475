using static Conformance.Device.VfioState;

namespace Conformance.Device;

/// <summary>
/// The state machine of the VFIO migration protocol v2 as data (linux/vfio.h, enum vfio_device_mig_state). A request for a state passes
/// through every state between, one basic arc after another, by the shortest way; a state that the device does not have is stepped over.
/// States with a saving session are never passed through, but for PRE_COPY_P2P on the way from PRE_COPY to STOP_COPY.
/// </summary>
public static class VfioArcs
{
    // Row: where the device is. Column: what is asked for. Cell: the next state of a device that has them all; Error: refused.
    private static readonly VfioState[,] s_next =
    {
        //                     Error  Stop        Running     StopCopy    Resuming    RunningP2P  PreCopy     PreCopyP2P
        /* Error      */ { Error, Error,      Error,      Error,      Error,      Error,      Error,      Error },
        /* Stop       */ { Error, Stop,       RunningP2P, StopCopy,   Resuming,   RunningP2P, RunningP2P, RunningP2P },
        /* Running    */ { Error, RunningP2P, Running,    RunningP2P, RunningP2P, RunningP2P, PreCopy,    RunningP2P },
        /* StopCopy   */ { Error, Stop,       Stop,       StopCopy,   Stop,       Stop,       Error,      Error },
        /* Resuming   */ { Error, Stop,       Stop,       Stop,       Resuming,   Stop,       Stop,       Stop },
        /* RunningP2P */ { Error, Stop,       Running,    Stop,       Stop,       RunningP2P, Running,    PreCopyP2P },
        /* PreCopy    */ { Error, Running,    Running,    PreCopyP2P, Running,    Running,    PreCopy,    PreCopyP2P },
        /* PreCopyP2P */ { Error, RunningP2P, RunningP2P, StopCopy,   RunningP2P, RunningP2P, PreCopy,    PreCopyP2P },
    };

    private static readonly VfioMigrationFlags[] s_needs =
    [
        /* Error      */ VfioMigrationFlags.None,
        /* Stop       */ VfioMigrationFlags.StopCopy,
        /* Running    */ VfioMigrationFlags.StopCopy,
        /* StopCopy   */ VfioMigrationFlags.StopCopy,
        /* Resuming   */ VfioMigrationFlags.StopCopy,
        /* RunningP2P */ VfioMigrationFlags.StopCopy | VfioMigrationFlags.P2P,
        /* PreCopy    */ VfioMigrationFlags.StopCopy | VfioMigrationFlags.PreCopy,
        /* PreCopyP2P */ VfioMigrationFlags.StopCopy | VfioMigrationFlags.P2P | VfioMigrationFlags.PreCopy,
    ];

    /// <summary>A device with these flags has the state.</summary>
    public static bool Has(VfioMigrationFlags flags, VfioState state) =>
        (uint)state < (uint)s_needs.Length && (flags & s_needs[(int)state]) == s_needs[(int)state];

    /// <summary>
    /// The next state on the way; false where the request is refused (EINVAL). In the wanted state already the next one is that state.
    /// </summary>
    public static bool TryNext(VfioState from, VfioState wanted, VfioMigrationFlags flags, out VfioState next)
    {
        next = from;
        if (!Has(flags, from) || !Has(flags, wanted)) return false;
        if (from == wanted) return true;
        next = s_next[(int)from, (int)wanted];
        while (!Has(flags, next)) next = s_next[(int)next, (int)wanted];
        return next != Error;
    }

    /// <summary>Every state that is passed, the first and the last included; empty where the request is refused.</summary>
    public static IReadOnlyList<VfioState> Path(VfioState from, VfioState wanted, VfioMigrationFlags flags)
    {
        if (!TryNext(from, wanted, flags, out var next)) return [];
        var path = new List<VfioState> { from };
        while (next != path[^1])
        {
            path.Add(next);
            TryNext(next, wanted, flags, out next);
        }

        return path;
    }
}
