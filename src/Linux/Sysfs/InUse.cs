using Conformance.Device;

namespace Conformance.Linux;

/// <summary>Whether anybody uses the blocks of a controller: what is written to such a device would be lost to somebody.</summary>
public static class InUse
{
    private const string Disk = "nvme";
    private static readonly char[] s_blanks = [' ', '\t'];

    /// <summary>Why a controller must be left alone, a line each; empty where nothing is found.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="controller">Its block devices and their partitions are looked at.</param>
    /// <param name="isHeld">Whether a block device is held exclusively: by a file system, a volume manager, or another program; null: asks the kernel.</param>
    public static IReadOnlyList<string> Reasons(KernelTree tree, NvmeNode controller, Func<string, bool>? isHeld = null)
    {
        var reasons = new List<string>();
        var mounts = (tree.Read("/proc/self/mountinfo") ?? "").Split('\n');
        var users = Users(tree);
        var swaps = (tree.Read("/proc/swaps") ?? "").Split('\n');
        foreach (var block in controller.Blocks)
        {
            var folder = $"/sys/block/{block}";
            string[] parts = [block, .. tree.List(folder).Where(it => it.StartsWith(block, StringComparison.Ordinal))];
            foreach (var part in parts)
            {
                var place = part == block ? folder : $"{folder}/{part}";
                var before = reasons.Count;
                var number = tree.Read($"{place}/dev");
                foreach (var mount in mounts.Select(line => line.Split(' ')).Where(words => words.Length > 4 && number is not null && words[2] == number))
                    reasons.Add($"/dev/{part} is mounted at {mount[4]}");
                if (swaps.Any(line => line.Split(s_blanks, 2)[0] == $"/dev/{part}")) reasons.Add($"/dev/{part} is swap");
                foreach (var holder in tree.List($"{place}/holders")) reasons.Add($"/dev/{part} is part of {holder}");
                string[] nodes = part == block ? [$"/dev/{part}", $"/dev/ng{block[Disk.Length..]}"] : [$"/dev/{part}"];
                reasons.AddRange(users.Where(it => nodes.Contains(it.Node)).Select(it => $"{it.Node} is open in {it.By}").Distinct());
                if (reasons.Count == before && Held($"/dev/{part}", isHeld) is { } held) reasons.Add($"/dev/{part} {held}");
            }
        }

        return reasons;
    }

    /// <summary>The other controllers of a subsystem that the kernel has: a namespace may be a disk of one of them only, and is lost there all the same.</summary>
    public static IReadOnlyList<NvmeNode> Beside(KernelTree tree, NvmeNode controller) => controller.Nqn is not { Length: > 0 } nqn
        ? []
        : [.. tree.List(KernelTree.NvmeControllers).Where(it => it != controller.Name).Select(it => new NvmeNode(tree, it)).Where(it => it.Nqn == nqn)];

    /// <summary>Device nodes and who has them, without having them to himself: processes, loop devices, and what the kernel exports over a network.</summary>
    private static List<(string Node, string By)> Users(KernelTree tree)
    {
        var found = new List<(string, string)>();
        void Add(string? node, string by)
        {
            if (node?.StartsWith("/dev/n", StringComparison.Ordinal) == true) found.Add((node, by));
        }

        var own = $"{Environment.ProcessId}";
        foreach (var process in tree.List("/proc").Where(it => char.IsAsciiDigit(it[0]) && it != own))
        {
            var name = tree.Read($"/proc/{process}/comm");
            // It looks at what is on a disk, for a moment each time that one comes or is closed.
            if (name?.Contains("udev", StringComparison.Ordinal) == true) continue;
            foreach (var file in tree.List($"/proc/{process}/fd")) Add(tree.Link($"/proc/{process}/fd/{file}"), $"process {process} ({name})");
        }

        foreach (var loop in tree.List("/sys/block").Where(it => it.StartsWith("loop", StringComparison.Ordinal)))
            Add(tree.Read($"/sys/block/{loop}/loop/backing_file"), loop);
        const string Exported = "/sys/kernel/config/nvmet/subsystems";
        foreach (var subsystem in tree.List(Exported))
        {
            foreach (var id in tree.List($"{Exported}/{subsystem}/namespaces"))
                Add(tree.Read($"{Exported}/{subsystem}/namespaces/{id}/device_path"), $"nvmet, {subsystem}");
        }

        return found;
    }

    /// <summary>Why it counts as held; null where it is free. Where the kernel does not say, it may be held.</summary>
    private static string? Held(string path, Func<string, bool>? isHeld)
    {
        const string Busy = "is held by another program (EBUSY)";
        if (isHeld is not null) return isHeld(path) ? Busy : null;
        try
        {
            using var file = new BlockFile(path);
            return null;
        }
        catch (KernelException e)
        {
            return e.Errno == Errno.Ebusy ? Busy : $"cannot be looked at ({Errno.Name(e.Errno)}), so it may be held";
        }
    }

    /// <summary>A block device, held for the moment in which it is asked for.</summary>
    private sealed class BlockFile(string path) : KernelFile(Open(path, LibC.O_RDONLY | LibC.O_EXCL), path);
}
