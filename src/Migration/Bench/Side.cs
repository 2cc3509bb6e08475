using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// One end of a move: a controlling function, the controlled function of one slot, what that function may reach, and the namespace
/// there. The cycle talks to it in coarse requests and touches no register. Each side's controlled function has a DMA space of its own.
/// </summary>
public sealed class Side
{
    private readonly World _world;
    private readonly List<DmaMapping> _mappings = [];
    private readonly Lazy<MsixTable?> _msix;
    private NvmeController? _host;

    /// <param name="world">The world.</param>
    /// <param name="name">A or B.</param>
    /// <param name="controlling">The PF.</param>
    /// <param name="function">The VF.</param>
    /// <param name="vfNumber">Its number, from 1.</param>
    /// <param name="controllerId">Its CNTLID.</param>
    /// <param name="format">Its namespace.</param>
    /// <param name="ram">The guest's memory on this side.</param>
    /// <param name="ramIova">Where the guest sees it.</param>
    /// <param name="hostWindow">Memory of the host's own queues on the VF, outside the guest's.</param>
    public Side(
        World world, string name, ControllingFunction controlling, IFunction function, int vfNumber, ushort controllerId, MediumFormat format,
        GuestMemory ram, ulong ramIova, (DriverMemory Memory, GuestMemory Ram, ulong Iova) hostWindow)
    {
        (_world, Name, Controlling, Function, VfNumber, ControllerId, Format) = (world, name, controlling, function, vfNumber, controllerId, format);
        // Found once: to walk the capabilities again while the guest stands still is downtime.
        _msix = new Lazy<MsixTable?>(() => MsixTable.Find(function));
        (Ram, RamIova, HostMemory, WindowRam) = (ram, ramIova, hostWindow.Memory, hostWindow.Ram);
        Space = controlling.Bus.CreateDmaSpace($"{name} VF {vfNumber}");
        _mappings.Add(new DmaMapping(ramIova, ram, 0, ram.Length, DmaAccess.ReadWrite));
        _mappings.Add(new DmaMapping(hostWindow.Iova, hostWindow.Ram, 0, hostWindow.Ram.Length, DmaAccess.ReadWrite));
    }

    public string Name { get; }

    /// <summary>As records name it: <c>A:1</c>.</summary>
    public string Slot => $"{Name}:{VfNumber}";

    public ControllingFunction Controlling { get; }

    public IFunction Function { get; }

    public int VfNumber { get; }

    public ushort ControllerId { get; }

    public MediumFormat Format { get; }

    public IDmaSpace Space { get; }

    /// <summary>The guest's memory on this side; the other side's too where memory is the same.</summary>
    public GuestMemory Ram { get; }

    public ulong RamIova { get; }

    public DriverMemory HostMemory { get; }

    /// <summary>What is behind <see cref="HostMemory"/>.</summary>
    public GuestMemory WindowRam { get; }

    /// <summary>The dialect; a fresh one for each cycle.</summary>
    public required IMigrator Migrator { get; set; }

    /// <summary>The host's driver of the controlled function; only where the admin queue is mediated.</summary>
    public NvmeController? Host { get; private set; }

    public bool IsFenced { get; private set; } = true;

    /// <summary>False: a fence leaves bus master on, for a function that does not bear to lose it while it is suspended.</summary>
    public bool FenceByBusMaster { get; init; } = true;

    /// <summary>Told the commands of the host's own driver of the function; null: nobody is.</summary>
    public CommandHistory? History { get; init; }

    /// <summary>Of the controlled controller, from <see cref="PrepareAsync"/> on.</summary>
    public IdentifyController Identity { get; private set; }

    /// <summary>I/O queue pairs that it granted when as many were asked for as the guest has.</summary>
    public int Granted { get; private set; }

    /// <summary>Bytes of MDTS; without limit where it has none.</summary>
    public long LargestTransfer { get; private set; } = long.MaxValue;

    /// <summary>
    /// Makes the controlled function a fit destination: reset, able to reach guest memory and nothing else, looked at by the host, and left
    /// enabled with an admin queue of the host's where the admin queue is mediated, else reset again.
    /// </summary>
    /// <param name="mediated">Whether the host keeps the admin queue.</param>
    /// <param name="queues">I/O queue pairs of the guest.</param>
    public async ValueTask<Outcome> PrepareAsync(bool mediated, int queues)
    {
        await Function.ResetAsync();
        if (!ReferenceEquals(Function.Dma, Space)) await Function.AttachAsync(Space);
        Unfence();
        var host = _host ??= new NvmeController(
            _world, Function, HostMemory, new NvmeControllerOptions { CommandTimeout = Controlling.CommandTimeout, History = History });
        if (mediated) Host = host;
        host.Forget();
        var outcome = await host.StartAsync();
        if (!outcome.IsOk) return outcome;
        var granted = await host.SetQueueCountAsync(queues);
        if (!granted.IsOk) return Outcome.Of("Set Features, Number of Queues", granted.Answer);
        (Identity, Granted) = (host.Identity, granted.Value);
        LargestTransfer = Identity.Mdts == 0 ? long.MaxValue : (long)Prp.PageSize(host.Capabilities.MpsMin) << Identity.Mdts;
        if (mediated) return Outcome.Ok;
        await host.ResetFunctionAsync();
        Unfence();
        return Outcome.Ok;
    }

    /// <summary>The pending bits of its MSI-X table, 32 vectors a group, the last vector of each first; empty where it has none in BAR0.</summary>
    public string PendingInterrupts()
    {
        if (_msix.Value is not { } table) return "";
        var words = new string[(table.Count + 31) / 32];
        for (var word = 0; word < words.Length; word++) words[word] = $"{table.ReadPending(word):b32}";
        return string.Join(' ', words);
    }

    /// <summary>Has every vector that is not the host's own raise a signal; null for nobody's.</summary>
    public void BindUnbound(Signal? signal)
    {
        for (var vector = Host is null ? 0 : 1; vector < Function.VectorCount; vector++) Function.BindInterrupt(vector, signal);
    }

    /// <summary>
    /// Bus master off, then nothing left that the function could reach. What it still tries faults, and is recorded in
    /// <see cref="IDmaSpace.Faults"/>.
    /// </summary>
    public async ValueTask FenceAsync()
    {
        if (FenceByBusMaster) PciConfig.SetBusMaster(Function, false);
        foreach (var mapping in Space.Mappings.ToArray()) await Space.UnmapAsync(mapping.Iova, mapping.Length);
        IsFenced = true;
    }

    /// <summary>Undoes <see cref="FenceAsync"/>.</summary>
    public void Unfence()
    {
        if (Space.Mappings.Count == 0)
        {
            foreach (var mapping in _mappings) Space.Map(mapping);
        }

        PciConfig.SetBusMaster(Function, true);
        IsFenced = false;
    }

    /// <summary>
    /// Makes sure that the controlled function does not run: function level reset, then a look at it from both ends. Its own registers must say
    /// that it is disabled; the controlling function, as far as it still answers, in which state it is and that it has no I/O queue left.
    /// Only where its answer is unknown or it is done with.
    /// </summary>
    /// <returns>Whether it is proven, and what was seen, for the record.</returns>
    public async ValueTask<(Outcome Outcome, string Seen)> ProveStoppedAsync()
    {
        await Function.ResetAsync();
        Host?.Forget();
        if (!Function.IsPresent) return (Outcome.Ok, $"{Slot}: the function is gone");
        // Memory space only: a function that is fenced must not get the bus back for being looked at.
        PciConfig.WriteCommand(Function, PciConfig.ReadCommand(Function) with { MemorySpace = true });
        var (cc, csts) = (new ControllerConfiguration(Function.Read32(Register.Cc)), new ControllerStatus(Function.Read32(Register.Csts)));
        var (asked, theirs) = await AskControllingAsync();
        var seen = $"{Slot} after a function level reset: CC {cc.Raw:X8}h, CSTS {csts.Raw:X8}h, {theirs}";
        // An offline controller's properties read 0, but for CSTS.CFS (Base 2.3 8.2.6).
        return (asked && !cc.En && !csts.Rdy ? Outcome.Ok : Outcome.Failed("prove stopped", seen), seen);
    }

    /// <summary>What the controlling function says of the controlled one; false where it contradicts that it stopped.</summary>
    private async ValueTask<(bool Agrees, string Said)> AskControllingAsync()
    {
        if (Controlling.IsDead) return (true, $"{Controlling.Name} takes no more commands and was not asked");
        var (found, entry) = await new SecondaryControllers(Controlling.Client).FindAsync(VfNumber);
        if (!found.IsOk) return (!found.IsUnknown, $"{found}");
        var said = entry.Scs.Online ? "online" : "offline";
        if (await Migrator.LookAsync() is not { } look) return (true, said);
        // A controller that is disabled may have no state to be read.
        if (!look.Outcome.IsOk) return (!look.Outcome.IsUnknown, $"{said}, {look.Outcome}");
        return (look.Look.Queues == 0, $"{said}, CSUP {(look.Look.Suspended ? 1 : 0)}, {look.Look.Queues} I/O queues");
    }

    /// <summary>Ends tracking and leaves the function reset and unable to reach anything.</summary>
    public async ValueTask<(Outcome Outcome, string Seen)> RetireAsync()
    {
        var outcome = Controlling.IsDead ? Outcome.Ok : await Migrator.StopTrackingAsync();
        if (!IsFenced) await FenceAsync();
        var (stopped, seen) = await ProveStoppedAsync();
        return (outcome.IsOk ? stopped : outcome, seen);
    }

    /// <summary>Saves the whole state of a suspended controller in pieces of at most <paramref name="chunk"/> bytes.</summary>
    public ValueTask<(Outcome Outcome, SavedState State)> SaveAsync(int chunk) => Migrator.SaveAllAsync(chunk);

    /// <summary>Gives a whole state to a suspended controller in pieces.</summary>
    public ValueTask<Outcome> LoadAsync(byte[] state, int chunk) => Migrator.LoadAllAsync(state, chunk);
}
