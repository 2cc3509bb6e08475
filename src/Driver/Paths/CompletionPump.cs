using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// Polls completion queues when their interrupt vector was raised, and hands each completion to the owner of its submission queue.
/// Several queues may share one vector, and several submission queues one completion queue.
/// </summary>
public sealed class CompletionPump : Actor, ICompletionSink
{
    /// <summary>Where nothing is outstanding, looks are so many times rarer.</summary>
    private const int IdleFactor = 100;

    private readonly List<QueuePair> _queues = [];
    private readonly long _interval;

    /// <param name="world">Whose host lane it runs on.</param>
    /// <param name="interval">ns between looks where interrupts do not come; 0: by interrupt only.</param>
    public CompletionPump(World world, long interval = 0)
        : base(world.Host)
    {
        _interval = interval;
        Interrupt = new Signal(world);
        Interrupt.Subscribe(this);
    }

    /// <summary>To be bound to the vector.</summary>
    public Signal Interrupt { get; }

    public void Add(QueuePair queue, ICompletionSink owner)
    {
        queue.Owner = owner;
        if (_interval > 0) queue.Rung = Wake;
        _queues.Add(queue);
        Wake();
    }

    public void Remove(QueuePair queue)
    {
        queue.Owner = null;
        queue.Rung = null;
        _queues.Remove(queue);
    }

    /// <summary>Called after every look; null for none.</summary>
    internal Action? Also { get; set; }

    void ICompletionSink.Completed(QueuePair queue, in CompletionEntry entry) => queue.Owner?.Completed(queue, entry);

    protected override long Step(int budget)
    {
        for (var i = 0; i < _queues.Count && budget > 0; i++) budget -= _queues[i].Poll(this, budget);
        Also?.Invoke();
        if (budget <= 0) return World.Now + 1;
        if (_interval == 0 || _queues.Count == 0) return World.Never;
        return World.Now + (IsIdle() ? _interval * IdleFactor : _interval);
    }

    private bool IsIdle()
    {
        foreach (var queue in _queues)
        {
            if (queue.Put != queue.Completed) return false;
        }

        return true;
    }
}
