using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>I/O commands: limits, and what is optional. Sizes are 2^n pages of CAP.MPSMIN; 0 is no limit.</summary>
public sealed record SimulatedIoCommands
{
    /// <summary>VSL: largest Verify.</summary>
    public byte VerifySizeLimit { get; init; }

    /// <summary>WZSL: largest Write Zeroes.</summary>
    public byte WriteZeroesSizeLimit { get; init; }

    /// <summary>WZDSL: largest Write Zeroes that deallocates; null: the same as the others (MAXWZD clear).</summary>
    public byte? WriteZeroesDeallocateSizeLimit { get; init; }

    /// <summary>WUSL: largest Write Uncorrectable.</summary>
    public byte WriteUncorrectableSizeLimit { get; init; }

    /// <summary>CTRATT.MEM: MDTS and the other limits do not count metadata.</summary>
    public bool LimitsExcludeMetadata { get; init; }

    /// <summary>DMRL: most ranges of one Dataset Management command.</summary>
    public byte DatasetRanges { get; init; }

    /// <summary>DMRSL: most logical blocks of one of its ranges.</summary>
    public uint DatasetRangeBlocks { get; init; }

    /// <summary>DMSL: most logical blocks of all its ranges.</summary>
    public long DatasetBlocks { get; init; }

    /// <summary>MSRC, 0's based: most source ranges of one Copy command.</summary>
    public byte CopyRangesZ { get; init; } = 127;

    /// <summary>MSSRL: most logical blocks of one of its ranges.</summary>
    [Range(1, 65535)]
    public ushort CopyRangeBlocks { get; init; } = 4096;

    /// <summary>MCL: most logical blocks of all its ranges.</summary>
    [Range(1, 1 << 24)]
    public int CopyBlocks { get; init; } = 65536;

    /// <summary>AWUN, 0's based: writes up to this size are atomic to other commands.</summary>
    public ushort AwunZ { get; init; } = 15;

    /// <summary>AWUPF, 0's based: writes up to this size take effect whole or not at all, also when they fail.</summary>
    public ushort AwupfZ { get; init; } = 7;

    /// <summary>ACWU, 0's based: the largest fused Compare and Write.</summary>
    public ushort AcwuZ { get; init; } = 7;

    /// <summary>OACS.GLSS: Get LBA Status.</summary>
    public bool GetLbaStatus { get; init; } = true;

    /// <summary>AOCS.RALBAS: Get LBA Status tells allocated blocks, in granules of migration.allocationGranularity.</summary>
    public bool ReportsAllocatedBlocks { get; init; } = true;

    /// <summary>ONCS.RESERVS and RESCAP: reservations, for hosts that gave a Host Identifier.</summary>
    public bool Reservations { get; init; } = true;

    /// <summary>FUSES: Compare and Write as one operation.</summary>
    public bool FusedCompareAndWrite { get; init; } = true;

    /// <summary>SGLS bit 16: Bit Bucket descriptors.</summary>
    public bool SglBitBucket { get; init; } = true;
}

/// <summary>What a deallocated logical block reads as.</summary>
public enum DeallocatedPattern
{
    /// <summary>Not reported; zeroes in fact.</summary>
    NotReported,

    Zeroes,

    /// <summary>All bytes FFh.</summary>
    Ones,
}
