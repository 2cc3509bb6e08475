using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// A controller that nobody has enabled (CC.EN = 0): a fresh destination. Whether such a one can be suspended is left open: it has nothing to stop
/// (Base 2.3 5.2.17.1.1), and a device may answer 1/1Fh. For such a device the host enables it first, with an admin queue that it never rings.
/// </summary>
public static class DormantController
{
    private const ulong QueueIova = 1 << 20;

    /// <summary>Whether a suspend was refused because the controller is not enabled.</summary>
    public static bool IsWhy(in Outcome suspend, IFunction function) =>
        suspend.Status == Status.InvalidControllerIdentifier && new ControllerStatus(function.Read32(Register.Csts)) is { Raw: not uint.MaxValue, Rdy: false };

    /// <summary>Suspends a fresh controller; where the device wants it enabled for that, enables it before.</summary>
    public static async ValueTask<Outcome> SuspendAsync(World world, IFunction function, IMigrator migrator)
    {
        var suspended = await migrator.SuspendAsync();
        if (!IsWhy(suspended, function)) return suspended;
        var enabled = await EnableAsync(world, function);
        return enabled.IsOk ? await migrator.SuspendAsync() : enabled;
    }

    /// <summary>
    /// Enables it with an admin queue in memory that the function does not reach: nothing is fetched from there as long as no doorbell is rung, and
    /// the state that is loaded brings another.
    /// </summary>
    private static async ValueTask<Outcome> EnableAsync(World world, IFunction function)
    {
        using var memory = new GuestMemory($"admin queue of {function.Name}", 16 * GuestMemory.PageSize);
        var space = new AddressSpace(memory.Name);
        space.Add(QueueIova, memory);
        var host = new NvmeController(
            world, function, new DriverMemory(space, new PageAllocator(QueueIova, memory.Length)), new NvmeControllerOptions { Interrupts = false });
        var enabled = await host.EnableAsync();
        host.Forget();
        return enabled;
    }
}
