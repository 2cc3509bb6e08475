using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// A pair made ready: controlling functions with drivers, virtual functions online with their resources and namespaces, guests booted
/// on the source. Everything is done over the wire, as a host would.
/// </summary>
public sealed class Bench : IDisposable
{
    // Where things are in the functions' address spaces. Guests begin above the host's own queues, which no guest memory overlaps.
    private const ulong HostIova = 0x10_0000_0000;
    private const ulong StagingIova = 0x20_0000_0000;
    private const ulong HostWindowIova = 0x30_0000_0000;
    private const ulong RamIova = 0x1_0000_0000;
    private const int HostBytes = 8 << 20;
    private const int HostWindowBytes = 1 << 20;
    private const byte Poison = 0xDB;

    private readonly List<GuestMemory> _memories = [];
    private readonly PairUnderTest _pair;

    private Bench(World world, PlannedCombination plan, PairUnderTest pair)
    {
        (World, Plan, _pair) = (world, plan, pair);
        var chunk = (long)plan.Copy.Chunk.Bytes + GuestMemory.PageSize;
        var buffers = plan.Copy.Verify ? 2 * plan.Copy.Depth : plan.Copy.Depth;
        var bytes = (buffers + 2) * 2 * (chunk + GuestMemory.PageSize) * plan.Vfs;
        StagingRam = NewMemory("staging", Math.Max(1 << 20, (bytes + GuestMemory.PageSize - 1) / GuestMemory.PageSize * GuestMemory.PageSize));
        Staging = NewDriverMemory("staging", StagingIova, StagingRam);
        Neighbours = new Neighbours(world, plan);
        Counters = new SystemCounters(world);
    }

    public World World { get; }

    public PlannedCombination Plan { get; }

    /// <summary>Guests with their sides, by number.</summary>
    public List<Tenant> Tenants { get; } = [];

    /// <summary>Guests of further VFs, on side A, which stay there.</summary>
    public Neighbours Neighbours { get; }

    /// <summary>Memory that both controlling functions reach at the same addresses.</summary>
    public DriverMemory Staging { get; }

    /// <summary>How the device reads S0PT where the standard leaves a choice; one reading for all cycles.</summary>
    public Slot0Reading Slot0 { get; } = new();

    /// <summary>What taints a sample.</summary>
    internal SystemCounters Counters { get; }

    public Func<IFunction, IFunction, long?>? DeviceDowntime => _pair.DeviceDowntime;

    public Func<(long Read, long Written)>? DmaBytes => _pair.DmaBytes;

    private GuestMemory StagingRam { get; }

    /// <summary>Makes a pair ready. What the device refuses is in the outcome, naming the step.</summary>
    public static async ValueTask<(Outcome Outcome, Bench? Bench)> CreateAsync(World world, PlannedCombination plan, PairUnderTest pair)
    {
        var bench = new Bench(world, plan, pair);
        var outcome = await bench.SetUpAsync();
        if (outcome.IsOk) return (outcome, bench);
        bench.Dispose();
        return (outcome, null);
    }

    /// <summary>The dialect of the plan for one side.</summary>
    public IMigrator NewMigrator(Side side) => Plan.Vfio is { } vfio
        ? new VfioMigrator(() => OpenVfioAsync(side, vfio), (int)Plan.Copy.StateChunk.Bytes, vfio.PreCopy)
        : NewDialect(side);

    private async ValueTask<(Outcome Outcome, IVfioDevice? Device)> OpenVfioAsync(Side side, VfioSettings vfio)
    {
        if (_pair.OpenVfio is { } open) return await open(side.Function);
        var steps = _pair.VariantSteps ?? (vfio.Arc == VfioArc.AsPosted ? VariantSteps.AsPosted : new VariantSteps());
        return await VariantDriverModel.OpenAsync(
            World, side.Function, NewDialect(side),
            new VariantOptions { P2P = vfio.PeerToPeer, PreCopy = vfio.PreCopy, VendorPart = Plan.AdminQueue == AdminQueueKind.Carried, Steps = steps });
    }

    /// <summary>What the device itself is asked in.</summary>
    private IMigrator NewDialect(Side side) => Plan.Dialect == MigrationCommands.Hmlm
        ? new HmlmMigrator(side.Controlling, side.ControllerId, HmlmOptions.Of(Plan))
        : new VendorMigrator(side.Controlling, side.VfNumber, VendorOptions.Of(Plan.VendorDialect, Plan.CancelAfterSave));

    /// <summary>Makes a copied memory's content worthless, so that a page which is not copied is noticed.</summary>
    public static void PoisonMemory(GuestMemory memory) => memory.Fill(0, memory.Length, Poison);

    public void Dispose()
    {
        // What they reach is theirs until they are taken away.
        _pair.Release?.Invoke(false);
        foreach (var memory in _memories) memory.Dispose();
        Counters.Dispose();
    }

    private async ValueTask<Outcome> SetUpAsync()
    {
        var (outcome, a) = await StartControllingAsync("A", _pair.SourceBus, _pair.SourcePf);
        if (a is null) return outcome;
        var one = ReferenceEquals(_pair.SourceBus, _pair.DestinationBus) && _pair.SourcePf == _pair.DestinationPf;
        var b = a;
        if (!one)
        {
            (outcome, b) = await StartControllingAsync("B", _pair.DestinationBus, _pair.DestinationPf);
            if (b is null) return outcome;
        }

        var last = Math.Max(Plan.FromVf, Plan.ToVf) + Plan.Vfs - 1;
        var (enabled, left) = await EnableVfsAsync(a, _pair.EnabledVfs ?? last + Plan.Neighbours);
        if (!enabled.IsOk) return enabled;
        var right = left;
        if (!one)
        {
            (enabled, right) = await EnableVfsAsync(b!, _pair.EnabledVfs ?? last);
            if (!enabled.IsOk) return enabled;
        }

        for (var i = 0; i < Plan.Vfs; i++)
        {
            outcome = await AddTenantAsync(i, (a, left[Plan.FromVf + i - 1]), (b!, right[Plan.ToVf + i - 1]));
            if (!outcome.IsOk) return outcome;
        }

        for (var i = 0; i < Plan.Neighbours; i++)
        {
            outcome = await AddNeighbourAsync(Plan.Vfs + i, (a, left[last + i]), last + i + 1, b!);
            if (!outcome.IsOk) return outcome;
        }

        return Outcome.Ok;
    }

    private async ValueTask<(Outcome Outcome, ControllingFunction? Function)> StartControllingAsync(string name, IBus bus, RequesterId requester)
    {
        var ram = NewMemory($"host {name}", HostBytes);
        if (_pair.Kernel.TryGetValue(requester, out var kernel))
            return await ControllingFunction.AdoptAsync(World, bus, kernel, NewDriverMemory(ram.Name, HostIova, ram), Plan.Limits.CommandTimeouts());
        var dma = bus.CreateDmaSpace($"PF {name}");
        dma.Map(new DmaMapping(HostIova, ram, 0, ram.Length, DmaAccess.ReadWrite));
        dma.Map(new DmaMapping(StagingIova, StagingRam, 0, StagingRam.Length, DmaAccess.ReadWrite));
        // Depth for every guest's copy at once.
        var depth = Math.Min(256, Plan.Copy.Depth * Plan.Vfs * 2);
        return await ControllingFunction.StartAsync(
            World, bus, requester, NewDriverMemory($"host {name}", HostIova, ram), dma, depth, (int)Math.Max(Plan.Copy.Chunk.Bytes, 1 << 20), Plan.Limits.CommandTimeouts(), _pair.History);
    }

    private async ValueTask<(Outcome Outcome, IReadOnlyList<IFunction> Functions)> EnableVfsAsync(ControllingFunction controlling, int count)
    {
        if (controlling.Driver is null) return (Outcome.Ok, _pair.Kernel.Values.First(it => it.Admin == controlling.Admin).Vfs);
        var sriov = Sriov.Find(World, controlling.Pf.Function);
        return sriov is null
            ? (Outcome.Failed("enable VFs", $"{controlling.Name} has no SR-IOV capability"), [])
            : await sriov.EnableAsync(controlling.Bus, count);
    }

    private async ValueTask<Outcome> AddTenantAsync(int index, (ControllingFunction Pf, IFunction Vf) from, (ControllingFunction Pf, IFunction Vf) to)
    {
        var nsid = NsidOf(index);
        var bytes = (long)Plan.Guest.Memory.Bytes / GuestMemory.PageSize * GuestMemory.PageSize;
        var sourceRam = NewMemory($"guest {index + 1}", bytes);
        var destinationRam = Plan.GuestMemory == GuestMemoryKind.Same ? sourceRam : NewMemory($"guest {index + 1} on B", bytes);
        var (outcome, source) = await MakeSideAsync("A", from.Pf, from.Vf, Plan.FromVf + index, nsid, sourceRam);
        if (source is null) return outcome;
        (outcome, var destination) = await MakeSideAsync(ReferenceEquals(from.Pf, to.Pf) ? "A" : "B", to.Pf, to.Vf, Plan.ToVf + index, nsid, destinationRam);
        if (destination is null) return outcome;
        if (Plan.Direction == Direction.Crossing && index % 2 == 1) (source, destination, sourceRam) = (destination, source, destinationRam);

        (outcome, var guest, var function) = await BootAsync(index, source, sourceRam);
        if (!outcome.IsOk) return outcome;
        Tenants.Add(new Tenant(index + 1, guest!, function!, source, destination));
        return Outcome.Ok;
    }

    /// <summary>Each guest has a namespace of its own.</summary>
    private uint NsidOf(int index) => _pair.Namespaces is { } named ? named[index] : (uint)(index + 1);

    private async ValueTask<Outcome> AddNeighbourAsync(int index, (ControllingFunction Pf, IFunction Vf) at, int number, ControllingFunction other)
    {
        var ram = NewMemory($"guest {index + 1}", (long)Plan.Guest.Memory.Bytes / GuestMemory.PageSize * GuestMemory.PageSize);
        var (outcome, side) = await MakeSideAsync("A", at.Pf, at.Vf, number, NsidOf(index), ram);
        if (side is null) return outcome;
        // Who moves sees on the other side what it saw on this one: not the neighbour's blocks.
        if (Plan.Medium == MediumSharing.Local) outcome = await DetachOthersAsync(other, NsidOf(index), [other.Identity.Cntlid]);
        if (!outcome.IsOk) return outcome;
        (outcome, var guest, _) = await BootAsync(index, side, ram);
        if (guest is not null) Neighbours.Add(guest);
        return outcome;
    }

    /// <summary>Starts a guest on a side, with all of its memory; null where the device refused something.</summary>
    private async ValueTask<(Outcome Outcome, Guest? Guest, GuestFunction? Function)> BootAsync(int index, Side side, GuestMemory ram)
    {
        var mediated = Plan.AdminQueue == AdminQueueKind.Mediated;
        var outcome = await side.PrepareAsync(mediated, Plan.Guest.Queues);
        if (!outcome.IsOk) return (outcome, null, null);
        var space = new AddressSpace($"guest {index + 1}");
        space.Add(RamIova, ram);
        var name = $"guest {index + 1}'s VF";
        var function = mediated
            ? new GuestFunction(World, name, side.Host!, space, new MediatorOptions { Steps = _pair.MediatorSteps ?? new MediatorSteps() })
            : new GuestFunction(name, side.Function);
        var memory = new DriverMemory(space, new PageAllocator(RamIova, ram.Length));
        var load = LoadSpec.Of(Plan.Guest) with { Contiguous = Plan.QueueMemory == QueueMemoryKind.Contiguous };
        var guest = new Guest(World, index + 1, function, memory, NsidOf(index), load, Rng.Derive(Plan.Seed, (ulong)index), _pair.History);
        outcome = await guest.BootAsync(_pair.Fresh, _pair.DeallocateIsWish);
        return outcome.IsOk ? (outcome, guest, function) : (outcome, null, null);
    }

    private async ValueTask<(Outcome Outcome, Side? Side)> MakeSideAsync(
        string name, ControllingFunction controlling, IFunction vf, int number, uint nsid, GuestMemory ram)
    {
        var secondaries = new SecondaryControllers(controlling.Client);
        var (found, entry) = await secondaries.FindAsync(number);
        if (!found.IsOk) return (found, null);
        // The host's admin queue on the VF needs its vector too: one each for admin and I/O queues.
        var outcome = await secondaries.BringUpAsync(vf, entry.Scid, Plan.Guest.Queues + 1, Plan.Guest.Queues + 1);
        if (!outcome.IsOk) return (outcome, null);
        outcome = await AttachNamespaceAsync(controlling, nsid, entry.Scid);
        if (!outcome.IsOk) return (outcome, null);
        (outcome, var format) = await MediumFormat.ReadAsync(controlling, nsid);
        if (format is null) return (outcome, null);
        var window = NewMemory($"host window {name}{number}", HostWindowBytes);
        var side = new Side(
            World, name, controlling, vf, number, entry.Scid, format, ram, RamIova,
            (NewDriverMemory(window.Name, HostWindowIova, window), window, HostWindowIova))
        {
            Migrator = null!, FenceByBusMaster = _pair.FenceByBusMaster, History = _pair.History,
        };
        side.Migrator = NewMigrator(side);
        return (Outcome.Ok, side);
    }

    private async ValueTask<Outcome> AttachNamespaceAsync(ControllingFunction controlling, uint nsid, ushort vf)
    {
        var outcome = await new Namespaces(controlling.Client).EnsureAsync(nsid, vf, controlling.Identity.Cntlid);
        if (!outcome.IsOk) return outcome;
        // Blocks that are copied have one writer.
        return Plan.Medium == MediumSharing.Local ? await DetachOthersAsync(controlling, nsid, [vf, controlling.Identity.Cntlid]) : Outcome.Ok;
    }

    private static async ValueTask<Outcome> DetachOthersAsync(ControllingFunction controlling, uint nsid, ushort[] keep)
    {
        var (listed, others) = await OtherWriters.ListAsync(controlling, nsid, keep);
        return listed.IsOk && others.Count > 0 ? await new Namespaces(controlling.Client).DetachAsync(nsid, [.. others]) : listed;
    }

    private GuestMemory NewMemory(string name, long bytes)
    {
        var memory = new GuestMemory(name, bytes);
        _memories.Add(memory);
        return memory;
    }

    private static DriverMemory NewDriverMemory(string name, ulong iova, GuestMemory ram)
    {
        var space = new AddressSpace(name);
        space.Add(iova, ram);
        return new DriverMemory(space, new PageAllocator(iova, ram.Length));
    }
}
