using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Device;

/// <summary>
/// Memory that a device can reach: a run of zeroed, page-aligned bytes outside the managed heap, so that its address holds while
/// devices work on it. Two faces: the processor's (<see cref="Load{T}"/>, <see cref="Store{T}"/>, <see cref="Read"/>, <see cref="Write"/>), whose
/// writes mark pages dirty and which hands out no writable span; and the device's (<see cref="DeviceSpan"/>), for implementations of
/// <see cref="IDmaSpace"/> only, whose writes are the device's to report.
/// <para>Unsafe: the memory is unmanaged and devices of another thread write it; every access is checked against its length.</para>
/// </summary>
public sealed unsafe class GuestMemory : IDisposable
{
    /// <summary>Bytes per page: the unit of mapping and of dirty tracking.</summary>
    public const int PageSize = 4096;

    private byte* _base;

    /// <param name="name">For messages: whose memory it is.</param>
    /// <param name="length">Bytes; a multiple of <see cref="PageSize"/>.</param>
    public GuestMemory(string name, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (length % PageSize != 0) throw new ArgumentOutOfRangeException(nameof(length), length, "Not a whole number of pages.");
        Name = name;
        Length = length;
        _base = FreshPages.Take(length);
        Dirty = new DirtyPages(length / PageSize);
    }

    ~GuestMemory() => Free();

    public string Name { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Pages that the processor wrote, where tracking is on.</summary>
    public DirtyPages Dirty { get; }

    /// <summary>Address of a byte for a kernel call that maps this memory; valid until disposal.</summary>
    public nint AddressOf(long offset) => (nint)At(offset, 1);

    public T Load<T>(long offset)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(At(offset, sizeof(T)));

    public void Store<T>(long offset, in T value)
        where T : unmanaged
    {
        Unsafe.WriteUnaligned(At(offset, sizeof(T)), value);
        Dirty.Mark(offset, sizeof(T));
    }

    /// <summary>Reads what another agent releases: nothing after this is seen older than it.</summary>
    public uint LoadAcquire(long offset) => Volatile.Read(ref *(uint*)At(offset, sizeof(uint)));

    public ReadOnlySpan<byte> Read(long offset, int length) => new(At(offset, length), length);

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(At(offset, bytes.Length), bytes.Length));
        Dirty.Mark(offset, bytes.Length);
    }

    /// <summary>Lets <paramref name="fill"/> write a range in place; the range is marked dirty and the span does not outlive the call.</summary>
    public void Update<TState>(long offset, int length, TState state, SpanAction<byte, TState> fill)
    {
        fill(new Span<byte>(At(offset, length), length), state);
        Dirty.Mark(offset, length);
    }

    public void Fill(long offset, long length, byte value)
    {
        NativeMemory.Fill(At(offset, length), (nuint)length, value);
        Dirty.Mark(offset, length);
    }

    /// <summary>The device's face: what a translated IOVA names. Not for guest code.</summary>
    public Span<byte> DeviceSpan(long offset, int length) => new(At(offset, length), length);

    /// <summary>The device's read of a word that the processor publishes.</summary>
    public uint DeviceLoadAcquire(long offset) => LoadAcquire(offset);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    public override string ToString() => $"{Name} ({Length >> 10} KiB)";

    private void Free()
    {
        if (_base is null) return;
        FreshPages.GiveBack(_base, Length);
        _base = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* At(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || length > Length - offset || _base is null) Refuse(offset, length);
        return _base + offset;
    }

    private void Refuse(long offset, long length) => throw new ArgumentOutOfRangeException(
        nameof(offset), offset, _base is null ? $"{Name} was given back." : $"{length} bytes at {offset} are outside {this}.");
}
