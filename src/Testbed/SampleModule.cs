namespace Conformance.Testbed;

/// <summary>
/// The kernel's own sample of a device that can be migrated, samples/vfio-mdev/mtty.c, built from Debian's source of the very kernel that boots: no
/// Debian kernel ships it. Needs a compiler and make on this machine.
/// </summary>
internal static class SampleModule
{
    private const string Name = "mtty";
    private const string Source = $"samples/vfio-mdev/{Name}.c";

    /// <summary>Modules of the kernel that it builds upon.</summary>
    public static IReadOnlyList<string> Needs { get; } = ["mdev"];

    /// <summary>The module's file.</summary>
    /// <param name="kernel">Debian's.</param>
    /// <param name="debian">Where headers and source come from.</param>
    /// <param name="cache">Where it is kept, once built for a kernel.</param>
    /// <exception cref="BedUnavailableException">No compiler, or no source.</exception>
    public static string Build(Kernel kernel, DebianPackages debian, string cache)
    {
        var folder = Path.Combine(Path.GetFullPath(cache), $"{Name}-{kernel.Release}");
        var module = Path.Combine(folder, $"{Name}.ko");
        if (File.Exists(module)) return module;
        foreach (var tool in (string[])["make", "gcc", "tar", "xz"])
        {
            if (Tool.Run(tool, ["--version"]).ExitCode != 0) throw new BedUnavailableException($"{tool} does not run; the sample module is compiled here");
        }

        // linux-headers-6.12.117+deb12-amd64: the common part carries the flavour's name no more, the source only the first two numbers.
        var common = kernel.Release[..kernel.Release.LastIndexOf('-')];
        var series = string.Join('.', kernel.Release.Split('.').Take(2));
        var packages = debian.Take($"sources-{kernel.Release}", [], [[$"linux-headers-{kernel.Release}"], [$"linux-headers-{common}-common"], [$"linux-kbuild-{common}", $"linux-kbuild-{series}"], [$"linux-source-{series}"]]);
        var headers = Path.Combine(packages.Root, "usr/src", $"linux-headers-{kernel.Release}");
        // It names the common part by where it would be installed.
        File.WriteAllText(Path.Combine(headers, "Makefile"), $"include {packages.Root}/usr/src/linux-headers-{common}-common/Makefile\n");
        Directory.CreateDirectory(folder);
        var archive = $"linux-source-{series}";
        Must($"unpack {Source}", Tool.Run("tar", ["-xJf", Path.Combine(packages.Root, "usr/src", $"{archive}.tar.xz"), "--strip-components=3", "-C", folder, $"{archive}/{Source}"]));
        File.WriteAllText(Path.Combine(folder, "Makefile"), $"obj-m := {Name}.o\n");
        // Debian's make file asks for the compiler that built the kernel by its version; a module takes another.
        Must($"compile {Source}", Tool.Run("make", ["-C", headers, $"M={folder}", "CC=gcc", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"]));
        return File.Exists(module) ? module : throw new BedFailedException($"compiling {Source} left no {module}");
    }

    private static void Must(string what, Tool.Result result)
    {
        if (result.ExitCode != 0) throw new BedFailedException($"cannot {what}: {result.Reason}");
    }
}
