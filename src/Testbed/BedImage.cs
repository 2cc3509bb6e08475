namespace Conformance.Testbed;

/// <summary>The first and only file system of the virtual machine: busybox, modules, the program with its libraries, and what it reads.</summary>
internal sealed class BedImage
{
    private const string Program = "suite/artifacts/program";

    /// <summary>What .NET loads of the system.</summary>
    private static readonly string[] s_libraries =
    [
        "libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libssl.so.3", "libcrypto.so.3",
        "libzstd.so.1",
    ];

    private static readonly string[] s_modules = ["virtio_pci", "9pnet_virtio", "9p", "nvme", "vfio-pci", "vfio_iommu_type1"];

    public required PackageRoot Packages { get; init; }

    public required Kernel Kernel { get; init; }

    /// <summary>Modules beside the usual ones: names of the kernel's, or paths of files.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>PCI addresses of the controllers that must be live before anything runs.</summary>
    public required IReadOnlyList<string> Controllers { get; init; }

    /// <summary>What runs, for a shell.</summary>
    public required string Command { get; init; }

    /// <summary>Files of the tree that the program reads: path in the image, path here.</summary>
    public required IReadOnlyList<(string Path, string Source)> Files { get; init; }

    /// <summary>The tree's own reports folder is there.</summary>
    public required bool SharesReports { get; init; }

    public void Write(string path)
    {
        using var output = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using var archive = new CpioArchive(output);
        archive.AddFile("bin/busybox", Packages.Find("bin/busybox", "usr/bin/busybox") ?? throw new BedFailedException("there is no busybox in its package"));
        archive.AddLink("bin/sh", "busybox");
        using (var init = typeof(BedImage).Assembly.GetManifestResourceStream("init.sh")!)
        {
            using var text = new StreamReader(init);
            archive.AddText("init", text.ReadToEnd(), executable: true);
        }

        AddModules(archive);
        AddLibraries(archive);
        AddProgram(archive);
        foreach (var (name, source) in Files) archive.AddFile(name, source);
        archive.AddFolder("suite/reports");
        if (SharesReports) archive.AddText("reports.shared", "");
        archive.AddText("controllers", string.Join('\n', Controllers) + "\n");
        archive.AddText("command", $"#!/bin/sh\n{Command}\n", executable: true);
        archive.AddText("etc/os-release", $"PRETTY_NAME=\"test bed, Linux {Kernel.Release}\"\n");
        archive.AddText("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    }

    private void AddModules(CpioArchive archive)
    {
        var order = Kernel.Closure([.. s_modules, .. Modules.Where(it => !File.Exists(it))], Packages).Concat(Modules.Where(File.Exists)).ToList();
        foreach (var file in order) archive.AddFile($"modules/{Path.GetFileName(file)}", file);
        archive.AddText("modules/order", string.Concat(order.Select(it => $"{Path.GetFileName(it)}\n")));
    }

    private void AddLibraries(CpioArchive archive)
    {
        foreach (var name in s_libraries)
        {
            if (Packages.Library(name) is { } file) archive.AddFile($"lib/x86_64-linux-gnu/{name}", file);
        }

        archive.AddFile("lib64/ld-linux-x86-64.so.2", Packages.Library("ld-linux-x86-64.so.2")!);
    }

    /// <summary>This program as it runs here, with its runtime where that is not part of it.</summary>
    private static void AddProgram(CpioArchive archive)
    {
        var folder = AppContext.BaseDirectory;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is not (".pdb" or ".xml")) archive.AddFile($"{Program}/{Path.GetRelativePath(folder, file)}", file);
        }

        const string Name = "Conformance.Runner";
        var start = $"/{Program}/{Name}";
        // A program that does not bring its runtime along is started by the host that runs it here, whose tree is needed with it.
        if (!File.Exists(Path.Combine(folder, "libcoreclr.so")))
        {
            var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            var root = Path.GetFullPath(Path.Combine(runtime, "../../.."));
            foreach (var part in (string[])[Path.Combine(root, "host"), runtime])
            {
                foreach (var file in Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories)) archive.AddFile($"dotnet/{Path.GetRelativePath(root, file)}", file);
            }

            archive.AddFile("dotnet/dotnet", Path.Combine(root, "dotnet"));
            start = $"/dotnet/dotnet {start}.dll";
        }

        archive.AddText("bin/conformance", $"#!/bin/sh\nexec {start} \"$@\"\n", executable: true);
        archive.AddText("suite/run.sh", $"#!/bin/sh\nexec {start} \"$@\"\n", executable: true);
    }
}
