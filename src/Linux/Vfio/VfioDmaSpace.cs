using Conformance.Device;

namespace Conformance.Linux;

/// <summary>
/// What the functions attached to it may reach. Each function has an IOMMU domain of its own; what is mapped here is mapped in the domain of every
/// function that is attached. Faults are the kernel's to log: it tells them to nobody. On the host lane.
/// </summary>
internal sealed class VfioDmaSpace(string name) : IDmaSpace
{
    private readonly List<DmaMapping> _mappings = [];
    private readonly List<VfioFunction> _attached = [];

    public string Name { get; } = name;

    public IReadOnlyList<DmaMapping> Mappings => _mappings;

    public bool TellsFaults => false;

    public IReadOnlyList<DmaFault> Faults => [];

    public void Map(in DmaMapping mapping)
    {
        var (first, last) = (mapping.Iova, mapping.Iova + (ulong)mapping.Length);
        if (_mappings.Exists(it => it.Iova < last && first < it.Iova + (ulong)it.Length))
            throw new ArgumentException($"{mapping.Iova:X}h is mapped in {Name} already.", nameof(mapping));
        foreach (var function in _attached) function.MapDma(mapping);
        _mappings.Add(mapping);
        _mappings.Sort(static (a, b) => a.Iova.CompareTo(b.Iova));
    }

    public async ValueTask UnmapAsync(ulong iova, long length)
    {
        var gone = _mappings.FindAll(it => it.Iova >= iova && it.Iova + (ulong)it.Length <= iova + (ulong)length);
        foreach (var function in _attached.ToArray()) await function.UnmapDmaAsync(gone);
        _mappings.RemoveAll(gone.Contains);
    }

    internal void Join(VfioFunction function) => _attached.Add(function);

    internal void Leave(VfioFunction function) => _attached.Remove(function);
}
