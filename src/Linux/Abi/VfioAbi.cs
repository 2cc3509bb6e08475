namespace Conformance.Linux.Abi;

/// <summary>
/// What <c>linux/vfio.h</c> says, by its names, as far as it is used here. None of VFIO's numbers holds direction or size: what grows says its
/// size in <c>argsz</c>. Container and device share numbers, so each kind of file has a class of its own that makes its calls.
/// </summary>
internal static class VfioAbi
{
    public const string Header = "linux/vfio.h";

    // The container.
    public const uint VFIO_GET_API_VERSION = 0x3B64;
    public const uint VFIO_CHECK_EXTENSION = 0x3B65;
    public const uint VFIO_SET_IOMMU = 0x3B66;
    public const uint VFIO_IOMMU_GET_INFO = 0x3B70;
    public const uint VFIO_IOMMU_MAP_DMA = 0x3B71;
    public const uint VFIO_IOMMU_UNMAP_DMA = 0x3B72;

    // A group.
    public const uint VFIO_GROUP_GET_STATUS = 0x3B67;
    public const uint VFIO_GROUP_SET_CONTAINER = 0x3B68;
    public const uint VFIO_GROUP_UNSET_CONTAINER = 0x3B69;
    public const uint VFIO_GROUP_GET_DEVICE_FD = 0x3B6A;

    // A device.
    public const uint VFIO_DEVICE_GET_INFO = 0x3B6B;
    public const uint VFIO_DEVICE_GET_REGION_INFO = 0x3B6C;
    public const uint VFIO_DEVICE_GET_IRQ_INFO = 0x3B6D;
    public const uint VFIO_DEVICE_SET_IRQS = 0x3B6E;
    public const uint VFIO_DEVICE_RESET = 0x3B6F;
    public const uint VFIO_DEVICE_FEATURE = 0x3B75;
    public const uint VFIO_DEVICE_BIND_IOMMUFD = 0x3B76;
    public const uint VFIO_DEVICE_ATTACH_IOMMUFD_PT = 0x3B77;
    public const uint VFIO_DEVICE_DETACH_IOMMUFD_PT = 0x3B78;

    // A migration data stream.
    public const uint VFIO_MIG_GET_PRECOPY_INFO = 0x3B79;

    public const int VFIO_API_VERSION = 0;
    public const int VFIO_TYPE1v2_IOMMU = 3;

    public const uint VFIO_GROUP_FLAGS_VIABLE = 1;

    public const uint VFIO_IOMMU_INFO_PGSIZES = 1;
    public const uint VFIO_IOMMU_INFO_CAPS = 2;
    public const ushort VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;

    public const uint VFIO_DMA_MAP_FLAG_READ = 1;
    public const uint VFIO_DMA_MAP_FLAG_WRITE = 2;

    public const uint VFIO_DEVICE_FLAGS_RESET = 1;
    public const uint VFIO_DEVICE_FLAGS_PCI = 2;

    public const uint VFIO_REGION_INFO_FLAG_READ = 1;
    public const uint VFIO_REGION_INFO_FLAG_WRITE = 2;
    public const uint VFIO_REGION_INFO_FLAG_MMAP = 4;
    public const uint VFIO_REGION_INFO_FLAG_CAPS = 8;
    public const ushort VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;

    public const uint VFIO_PCI_BAR0_REGION_INDEX = 0;
    public const uint VFIO_PCI_CONFIG_REGION_INDEX = 7;

    public const uint VFIO_PCI_MSIX_IRQ_INDEX = 2;
    public const uint VFIO_PCI_REQ_IRQ_INDEX = 4;

    public const uint VFIO_IRQ_SET_DATA_NONE = 1;
    public const uint VFIO_IRQ_SET_DATA_EVENTFD = 4;
    public const uint VFIO_IRQ_SET_ACTION_TRIGGER = 32;

    public const uint VFIO_DEVICE_FEATURE_GET = 0x10000;
    public const uint VFIO_DEVICE_FEATURE_SET = 0x20000;
    public const uint VFIO_DEVICE_FEATURE_PROBE = 0x40000;
    public const uint VFIO_DEVICE_FEATURE_MIGRATION = 1;
    public const uint VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE = 2;
    public const uint VFIO_DEVICE_FEATURE_DMA_LOGGING_START = 6;
    public const uint VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP = 7;
    public const uint VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT = 8;
    public const uint VFIO_DEVICE_FEATURE_MIG_DATA_SIZE = 9;

    public const uint VFIO_DEVICE_BIND_FLAG_TOKEN = 1;
}

internal struct vfio_group_status
{
    public uint argsz;
    public uint flags;
}

internal struct vfio_iommu_type1_info
{
    public uint argsz;
    public uint flags;
    public ulong iova_pgsizes;
    public uint cap_offset;
    public uint pad;
}

/// <summary>Heads each entry of a chain of capabilities; <c>next</c> counts from the beginning of the structure that was asked for.</summary>
internal struct vfio_info_cap_header
{
    public ushort id;
    public ushort version;
    public uint next;
}

/// <summary>Followed by that many <see cref="vfio_iova_range"/>.</summary>
internal struct vfio_iommu_type1_info_cap_iova_range
{
    public vfio_info_cap_header header;
    public uint nr_iovas;
    public uint reserved;
}

/// <summary>Both ends are part of it.</summary>
internal struct vfio_iova_range
{
    public ulong start;
    public ulong end;
}

internal struct vfio_iommu_type1_dma_map
{
    public uint argsz;
    public uint flags;
    public ulong vaddr;
    public ulong iova;
    public ulong size;
}

internal struct vfio_iommu_type1_dma_unmap
{
    public uint argsz;
    public uint flags;
    public ulong iova;
    public ulong size;
}

internal struct vfio_device_info
{
    public uint argsz;
    public uint flags;
    public uint num_regions;
    public uint num_irqs;
    public uint cap_offset;
    public uint pad;
}

internal struct vfio_region_info
{
    public uint argsz;
    public uint flags;
    public uint index;
    public uint cap_offset;
    public ulong size;
    public ulong offset;
}

/// <summary>Followed by that many <see cref="vfio_region_sparse_mmap_area"/>.</summary>
internal struct vfio_region_info_cap_sparse_mmap
{
    public vfio_info_cap_header header;
    public uint nr_areas;
    public uint reserved;
}

internal struct vfio_region_sparse_mmap_area
{
    public ulong offset;
    public ulong size;
}

internal struct vfio_irq_info
{
    public uint argsz;
    public uint flags;
    public uint index;
    public uint count;
}

/// <summary>Followed by its data: of an eventfd each, 4 bytes.</summary>
internal struct vfio_irq_set
{
    public uint argsz;
    public uint flags;
    public uint index;
    public uint start;
    public uint count;
}

/// <summary>Heads the call of a feature; its payload follows at once.</summary>
internal struct vfio_device_feature
{
    public uint argsz;
    public uint flags;
}

internal struct vfio_device_feature_migration
{
    public ulong flags;
}

internal struct vfio_device_feature_mig_state
{
    public uint device_state;
    public int data_fd;
}

internal struct vfio_device_feature_mig_data_size
{
    public ulong stop_copy_length;
}

internal struct vfio_precopy_info
{
    public uint argsz;
    public uint flags;
    public ulong initial_bytes;
    public ulong dirty_bytes;
}

internal struct vfio_device_feature_dma_logging_control
{
    public ulong page_size;
    public uint num_ranges;
    public uint __reserved;
    public ulong ranges;
}

internal struct vfio_device_feature_dma_logging_range
{
    public ulong iova;
    public ulong length;
}

internal struct vfio_device_feature_dma_logging_report
{
    public ulong iova;
    public ulong length;
    public ulong page_size;
    public ulong bitmap;
}

internal struct vfio_device_bind_iommufd
{
    public uint argsz;
    public uint flags;
    public int iommufd;
    public uint out_devid;

    /// <summary>The 16 bytes of a VF token; of kernels from 7.x on.</summary>
    public ulong token_uuid_ptr;
}

internal struct vfio_device_attach_iommufd_pt
{
    public uint argsz;
    public uint flags;
    public uint pt_id;
    public uint pasid;
}

internal struct vfio_device_detach_iommufd_pt
{
    public uint argsz;
    public uint flags;
    public uint pasid;
}
