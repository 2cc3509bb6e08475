using System.Collections.Concurrent;

namespace Conformance.Device;

internal readonly record struct LaneMessage(Action<object, ulong, ulong> Run, object Target, ulong A, ulong B);

/// <summary>
/// A line of execution: the devices of both sides, or guests and cycles. On the virtual clock both lanes are one thread; on the
/// real clock each has its own. Messages to a lane run in the order in which one sender sent them.
/// </summary>
public sealed class Lane
{
    // On the real clock a lane that found nothing to do looks this long before it sleeps: a sleeper is woken late, on a virtual machine by
    // milliseconds, and that would be in what is measured.
    private const long SpinNanoseconds = 100_000_000;
    private static readonly bool s_hasCoreForEach = Environment.ProcessorCount > 1;

    // A timed wait of the operating system is late by up to this; nearer events are spun for.
    private const long SleepSlack = 5_000_000;

    // Between two looks of one that spins this much time passes only where the system gave the processor to somebody else: it is shared, and who then
    // spins on keeps the other lane from it too. So it is given up at each look, for as long as below. What is measured meanwhile is tainted as it is.
    private const long TakenAway = 500_000;
    private const long SharedFor = 100_000_000;

    private readonly ConcurrentQueue<LaneMessage> _inbox = new();
    private readonly object _gate = new();
    private int _sleeping;
    private int _thread;
    private string? _task;
    private long _now;
    private long _sharedUntil;

    internal Lane(World world, string name)
    {
        World = world;
        Name = name;
    }

    public World World { get; }

    public string Name { get; }

    /// <summary>True on the thread that runs this lane (any thread while the world does not run: set-up needs no messages).</summary>
    public bool IsCurrent
    {
        get
        {
            var owner = Volatile.Read(ref _thread);
            return owner == 0 || owner == Environment.CurrentManagedThreadId;
        }
    }

    /// <summary>
    /// ns: the clock as this lane last looked at it, when its step or message began or at its last <see cref="Tick"/>. For those who
    /// ask often; only on this lane.
    /// </summary>
    public long Now => World.Clock == ClockKind.Virtual || Volatile.Read(ref _thread) == 0 ? World.Now : _now;

    /// <summary>Looks at the clock.</summary>
    public void Tick() => _now = World.Now;

    internal DueHeap Heap { get; set; } = new();

    /// <summary>Something was ever to be stepped here.</summary>
    internal bool HasActors { get; set; }

    /// <summary>Runs <paramref name="run"/> on this lane: at once when already there, else as a message in program order.</summary>
    public void Post(Action<object, ulong, ulong> run, object target, ulong a = 0, ulong b = 0)
    {
        if (IsCurrent) run(target, a, b);
        else Enqueue(new LaneMessage(run, target, a, b));
    }

    /// <summary>
    /// Where Linux tells of the thread that runs it, a folder under <c>/proc</c>: what the system took away from it is there. Null while none of its own
    /// runs it, and elsewhere than on Linux.
    /// </summary>
    public string? Task => Volatile.Read(ref _task);

    internal void Adopt(int thread)
    {
        Volatile.Write(ref _task, thread != 0 && World.Clock == ClockKind.Real ? Proc() : null);
        Volatile.Write(ref _thread, thread);
    }

    /// <summary>On the thread itself.</summary>
    private static string? Proc()
    {
        try
        {
            return new FileInfo("/proc/thread-self").LinkTarget is { } task ? Path.Combine("/proc", task) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal void Bring(Due due, long at) => Heap.Set(due, at);

    internal void Enqueue(in LaneMessage message)
    {
        _inbox.Enqueue(message);
        Interlocked.MemoryBarrier(); // the message must be visible before the look at _sleeping
        Rouse();
    }

    internal void Rouse()
    {
        if (Volatile.Read(ref _sleeping) == 0) return;
        lock (_gate) Monitor.Pulse(_gate);
    }

    internal bool Drain()
    {
        var any = false;
        while (_inbox.TryDequeue(out var message))
        {
            if (!any) Tick();
            message.Run(message.Target, message.A, message.B);
            any = true;
        }

        return any;
    }

    /// <summary>Real clock: returns at <paramref name="until"/> ns or when a message came, whichever is first.</summary>
    internal void Idle(long until)
    {
        var start = World.Now;
        // A lane without actors, the devices' where all are real, is late for nothing.
        var spins = !World.Sleeps && (HasActors || ReferenceEquals(this, World.Host));
        var spinner = default(SpinWait);
        var looked = start;
        while (_inbox.IsEmpty)
        {
            var now = World.Now;
            if (now >= until || World.Stopping) return;
            if (now - looked > TakenAway) _sharedUntil = now + SharedFor;
            looked = now;
            if (spins && (until - now < SleepSlack || now - start < SpinNanoseconds))
            {
                // A yield counts as a switch that the system made, which is what taints a sample; with a core for each lane none is needed.
                // Nor does it pause: many pauses in a row make a virtual machine give its processor away, and what comes after them runs cold.
                if (now < _sharedUntil) Thread.Yield();
                else if (!s_hasCoreForEach) spinner.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            lock (_gate)
            {
                Volatile.Write(ref _sleeping, 1);
                Interlocked.MemoryBarrier(); // pairs with Enqueue: either it sees the sleeper or we see its message
                if (_inbox.IsEmpty && !World.Stopping)
                {
                    var wait = until == World.Never ? 50 : Math.Min(50, (until - now - (spins ? SleepSlack : 0)) / 1_000_000);
                    Monitor.Wait(_gate, (int)Math.Max(1, wait));
                }

                Volatile.Write(ref _sleeping, 0);
            }

            looked = World.Now;
        }
    }
}
