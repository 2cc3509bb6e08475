using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// One asynchronous event. Further ones of its type are masked until its log page was read, one-shot and immediate ones excepted.
/// </summary>
/// <param name="Dw0">Type, information and log page.</param>
/// <param name="Parameter">Event Specific Parameter, dword 1.</param>
internal readonly record struct AsyncEvent(AsynchronousEvent Dw0, uint Parameter = 0)
{
    public AsynchronousEventType Type => Dw0.Type;

    public bool IsOneShot => Type is AsynchronousEventType.OneShot or AsynchronousEventType.Immediate;

    public static AsyncEvent Of(ErrorEvent information) => new(AsynchronousEvent.Of(information));

    public static AsyncEvent Of(NoticeEvent information, LogId log) => new(AsynchronousEvent.Of(information, log));

    public static AsyncEvent Of(OneShotEvent reported) => new(reported.Dw0, reported.Dw1);
}

/// <summary>Events that wait for a request, and requests that wait for an event.</summary>
internal sealed class EventState
{
    private readonly List<AsyncEvent> _pending = [];
    private readonly Queue<CommandContext> _requests = new();
    private int _masked;

    /// <summary>Events not yet reported, oldest first.</summary>
    public IReadOnlyList<AsyncEvent> Pending => _pending;

    /// <summary>Outstanding Asynchronous Event Requests, oldest first.</summary>
    public IReadOnlyCollection<CommandContext> Requests => _requests;

    /// <summary>Types that were reported and whose log page has not been read; one bit a type.</summary>
    public int MaskedTypes
    {
        get => _masked;
        set => _masked = value;
    }

    /// <summary>Keeps an event; one that is pending already is not kept twice.</summary>
    public void Raise(in AsyncEvent raised)
    {
        if (!_pending.Contains(raised)) _pending.Add(raised);
    }

    /// <summary>Forgets pending events that a condition names: what they tell was seen otherwise.</summary>
    public void Withdraw(Predicate<AsyncEvent> which) => _pending.RemoveAll(which);

    /// <summary>The log page of a type was read without Retain: its events may be reported again.</summary>
    public void Unmask(AsynchronousEventType type) => _masked &= ~(1 << (int)type);

    public void Add(CommandContext request) => _requests.Enqueue(request);

    /// <summary>Takes the request that an abort named; false if it is not outstanding.</summary>
    public bool Remove(CommandContext request)
    {
        if (!_requests.Contains(request)) return false;
        var others = _requests.Where(r => !ReferenceEquals(r, request)).ToArray();
        _requests.Clear();
        foreach (var other in others) _requests.Enqueue(other);
        return true;
    }

    /// <summary>Takes the oldest event that may be reported now and the oldest request for it.</summary>
    public bool TryMatch(out CommandContext request, out AsyncEvent reported)
    {
        request = null!;
        reported = default;
        if (_pending.Count == 0 || _requests.Count == 0) return false;
        var masked = _masked;
        var at = _pending.FindIndex(e => e.IsOneShot || (masked & (1 << (int)e.Type)) == 0);
        if (at < 0) return false;
        reported = _pending[at];
        _pending.RemoveAt(at);
        if (!reported.IsOneShot) _masked |= 1 << (int)reported.Type;
        request = _requests.Dequeue();
        return true;
    }

    /// <summary>A reset: requests are dropped without completion, events forgotten.</summary>
    public void Clear()
    {
        _pending.Clear();
        _requests.Clear();
        _masked = 0;
    }
}
