using Conformance.Device;

namespace Conformance.Sim;

/// <summary>Something that a subsystem does by itself, at times, whatever becomes of its controllers meanwhile.</summary>
internal abstract class BackgroundWork : Work
{
    /// <summary>Goes on with it.</summary>
    public abstract StepResult Run();
}

/// <summary>
/// What goes on in a subsystem besides its controllers: operations that outlive the command that started them, and a reset of the
/// controller that took it.
/// </summary>
internal sealed class Background(World world) : Actor(world.Devices)
{
    private readonly WorkQueue _work = new();

    /// <summary>ns.</summary>
    public long Now => Lane.Now;

    /// <summary>Does work at a time, wherever it was before.</summary>
    public void At(BackgroundWork work, long at)
    {
        _work.Set(work, at);
        if (at != Device.World.Never) WakeAt(at);
    }

    /// <summary>Gives up work that is not due yet.</summary>
    public void Stop(BackgroundWork work) => _work.Remove(work);

    protected override long Step(int budget)
    {
        while (_work.TryTakeDue(Now, out var due))
        {
            var work = (BackgroundWork)due;
            var result = work.Run();
            if (!result.IsDone) _work.Set(work, result.At);
        }

        return _work.Earliest;
    }
}
