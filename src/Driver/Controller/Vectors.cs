using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>The interrupt vectors of one function, and the pump of each.</summary>
internal sealed class Vectors(World world, IFunction function, long pollInterval)
{
    // Where messages of an x86 host go. Only a host that passes the table on to hardware has use for it, and it writes its own.
    private const ulong MessageAddress = 0xFEE0_0000;

    private readonly SortedDictionary<int, CompletionPump> _pumps = [];
    private readonly SortedDictionary<int, Signal> _bound = [];

    /// <summary>The pump of a vector. Where there are no interrupts one pump looks at all queues by itself.</summary>
    public CompletionPump PumpOf(int vector)
    {
        if (pollInterval > 0) vector = 0;
        if (_pumps.TryGetValue(vector, out var pump)) return pump;
        pump = new CompletionPump(world, pollInterval);
        _pumps.Add(vector, pump);
        if (pollInterval == 0) Bind(vector, pump.Interrupt);
        return pump;
    }

    /// <summary>Interrupts of all vectors that are bound, so far.</summary>
    public long Count => _bound.Values.Distinct().Sum(signal => signal.Count);

    public void Bind(int vector, Signal signal)
    {
        _bound[vector] = signal;
        Program(vector, signal);
    }

    /// <summary>Turns MSI-X on or off and sets up what is bound: the table is empty after a function level reset.</summary>
    public void Enable(bool on)
    {
        var table = MsixTable.Find(function);
        if (table is not null && table.Control.Enable != on) table.Enable(on);
        if (!on) return;
        foreach (var (vector, signal) in _bound) Program(vector, signal);
    }

    private void Program(int vector, Signal signal)
    {
        function.BindInterrupt(vector, signal);
        if (MsixTable.Find(function) is { } table && vector < table.Count)
            table.Write(vector, new MsixTableEntry { Address = MessageAddress, Data = (uint)vector });
    }
}
