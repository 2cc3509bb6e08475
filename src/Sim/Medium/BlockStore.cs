namespace Conformance.Sim;

/// <summary>
/// The medium of a namespace: logical blocks, sparse, durable as soon as written, without any command on top. Data lies in chunks of
/// 64 KiB and metadata apart from it, both outside the managed heap; a table of two levels finds a chunk without hashing. Memory and time
/// are proportional to what was written, not to the capacity.
/// <para>Blocks are named by LBA; ranges lie within the capacity and anything else is a bug of the caller and throws. Spans that are handed
/// out are good until the next operation that changes the state of a block. For one thread at a time.</para>
/// </summary>
public sealed partial class BlockStore : IDisposable
{
    /// <summary>Bytes of data per chunk.</summary>
    public const int ChunkSize = 64 << 10;

    private readonly int _chunkShift;
    private readonly int _leafShift;
    private readonly Leaf?[] _leaves;
    private readonly ulong[] _occupied;
    private readonly BlockPlane _data;
    private readonly BlockPlane? _metadata;
    private readonly bool _zeroedIsAllocated;
    private readonly ulong[] _counts = new ulong[4];

    /// <param name="blocks">Capacity in logical blocks (NSZE); at least 1.</param>
    /// <param name="blockSize">Bytes of data per block; a power of two from 512 to <see cref="ChunkSize"/>.</param>
    /// <param name="metadataSize">Bytes of metadata per block; 0 for none.</param>
    /// <param name="deallocatedByte">What each byte of a deallocated block reads as (DLFEAT: 00h or FFh).</param>
    /// <param name="deallocatedMetadata">The metadata of a deallocated block, <paramref name="metadataSize"/> bytes; empty for
    /// zeroes.</param>
    /// <param name="zeroedIsAllocated">Whether zeroed blocks count as allocated.</param>
    public BlockStore(
        ulong blocks,
        int blockSize,
        int metadataSize = 0,
        byte deallocatedByte = 0,
        ReadOnlySpan<byte> deallocatedMetadata = default,
        bool zeroedIsAllocated = true)
    {
        ArgumentOutOfRangeException.ThrowIfZero(blocks);
        if (blockSize is < 512 or > ChunkSize || !int.IsPow2(blockSize))
            throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, $"Not a power of two from 512 to {ChunkSize}.");
        ArgumentOutOfRangeException.ThrowIfNegative(metadataSize);
        if (deallocatedMetadata.Length != 0 && deallocatedMetadata.Length != metadataSize)
            throw new ArgumentException($"Not {metadataSize} bytes.", nameof(deallocatedMetadata));

        Blocks = blocks;
        BlockSize = blockSize;
        MetadataSize = metadataSize;
        BlocksPerChunk = ChunkSize / blockSize;
        _zeroedIsAllocated = zeroedIsAllocated;
        _chunkShift = int.Log2(BlocksPerChunk);
        _leafShift = _chunkShift + Leaf.ChunkShift;
        _leaves = new Leaf?[checked((int)((blocks - 1 >> _leafShift) + 1))];
        _occupied = new ulong[(_leaves.Length + 63) >> 6];
        _data = new BlockPlane(blockSize, BlocksPerChunk, [deallocatedByte]);
        if (metadataSize != 0) _metadata = new BlockPlane(metadataSize, BlocksPerChunk, deallocatedMetadata);
        _counts[(int)BlockState.Deallocated] = blocks;
    }

    /// <summary>Capacity in logical blocks.</summary>
    public ulong Blocks { get; }

    /// <summary>Bytes of data per block.</summary>
    public int BlockSize { get; }

    /// <summary>Bytes of metadata per block.</summary>
    public int MetadataSize { get; }

    /// <summary>Blocks per chunk: the most that one span can hold.</summary>
    public int BlocksPerChunk { get; }

    /// <summary>Allocated blocks (NUSE): written, uncorrectable, and zeroed where those count.</summary>
    public ulong AllocatedBlocks =>
        CountOf(BlockState.Written) + CountOf(BlockState.Uncorrectable) + (_zeroedIsAllocated ? CountOf(BlockState.Zeroed) : 0);

    /// <summary>Chunks of data held in memory.</summary>
    public int DataChunks => _data.Chunks;

    /// <summary>Chunks of metadata held in memory.</summary>
    public int MetadataChunks => _metadata?.Chunks ?? 0;

    /// <summary>Parts of the table held in memory, each for 1024 chunks.</summary>
    public int Leaves { get; private set; }

    /// <summary>Blocks in a state.</summary>
    public ulong CountOf(BlockState state) => _counts[(int)state];

    /// <summary>Whether a block in this state counts as allocated here.</summary>
    public bool IsAllocated(BlockState state) =>
        state is BlockState.Written or BlockState.Uncorrectable || (state == BlockState.Zeroed && _zeroedIsAllocated);

    /// <summary>Deallocates every block and gives all memory back: what a format leaves.</summary>
    public void Clear()
    {
        for (var i = BlockBits.NextSet(_occupied, 0); i < _leaves.Length; i = BlockBits.NextSet(_occupied, i + 1)) _leaves[i] = null;
        Array.Clear(_occupied);
        Array.Clear(_counts);
        _counts[(int)BlockState.Deallocated] = Blocks;
        Leaves = 0;
        _data.Clear();
        _metadata?.Clear();
    }

    public void Dispose()
    {
        _data.Dispose();
        _metadata?.Dispose();
    }

    public override string ToString() => $"{Blocks} blocks of {BlockSize}+{MetadataSize} bytes, {AllocatedBlocks} allocated";

    private int LeafOf(ulong lba) => (int)(lba >> _leafShift);

    private int ChunkOf(ulong lba) => (int)(lba >> _chunkShift) & (Leaf.ChunkCount - 1);

    private int BlockOf(ulong lba) => (int)lba & (BlocksPerChunk - 1);

    /// <summary>The states of a block's chunk, made up where the table has none.</summary>
    private Chunk Look(ulong lba)
    {
        var leaf = _leaves[LeafOf(lba)];
        if (leaf is null) return default;
        if (leaf.IsUniform) return Chunk.Of(leaf.State);
        var chunk = ChunkOf(lba);
        return leaf.Find(chunk) is { } group ? group.States[chunk & (ChunkGroup.Size - 1)] : default;
    }

    /// <summary>The leaf at an index, with chunks of its own.</summary>
    private Leaf Open(int index)
    {
        var old = _leaves[index];
        if (old is { IsUniform: false }) return old;
        var leaf = new Leaf();
        if (old is not null)
        {
            var left = Math.Min(Blocks - ((ulong)index << _leafShift), 1UL << _leafShift);
            for (var i = 0; left > 0; i++)
            {
                var blocks = (int)Math.Min(left, (ulong)BlocksPerChunk);
                leaf.Open(i).States[i & (ChunkGroup.Size - 1)].Set(BlockBits.Range(0, blocks), old.State);
                BlockBits.Set(leaf.Occupied, i);
                left -= (ulong)blocks;
            }
        }

        Put(index, leaf);
        return leaf;
    }

    private void Put(int index, Leaf? leaf)
    {
        if (_leaves[index] is { IsUniform: false }) Leaves--;
        if (leaf is { IsUniform: false }) Leaves++;
        _leaves[index] = leaf;
        if (leaf is null) BlockBits.Reset(_occupied, index);
        else BlockBits.Set(_occupied, index);
    }

    /// <summary>Puts blocks of a chunk into a state and keeps the counts; false where they all were in it.</summary>
    private bool Set(ChunkGroup group, int index, UInt128 range, BlockState state)
    {
        ref var chunk = ref group.States[index];
        if ((chunk.In(state) & range) == range) return false;
        for (var old = BlockState.Deallocated; old <= BlockState.Uncorrectable; old++)
            _counts[(int)old] -= (ulong)UInt128.PopCount(chunk.In(old) & range);
        _counts[(int)state] += (ulong)UInt128.PopCount(range);
        chunk.Set(range, state);
        var whole = BlockBits.Range(0, BlocksPerChunk);
        if ((chunk.In(BlockState.Written) & whole) == whole) group.Full |= 1u << index;
        else group.Full &= ~(1u << index);
        return true;
    }

    private void Require(ulong lba, ulong blocks)
    {
        if (lba > Blocks || blocks > Blocks - lba)
            throw new ArgumentOutOfRangeException(nameof(lba), lba, $"{blocks} blocks from there are not within {Blocks}.");
    }
}
