using Conformance.Device;

namespace Conformance.Linux;

/// <summary>
/// Takes functions from the kernel and gives them to VFIO, as a profile says. First everything is looked at, and where anything is not as it must be
/// nothing is touched; then each change is noted before it is made.
/// </summary>
/// <param name="tree">The kernel's files.</param>
/// <param name="devices">Reaches into controllers that the kernel's driver has.</param>
/// <param name="device">What the profile names.</param>
public sealed class HostSetUp(KernelTree tree, IDeviceReach devices, LinuxDevice device)
{
    public const string NvmeDriver = "nvme";
    public const string EnableSriov = "/sys/module/vfio_pci/parameters/enable_sriov";
    public const string IommuGroups = "/sys/kernel/iommu_groups";

    private IEnumerable<LinuxFunction> Named => device.Destination is { } other && other.Pf != device.Source.Pf ? [device.Source, other] : [device.Source];

    /// <summary>Serial numbers whose devices would be written to, and that nobody allowed.</summary>
    public IReadOnlyList<string> NotAllowed(IReadOnlyCollection<string> allowed) => [.. Named.Select(it => it.Serial).Distinct().Where(it => !allowed.Contains(it))];

    /// <summary>Why it cannot be done, a line each with what would help; empty where it can.</summary>
    /// <param name="isHeld">See <see cref="InUse.Reasons"/>.</param>
    /// <param name="withCases">Cases are to run, which write to any namespace of the subsystem, attach it, and sanitize all at once.</param>
    public IReadOnlyList<string> Obstacles(Func<string, bool>? isHeld = null, bool withCases = false)
    {
        var found = new List<string>();
        if (tree.List(IommuGroups).Count == 0) found.Add("DMA is not translated: boot with intel_iommu=on (AMD: on by default), or enable the IOMMU in the firmware");
        if (!tree.Exists($"{KernelTree.PciDrivers}/vfio-pci")) found.Add("vfio-pci is not loaded: modprobe vfio-pci");
        if (device.VfDriver != Binding.VfioPci && !tree.Exists($"{KernelTree.PciDrivers}/{device.VfDriver}")) found.Add($"{device.VfDriver} is not loaded: modprobe {device.VfDriver}");
        if (device.PfAccess == PfAccess.Vfio && !tree.Exists(EnableSriov))
            found.Add($"{EnableSriov} is not there: this vfio-pci gives no VFs to a PF of its own; set pf-access: kernel");
        foreach (var named in Named) AddObstacles(named, isHeld, found);
        try
        {
            if (withCases && found.Count == 0) found.AddRange(Named.SelectMany(NotNamed));
        }
        catch (IOException e)
        {
            found.Add($"what there is to lose cannot be known: {e.Message}");
        }

        var nodes = Named.Select(it => new PciFunction(tree, PciAddress.Parse(it.Pf)).Nvme).OfType<NvmeNode>().ToList();
        foreach (var other in nodes.SelectMany(it => InUse.Beside(tree, it)).DistinctBy(it => it.Name).Where(it => !nodes.Exists(node => node.Name == it.Name)))
            found.AddRange(InUse.Reasons(tree, other, isHeld).Select(reason => $"{other.Path}, of the same subsystem: in use: {reason}"));
        return found;
    }

    /// <summary>Does it. What fails in the middle is left to be undone.</summary>
    /// <param name="record">Held by this process, empty.</param>
    public PreparedHost Run(UndoRecord record)
    {
        var functions = Named.Select(it => new PciFunction(tree, PciAddress.Parse(it.Pf))).ToList();
        // What is in the devices is known while the kernel's driver has them, and is put back once it has them again: noted first, undone last.
        foreach (var function in functions) NoteInside(function, record);
        var prepared = new List<PreparedFunction>();
        foreach (var function in functions)
        {
            var node = function.Nvme!;
            var known = new PreparedFunction(
                function.Address.ToString(), node.Serial ?? "", node.Model ?? "", node.Firmware ?? "", function.Ids, node.Nqn ?? "", []);
            prepared.Add(known with { Vfs = TakeOver(function, record) });
        }

        var host = new PreparedHost { Functions = prepared, PfOnKernel = device.PfAccess == PfAccess.Kernel };
        record.Add(host);
        return host;
    }

    /// <summary>What cases would lose though the profile does not say so.</summary>
    private IEnumerable<string> NotNamed(LinuxFunction named)
    {
        var function = new PciFunction(tree, PciAddress.Parse(named.Pf));
        var there = devices.ReadNamespaces(function.Nvme!);
        var others = there.Except(device.Namespaces.Select(it => (uint)it)).ToList();
        if (others.Count > 0)
        {
            yield return $"{function}: cases overwrite, attach and sanitize whatever namespaces there are, and {string.Join(", ", others)} of its subsystem "
                + $"{(others.Count == 1 ? "is" : "are")} not in device.linux.namespaces: name what may be lost, delete it (nvme delete-ns), or run combinations alone (--only)";
        }

        if (there.Count > 0 && !there.Contains(1u)) yield return $"{function}: cases use namespace 1, and there is none: nvme create-ns";
    }

    private void AddObstacles(LinuxFunction named, Func<string, bool>? isHeld, List<string> found)
    {
        var function = new PciFunction(tree, PciAddress.Parse(named.Pf));
        void Add(string what) => found.Add($"{function}: {what}");
        if (!function.Exists)
        {
            Add("there is no such function (lspci -D -d ::0108)");
            return;
        }

        if (function.Class != PciFunction.NvmeClass) Add($"not an NVMe controller (class {function.Class})");
        if (function.Driver != NvmeDriver || function.Nvme is not { } node)
        {
            Add($"its driver is {function.Driver ?? "none"}; its serial number is read where the kernel's driver has it: echo {function} > {KernelTree.PciDrivers}/{NvmeDriver}/bind");
            return;
        }

        if (node.State != "live") Add($"{node.Path} is {node.State}, not live");
        if (node.Serial != named.Serial) Add($"its serial number is '{node.Serial}', not '{named.Serial}' as the profile says");
        if (function.TotalVfs < device.Vfs) Add($"it has {function.TotalVfs} VFs (sriov_totalvfs), and {device.Vfs} are asked for: vfs");
        if (function.NumVfs > 0) Add($"{function.NumVfs} VFs are enabled already, and may be somebody's: echo 0 > {function.Folder}/sriov_numvfs");
        if (device.PfAccess == PfAccess.Vfio && function.GroupNeighbours is { Count: > 0 } neighbours)
            Add($"it shares IOMMU group {function.IommuGroup} with {string.Join(", ", neighbours)}: set pf-access: kernel, or take another slot");
        if (!tree.MayWrite($"{function.Folder}/sriov_numvfs")) Add("this user may not enable its VFs: run as root");
        foreach (var reason in InUse.Reasons(tree, node, isHeld)) Add($"in use: {reason}");
    }

    private void NoteInside(PciFunction function, UndoRecord record)
    {
        var node = function.Nvme!;
        var at = new Change { Kind = ChangeKind.Secondary, Where = function.Address.ToString(), Serial = node.Serial };
        foreach (var nsid in device.Namespaces.Select(it => (uint)it))
        {
            if (devices.ReadAttachments(node, nsid) is { } controllers)
                record.Add(at with { Kind = ChangeKind.Attachment, Nsid = nsid, Controllers = controllers });
        }

        foreach (var secondary in devices.ReadSecondaries(node)) record.Add(at with { Secondary = secondary });
    }

    private List<string> TakeOver(PciFunction function, UndoRecord record)
    {
        Set($"{function.Folder}/sriov_drivers_autoprobe", "0", record);
        if (device.PfAccess == PfAccess.Vfio)
        {
            Bind(function, Binding.VfioPci, record);
            Set(EnableSriov, "Y", record);
        }

        Set($"{function.Folder}/sriov_numvfs", $"{device.Vfs}", record);
        var vfs = new List<string>();
        for (var number = 1; number <= device.Vfs; number++)
        {
            PciFunction? vf = null;
            if (!Patience.Until(() => (vf = function.Vf(number)) is not null))
                throw new KernelException(Errno.Enodev, "wait", $"{function.Folder}/virtfn{number - 1}", "the kernel enabled fewer VFs (dmesg)");
            if (vf!.GroupNeighbours is { Count: > 0 } neighbours)
            {
                throw new KernelException(
                    Errno.Ebusy, "look", $"{vf.Folder}/iommu_group", $"it shares its IOMMU group with {string.Join(", ", neighbours)}: another slot, or ACS in the firmware");
            }

            Bind(vf, device.VfDriver, record);
            vfs.Add(vf.Address.ToString());
        }

        return vfs;
    }

    private void Bind(PciFunction function, string driver, UndoRecord record)
    {
        record.Add(new Change
        {
            Kind = ChangeKind.Driver, Where = function.Address.ToString(), Before = function.Driver, After = driver, OverrideBefore = function.DriverOverride,
        });
        Binding.Put(tree, function, driver, driver);
    }

    private void Set(string file, string value, UndoRecord record)
    {
        if (tree.Read(file) is not { } before) throw new KernelException(Errno.Enoent, "read", file);
        if (before == value) return;
        record.Add(new Change { Kind = ChangeKind.Value, Where = file, Before = before, After = value });
        Patience.Call(() => tree.Write(file, value), $"write of '{value}' to {file}");
    }
}
