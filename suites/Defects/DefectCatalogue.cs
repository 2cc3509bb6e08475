using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>All planted bugs, by name.</summary>
public static class DefectCatalogue
{
    // Late enough that the guest's load is under way, early enough that the shortest profile gets there.
    private const int Which = 40;

    public static IReadOnlyList<Defect> All { get; } =
    [
        Defect.OfDevice(
            "lost-write", "LM-MED-01", "One write is acknowledged and never reaches the medium.",
            static () => new ControllerSteps { Medium = new LostWrite(Which) }),
        Defect.OfDevice(
            "lost-copy", "LM-MED-06", "One write of the controlling function is acknowledged and never reaches the medium that it copies to.",
            static () => new ControllerSteps { Medium = new LostWrite(2, ofPrimary: true) }),
        Defect.OfDevice(
            "flipped-state-byte", "LM-GET-05", "The saved state holds another head of the first submission queue than the controller.",
            static () => new ControllerSteps { Encode = new FlippedHead() }),
        Defect.OfDevice(
            "unreported-block", "LM-UDT-18", "One changed block is missing from the reports of user data tracking.",
            static () => new ControllerSteps { TrackLba = new UnreportedBlock(Which) }),
        Defect.OfDevice(
            "doubled-completion", "LM-POST-01", "One command is completed twice.",
            static () => new ControllerSteps { Complete = new DoubledCompletion(Which) }),
        Defect.OfDevice(
            "late-write", "LM-SUSP-05", "A suspended controller writes to its host's memory while its state is read.",
            static () => new ControllerSteps { Encode = new LateWrite() }),
        Defect.OfDevice(
            "late-interrupt", "LM-SUSP-05", "A suspended controller sends an interrupt while its state is read.",
            static () => new ControllerSteps { Encode = new LateInterrupt() }),
        Defect.OfDevice(
            "unmarked-start", "LM-UDT-15", "The first entry of a user data migration queue is not marked as the first.",
            static () => new ControllerSteps { DataQueue = new UnmarkedStart() }),
        Defect.OfDevice(
            "entry-behind-last", "LM-SUSP-20", "Another entry follows the one that says that the controller is suspended.",
            static () => new ControllerSteps { DataQueue = new EntryBehindLast() }),
        Defect.OfDevice(
            "stuck-phase", "LM-UDT-29", "One entry of a user data migration queue is posted with the wrong phase.",
            static () => new ControllerSteps { DataQueue = new StuckPhase(Which) }),
        Defect.OfDevice(
            "hollow-suspend", "LM-GET-01", "A suspend is answered with success and suspends nothing.",
            static () => new ControllerSteps { Suspend = new HollowSuspend() }),
        .. DiscoveryDefects.All,
        .. SuspendDefects.All,
        .. GetStateDefects.All,
        .. SetStateDefects.All,
        .. HostileStateDefects.All,
        .. RejectionDefects.All,
        .. ResetDefects.All,
        .. IsolationDefects.All,
        .. VendorDefects.All,
        .. VirtualizationDefects.All,
        .. FunctionDefects.All,
        .. AfterMoveDefects.All,
        .. VfioDriverDefects.All,
        .. VfioStateDefects.All,
        .. VfioStreamDefects.All,
        .. VfioDirtyDefects.All,
        .. UserDataDefects.All,
        .. DataQueueDefects.All,
        .. MemoryTrackingDefects.All,
        .. MediumDefects.All,
    ];

    public static Defect? Find(string name) => All.FirstOrDefault(d => d.Name == name);
}
