using Conformance.Device;

namespace Conformance.Linux;

/// <summary>Gives functions to drivers.</summary>
internal static class Binding
{
    public const string VfioPci = "vfio-pci";

    /// <summary>
    /// Brings a function to a driver, and keeps it for one. Done again where it was cut off; a function that is gone is left alone.
    /// </summary>
    /// <param name="tree">The kernel's files.</param>
    /// <param name="function">Which.</param>
    /// <param name="driver">null: to none.</param>
    /// <param name="keptFor">What <c>driver_override</c> is to be; null: any driver may have it.</param>
    public static void Put(KernelTree tree, PciFunction function, string? driver, string? keptFor)
    {
        if (!function.Exists) return;
        var address = function.Address.ToString();
        if (function.Driver is { } now && now != driver)
            Patience.Call(() => tree.Write($"{KernelTree.PciDrivers}/{now}/unbind", address), $"unbinding {address} from {now}");
        if (function.DriverOverride != keptFor) tree.Write($"{function.Folder}/driver_override", keptFor ?? "");
        if (driver is null || function.Driver == driver) return;
        try
        {
            Patience.Call(() => tree.Write($"{KernelTree.PciDrivers}/{driver}/bind", address), $"binding {address} to {driver}");
        }
        catch (KernelException) when (function.Driver == driver)
        {
            // The kernel was faster: it had probed the function by itself.
        }

        if (function.Driver != driver) throw new KernelException(Errno.Enodev, "bind", $"{KernelTree.PciDrivers}/{driver}", $"{address} has {function.Driver ?? "no driver"} after it");
    }
}
