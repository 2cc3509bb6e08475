using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Self.Sim;

/// <summary>A simulated pair, on the virtual clock unless said otherwise, with guests' memory that both sides can reach.</summary>
internal sealed class Rig : IDisposable
{
    private readonly List<GuestMemory> _memories = [];

    private const long Minute = 60_000_000_000;

    public Rig(SimulatedPairOptions? options = null, ClockKind clock = ClockKind.Virtual)
    {
        World = new World(clock, timeLimit: clock == ClockKind.Virtual ? 60 * Minute : Minute, stepLimit: 20_000_000);
        Pair = SimulatedPair.Create(World, options ?? new SimulatedPairOptions());
    }

    public World World { get; }

    public SimulatedPair Pair { get; }

    /// <summary>Runs a test's body inside the world.</summary>
    public static void Run(Func<Rig, Task> body, SimulatedPairOptions? options = null, ClockKind clock = ClockKind.Virtual)
    {
        using var rig = new Rig(options, clock);
        rig.World.Run(() => body(rig));
    }

    public GuestMemory NewMemory(long bytes = 4 << 20)
    {
        var memory = new GuestMemory("test", bytes);
        _memories.Add(memory);
        return memory;
    }

    /// <summary>The PF of a side, connected and enabled.</summary>
    public async Task<RawHost> Pf(SimHost side, int index = 0)
    {
        var pf = new RawHost(World, side, side.PhysicalFunctions[index], NewMemory());
        await pf.Connect();
        await pf.Enable();
        return pf;
    }

    /// <summary>A VF of an enabled PF: VF Enable, resources, reset, online. Connected, not enabled.</summary>
    public async Task<RawHost> OnlineVf(
        RawHost pf,
        int number = 1,
        ushort queues = 5,
        ushort vectors = 5,
        GuestMemory? memory = null,
        ulong iova = RawHost.DefaultBase,
        int pageSize = 4096)
    {
        var sriov = Capability.FindExtended(pf.Function, Capability.SrIov);
        if ((pf.Function.ReadConfig(sriov + 8, 2) & 1) == 0)
        {
            pf.Function.WriteConfig(sriov + 0x10, 2, pf.Function.ReadConfig(sriov + 0x0E, 2));
            pf.Function.WriteConfig(sriov + 8, 2, 9);
            await World.After(Capability.ResetTime(pf.Function));
        }

        var offset = (ushort)pf.Function.ReadConfig(sriov + 0x14, 2);
        var stride = (ushort)pf.Function.ReadConfig(sriov + 0x16, 2);
        var requester = pf.Function.Requester.VirtualFunction(number, offset, stride);
        // On the real clock the thread of the devices may be late.
        await pf.Reaches(() => pf.Bus.Find(requester)?.ReadConfig(PciHeader.RevisionIdOffset, 4) is not (null or uint.MaxValue));
        var function = pf.Bus.Find(requester)!;
        var cntlid = ((SimFunction)function).Controller.Id;
        await Manage(VirtualizationAction.SecondaryOffline);
        await Manage(VirtualizationAction.SecondaryAssign, ResourceType.VirtualQueue, queues);
        await Manage(VirtualizationAction.SecondaryAssign, ResourceType.VirtualInterrupt, vectors);
        await function.ResetAsync();
        await Manage(VirtualizationAction.SecondaryOnline);
        var vf = new RawHost(World, pf.Bus, function, memory ?? NewMemory(), iova, pageSize);
        await vf.Connect();
        return vf;

        Task<CompletionEntry> Manage(VirtualizationAction action, ResourceType type = ResourceType.VirtualQueue, ushort count = 0) =>
            pf.Must(AdminCommand.VirtualizationManagement(action, cntlid, type, count));
    }

    /// <summary>An enabled VF.</summary>
    public async Task<RawHost> Vf(RawHost pf, int number = 1, GuestMemory? memory = null)
    {
        var vf = await OnlineVf(pf, number, memory: memory);
        await vf.Enable();
        return vf;
    }

    public void Dispose() => _memories.ForEach(m => m.Dispose());
}

/// <summary>Finds capabilities by walking the lists, as any host does.</summary>
internal static class Capability
{
    public const int Msix = 0x11;
    public const int PciExpress = 0x10;
    public const int PowerManagement = 0x01;
    public const int SrIov = 0x10;
    public const int Ari = 0x0E;
    public const int ReadinessTimes = 0x22;

    /// <summary>ns: Reset Time of Readiness Time Reporting; 100 ms without it.</summary>
    public static long ResetTime(IFunction function)
    {
        var at = FindExtended(function, ReadinessTimes);
        return at == 0 ? SimFunction.LongestReset : new ReadinessTimes1(function.ReadConfig(at + 4, 4)).Reset.Nanoseconds;
    }

    public static int Find(IFunction function, int id)
    {
        for (var at = (int)function.ReadConfig(0x34, 1); at != 0; at = (int)function.ReadConfig(at + 1, 1))
        {
            if (function.ReadConfig(at, 1) == id) return at;
        }

        return 0;
    }

    public static int FindExtended(IFunction function, int id)
    {
        for (var at = 0x100; at != 0; at = (int)(function.ReadConfig(at, 4) >> 20))
        {
            if ((function.ReadConfig(at, 4) & 0xFFFF) == id) return at;
        }

        return 0;
    }
}
