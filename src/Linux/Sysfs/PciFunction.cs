using System.Globalization;

namespace Conformance.Linux;

/// <summary>What sysfs says of a PCI function; looked up anew at each question, for it changes.</summary>
public sealed class PciFunction(KernelTree tree, PciAddress address)
{
    /// <summary>NVM Express, by its class code.</summary>
    public const string NvmeClass = "0x010802";

    public PciAddress Address { get; } = address;

    public string Folder => $"{KernelTree.PciDevices}/{Address}";

    public bool Exists => tree.Exists(Folder);

    public string? Class => tree.Read($"{Folder}/class");

    /// <summary>Vendor and device: <c>1b36:0010</c>.</summary>
    public string Ids => $"{Hex("vendor")}:{Hex("device")}";

    /// <summary>The same of its VFs: as the SR-IOV capability says, where the kernel tells that.</summary>
    public string VfIds => tree.Read($"{Folder}/sriov_vf_device") is { Length: > 0 } device ? $"{Hex("vendor")}:{device.PadLeft(4, '0')}" : Ids;

    /// <summary>The driver that has it; null for none.</summary>
    public string? Driver => tree.Target($"{Folder}/driver");

    /// <summary>The driver that it is kept for; null for any.</summary>
    public string? DriverOverride => tree.Read($"{Folder}/driver_override") is { Length: > 0 } name and not "(null)" ? name : null;

    /// <summary>The number of its IOMMU group; null where DMA is not translated.</summary>
    public string? IommuGroup => tree.Target($"{Folder}/iommu_group");

    /// <summary>The other functions of its IOMMU group, which nobody can have without it; empty where it has a group of its own, or none.</summary>
    public IReadOnlyList<string> GroupNeighbours => [.. tree.List($"{Folder}/iommu_group/devices").Where(it => it != Address.ToString())];

    public int TotalVfs => Number("sriov_totalvfs");

    public int NumVfs => Number("sriov_numvfs");

    public bool IsVirtual => tree.Target($"{Folder}/physfn") is not null;

    public bool DriversProbe => Number("sriov_drivers_autoprobe") != 0;

    /// <summary>Its character device of VFIO; null where the kernel has none for it.</summary>
    public string? VfioNode => tree.List($"{Folder}/vfio-dev") is [var name, ..] ? name : null;

    /// <summary>VF by number, from 1; null where there is none.</summary>
    public PciFunction? Vf(int number) =>
        tree.Target($"{Folder}/virtfn{number - 1}") is { } name && PciAddress.TryParse(name, null, out var it) ? new PciFunction(tree, it) : null;

    /// <summary>Its NVMe controller on the kernel's driver; null where that does not have it.</summary>
    public NvmeNode? Nvme => tree.List($"{Folder}/nvme") is [var name, ..] ? new NvmeNode(tree, name) : null;

    public override string ToString() => Address.ToString();

    private int Number(string file) =>
        int.TryParse(tree.Read($"{Folder}/{file}"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private string Hex(string file) => tree.Read($"{Folder}/{file}")?.Replace("0x", "", StringComparison.Ordinal) ?? "????";
}

/// <summary>A controller on the kernel's NVMe driver, <c>/dev/nvmeN</c>. Numbers change from boot to boot: it is found by its function.</summary>
public sealed class NvmeNode(KernelTree tree, string name)
{
    public string Name { get; } = name;

    public string Path => $"/dev/{Name}";

    public string Folder => $"{KernelTree.NvmeControllers}/{Name}";

    /// <summary>Without the blanks that fill it.</summary>
    public string? Serial => tree.Read($"{Folder}/serial")?.Trim();

    public string? Model => tree.Read($"{Folder}/model")?.Trim();

    public string? Firmware => tree.Read($"{Folder}/firmware_rev")?.Trim();

    /// <summary>Of its subsystem.</summary>
    public string? Nqn => tree.Read($"{Folder}/subsysnqn");

    public int ControllerId => int.TryParse(tree.Read($"{Folder}/cntlid"), CultureInfo.InvariantCulture, out var id) ? id : -1;

    /// <summary>live, or what it is on its way to that.</summary>
    public string? State => tree.Read($"{Folder}/state");

    /// <summary>Its block devices: <c>nvme0n1</c>. One of several paths is named by its subsystem, not by the controller.</summary>
    public IReadOnlyList<string> Blocks
    {
        get
        {
            var names = new List<string>();
            foreach (var entry in tree.List(Folder).Where(it => it.StartsWith("nvme", StringComparison.Ordinal)))
            {
                // nvme0c1n2 is the way of controller 1 to nvme0n2.
                var (c, n) = (entry.IndexOf('c', 4), entry.IndexOf('n', 4));
                if (n < 0) continue;
                names.Add(c > 0 && c < n ? $"{entry[..c]}{entry[n..]}" : entry);
            }

            return [.. names.Distinct()];
        }
    }

    /// <summary>Its character devices for I/O and its block devices, each with its NSID.</summary>
    public IReadOnlyList<(string Path, string BlockPath, uint Nsid)> Namespaces =>
    [
        .. from block in Blocks
           let nsid = tree.Read($"/sys/block/{block}/nsid") ?? tree.Read($"{Folder}/{block}/nsid")
           where nsid is not null
           select ($"/dev/ng{block["nvme".Length..]}", $"/dev/{block}", uint.Parse(nsid, CultureInfo.InvariantCulture)),
    ];
}
