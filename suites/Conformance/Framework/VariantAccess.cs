using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>
/// The variant driver of this suite, over either command set, on whatever device. Over Host Managed Live Migration it wants the vendor part of
/// the state: without it the admin queue would stay behind, and the protocol knows no such function.
/// </summary>
public sealed class VariantAccess : VfioAccess
{
    /// <summary>The driver's steps, made anew for each opening; null: those of a driver that is right.</summary>
    public Func<VariantSteps>? Steps { get; init; }

    /// <summary>What a user gets to hold; null: the driver itself.</summary>
    public Func<IVfioDevice, IVfioDevice>? Face { get; init; }

    public override async ValueTask<(VfioOpening? Opening, string Why)> OpenAsync(VfioGuest guest, VfioFace face)
    {
        var vf = guest.Vf;
        var options = new VariantOptions
        {
            P2P = face is VfioFace.HmlmP2P or VfioFace.HmlmAll or VfioFace.VendorRfcP2P,
            PreCopy = face is VfioFace.HmlmPreCopy or VfioFace.HmlmAll,
            VendorPart = true,
            Steps = Steps?.Invoke() ?? new VariantSteps(),
        };
        IMigrator dialect = face is VfioFace.VendorRfc or VfioFace.VendorRfcP2P
            ? new VendorMigrator(vf.Host.Controlling, vf.Number, vf.Host.Lab.Device.Vendor)
            : new HmlmMigrator(vf.Host.Controlling, vf.Id, new HmlmOptions());
        var (outcome, driver) = await VariantDriverModel.OpenAsync(vf.Host.World, vf.Function, dialect, options);
        return driver is null ? (null, outcome.ToString()) : (new VfioOpening(Face?.Invoke(driver) ?? driver, driver.CloseAsync), "");
    }
}
