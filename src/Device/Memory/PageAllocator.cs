namespace Conformance.Device;

/// <summary>Hands out runs of pages of an address range, first fit, and takes them back: what a driver's allocator of DMA memory does.
/// A value in the guest's own keeping, so it moves with the guest.</summary>
public sealed class PageAllocator
{
    private readonly SortedDictionary<ulong, long> _free = [];
    private readonly Dictionary<ulong, long> _used = [];

    /// <param name="iova">First address; page aligned.</param>
    /// <param name="length">Bytes; whole pages.</param>
    public PageAllocator(ulong iova, long length)
    {
        if (iova % GuestMemory.PageSize != 0 || length % GuestMemory.PageSize != 0)
            throw new ArgumentException("Not page aligned.", nameof(iova));
        _free.Add(iova, length);
    }

    /// <summary>Returns the IOVA of at least <paramref name="bytes"/> contiguous bytes, page aligned.</summary>
    public ulong Rent(long bytes)
    {
        var length = (Math.Max(bytes, 1) + GuestMemory.PageSize - 1) / GuestMemory.PageSize * GuestMemory.PageSize;
        foreach (var (iova, free) in _free)
        {
            if (free < length) continue;
            _free.Remove(iova);
            if (free > length) _free.Add(iova + (ulong)length, free - length);
            _used.Add(iova, length);
            return iova;
        }

        throw new InvalidOperationException($"No {length:N0} contiguous bytes are free.");
    }

    /// <summary>Takes back what <see cref="Rent"/> gave.</summary>
    public void Return(ulong iova)
    {
        if (!_used.Remove(iova, out var length)) throw new ArgumentException($"{iova:X}h was not rented.", nameof(iova));
        foreach (var (other, free) in _free.ToArray())
        {
            if (other + (ulong)free == iova)
            {
                _free.Remove(other);
                iova = other;
                length += free;
            }
            else if (iova + (ulong)length == other)
            {
                _free.Remove(other);
                length += free;
            }
        }

        _free.Add(iova, length);
    }
}
