using System.Buffers;
using Conformance.Device;

namespace Conformance.Suite;

/// <summary>
/// Guest memory as it stood, to be held against what it is later. The copy is as large as the memory, so its place is used again by the
/// next case; <see cref="IDisposable.Dispose"/> gives it back.
/// </summary>
public sealed class MemoryImage : IDisposable
{
    private readonly GuestMemory[] _parts;
    private readonly byte[] _bytes;

    /// <param name="parts">What is kept, whole.</param>
    public MemoryImage(params GuestMemory[] parts)
    {
        _parts = parts;
        _bytes = ArrayPool<byte>.Shared.Rent(parts.Sum(it => (int)it.Length));
        var at = 0;
        foreach (var part in parts)
        {
            part.Read(0, (int)part.Length).CopyTo(_bytes.AsSpan(at));
            at += (int)part.Length;
        }
    }

    /// <summary>Whether every byte is as it was.</summary>
    public bool IsUnchanged()
    {
        var at = 0;
        foreach (var part in _parts)
        {
            if (!part.Read(0, (int)part.Length).SequenceEqual(_bytes.AsSpan(at, (int)part.Length))) return false;
            at += (int)part.Length;
        }

        return true;
    }

    /// <summary>Pages of the first part that are not as they were, lowest first.</summary>
    /// <param name="size">Of a page, in bytes.</param>
    public SortedSet<int> ChangedPages(int size)
    {
        var now = _parts[0].Read(0, (int)_parts[0].Length);
        var changed = new SortedSet<int>();
        for (var at = 0; at < now.Length; at += size)
        {
            if (!now.Slice(at, size).SequenceEqual(_bytes.AsSpan(at, size))) changed.Add(at / size);
        }

        return changed;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
