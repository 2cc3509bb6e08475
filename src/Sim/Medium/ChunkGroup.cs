using System.Runtime.CompilerServices;

namespace Conformance.Sim;

/// <summary>
/// Chunks that lie together: states, and where their bytes are. What a read or an overwrite needs comes first and is small, for it is looked at
/// for each of them, in no order, and should not push the data itself out of the caches.
/// </summary>
internal class ChunkGroup
{
    public const int Shift = 5;
    public const int Size = 1 << Shift;

    /// <summary>Of a leaf: which group it is itself. Here, for it is looked at with the rest.</summary>
    protected int Number;

    /// <summary>One bit a chunk all of whose blocks are written: writing to it changes no state.</summary>
    public uint Full;

    /// <summary>Handles of the data; 0 exactly where no block of the chunk is written.</summary>
    public Handles Data;

    /// <summary>Handles of the metadata; 0 while all of it is zero.</summary>
    public Handles Metadata;

    public ChunkStates States;

    [InlineArray(Size)]
    internal struct Handles
    {
        private int _first;
    }

    [InlineArray(Size)]
    internal struct ChunkStates
    {
        private Chunk _first;
    }
}
