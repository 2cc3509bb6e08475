namespace Conformance.Device;

/// <summary>Host Managed Live Migration of the simulated subsystem (Base 2.3 8.1.13): what it offers.</summary>
public sealed record SimulatedMigration
{
    /// <summary>OACS.HMLMS of physical functions.</summary>
    public bool Supported { get; init; } = true;

    /// <summary>
    /// NVMe Controller State versions of CNS 20h. Only 0 is defined: another one is listed, for hosts that have to choose one they know, and
    /// asking for it is answered with 0/02h.
    /// </summary>
    public IReadOnlyList<ushort> StateVersions { get; init; } = [0];

    public VendorState VendorState { get; init; } = new();

    /// <summary>TRATTR.TUDCS: user data tracking by Controller Data Queues.</summary>
    public bool TracksUserData { get; init; } = true;

    /// <summary>TRATTR.THMCS: host memory tracking.</summary>
    public bool TracksMemory { get; init; } = true;

    /// <summary>TRATTR.MRTLL: lengths of tracked ranges must be powers of two.</summary>
    public bool PowerOfTwoRanges { get; init; }

    /// <summary>CMMRTD.</summary>
    public ushort MemoryRanges { get; init; } = 64;

    /// <summary>NMMRTD.</summary>
    public ushort SubsystemMemoryRanges { get; init; } = 256;

    /// <summary>MINMRTG: granularity of 2^n x 4 KiB.</summary>
    public byte MinimumGranularity { get; init; }

    /// <summary>MAXMRTG.</summary>
    public byte MaximumGranularity { get; init; } = 9;

    /// <summary>Granules of one controller that can be tracked at once; more are answered with 1/38h and what would do.</summary>
    public long TrackedGranules { get; init; } = 1L << 22;

    /// <summary>MCUDMQ.</summary>
    public ushort DataQueues { get; init; } = 8;

    /// <summary>MNSUDMQ.</summary>
    public ushort SubsystemDataQueues { get; init; } = 16;

    /// <summary>MCMR.</summary>
    public ushort DataQueueRanges { get; init; } = 256;

    /// <summary>NMCMR.</summary>
    public ushort SubsystemDataQueueRanges { get; init; } = 1024;

    /// <summary>MCDQPC.</summary>
    public ushort DataQueuePrps { get; init; } = 256;

    /// <summary>Sequential and overlapping changes of one step are merged into one entry.</summary>
    public bool MergesEntries { get; init; }

    /// <summary>TLBAAG: blocks per granule of tracked allocation; 0 not reported.</summary>
    public uint AllocationGranularity { get; init; } = 8;

    /// <summary>USS of Migration Send and Receive in the Commands Supported and Effects log.</summary>
    public bool UuidSelection { get; init; }

    /// <summary>Most bytes of one Set Controller State sequence.</summary>
    public int MaximumStateBytes { get; init; } = 4 << 20;
}

/// <summary>The vendor part of the controller state: whether there is one, and what it carries.</summary>
public sealed record VendorState
{
    /// <summary>CNS 20h lists <see cref="Uuid"/> and CSUUIDI 1 is accepted.</summary>
    public bool Supported { get; init; }

    /// <summary>Names the format.</summary>
    public string Uuid { get; init; } = "6f1c9d2a-3b57-4e0b-8a44-51d2e7c0aa01";

    /// <summary>CC, AQA, ASQ, ACQ and both pointers of the admin queue: a carried admin queue.</summary>
    public bool AdminQueue { get; init; } = true;

    /// <summary>Current values of features.</summary>
    public bool Features { get; init; } = true;

    /// <summary>Outstanding Asynchronous Event Requests and events not yet reported.</summary>
    public bool Events { get; init; } = true;

    /// <summary>INTMS, the MSI-X table and its pending bits.</summary>
    public bool Interrupts { get; init; }

    /// <summary>Bytes of filler, the same for each save: large states.</summary>
    public int Padding { get; init; }

    /// <summary>The same state gives the same bytes; else a save counter is part of it.</summary>
    public bool Deterministic { get; init; } = true;
}

/// <summary>Which of two or three legal answers the device gives.</summary>
public enum LimitStatus
{
    /// <summary>1/38h.</summary>
    NotEnoughResources,

    /// <summary>0/02h.</summary>
    InvalidField,
}

/// <summary>What S0PT of a saved completion queue holds.</summary>
public enum Slot0PhaseMode
{
    /// <summary>The phase tag that stands in slot 0.</summary>
    Literal,

    /// <summary>The phase tag of the next entry.</summary>
    NextPhase,
}

/// <summary>When Set Controller State is accepted.</summary>
public enum SetStatePrecondition
{
    /// <summary>Suspended, enabled, or offline.</summary>
    SuspendedEnabledOrOffline,

    /// <summary>Suspended or offline.</summary>
    SuspendedOrOffline,

    /// <summary>Suspended only.</summary>
    Suspended,
}

/// <summary>Success, or the refusal that the ambiguity is about.</summary>
public enum Leniency
{
    Success,
    Refuse,
}

/// <summary>Reserved bits and values.</summary>
public enum ReservedFields
{
    /// <summary>Reserved values of coded fields are refused, reserved bits ignored.</summary>
    CodedOnly,

    /// <summary>Reserved bits that are set are refused too.</summary>
    All,
}

/// <summary>User data logging after a reset of the migratable controller.</summary>
public enum LoggingAfterReset
{
    /// <summary>Goes on; the next entry is a plain one.</summary>
    Continues,

    /// <summary>Stops without an entry.</summary>
    Stops,
}

/// <summary>The ambiguities of the standard (A1 to A13 of the reference) and what this device does.</summary>
public sealed record SimulatedAmbiguities
{
    /// <summary>A1: Controller Data Queue over a limit of queues.</summary>
    public LimitStatus CdqLimitStatus { get; init; } = LimitStatus.NotEnoughResources;

    /// <summary>A2.</summary>
    public Slot0PhaseMode S0ptMode { get; init; } = Slot0PhaseMode.Literal;

    /// <summary>A3.</summary>
    public SetStatePrecondition SetStatePrecondition { get; init; } = SetStatePrecondition.SuspendedEnabledOrOffline;

    /// <summary>A5: stopping user data logging of a suspended controller; refused with 1/39h.</summary>
    public Leniency StopLoggingWhileSuspended { get; init; } = Leniency.Refuse;

    /// <summary>A5: stopping memory tracking of a suspended controller; refused with 1/39h.</summary>
    public Leniency StopTrackingWhileSuspended { get; init; } = Leniency.Success;

    /// <summary>A6: Migration Receive with offset equal to the size; refused with 0/02h.</summary>
    public Leniency ReceiveOffsetEqualsSize { get; init; } = Leniency.Refuse;

    /// <summary>A7.</summary>
    public LoggingAfterReset LogAfterReset { get; init; } = LoggingAfterReset.Continues;

    /// <summary>A9.</summary>
    public ReservedFields StrictReserved { get; init; } = ReservedFields.CodedOnly;

    /// <summary>A11: Track Receive for a controller that is not tracked; refused with 1/1Fh.</summary>
    public Leniency TrackReceiveUntracked { get; init; } = Leniency.Refuse;

    /// <summary>A12: Suspend of an offline or disabled controller; refused with 1/1Fh.</summary>
    public Leniency SuspendDisabled { get; init; } = Leniency.Success;
}

/// <summary>When the vendor commands' controller stops.</summary>
public enum VendorFreezePoint
{
    /// <summary>At completion of SAVE_DATA, which drains.</summary>
    Save,

    /// <summary>At completion of SUSPEND already.</summary>
    Suspend,
}

/// <summary>What LOAD_DATA asks of the controller it loads.</summary>
public enum VendorLoadPrecondition
{
    /// <summary>Suspended or never enabled.</summary>
    SuspendedOrDisabled,

    /// <summary>Suspended.</summary>
    Suspended,

    /// <summary>Anything.</summary>
    None,
}

/// <summary>
/// Vendor commands of the shape of the December 2022 series. Another vendor's dialect of the same shape has other numbers; the
/// defaults are those of the series.
/// </summary>
public sealed record VendorDialect
{
    public byte QueryOpcode { get; init; } = 0xC4;

    public byte SuspendOpcode { get; init; } = 0xC8;

    public byte ResumeOpcode { get; init; } = 0xCC;

    public byte SaveOpcode { get; init; } = 0xD2;

    public byte LoadOpcode { get; init; } = 0xD5;

    /// <summary>The index that names the first VF.</summary>
    public ushort FirstVfIndex { get; init; } = 1;

    /// <summary>Bytes per unit of the sizes in QUERY_DATA_SIZE and LOAD_DATA.</summary>
    public int SizeUnit { get; init; } = 1;

    public VendorFreezePoint FreezePoint { get; init; } = VendorFreezePoint.Save;

    /// <summary>Offset of the capability byte in Identify Controller.</summary>
    public int CapabilityOffset { get; init; } = 3072;

    /// <summary>Value of the capability byte.</summary>
    public byte CapabilityValue { get; init; } = 1;

    /// <summary>SAVE_DATA disables the controller that it saved.</summary>
    public bool SaveDisables { get; init; } = true;

    /// <summary>RESUME brings back a controller that SAVE_DATA disabled; else LOAD_DATA must come first.</summary>
    public bool ResumeAfterSave { get; init; } = true;

    public VendorLoadPrecondition LoadPrecondition { get; init; } = VendorLoadPrecondition.SuspendedOrDisabled;

    /// <summary>A vendor command on a VF's admin queue is answered with 0/01h; else it is accepted and does nothing.</summary>
    public bool RefusedOnVf { get; init; } = true;
}
