using Conformance.Device;

namespace Conformance.Driver;

/// <summary>The events that a controller reported, oldest first.</summary>
public sealed class AsyncEvents(World world) : IEventSource
{
    private readonly Queue<ReportedEvent> _events = new();

    public Signal Signal { get; } = new(world);

    /// <summary>Events nobody took yet.</summary>
    public int Count => _events.Count;

    /// <summary>Events reported since the beginning.</summary>
    public long Reported { get; private set; }

    public bool TryTake(out ReportedEvent reported) => _events.TryDequeue(out reported);

    internal void Report(in ReportedEvent reported)
    {
        _events.Enqueue(reported);
        Reported++;
        Signal.Raise();
    }
}
