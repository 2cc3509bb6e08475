namespace Conformance.Migration;

/// <summary>How many samples are doubtful, and why: k of n.</summary>
/// <param name="Count">Migrations that were completed and are tainted.</param>
/// <param name="Of">All that were completed.</param>
/// <param name="Kinds">What tainted them, each kind with how many: <c>compilation 1, context-switch 12</c>.</param>
public sealed record Tainted(int Count, int Of, string Kinds)
{
    /// <summary>More than can be borne.</summary>
    /// <param name="most">Percent.</param>
    public bool IsOver(int most) => Count * 100L > most * (long)Of;

    public static Tainted In(IReadOnlyList<CycleRecord> cycles)
    {
        var completed = cycles.Where(it => it.Outcome == CycleOutcome.Completed).ToList();
        var kinds = completed.SelectMany(it => it.Taints).GroupBy(it => it).OrderBy(it => it.Key);
        return new Tainted(completed.Count(it => it.Taints.Count > 0), completed.Count, string.Join(", ", kinds.Select(it => $"{Words.Of(it.Key)} {it.Count()}")));
    }

    /// <summary>
    /// The cycles whose figures are told: those that nothing taints, or all where there are none of these. What taints is looked for from the stop of the
    /// guest to its first answer: what of a cycle was before or after that may still be disturbed.
    /// </summary>
    public static IEnumerable<CycleRecord> Free(IReadOnlyList<CycleRecord> cycles)
    {
        var free = cycles.Where(it => it.Taints.Count == 0);
        return free.Any() ? free : cycles;
    }

    public override string ToString() => $"{Count} of {Of} samples are tainted{(Kinds.Length > 0 ? $" ({Kinds})" : "")}";
}
