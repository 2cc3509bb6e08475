using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The bus of one simulated host: functions by their requester identifier, an IOMMU that knows each of them by it.</summary>
public sealed class SimHost : IBus
{
    private readonly SortedDictionary<ushort, SimFunction> _functions = [];
    private readonly List<SimFunction> _physical = [];
    private readonly List<DmaFault> _unattached = [];
    private readonly Lock _lock = new();

    public SimHost(World world, string name)
    {
        World = world;
        Name = name;
    }

    public World World { get; }

    /// <summary>For people: "source".</summary>
    public string Name { get; }

    /// <summary>Physical functions, ascending by requester identifier.</summary>
    public IReadOnlyList<SimFunction> PhysicalFunctions => _physical;

    /// <summary>Accesses of functions that are attached to no space; refused.</summary>
    public IReadOnlyList<DmaFault> UnattachedFaults
    {
        get
        {
            lock (_lock) return [.. _unattached];
        }
    }

    /// <summary>Bytes that its functions read from host memory so far, and wrote to it.</summary>
    public (long Read, long Written) DmaBytes =>
        (_functions.Values.Sum(it => it.Controller.Truth.DmaBytesRead), _functions.Values.Sum(it => it.Controller.Truth.DmaBytesWritten));

    public IFunction? Find(RequesterId requester) => FunctionOf(requester) is { IsPresent: true } function ? function : null;

    public IDmaSpace CreateDmaSpace(string name) => new DmaSpace(World, name);

    public override string ToString() => Name;

    internal void Add(SimFunction function)
    {
        if (!_functions.TryAdd(function.Requester.Value, function))
            throw new InvalidOperationException($"{function.Requester} is taken on {Name}.");
        if (function.Physical is null) _physical.Add(function);
    }

    internal SimFunction? FunctionOf(RequesterId requester) => _functions.GetValueOrDefault(requester.Value);

    internal void RecordUnattached(in DmaFault fault)
    {
        lock (_lock)
        {
            if (_unattached.Count < 4096) _unattached.Add(fault);
        }
    }
}
