using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// The one-shot events of a controlling function, given to whoever waits for its controller data queue: the completion names it (Base 2.3
/// 5.2.2, One-Shot events). Events of other kinds are nobody's here and are dropped.
/// </summary>
public sealed class DataQueueEvents : Actor
{
    private readonly IEventSource _source;
    private readonly Dictionary<ushort, Signal> _waiting = [];
    private readonly Dictionary<ushort, int> _tails = [];

    public DataQueueEvents(World world, IEventSource source)
        : base(world.Host)
    {
        _source = source;
        source.Signal.Subscribe(this);
    }

    /// <summary>From now on events of the queue raise the signal, and are counted from 0.</summary>
    public void Listen(ushort cdqid, Signal signal) => (_waiting[cdqid], _tails[cdqid]) = (signal, 0);

    public void Ignore(ushort cdqid) => _waiting.Remove(cdqid);

    /// <summary>Tail pointer events of the queue since <see cref="Listen"/>.</summary>
    public int Tails(ushort cdqid) => _tails.GetValueOrDefault(cdqid);

    protected override long Step(int budget)
    {
        while (_source.TryTake(out var reported))
        {
            var told = new OneShotEvent(reported.Dw0, reported.Dw1);
            if (!told.IsOneShot || !_waiting.TryGetValue(told.Cdqid, out var signal)) continue;
            if (told.Information == OneShotInformation.ControllerDataQueueTailPointer) _tails[told.Cdqid]++;
            signal.Raise();
        }

        return World.Never;
    }
}
