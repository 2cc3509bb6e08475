namespace Conformance.Sim;

/// <summary>The states of the blocks of 64 KiB: two bits each, in two planes. All zero: nothing here.</summary>
internal struct Chunk
{
    /// <summary>Bit 0 of each block's <see cref="BlockState"/>.</summary>
    public UInt128 Low;

    /// <summary>Bit 1 of each block's <see cref="BlockState"/>.</summary>
    public UInt128 High;

    /// <summary>A chunk all of whose blocks are in a state that needs no data.</summary>
    public static Chunk Of(BlockState state)
    {
        var chunk = default(Chunk);
        chunk.Set(UInt128.MaxValue, state);
        return chunk;
    }

    /// <summary>The blocks that may have metadata of their own: written or zeroed.</summary>
    public readonly UInt128 Live => Low ^ High;

    /// <summary>The blocks that are not deallocated.</summary>
    public readonly UInt128 Occupied => Low | High;

    /// <summary>The blocks in a state; bits above the chunk's last block count as deallocated.</summary>
    public readonly UInt128 In(BlockState state) =>
        (((int)state & 1) != 0 ? Low : ~Low) & (((int)state & 2) != 0 ? High : ~High);

    public readonly BlockState StateOf(int block) => (BlockState)((int)(Low >> block & 1) | ((int)(High >> block & 1) << 1));

    public void Set(UInt128 blocks, BlockState state)
    {
        Low = ((int)state & 1) != 0 ? Low | blocks : Low & ~blocks;
        High = ((int)state & 2) != 0 ? High | blocks : High & ~blocks;
    }
}
