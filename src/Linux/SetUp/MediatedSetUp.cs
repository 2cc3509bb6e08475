using Conformance.Device;

namespace Conformance.Linux;

/// <summary>Has the kernel make the devices of a profile out of nothing; each is noted before it is made.</summary>
/// <param name="tree">The kernel's files.</param>
/// <param name="devices">What the profile names.</param>
public sealed class MediatedSetUp(KernelTree tree, MediatedDevices devices)
{
    public const string Devices = "/sys/bus/mdev/devices";
    private const string Parents = "/sys/class/mdev_bus";

    /// <summary>Why it cannot be done, a line each with what would help; empty where it can.</summary>
    public IReadOnlyList<string> Obstacles()
    {
        if (Folder is not { } folder) return [$"{Parents}: no driver makes {devices.Type}: modprobe mtty, of a kernel with SAMPLE_VFIO_MDEV_MTTY (./run.sh testbed --mtty builds it)"];
        var found = new List<string>();
        if (!tree.MayWrite($"{folder}/create")) found.Add($"{folder}/create: this user may not write it: run as root");
        if (!int.TryParse(tree.Read($"{folder}/available_instances"), out var left) || left < MediatedDevices.Count)
            found.Add($"{folder}/available_instances is {left}, and {MediatedDevices.Count} are needed");
        return found;
    }

    /// <summary>Does it. What fails in the middle is left to be undone.</summary>
    /// <param name="record">Held by this process, empty.</param>
    public void Run(UndoRecord record)
    {
        for (var number = 1; number <= MediatedDevices.Count; number++)
        {
            var id = MediatedDevices.IdOf(number);
            record.Add(new Change { Kind = ChangeKind.Made, Where = $"{Devices}/{id}", After = devices.Type });
            tree.Write($"{Folder}/create", id.ToString());
        }
    }

    /// <summary>Takes one away, where it is there.</summary>
    internal static void TakeAway(KernelTree tree, string folder)
    {
        if (tree.Exists(folder)) Patience.Call(() => tree.Write($"{folder}/remove", "1"), $"write of '1' to {folder}/remove");
    }

    private string? Folder => tree.List(Parents).Select(it => $"{Parents}/{it}/mdev_supported_types/{devices.Type}").FirstOrDefault(tree.Exists);
}
