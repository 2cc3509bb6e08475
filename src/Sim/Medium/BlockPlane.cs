using Conformance.Device;

namespace Conformance.Sim;

/// <summary>
/// The bytes of one kind, data or metadata, of a medium's chunks. In a chunk that is held, the bytes of a block that holds nothing are
/// zero: so a reader takes a whole chunk at once, and a write that breaks off shows nothing old. A chunk that is opened by a write of most of it lies
/// in huge pages, for it will be full; any other lies in small ones, of which only those are taken that are touched.
/// </summary>
internal sealed class BlockPlane : IDisposable
{
    // Of all planes: never written, as long as the largest chunk of any.
    private static byte[] s_zeroes = [];

    // Handles: odd of the dense chunks, even of the others; 0 is none in either.
    private readonly PageSlab _sparse;
    private readonly PageSlab _dense;
    private readonly int _chunk;
    private readonly byte[] _zeroes;
    private readonly byte[] _deallocated;

    /// <param name="unit">Bytes per block.</param>
    /// <param name="blocks">Blocks per chunk.</param>
    /// <param name="deallocated">What a deallocated block reads as: one byte repeated, or <paramref name="unit"/> bytes.</param>
    public BlockPlane(int unit, int blocks, ReadOnlySpan<byte> deallocated)
    {
        Unit = unit;
        _chunk = unit * blocks;
        _sparse = new PageSlab(_chunk);
        _dense = new PageSlab(_chunk, hugePages: true);
        _zeroes = Zeroes(_chunk);
        _deallocated = _zeroes;
        ReadsZero = !deallocated.ContainsAnyExcept((byte)0);
        if (ReadsZero) return;
        _deallocated = new byte[unit * blocks];
        for (var at = 0; at < _deallocated.Length; at += deallocated.Length) deallocated.CopyTo(_deallocated.AsSpan(at));
    }

    /// <summary>Bytes per block.</summary>
    public int Unit { get; }

    /// <summary>Deallocated blocks read as zeroes.</summary>
    public bool ReadsZero { get; }

    /// <summary>Chunks held.</summary>
    public int Chunks => _sparse.Rented + _dense.Rented;

    /// <summary>The bytes of blocks to be filled; takes a chunk where there is none yet.</summary>
    public Span<byte> Writable(scoped ref int handle, int first, int blocks)
    {
        if (handle == 0) handle = blocks * Unit * 2 > _chunk ? (_dense.Rent() << 1) | 1 : _sparse.Rent() << 1;
        return Of(handle).Slice(first * Unit, blocks * Unit);
    }

    /// <summary>The bytes of as many blocks, at most <paramref name="blocks"/>, as lie together.</summary>
    public ReadOnlySpan<byte> Readable(int handle, UInt128 occupied, int first, scoped ref int blocks)
    {
        ReadOnlySpan<byte> source = _zeroes;
        if (!ReadsZero)
        {
            blocks = Math.Min(blocks, BlockBits.RunLength(occupied, first));
            if ((occupied >> first & 1) == 0) return _deallocated.AsSpan(0, blocks * Unit);
        }

        if (handle != 0) source = Of(handle);
        return source.Slice(first * Unit, blocks * Unit);
    }

    /// <summary>Lets the processor fetch so many lines of 64 bytes from the beginning of a block on.</summary>
    public void Prefetch(int handle, int block, int lines) => SlabOf(handle).Prefetch(handle >> 1, block * Unit, lines);

    /// <summary>Forgets the bytes of blocks; gives the chunk back where no other block holds any.</summary>
    /// <param name="holders">The blocks of the chunk that may have bytes of their own.</param>
    public void Erase(ref int handle, UInt128 holders, int first, int blocks)
    {
        if (handle == 0) return;
        var range = BlockBits.Range(first, blocks);
        if ((holders & ~range) == 0)
        {
            Return(ref handle);
        }
        else if ((holders & range) != 0)
        {
            Of(handle).Slice(first * Unit, blocks * Unit).Clear();
        }
    }

    public void Return(ref int handle)
    {
        if (handle == 0) return;
        SlabOf(handle).Return(handle >> 1);
        handle = 0;
    }

    public void Clear()
    {
        _sparse.Clear();
        _dense.Clear();
    }

    public void Dispose()
    {
        _sparse.Dispose();
        _dense.Dispose();
    }

    private static byte[] Zeroes(int bytes) => s_zeroes is { } all && all.Length >= bytes ? all : s_zeroes = new byte[bytes];

    private PageSlab SlabOf(int handle) => (handle & 1) != 0 ? _dense : _sparse;

    private Span<byte> Of(int handle) => SlabOf(handle)[handle >> 1];
}
