using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// The load on one virtual function: a guest with its own memory, NVMe driver, queues and commands in flight. It does not know that
/// it moves: the host stops and restarts its processor, and puts another function and other memory behind what it holds.
/// <para>Every block it writes is stamped and every block it reads is judged against its ledger; every completion must be of a command
/// in flight on that queue. What is wrong is a <see cref="GuestFinding"/>.</para>
/// </summary>
public sealed partial class Guest : Actor, ICompletionSink
{
    private readonly LoadSpec _load;
    private readonly List<GuestQueue> _queues = [];
    private readonly Dictionary<QueuePair, GuestQueue> _byPair = [];
    private readonly Signal _interrupt;
    private readonly Signal _idle;
    private readonly int[] _mixBounds = new int[5];
    private Rng _rng;
    private long _nextArrival = World.Never;
    private readonly Queue<long> _arrivals = new();
    private ulong _cursor;
    private int _nextQueue;
    private DatalessLimits _limits;
    private ProtectionType _protection;
    private bool _settling;
    private long _loadBegan;
    private long _loadBefore;
    private List<GuestFinding> _findings = [];

    /// <param name="world">The world whose host lane runs it.</param>
    /// <param name="number">Which guest; its number in the stamps.</param>
    /// <param name="function">What stands for its VF.</param>
    /// <param name="memory">Its memory.</param>
    /// <param name="nsid">The namespace that it uses.</param>
    /// <param name="load">What it does.</param>
    /// <param name="seed">Of its random choices.</param>
    /// <param name="history">Told its commands; null: nobody is.</param>
    public Guest(World world, int number, IFunction function, DriverMemory memory, uint nsid, LoadSpec load, ulong seed, CommandHistory? history = null)
        : base(world.Host)
    {
        _load = load;
        _rng = new Rng(seed);
        _interrupt = new Signal(world);
        _idle = new Signal(world);
        Number = number;
        Nsid = nsid;
        Memory = memory;
        Controller = new NvmeController(
            world, function, memory, new NvmeControllerOptions { Events = load.Events, CommandTimeout = load.CommandTimeout, History = history });
        var sum = 0;
        for (var kind = 0; kind < _mixBounds.Length; kind++) _mixBounds[kind] = sum += load.Mix[kind];
        if (sum != 100) throw new ArgumentException($"The mix sums to {sum} %.", nameof(load));
    }

    public int Number { get; }

    public uint Nsid { get; }

    public DriverMemory Memory { get; }

    /// <summary>The guest's NVMe driver.</summary>
    public NvmeController Controller { get; }

    /// <summary>What the guest was told is done; there is one from <see cref="BootAsync"/> on.</summary>
    public Ledger Ledger { get; private set; } = null!;

    /// <summary>Bytes of a logical block.</summary>
    public int BlockSize { get; private set; }

    /// <summary>What DLFEAT promises of a deallocated block.</summary>
    public DeallocatedReads DeallocatedReads { get; private set; }

    /// <summary>True while its processor runs.</summary>
    public bool IsRunning { get; private set; }

    public GuestCounters Counters { get; } = new();

    /// <summary>What was wrong so far, oldest first; at most <see cref="MaxFindings"/> are kept, all are counted.</summary>
    public IReadOnlyList<GuestFinding> Findings => _findings;

    public const int MaxFindings = 32;

    /// <summary>ns that one of its commands may take.</summary>
    public long CommandTimeout => _load.CommandTimeout;

    /// <summary>ns from intended start to completion of its load's commands, of the phase at hand; the cycle swaps it.</summary>
    public Histogram Latency { get; set; } = new();

    /// <summary>ns: commands that should have begun before this belong to <see cref="OlderLatency"/>.</summary>
    public long LatencySince { get; set; }

    public Histogram OlderLatency { get; set; } = new();

    /// <summary>Where its load is told over time; null: nowhere.</summary>
    internal LoadStrip? Strip { get; set; }

    /// <summary>ns; when the first command that the destination fetched completed after the last restart; <see cref="World.Never"/> until then.</summary>
    public long FirstAnswerAfterRestart { get; private set; } = World.Never;

    /// <summary>ns that its load has run so far; that it stood still meanwhile counts, for what should have begun then is made up for.</summary>
    public long LoadTime => _loadBefore + (_mode == Mode.Load ? World.Now - _loadBegan : 0);

    /// <summary>Commands in flight on all I/O queues.</summary>
    public int InFlight
    {
        get
        {
            var sum = 0;
            foreach (var queue in _queues) sum += queue.Slots.InFlight;
            return sum;
        }
    }

    /// <summary>The guest's I/O queues, for counters and saved-state checks.</summary>
    public IEnumerable<QueuePair> QueuePairs => _queues.Select(q => q.Pair);

    /// <summary>Enables its controller, reads what it needs, creates its queues, sets features.</summary>
    /// <param name="fresh">The namespace is known to hold nothing.</param>
    /// <param name="deallocateIsWish">See <see cref="PairUnderTest.DeallocateIsWish"/>.</param>
    public async ValueTask<Outcome> BootAsync(bool fresh, bool deallocateIsWish = false)
    {
        var outcome = await Controller.StartAsync();
        if (!outcome.IsOk) return outcome;
        var ns = await Controller.IdentifyAsync<IdentifyNamespace>(Cns.IdentifyNamespace, Nsid);
        if (!ns.IsOk) return Outcome.Of($"Identify Namespace {Nsid}", ns.Answer);
        if (ns.Value.Nsze == 0) return Outcome.Failed("Identify Namespace", $"namespace {Nsid} is not attached to {Controller.Function.Name}");
        var format = MediumFormat.Of(Nsid, ns.Value);
        if (!format.IsPlainToHosts)
            return Outcome.Failed("load", $"namespace {Nsid} has {format.MetadataSize} bytes of metadata a block that are not protection information alone");
        var (limited, limits) = await DatalessLimits.ReadAsync(Controller, format);
        if (!limited.IsOk) return limited;
        (_limits, _protection) = (limits, format.IsProtectionOnly ? (ProtectionType)format.ProtectionType : ProtectionType.None);
        BlockSize = format.BlockSize;
        DeallocatedReads = deallocateIsWish ? DeallocatedReads.NotReported : format.DeallocatedReads;
        Ledger = new Ledger(Nsid, (uint)Number, ns.Value.Nsze, fresh ? BlockState.Fresh : BlockState.Unknown);
        RegionBlocks = _load.Region == 0 ? Ledger.Blocks : Math.Min(Ledger.Blocks, (ulong)(_load.Region / BlockSize));

        var granted = await Controller.SetQueueCountAsync(_load.Queues);
        if (!granted.IsOk) return Outcome.Of("Set Features, Number of Queues", granted.Answer);
        if (granted.Value < _load.Queues) return Outcome.Failed("Number of Queues", $"{granted.Value} I/O queue pairs granted, the load needs {_load.Queues}");
        var buffer = Math.Max(GuestMemory.PageSize, _load.Sizes.Max());
        if (buffer > Controller.MaxTransfer) return Outcome.Failed("load", $"commands of {buffer} bytes, the controller takes {Controller.MaxTransfer}");
        for (var i = 0; i < _load.Queues; i++)
        {
            var qid = (ushort)(i + 1);
            var vector = (ushort)(Controller.Function.VectorCount > 1 ? 1 + (i % (Controller.Function.VectorCount - 1)) : 0);
            var spec = new IoQueueSpec(qid, _load.QueueEntries, _load.QueueEntries) { Vector = vector, Contiguous = _load.Contiguous };
            var (created, pair) = await Controller.CreateQueuePairAsync(spec);
            if (pair is null) return created;
            Controller.BindVector(vector, _interrupt);
            var queue = new GuestQueue(pair, spec, Memory, Math.Min(_load.Depth, _load.QueueEntries - 1) + SpareSlots, buffer);
            _queues.Add(queue);
            _byPair.Add(pair, queue);
        }

        _interrupt.Subscribe(this);
        var features = new GuestFeatures(Controller, Nsid);
        await features.SetAsync(_queues.Select(queue => queue.Spec.Vector));
        FeaturesNotDefault = features.NotDefault;
        return Outcome.Ok;
    }

    /// <summary>Features that it has set to another value than the device's default, by their path in its view.</summary>
    public IReadOnlyCollection<string> FeaturesNotDefault { get; private set; } = [];

    /// <summary>Blocks of the namespace that the load uses, from block 0.</summary>
    public ulong RegionBlocks { get; private set; }

    /// <summary>Begins the load.</summary>
    public void Start()
    {
        if (_mode != Mode.Load) _loadBegan = World.Now;
        _mode = Mode.Load;
        if (_load.Rate > 0) _nextArrival = World.Now;
        Run();
    }

    /// <summary>Stops its processor: nothing is submitted, polled or written until <see cref="Restart"/>. What is in flight stays in flight.</summary>
    public void Stop() => IsRunning = false;

    /// <summary>
    /// Goes on, whatever function and memory are behind it now. What was in flight at the cut completes first, and without another
    /// doorbell, which would hide one that was lost; then the load goes on. Open-loop commands that should have begun meanwhile begin late.
    /// </summary>
    public void Restart()
    {
        _settling = InFlight > 0;
        FirstAnswerAfterRestart = World.Never;
        foreach (var queue in _queues) queue.PostedBeforeRestart = queue.Pair.CountPosted();
        Run();
    }

    /// <summary>Ends the load and waits until nothing is in flight; what does not complete by <paramref name="deadline"/> (ns) is lost.</summary>
    public async ValueTask<bool> QuiesceAsync(long deadline)
    {
        _loadBefore = LoadTime;
        _mode = Mode.Idle;
        _arrivals.Clear();
        _nextArrival = World.Never;
        if (await World.Until(_idle, this, static g => ((Guest)g).InFlight == 0, deadline)) return true;
        foreach (var queue in _queues) LoseAll(queue);
        _settling = false;
        return false;
    }

    /// <summary>What was found since the last call, at most <see cref="MaxFindings"/>.</summary>
    public IReadOnlyList<GuestFinding> TakeFindings()
    {
        var taken = _findings;
        _findings = [];
        return taken;
    }

    /// <summary>What a saved state must say of each queue pair. The guest is stopped and its device frozen.</summary>
    public IEnumerable<QueueExpectation> Expectations() => _queues.Select(q => QueueExpectation.Of(q.Pair, q.Spec, q.Slots.InFlight));

    /// <summary>The blocks of changes that are in flight.</summary>
    public IEnumerable<LbaRange> ChangesInFlight() =>
        from queue in _queues
        from slot in Enumerable.Range(0, queue.Slots.Count)
        where queue.Slots.IsInFlight(slot)
        let command = queue.InFlight[slot]
        where command.Kind is not (IoKind.Read or IoKind.Flush)
        select new LbaRange(command.Lba, (ulong)command.Blocks);

    /// <summary>Commands in flight whose time is up.</summary>
    public int CountOverdue()
    {
        var overdue = 0;
        foreach (var queue in _queues)
        {
            for (var slot = 0; slot < queue.Slots.Count; slot++)
            {
                if (queue.Slots.IsInFlight(slot) && World.Now - queue.InFlight[slot].IntendedAt > _load.CommandTimeout) overdue++;
            }
        }

        return overdue;
    }

    protected override long Step(int budget)
    {
        if (!IsRunning) return World.Never;
        var worked = 0;
        foreach (var queue in _queues) worked += queue.Pair.Poll(this, budget);
        if (worked > 0 && InFlight == 0) _idle.Raise();
        _settling &= InFlight > 0;
        var full = _settling || _mode switch
        {
            Mode.Load => SubmitLoad(budget),
            Mode.Verify or Mode.Fill => SubmitRuns(budget),
            _ => true,
        };
        // Not everything could be done within the budget: go on at the next instant. Else an interrupt or the next arrival wakes us.
        if (!full || worked >= budget) return World.Now + 1;
        return _mode == Mode.Load && !_settling ? _nextArrival : World.Never;
    }

    void ICompletionSink.Completed(QueuePair queue, in CompletionEntry entry)
    {
        var polled = _byPair[queue];
        if (entry.SqId != queue.Qid)
        {
            Counters.Completions++;
            Note(new GuestFinding(GuestFault.WrongQueue, PathOf(queue, entry.Cid), $"queue {queue.Qid}: completion names submission queue {entry.SqId}, identifier {entry.Cid:X4}h"));
            return;
        }

        Counters.Completions++;
        var match = polled.Slots.Complete(entry.Cid, out var slot);
        if (polled.PostedBeforeRestart > 0) polled.PostedBeforeRestart--;
        else if (FirstAnswerAfterRestart == World.Never) FirstAnswerAfterRestart = World.Now;
        if (match != CidMatch.Ours)
        {
            Counters.Doubled++;
            Note(new GuestFinding(
                match == CidMatch.Doubled ? GuestFault.Doubled : GuestFault.UnknownCompletion, PathOf(queue, entry.Cid),
                $"queue {queue.Qid}: command {entry.Cid:X4}h completed {(match == CidMatch.Doubled ? "twice" : "but was not in flight")}"));
            return;
        }

        Finish(polled, slot, polled.InFlight[slot], entry.Status);
    }

    private void Run()
    {
        IsRunning = true;
        Wake();
    }

    private void LoseAll(GuestQueue queue)
    {
        for (var slot = 0; slot < queue.Slots.Count; slot++)
        {
            if (!queue.Slots.IsInFlight(slot)) continue;
            ref readonly var command = ref queue.InFlight[slot];
            Note(new GuestFinding(
                GuestFault.LostCommand, PathOf(queue.Pair, queue.Slots.CidOf(slot)),
                $"LOST queue {queue.Pair.Qid}: {command.Kind} of LBA {command.Lba}, {command.Blocks} blocks, identifier {queue.Slots.CidOf(slot):X4}h never completed"));
            Counters.LostCommands++;
            if (command.Kind is IoKind.Read or IoKind.Flush) Ledger.Refuse(command.Lba, command.Blocks);
            else Ledger.Doubt(command.Lba, command.Blocks, StateAfter(command.Kind));
            queue.Slots.Drop(slot);
        }
    }

    private static string PathOf(QueuePair queue, ushort cid) => $"guest.queue[{queue.Qid}].command[{cid:X4}h]";

    private void Note(GuestFinding finding)
    {
        Counters.Findings++;
        if (_findings.Count < MaxFindings) _findings.Add(finding);
    }

    private static BlockState StateAfter(IoKind kind) => kind switch
    {
        IoKind.Write => BlockState.Written,
        IoKind.WriteZeroes => BlockState.Zeroed,
        _ => BlockState.Deallocated,
    };
}
