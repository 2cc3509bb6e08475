using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Conformance.Device;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>
/// The group and the container of one function (type1v2). A container is a domain, so each function has one of its own, and what is mapped for one
/// is mapped for no other.
/// </summary>
internal sealed unsafe class GroupIommu : IIommu
{
    private readonly ContainerFile _container;
    private readonly GroupFile _group;

    private GroupIommu(ContainerFile container, GroupFile group, ImmutableArray<IovaRange> ranges)
    {
        (_container, _group, Ranges) = (container, group, ranges);
    }

    public string Name => $"{_group.Path} in a container (type1v2)";

    public ImmutableArray<IovaRange> Ranges { get; }

    /// <summary>Opens a function by its group.</summary>
    /// <param name="group">The group's number.</param>
    /// <param name="function">Its address, <c>0000:01:00.1</c>.</param>
    /// <param name="token">The VF token that PF and VFs share; null where the PF is not on vfio-pci.</param>
    public static (GroupIommu Iommu, DeviceFile Device) Open(string group, string function, Guid? token)
    {
        var container = new ContainerFile();
        GroupFile? file = null;
        try
        {
            file = new GroupFile(group);
            if (!file.IsViable)
                throw new KernelException(Errno.Eperm, "VFIO_GROUP_GET_STATUS", file.Path, "another function of this IOMMU group is bound to a driver of the host");
            file.SetContainer(container);
            container.SetIommu();
            var device = file.OpenDevice(token is { } uuid ? $"{function} vf_token={uuid}" : function, function);
            return (new GroupIommu(container, file, container.ReadRanges()), device);
        }
        catch
        {
            file?.Dispose();
            container.Dispose();
            throw;
        }
    }

    public void Map(ulong iova, nint address, long length, DmaAccess access) => _container.Map(iova, address, length, access);

    public void Unmap(ulong iova, long length) => _container.Unmap(iova, length);

    public void Dispose()
    {
        _group.Dispose();
        _container.Dispose();
    }

    /// <summary><c>/dev/vfio/vfio</c>: a container, which becomes a domain with its first group.</summary>
    private sealed class ContainerFile() : KernelFile(Open("/dev/vfio/vfio", hint: "modprobe vfio-pci; or this user may not"), "/dev/vfio/vfio")
    {
        public void SetIommu()
        {
            var version = Call(nameof(VfioAbi.VFIO_GET_API_VERSION), VfioAbi.VFIO_GET_API_VERSION, null);
            if (version != VfioAbi.VFIO_API_VERSION) throw new KernelException(Errno.Einval, $"VFIO_GET_API_VERSION, which is {version}, not 0,", Path);
            if (Call(nameof(VfioAbi.VFIO_CHECK_EXTENSION), VfioAbi.VFIO_CHECK_EXTENSION, (void*)VfioAbi.VFIO_TYPE1v2_IOMMU) <= 0)
                throw new KernelException(Errno.Enodev, "VFIO_CHECK_EXTENSION of type1v2", Path, "modprobe vfio_iommu_type1");
            Call(nameof(VfioAbi.VFIO_SET_IOMMU), VfioAbi.VFIO_SET_IOMMU, (void*)VfioAbi.VFIO_TYPE1v2_IOMMU);
        }

        public ImmutableArray<IovaRange> ReadRanges()
        {
            // Far more than a chain of capabilities takes; a kernel that has more says so in argsz.
            var answer = new byte[1 << 16];
            ref var info = ref MemoryMarshal.AsRef<vfio_iommu_type1_info>(answer.AsSpan());
            info.argsz = (uint)answer.Length;
            fixed (byte* at = answer) Call(nameof(VfioAbi.VFIO_IOMMU_GET_INFO), VfioAbi.VFIO_IOMMU_GET_INFO, at);
            var found = (info.flags & VfioAbi.VFIO_IOMMU_INFO_CAPS) == 0
                ? -1
                : CapabilityChain.Find(answer, info.cap_offset, VfioAbi.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
            // A kernel that tells no ranges refuses what does not fit.
            if (found < 0) return [new IovaRange(0, ulong.MaxValue)];
            var head = MemoryMarshal.Read<vfio_iommu_type1_info_cap_iova_range>(answer.AsSpan(found));
            var ranges = CapabilityChain.Entries<vfio_iova_range>(answer, found + Unsafe.SizeOf<vfio_iommu_type1_info_cap_iova_range>(), head.nr_iovas);
            var into = ImmutableArray.CreateBuilder<IovaRange>();
            foreach (var range in ranges) into.Add(new IovaRange(range.start, range.end));
            return into.ToImmutable();
        }

        public void Map(ulong iova, nint address, long length, DmaAccess access)
        {
            var map = new vfio_iommu_type1_dma_map
            {
                argsz = (uint)sizeof(vfio_iommu_type1_dma_map), vaddr = (ulong)address, iova = iova, size = (ulong)length,
                flags = (access.HasFlag(DmaAccess.Read) ? VfioAbi.VFIO_DMA_MAP_FLAG_READ : 0) | (access.HasFlag(DmaAccess.Write) ? VfioAbi.VFIO_DMA_MAP_FLAG_WRITE : 0),
            };
            var result = TryCall(VfioAbi.VFIO_IOMMU_MAP_DMA, &map);
            if (result < 0) throw DmaFailure.Of(-result, nameof(VfioAbi.VFIO_IOMMU_MAP_DMA), Path, iova, length);
        }

        public void Unmap(ulong iova, long length)
        {
            var unmap = new vfio_iommu_type1_dma_unmap { argsz = (uint)sizeof(vfio_iommu_type1_dma_unmap), iova = iova, size = (ulong)length };
            Call(nameof(VfioAbi.VFIO_IOMMU_UNMAP_DMA), VfioAbi.VFIO_IOMMU_UNMAP_DMA, &unmap);
        }
    }

    /// <summary><c>/dev/vfio/N</c>: an IOMMU group, held by one process at a time.</summary>
    private sealed class GroupFile(string number) : KernelFile(Open($"/dev/vfio/{number}", hint: Hint), $"/dev/vfio/{number}")
    {
        private const string Hint = "EBUSY: another process has it; EACCES: this user may not";

        public bool IsViable
        {
            get
            {
                var status = new vfio_group_status { argsz = (uint)sizeof(vfio_group_status) };
                Call(nameof(VfioAbi.VFIO_GROUP_GET_STATUS), VfioAbi.VFIO_GROUP_GET_STATUS, &status);
                return (status.flags & VfioAbi.VFIO_GROUP_FLAGS_VIABLE) != 0;
            }
        }

        public void SetContainer(ContainerFile container)
        {
            var descriptor = container.Descriptor;
            Call(nameof(VfioAbi.VFIO_GROUP_SET_CONTAINER), VfioAbi.VFIO_GROUP_SET_CONTAINER, &descriptor);
            GC.KeepAlive(container);
        }

        public DeviceFile OpenDevice(string name, string function)
        {
            var bytes = Encoding.ASCII.GetBytes(name + '\0');
            fixed (byte* at = bytes)
            {
                var descriptor = Call(
                    nameof(VfioAbi.VFIO_GROUP_GET_DEVICE_FD), VfioAbi.VFIO_GROUP_GET_DEVICE_FD, at,
                    $"of {function}; EACCES: its PF is on vfio-pci and has another VF token; EINVAL: its PF is not on vfio-pci, and a token was given");
                return new DeviceFile(descriptor, $"{Path} ({function})");
            }
        }
    }
}

/// <summary>Why memory could not be mapped, in words that help.</summary>
internal static unsafe class DmaFailure
{
    public static KernelException Of(int errno, string call, string path, ulong iova, long length)
    {
        string? hint = errno switch
        {
            Errno.Enomem => $"locked memory is limited to {MemoryLimit()} (ulimit -l), and this is {length >> 10} KiB more",
            Errno.Enospc => "so many mappings are not allowed (vfio_iommu_type1.dma_entry_limit)",
            Errno.Eexist => "something is mapped there already",
            Errno.Einval => "these addresses are not translated, or not whole pages",
            _ => null,
        };
        return new KernelException(errno, $"{call} of {length:N0} bytes at {iova:X}h", path, hint);
    }

    private static string MemoryLimit()
    {
        LibC.resource_limit limit;
        if (LibC.getrlimit(LibC.RLIMIT_MEMLOCK, &limit) != 0) return "an unknown number of KiB";
        return limit.rlim_cur == ulong.MaxValue ? "nothing" : $"{limit.rlim_cur >> 10} KiB";
    }
}
