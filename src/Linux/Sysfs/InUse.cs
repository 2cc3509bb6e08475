using Conformance.Device;

namespace Conformance.Linux;

/// <summary>Whether anybody uses the blocks of a controller: what is written to such a device would be lost to somebody.</summary>
public static class InUse
{
    private static readonly char[] s_blanks = [' ', '\t'];

    /// <summary>Why a controller must be left alone, a line each; empty where nothing is found.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="controller">Its block devices and their partitions are looked at.</param>
    /// <param name="isHeld">Whether a block device is held exclusively: by a file system, a volume manager, or another program; null: asks the kernel.</param>
    public static IReadOnlyList<string> Reasons(KernelTree tree, NvmeNode controller, Func<string, bool>? isHeld = null)
    {
        var reasons = new List<string>();
        var mounts = (tree.Read("/proc/self/mountinfo") ?? "").Split('\n');
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
                if (reasons.Count == before && (isHeld ?? IsHeld)($"/dev/{part}")) reasons.Add($"/dev/{part} is held by another program (EBUSY)");
            }
        }

        return reasons;
    }

    /// <summary>The other controllers of a subsystem that the kernel has: a namespace may be a disk of one of them only, and is lost there all the same.</summary>
    public static IReadOnlyList<NvmeNode> Beside(KernelTree tree, NvmeNode controller) => controller.Nqn is not { Length: > 0 } nqn
        ? []
        : [.. tree.List(KernelTree.NvmeControllers).Where(it => it != controller.Name).Select(it => new NvmeNode(tree, it)).Where(it => it.Nqn == nqn)];

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = new BlockFile(path);
            return false;
        }
        catch (KernelException e)
        {
            return e.Errno == Errno.Ebusy;
        }
    }

    /// <summary>A block device, held for the moment in which it is asked for.</summary>
    private sealed class BlockFile(string path) : KernelFile(Open(path, LibC.O_RDONLY | LibC.O_EXCL), path);
}
