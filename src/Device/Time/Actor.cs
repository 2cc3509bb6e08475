namespace Conformance.Device;

/// <summary>
/// A device, a guest or a driver: something that acts in bounded steps on its lane's thread.
/// Guarantees asked of it: <see cref="Step"/> never blocks, does at most the given number of commands, and never calls into
/// another actor's step; whatever it wants of others it says through memory, doorbells, signals and messages.
/// </summary>
public abstract class Actor : Due
{
    private int _rung;

    /// <summary>When the last step began; no other begins before the next ns.</summary>
    internal long SteppedAt = -1;

    protected Actor(Lane lane)
    {
        Lane = lane;
        lane.World.Register(this);
    }

    /// <summary>The lane whose thread runs this actor.</summary>
    public Lane Lane { get; }

    protected World World => Lane.World;

    /// <summary>
    /// Does what is due, at most <paramref name="budget"/> commands, and returns when it wants to be called again
    /// (<see cref="World.Never"/>: when woken). The world calls it at least 1 ns after its last step.
    /// </summary>
    protected internal abstract long Step(int budget);

    /// <summary>Brings the next step forward to <paramref name="at"/> ns. From the actor's own lane only.</summary>
    public void WakeAt(long at)
    {
        at = Math.Max(at, SteppedAt + 1);
        if (at < NextAt) Lane.Bring(this, at);
    }

    /// <summary>Makes the actor due now. From any lane; rung twice before it is heard is heard once.</summary>
    public void Wake()
    {
        if (Lane.IsCurrent) WakeAt(World.Now);
        else if (Interlocked.Exchange(ref _rung, 1) == 0) Lane.Enqueue(new LaneMessage(WakeRung, this, 0, 0));
    }

    private static readonly Action<object, ulong, ulong> WakeRung = static (target, _, _) =>
    {
        var actor = (Actor)target;
        // Cleared before the step reads the doorbells, so that a ring during the step is heard again.
        Volatile.Write(ref actor._rung, 0);
        actor.WakeAt(actor.World.Now);
    };
}
