using Conformance.Nvme;

namespace Conformance.Device;

/// <summary>A function that writes down each access to it and each interrupt of it.</summary>
internal sealed class TracedFunction(IFunction function, Trace trace) : IFunction
{
    private IDmaSpace? _space;

    public IFunction Inner => function;

    public string Name => function.Name;

    public RequesterId Requester => function.Requester;

    public bool IsPresent => function.IsPresent;

    public long BarLength => function.BarLength;

    public int VectorCount => function.VectorCount;

    public IDmaSpace? Dma => function.Dma is null ? null : _space ?? function.Dma;

    public uint ReadConfig(int offset, int width)
    {
        var value = function.ReadConfig(offset, width);
        trace.Access(Trace.ConfigReadKind, Name, offset, width, value);
        return value;
    }

    public void WriteConfig(int offset, int width, uint value)
    {
        trace.Access(Trace.ConfigWriteKind, Name, offset, width, value);
        function.WriteConfig(offset, width, value);
    }

    public uint Read32(long offset)
    {
        var value = function.Read32(offset);
        trace.Access(Trace.ReadKind, Name, offset, sizeof(uint), value);
        return value;
    }

    public ulong Read64(long offset)
    {
        var value = function.Read64(offset);
        trace.Access(Trace.ReadKind, Name, offset, sizeof(ulong), value);
        return value;
    }

    public void Write32(long offset, uint value)
    {
        trace.Access(Trace.WriteKind, Name, offset, sizeof(uint), value);
        function.Write32(offset, value);
    }

    public void Write64(long offset, ulong value)
    {
        trace.Access(Trace.WriteKind, Name, offset, sizeof(ulong), value);
        function.Write64(offset, value);
    }

    public void BindInterrupt(int vector, Signal? signal)
    {
        if (signal is not null) signal.Observer = () => trace.Event(Trace.InterruptKind, Name, $"{vector}");
        function.BindInterrupt(vector, signal);
    }

    public async ValueTask ResetAsync()
    {
        trace.Event(Trace.ResetKind, Name);
        await function.ResetAsync();
    }

    public async ValueTask AttachAsync(IDmaSpace space)
    {
        trace.Event(Trace.AttachKind, Name, space.Name);
        _space = space;
        await function.AttachAsync(space is TracedDmaSpace traced ? traced.Inner : space);
    }

    public async ValueTask DetachAsync()
    {
        trace.Event(Trace.DetachKind, Name);
        await function.DetachAsync();
    }
}
