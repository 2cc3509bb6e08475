using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// One host of a case: a physical function with its driver, one I/O queue of its own, and the virtual functions it brought up. What it asks
/// of migration is in <c>CaseHost.Migration.cs</c>.
/// </summary>
public sealed partial class CaseHost
{
    private const ulong HostIova = 0x10_0000_0000;
    private const int HostBytes = 6 << 20;
    private const int MostVfs = 4;

    private readonly ControllingFunction _controlling;
    private readonly List<CaseVf> _vfs = [];
    private IReadOnlyList<IFunction>? _functions;

    private CaseHost(Lab lab, string name, ControllingFunction controlling, IDmaSpace space)
    {
        (Lab, Name, _controlling, Space) = (lab, name, controlling, space);
        Secondaries = new SecondaryControllers(Pf);
        Namespaces = new Namespaces(Pf);
    }

    public Lab Lab { get; }

    public World World => Lab.World;

    /// <summary>source or destination.</summary>
    public string Name { get; }

    /// <summary>The driver of the physical function.</summary>
    public NvmeController Pf => _controlling.Pf;

    /// <summary>The same as the cycles of this suite use it, with an I/O queue for the medium.</summary>
    public ControllingFunction Controlling => _controlling;

    /// <summary>What the physical function reaches.</summary>
    public IDmaSpace Space { get; }

    /// <summary>CNTLID of the physical function.</summary>
    public ushort Id => Identity.Cntlid;

    public IdentifyController Identity => Pf.Identity;

    public SecondaryControllers Secondaries { get; }

    public Namespaces Namespaces { get; }

    /// <summary>Virtual functions that were brought up, in order.</summary>
    public IReadOnlyList<CaseVf> Vfs => _vfs;

    internal static async ValueTask<CaseHost> StartAsync(Lab lab, string name, IBus bus, RequesterId requester)
    {
        var ram = lab.NewMemory($"{name} host", HostBytes);
        var dma = bus.CreateDmaSpace($"{name} PF");
        dma.Map(new DmaMapping(HostIova, ram, 0, ram.Length, DmaAccess.ReadWrite));
        var (outcome, controlling) = await ControllingFunction.StartAsync(
            lab.World, bus, requester, Lab.ViewOf(ram, HostIova), dma, 32, 1 << 20, lab.Settings.Limits.CommandTimeouts(), lab.History);
        Lab.Must(outcome);
        // Events are the case's to look at, and nobody else's.
        controlling!.Pf.Admin.Events?.Signal.Subscribe(null);
        return new CaseHost(lab, name, controlling, dma);
    }

    /// <summary>An admin command of the PF.</summary>
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default) => Pf.AdminAsync(command, data);

    /// <summary>Bytes of the PF's memory, zeroed, for data of its commands.</summary>
    public DmaBuffer Buffer(int bytes) => Pf.Memory.Rent(bytes);

    /// <summary>The functions of the VFs, which are enabled at the first call: all there are, four at most.</summary>
    public async ValueTask<IReadOnlyList<IFunction>> FunctionsAsync()
    {
        if (_functions is not null) return _functions;
        var sriov = Sriov.Find(World, Pf.Function);
        Lab.Need(sriov is { TotalVfs: > 0 }, "virtual functions (SR-IOV capability, TotalVFs)");
        var (outcome, functions) = await sriov!.EnableAsync(_controlling.Bus, Math.Min(sriov.TotalVfs, MostVfs));
        Lab.Must(outcome);
        return _functions = functions;
    }

    /// <summary>
    /// Brings a virtual function up: resources, online, namespace 1 attached, memory mapped, and where asked enabled by a driver of its own.
    /// </summary>
    /// <param name="number">From 1.</param>
    /// <param name="pairs">I/O queue pairs it has resources for.</param>
    /// <param name="enable">Enable the controller.</param>
    /// <param name="ram">Its guest's memory, as another VF has it; null: memory of its own.</param>
    /// <param name="carried">Its admin queue is the guest's, which takes it along when it moves; else it is the host's and stays.</param>
    /// <param name="vectors">Interrupt vectors it has resources for; null: one for each queue pair, the admin queue's included.</param>
    public async ValueTask<CaseVf> BringUpAsync(
        int number = 1, int pairs = 4, bool enable = true, GuestMemory? ram = null, bool carried = false, int? vectors = null)
    {
        var functions = await FunctionsAsync();
        Lab.Need(number <= functions.Count, $"VF {number} (SR-IOV capability, TotalVFs {functions.Count})");
        var (found, entry) = await Secondaries.FindAsync(number);
        Lab.Must(found);
        Lab.Must(await Secondaries.BringUpAsync(functions[number - 1], entry.Scid, pairs + 1, vectors ?? pairs + 1));
        await AttachAsync(1, entry.Scid);
        var vf = await CaseVf.CreateAsync(this, functions[number - 1], number, entry.Scid, ram, carried);
        _vfs.RemoveAll(it => it.Number == number);
        _vfs.Add(vf);
        if (enable) Lab.Must(await vf.Nvme.StartAsync());
        return vf;
    }

    /// <summary>Attaches a namespace to a controller and to the PF's, unless it is attached already.</summary>
    public async ValueTask AttachAsync(uint nsid, ushort controller) => Lab.Must(await Namespaces.EnsureAsync(nsid, controller, Id));
}
