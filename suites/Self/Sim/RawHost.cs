using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>One function with memory of its own, driven by hand.</summary>
internal sealed class RawHost
{
    /// <summary>Where a host's memory is mapped unless said otherwise.</summary>
    public const ulong DefaultBase = 0x1_0000_0000;

    private const int AdminEntries = 32;

    private readonly int _pageSize;
    private long _next;
    private ushort _cid;

    /// <param name="world">Of the function.</param>
    /// <param name="bus">Where it is.</param>
    /// <param name="function">Is driven.</param>
    /// <param name="memory">Its queues and data.</param>
    /// <param name="iova">Where the function sees it.</param>
    /// <param name="pageSize">Bytes of CC.MPS.</param>
    public RawHost(World world, SimHost bus, IFunction function, GuestMemory memory, ulong iova = DefaultBase, int pageSize = 4096)
    {
        _pageSize = pageSize;
        Base = iova;
        World = world;
        Bus = bus;
        Function = function;
        Memory = memory;
        Space = bus.CreateDmaSpace(function.Name);
        Admin = new RawQueue(function, memory, Base, 0, Take(AdminEntries * 64), AdminEntries, Take(AdminEntries * 16), AdminEntries);
    }

    /// <summary>IOVA of the first byte of <see cref="Memory"/>.</summary>
    public ulong Base { get; }

    public World World { get; }

    public SimHost Bus { get; }

    public IFunction Function { get; }

    public GuestMemory Memory { get; }

    public IDmaSpace Space { get; }

    public RawQueue Admin { get; }

    public Controller Controller => ((SimFunction)Function).Controller;

    public Truth Truth => Controller.Truth;

    /// <summary>Offset of page-aligned memory of its own; its IOVA is <see cref="Base"/> plus it.</summary>
    public long Take(long bytes)
    {
        var at = _next;
        _next += (bytes + _pageSize - 1) / _pageSize * _pageSize;
        return at;
    }

    public ulong Iova(long offset) => Base + (ulong)offset;

    /// <summary>Maps all memory, sets bus master, and attaches.</summary>
    public async Task Connect()
    {
        Space.Map(new DmaMapping(Base, Memory, 0, Memory.Length, DmaAccess.ReadWrite));
        await Function.AttachAsync(Space);
        Function.WriteConfig(PciHeader.CommandOffset, 2, Function.ReadConfig(PciHeader.CommandOffset, 2) | 6);
    }

    /// <summary>Sets up the admin queue and CC.EN, and waits for CSTS.RDY.</summary>
    public async Task Enable(uint cc = 0x0046_0001)
    {
        Function.Write32(Register.Aqa, (AdminEntries - 1) | ((AdminEntries - 1) << 16));
        Function.Write64(Register.Asq, Admin.SqIova);
        Function.Write64(Register.Acq, Admin.CqIova);
        Function.Write32(Register.Cc, cc);
        Assert.That(await Reaches(() => (Function.Read32(Register.Csts) & 1) != 0), "CSTS.RDY");
    }

    public async Task Disable()
    {
        Function.Write32(Register.Cc, Function.Read32(Register.Cc) & ~1u);
        Assert.That(await Reaches(() => (Function.Read32(Register.Csts) & 1) == 0), "CSTS.RDY cleared");
        Forget();
    }

    /// <summary>Begins the admin queue anew: the controller was reset.</summary>
    public void Forget()
    {
        Admin.Tail = Admin.Head = 0;
        Admin.Phase = true;
        Memory.Fill((long)(Admin.CqIova - Base), AdminEntries * 16, 0);
    }

    /// <summary>Steps on until a condition holds, at most 10 ms; on the real clock, where the machine may be busy, 20 s.</summary>
    public async Task<bool> Reaches(Func<bool> condition)
    {
        var end = World.Now + (World.Clock == ClockKind.Virtual ? 10_000_000 : 20_000_000_000);
        while (World.Now < end)
        {
            // A condition may take what it finds: it is asked once, and not again when it held.
            if (condition()) return true;
            await World.After(1_000);
        }

        return condition();
    }

    /// <summary>Lets time pass for whatever is to happen, or not to happen.</summary>
    public async Task Settle() => await World.After(1_000_000);

    /// <summary>Puts and rings one command; returns its identifier.</summary>
    public ushort Submit(RawQueue queue, SubmissionEntry entry, long data = -1)
    {
        entry.Cid = ++_cid;
        if (data >= 0) (entry.Prp1, entry.Prp2) = (Iova(data), Iova(data) + (ulong)_pageSize);
        queue.Put(in entry);
        queue.Ring();
        return entry.Cid;
    }

    /// <summary>Waits for the next completion of a queue and takes it.</summary>
    public async Task<CompletionEntry> Next(RawQueue queue)
    {
        CompletionEntry entry = default;
        Assert.That(await Reaches(() => queue.TryTake(out entry)), $"a completion in queue {queue.Qid}");
        queue.RingHead();
        return entry;
    }

    /// <summary>One admin command and its completion.</summary>
    public async Task<CompletionEntry> Do(SubmissionEntry entry, long data = -1)
    {
        var cid = Submit(Admin, entry, data);
        var completion = await Next(Admin);
        Assert.That(completion.Cid, Is.EqualTo(cid));
        return completion;
    }

    /// <summary>One admin command that succeeds.</summary>
    public async Task<CompletionEntry> Must(SubmissionEntry entry, long data = -1)
    {
        var completion = await Do(entry, data);
        Assert.That(completion.Status, Is.EqualTo(Status.Success));
        return completion;
    }

    /// <summary>One I/O command and its completion.</summary>
    public async Task<CompletionEntry> Io(RawQueue queue, SubmissionEntry entry, long data = -1)
    {
        var cid = Submit(queue, entry, data);
        var completion = await Next(queue);
        Assert.That(completion.Cid, Is.EqualTo(cid));
        return completion;
    }

    /// <summary>A queue pair with its own vector.</summary>
    public async Task<RawQueue> CreateQueues(ushort qid, int entries = 16, ushort vector = 0, int cqEntries = 0)
    {
        if (cqEntries == 0) cqEntries = entries;
        var queue = new RawQueue(Function, Memory, Base, qid, Take(entries * 64), entries, Take(cqEntries * 16), cqEntries);
        await Must(AdminCommand.CreateIoCq(qid, (ushort)(cqEntries - 1), vector) with { Prp1 = queue.CqIova });
        await Must(AdminCommand.CreateIoSq(qid, (ushort)(entries - 1), qid) with { Prp1 = queue.SqIova });
        return queue;
    }
}
