using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>
/// Devices that the kernel makes out of nothing and that can be moved by the VFIO migration protocol: everything a profile may set under
/// <c>device.mediated</c>. No NVMe controller is behind the protocol, so only cases that need none can be run. Nothing is written to anything that was there
/// before.
/// </summary>
public sealed record MediatedDevices
{
    /// <summary>How many there are: cases move from one to others.</summary>
    public const int Count = 4;

    /// <summary>
    /// What they are, as the kernel names it under <c>/sys/class/mdev_bus/mtty/mdev_supported_types</c>: serial ports of its sample driver, one or two.
    /// </summary>
    [RegularExpression("mtty-[12]")]
    public string Type { get; init; } = "mtty-2";

    /// <summary>The kernel's name of one.</summary>
    /// <param name="number">From 1.</param>
    public static Guid IdOf(int number) => new(0x4E564D45, 0x4C4D, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, (byte)number);
}
