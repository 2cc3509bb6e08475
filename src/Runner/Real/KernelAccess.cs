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
    public override async ValueTask<(VfioOpening? Opening, string Why)> OpenAsync(VfioGuest guest, VfioFace face)
    {
        if (guest.Vf.Function is not VfioFunction function) return (null, "the function is had in another way");
        var (result, device) = await KernelVfioDevice.OpenAsync(function);
        if (device is null) return (null, $"VFIO_DEVICE_FEATURE_MIGRATION: {result}: its driver offers no migration");
        return FaceOf(device.Flags) == face ? (new VfioOpening(device, device.ResetAsync), "") : (null, $"this driver offers {device.Flags}");
    }

    /// <summary>What cases call a driver that offers this.</summary>
    public static VfioFace FaceOf(VfioMigrationFlags flags) => (flags.HasFlag(VfioMigrationFlags.P2P), flags.HasFlag(VfioMigrationFlags.PreCopy)) switch
    {
        (false, false) => VfioFace.Hmlm,
        (true, false) => VfioFace.HmlmP2P,
        (false, true) => VfioFace.HmlmPreCopy,
        _ => VfioFace.HmlmAll,
    };
}
