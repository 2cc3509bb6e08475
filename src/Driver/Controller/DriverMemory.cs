using Conformance.Device;

namespace Conformance.Driver;

/// <summary>The DMA memory of one driver: an address space, and an allocator over a part of it that is mapped for the device.</summary>
public sealed class DriverMemory(AddressSpace space, PageAllocator pages)
{
    public AddressSpace Space { get; } = space;

    public PageAllocator Pages { get; } = pages;

    /// <summary>Whole pages, zeroed.</summary>
    public DmaBuffer Rent(int bytes)
    {
        var buffer = At(Pages.Rent(bytes), bytes);
        buffer.Clear();
        return buffer;
    }

    /// <summary>At least <paramref name="bytes"/> bytes at a multiple of <paramref name="alignment"/>; not to be returned.</summary>
    public ulong RentAligned(int bytes, int alignment)
    {
        var mask = (ulong)alignment - 1;
        return (Pages.Rent((long)bytes + alignment - GuestMemory.PageSize) + mask) & ~mask;
    }

    /// <summary>Takes back what <see cref="Rent"/> gave.</summary>
    public void Return(in DmaBuffer buffer) => Pages.Return(buffer.Iova);

    /// <summary>The memory that is behind an address now.</summary>
    public DmaBuffer At(ulong iova, int bytes)
    {
        var memory = Space.Resolve(iova, out var offset);
        return new DmaBuffer(memory, offset, bytes, iova);
    }
}
