using Conformance.Migration;

namespace Conformance.Testbed;

/// <summary>The command line of the emulator.</summary>
internal sealed class BedMachine
{
    private const string SubsystemName = "testbed";

    // What is translated instruction by instruction costs by other rules than hardware: a string instruction, with which a kernel that is told that they are
    // fast clears and copies pages, is a loop over bytes; a fifth level of page tables is one walk more; and mitigations protect nobody here. A run takes a
    // tenth less time without.
    private const string TranslatedProcessor = "max,erms=off,fsrm=off,la57=off";
    private const string TranslatedKernel = " mitigations=off";

    public required TestbedOptions Options { get; init; }

    /// <summary>The emulator and the words that must come first.</summary>
    public required IReadOnlyList<string> Emulator { get; init; }

    /// <summary>Words of the user, which come last.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    public required Kernel Kernel { get; init; }

    /// <summary>Folder of this boot: disks, image, console, exit code.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder of reports here; null: none is shared.</summary>
    public required string? Reports { get; init; }

    /// <summary>Each physical function is alone below a root port of its own: buses 1 and 2.</summary>
    public static IReadOnlyList<string> Functions { get; } = ["0000:01:00.0", "0000:02:00.0"];

    private static int Ports => Functions.Count;

    public string Image => Path.Combine(Folder, "initramfs.cpio");

    public string Console => Path.Combine(Folder, "console.txt");

    /// <summary>The media, empty.</summary>
    public void MakeDisks()
    {
        foreach (var (path, bytes) in Disks())
        {
            using var file = File.Create(path);
            file.SetLength(bytes);
        }
    }

    public IReadOnlyList<string> Words()
    {
        // Real hardware virtualization is not looked for: that /dev/kvm is there does not mean that a stock kernel boots on it.
        var accelerated = More.Any(word => word is "-accel" or "-enable-kvm");
        List<string> words =
        [
            .. Emulator,
            "-machine", "q35,kernel-irqchip=split", "-cpu", accelerated ? "max" : TranslatedProcessor, "-smp", $"{Options.Processors}", "-m", $"{Options.Memory.Bytes >> 20}M",
            .. accelerated ? [] : (string[])["-accel", "tcg,thread=multi"],
            "-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none", "-no-reboot",
            "-serial", $"file:{Console}", "-serial", "stdio",
            "-kernel", Kernel.Image, "-initrd", Image, "-append", $"console=ttyS0 panic=-1 quiet intel_iommu=on{(accelerated ? "" : TranslatedKernel)}",
            "-virtfs", $"local,path={Escape(Folder)},mount_tag=bed,security_model=none",
            .. Reports is null ? [] : (string[])["-virtfs", $"local,path={Escape(Reports)},mount_tag=reports,security_model=none"],
            "-device", "intel-iommu,intremap=on",
        ];
        for (var port = 0; port < Ports; port++) words.AddRange(["-device", $"pcie-root-port,id=rp{port},slot={port},chassis={port}"]);
        for (var subsystem = 0; subsystem < Options.Subsystems; subsystem++)
            words.AddRange(["-device", $"nvme-subsys,id=subsys{subsystem},nqn={SubsystemName}{subsystem}"]);
        for (var port = 0; port < Ports; port++) words.AddRange(["-device", Controller(port)]);
        var disks = Disks().ToList();
        for (var i = 0; i < disks.Count; i++)
        {
            var (subsystem, nsid) = (i / Options.Namespaces.Count, (i % Options.Namespaces.Count) + 1);
            words.AddRange([
                "-drive", $"file={Escape(disks[i].Path)},format=raw,if=none,id=disk{i},discard=unmap",
                // A namespace that is copied is the same one to whoever uses it: the identity is of its number, not of its subsystem.
                "-device", $"nvme-ns,drive=disk{i},bus=pf{subsystem},nsid={nsid},detached=on,uuid=74657374-6265-4400-8000-{nsid:x12}"
                    + $",logical_block_size={Options.BlockSize.Bytes},physical_block_size={Options.BlockSize.Bytes}",
            ]);
        }

        return [.. words, .. More];
    }

    private string Controller(int port)
    {
        // Each VF can have five queues and vectors: an admin queue, and as many I/O queues as a case uses.
        var flexible = Math.Max(8, Options.VirtualFunctions * 8);
        // One subsystem has one serial number, whichever controller tells it.
        var subsystem = Options.Subsystems == 1 ? 0 : port;
        return $"nvme,id=pf{port},serial=TESTBED{subsystem},subsys=subsys{subsystem},bus=rp{port},sriov_max_vfs={Options.VirtualFunctions},"
            + $"sriov_vq_flexible={flexible},sriov_vi_flexible={flexible},max_ioqpairs={flexible + 8},msix_qsize={flexible + 9}"
            + (Options.Controller.Length > 0 ? $",{Options.Controller}" : "");
    }

    private IEnumerable<(string Path, long Bytes)> Disks() =>
        from subsystem in Enumerable.Range(0, Options.Subsystems)
        from nsid in Enumerable.Range(1, Options.Namespaces.Count)
        select (Path.Combine(Folder, $"subsystem{subsystem}-namespace{nsid}.raw"), Options.Namespaces[nsid - 1].Bytes);

    /// <summary>A comma ends a value, two are one.</summary>
    private static string Escape(string path) => path.Replace(",", ",,", StringComparison.Ordinal);
}
