using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>Who has a physical function while it is tested.</summary>
public enum PfAccess
{
    /// <summary>This suite, by vfio-pci: all that it does, its controller data queues and events included.</summary>
    Vfio,

    /// <summary>
    /// The kernel's NVMe driver, which passes commands on: no controller data queue, for it would need memory for longer than one command, and no
    /// events, which the driver keeps.
    /// </summary>
    Kernel,
}

/// <summary>
/// Real functions of this machine: everything a profile may set under <c>device.linux</c>. What is written to them is lost, so nothing is done to
/// one whose serial number was not said with --allow-data-loss.
/// </summary>
public sealed record LinuxDevice
{
    /// <summary>The physical function whose VFs move.</summary>
    public required LinuxFunction Source { get; init; }

    /// <summary>
    /// The physical function to whose VFs they move: another of the same subsystem, with which it shares its namespaces, or of another one, with
    /// blocks of its own. ~ for the source's own: two VFs of one function.
    /// </summary>
    public LinuxFunction? Destination { get; init; }

    /// <summary>Who has the physical functions.</summary>
    public PfAccess PfAccess { get; init; } = PfAccess.Vfio;

    /// <summary>VFs that are enabled of each physical function.</summary>
    [Range(1, 256)]
    public int Vfs { get; init; } = 2;

    /// <summary>The driver that VFs are given to: vfio-pci, or a variant of it that offers migration (commands: vfio).</summary>
    [RegularExpression("[A-Za-z0-9_-]+")]
    public string VfDriver { get; init; } = "vfio-pci";

    /// <summary>The namespaces that move, the first with the first VF, and so on. They exist already, and what is on them is overwritten.</summary>
    [MinLength(1)]
    public IReadOnlyList<int> Namespaces { get; init; } = [1];

    /// <summary>The device is an emulator's: its figures say so, and no gate is held against them. ~ to tell by its PCI identifiers.</summary>
    public bool? Emulated { get; init; }

    /// <summary>A suspended VF bears that bus master is turned off; false: it is kept from memory by its IOMMU alone.</summary>
    public bool FenceByBusMaster { get; init; } = true;

    /// <summary>The dialect of its vendor commands where it has some; by default that of the December 2022 series.</summary>
    public VendorDialect? VendorRfc { get; init; }
}

/// <summary>A physical function, by where it is and by what it is: both must fit.</summary>
public sealed record LinuxFunction
{
    /// <summary>Its PCI address, such as 0000:01:00.0.</summary>
    [RegularExpression("([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7]")]
    public required string Pf { get; init; }

    /// <summary>Its serial number, as the kernel tells it (/sys/class/nvme/nvme0/serial).</summary>
    public required string Serial { get; init; }
}
