using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What is not the same in two runs.</summary>
/// <param name="NotComparable">Fields in which they are of different things; their figures are then told, and not judged.</param>
/// <param name="Verdicts">Cases and combinations with another verdict, or in one run only.</param>
/// <param name="States">Fields of kept states that differ.</param>
/// <param name="Figures">Every figure that both have.</param>
/// <param name="Exact">Figures without noise that changed; empty where the runs cannot be compared.</param>
public sealed record RunDifference(
    IReadOnlyList<string> NotComparable, IReadOnlyList<VerdictChange> Verdicts, IReadOnlyList<string> States, IReadOnlyList<FigureChange> Figures,
    IReadOnlyList<ExactChange> Exact)
{
    /// <param name="old">One run.</param>
    /// <param name="now">The other.</param>
    /// <param name="states">Fields of kept states that differ, as sentences.</param>
    public static RunDifference Of(RunRecord old, RunRecord now, IReadOnlyList<string> states)
    {
        var (before, after) = (VerdictsOf(old), VerdictsOf(now));
        var changes = before.Keys.Union(after.Keys)
            .Select(name => new VerdictChange(name, before.TryGetValue(name, out var was) ? was : null, after.TryGetValue(name, out var isNow) ? isNow : null))
            .Where(it => it.Old != it.New).ToList();
        var differ = Fingerprint.Of(old).Differences(Fingerprint.Of(now)).ToList();
        var (exactOld, exactNew) = (ExactFigures.Of(old), ExactFigures.Of(now));
        var exact = differ.Count > 0
            ? []
            : exactOld.Where(it => exactNew.TryGetValue(it.Key, out var value) && value != it.Value).Select(it => new ExactChange(it.Key, it.Value, exactNew[it.Key]));
        return new RunDifference(differ, changes, states, [.. FiguresOf(old, now)], [.. exact]);
    }

    private static IEnumerable<FigureChange> FiguresOf(RunRecord old, RunRecord now)
    {
        foreach (var it in now.Combinations)
        {
            if (old.Combinations.FirstOrDefault(one => one.Name == it.Name) is not { } other) continue;
            foreach (var (_, name, of) in Downtimes.All)
            {
                if (Of(other, of) is { } before && Of(it, of) is { } after) yield return new FigureChange($"{it.Name}: {name}", before, after);
            }
        }

        static SampleFigures? Of(CombinationRecord it, Func<DowntimeRecord, long?> of) => SampleFigures.Of(it.Result.Cycles, of);
    }

    private static Dictionary<string, Verdict> VerdictsOf(RunRecord run) =>
        run.Cases.Select(it => (it.Id, it.Verdict)).Concat(run.Combinations.Select(it => (it.Name, it.Verdict))).ToDictionary(it => it.Item1, it => it.Verdict);
}

/// <summary>A case or combination whose verdict changed; null where it was not run.</summary>
public sealed record VerdictChange(string Name, Verdict? Old, Verdict? New)
{
    /// <summary>It was conformant, and is not.</summary>
    public bool IsWorse => New is { } now && now.IsNonConformant() && Old is not { } || (Old is { } was && New is { } then && !was.IsNonConformant() && then.IsNonConformant());

    public override string ToString() => $"{Name}: {(Old is { } was ? Words.Of(was) : "not run")} -> {(New is { } now ? Words.Of(now) : "not run")}";
}

/// <summary>A downtime in both runs, ns.</summary>
/// <param name="Name">Combination and observer.</param>
/// <param name="Old">Over the cycles of one run.</param>
/// <param name="New">And of the other.</param>
public sealed record FigureChange(string Name, SampleFigures Old, SampleFigures New)
{
    /// <summary>
    /// The intervals of the two medians do not touch. No test: the cycles of one process have its code's and memory's layout in common.
    /// </summary>
    public bool IsApart => Old is { Low: { } oldLow, High: { } oldHigh } && New is { Low: { } newLow, High: { } newHigh } && (newLow > oldHigh || newHigh < oldLow);
}
