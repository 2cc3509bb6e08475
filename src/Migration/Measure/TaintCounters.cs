namespace Conformance.Migration;

/// <summary>What the runtime and the system count, at one moment.</summary>
/// <param name="At">ns on the world's clock.</param>
/// <param name="Collections">Of the runtime's collector.</param>
/// <param name="Methods">That were compiled.</param>
/// <param name="Switches">How often the system took the processor away from a lane that did not give it up; 0 where the next is told.</param>
/// <param name="Waited">ns that the lanes were ready and had no processor; null where the system does not tell.</param>
/// <param name="Stolen">Ticks in which the machine's own host ran something else.</param>
internal readonly record struct TaintCounters(long At, int Collections, long Methods, long Switches, long? Waited, long Stolen)
{
    /// <summary>
    /// The processor is taken for some microseconds in every tenth of a second of the idlest machine; what that adds up to taints a sample when it is this
    /// share of it, half of the smallest error that a figure is allowed.
    /// </summary>
    private const double Shows = 0.01;

    /// <summary>What happened between <paramref name="before"/> and now that is not of what is measured.</summary>
    public IReadOnlyList<Taint> Since(in TaintCounters before)
    {
        var taints = new List<Taint>();
        if (Collections != before.Collections) taints.Add(Taint.GarbageCollection);
        if (Methods != before.Methods) taints.Add(Taint.Compilation);
        if (Waited - before.Waited is { } waited ? waited > 0 && waited >= Shows * (At - before.At) : Switches != before.Switches) taints.Add(Taint.ContextSwitch);
        if (Stolen != before.Stolen) taints.Add(Taint.StolenTime);
        return taints;
    }
}
