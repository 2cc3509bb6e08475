using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// The guests that stay where they are while others move, on further virtual functions of the physical function that the first move leaves. Their load is
/// watched in the same phases as that of those who move, and all of them together: nobody asks which of them it was that felt it.
/// <para>Of several that move at once, the first to begin, the first to be stopped and the last to be restarted count.</para>
/// </summary>
public sealed class Neighbours(World world, PlannedCombination plan)
{
    private readonly List<Guest> _guests = [];
    private readonly GuestLatencies _latencies = new();
    private readonly LoadStrip _strip = new();
    private Phase _phase = Phase.Idle;
    private int _restarted;
    private long _movesAt;
    private long _stoppedAt;
    private long _restartedAt;

    private enum Phase
    {
        Idle,
        Before,
        PreCopy,
        During,
        After,
    }

    /// <summary>By number, which goes on after those who move.</summary>
    public IReadOnlyList<Guest> Guests => _guests;

    internal GuestLatencies Latencies => _latencies;

    internal void Add(Guest guest)
    {
        _guests.Add(guest);
        guest.Strip = _strip;
    }

    internal void Begin()
    {
        if (_phase is Phase.Before or Phase.PreCopy or Phase.During) return;
        (_phase, _restarted) = (Phase.Before, 0);
        _strip.Begin(world.Now);
        foreach (var it in _guests) _latencies.Begin(it, world.Now);
    }

    internal void MoveBegins()
    {
        if (_phase != Phase.Before) return;
        (_phase, _movesAt, _stoppedAt, _restartedAt) = (Phase.PreCopy, world.Now, 0, 0);
        foreach (var it in _guests) _latencies.MoveBegins(it, world.Now);
    }

    internal void GuestStops()
    {
        if (_phase != Phase.PreCopy) return;
        (_phase, _stoppedAt) = (Phase.During, world.Now);
        foreach (var it in _guests) _latencies.GuestStops(it, world.Now);
    }

    internal void GuestRestarts()
    {
        if (_phase != Phase.During || ++_restarted < plan.Vfs) return;
        (_phase, _restartedAt) = (Phase.After, world.Now);
        foreach (var it in _guests) _latencies.GuestRestarts(it, world.Now);
    }

    /// <summary>What comes now is beside nothing: who moved is being looked at.</summary>
    internal void LoadEnds()
    {
        if (_phase != Phase.After) return;
        _phase = Phase.Idle;
        _strip.End(world.Now);
        foreach (var it in _guests) _latencies.End(it, world.Now);
    }

    /// <summary>Of the cycle that ends now; null where there are none.</summary>
    internal NeighbourRecord? Record()
    {
        if (_guests.Count == 0) return null;
        // A cycle that was ended early has no end of its load.
        if (_phase != Phase.Idle) _strip.End(world.Now);
        _phase = Phase.Idle;
        return new NeighbourRecord
        {
            Count = _guests.Count, Latency = _latencies.Record(),
            Throughput = _strip.Throughput(_movesAt, _stoppedAt, _restartedAt, plan.Dwell),
        };
    }
}
