using System.Collections.Frozen;
using Conformance.Device;
using static Conformance.Device.VfioState;

namespace Conformance.Migration;

/// <summary>What the variant driver does in a basic arc, in the order of these.</summary>
[Flags]
internal enum ArcWork
{
    None = 0,

    /// <summary>Stop the device.</summary>
    Quiesce = 1,

    /// <summary>Let it run.</summary>
    Continue = 2,

    /// <summary>Begin a saving session with what can be taken of the running controller.</summary>
    CopyAhead = 4,

    /// <summary>Put the state of the stopped device in the saving session; begin one where there is none.</summary>
    Collect = 8,

    /// <summary>Begin a resuming session.</summary>
    Accept = 16,

    /// <summary>Give what the resuming session took to the device.</summary>
    Restore = 32,

    /// <summary>End the session.</summary>
    EndSession = 64,
}

/// <summary>
/// The basic arcs of the protocol, and what each is to the variant driver. It cannot tell peer-to-peer DMA from other, so in the P2P states
/// the device is stopped as a whole, and between them and STOP nothing is left to do.
/// </summary>
internal static class VariantArcs
{
    private static readonly FrozenDictionary<(VfioState From, VfioState To), ArcWork> s_work = new Dictionary<(VfioState, VfioState), ArcWork>
    {
        [(Running, Stop)] = ArcWork.Quiesce,
        [(Running, RunningP2P)] = ArcWork.Quiesce,
        [(RunningP2P, Stop)] = ArcWork.None,
        [(Stop, RunningP2P)] = ArcWork.None,
        [(RunningP2P, Running)] = ArcWork.Continue,
        [(Stop, Running)] = ArcWork.Continue,
        [(Running, PreCopy)] = ArcWork.CopyAhead,
        [(RunningP2P, PreCopyP2P)] = ArcWork.CopyAhead,
        [(PreCopy, PreCopyP2P)] = ArcWork.Quiesce,
        [(PreCopyP2P, PreCopy)] = ArcWork.Continue,
        [(PreCopy, Running)] = ArcWork.EndSession,
        [(PreCopyP2P, RunningP2P)] = ArcWork.EndSession,
        [(PreCopy, StopCopy)] = ArcWork.Quiesce | ArcWork.Collect,
        [(PreCopyP2P, StopCopy)] = ArcWork.Collect,
        [(Stop, StopCopy)] = ArcWork.Collect,
        [(StopCopy, Stop)] = ArcWork.EndSession,
        [(Stop, Resuming)] = ArcWork.Accept,
        [(Resuming, Stop)] = ArcWork.Restore | ArcWork.EndSession,
    }.ToFrozenDictionary();

    public static ArcWork Of(VfioState from, VfioState to) => s_work[(from, to)];
}
