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

    /// <summary>Takes back what <see cref="Rent"/> gave.</summary>
    public void Return(in DmaBuffer buffer) => Pages.Return(buffer.Iova);

    /// <summary>The memory that is behind an address now.</summary>
    public DmaBuffer At(ulong iova, int bytes)
    {
        var memory = Space.Resolve(iova, out var offset);
        return new DmaBuffer(memory, offset, bytes, iova);
    }
}
