namespace Conformance.Linux.Abi;

/// <summary>What <c>linux/iommufd.h</c> says, by its names, as far as it is used here. The first field of each structure is its size.</summary>
internal static class IommufdAbi
{
    public const string Header = "linux/iommufd.h";

    public const uint IOMMU_DESTROY = 0x3B80;
    public const uint IOMMU_IOAS_ALLOC = 0x3B81;
    public const uint IOMMU_IOAS_IOVA_RANGES = 0x3B84;
    public const uint IOMMU_IOAS_MAP = 0x3B85;
    public const uint IOMMU_IOAS_UNMAP = 0x3B86;

    public const uint IOMMU_IOAS_MAP_FIXED_IOVA = 1;
    public const uint IOMMU_IOAS_MAP_WRITEABLE = 2;
    public const uint IOMMU_IOAS_MAP_READABLE = 4;
}

internal struct iommu_destroy
{
    public uint size;
    public uint id;
}

internal struct iommu_ioas_alloc
{
    public uint size;
    public uint flags;
    public uint out_ioas_id;
}

/// <summary>Both ends are part of it.</summary>
internal struct iommu_iova_range
{
    public ulong start;
    public ulong last;
}

internal struct iommu_ioas_iova_ranges
{
    public uint size;
    public uint ioas_id;
    public uint num_iovas;
    public uint __reserved;
    public ulong allowed_iovas;
    public ulong out_iova_alignment;
}

internal struct iommu_ioas_map
{
    public uint size;
    public uint flags;
    public uint ioas_id;
    public uint __reserved;
    public ulong user_va;
    public ulong length;
    public ulong iova;
}

internal struct iommu_ioas_unmap
{
    public uint size;
    public uint ioas_id;
    public ulong iova;
    public ulong length;
}
