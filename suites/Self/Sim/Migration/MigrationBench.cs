using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>One side: a management controller, one enabled migratable controller with a queue pair, and commands spelt out.</summary>
internal sealed class MigrationBench
{
    /// <summary>Bytes of <see cref="Page"/>.</summary>
    public const int PageBytes = 8192;

    private MigrationBench(Rig rig, RawHost pf, RawHost vf, RawQueue io)
    {
        Rig = rig;
        Pf = pf;
        Vf = vf;
        Io = io;
        Page = pf.Take(PageBytes);
        Data = vf.Take(65536);
    }

    public Rig Rig { get; }

    /// <summary>The management controller.</summary>
    public RawHost Pf { get; }

    /// <summary>The migratable controller.</summary>
    public RawHost Vf { get; }

    public RawQueue Io { get; }

    /// <summary>CNTLID of the migratable controller.</summary>
    public ushort C => Vf.Controller.Id;

    /// <summary>A buffer of the PF.</summary>
    public long Page { get; }

    /// <summary>A buffer of 64 KiB of the VF.</summary>
    public long Data { get; }

    public static SimulatedPairOptions Of(
        SimulatedMigration? migration = null, SimulatedAmbiguities? ambiguities = null, VendorDialect? vendor = null,
        SimulatedTiming? timing = null, SimulatedTopology? topology = null) => new()
    {
        Device = new()
        {
            Migration = migration ?? new(), Ambiguities = ambiguities ?? new(), VendorRfc = vendor, Timing = timing ?? new(),
            Topology = topology ?? new(),
        },
    };

    public static void Run(Func<MigrationBench, Task> body, SimulatedPairOptions? options = null) =>
        Sim.Rig.Run(async rig => await body(await Create(rig)), options);

    public static async Task<MigrationBench> Create(Rig rig)
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        return new MigrationBench(rig, pf, vf, await vf.CreateQueues(1));
    }

    /// <summary>An admin command of the PF that ends with a status.</summary>
    public async Task<CompletionEntry> Expect(Status status, SubmissionEntry entry, long data = -1)
    {
        var completion = await Pf.Do(entry, data);
        Assert.That(completion.Status, Is.EqualTo(status));
        return completion;
    }

    public Task<CompletionEntry> Suspend(bool deleteQueue = false) =>
        Pf.Must(MigrationCommand.Suspend(C, deleteUserDataMigrationQueue: deleteQueue));

    public Task<CompletionEntry> Resume() => Pf.Must(MigrationCommand.Resume(C));

    /// <summary>Get Controller State, whole: its bytes and CSUP.</summary>
    public async Task<(byte[] Bytes, bool Suspended)> Receive(byte csvi = 1, byte csuuidi = 0, ushort? cntlid = null)
    {
        var got = await Pf.Must(MigrationCommand.GetControllerState(cntlid ?? C, csvi, csuuidi, PageBytes), Page);
        var header = Pf.Memory.Load<ControllerStateHeader>(Page);
        var length = (int)ControllerState.AnnouncedLength(in header)!.Value;
        return (Pf.Memory.Read(Page, length).ToArray(), (got.Dw0 & 1) != 0);
    }

    /// <summary>The same, decoded.</summary>
    public async Task<ControllerState> State(ushort? cntlid = null) =>
        ControllerState.TryDecode((await Receive(cntlid: cntlid)).Bytes, out _)!;

    public async Task<bool> IsSuspended(ushort? cntlid = null) => (await Receive(cntlid: cntlid)).Suspended;

    /// <summary>Set Controller State with a piece of bytes.</summary>
    public async Task<Status> Set(
        ushort cntlid, byte[] piece, ulong offset = 0, SequenceIndicator sequence = SequenceIndicator.Entire, byte csvi = 1, byte csuuidi = 0)
    {
        if (piece.Length > 0) Pf.Memory.Write(Page, piece);
        return (await Pf.Do(MigrationCommand.SetControllerState(cntlid, csvi, csuuidi, (uint)piece.Length, offset, sequence), Page)).Status;
    }

    /// <summary>
    /// Another controller of the side, with the first one's memory where it was; its own queues lie elsewhere. Suspended unless told not to.
    /// </summary>
    public async Task<RawHost> Other(int number = 2, bool enable = true, bool suspend = true, ushort queues = 5, ushort vectors = 5)
    {
        var other = await Rig.OnlineVf(Pf, number, queues, vectors, iova: 0x8_0000_0000);
        other.Space.Map(new DmaMapping(Vf.Base, Vf.Memory, 0, Vf.Memory.Length, DmaAccess.ReadWrite));
        if (enable) await other.Enable();
        if (suspend) await Pf.Must(MigrationCommand.Suspend(other.Controller.Id));
        return other;
    }

    /// <summary>Lets the VF ask for one event of a changed namespace attribute; the request's CID.</summary>
    public async Task<ushort> AwaitAttributeChange()
    {
        await Vf.Must(AdminCommand.SetFeatures((byte)FeatureId.AsynchronousEventConfiguration, 0x100));
        var cid = Vf.Submit(Vf.Admin, AdminCommand.AsyncEventRequest());
        await Vf.Settle();
        return cid;
    }

    /// <summary>Detaches (or attaches) namespace 1, which a controller hears of by an event.</summary>
    public async Task ChangeAttribute(RawHost? of = null, bool attach = false, RawHost? by = null)
    {
        var pf = by ?? Pf;
        var controllers = default(ControllerList);
        controllers.Numid = 1;
        controllers.Ids[0] = (of ?? Vf).Controller.Id;
        var page = pf.Take(4096);
        pf.Memory.Store(page, controllers);
        await pf.Must(AdminCommand.NamespaceAttachment(1, (byte)(attach ? 0 : 1)), page);
    }

    /// <summary>Puts a number of commands with consecutive identifiers from 1000 and rings once.</summary>
    public static void Burst(RawQueue queue, int count, Func<int, SubmissionEntry> command)
    {
        for (var i = 0; i < count; i++) queue.Put(command(i) with { Cid = (ushort)(1000 + i) });
        queue.Ring();
    }

    /// <summary>A command with the bench's data buffer of the VF.</summary>
    public SubmissionEntry WithData(SubmissionEntry entry, long data = -1)
    {
        if (data < 0) data = Data;
        return entry with { Prp1 = Vf.Iova(data), Prp2 = Vf.Iova(data) + 4096 };
    }

    /// <summary>A write of the guest that ends well.</summary>
    public async Task Write(ulong slba, ushort blocks = 1, byte value = 0x5A)
    {
        Vf.Memory.Fill(Data, Math.Min(blocks * 4096, 8192), value);
        Assert.That((await Vf.Io(Io, NvmCommand.Write(1, slba, (ushort)(blocks - 1)), Data)).Status, Is.EqualTo(Status.Success));
    }
}

/// <summary>A user data migration queue as its host sees it.</summary>
internal sealed class DataQueueReader(MigrationBench bench, ushort cdqid, long memory, int entries)
{
    private int _head;
    private bool _phase = true;

    public ushort Id => cdqid;

    public int Entries => entries;

    public int Head => _head;

    /// <summary>Creates a contiguous queue for the bench's controller, and starts logging unless told not to.</summary>
    public static async Task<DataQueueReader> Create(MigrationBench bench, int entries = 64, bool start = true, ushort? cntlid = null)
    {
        var memory = bench.Pf.Take(entries * LbaMigrationQueueEntry.Size);
        var create = Creation(cntlid ?? bench.C, entries * 8) with { Prp1 = bench.Pf.Iova(memory) };
        var created = await bench.Pf.Must(create);
        var reader = new DataQueueReader(bench, (ushort)created.Dw0, memory, entries);
        if (start) await bench.Pf.Must(MigrationCommand.LogUserDataChanges(reader.Id, LoggingAction.Start));
        return reader;
    }

    public static SubmissionEntry Creation(ushort cntlid, int dwords, bool pc = true) =>
        new CreateControllerDataQueueFields(AdminCommand.Of(AdminOpcode.ControllerDataQueue))
        {
            Cntlid = cntlid, SizeInDwords = (uint)dwords, Pc = pc,
        }.Entry;

    /// <summary>An entry as it stands in memory.</summary>
    public LbaMigrationQueueEntry Peek(int slot) =>
        bench.Pf.Memory.Load<LbaMigrationQueueEntry>(memory + (slot * LbaMigrationQueueEntry.Size));

    /// <summary>All new entries; the head is not told.</summary>
    public List<LbaMigrationQueueEntry> Take()
    {
        var taken = new List<LbaMigrationQueueEntry>();
        while (Peek(_head) is var entry && entry.Attributes.Phase == _phase && taken.Count < entries)
        {
            taken.Add(entry);
            if (++_head != entries) continue;
            _head = 0;
            _phase = !_phase;
        }

        return taken;
    }

    /// <summary>Tells how far the host is.</summary>
    public Task<CompletionEntry> TellHead(uint? trigger = null) =>
        bench.Pf.Must(MigrationCommand.SetControllerDataQueue(cdqid, (uint)_head, trigger));

    public async Task<(ControllerDataQueueFeature Data, CompletionEntry Completion)> Get()
    {
        var got = await bench.Pf.Must(MigrationCommand.GetControllerDataQueue(cdqid), bench.Page);
        return (bench.Pf.Memory.Load<ControllerDataQueueFeature>(bench.Page), got);
    }

    /// <summary>The blocks that range entries name.</summary>
    public static SortedSet<ulong> BlocksOf(IEnumerable<LbaMigrationQueueEntry> entries, uint nsid = 1)
    {
        var blocks = new SortedSet<ulong>();
        foreach (var entry in entries)
        {
            if (entry.Attributes.Change != LbaChange.Range || entry.Nsid != nsid) continue;
            for (var i = 0UL; i <= entry.NlbZ; i++) blocks.Add(entry.Slba + i);
        }

        return blocks;
    }
}
