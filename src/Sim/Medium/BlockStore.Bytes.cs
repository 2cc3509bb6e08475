using System.Diagnostics.CodeAnalysis;
using Conformance.Device;

namespace Conformance.Sim;

/// <content>Data and metadata of blocks, whole or in pieces that lie together, so that a device copies straight to and from guest
/// memory.</content>
public sealed partial class BlockStore
{
    /// <summary>
    /// Makes up to <paramref name="maxBlocks"/> blocks written and returns their <paramref name="blocks"/> x <see cref="BlockSize"/> bytes
    /// to be filled; at least one block, at most to the end of the chunk. Until filled they hold what they held, or zeroes. Metadata stays.
    /// </summary>
    public Span<byte> WritableChunk(ulong lba, int maxBlocks, out int blocks)
    {
        var first = Piece(lba, maxBlocks, out blocks);
        // An overwrite of a chunk that is full changes no state.
        if (Find(lba, out var place) is { } known && (known.Full >> place & 1) != 0) return _data.Writable(ref known.Data[place], first, blocks);
        var leaf = Open(LeafOf(lba));
        var chunk = ChunkOf(lba);
        var (group, index) = (leaf.Open(chunk), chunk & (ChunkGroup.Size - 1));
        // First the memory, which may be refused, then the state.
        var bytes = _data.Writable(ref group.Data[index], first, blocks);
        if (Set(group, index, BlockBits.Range(first, blocks), BlockState.Written)) BlockBits.Set(leaf.Occupied, chunk);
        return bytes;
    }

    /// <summary>Lets the processor fetch where the table says that a block is; changes nothing, and any LBA may be given.</summary>
    public void PrefetchPlace(ulong lba)
    {
        if (lba < Blocks) _leaves[LeafOf(lba)]?.Prefetch(ChunkOf(lba));
    }

    /// <summary>
    /// Where the bytes of the chunk of a block are, for <see cref="Prefetch"/>; 0: nowhere. Lets the processor fetch the state of the block where a write
    /// changes that.
    /// </summary>
    public int HandleOf(ulong lba)
    {
        if (lba >= Blocks || Find(lba, out var index) is not { } group) return 0;
        if ((group.Full >> index & 1) == 0) Ahead.Fetch(ref group.States[index]);
        return group.Data[index];
    }

    /// <summary>Lets the processor fetch so many lines from the beginning of a block on. The handle may be one of old, and does nothing then.</summary>
    public void Prefetch(int handle, ulong lba, int lines) => _data.Prefetch(handle, BlockOf(lba), lines);

    /// <summary>
    /// Returns the data of <paramref name="blocks"/> blocks, at least one, at most <paramref name="maxBlocks"/>, that lie together. Blocks
    /// that hold nothing read as their state says; uncorrectable ones as zeroes: ask <see cref="FindUncorrectable"/> first.
    /// </summary>
    public ReadOnlySpan<byte> ReadableChunk(ulong lba, int maxBlocks, out int blocks)
    {
        var first = Piece(lba, maxBlocks, out blocks);
        var handle = Find(lba, out var index) is { } group ? group.Data[index] : 0;
        return _data.Readable(handle, _data.ReadsZero ? default : Look(lba).Occupied, first, ref blocks);
    }

    /// <summary>
    /// Returns the <paramref name="blocks"/> x <see cref="MetadataSize"/> bytes of metadata to be changed, of blocks that are written or
    /// zeroed (throws for others, which cannot have any); at least one block, at most <paramref name="maxBlocks"/>, within one chunk. So:
    /// data first.
    /// </summary>
    public Span<byte> WritableMetadata(ulong lba, int maxBlocks, out int blocks)
    {
        var plane = Metadata();
        var first = Piece(lba, maxBlocks, out blocks);
        var range = BlockBits.Range(first, blocks);
        if ((Look(lba).Live & range) != range)
            throw new InvalidOperationException($"Of {blocks} blocks at {lba} some are neither written nor zeroed.");
        return plane.Writable(ref Open(LeafOf(lba)).Open(ChunkOf(lba)).Metadata[ChunkOf(lba) & (ChunkGroup.Size - 1)], first, blocks);
    }

    /// <summary>Returns the metadata of <paramref name="blocks"/> blocks, as <see cref="ReadableChunk"/> does the data.</summary>
    public ReadOnlySpan<byte> ReadableMetadata(ulong lba, int maxBlocks, out int blocks)
    {
        var plane = Metadata();
        var first = Piece(lba, maxBlocks, out blocks);
        var handle = Find(lba, out var index) is { } group ? group.Metadata[index] : 0;
        return plane.Readable(handle, plane.ReadsZero ? default : Look(lba).Occupied, first, ref blocks);
    }

    /// <summary>Writes whole blocks.</summary>
    public void Write(ulong lba, ReadOnlySpan<byte> data)
    {
        for (var left = Whole(lba, data.Length, BlockSize); left > 0;)
        {
            var piece = WritableChunk(lba, left, out var blocks);
            data[..piece.Length].CopyTo(piece);
            data = data[piece.Length..];
            lba += (ulong)blocks;
            left -= blocks;
        }
    }

    /// <summary>Reads whole blocks.</summary>
    public void Read(ulong lba, Span<byte> data)
    {
        for (var left = Whole(lba, data.Length, BlockSize); left > 0;)
        {
            var piece = ReadableChunk(lba, left, out var blocks);
            piece.CopyTo(data);
            data = data[piece.Length..];
            lba += (ulong)blocks;
            left -= blocks;
        }
    }

    /// <summary>Writes the metadata of whole blocks that are written or zeroed.</summary>
    public void WriteMetadata(ulong lba, ReadOnlySpan<byte> metadata)
    {
        for (var left = Whole(lba, metadata.Length, Metadata().Unit); left > 0;)
        {
            var piece = WritableMetadata(lba, left, out var blocks);
            metadata[..piece.Length].CopyTo(piece);
            metadata = metadata[piece.Length..];
            lba += (ulong)blocks;
            left -= blocks;
        }
    }

    /// <summary>Reads the metadata of whole blocks.</summary>
    public void ReadMetadata(ulong lba, Span<byte> metadata)
    {
        for (var left = Whole(lba, metadata.Length, Metadata().Unit); left > 0;)
        {
            var piece = ReadableMetadata(lba, left, out var blocks);
            piece.CopyTo(metadata);
            metadata = metadata[piece.Length..];
            lba += (ulong)blocks;
            left -= blocks;
        }
    }

    private ChunkGroup? Find(ulong lba, out int index)
    {
        var chunk = ChunkOf(lba);
        index = chunk & (ChunkGroup.Size - 1);
        return _leaves[LeafOf(lba)]?.Find(chunk);
    }

    private BlockPlane Metadata()
    {
        if (_metadata is null) RefuseMetadata();
        return _metadata;
    }

    [DoesNotReturn]
    private static void RefuseMetadata() => throw new InvalidOperationException("The blocks have no metadata.");

    /// <summary>The place of a block in its chunk, and how many of the blocks asked for are in the same one.</summary>
    private int Piece(ulong lba, int maxBlocks, out int blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBlocks);
        Require(lba, (ulong)maxBlocks);
        var first = BlockOf(lba);
        blocks = Math.Min(maxBlocks, BlocksPerChunk - first);
        return first;
    }

    private int Whole(ulong lba, int bytes, int unit)
    {
        var blocks = bytes / unit;
        if (blocks * unit != bytes) throw new ArgumentException($"{bytes} bytes are not whole blocks of {unit}.", nameof(bytes));
        Require(lba, (ulong)blocks);
        return blocks;
    }
}
