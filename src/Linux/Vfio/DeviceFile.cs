using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Linux.Abi;

namespace Conformance.Linux;

/// <summary>A piece of a region that can be mapped.</summary>
internal readonly record struct MappableArea(long Offset, long Length);

/// <summary>A region of a device: a BAR, or configuration space.</summary>
/// <param name="Offset">Where it begins in the device's file.</param>
/// <param name="Length">Bytes; 0 where the device has none such.</param>
/// <param name="Mappable">What of it can be mapped, ascending.</param>
internal sealed record DeviceRegion(long Offset, long Length, IReadOnlyList<MappableArea> Mappable);

/// <summary>A device of VFIO, open: as it was opened, its migration state is RUNNING, its function was reset and reaches nothing.</summary>
internal sealed unsafe class DeviceFile : KernelFile
{
    internal DeviceFile(int descriptor, string path)
        : base(descriptor, path)
    {
    }

    /// <summary>Opens the character device of a function; of no use before <see cref="Bind"/>.</summary>
    public static DeviceFile OpenNode(string node, string function) => new(Open(node), $"{node} ({function})");

    public void Bind(IommufdIommu.IommuFile iommu, Guid? token)
    {
        // The token goes as 16 bytes in the order in which they are written.
        Span<byte> uuid = stackalloc byte[16];
        _ = token?.TryWriteBytes(uuid, bigEndian: true, out _);
        fixed (byte* at = uuid)
        {
            var bind = new vfio_device_bind_iommufd
            {
                argsz = (uint)sizeof(vfio_device_bind_iommufd), iommufd = iommu.Descriptor,
                flags = token is null ? 0 : VfioAbi.VFIO_DEVICE_BIND_FLAG_TOKEN, token_uuid_ptr = token is null ? 0 : (ulong)at,
            };
            Call(
                nameof(VfioAbi.VFIO_DEVICE_BIND_IOMMUFD), VfioAbi.VFIO_DEVICE_BIND_IOMMUFD, &bind,
                "EACCES: its PF is on vfio-pci and has another VF token; EINVAL with a token: this kernel takes none here");
        }

        GC.KeepAlive(iommu);
    }

    public void Attach(uint space)
    {
        var attach = new vfio_device_attach_iommufd_pt { argsz = (uint)Unsafe.SizeOf<vfio_device_detach_iommufd_pt>(), pt_id = space };
        Call(nameof(VfioAbi.VFIO_DEVICE_ATTACH_IOMMUFD_PT), VfioAbi.VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
    }

    /// <summary>Whether the kernel knows a way to reset it.</summary>
    public bool CanReset()
    {
        var info = new vfio_device_info { argsz = (uint)sizeof(vfio_device_info) };
        Call(nameof(VfioAbi.VFIO_DEVICE_GET_INFO), VfioAbi.VFIO_DEVICE_GET_INFO, &info);
        if ((info.flags & VfioAbi.VFIO_DEVICE_FLAGS_PCI) == 0) throw new KernelException(Errno.Enodev, "VFIO_DEVICE_GET_INFO, which says no PCI device,", Path);
        return (info.flags & VfioAbi.VFIO_DEVICE_FLAGS_RESET) != 0;
    }

    public DeviceRegion ReadRegion(uint index)
    {
        var answer = new byte[4096];
        ref var info = ref MemoryMarshal.AsRef<vfio_region_info>(answer.AsSpan());
        (info.argsz, info.index) = ((uint)answer.Length, index);
        fixed (byte* at = answer) Call(nameof(VfioAbi.VFIO_DEVICE_GET_REGION_INFO), VfioAbi.VFIO_DEVICE_GET_REGION_INFO, at);
        return new DeviceRegion((long)info.offset, (long)info.size, Mappable(answer, info));
    }

    /// <summary>Interrupts of a kind: MSI-X vectors, as many as the function's table has now.</summary>
    public int CountInterrupts(uint index)
    {
        var info = new vfio_irq_info { argsz = (uint)sizeof(vfio_irq_info), index = index };
        Call(nameof(VfioAbi.VFIO_DEVICE_GET_IRQ_INFO), VfioAbi.VFIO_DEVICE_GET_IRQ_INFO, &info);
        return (int)info.count;
    }

    /// <summary>
    /// Has interrupts of a kind add to eventfds, from the first on; none: turns that kind off. Returns 0, minus errno, or how many could be had where
    /// not all can, and then none is.
    /// </summary>
    public int TrySetInterrupts(uint index, ReadOnlySpan<EventFile> files)
    {
        var size = sizeof(vfio_irq_set) + (files.Length * sizeof(int));
        var buffer = new byte[size];
        ref var set = ref MemoryMarshal.AsRef<vfio_irq_set>(buffer.AsSpan());
        (set.argsz, set.index, set.count) = ((uint)size, index, (uint)files.Length);
        set.flags = VfioAbi.VFIO_IRQ_SET_ACTION_TRIGGER | (files.IsEmpty ? VfioAbi.VFIO_IRQ_SET_DATA_NONE : VfioAbi.VFIO_IRQ_SET_DATA_EVENTFD);
        var descriptors = MemoryMarshal.Cast<byte, int>(buffer.AsSpan(sizeof(vfio_irq_set)));
        for (var i = 0; i < files.Length; i++) descriptors[i] = files[i].Descriptor;
        fixed (byte* at = buffer) return TryCall(VfioAbi.VFIO_DEVICE_SET_IRQS, at);
    }

    /// <summary>Function level reset, or what the kernel has instead. Sleeps for 100 ms and more. Returns 0 or minus errno.</summary>
    public int TryReset() => TryCall(VfioAbi.VFIO_DEVICE_RESET, null);

    /// <summary>Reads at a place of the file: the bytes read, or minus errno. EIO: the function does not answer there now.</summary>
    public int TryRead(long offset, Span<byte> into)
    {
        nint read;
        fixed (byte* at = into)
        {
            do read = LibC.pread(this, at, (nuint)into.Length, offset);
            while (read < 0 && Marshal.GetLastPInvokeError() == Errno.Eintr);
        }

        return read >= 0 ? (int)read : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Writes at a place of the file: the bytes written, or minus errno.</summary>
    public int TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        nint written;
        fixed (byte* at = bytes)
        {
            do written = LibC.pwrite(this, at, (nuint)bytes.Length, offset);
            while (written < 0 && Marshal.GetLastPInvokeError() == Errno.Eintr);
        }

        return written >= 0 ? (int)written : -Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// One call of a feature with its payload, which is both sent and, by GET, answered. Returns 0 or minus errno.
    /// </summary>
    /// <param name="flags">The feature's number with GET, SET or PROBE.</param>
    /// <param name="payload">In place; empty for a feature without.</param>
    public int TryFeature(uint flags, Span<byte> payload)
    {
        var buffer = new byte[sizeof(vfio_device_feature) + payload.Length];
        MemoryMarshal.AsRef<vfio_device_feature>(buffer.AsSpan()) = new vfio_device_feature { argsz = (uint)buffer.Length, flags = flags };
        payload.CopyTo(buffer.AsSpan(sizeof(vfio_device_feature)));
        int result;
        fixed (byte* at = buffer) result = TryCall(VfioAbi.VFIO_DEVICE_FEATURE, at);
        buffer.AsSpan(sizeof(vfio_device_feature)).CopyTo(payload);
        return result < 0 ? result : 0;
    }

    private static List<MappableArea> Mappable(ReadOnlySpan<byte> answer, in vfio_region_info info)
    {
        if ((info.flags & VfioAbi.VFIO_REGION_INFO_FLAG_MMAP) == 0) return [];
        var found = (info.flags & VfioAbi.VFIO_REGION_INFO_FLAG_CAPS) == 0
            ? -1
            : CapabilityChain.Find(answer, info.cap_offset, VfioAbi.VFIO_REGION_INFO_CAP_SPARSE_MMAP);
        if (found < 0) return [new MappableArea(0, (long)info.size)];
        var head = MemoryMarshal.Read<vfio_region_info_cap_sparse_mmap>(answer[found..]);
        var areas = new List<MappableArea>();
        foreach (var area in CapabilityChain.Entries<vfio_region_sparse_mmap_area>(
            answer, found + Unsafe.SizeOf<vfio_region_info_cap_sparse_mmap>(), head.nr_areas))
            areas.Add(new MappableArea((long)area.offset, (long)area.size));
        areas.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        return areas;
    }
}
