using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// A virtual function of a case: its controller with an admin queue in memory of the host's own, and I/O queues in the guest's memory that go
/// on at another function when they are moved there.
/// </summary>
public sealed class CaseVf
{
    private const ulong GuestIova = 0x1_0000_0000;
    private const ulong WindowIova = 0x30_0000_0000;
    private const int GuestBytes = 4 << 20;
    private const int WindowBytes = 1 << 20;

    private readonly List<CaseQueue> _queues = [];

    private CaseVf(CaseHost host, IFunction function, int number, ushort id, GuestMemory ram, GuestMemory window, bool carried)
    {
        (Host, Function, Number, Id, Ram, Window) = (host, function, number, id, ram, window);
        Memory = Lab.ViewOf(ram, GuestIova);
        Space = host.Controlling.Bus.CreateDmaSpace($"{host.Name} VF {number}");
        Space.Map(new DmaMapping(GuestIova, ram, 0, ram.Length, DmaAccess.ReadWrite));
        Space.Map(new DmaMapping(WindowIova, window, 0, window.Length, DmaAccess.ReadWrite));
        Face = new GuestFunction($"guest of {host.Name} VF {number}", function);
        // The admin queue is looked at by time, so that interrupts are the guest's alone; not so often that a long silence costs much.
        Nvme = new NvmeController(
            host.World, carried ? Face : function, carried ? Memory : Lab.ViewOf(window, WindowIova),
            new NvmeControllerOptions { Interrupts = false, PollInterval = 50_000, History = host.Lab.History });
    }

    public CaseHost Host { get; }

    public IFunction Function { get; }

    /// <summary>From 1.</summary>
    public int Number { get; }

    /// <summary>CNTLID.</summary>
    public ushort Id { get; }

    /// <summary>The guest's memory.</summary>
    public GuestMemory Ram { get; }

    /// <summary>Memory of the host's, for the function only: its admin queue lies there.</summary>
    public GuestMemory Window { get; }

    /// <summary>The guest's memory by the addresses that the function uses.</summary>
    public DriverMemory Memory { get; }

    /// <summary>What the function reaches, and which of its accesses were refused.</summary>
    public IDmaSpace Space { get; }

    /// <summary>The driver of its controller; its memory is the host's, unless the guest carries it along.</summary>
    public NvmeController Nvme { get; }

    /// <summary>What the guest holds: doorbells and interrupts, of whatever function stands behind it.</summary>
    public GuestFunction Face { get; }

    /// <summary>Its I/O queues, ascending.</summary>
    public IReadOnlyList<CaseQueue> Queues => _queues;

    internal static async ValueTask<CaseVf> CreateAsync(
        CaseHost host, IFunction function, int number, ushort id, GuestMemory? ram, bool carried)
    {
        var vf = new CaseVf(
            host, function, number, id, ram ?? host.Lab.NewMemory($"{host.Name} VF {number}", GuestBytes),
            host.Lab.NewMemory($"{host.Name} window {number}", WindowBytes), carried);
        await function.AttachAsync(vf.Space);
        // Through the face, which keeps what the guest wrote and takes it along when it moves.
        PciConfig.Enable(vf.Face);
        return vf;
    }

    /// <summary>An I/O queue pair in the guest's memory, looked at only when the case does so.</summary>
    /// <param name="qid">Of both queues.</param>
    /// <param name="entries">Of the submission queue, and of the completion queue unless said.</param>
    /// <param name="completionEntries">Of the completion queue; 0: as many.</param>
    /// <param name="vector">Interrupt vector; null: no interrupts.</param>
    public async ValueTask<CaseQueue> CreateQueueAsync(ushort qid = 1, int entries = 64, int completionEntries = 0, ushort? vector = null)
    {
        // A queue is given a vector while there are some: without MSI-X a function has no other than 0.
        if (vector is not null && MsixTable.Find(Face) is { Control.Enable: false } table) table.Enable();
        if (completionEntries == 0) completionEntries = entries;
        var (sq, cq) = (Memory.Rent(entries * SubmissionEntry.Size), Memory.Rent(completionEntries * CompletionEntry.Size));
        var createCq = AdminCommand.CreateIoCq(qid, (ushort)(completionEntries - 1), vector ?? 0, vector is not null, true) with { Prp1 = cq.Iova };
        Lab.Must($"Create I/O Completion Queue {qid}", await Nvme.AdminAsync(createCq));
        var createSq = AdminCommand.CreateIoSq(qid, (ushort)(entries - 1), qid, 0, true, 0) with { Prp1 = sq.Iova };
        Lab.Must($"Create I/O Submission Queue {qid}", await Nvme.AdminAsync(createSq));
        var queue = new CaseQueue(
            this, new QueuePair(Face, Memory.Space, qid, sq.Iova, entries, cq.Iova, completionEntries, Nvme.DoorbellStride) { History = Host.Lab.History });
        _queues.Add(queue);
        return queue;
    }

    /// <summary>Lets a signal be raised at each interrupt of a vector, which is unmasked; MSI-X is on from the first.</summary>
    public Signal Listen(int vector)
    {
        var table = MsixTable.Find(Face);
        Lab.Need(table is not null && vector >= 0 && vector < table.Count, $"interrupt vector {vector} (MSI-X table of VF {Number})");
        if (!table!.Control.Enable) table.Enable();
        var signal = new Signal(Host.World);
        Face.BindInterrupt(vector, signal);
        table.Write(vector, new MsixTableEntry { Address = 0xFEE0_0000, Data = (uint)vector });
        return signal;
    }

    /// <summary>All that the function can reach, as it stands; to be held against a later image.</summary>
    public MemoryImage Image() => new(Ram, Window);

    /// <summary>All of the guest's memory as a range to track.</summary>
    public MemoryRangeTrackingDescriptor WholeMemory(byte granularity) =>
        new() { Saddr = GuestIova, Len = (uint)(Ram.Length >> (12 + granularity)) };

    /// <summary>The host's memory of this VF, its admin queue's, as a range to track.</summary>
    public static MemoryRangeTrackingDescriptor WindowRange(byte granularity) =>
        new() { Saddr = WindowIova, Len = (uint)(WindowBytes >> (12 + granularity)) };

    /// <summary>Guest memory, zeroed, whole pages.</summary>
    public DmaBuffer Buffer(int bytes) => Memory.Rent(bytes);

    /// <summary>How the blocks of a namespace look, as the PF sees it.</summary>
    public async ValueTask<MediumFormat> FormatAsync(uint nsid = 1)
    {
        var (outcome, format) = await MediumFormat.ReadAsync(Host.Controlling, nsid);
        Lab.Must(outcome);
        return format!;
    }

    /// <summary>
    /// The guest goes on at another function, which was given the state of this one and was resumed: its queues, doorbells, interrupts. Its
    /// memory must be mapped there.
    /// </summary>
    public void MoveTo(CaseVf destination) => Face.MoveTo(destination.Function, Face.Save());
}
