namespace Conformance.Device;

/// <summary>
/// Says that something may have changed: an interrupt, a completion, the end of a reset. Whoever waits re-tests its condition.
/// Raising twice before anybody looked is raising once; a signal carries no data and is never lost.
/// </summary>
public sealed class Signal(World world)
{
    private int _pending;
    private Actor? _subscriber;

    internal Waiter? FirstWaiter;
    internal bool Queued;

    internal World World { get; } = world;

    /// <summary>Raised so far; grows by one at least whenever something happened.</summary>
    public long Count { get; private set; }

    /// <summary>An actor of the host lane that is woken whenever the signal is raised; null for none.</summary>
    public void Subscribe(Actor? actor) => _subscriber = actor;

    /// <summary>Called at each raising that is delivered, by a trace; null where there is none.</summary>
    internal Action? Observer { get; set; }

    /// <summary>Raises it. From any lane.</summary>
    public void Raise()
    {
        if (World.Host.IsCurrent)
        {
            Deliver();
            return;
        }

        if (Interlocked.Exchange(ref _pending, 1) == 0) World.Host.Enqueue(new LaneMessage(DeliverPending, this, 0, 0));
    }

    private void Deliver()
    {
        Count++;
        Observer?.Invoke();
        _subscriber?.Wake();
        if (FirstWaiter is not null) World.Raised(this);
    }

    private static readonly Action<object, ulong, ulong> DeliverPending = static (target, _, _) =>
    {
        var signal = (Signal)target;
        Volatile.Write(ref signal._pending, 0);
        signal.Deliver();
    };
}
