using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Conformance.Device;

namespace Conformance.Linux;

/// <summary>
/// Threads for kernel calls that sleep. A call touches only its own request; its end is posted to the world, where it is awaited. As many calls are
/// under way at once as there are threads; others wait in order. A call that does not return holds its thread and nothing else.
/// </summary>
internal sealed class BlockingCalls : IDisposable
{
    private readonly BlockingCollection<Action> _calls = [];

    public BlockingCalls(string name, int threads)
    {
        for (var i = 0; i < threads; i++) new Thread(Work) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Makes a call on one of the threads; <paramref name="ended"/> runs on that thread after it, whatever came of it.</summary>
    public void Begin(Action call, Action<Exception?> ended) => _calls.Add(() =>
    {
        Exception? failure = null;
        try
        {
            call();
        }
        catch (Exception e)
        {
            failure = e;
        }

        ended(failure);
    });

    /// <summary>Makes a call and waits for it inside the world, until <paramref name="deadline"/>; false where it did not return until then.</summary>
    public async ValueTask<bool> RunAsync(World world, Action call, long deadline = World.Never)
    {
        var end = new End(world);
        Begin(call, failure => world.PostFromOutside(() => end.Tell(failure)));
        if (!await world.Until(end.Signal, end, static it => ((End)it).IsThere, deadline)) return false;
        if (end.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        return true;
    }

    public void Dispose() => _calls.CompleteAdding();

    private void Work()
    {
        foreach (var call in _calls.GetConsumingEnumerable()) call();
    }

    private sealed class End(World world)
    {
        public Signal Signal { get; } = new(world);

        public bool IsThere { get; private set; }

        public Exception? Failure { get; private set; }

        public void Tell(Exception? failure)
        {
            (IsThere, Failure) = (true, failure);
            Signal.Raise();
        }
    }
}
