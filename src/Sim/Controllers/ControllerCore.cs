using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Everything that one controller knows; what the steps and the handlers work on. On the device lane only.</summary>
internal sealed class ControllerCore
{
    private readonly DmaPort _dma;
    private readonly Lane _lane;

    public ControllerCore(Subsystem subsystem, SimFunction function, ushort cntlid, ControllerCore? primary, ControllerSteps steps)
    {
        Subsystem = subsystem;
        Function = function;
        Cntlid = cntlid;
        Primary = primary;
        Steps = steps;
        _dma = new DmaPort(function.Host);
        _lane = function.Host.World.Devices;
        Queues = new QueueTable(function.Registers.DoorbellPairs);
        Commands = new CommandList(this);
        Events = new EventState();
        Features = new FeatureTable();
        Logs = new ControllerLogs(this);
        Attached = new Namespace?[subsystem.Options.Capabilities.MaximumNamespaces + 1];
    }

    public Controller Machine { get; set; } = null!;

    public Subsystem Subsystem { get; }

    public SimFunction Function { get; }

    public ControllerSteps Steps { get; }

    public SimulatedDevice Options => Subsystem.Options;

    public RegisterFile Registers => Function.Registers;

    public World World => Function.Host.World;

    /// <summary>ns; the time of the step, or of the command, under way.</summary>
    public long Now => _lane.Now;

    public ushort Cntlid { get; }

    /// <summary>The primary controller of a secondary one; null for a primary.</summary>
    public ControllerCore? Primary { get; }

    public bool IsPrimary => Primary is null;

    /// <summary>OACS.HMLMS: takes the migration commands (MMC); the others are migratable.</summary>
    public bool IsManagement => IsPrimary && Options.Migration.Supported;

    /// <summary>Queue pairs and vectors it has, and whether a secondary is online.</summary>
    public ResourceState Resources { get; } = new();

    public QueueTable Queues { get; }

    public CommandList Commands { get; }

    public EventState Events { get; }

    public FeatureTable Features { get; }

    /// <summary>What its log pages show.</summary>
    public ControllerLogs Logs { get; }

    public Suspension Suspension { get; } = new();

    /// <summary>Due when the Keep Alive Timer expires.</summary>
    public KeepAliveTimer.Expiry KeepAlive { get; } = new();

    /// <summary>Attached namespaces by identifier.</summary>
    public Namespace?[] Attached { get; }

    /// <summary>Where this controller's writes to host memory are noted while a management controller tracks it; null otherwise.</summary>
    public MemoryTracker? Tracker { get; set; }

    /// <summary>Controller Data Queues that this controller, as a management controller, has created.</summary>
    public DataQueueSet DataQueues { get; } = new();

    /// <summary>The Controller Data Queue that logs this controller's changes of user data; null for none.</summary>
    public DataQueue? UserDataLog { get; set; }

    public Truth Truth { get; } = new();

    /// <summary>How often its state was saved; part of a vendor state that is not deterministic.</summary>
    public uint StateSaves { get; set; }

    /// <summary>CC as the device last acted on it.</summary>
    public ControllerConfiguration Configuration { get; set; }

    /// <summary>CSTS.RDY: executes commands.</summary>
    public bool IsReady => Registers.Csts.Rdy;

    /// <summary>CSTS.SHST: a shutdown is complete.</summary>
    public bool IsShutDown => Registers.Csts.Shst == 2;

    /// <summary>CSTS.CFS by an error of its own; only a reset helps.</summary>
    public bool IsFatal { get; set; }

    /// <summary>
    /// What it fetched can be completed. Not after a fatal error or a shutdown, and not without Bus Master Enable or outside D0: then a
    /// function sends no request at all, be it data or a completion entry, and whether its host ever lets it again nobody knows.
    /// </summary>
    public bool CanComplete => !IsFatal && !IsShutDown && Function.BusMaster;

    /// <summary>Bytes of a memory page, CC.MPS.</summary>
    public int PageSize => Prp.PageSize(Configuration.Mps);

    /// <summary>Most bytes of one transfer, MDTS.</summary>
    public long MaximumTransfer => Options.Capabilities.Mdts == 0
        ? long.MaxValue
        : (long)Prp.PageSize(Options.Capabilities.MpsMin) << Options.Capabilities.Mdts;

    /// <summary>I/O queue pairs that can be created: what it has, or what Number of Queues set if less; none without an admin pair either.</summary>
    public int IoSubmissionQueues => Math.Max(0, Math.Min(Resources.Queues - 1, Features.SubmissionQueues));

    /// <summary>The same for completion queues.</summary>
    public int IoCompletionQueues => Math.Max(0, Math.Min(Resources.Queues - 1, Features.CompletionQueues));

    /// <summary>The namespace attached under an identifier, or null.</summary>
    public Namespace? FindNamespace(uint nsid) => nsid < (uint)Attached.Length ? Attached[nsid] : null;

    /// <summary>A command was fetched from a queue in the controller memory buffer.</summary>
    public bool IsLocal(CommandContext command) => Function.Local?.PlaceOf(command.Queue.Memory.AddressOf(0)) == MemoryPlace.Buffer;

    /// <summary>
    /// Memory at an address that the host gave, as many of <paramref name="length"/> bytes as lie together; empty where refused.
    /// </summary>
    public Span<byte> Reach(ulong iova, int length, DmaAccess access)
    {
        if (Function.Local is { } local && local.Locate(iova, ref length) is var place && place != MemoryPlace.Host)
            return local.Bytes(place, iova, length);
        var requester = Function.Requester;
        Steps.Requester.Run(this, ref requester);
        var span = _dma.Translate(requester, iova, length, access);
        if (span.IsEmpty) Truth.RefusedAccesses++;
        else if (access == DmaAccess.Read) Truth.DmaBytesRead += span.Length;
        else Truth.DmaBytesWritten += span.Length;
        return span;
    }

    /// <summary>A glance at host memory for a guess at what comes; empty where it is not at hand. See <see cref="DmaPort.Peek"/>.</summary>
    public ReadOnlySpan<byte> Glance(ulong iova, int length) => Function.Local is null ? _dma.Peek(iova, length) : default;

    /// <summary>Reads a small structure of the host; false where refused.</summary>
    public bool ReadHost(ulong iova, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = Reach(iova, bytes.Length, DmaAccess.Read);
            if (span.IsEmpty) return false;
            span.CopyTo(bytes);
            iova += (ulong)span.Length;
            bytes = bytes[span.Length..];
        }

        return true;
    }

    /// <summary>Writes to the host; tracked. False where refused; what was written before stays.</summary>
    public bool WriteHost(ulong iova, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = Reach(iova, bytes.Length, DmaAccess.Write);
            if (span.IsEmpty) return false;
            bytes[..span.Length].CopyTo(span);
            Wrote(iova, span.Length);
            iova += (ulong)span.Length;
            bytes = bytes[span.Length..];
        }

        return true;
    }

    /// <summary>
    /// Writes an entry of a queue whose last dword tells that it is there (phase): that one last, so that whoever sees it sees the rest. Tracked.
    /// </summary>
    public bool PublishHost(ulong iova, ReadOnlySpan<byte> entry)
    {
        // It lies in one page, and where it may be written at all it may be as a whole.
        var span = Reach(iova, entry.Length, DmaAccess.Write);
        if (span.Length < entry.Length) return false;
        var last = entry.Length - sizeof(uint);
        entry[..last].CopyTo(span);
        Volatile.Write(ref MemoryMarshal.AsRef<uint>(span[last..]), Wire.Read<uint>(entry[last..]));
        Wrote(iova, entry.Length);
        return true;
    }

    /// <summary>Notes a write to host memory that took place. Every one of the device comes through here, and those to its own memory.</summary>
    public void Wrote(ulong iova, int length)
    {
        if (Function.Local is { } local && local.PlaceOf(iova) != MemoryPlace.Host) return;
        Truth.LastWriteAt = Now;
        if (Tracker is not null) Steps.TrackMemory.Run(this, iova, length);
    }

    /// <summary>Notes a change of user data that this controller made. Every one comes through here, after it took effect.</summary>
    public void Changed(in MediumChange change)
    {
        if (change.Kind != MediumChangeKind.Deallocated) Subsystem.Sanitizing.Written(change.Namespace);
        if (UserDataLog is not null) Steps.TrackLba.Run(this, in change);
    }

    /// <summary>Stops with Controller Fatal Status; only a reset helps.</summary>
    public void Fail()
    {
        IsFatal = true;
        Logs.Telemetry.CaptureByController();
        Registers.Csts = Registers.Csts with { Cfs = true };
        Suspension.Drained();
    }

    public override string ToString() => $"{Function.Name}, controller {Cntlid}";
}
