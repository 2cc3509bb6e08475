using System.Buffers;

namespace Conformance.Device;

/// <summary>
/// What the code of one guest (or of a host driver) sees: I/O virtual addresses, and which memory stands behind them now. Guest code
/// holds addresses only, so its memory can be replaced under it when it moves.
/// </summary>
public sealed class AddressSpace(string name)
{
    private readonly List<Region> _regions = [];
    private Region _last;

    private readonly record struct Region(ulong Iova, GuestMemory Memory)
    {
        public ulong End => Iova + (ulong)Memory.Length;
    }

    public string Name { get; } = name;

    /// <summary>All regions as (IOVA, memory), ascending.</summary>
    public IEnumerable<(ulong Iova, GuestMemory Memory)> Regions => _regions.Select(r => (r.Iova, r.Memory));

    public void Add(ulong iova, GuestMemory memory)
    {
        var region = new Region(iova, memory);
        if (_regions.Exists(r => r.Iova < region.End && iova < r.End)) throw new ArgumentException($"{iova:X}h overlaps in {Name}.", nameof(iova));
        _regions.Add(region);
        _regions.Sort(static (a, b) => a.Iova.CompareTo(b.Iova));
        _last = default;
    }

    /// <summary>Puts other memory of the same length behind the same addresses.</summary>
    public void Replace(GuestMemory old, GuestMemory replacement)
    {
        var i = _regions.FindIndex(r => ReferenceEquals(r.Memory, old));
        if (i < 0 || old.Length != replacement.Length) throw new ArgumentException($"{old} cannot become {replacement} in {Name}.", nameof(replacement));
        _regions[i] = new Region(_regions[i].Iova, replacement);
        _last = default;
    }

    /// <summary>The memory behind an address and the offset in it; throws for an address that is not there (a bug of the caller).</summary>
    public GuestMemory Resolve(ulong iova, out long offset)
    {
        if (_last.Memory is null || iova < _last.Iova || iova >= _last.End) _last = Find(iova);
        offset = (long)(iova - _last.Iova);
        return _last.Memory;
    }

    public T Load<T>(ulong iova)
        where T : unmanaged => Resolve(iova, out var offset).Load<T>(offset);

    public void Store<T>(ulong iova, in T value)
        where T : unmanaged => Resolve(iova, out var offset).Store(offset, value);

    public uint LoadAcquire(ulong iova) => Resolve(iova, out var offset).LoadAcquire(offset);

    public ReadOnlySpan<byte> Read(ulong iova, int length) => Resolve(iova, out var offset).Read(offset, length);

    public void Write(ulong iova, ReadOnlySpan<byte> bytes) => Resolve(iova, out var offset).Write(offset, bytes);

    /// <inheritdoc cref="GuestMemory.Update{TState}"/>
    public void Update<TState>(ulong iova, int length, TState state, SpanAction<byte, TState> fill) =>
        Resolve(iova, out var offset).Update(offset, length, state, fill);

    public void Fill(ulong iova, long length, byte value) => Resolve(iova, out var offset).Fill(offset, length, value);

    // Apart from the fast path, so that only a change of region pays for the closure.
    private Region Find(ulong iova)
    {
        var i = _regions.FindIndex(r => iova >= r.Iova && iova < r.End);
        return i >= 0 ? _regions[i] : throw new ArgumentOutOfRangeException(nameof(iova), $"{iova:X}h is not an address of {Name}.");
    }
}
