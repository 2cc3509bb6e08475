using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Conformance.Device;

/// <summary>Whose time it is: computed from programmed costs, or the machine's monotonic clock.</summary>
public enum ClockKind
{
    Virtual,
    Real,
}

/// <summary>The world ran past its limit of time or steps, or nothing could happen any more while something was awaited.</summary>
public sealed class WorldLimitException(string message) : Exception(message);

/// <summary>
/// Owns time and the order of everything. Actors are stepped, async code awaits only <see cref="Until(Signal, Func{bool}, long)"/>,
/// <see cref="At"/> and <see cref="Yield"/>; continuations run one at a time from the top of the loop, never inside a step.
/// <para>A turn does the first that applies: one ready continuation; the waits whose signal was raised are tested again; the clock
/// goes to the earliest event and one actor steps.</para>
/// <para>Virtual clock: one thread, no two steps of one actor at the same instant, so the same inputs give the same run.
/// Real clock: the device lane has a thread of its own; messages between lanes keep each sender's order.</para>
/// </summary>
public sealed class World : SynchronizationContext
{
    /// <summary>The time that never comes.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Commands an actor may do in one step.</summary>
    public const int StepBudget = 32;

    private readonly Queue<Action> _ready = new();
    private readonly Queue<Signal> _raised = new();
    private readonly Stack<Waiter> _pool = new();
    private readonly long _timeLimit;
    private readonly long _stepLimit;
    private readonly long _startTicks = Stopwatch.GetTimestamp();
    private long _virtualNow;
    private long _actorOrder;
    private long _waitOrder = 1L << 40;
    private ExceptionDispatchInfo? _deviceFault;
    private volatile bool _stopping;

    /// <param name="clock">Virtual or real.</param>
    /// <param name="timeLimit">The run ends with <see cref="WorldLimitException"/> when the clock passes this many ns.</param>
    /// <param name="stepLimit">The same for the number of actor steps.</param>
    public World(ClockKind clock, long timeLimit = Never, long stepLimit = Never)
    {
        Clock = clock;
        _timeLimit = timeLimit;
        _stepLimit = stepLimit;
        Host = new Lane(this, "host");
        Devices = new Lane(this, "devices");
        if (clock == ClockKind.Virtual) Devices.Heap = Host.Heap;
    }

    public ClockKind Clock { get; }

    /// <summary>
    /// Real clock: who has nothing to do sleeps at once rather than looking for a while, and is woken late. For an emulated device, which needs the
    /// processors itself.
    /// </summary>
    public bool Sleeps { get; init; }

    /// <summary>Guests, drivers, cycles.</summary>
    public Lane Host { get; }

    /// <summary>Simulated devices of both sides.</summary>
    public Lane Devices { get; }

    /// <summary>Actor steps taken on the host lane's loop so far (all actors on the virtual clock).</summary>
    public long Steps { get; private set; }

    /// <summary>Nanoseconds since the world began.</summary>
    public long Now => Clock == ClockKind.Virtual
        ? _virtualNow
        : (long)((Stopwatch.GetTimestamp() - _startTicks) * (1e9 / Stopwatch.Frequency));

    internal bool Stopping => _stopping;

    /// <summary>Called once before the run ends early (Ctrl-C): the awaiting code sees <see cref="OperationCanceledException"/>.</summary>
    public void RequestStop(Exception reason)
    {
        Interlocked.CompareExchange(ref _stopReason, reason, null);
        Host.Rouse();
    }

    private Exception? _stopReason;

    internal void Register(Actor actor)
    {
        actor.Order = _actorOrder++;
        actor.Lane.HasActors = true;
    }

    /// <summary>
    /// Waits until <paramref name="condition"/> holds, tested whenever <paramref name="signal"/> is raised; true if it held, false when
    /// <paramref name="deadline"/> (absolute, ns) passed first. The condition must be stable: once true, true until awaited.
    /// </summary>
    public Wait Until(Signal signal, Func<bool> condition, long deadline = Never) =>
        Until(signal, condition, static state => ((Func<bool>)state)(), deadline);

    /// <summary>The same without a closure: <paramref name="condition"/> gets <paramref name="state"/>.</summary>
    public Wait Until(Signal signal, object state, Func<object, bool> condition, long deadline = Never)
    {
        var waiter = Rent();
        waiter.Signal = signal;
        waiter.Condition = condition;
        waiter.State = state;
        waiter.Deadline = deadline;
        return new Wait(this, waiter);
    }

    /// <summary>Waits until the clock shows <paramref name="time"/> ns.</summary>
    public Wait At(long time)
    {
        var waiter = Rent();
        waiter.Deadline = time;
        return new Wait(this, waiter);
    }

    /// <summary>Waits <paramref name="nanoseconds"/> from now.</summary>
    public Wait After(long nanoseconds) => At(Now + nanoseconds);

    /// <summary>Lets everything that is due go first.</summary>
    public Wait Yield() => At(Now);

    /// <summary>Hands work to the host lane from a thread that is none of the world's: a blocking call that returned, a signal handler.</summary>
    public void PostFromOutside(Action action) =>
        Host.Enqueue(new LaneMessage(static (target, _, _) => ((Action)target)(), action, 0, 0));

    /// <summary>For awaits of tasks inside the world; refuses foreign threads, which must use <see cref="PostFromOutside"/>.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!Host.IsCurrent) throw new InvalidOperationException("A foreign thread tried to continue inside the world; use PostFromOutside.");
        _ready.Enqueue(() => d(state));
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("The world runs continuations from its own loop only.");

    /// <summary>Runs <paramref name="main"/> to its end and everything it awaits; the calling thread becomes the host lane's.</summary>
    public void Run(Func<Task> main) => Run(async () =>
    {
        await main();
        return true;
    });

    /// <summary>Runs <paramref name="main"/> to its end and returns its result; its exception is thrown here.</summary>
    public T Run<T>(Func<Task<T>> main)
    {
        var outer = Current;
        var thread = Environment.CurrentManagedThreadId;
        Thread? devices = null;
        Host.Adopt(thread);
        _stopping = false;
        if (Clock == ClockKind.Virtual)
        {
            Devices.Adopt(thread);
        }
        else
        {
            devices = new Thread(DeviceLoop) { IsBackground = true, Name = "devices" };
            // Not disposed: the thread that sets it may still be in there when this one goes on.
            var adopted = new ManualResetEventSlim(false);
            devices.Start(adopted);
            adopted.Wait();
        }

        SetSynchronizationContext(this);
        try
        {
            var task = main();
            while (!task.IsCompleted) Turn();
            return task.GetAwaiter().GetResult();
        }
        finally
        {
            _stopping = true;
            Devices.Rouse();
            devices?.Join();
            SetSynchronizationContext(outer);
            Host.Adopt(0);
            Devices.Adopt(0);
        }
    }

    internal Waiter Rent() => _pool.Count > 0 ? _pool.Pop() : new Waiter { Order = _waitOrder++ };

    internal void Return(Waiter waiter)
    {
        waiter.Signal = null;
        waiter.Condition = null;
        waiter.State = null;
        waiter.Continuation = null;
        waiter.Result = false;
        _pool.Push(waiter);
    }

    internal void Enlist(Waiter waiter, Action continuation)
    {
        waiter.Continuation = continuation;
        // A fresh number per wait: among waits due at one instant the one that began first goes first, whatever the pool did.
        waiter.Order = _waitOrder++;
        if (waiter.Signal is { } signal)
        {
            waiter.Previous = null;
            waiter.Next = signal.FirstWaiter;
            if (waiter.Next is { } next) next.Previous = waiter;
            signal.FirstWaiter = waiter;
        }

        if (waiter.Deadline != Never) Host.Heap.Set(waiter, Math.Max(waiter.Deadline, Now));
    }

    internal void Raised(Signal signal)
    {
        if (signal.Queued) return;
        signal.Queued = true;
        _raised.Enqueue(signal);
    }

    private void Turn()
    {
        if (_stopReason is { } reason)
        {
            _stopReason = null;
            throw reason;
        }

        _deviceFault?.Throw();
        Host.Drain();
        if (_ready.TryDequeue(out var continuation))
        {
            continuation();
            return;
        }

        if (_raised.TryDequeue(out var signal))
        {
            Retest(signal);
            return;
        }

        var due = Host.Heap.Earliest;
        if (Clock == ClockKind.Virtual)
        {
            if (due is null) throw new WorldLimitException("Nothing can happen any more, yet something is awaited.");
            if (due.NextAt > _virtualNow) _virtualNow = due.NextAt;
        }
        else if (due is null || due.NextAt > Now)
        {
            if (Now > _timeLimit) throw Limit();
            Host.Idle(Math.Min(due?.NextAt ?? Never, _timeLimit));
            return;
        }

        if (_virtualNow > _timeLimit || Steps >= _stepLimit) throw Limit();
        Happen(Host, due);
    }

    private WorldLimitException Limit() =>
        new($"The world's limit was reached: {Now:N0} ns, {Steps:N0} steps (limits {_timeLimit:N0} ns, {_stepLimit:N0} steps).");

    private void Happen(Lane lane, Due due)
    {
        if (due is Waiter waiter)
        {
            // A plain wait for a time succeeded; a wait for a condition gets a last look before it is told of its deadline.
            waiter.Result = waiter.Signal is null || waiter.Test();
            Release(waiter);
            return;
        }

        var actor = (Actor)due;
        if (ReferenceEquals(lane, Host)) Steps++;
        var now = Now;
        lane.Heap.Set(actor, Never);
        lane.Tick();
        actor.SteppedAt = now;
        var next = actor.Step(StepBudget);
        if (next == Never && actor.NextAt == Never) return;
        // Woken during its own step counts too; either way not again at the same instant.
        lane.Heap.Set(actor, Math.Max(Math.Min(next, actor.NextAt), now + 1));
    }

    private void Retest(Signal signal)
    {
        signal.Queued = false;
        // Oldest last in the list: make them ready in the order in which they began to wait.
        Waiter? oldest = signal.FirstWaiter;
        while (oldest?.Next is { } next) oldest = next;
        for (var waiter = oldest; waiter is not null;)
        {
            var younger = waiter.Previous;
            if (waiter.Test())
            {
                waiter.Result = true;
                Release(waiter);
            }

            waiter = younger;
        }
    }

    private void Release(Waiter waiter)
    {
        Host.Heap.Set(waiter, Never);
        if (waiter.Signal is { } signal)
        {
            if (waiter.Previous is { } previous) previous.Next = waiter.Next;
            else if (ReferenceEquals(signal.FirstWaiter, waiter)) signal.FirstWaiter = waiter.Next;
            if (waiter.Next is { } next) next.Previous = waiter.Previous;
            waiter.Previous = waiter.Next = null;
        }

        _ready.Enqueue(waiter.Continuation!);
    }

    private void DeviceLoop(object? adopted)
    {
        Devices.Adopt(Environment.CurrentManagedThreadId);
        ((ManualResetEventSlim)adopted!).Set();
        try
        {
            while (!_stopping)
            {
                Devices.Drain();
                var due = Devices.Heap.Earliest;
                if (due is not null && due.NextAt <= Now) Happen(Devices, due);
                else Devices.Idle(due?.NextAt ?? Never);
            }

            Devices.Drain();
        }
        catch (Exception e)
        {
            // A fault of a simulated device ends the run; it is thrown on the host lane, where somebody can say so.
            _deviceFault = ExceptionDispatchInfo.Capture(e);
            Host.Rouse();
        }
    }
}
