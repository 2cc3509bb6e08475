using Conformance.Device;

namespace Conformance.Sim;

/// <summary>
/// The bytes of one kind, data or metadata, of a medium's chunks. In a chunk that is held, the bytes of a block that holds nothing are
/// zero: so a reader takes a whole chunk at once, and a write that breaks off shows nothing old.
/// </summary>
internal sealed class BlockPlane : IDisposable
{
    // Of all planes: never written, as long as the largest chunk of any.
    private static byte[] s_zeroes = [];

    private readonly PageSlab _slab;
    private readonly byte[] _zeroes;
    private readonly byte[] _deallocated;

    /// <param name="unit">Bytes per block.</param>
    /// <param name="blocks">Blocks per chunk.</param>
    /// <param name="deallocated">What a deallocated block reads as: one byte repeated, or <paramref name="unit"/> bytes.</param>
    public BlockPlane(int unit, int blocks, ReadOnlySpan<byte> deallocated)
    {
        Unit = unit;
        _slab = new PageSlab(unit * blocks);
        _zeroes = Zeroes(unit * blocks);
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
    public int Chunks => _slab.Rented;

    /// <summary>The bytes of blocks to be filled; takes a chunk where there is none yet.</summary>
    public Span<byte> Writable(scoped ref int handle, int first, int blocks)
    {
        if (handle == 0) handle = _slab.Rent();
        return _slab[handle].Slice(first * Unit, blocks * Unit);
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

        if (handle != 0) source = _slab[handle];
        return source.Slice(first * Unit, blocks * Unit);
    }

    /// <summary>Forgets the bytes of blocks; gives the chunk back where no other block holds any.</summary>
    /// <param name="holders">The blocks of the chunk that may have bytes of their own.</param>
    public void Erase(ref int handle, UInt128 holders, int first, int blocks)
    {
        if (handle == 0) return;
        var range = BlockBits.Range(first, blocks);
        if ((holders & ~range) == 0)
        {
            _slab.Return(handle);
            handle = 0;
        }
        else if ((holders & range) != 0)
        {
            _slab[handle].Slice(first * Unit, blocks * Unit).Clear();
        }
    }

    public void Return(ref int handle)
    {
        if (handle == 0) return;
        _slab.Return(handle);
        handle = 0;
    }

    public void Clear() => _slab.Clear();

    public void Dispose() => _slab.Dispose();

    private static byte[] Zeroes(int bytes) => s_zeroes is { } all && all.Length >= bytes ? all : s_zeroes = new byte[bytes];
}
