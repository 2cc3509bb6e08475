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
    private ControllingFunction(World world, IBus bus, NvmeController pf)
    {
        World = world;
        Bus = bus;
        Pf = pf;
    }

    public World World { get; }

    public IBus Bus { get; }

    public NvmeController Pf { get; }

    public IdentifyController Identity => Pf.Identity;

    /// <summary>I/O of the PF itself; the medium is copied through it.</summary>
    public QueuePath Io { get; private set; } = null!;

    /// <summary>Events about its controller data queues.</summary>
    public DataQueueEvents Events { get; private set; } = null!;

    public ICommandPath Admin => Pf.Admin;

    public DriverMemory Memory => Pf.Memory;

    public string Name => Pf.Function.Name;

    /// <summary>It owes an answer that did not come in time, and takes no more commands.</summary>
    public bool IsDead => !Pf.HasAdmin || Io.IsDead;

    /// <summary>ns that one command may take before its outcome is called unknown.</summary>
    public long CommandTimeout => Pf.Options.CommandTimeout;

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
        var controlling = new ControllingFunction(world, bus, pf);
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
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default) => Pf.AdminAsync(command, data);
}
