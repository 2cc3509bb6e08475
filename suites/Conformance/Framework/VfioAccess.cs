using Conformance.Device;

namespace Conformance.Suite;

/// <summary>A function that was opened behind the VFIO migration protocol.</summary>
/// <param name="Device">Of the one user that there is.</param>
/// <param name="CloseAsync">That user goes.</param>
public sealed record VfioOpening(IVfioDevice Device, Func<ValueTask> CloseAsync)
{
    /// <summary>The driver tells DMA to a peer from other DMA; else it must stop all of it in the P2P states.</summary>
    public bool TellsPeers { get; init; }
}

/// <summary>How a function of a device under test is had behind the VFIO migration protocol.</summary>
public abstract class VfioAccess
{
    /// <summary>A guest of a function that is up: of an NVMe controller, which is enabled and has no I/O queues.</summary>
    /// <param name="lab">Of the case.</param>
    /// <param name="number">From 1.</param>
    public virtual async ValueTask<VfioGuest> BringUpAsync(Lab lab, int number) =>
        new NvmeVfioGuest(await (await lab.StartAsync()).BringUpAsync(number, carried: true));

    /// <summary>Opens a guest's function; null where this device has no such driver, and why.</summary>
    public abstract ValueTask<(VfioOpening? Opening, string Why)> OpenAsync(VfioGuest guest, VfioFace face);
}
