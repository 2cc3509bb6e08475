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
    public async Task<(byte[] Bytes, bool Suspended)> Receive(byte csvi = 1, byte csuuidi = 0)
    {
        var got = await Pf.Must(MigrationCommand.GetControllerState(C, csvi, csuuidi, PageBytes), Page);
        var header = Pf.Memory.Load<ControllerStateHeader>(Page);
        var length = (int)ControllerState.AnnouncedLength(in header)!.Value;
        return (Pf.Memory.Read(Page, length).ToArray(), (got.Dw0 & 1) != 0);
    }

    public async Task<bool> IsSuspended() => (await Receive()).Suspended;

    /// <summary>Set Controller State with a piece of bytes.</summary>
    public async Task<Status> Set(
        byte[] piece, ulong offset = 0, SequenceIndicator sequence = SequenceIndicator.Entire, byte csvi = 1, byte csuuidi = 0,
        ushort? cntlid = null)
    {
        if (piece.Length > 0) Pf.Memory.Write(Page, piece);
        var set = MigrationCommand.SetControllerState(cntlid ?? C, csvi, csuuidi, (uint)piece.Length, offset, sequence);
        return (await Pf.Do(set, Page)).Status;
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
