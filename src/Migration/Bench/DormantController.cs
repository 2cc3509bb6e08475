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
    private const long HalfSecond = 500_000_000;
    private const long LongestLook = 1_000_000;

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

    /// <summary>Enables a controller with queues of two entries at address 0, from which it fetches nothing as long as no doorbell is rung.</summary>
    public static async ValueTask<Outcome> EnableAsync(World world, IFunction function)
    {
        PciConfig.Enable(function);
        function.Write32(Register.Aqa, 0x0001_0001);
        function.Write64(Register.Asq, 0);
        function.Write64(Register.Acq, 0);
        function.Write32(Register.Cc, new ControllerConfiguration { En = true }.Raw);
        var deadline = world.Now + ((new Capabilities(function.Read64(Register.Cap)).To + 1) * HalfSecond);
        for (var look = 1_000L; ; look = Math.Min(look * 2, LongestLook))
        {
            if (new ControllerStatus(function.Read32(Register.Csts)).Rdy) return Outcome.Ok;
            if (world.Now >= deadline) return Outcome.Failed("enable", "a fresh controller does not become ready (CSTS.RDY)");
            await world.After(look);
        }
    }
}
