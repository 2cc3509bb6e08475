using Conformance.Device;

namespace Conformance.Sim;

/// <summary>An NVM subsystem: its controllers, its namespaces, and what concerns all of them.</summary>
internal sealed class Subsystem
{
    private readonly SortedDictionary<ushort, ControllerCore> _controllers = [];
    private readonly SortedDictionary<uint, Namespace> _namespaces = [];
    private ushort _serial;

    public Subsystem(World world, string name, SimulatedDevice options, ControllerSteps steps)
    {
        Name = name;
        Options = options;
        Steps = steps;
        AdminCommands = AdminTable.Create(options);
        IoCommands = IoTable.Create();
        Faults = new FaultTable(options.Faults);
        Capacity = new NvmCapacity(this);
        Background = new Background(world);
        Sanitizing = new Sanitizing(this);
        Lockdown = new Lockdown(this);
        Health = new Health(this);
        Firmware = new FirmwareStore(this);
        PersistentLog = new PersistentLog(this);
        _ = new HealthSnapshots(this);
    }

    public string Name { get; }

    public SimulatedDevice Options { get; }

    public ControllerSteps Steps { get; }

    public CommandTable AdminCommands { get; }

    public CommandTable IoCommands { get; }

    public FeatureList Features { get; } = FeatureList.Create();

    public LogPages LogPages { get; } = LogPages.Create();

    /// <summary>Values of features whose scope is the subsystem.</summary>
    public FeatureTable SharedFeatures { get; } = new();

    public FaultTable Faults { get; }

    /// <summary>Bytes for namespaces.</summary>
    public NvmCapacity Capacity { get; }

    /// <summary>What goes on whatever becomes of the controllers.</summary>
    public Background Background { get; }

    public Sanitizing Sanitizing { get; }

    public Lockdown Lockdown { get; }

    public Health Health { get; }

    public FirmwareStore Firmware { get; }

    public PersistentLog PersistentLog { get; }

    /// <summary>All controllers, ascending by CNTLID, offline ones included.</summary>
    public IReadOnlyCollection<ControllerCore> Controllers => _controllers.Values;

    /// <summary>All namespaces, ascending by NSID, attached or not.</summary>
    public IReadOnlyCollection<Namespace> Namespaces => _namespaces.Values;

    public ControllerCore? FindController(ushort cntlid) => _controllers.GetValueOrDefault(cntlid);

    public Namespace? FindNamespace(uint nsid) => _namespaces.GetValueOrDefault(nsid);

    /// <summary>The secondary controllers of a primary, ascending by VF number.</summary>
    public IEnumerable<ControllerCore> SecondariesOf(ControllerCore primary) =>
        _controllers.Values.Where(c => ReferenceEquals(c.Primary, primary)).OrderBy(c => c.Function.VfNumber);

    public void Add(ControllerCore controller) => _controllers.Add(controller.Cntlid, controller);

    public void Add(Namespace added)
    {
        _namespaces.Add(added.Nsid, added);
        added.Volume.Faces.Add(added);
        added.Owner = this;
    }

    public void Remove(Namespace removed)
    {
        _namespaces.Remove(removed.Nsid);
        removed.Volume.Faces.Remove(removed);
    }

    /// <summary>The lowest identifier that no namespace has; null where all are taken.</summary>
    public uint? FreeNsid()
    {
        for (var nsid = 1u; nsid <= (uint)Options.Capabilities.MaximumNamespaces; nsid++)
        {
            if (!_namespaces.ContainsKey(nsid)) return nsid;
        }

        return null;
    }

    /// <summary>A number for what is created that nothing had before.</summary>
    public ushort NextSerial() => ++_serial;

    public override string ToString() => Name;
}
