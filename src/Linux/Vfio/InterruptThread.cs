namespace Conformance.Linux;

/// <summary>
/// One thread that waits for the eventfds of all functions of a host and tells whoever registered each. A listener only posts to a world: it is
/// called on this thread.
/// </summary>
internal sealed class InterruptThread : IDisposable
{
    private readonly EventPoll _poll = new();
    private readonly EventFile _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, (EventFile File, Action Listener)> _listeners = [];
    private readonly Thread _thread;
    private ulong _next = 1;

    public InterruptThread()
    {
        _poll.Add(_stop, 0);
        _thread = new Thread(Work) { IsBackground = true, Name = "interrupts" };
        _thread.Start();
    }

    /// <summary>Calls <paramref name="listener"/> whenever something was added to the file; returns what names it to <see cref="Remove"/>.</summary>
    public ulong Add(EventFile file, Action listener)
    {
        lock (_lock)
        {
            var key = _next++;
            _listeners.Add(key, (file, listener));
            _poll.Add(file, key);
            return key;
        }
    }

    /// <summary>From then on the listener is not called any more.</summary>
    public void Remove(ulong key)
    {
        lock (_lock)
        {
            if (_listeners.Remove(key, out var it)) _poll.Remove(it.File);
        }
    }

    public void Dispose()
    {
        _stop.Add();
        _thread.Join();
        _poll.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        Span<ulong> ready = stackalloc ulong[64];
        while (true)
        {
            var count = _poll.Wait(ready);
            lock (_lock)
            {
                for (var i = 0; i < count; i++)
                {
                    if (ready[i] == 0) return;
                    if (_listeners.TryGetValue(ready[i], out var it) && it.File.Take() != 0) it.Listener();
                }
            }
        }
    }
}
