using Conformance.Device;

namespace Conformance.Performance;

/// <summary>
/// The base M: bytes from a source through small buffers into fresh memory, in pieces of what the copier copies, both ends in memory of the
/// medium's kind and the medium's chunks.
/// </summary>
internal sealed class TwoHopCopy : IDisposable
{
    private const int MediumChunk = 64 << 10;

    private readonly PageSlab _source = new(MediumChunk, hugePages: true);
    private readonly PageSlab _destination = new(MediumChunk, hugePages: true);
    private readonly byte[][] _buffers = [.. Enumerable.Range(0, CopyLoad.Depth).Select(_ => new byte[CopyLoad.Chunk])];
    private readonly int[] _chunks;

    public TwoHopCopy(long bytes)
    {
        _chunks = new int[bytes / MediumChunk];
        for (var i = 0; i < _chunks.Length; i++) _source[_chunks[i] = _source.Rent()].Fill((byte)i);
    }

    /// <summary>Gives the destination's memory back to the system.</summary>
    public void Forget() => _destination.Clear();

    public void Run()
    {
        const int Together = CopyLoad.Chunk / MediumChunk;
        for (var i = 0; i < _chunks.Length; i += Together)
        {
            var buffer = _buffers[i / Together % _buffers.Length];
            for (var k = 0; k < Together; k++) _source[_chunks[i + k]].CopyTo(buffer.AsSpan(k * MediumChunk));
            for (var k = 0; k < Together; k++) buffer.AsSpan(k * MediumChunk, MediumChunk).CopyTo(_destination[_destination.Rent()]);
        }
    }

    public void Dispose()
    {
        _source.Dispose();
        _destination.Dispose();
    }
}
