using System.ComponentModel.DataAnnotations;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>A series of migrations of one kind. What is not given comes from the profile's defaults, then from here.</summary>
public sealed record Combination
{
    /// <summary>The command set that moves the controller.</summary>
    public required MigrationCommands Commands { get; init; }

    /// <summary>commands: vfio: what is behind the VFIO device. If absent: a driver over hmlm that does as the uAPI asks.</summary>
    public VfioSettings? Vfio { get; init; }

    /// <summary>Whether both sides reach the same blocks.</summary>
    public required MediumSharing Medium { get; init; }

    /// <summary>
    /// How the guest's admin queue moves: mediated by the host (default for hmlm), or carried in the device's own state (always so
    /// for vendor-rfc).
    /// </summary>
    public AdminQueueKind? AdminQueue { get; init; }

    /// <summary>same: both sides map the same pages. copied: the destination has its own, poisoned before.</summary>
    public GuestMemoryKind GuestMemory { get; init; } = GuestMemoryKind.Same;

    /// <summary>When the guest's processors stop. after-save is a negative control: doorbells rung too late are lost.</summary>
    public GuestStop GuestStop { get; init; } = GuestStop.BeforeSuspend;

    /// <summary>Migrations.</summary>
    [Range(1, 1_000_000)]
    public int Cycles { get; init; } = 1;

    /// <summary>there-and-back: one pair, each cycle moves the other way. one-way: each cycle on a fresh pair.</summary>
    public Route Route { get; init; } = Route.ThereAndBack;

    /// <summary>two: each side has a host and a device of its own. one: a VF moves to another VF of the same physical function.</summary>
    public HostCount Hosts { get; init; } = HostCount.Two;

    /// <summary>Virtual functions that move at once.</summary>
    [Range(1, 65535)]
    public int Vfs { get; init; } = 1;

    /// <summary>
    /// Virtual functions that stay where they are: further ones of the physical function that the first migration leaves, with the same load. What they
    /// feel of the migrations is told.
    /// </summary>
    [Range(0, 65534)]
    public int Neighbours { get; init; }

    /// <summary>Several VFs: together all move the same way. crossing: every other one moves the other way at the same time.</summary>
    public Direction Direction { get; init; } = Direction.Together;

    /// <summary>The first VF on the source, from 1; several follow it.</summary>
    [Range(1, 65535)]
    public int FromVf { get; init; } = 1;

    /// <summary>The first VF on the destination, from 1; several follow it.</summary>
    [Range(1, 65535)]
    public int ToVf { get; init; } = 1;

    /// <summary>
    /// hmlm: in which cycles the state that was loaded is read back and compared while the guest stands still. It is in no downtime, but commands wait
    /// for it. first: the first one only, be it one that warms up, so that figures are of migrations as they are.
    /// </summary>
    public ReadBackCycles ReadBack { get; init; } = ReadBackCycles.Every;

    /// <summary>The clock, where it is not the profile's.</summary>
    public ClockKind? Clock { get; init; }

    /// <summary>
    /// Local medium: how the blocks written meanwhile are known. By the device (tracked, default for hmlm), by the host that watches the
    /// guest's commands, or not at all: everything is copied while the guest stands still.
    /// </summary>
    public DirtySource? Dirty { get; init; }

    /// <summary>
    /// What the destination's namespace is called (NGUID, EUI64, UUID). provisioned: the same as the source's, from the beginning. carried: the
    /// state brings it. differs: something else, which the guest can see.
    /// </summary>
    public NamespaceIdentity NamespaceIdentity { get; init; } = NamespaceIdentity.Provisioned;

    /// <summary>dirty: tracked: whether the suspend leaves the queue of reports or deletes it (DUDMQ).</summary>
    public DataQueueEnd DataQueue { get; init; } = DataQueueEnd.Kept;

    /// <summary>dirty: tracked: how the host knows that reports wait: it looks now and then, or a one-shot event tells it (ETPT).</summary>
    public ReportSource Reports { get; init; } = ReportSource.Polled;

    /// <summary>hmlm: announce the suspend by a notification first (STYPE 0).</summary>
    public bool SuspendNotification { get; init; } = true;

    /// <summary>Pages of the guest's I/O queues and of the queue of reports: neighbours, or named by a PRP list (PC 0).</summary>
    public QueueMemoryKind QueueMemory { get; init; } = QueueMemoryKind.Contiguous;

    /// <summary>Each cycle is cancelled after this step, then done in full; every-step makes one combination of each.</summary>
    public StepChoice CancelAfter { get; init; }

    /// <summary>In each cycle this step fails, then it is done in full; every-step makes one combination of each.</summary>
    public StepChoice BreakAt { get; init; }

    /// <summary>vendor-rfc: how the source comes back when the cycle is cancelled after its state was saved.</summary>
    public CancelAfterSave? CancelAfterSave { get; init; }

    /// <summary>fail: a negative control, which must be found non-conformant; passing is then the surprise.</summary>
    public Expectation Expect { get; init; } = Expectation.Pass;

    /// <summary>
    /// expect: fail: what must be found, each the identifier of a requirement, or LOST, STALE, TORN, MISPLACED or PHANTOM. Anything else that
    /// is found is no part of the control, and counts.
    /// </summary>
    public IReadOnlyList<string> MustFind { get; init; } = [];
}

/// <summary>Command sets that move a controller.</summary>
public enum MigrationCommands
{
    /// <summary>Host Managed Live Migration (Base 2.3 8.1.13).</summary>
    Hmlm,

    /// <summary>The vendor commands of the December 2022 Linux series.</summary>
    VendorRfc,

    /// <summary>The Linux VFIO migration protocol, here of a variant driver over one of the other two.</summary>
    Vfio,
}

/// <summary>A VFIO variant driver.</summary>
public sealed record VfioSettings
{
    /// <summary>The command set with which the driver moves the controller.</summary>
    public VfioOver Over { get; init; } = VfioOver.Hmlm;

    /// <summary>conforming: as the uAPI asks. as-posted: as the driver of the December 2022 series; over vendor-rfc only.</summary>
    public VfioArc Arc { get; init; } = VfioArc.Conforming;

    /// <summary>Offer PRE_COPY, and copy ahead while the guest runs. Not over vendor-rfc, whose state can be read only once it is stopped.</summary>
    public bool PreCopy { get; init; }

    /// <summary>Offer RUNNING_P2P, so that the way to STOP passes through it.</summary>
    public bool PeerToPeer { get; init; }
}

public enum VfioOver
{
    Hmlm,
    VendorRfc,
}

public enum VfioArc
{
    Conforming,
    AsPosted,
}

public enum AdminQueueKind
{
    Mediated,
    Carried,
}

public enum GuestMemoryKind
{
    Same,
    Copied,
}

public enum GuestStop
{
    BeforeSuspend,
    AfterSuspend,
    AfterSave,
}

public enum HostCount
{
    Two,
    One,
}

public enum Direction
{
    Together,
    Crossing,
}

public enum Route
{
    ThereAndBack,
    OneWay,
}

/// <summary>Who knows which blocks changed during the copy of a local medium.</summary>
public enum DirtySource
{
    /// <summary>The device reports them (Base 2.3 5.1.4, Controller Data Queue).</summary>
    Tracked,

    /// <summary>The host notes the commands that the guest submits.</summary>
    HostNoted,

    /// <summary>Nobody: the copy is made while the controller is suspended.</summary>
    CopyWhileSuspended,
}

/// <summary>Where the identity of the destination's namespace comes from.</summary>
public enum NamespaceIdentity
{
    Provisioned,
    Carried,
    Differs,
}

/// <summary>What becomes of the queue of block reports at the suspend.</summary>
public enum DataQueueEnd
{
    Kept,
    DeletedBySuspend,
}

/// <summary>How the host knows that block reports wait.</summary>
public enum ReportSource
{
    Polled,
    TailEvent,
}

/// <summary>Where the pages of queues lie.</summary>
public enum QueueMemoryKind
{
    Contiguous,
    Scattered,
}

/// <summary>Cycles in which what was loaded is read back.</summary>
public enum ReadBackCycles
{
    Every,
    First,
}

public enum CancelAfterSave
{
    /// <summary>Its state is loaded back, then it is resumed.</summary>
    LoadThenResume,

    /// <summary>It is resumed.</summary>
    Resume,

    /// <summary>It does not: submission of SAVE is the commit point.</summary>
    Impossible,
}

public enum Expectation
{
    Pass,
    Fail,
}
