using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>What is missing for something, and the command that would help.</summary>
public sealed record Missing(string What, string Command);

/// <summary>A way to have a pair of real functions, of the three that there are.</summary>
/// <param name="Number">1: PF with the kernel, VFs on vfio-pci. 2: both on vfio-pci. 3: VFs on a driver that offers VFIO migration.</param>
/// <param name="What">In words.</param>
/// <param name="Missing">What keeps it from being had; empty where nothing does.</param>
public sealed record PairLevel(int Number, string What, IReadOnlyList<Missing> Missing);

/// <summary>A physical function with VFs, or that could have some.</summary>
public sealed record ProbedFunction
{
    public required string Address { get; init; }

    public required string Ids { get; init; }

    /// <summary>null where no driver has it.</summary>
    public required string? Driver { get; init; }

    /// <summary>Serial number, model and node; null unless the kernel's NVMe driver has it.</summary>
    public required string? Serial { get; init; }

    public required string? Model { get; init; }

    public required string? Node { get; init; }

    public required int NumVfs { get; init; }

    public required int TotalVfs { get; init; }

    /// <summary>Why it must be left alone; empty where nothing is found.</summary>
    public required IReadOnlyList<string> InUse { get; init; }

    /// <summary>What it says that it offers of migration; empty where it could not be asked.</summary>
    public required IReadOnlyList<string> Offers { get; init; }

    public required IReadOnlyList<PairLevel> Levels { get; init; }
}

/// <summary>
/// Looks at this machine and changes nothing: which functions could be tested here, how far, and what is missing for more. Devices are asked Identify
/// Controller and their effects log only, and only by the kernel's driver.
/// </summary>
/// <param name="tree">Where to look.</param>
/// <param name="identify">Identify Controller of a controller; null where it does not answer.</param>
/// <param name="effects">Which commands it has; null where it does not tell.</param>
/// <param name="isHeld">See <see cref="InUse.Reasons"/>.</param>
public sealed class HostProbe(
    KernelTree tree, Func<NvmeNode, IdentifyController?> identify, Func<NvmeNode, CommandEffectsLog?> effects, Func<string, bool>? isHeld = null)
{
    private const int VendorCapabilityOffset = 3072; // of the December 2022 series

    /// <summary>What holds for the machine, a line each.</summary>
    public IReadOnlyList<string> Machine() =>
    [
        $"kernel {tree.Read("/proc/sys/kernel/osrelease") ?? "unknown"}",
        tree.List(HostSetUp.IommuGroups).Count is > 0 and var groups ? $"IOMMU on, {groups} groups" : "IOMMU off",
        tree.Exists("/dev/iommu") ? "VFIO by character device and iommufd (unverified: no kernel of Debian has it)"
            : tree.Exists("/dev/vfio/vfio") ? "VFIO by group and container (type1v2)" : "no VFIO",
    ];

    /// <summary>Every NVMe function that has, or could have, VFs.</summary>
    public IReadOnlyList<ProbedFunction> Functions() =>
    [
        .. from name in tree.List(KernelTree.PciDevices)
           where PciAddress.TryParse(name, null, out _)
           let function = new PciFunction(tree, PciAddress.Parse(name))
           where function is { Class: PciFunction.NvmeClass, TotalVfs: > 0, IsVirtual: false }
           select Look(function),
    ];

    private ProbedFunction Look(PciFunction function)
    {
        var node = function.Driver == HostSetUp.NvmeDriver ? function.Nvme : null;
        var first = First(function, node);
        var second = first.Concat(Second(function)).ToList();
        return new ProbedFunction
        {
            Address = function.Address.ToString(),
            Ids = function.Ids,
            Driver = function.Driver,
            Serial = node?.Serial,
            Model = node?.Model,
            Node = node?.Path,
            NumVfs = function.NumVfs,
            TotalVfs = function.TotalVfs,
            InUse = node is null ? [] : InUse.Reasons(tree, node, isHeld),
            Offers = node is null ? [] : Offers(node),
            Levels =
            [
                new PairLevel(1, "PF with the kernel's nvme, VFs on vfio-pci (pf-access: kernel)", first),
                new PairLevel(2, "PF and VFs on vfio-pci (pf-access: vfio)", second),
                new PairLevel(3, "VFs on a driver that offers VFIO migration (commands: vfio, vf-driver)", [.. first, .. Third(function)]),
            ],
        };
    }

    private List<Missing> First(PciFunction function, NvmeNode? node)
    {
        var missing = new List<Missing>();
        if (tree.List(HostSetUp.IommuGroups).Count == 0) missing.Add(new("an IOMMU", "boot with intel_iommu=on, or enable it in the firmware"));
        if (!tree.Exists($"{KernelTree.PciDrivers}/{Binding.VfioPci}")) missing.Add(new("vfio-pci", "modprobe vfio-pci"));
        if (node is null) missing.Add(new($"the kernel's NVMe driver at {function} (it has {function.Driver ?? "none"})", $"echo {function} > {KernelTree.PciDrivers}/nvme/bind"));
        if (function.NumVfs > 0) missing.Add(new($"a PF whose VFs are not enabled ({function.NumVfs} are)", $"echo 0 > {function.Folder}/sriov_numvfs"));
        var reasons = node is null ? [] : InUse.Beside(tree, node).Prepend(node).SelectMany(it => InUse.Reasons(tree, it, isHeld));
        if (reasons.FirstOrDefault() is { } reason) missing.Add(new($"a device that nobody uses: {reason}", "unmount it, or take it out of what holds it"));
        if (!tree.MayWrite($"{function.Folder}/sriov_numvfs")) missing.Add(new("the right to enable VFs", "run as root"));
        return missing;
    }

    private IEnumerable<Missing> Second(PciFunction function)
    {
        if (tree.Exists($"{KernelTree.PciDrivers}/{Binding.VfioPci}") && !tree.Exists(HostSetUp.EnableSriov))
            yield return new("a vfio-pci that enables VFs (its parameter enable_sriov)", "a kernel with CONFIG_VFIO_PCI and CONFIG_PCI_IOV");
        if (function.GroupNeighbours is { Count: > 0 } neighbours)
            yield return new($"an IOMMU group of its own (it shares one with {string.Join(", ", neighbours)})", "another slot, or ACS in the firmware");
    }

    /// <summary>Variant drivers say in modules.alias which functions they are for.</summary>
    private IEnumerable<Missing> Third(PciFunction function)
    {
        // Of the VFs: a variant driver is theirs.
        var own = function.VfIds;
        var ids = own.Split(':');
        var alias = $"vfio_pci:v0000{ids[0].ToUpperInvariant()}d0000{ids[1].ToUpperInvariant()}";
        var lines = (tree.Read($"/lib/modules/{tree.Read("/proc/sys/kernel/osrelease")}/modules.alias") ?? "").Split('\n');
        if (lines.FirstOrDefault(line => line.Contains(alias, StringComparison.Ordinal)) is not { } line)
        {
            yield return new($"a variant driver for {own} (no alias {alias} in modules.alias)", "a kernel with one; no kernel has one for NVMe yet");
            yield break;
        }

        var driver = line.Split(' ')[^1];
        if (!tree.Exists($"{KernelTree.PciDrivers}/{driver.Replace('_', '-')}") && !tree.Exists($"{KernelTree.PciDrivers}/{driver}"))
            yield return new($"its variant driver {driver}", $"modprobe {driver}");
    }

    private IReadOnlyList<string> Offers(NvmeNode node)
    {
        if (identify(node) is not { } identity) return ["it could not be asked (Identify Controller): run as root"];
        var log = effects(node);
        string Has(AdminOpcode opcode) => log is not { } known ? "not told" : known.Acs[(byte)opcode].Supported ? "yes" : "no";
        var vendor = Wire.Bytes(identity)[VendorCapabilityOffset];
        return
        [
            $"Host Managed Live Migration (OACS bit 11): {(identity.Oacs.HostManagedLiveMigration ? "yes" : "no")}; "
                + $"effects log: Migration Send {Has(AdminOpcode.MigrationSend)}, Receive {Has(AdminOpcode.MigrationReceive)}, "
                + $"Track Send {Has(AdminOpcode.TrackSend)}, Controller Data Queue {Has(AdminOpcode.ControllerDataQueue)}",
            $"user data tracking {(identity.Trattr.UserDataChanges ? "yes" : "no")}, memory tracking {(identity.Trattr.HostMemoryChanges ? "yes" : "no")} (TRATTR)",
            $"vendor commands of the December 2022 series (byte {VendorCapabilityOffset}): {(vendor == 1 ? "yes" : $"no, it is {vendor:X2}h")}",
            $"Virtualization Management (OACS bit 7): {(identity.Oacs.VirtualizationManagement ? "yes" : "no")}; "
                + $"namespace management (bit 3): {(identity.Oacs.NamespaceManagement ? "yes" : "no")}",
        ];
    }
}
