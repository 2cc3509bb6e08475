using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>
/// Functions of this machine that this process holds by VFIO. They are opened once and given to one world after another; each time as good as new.
/// </summary>
public sealed class VfioHost(KernelTree tree) : IDisposable
{
    private readonly InterruptThread _interrupts = new();
    private readonly Dictionary<PciAddress, VfioFunction> _functions = [];

    public IEnumerable<VfioFunction> Functions => _functions.Values;

    /// <summary>
    /// A function, opened unless it is: by its character device where the kernel has iommufd, else by its group. Sleeps: the kernel resets it. A PF
    /// before its VFs. With a token by the group where there is one: before Linux 7 the character device takes none.
    /// </summary>
    /// <param name="address">Bound to vfio-pci or a variant of it.</param>
    /// <param name="token">What PF and VFs must have in common where the PF is on vfio-pci; null where it is not.</param>
    public VfioFunction Open(PciAddress address, Guid? token)
    {
        if (_functions.TryGetValue(address, out var open)) return open;
        var function = new PciFunction(tree, address);
        if (!function.Exists) throw new KernelException(Errno.Enodev, "look", function.Folder, "there is no such function");
        var text = address.ToString();
        if (function.IommuGroup is not { } group)
            throw new KernelException(Errno.Enodev, "look", $"{function.Folder}/iommu_group", "its DMA is not translated: boot with intel_iommu=on, or enable the IOMMU in the firmware");
        if (function.GroupNeighbours is { Count: > 0 } neighbours)
        {
            throw new KernelException(
                Errno.Ebusy, "look", $"{function.Folder}/iommu_group", $"it shares IOMMU group {group} with {string.Join(", ", neighbours)}");
        }

        var (iommu, device) = tree.Exists("/dev/iommu") && function.VfioNode is { } node && (token is null || !tree.Exists($"/dev/vfio/{group}"))
            ? Upcast(IommufdIommu.Open(node, text, token))
            : Upcast(GroupIommu.Open(group, text, token));
        try
        {
            return _functions[address] = new VfioFunction(address, function.IsVirtual, device, iommu, _interrupts, function.NumVfs);
        }
        catch
        {
            device.Dispose();
            iommu.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives functions to a world, as good as new. All PFs are reset at once, which takes their VFs offline; where the kernel has the PFs, the VFs.
    /// </summary>
    public static void Begin(World world, IReadOnlyCollection<VfioFunction> functions)
    {
        var withPf = functions.Any(it => !it.IsVirtual);
        var first = functions.Where(it => it.IsVirtual != withPf).ToList();
        var failures = new Exception?[first.Count];
        var threads = first.Select((function, i) => new Thread(() =>
        {
            try
            {
                function.Begin(world);
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        }) { Name = $"reset of {function.Name}" }).ToList();
        threads.ForEach(it => it.Start());
        threads.ForEach(it => it.Join());
        if (Array.Find(failures, it => it is not null) is { } failure) throw new IOException(failure.Message, failure);
        foreach (var function in functions.Where(it => withPf && it.IsVirtual)) function.Begin(world, isReset: true);
    }

    /// <summary>Gives all functions back, VFs before their PFs: the kernel cannot do anything with one that is held.</summary>
    public void Dispose()
    {
        foreach (var function in _functions.Values.OrderByDescending(it => it.IsVirtual)) function.Dispose();
        _functions.Clear();
        _interrupts.Dispose();
    }

    private static (IIommu Iommu, DeviceFile Device) Upcast<T>((T Iommu, DeviceFile Device) opened)
        where T : IIommu => opened;
}

/// <summary>The functions that a world was given, by their requester ids.</summary>
public sealed class VfioBus(IEnumerable<VfioFunction> functions) : IBus
{
    private readonly Dictionary<RequesterId, VfioFunction> _functions = functions.ToDictionary(it => it.Requester);

    public IFunction? Find(RequesterId requester) => _functions.GetValueOrDefault(requester);

    public IDmaSpace CreateDmaSpace(string name) => new VfioDmaSpace(name);
}
