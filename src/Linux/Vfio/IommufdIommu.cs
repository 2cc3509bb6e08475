using System.Collections.Immutable;
using Conformance.Device;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>
/// An I/O address space of iommufd with one function attached by its own character device. Taken where the host has <c>/dev/iommu</c> and the
/// function a <c>vfio-dev</c>. Not yet run on a kernel that has it: those of Debian do not.
/// </summary>
internal sealed unsafe class IommufdIommu : IIommu
{
    private readonly IommuFile _file;
    private readonly uint _space;

    private IommufdIommu(IommuFile file, uint space)
    {
        (_file, _space) = (file, space);
        Ranges = file.ReadRanges(space);
    }

    public string Name => "/dev/iommu";

    public ImmutableArray<IovaRange> Ranges { get; }

    /// <summary>Opens a function by its character device.</summary>
    /// <param name="node">Its name below <c>/dev/vfio/devices</c>.</param>
    /// <param name="function">Its address, for messages.</param>
    /// <param name="token">The VF token that PF and VFs share; null where the PF is not on vfio-pci.</param>
    public static (IommufdIommu Iommu, DeviceFile Device) Open(string node, string function, Guid? token)
    {
        var device = DeviceFile.OpenNode($"/dev/vfio/devices/{node}", function);
        IommuFile? file = null;
        try
        {
            file = new IommuFile();
            var space = file.AllocateSpace();
            // Before this every other call on the device is refused.
            device.Bind(file, token);
            device.Attach(space);
            return (new IommufdIommu(file, space), device);
        }
        catch
        {
            file?.Dispose();
            device.Dispose();
            throw;
        }
    }

    public void Map(ulong iova, nint address, long length, DmaAccess access) => _file.Map(_space, iova, address, length, access);

    public void Unmap(ulong iova, long length) => _file.Unmap(_space, iova, length);

    /// <summary>The space goes with the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary><c>/dev/iommu</c>.</summary>
    internal sealed class IommuFile() : KernelFile(Open("/dev/iommu"), "/dev/iommu")
    {
        public uint AllocateSpace()
        {
            var allocate = new iommu_ioas_alloc { size = (uint)sizeof(iommu_ioas_alloc) };
            Call(nameof(IommufdAbi.IOMMU_IOAS_ALLOC), IommufdAbi.IOMMU_IOAS_ALLOC, &allocate);
            return allocate.out_ioas_id;
        }

        public ImmutableArray<IovaRange> ReadRanges(uint space)
        {
            // Asked with too little room it says EMSGSIZE and how much it takes.
            for (uint room = 16; ;)
            {
                var ranges = new iommu_iova_range[room];
                fixed (iommu_iova_range* at = ranges)
                {
                    var ask = new iommu_ioas_iova_ranges { size = (uint)sizeof(iommu_ioas_iova_ranges), ioas_id = space, num_iovas = room, allowed_iovas = (ulong)at };
                    var result = TryCall(IommufdAbi.IOMMU_IOAS_IOVA_RANGES, &ask);
                    if (result == -Errno.Emsgsize && ask.num_iovas > room)
                    {
                        room = ask.num_iovas;
                        continue;
                    }

                    if (result < 0) throw new KernelException(-result, nameof(IommufdAbi.IOMMU_IOAS_IOVA_RANGES), Path);
                    return [.. ranges.Take((int)Math.Min(room, ask.num_iovas)).Select(it => new IovaRange(it.start, it.last))];
                }
            }
        }

        public void Map(uint space, ulong iova, nint address, long length, DmaAccess access)
        {
            var map = new iommu_ioas_map
            {
                size = (uint)sizeof(iommu_ioas_map), ioas_id = space, user_va = (ulong)address, length = (ulong)length, iova = iova,
                flags = IommufdAbi.IOMMU_IOAS_MAP_FIXED_IOVA | (access.HasFlag(DmaAccess.Read) ? IommufdAbi.IOMMU_IOAS_MAP_READABLE : 0)
                    | (access.HasFlag(DmaAccess.Write) ? IommufdAbi.IOMMU_IOAS_MAP_WRITEABLE : 0),
            };
            var result = TryCall(IommufdAbi.IOMMU_IOAS_MAP, &map);
            if (result < 0) throw DmaFailure.Of(-result, nameof(IommufdAbi.IOMMU_IOAS_MAP), Path, iova, length);
        }

        public void Unmap(uint space, ulong iova, long length)
        {
            var unmap = new iommu_ioas_unmap { size = (uint)sizeof(iommu_ioas_unmap), ioas_id = space, iova = iova, length = (ulong)length };
            Call(nameof(IommufdAbi.IOMMU_IOAS_UNMAP), IommufdAbi.IOMMU_IOAS_UNMAP, &unmap);
        }
    }
}
