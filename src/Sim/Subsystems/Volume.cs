using Conformance.Device;

namespace Conformance.Sim;

/// <summary>The LBA format of a namespace: what Format NVM or its creation chose.</summary>
/// <param name="BlockSize">Bytes of data in a block.</param>
/// <param name="MetadataSize">Bytes of metadata of a block.</param>
/// <param name="Extended">Metadata is the end of an extended logical block, not a buffer of its own.</param>
/// <param name="Protection">Protection information type.</param>
/// <param name="ProtectionFirst">Protection information is in the first bytes of the metadata.</param>
internal sealed record BlockFormat(
    int BlockSize, int MetadataSize, bool Extended, Nvme.ProtectionType Protection = Nvme.ProtectionType.None, bool ProtectionFirst = false)
{
    public static BlockFormat Of(SimulatedNamespace definition) => new(
        definition.BlockSize, definition.MetadataSize, definition.ExtendedMetadata, (Nvme.ProtectionType)definition.ProtectionType,
        definition.ProtectionFirst);
}

/// <summary>
/// The blocks behind a namespace and all that everybody shares who reaches them: where a pair has one medium, the namespaces of both
/// sides have the same volume.
/// </summary>
internal sealed class Volume
{
    private readonly SimulatedNamespace _definition;

    public Volume(SimulatedNamespace definition)
    {
        _definition = definition;
        Capacity = definition.Capacity == 0 ? (ulong)definition.Blocks : (ulong)definition.Capacity;
        Make(BlockFormat.Of(definition), (ulong)definition.Blocks);
    }

    public BlockFormat Format { get; private set; } = null!;

    public BlockStore Medium { get; private set; } = null!;

    /// <summary>The protection information of its blocks; null for none.</summary>
    public Protection? Protection { get; private set; }

    /// <summary>Registrants and reservation: of the blocks, whoever reaches them.</summary>
    public ReservationState Reservations { get; } = new();

    /// <summary>The namespaces through which it is reached, of one subsystem or several.</summary>
    public List<Namespace> Faces { get; } = [];

    /// <summary>NCAP: blocks that can be allocated at once.</summary>
    public ulong Capacity { get; private set; }

    /// <summary>The blocks may not be changed: of the namespace, whoever set it, and kept by every reset.</summary>
    public bool IsWriteProtected { get; set; }

    /// <summary>The format under way, if any.</summary>
    public FormatOperation Formatting { get; set; }

    /// <summary>A format: all blocks are deallocated, and where they have another size there are as many as the bytes make.</summary>
    public void Reformat(BlockFormat format)
    {
        var (before, blocks) = ((ulong)Medium.BlockSize, Medium.Blocks);
        Medium.Dispose();
        Capacity = Of(Capacity);
        Make(format, Of(blocks));

        ulong Of(ulong count) => Math.Max(1, (ulong)((UInt128)count * before / (uint)format.BlockSize));
    }

    private void Make(BlockFormat format, ulong blocks)
    {
        Format = format;
        Protection = format.Protection == Nvme.ProtectionType.None
            ? null
            : new Protection(format.Protection, format.ProtectionFirst, format.BlockSize, format.MetadataSize);
        var value = (byte)(_definition.DeallocatedReads == DeallocatedPattern.Ones ? 0xFF : 0);
        var metadata = Protection?.Deallocated(value, _definition.DeallocatedGuardIsCrc) ?? new byte[format.MetadataSize];
        if (Protection is null) Array.Fill(metadata, value);
        Medium = new BlockStore(blocks, format.BlockSize, format.MetadataSize, value, metadata);
    }

    /// <summary>Whether so many blocks from there on can be allocated; always so but on a thin volume.</summary>
    public bool HasRoom(ulong slba, ulong blocks)
    {
        if (Capacity >= Medium.Blocks || blocks <= Capacity - Math.Min(Capacity, Medium.AllocatedBlocks)) return true;
        var more = 0UL;
        for (var limit = slba + blocks; Medium.NextExtent(slba, limit, out var state, out var length); slba += length)
        {
            if (!Medium.IsAllocated(state)) more += length;
        }

        return more <= Capacity - Math.Min(Capacity, Medium.AllocatedBlocks);
    }
}
