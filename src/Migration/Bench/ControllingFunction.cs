using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// A physical function that controls: its driver, its admin queue for the migration commands, and I/O of its own for the medium copy.
/// Several sides may share one.
/// </summary>
public sealed class ControllingFunction
{
    private readonly ICommandPath? _adminPath;

    private readonly CommandTimeouts _timeouts;

    private ControllingFunction(
        World world, IBus bus, string name, AdminClient client, DriverMemory memory, CommandTimeouts timeouts, NvmeController? driver, ICommandPath? adminPath)
    {
        _timeouts = timeouts;
        (World, Bus, Name, Client, Memory, Driver, _adminPath) = (world, bus, name, client, memory, driver, adminPath);
    }

    public World World { get; }

    public IBus Bus { get; }

    public string Name { get; }

    /// <summary>The driver of ours; null where the kernel's has the function.</summary>
    public NvmeController? Driver { get; }

    /// <summary>The same, for what cannot be without it.</summary>
    public NvmeController Pf => Driver ?? throw new HostLimitException($"{Name}: the kernel's driver has it, and its registers and queues are not reached (pf-access: kernel)");

    /// <summary>Its admin commands with their data.</summary>
    public AdminClient Client { get; }

    public IdentifyController Identity => Client.Identity;

    /// <summary>I/O of the PF itself; the medium is copied through it.</summary>
    public ICommandPath Io { get; private set; } = null!;

    /// <summary>Events about its controller data queues; null where the kernel keeps them.</summary>
    public DataQueueEvents? Events { get; private set; }

    public ICommandPath Admin => _adminPath ?? Pf.Admin;

    public DriverMemory Memory { get; }

    /// <summary>It owes an answer that did not come in time, and takes no more commands.</summary>
    public bool IsDead => (Driver is { } driver ? !driver.HasAdmin : _adminPath!.IsDead) || Io.IsDead;

    /// <summary>ns that one command may take before its outcome is called unknown.</summary>
    public long CommandTimeout => _timeouts.All;

    /// <summary>A PF that the kernel's driver has enabled, through what that passes on.</summary>
    public static async ValueTask<(Outcome Outcome, ControllingFunction? Function)> AdoptAsync(
        World world, IBus bus, KernelFunction kernel, DriverMemory memory, CommandTimeouts timeouts)
    {
        var client = new AdminClient(world, () => kernel.Admin, memory, timeouts);
        var outcome = await client.IdentifyAsync();
        return (outcome, outcome.IsOk ? new ControllingFunction(world, bus, kernel.Name, client, memory, timeouts, null, kernel.Admin) { Io = kernel.Io } : null);
    }

    /// <summary>Enables a PF's controller and gives it one I/O queue of <paramref name="depth"/> commands in flight.</summary>
    public static async ValueTask<(Outcome Outcome, ControllingFunction? Function)> StartAsync(
        World world, IBus bus, RequesterId requester, DriverMemory memory, IDmaSpace dma, int depth, int maxTransfer, CommandTimeouts timeouts,
        CommandHistory? history = null)
    {
        if (bus.Find(requester) is not { } function) return (Outcome.Failed("find PF", $"nothing answers at {requester}"), null);
        await function.AttachAsync(dma);
        var pf = new NvmeController(world, function, memory, new NvmeControllerOptions
        {
            Events = 4, MaxTransfer = maxTransfer, CommandTimeout = timeouts.All, AdminTimeouts = timeouts, History = history,
        });
        var outcome = await pf.StartAsync();
        if (!outcome.IsOk) return (outcome, null);
        var controlling = new ControllingFunction(world, bus, function.Name, pf.Client, memory, timeouts, pf, null);
        var granted = await pf.SetQueueCountAsync(1);
        if (!granted.IsOk) return (Outcome.Of("Set Features, Number of Queues", granted.Answer), null);
        var entries = Math.Min(pf.Capabilities.MqesZ + 1, Math.Max(64, depth * 2));
        var (created, io) = await pf.CreateIoPathAsync(
            new IoQueueSpec(1, entries, entries) { Vector = (ushort)(function.VectorCount > 1 ? 1 : 0) }, Math.Min(depth, entries - 1));
        if (io is null) return (created, null);
        controlling.Io = io;
        controlling.Events = new DataQueueEvents(world, pf.Admin.Events!);
        return (Outcome.Ok, controlling);
    }

    /// <summary>An I/O command of the PF.</summary>
    public ValueTask<CommandAnswer> IoAsync(SubmissionEntry command, DmaBuffer data = default, DmaBuffer metadata = default) =>
        Io.ExecuteAsync(World, command, data, metadata, World.Now + CommandTimeout);

    /// <summary>An admin command of the PF.</summary>
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default) => Client.AdminAsync(command, data);
}
