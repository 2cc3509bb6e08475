using Conformance.Device;

namespace Conformance.Sim;

/// <summary>
/// The lower level of the table: 1024 chunks, in groups that are there where one of theirs was ever opened. The first of them is the leaf itself, so that a
/// block far from all others is found by one look. Where all its blocks are zeroed, or all uncorrectable, one shared leaf without chunks stands for it, so that
/// a whole namespace can be zeroed for the price of its table; where all are deallocated there is no leaf.
/// </summary>
internal sealed class Leaf : ChunkGroup
{
    public const int ChunkShift = 10;
    public const int ChunkCount = 1 << ChunkShift;

    private const int NoneYet = -1;
    private const int Uniform = -2;

    private static readonly Leaf _zeroed = new(BlockState.Zeroed);
    private static readonly Leaf _uncorrectable = new(BlockState.Uncorrectable);

    private ChunkGroup?[]? _others;

    /// <summary>One bit a chunk that has a block that is not deallocated.</summary>
    public readonly ulong[] Occupied;

    public Leaf()
    {
        Number = NoneYet;
        Occupied = new ulong[ChunkCount >> 6];
    }

    private Leaf(BlockState state)
    {
        (Number, State) = (Uniform, state);
        Occupied = [];
    }

    public bool IsUniform => Number == Uniform;

    /// <summary>The state of all blocks of a uniform leaf; deallocated for one that is not.</summary>
    public BlockState State { get; }

    /// <summary>The group of a chunk; null where none of it was ever opened, and in a uniform leaf.</summary>
    public ChunkGroup? Find(int chunk) => chunk >> Shift == Number ? this : _others?[chunk >> Shift];

    /// <summary>The group of a chunk that is to be changed.</summary>
    public ChunkGroup Open(int chunk)
    {
        var number = chunk >> Shift;
        if (number == Number) return this;
        if (Number == NoneYet)
        {
            Number = number;
            return this;
        }

        _others ??= new ChunkGroup?[ChunkCount >> Shift];
        return _others[number] ??= new ChunkGroup();
    }

    /// <summary>Lets the processor fetch what the leaf says of a chunk, without looking at the leaf: where it is one of few it is of its own group.</summary>
    public void Prefetch(int chunk)
    {
        Ahead.Fetch(ref Full);
        Ahead.Fetch(ref Data[chunk & (Size - 1)]);
    }

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
