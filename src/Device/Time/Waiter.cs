using System.Runtime.CompilerServices;

namespace Conformance.Device;

/// <summary>One pending wait; pooled by its world and used again after its result was taken.</summary>
internal sealed class Waiter : Due
{
    internal Signal? Signal;
    internal Waiter? Previous;
    internal Waiter? Next;
    internal Func<object, bool>? Condition;
    internal object? State;
    internal Action? Continuation;
    internal long Deadline;
    internal bool Result;

    internal bool Test() => Condition is null || Condition(State!);
}

/// <summary>
/// An awaitable of the world: <c>await world.Until(...)</c> gives true when the condition held, false when the deadline passed
/// first. To be awaited exactly once. Allocates nothing once the world's pool is warm.
/// </summary>
public readonly struct Wait
{
    private readonly World _world;
    private readonly Waiter _waiter;

    internal Wait(World world, Waiter waiter)
    {
        _world = world;
        _waiter = waiter;
    }

    public Awaiter GetAwaiter() => new(_world, _waiter);

    /// <summary>The compiler's side of <see cref="Wait"/>.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        private readonly World _world;
        private readonly Waiter _waiter;

        internal Awaiter(World world, Waiter waiter)
        {
            _world = world;
            _waiter = waiter;
        }

        public bool IsCompleted => _waiter.Signal is not null && _waiter.Test() && (_waiter.Result = true);

        public bool GetResult()
        {
            var result = _waiter.Result;
            _world.Return(_waiter);
            return result;
        }

        public void OnCompleted(Action continuation) => _world.Enlist(_waiter, continuation);

        public void UnsafeOnCompleted(Action continuation) => _world.Enlist(_waiter, continuation);
    }
}
