using Conformance.Nvme;

namespace Conformance.Device;

/// <summary>A bus whose functions and DMA spaces write down what is done with them. There is one only where somebody asked for a trace.</summary>
public sealed class TracedBus(IBus bus, Trace trace) : IBus
{
    private readonly Dictionary<IFunction, TracedFunction> _functions = new(ReferenceEqualityComparer.Instance);

    public IFunction? Find(RequesterId requester)
    {
        if (bus.Find(requester) is not { } function) return null;
        if (!_functions.TryGetValue(function, out var traced)) _functions[function] = traced = new TracedFunction(function, trace);
        return traced;
    }

    /// <summary>What such a bus gave as a function, without its tracing; any other function as it is.</summary>
    public static IFunction Bare(IFunction function) => function is TracedFunction traced ? traced.Inner : function;

    public IDmaSpace CreateDmaSpace(string name) => new TracedDmaSpace(bus.CreateDmaSpace(name), trace);
}

/// <summary>A DMA space that writes down its mappings, and what devices read and write where its host can see that.</summary>
internal sealed class TracedDmaSpace : IDmaSpace
{
    private readonly Trace _trace;

    public TracedDmaSpace(IDmaSpace inner, Trace trace)
    {
        (Inner, _trace) = (inner, trace);
        inner.Observer = access => _trace.Access(
            access.Access == DmaAccess.Write ? Trace.DmaWriteKind : Trace.DmaReadKind, $"{access.Requester}", (long)access.Iova, access.Length, 0);
    }

    public IDmaSpace Inner { get; }

    public string Name => Inner.Name;

    public IReadOnlyList<DmaMapping> Mappings => Inner.Mappings;

    public bool TellsFaults => Inner.TellsFaults;

    public IReadOnlyList<DmaFault> Faults => Inner.Faults;

    public void Map(in DmaMapping mapping)
    {
        _trace.Event(Trace.MapKind, Name, mapping.Iova.ToString("x"), mapping.Length.ToString("x"), $"{mapping.Access}");
        Inner.Map(in mapping);
    }

    public async ValueTask UnmapAsync(ulong iova, long length)
    {
        _trace.Event(Trace.UnmapKind, Name, iova.ToString("x"), length.ToString("x"));
        await Inner.UnmapAsync(iova, length);
    }
}
