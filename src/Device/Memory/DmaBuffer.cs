namespace Conformance.Device;

/// <summary>A piece of memory together with the address under which a device reaches it. <c>default</c> is "no buffer".</summary>
/// <param name="Memory">Where it lies; null for none.</param>
/// <param name="Offset">Byte in <paramref name="Memory"/>.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Iova">The address in the DMA space of every function that is to reach it.</param>
public readonly record struct DmaBuffer(GuestMemory? Memory, long Offset, int Length, ulong Iova)
{
    public bool IsEmpty => Memory is null;

    public ReadOnlySpan<byte> Read() => Memory is null ? default : Memory.Read(Offset, Length);

    public void Write(ReadOnlySpan<byte> bytes, int at = 0)
    {
        if (at + bytes.Length > Length) throw new ArgumentOutOfRangeException(nameof(bytes), bytes.Length, $"Buffer holds {Length} bytes.");
        Memory!.Write(Offset + at, bytes);
    }

    public void Clear() => Memory?.Fill(Offset, Length, 0);

    public DmaBuffer Slice(int start, int length)
    {
        if (start < 0 || length < 0 || start + length > Length) throw new ArgumentOutOfRangeException(nameof(start), start, $"Buffer holds {Length} bytes.");
        return new DmaBuffer(Memory, Offset + start, length, Iova + (ulong)start);
    }
}
