using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace Conformance.Device;

/// <summary>
/// Hands out chunks of one size from zeroed, page-aligned memory outside the managed heap, taken from the system in slabs of up to 2 MiB. A
/// chunk is named by a handle (1 and up; 0 is "none"), never moves, and is all zeroes when rented, also when it was used before. Chunks are
/// page-aligned where their size is a whole number of pages. For one thread at a time.
/// <para>Unsafe: the memory is unmanaged, so that it costs the collector nothing and its untouched pages cost nothing at all. Every handle
/// is checked against what is rented. A span from here is good until its chunk is returned or the slab is cleared, disposed or
/// collected.</para>
/// </summary>
public sealed unsafe class PageSlab : IDisposable
{
    /// <summary>The most bytes that are taken from the system at once, and the largest chunk.</summary>
    public const int SlabSize = 2 << 20;

    private readonly int _shift;
    private readonly bool _huge;
    private readonly Stack<int> _free = [];
    private nint[] _slabs = [];
    private ulong[] _rented = [];
    private int _count;
    private int _fresh;
    private bool _disposed;

    /// <param name="chunkSize">Bytes; 1 to <see cref="SlabSize"/>.</param>
    /// <param name="hugePages">Whether to ask the system for huge pages: for chunks that are soon full, for of the others all memory is taken too.
    /// Only where chunks divide a slab, and not of the first slab: who needs little does not pay for so much.</param>
    public PageSlab(int chunkSize, bool hugePages = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkSize, SlabSize);
        ChunkSize = chunkSize;
        // Chunks per slab is a power of two, so that a handle is taken apart without a division.
        _shift = BitOperations.Log2((uint)(SlabSize / chunkSize));
        _huge = hugePages && SlabBytes == SlabSize;
    }

    ~PageSlab() => Free();

    /// <summary>Bytes per chunk.</summary>
    public int ChunkSize { get; }

    /// <summary>Chunks handed out and not yet returned.</summary>
    public int Rented { get; private set; }

    /// <summary>Bytes taken from the system, in use or not.</summary>
    public long ReservedBytes => _count * SlabBytes;

    /// <summary>The bytes of a rented chunk; any other handle is a bug of the caller and throws.</summary>
    public Span<byte> this[int handle]
    {
        get
        {
            var index = handle - 1;
            if (!IsRented(index)) Refuse(handle);
            return Bytes(index);
        }
    }

    /// <summary>
    /// Lets the processor fetch what lies at a place of a chunk, while it is at something else: so many lines of 64 bytes, from where its own looking ahead
    /// goes on. Changes nothing.
    /// </summary>
    public void Prefetch(int handle, int offset, int lines)
    {
        const int Line = 64;
        if (!Sse.IsSupported || !IsRented(handle - 1) || (uint)offset > (uint)(ChunkSize - (Line * lines))) return;
        var at = (byte*)_slabs[handle - 1 >> _shift] + ((long)(handle - 1 & (1 << _shift) - 1) * ChunkSize) + offset;
        for (var line = 0; line < lines; line++) Sse.Prefetch0(at + (line * Line));
    }

    /// <summary>Returns the handle of a zeroed chunk.</summary>
    public int Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_free.TryPop(out var index))
        {
            Bytes(index).Clear();
        }
        else
        {
            if (_fresh >> _shift == _count) Grow();
            index = _fresh++;
        }

        _rented[index >> 6] |= 1UL << index;
        Rented++;
        return index + 1;
    }

    /// <summary>Takes a chunk back; its handle means nothing from here on, until it is handed out again.</summary>
    public void Return(int handle)
    {
        var index = handle - 1;
        if (!IsRented(index)) Refuse(handle);
        _rented[index >> 6] &= ~(1UL << index);
        _free.Push(index);
        Rented--;
    }

    /// <summary>Takes all chunks back and gives their memory to the system.</summary>
    public void Clear()
    {
        Free();
        _count = 0;
        _free.Clear();
        _slabs = [];
        _rented = [];
        _fresh = 0;
        Rented = 0;
    }

    public void Dispose()
    {
        Clear();
        _disposed = true;
        GC.SuppressFinalize(this);
    }

    public override string ToString() => $"{Rented} chunks of {ChunkSize} bytes";

    private void Grow()
    {
        var slab = _count;
        if (slab == _slabs.Length)
        {
            Array.Resize(ref _slabs, Math.Max(4, slab * 2));
            Array.Resize(ref _rented, Math.Max(1, (_slabs.Length << _shift) + 63 >> 6));
        }

        _slabs[slab] = (nint)(_huge && slab > 0 ? FreshPages.TakeHuge(SlabBytes) : FreshPages.Take(SlabBytes));
        _count++;
    }

    private long SlabBytes => (long)ChunkSize << _shift;

    private bool IsRented(int index) => (uint)index < (uint)_fresh && (_rented[index >> 6] >> index & 1) != 0;

    private Span<byte> Bytes(int index) =>
        new((byte*)_slabs[index >> _shift] + ((long)(index & (1 << _shift) - 1) * ChunkSize), ChunkSize);

    private void Free()
    {
        for (var slab = 0; slab < _count; slab++) FreshPages.GiveBack((byte*)_slabs[slab], SlabBytes);
    }

    private void Refuse(int handle) => throw new ArgumentOutOfRangeException(nameof(handle), handle, $"Not rented of {this}.");
}
