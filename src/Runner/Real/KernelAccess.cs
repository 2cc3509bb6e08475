using Conformance.Device;
using Conformance.Linux;
using Conformance.Suite;

namespace Conformance.Runner.Real;

/// <summary>
/// The driver that the kernel has for a function, as cases reach it: it offers what it offers, so each kind of driver that a case asks for is this one,
/// or not here.
/// </summary>
internal sealed class KernelAccess : VfioAccess
{
    public override async ValueTask<(VfioOpening? Opening, string Why)> OpenAsync(CaseVf vf, VfioFace face)
    {
        if (vf.Function is not VfioFunction function) return (null, "the function is had in another way");
        var (result, device) = await KernelVfioDevice.OpenAsync(function);
        if (device is null) return (null, $"VFIO_DEVICE_FEATURE_MIGRATION: {result}: its driver offers no migration");
        var (p2p, preCopy) = (device.Flags.HasFlag(VfioMigrationFlags.P2P), device.Flags.HasFlag(VfioMigrationFlags.PreCopy));
        var fits = face switch
        {
            VfioFace.Hmlm => !p2p && !preCopy,
            VfioFace.HmlmP2P => p2p && !preCopy,
            VfioFace.HmlmPreCopy => !p2p && preCopy,
            VfioFace.HmlmAll => p2p && preCopy,
            _ => false,
        };
        return fits ? (new VfioOpening(device, device.ResetAsync), "") : (null, $"this driver offers {device.Flags}");
    }
}
