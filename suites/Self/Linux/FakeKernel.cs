using Conformance.Linux;

namespace Conformance.Self;

/// <summary>The process ended here: nothing more of it happens.</summary>
internal sealed class CrashException : Exception;

/// <summary>
/// A tree of files that behaves as the kernel's does where it is written to: VFs appear and go, functions change their drivers. Its own idea of the
/// kernel: what the real one does is seen in a virtual machine.
/// </summary>
internal sealed class FakeKernel : KernelTree, IDisposable
{
    public const string PfA = "0000:01:00.0";
    public const string PfB = "0000:02:00.0";

    private readonly string _root;
    private int _writes;

    private FakeKernel(string root)
        : base(root) => _root = root;

    /// <summary>The process ends at this write, from 1: before it is done, or after it.</summary>
    public (int Number, bool After)? CrashAt { get; set; }

    public int Writes => _writes;

    /// <summary>All VFs are in this group; null: each in one of its own.</summary>
    public string? GroupOfVfs { get; set; }

    /// <summary>Two NVMe functions with SR-IOV on the kernel's driver, an IOMMU, and vfio-pci.</summary>
    public static FakeKernel Create()
    {
        var kernel = new FakeKernel(Directory.CreateTempSubdirectory("fake-kernel").FullName);
        kernel.Put("/sys/module/vfio_pci/parameters/enable_sriov", "N");
        foreach (var driver in (string[])["nvme", "vfio-pci"])
        {
            kernel.Put($"{PciDrivers}/{driver}/bind", "");
            kernel.Put($"{PciDrivers}/{driver}/unbind", "");
        }

        kernel.AddPf(PfA, 0, "7");
        kernel.AddPf(PfB, 1, "8");
        kernel.Put("/proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw");
        kernel.Put("/proc/swaps", "Filename\tType");
        kernel.Put("/proc/sys/kernel/random/boot_id", "boot-1");
        return kernel;
    }

    public void Put(string path, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, value + "\n");
    }

    public void PutLink(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.CreateSymbolicLink(_root + path, target);
    }

    /// <summary>All values, and where the links go: to be held against a later one.</summary>
    public string Snapshot()
    {
        var lines = new List<string>();
        foreach (var path in Directory.GetFileSystemEntries($"{_root}/sys", "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, MaxRecursionDepth = 12 }))
        {
            var link = new FileInfo(path).LinkTarget;
            if (link is not null) lines.Add($"{path[_root.Length..]} -> {Path.GetFileName(link)}");
            else if (File.Exists(path)) lines.Add($"{path[_root.Length..]} = {File.ReadAllText(path).Trim()}");
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines.Where(line => !line.Contains("/bind =", StringComparison.Ordinal) && !line.Contains("/unbind =", StringComparison.Ordinal)));
    }

    public override void Write(string path, string value)
    {
        _writes++;
        if (CrashAt is { After: false } before && before.Number == _writes) throw new CrashException();
        base.Write(path, value);
        Follow(path, value);
        if (CrashAt is { After: true } after && after.Number == _writes) throw new CrashException();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void AddPf(string address, int number, string group)
    {
        AddFunction(address, group);
        var folder = $"{PciDevices}/{address}";
        Put($"{folder}/sriov_totalvfs", "4");
        Put($"{folder}/sriov_numvfs", "0");
        Put($"{folder}/sriov_drivers_autoprobe", "1");
        Put($"{NvmeControllers}/nvme{number}/serial", $"SN{number}      ");
        Put($"{NvmeControllers}/nvme{number}/model", "Model");
        Put($"{NvmeControllers}/nvme{number}/firmware_rev", "1.0");
        Put($"{NvmeControllers}/nvme{number}/subsysnqn", "nqn.one");
        Put($"{NvmeControllers}/nvme{number}/state", "live");
        Directory.CreateDirectory($"{_root}{NvmeControllers}/nvme{number}/nvme{number}n1");
        Put($"/sys/block/nvme{number}n1/dev", $"259:{number}");
        Put($"/sys/block/nvme{number}n1/nsid", "1");
        Directory.CreateDirectory($"{_root}/sys/block/nvme{number}n1/holders");
        Link(address, "nvme");
    }

    private void AddFunction(string address, string group)
    {
        var folder = $"{PciDevices}/{address}";
        Put($"{folder}/class", PciFunction.NvmeClass);
        Put($"{folder}/vendor", "0x1b36");
        Put($"{folder}/device", "0x0010");
        Put($"{folder}/driver_override", "(null)");
        Directory.CreateDirectory($"{_root}/sys/kernel/iommu_groups/{group}/devices/{address}");
        Directory.CreateSymbolicLink($"{_root}{folder}/iommu_group", $"{_root}/sys/kernel/iommu_groups/{group}");
    }

    private void Follow(string path, string value)
    {
        var parts = path.Split('/');
        if (path.StartsWith(PciDrivers, StringComparison.Ordinal) && parts[^1] is "bind" or "unbind") Bind(parts[^2], parts[^1] == "bind", value);
        else if (parts[^1] == "driver_override" && value.Length == 0) Put(path, "(null)");
        else if (parts[^1] == "sriov_numvfs") SetVfs(parts[^2], int.Parse(value));
    }

    private void Bind(string driver, bool on, string address)
    {
        if (!on)
        {
            File.Delete($"{_root}{PciDevices}/{address}/driver");
            if (driver == "nvme" && Directory.Exists($"{_root}{PciDevices}/{address}/nvme")) Directory.Delete($"{_root}{PciDevices}/{address}/nvme", recursive: true);
            return;
        }

        var kept = Read($"{PciDevices}/{address}/driver_override");
        if (kept is not ("(null)" or null) && kept != driver) throw new KernelException(19, "write", $"{PciDrivers}/{driver}/bind");
        Link(address, driver);
    }

    private void Link(string address, string driver)
    {
        Directory.CreateSymbolicLink($"{_root}{PciDevices}/{address}/driver", $"{_root}{PciDrivers}/{driver}");
        if (driver == "nvme") Directory.CreateDirectory($"{_root}{PciDevices}/{address}/nvme/nvme{(address == PfA ? 0 : 1)}");
    }

    private void SetVfs(string pf, int count)
    {
        for (var i = 0; i < 4; i++)
        {
            var (vf, group) = ($"{pf[..^1]}{i + 1}", GroupOfVfs ?? $"{(pf == PfA ? 1 : 2)}{i}");
            File.Delete($"{_root}{PciDevices}/{pf}/virtfn{i}");
            if (Directory.Exists($"{_root}{PciDevices}/{vf}")) Directory.Delete($"{_root}{PciDevices}/{vf}", recursive: true);
            if (GroupOfVfs is null && Directory.Exists($"{_root}/sys/kernel/iommu_groups/{group}")) Directory.Delete($"{_root}/sys/kernel/iommu_groups/{group}", recursive: true);
            if (i >= count) continue;
            AddFunction(vf, group);
            Directory.CreateSymbolicLink($"{_root}{PciDevices}/{vf}/physfn", $"{_root}{PciDevices}/{pf}");
            Directory.CreateSymbolicLink($"{_root}{PciDevices}/{pf}/virtfn{i}", $"{_root}{PciDevices}/{vf}");
        }
    }
}

/// <summary>The inside of the devices of a <see cref="FakeKernel"/>: attachments of namespace 1 and secondary controllers.</summary>
internal sealed class FakeReach : IDeviceReach
{
    public Dictionary<string, List<ushort>> Attached { get; } = new(StringComparer.Ordinal) { [FakeKernel.PfA] = [0, 1], [FakeKernel.PfB] = [3] };

    public Dictionary<string, List<SecondaryState>> Secondaries { get; } = new(StringComparer.Ordinal)
    {
        [FakeKernel.PfA] = [new(1, false, 0, 0), new(2, false, 0, 0)], [FakeKernel.PfB] = [new(4, true, 2, 2)],
    };

    /// <summary>Why the device of a function changes nothing; null where it does.</summary>
    public Func<string, Exception?> Refuse { get; set; } = static _ => null;

    public IReadOnlyList<SecondaryState> ReadSecondaries(NvmeNode node) => [.. Secondaries[Of(node)]];

    public List<uint> Namespaces { get; } = [1];

    public IReadOnlyList<uint> ReadNamespaces(NvmeNode node) => Refuse(Of(node)) is { } refusal ? throw refusal : Namespaces;

    /// <summary>Flexible queue resources of all controllers of one function together; null: without end.</summary>
    public int? Pool { get; set; }

    public void ReleaseSecondaries(PciAddress pf, string serial, IReadOnlyList<SecondaryState> states)
    {
        if (Refuse(pf.ToString()) is { } refusal) throw refusal;
        var list = Secondaries[pf.ToString()];
        foreach (var it in states) list[list.FindIndex(one => one.Id == it.Id)] = it with { Online = false, Queues = Math.Min(it.Queues, list.Find(one => one.Id == it.Id)!.Queues) };
    }

    public IReadOnlyList<ushort>? ReadAttachments(NvmeNode node, uint nsid) => [.. Attached[Of(node)]];

    public void SetAttachments(PciAddress pf, string serial, uint nsid, IReadOnlyList<ushort> controllers) => Attached[pf.ToString()] = [.. controllers];

    public void SetSecondary(PciAddress pf, string serial, SecondaryState state)
    {
        if (Refuse(pf.ToString()) is { } refusal) throw refusal;
        var list = Secondaries[pf.ToString()];
        if (Pool is { } pool && list.Where(it => it.Id != state.Id).Sum(it => it.Queues) + state.Queues > pool)
            throw new RefusedByDeviceException($"{state.Id}: too few resources are left");
        list[list.FindIndex(it => it.Id == state.Id)] = state;
    }

    public string Snapshot() => string.Join('\n', Attached.Select(it => $"{it.Key} {string.Join(',', it.Value)}").Concat(Secondaries.Select(it => $"{it.Key} {string.Join(',', it.Value)}")));

    private static string Of(NvmeNode node) => node.Name == "nvme0" ? FakeKernel.PfA : FakeKernel.PfB;
}
