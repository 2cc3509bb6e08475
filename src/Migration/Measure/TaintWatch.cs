namespace Conformance.Migration;

/// <summary>What else than the measured thing took time while it was measured, by two looks at what the runtime and the system count.</summary>
internal sealed class TaintWatch(SystemCounters counters)
{
    private TaintCounters _before;
    private TaintCounters _after;

    /// <summary>Called just before what is measured begins.</summary>
    public void Begin() => _before = _after = counters.Read();

    /// <summary>Called when it has ended; again, for a longer measurement.</summary>
    public void End() => _after = counters.Read();

    public IReadOnlyList<Taint> Taints() => _after.Since(_before);
}
