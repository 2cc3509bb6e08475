using Conformance.Device;

namespace Conformance.Performance;

/// <summary>The base R: one block copied from a random place to another, in memory of the medium's kind.</summary>
internal sealed class RandomCopy : IDisposable
{
    private readonly PageSlab _slab = new(PageSlab.SlabSize, hugePages: true);
    private readonly int[] _slabs;
    private readonly int _unit;
    private Rng _rng = new(1);

    /// <param name="bytes">Of memory, all of it touched.</param>
    /// <param name="unit">Bytes of one copy.</param>
    public RandomCopy(long bytes, int unit)
    {
        _unit = unit;
        _slabs = new int[bytes / PageSlab.SlabSize];
        for (var i = 0; i < _slabs.Length; i++) _slab[_slabs[i] = _slab.Rent()].Fill(0xA5);
    }

    public void Run(int copies)
    {
        for (var i = 0; i < copies; i++) At().CopyTo(At());
    }

    public void Dispose() => _slab.Dispose();

    private Span<byte> At()
    {
        var at = _rng.Below(_slabs.Length * (long)(PageSlab.SlabSize / _unit)) * _unit;
        return _slab[_slabs[at / PageSlab.SlabSize]].Slice((int)(at % PageSlab.SlabSize), _unit);
    }
}
