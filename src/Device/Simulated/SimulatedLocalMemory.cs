using System.ComponentModel.DataAnnotations;

namespace Conformance.Device;

/// <summary>
/// Memory on the device itself, that a host reaches through BARs and commands by address ranges that the host sets. Each function has its
/// own. Neither kind is there by default; neither moves with a controller.
/// </summary>
public sealed record SimulatedLocalMemory
{
    /// <summary>Controller Memory Buffer (Base 2.3 8.2.1), in BAR0 behind the registers; null: none.</summary>
    public SimulatedMemoryBuffer? Buffer { get; init; }

    /// <summary>Persistent Memory Region (Base 2.3 8.2.4), BAR2; null: none.</summary>
    public SimulatedMemoryRegion? Region { get; init; }
}

/// <summary>A Controller Memory Buffer: what CMBSZ and CMBLOC say that may be placed there. All else ends with 0/12h.</summary>
public sealed record SimulatedMemoryBuffer
{
    /// <summary>Bytes, a multiple of 4 KiB.</summary>
    [Range(4096, 1 << 30)]
    public int Bytes { get; init; } = 1 << 16;

    /// <summary>CMBSZ.SQS.</summary>
    public bool SubmissionQueues { get; init; } = true;

    /// <summary>CMBSZ.CQS.</summary>
    public bool CompletionQueues { get; init; } = true;

    /// <summary>CMBSZ.LISTS: PRP lists and SGL segments.</summary>
    public bool Lists { get; init; } = true;

    /// <summary>CMBSZ.RDS: data and metadata from the controller.</summary>
    public bool ReadData { get; init; } = true;

    /// <summary>CMBSZ.WDS: data and metadata to the controller.</summary>
    public bool WriteData { get; init; } = true;

    /// <summary>CMBLOC.CQMMS: a queue partly there and partly elsewhere.</summary>
    public bool MixedQueues { get; init; }

    /// <summary>CMBLOC.CQPDS: queues there that are not contiguous.</summary>
    public bool ScatteredQueues { get; init; }

    /// <summary>CMBLOC.CDPMLS: lists of one command partly there and partly elsewhere.</summary>
    public bool MixedLists { get; init; }

    /// <summary>CMBLOC.CDPCILS: lists there of a command that is not.</summary>
    public bool ListsWithoutCommand { get; init; }

    /// <summary>CMBLOC.CDMMMS: data and metadata of one command partly there and partly elsewhere.</summary>
    public bool MixedData { get; init; }
}

/// <summary>A Persistent Memory Region: data and metadata only; any other use is an invalid field.</summary>
public sealed record SimulatedMemoryRegion
{
    /// <summary>Bytes, a power of two of at least 4 KiB: the whole of its BAR.</summary>
    [Range(4096, 1 << 30)]
    public int Bytes { get; init; } = 1 << 16;

    /// <summary>PMRCAP.RDS: data and metadata from the controller.</summary>
    public bool ReadData { get; init; } = true;

    /// <summary>PMRCAP.WDS: data and metadata to the controller.</summary>
    public bool WriteData { get; init; } = true;
}
