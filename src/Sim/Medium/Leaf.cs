using System.Runtime.CompilerServices;

namespace Conformance.Sim;

/// <summary>
/// The lower level of the table: 1024 chunks, in groups that are there where one of theirs was ever opened. Where all its blocks are zeroed, or all
/// uncorrectable, one shared leaf without chunks stands for it, so that a whole namespace can be zeroed for the price of its table; where all are
/// deallocated there is no leaf.
/// </summary>
internal sealed class Leaf
{
    public const int ChunkShift = 10;
    public const int ChunkCount = 1 << ChunkShift;

    private static readonly Leaf _zeroed = new(BlockState.Zeroed);
    private static readonly Leaf _uncorrectable = new(BlockState.Uncorrectable);

    private Groups _groups;

    [InlineArray(ChunkCount >> ChunkGroup.Shift)]
    private struct Groups
    {
        private ChunkGroup? _first;
    }

    /// <summary>One bit a chunk that has a block that is not deallocated.</summary>
    public readonly ulong[] Occupied;

    public Leaf() => Occupied = new ulong[ChunkCount >> 6];

    private Leaf(BlockState state)
    {
        State = state;
        Occupied = [];
    }

    public bool IsUniform => State != BlockState.Deallocated;

    /// <summary>The state of all blocks of a uniform leaf; deallocated for one that is not.</summary>
    public BlockState State { get; }

    /// <summary>The group of a chunk; null where none of it was ever opened, and in a uniform leaf.</summary>
    public ChunkGroup? Find(int chunk) => _groups[chunk >> ChunkGroup.Shift];

    /// <summary>The group of a chunk that is to be changed.</summary>
    public ChunkGroup Open(int chunk) => _groups[chunk >> ChunkGroup.Shift] ??= new ChunkGroup();

    public bool IsEmpty => !Occupied.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>What stands for blocks that are all in one state; null for deallocated. Data needs chunks.</summary>
    public static Leaf? Of(BlockState state) => state switch
    {
        BlockState.Deallocated => null,
        BlockState.Zeroed => _zeroed,
        BlockState.Uncorrectable => _uncorrectable,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Written blocks have bytes of their own."),
    };
}
