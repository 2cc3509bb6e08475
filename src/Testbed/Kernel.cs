using System.Buffers.Binary;
using System.Text;

namespace Conformance.Testbed;

/// <summary>A Linux kernel and its modules.</summary>
/// <param name="Image">The bootable file (bzImage).</param>
/// <param name="Release">As <c>uname -r</c> tells it.</param>
/// <param name="Modules">The folder <c>lib/modules/RELEASE</c>; null: what is needed is built in.</param>
internal sealed record Kernel(string Image, string Release, string? Modules)
{
    /// <summary>The kernel of unpacked packages.</summary>
    public static Kernel In(string root)
    {
        var boot = Path.Combine(root, "boot");
        var image = Directory.Exists(boot) ? Directory.GetFiles(boot, "vmlinuz-*").Order(StringComparer.Ordinal).LastOrDefault() : null;
        return Of(image ?? throw new BedFailedException($"{root}: there is no boot/vmlinuz-*"));
    }

    /// <summary>A kernel by its image, its modules found by its release: beside it as packages lay them, or in this system.</summary>
    public static Kernel Of(string image)
    {
        var release = ReleaseOf(image);
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(image))) ?? "/";
        var modules = ((string[])[Path.Combine(root, "lib/modules"), Path.Combine(root, "usr/lib/modules"), "/lib/modules"])
            .Select(it => Path.Combine(it, release)).FirstOrDefault(Directory.Exists);
        return new Kernel(image, release, modules);
    }

    /// <summary>Files of these modules and of all that they depend on, in the order in which they can be loaded.</summary>
    /// <param name="names">Ones that the kernel has built in are left out.</param>
    /// <param name="tools">Where <c>modinfo</c> is.</param>
    public IReadOnlyList<string> Closure(IEnumerable<string> names, PackageRoot tools)
    {
        if (Modules is null) return [];
        var files = Directory.EnumerateFiles(Modules, "*.ko*", SearchOption.AllDirectories).ToDictionary(it => Plain(Path.GetFileName(it).Split('.')[0]));
        var depends = new Dictionary<string, string[]>();
        for (var level = names.Select(Plain).ToList(); level.Count > 0; level = [.. level.SelectMany(it => depends[it]).Distinct().Where(it => !depends.ContainsKey(it))])
        {
            var there = level.Where(files.ContainsKey).ToList();
            foreach (var builtIn in level.Except(there)) depends[builtIn] = [];
            foreach (var (name, needs) in there.Zip(Depends(there.Select(it => files[it]), tools))) depends[name] = needs;
        }

        var ordered = new List<string>();
        void Add(string name)
        {
            if (!files.TryGetValue(name, out var file) || ordered.Contains(file)) return;
            foreach (var needed in depends[name]) Add(needed);
            ordered.Add(file);
        }

        foreach (var name in names) Add(Plain(name));
        return ordered;
    }

    private static IEnumerable<string[]> Depends(IEnumerable<string> files, PackageRoot tools)
    {
        var command = tools.Command("modinfo");
        foreach (var file in files)
        {
            var result = Tool.Run(command[0], [.. command.Skip(1), "-F", "depends", file]);
            if (result.ExitCode != 0) throw new BedFailedException($"modinfo {file}: {result.Reason}");
            yield return [.. result.Output.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Plain)];
        }
    }

    /// <summary>The kernel takes either sign for the other.</summary>
    private static string Plain(string module) => module.Replace('-', '_');

    /// <summary>The text that the boot protocol's header points to (Documentation/arch/x86/boot.rst, kernel_version).</summary>
    private static string ReleaseOf(string image)
    {
        Span<byte> head = stackalloc byte[0x8000];
        using var file = File.OpenRead(image);
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read < 0x210 || BinaryPrimitives.ReadUInt32LittleEndian(head[0x202..]) != 0x53726448) // "HdrS"
            throw new BedFailedException($"{image}: not a bootable Linux kernel for x86 (bzImage)");
        var at = BinaryPrimitives.ReadUInt16LittleEndian(head[0x20E..]) + 0x200;
        var text = head[Math.Min(at, read)..read];
        return Encoding.ASCII.GetString(text[..Math.Max(0, text.IndexOfAny((byte)' ', (byte)0))]);
    }
}
