using Conformance.Device;
using Conformance.Driver;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self.Driver;

/// <summary>One side of a simulated pair under the project's own driver: PF, VFs, and what a host needs for them.</summary>
internal sealed class SimulatedSide : IDisposable
{
    public const ulong HostWindow = 0x8_0000_0000;

    private readonly GuestMemory _pfMemory;
    private readonly GuestMemory _window;

    public SimulatedSide(World world, SimHost bus)
    {
        World = world;
        Bus = bus;
        _pfMemory = new GuestMemory($"{bus.Name} PF", 4 << 20);
        _window = new GuestMemory($"{bus.Name} host window", 1 << 20);
        Pf = new NvmeController(world, bus.PhysicalFunctions[0], Own(_pfMemory, 0x1000_0000));
        Secondaries = new SecondaryControllers(Pf);
        Namespaces = new Namespaces(Pf);
        Sriov = Sriov.Find(world, Pf.Function)!;
    }

    public World World { get; }

    public SimHost Bus { get; }

    public NvmeController Pf { get; }

    public SecondaryControllers Secondaries { get; }

    public Namespaces Namespaces { get; }

    public Sriov Sriov { get; }

    /// <summary>VFs, from <see cref="StartAsync"/> on.</summary>
    public IReadOnlyList<IFunction> Vfs { get; private set; } = [];

    public async Task StartAsync(int vfs = 2)
    {
        var space = Bus.CreateDmaSpace($"{Bus.Name} PF");
        space.Map(new DmaMapping(0x1000_0000, _pfMemory, 0, _pfMemory.Length, DmaAccess.ReadWrite));
        await Pf.Function.AttachAsync(space);
        Ok(await Pf.StartAsync());
        var (outcome, functions) = await Sriov.EnableAsync(Bus, vfs);
        Ok(outcome);
        Vfs = functions;
    }

    /// <summary>Brings a VF online, with guest memory and the host's window in its space; returns its controller identifier.</summary>
    public async Task<ushort> BringUpAsync(int vf, GuestMemory guest, ulong guestIova)
    {
        var (found, entry) = await Secondaries.FindAsync(vf);
        Ok(found);
        Ok(await Secondaries.BringUpAsync(Vfs[vf - 1], entry.Scid, 5, 5));
        var space = Bus.CreateDmaSpace($"{Bus.Name} VF {vf}");
        space.Map(new DmaMapping(guestIova, guest, 0, guest.Length, DmaAccess.ReadWrite));
        space.Map(new DmaMapping(HostWindow, _window, 0, _window.Length, DmaAccess.ReadWrite));
        await Vfs[vf - 1].AttachAsync(space);
        return entry.Scid;
    }

    /// <summary>The host's driver of a VF, in the reserved window.</summary>
    public NvmeController NewHost(int vf) => new(World, Vfs[vf - 1], Own(_window, HostWindow));

    public static void Ok(Outcome outcome) => Assert.That(outcome.IsOk, Is.True, outcome.ToString());

    public void Dispose()
    {
        _pfMemory.Dispose();
        _window.Dispose();
    }

    private static DriverMemory Own(GuestMemory memory, ulong iova)
    {
        var space = new AddressSpace(memory.Name);
        space.Add(iova, memory);
        return new DriverMemory(space, new PageAllocator(iova, memory.Length));
    }
}
