namespace Conformance.Migration;

/// <summary>
/// Latencies of one guest's commands in one cycle, by when they should have begun; used again for the next cycle. Those of several cycles
/// are put together from what was counted.
/// </summary>
internal sealed class GuestLatencies
{
    private readonly Histogram _before = new();
    private readonly Histogram _preCopy = new();
    private readonly Histogram _during = new();
    private readonly Histogram _after = new();
    private readonly Histogram _nobodys = new();

    /// <summary>A cycle begins.</summary>
    public void Begin(Guest guest, long now)
    {
        _before.Clear();
        _preCopy.Clear();
        _during.Clear();
        _after.Clear();
        Turn(guest, _before, _before, now);
    }

    /// <summary>What comes now may be disturbed.</summary>
    public void MoveBegins(Guest guest, long now) => Turn(guest, _preCopy, _before, now);

    /// <summary>Who moves is stopped: what is still in flight waits for it to go on, as does what comes now.</summary>
    public void GuestStops(Guest guest, long now) => Turn(guest, _during, _during, now);

    /// <summary>What was submitted so far waited for the move; what comes now does not.</summary>
    public void GuestRestarts(Guest guest, long now) => Turn(guest, _after, _during, now);

    /// <summary>What was submitted so far still counts; what comes now does not.</summary>
    public void End(Guest guest, long now) => Turn(guest, _nobodys, _after, now);

    public void Merge(GuestLatencies other)
    {
        _before.Merge(other._before);
        _preCopy.Merge(other._preCopy);
        _during.Merge(other._during);
        _after.Merge(other._after);
    }

    /// <param name="spread">With how they are spread.</param>
    public LatencyRecord Record(bool spread = false) => new()
    {
        Before = LatencyFigures.Of(_before, spread), PreCopy = LatencyFigures.Of(_preCopy, spread), During = LatencyFigures.Of(_during, spread), After = LatencyFigures.Of(_after, spread),
    };

    private static void Turn(Guest guest, Histogram latencies, Histogram older, long since) =>
        (guest.Latency, guest.OlderLatency, guest.LatencySince) = (latencies, older, since);
}
