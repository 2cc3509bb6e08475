using Conformance.Device;
using Conformance.Linux;
using Conformance.Suite;

namespace Conformance.Runner.Real;

/// <summary>Devices that the kernel made, for one case: whatever it opens is closed at its end.</summary>
internal sealed class MediatedAccess : VfioAccess
{
    /// <summary>The devices as cases run on them: what needs an NVMe controller is not supported.</summary>
    /// <param name="name">For records.</param>
    public static CaseDevice CaseDevice(string name) => new(name, (_, _) => throw SerialGuest.NoController())
    {
        Clock = ClockKind.Real, IsEmulated = true, Vfio = new MediatedAccess(),
    };

    public override ValueTask<VfioGuest> BringUpAsync(Lab lab, int number)
    {
        var opened = new List<MediatedFunction>();
        lab.AtEnd(() => opened.ForEach(it => it.Dispose()));
        return new(new SerialGuest(
            wanted =>
            {
                var function = MediatedFunction.Open(lab.World, KernelTree.OfMachine, MediatedDevices.IdOf(wanted));
                opened.Add(function);
                return function;
            },
            number));
    }

    public override async ValueTask<(VfioOpening? Opening, string Why)> OpenAsync(VfioGuest guest, VfioFace face)
    {
        var serial = (SerialGuest)guest;
        var isFirst = serial.IsNew;
        var (result, device) = await serial.Open().OpenVfioAsync();
        if (device is null) return (null, $"VFIO_DEVICE_FEATURE_MIGRATION: {result}: its driver offers no migration");
        if (KernelAccess.FaceOf(device.Flags) != face) return (null, $"this driver offers {device.Flags}");
        // Whoever had it before it was this case's left it as it was: a close resets nothing.
        if (isFirst)
        {
            await device.ResetAsync();
            await serial.ComesUpAsync();
        }

        return (new VfioOpening(device, () =>
        {
            serial.Close();
            return ValueTask.CompletedTask;
        }), "");
    }
}
