using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>One asynchronous event.</summary>
/// <param name="Dw0">Type, information and log page.</param>
/// <param name="Parameter">Event Specific Parameter, dword 1.</param>
internal readonly record struct AsyncEvent(AsynchronousEvent Dw0, uint Parameter = 0)
{
    public AsynchronousEventType Type => Dw0.Type;

    /// <summary>Cleared by being reported: masks no other, and no log page clears it.</summary>
    public bool IsOneShot => Type is AsynchronousEventType.OneShot or AsynchronousEventType.Immediate;

    public static AsyncEvent Of(ErrorEvent information) => new(AsynchronousEvent.Of(information));

    public static AsyncEvent Of(HealthEvent information) => new(AsynchronousEvent.Of(information));

    public static AsyncEvent Of(NoticeEvent information, LogId log) => new(AsynchronousEvent.Of(information, log));

    public static AsyncEvent Of(ImmediateEvent information) => new(AsynchronousEvent.Of(information));

    public static AsyncEvent Of(CommandSetEvent information, LogId log) => new(AsynchronousEvent.Of(information, log));

    public static AsyncEvent Of(OneShotEvent reported) => new(reported.Dw0, reported.Dw1);
}

/// <summary>
/// Events that wait for a request, and requests that wait for an event (Base 2.3 5.2.2). A type that was reported is masked until the log
/// page that the report named was read.
/// </summary>
internal sealed class EventState
{
    private const int Types = 8;

    private readonly List<AsyncEvent> _pending = [];
    private readonly Queue<CommandContext> _requests = new();
    private readonly LogId?[] _maskedBy = new LogId?[Types];

    /// <summary>Events not yet reported, oldest first.</summary>
    public IReadOnlyList<AsyncEvent> Pending => _pending;

    /// <summary>Outstanding Asynchronous Event Requests, oldest first.</summary>
    public IReadOnlyCollection<CommandContext> Requests => _requests;

    /// <summary>By type: the log page that must be read before another event of it is reported, null for one that is not masked.</summary>
    public IReadOnlyList<LogId?> MaskedBy => _maskedBy;

    /// <summary>
    /// Keeps an event; one that is pending already is not kept twice, and an immediate one not at all while nobody asks.
    /// </summary>
    public void Raise(in AsyncEvent raised)
    {
        if (raised.Type == AsynchronousEventType.Immediate && _requests.Count == 0) return;
        if (!_pending.Contains(raised)) _pending.Add(raised);
    }

    /// <summary>Forgets pending events that a condition names: what they tell was seen otherwise.</summary>
    public void Withdraw(Predicate<AsyncEvent> which) => _pending.RemoveAll(which);

    /// <summary>A log page was read without Retain: what it tells of is no longer pending, and the types it had masked go on.</summary>
    public void Clear(LogId log)
    {
        _pending.RemoveAll(e => !e.IsOneShot && e.Dw0.Log == log);
        for (var type = 0; type < Types; type++)
        {
            if (_maskedBy[type] == log) _maskedBy[type] = null;
        }
    }

    /// <summary>Masks a type, as a state brings it.</summary>
    public void Mask(AsynchronousEventType type, LogId until) => _maskedBy[(int)type] = until;

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
        if (_requests.Count == 0) return false;
        for (var i = 0; i < _pending.Count; i++)
        {
            if (_maskedBy[(int)_pending[i].Type] is not null) continue;
            reported = _pending[i];
            _pending.RemoveAt(i);
            if (!reported.IsOneShot) _maskedBy[(int)reported.Type] = reported.Dw0.Log;
            request = _requests.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>A reset: requests are dropped without completion, events forgotten.</summary>
    public void Clear()
    {
        _pending.Clear();
        _requests.Clear();
        Array.Clear(_maskedBy);
    }
}
