namespace Conformance.Device;

/// <summary>Limits of I/O commands. Sizes are 2^n pages of CAP.MPSMIN; 0 is no limit.</summary>
public sealed record SimulatedIoCommands
{
    /// <summary>VSL: largest Verify.</summary>
    public byte VerifySizeLimit { get; init; }

    /// <summary>WZSL: largest Write Zeroes.</summary>
    public byte WriteZeroesSizeLimit { get; init; }

    /// <summary>WUSL: largest Write Uncorrectable.</summary>
    public byte WriteUncorrectableSizeLimit { get; init; }

    /// <summary>DMRL: most ranges of one Dataset Management command.</summary>
    public byte DatasetRanges { get; init; }

    /// <summary>DMRSL: most logical blocks of one of its ranges.</summary>
    public uint DatasetRangeBlocks { get; init; }

    /// <summary>DMSL: most logical blocks of all its ranges.</summary>
    public long DatasetBlocks { get; init; }
}
