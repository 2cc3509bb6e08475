using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Self.Driver;

/// <summary>A world, host and guest memory under one set of addresses, and as many fake functions as a test wants.</summary>
internal sealed class FakeBench : IDisposable
{
    public const ulong HostWindow = 0x1_0000_0000;
    public const ulong GuestBase = 0x10_0000;

    private readonly GuestMemory _host = new("host window", 8 << 20);
    private readonly GuestMemory _guest = new("guest", 8 << 20);

    public FakeBench()
    {
        All.Add(GuestBase, _guest);
        All.Add(HostWindow, _host);
        GuestSpace.Add(GuestBase, _guest);
        Guest = new DriverMemory(GuestSpace, new PageAllocator(GuestBase, _guest.Length));
        Host = new DriverMemory(All, new PageAllocator(HostWindow, _host.Length));
    }

    public World World { get; } = new(ClockKind.Virtual, timeLimit: 60_000_000_000, stepLimit: 1_000_000);

    /// <summary>What every device reaches.</summary>
    public AddressSpace All { get; } = new("all");

    public AddressSpace GuestSpace { get; } = new("guest");

    public DriverMemory Guest { get; }

    public DriverMemory Host { get; }

    public FakeFunction NewFunction(string name = "fake") => new(World, All, name);

    public void Run(Func<Task> test) => World.Run(test);

    public void Dispose()
    {
        _host.Dispose();
        _guest.Dispose();
    }
}
