using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What is not the same in two runs.</summary>
/// <param name="NotComparable">Fields in which they are of different things; their figures are then told, and not judged.</param>
/// <param name="Verdicts">Cases and combinations with another verdict, or in one run only.</param>
/// <param name="Gates">Gates that did not hold in the later run and held in the earlier, a sentence each.</param>
/// <param name="States">Fields of kept states that differ.</param>
/// <param name="Figures">Every figure that both have: downtime, steps, throughput and latency.</param>
/// <param name="Exact">Figures without noise, the later run's against the earlier's; null where neither has any or the runs cannot be compared.</param>
public sealed record RunDifference(
    IReadOnlyList<string> NotComparable, IReadOnlyList<VerdictChange> Verdicts, IReadOnlyList<string> Gates, IReadOnlyList<string> States,
    IReadOnlyList<FigureChange> Figures, BaselineResult? Exact)
{
    /// <summary>Why nothing is known of whether the later run is as good, a sentence each.</summary>
    public IEnumerable<string> Unknown() =>
    [
        .. NotComparable.Select(it => $"not comparable: {it}"),
        .. Verdicts.Where(it => it.IsLost).Select(it => $"no longer shown: {it}"),
        .. Exact?.Missing ?? [],
        .. Figures.Where(it => it is { IsNoisy: true, IsApart: true, IsWorse: true })
            .Select(it => $"{it.Name}: {(it.Metric.IsBetterLess ? "longer" : "less")}, and of one process each no test tells whether that is chance: compare --ab"),
    ];

    /// <summary>
    /// Throughput and latency that became worse on the virtual clock, where each change is one; times that are summed are told by <see cref="Exact"/>.
    /// </summary>
    public IReadOnlyList<FigureChange> Worse => NotComparable.Count > 0 ? [] : [.. Figures.Where(it => it is { IsNoisy: false, IsSummed: false, IsWorse: true })];

    /// <param name="old">One run.</param>
    /// <param name="now">The other.</param>
    /// <param name="states">Fields of kept states that differ, as sentences.</param>
    public static RunDifference Of(RunRecord old, RunRecord now, IReadOnlyList<string> states)
    {
        var (before, after) = (VerdictsOf(old), VerdictsOf(now));
        var changes = before.Keys.Union(after.Keys)
            .Select(name => new VerdictChange(name, before.TryGetValue(name, out var was) ? was : null, after.TryGetValue(name, out var isNow) ? isNow : null))
            .Where(it => it.Old != it.New).ToList();
        var exact = Baseline.Of(old, "").Against(now);
        var hasExact = exact.NotComparable.Count == 0 && ExactFigures.Of(old).Count + ExactFigures.Of(now).Count > 0;
        return new RunDifference([.. PlanDifference.OfFingerprints(old, now)], changes, [.. GatesOf(old, now)], states, [.. FiguresOf(old, now)], hasExact ? exact : null);
    }

    private static IEnumerable<string> GatesOf(RunRecord old, RunRecord now)
    {
        var broken = old.Combinations.Where(it => it.GatesBroken.Count > 0).Select(it => it.Name).ToHashSet(StringComparer.Ordinal);
        return now.Combinations.Where(it => !broken.Contains(it.Name)).SelectMany(it => it.GatesBroken.Select(gate => $"{it.Name}: {gate}"));
    }

    private static IEnumerable<FigureChange> FiguresOf(RunRecord old, RunRecord now)
    {
        var noisy = now.Plan.Combinations.Where(it => it.Clock == ClockKind.Real).Select(it => it.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var it in now.Combinations)
        {
            if (old.Combinations.FirstOrDefault(one => one.Name == it.Name) is not { } other) continue;
            var before = Metric.Spread(other).ToDictionary(one => one.Metric.Name, StringComparer.Ordinal);
            foreach (var (metric, after, isSummed) in Metric.Spread(it))
            {
                if (before.TryGetValue(metric.Name, out var was)) yield return new FigureChange(metric, was.Figures, after, noisy.Contains(it.Name), isSummed);
            }
        }
    }

    private static Dictionary<string, Verdict> VerdictsOf(RunRecord run) =>
        run.Cases.Select(it => (it.Id, it.Verdict)).Concat(run.Combinations.Select(it => (it.Name, it.Verdict))).ToDictionary(it => it.Item1, it => it.Verdict);
}

/// <summary>A case or combination whose verdict changed; null where it was not run.</summary>
public sealed record VerdictChange(string Name, Verdict? Old, Verdict? New)
{
    /// <summary>It was conformant, and is not.</summary>
    public bool IsWorse => New is { } now && now.IsNonConformant() && Old is not { } || (Old is { } was && New is { } then && !was.IsNonConformant() && then.IsNonConformant());

    /// <summary>It was shown to be one thing or the other, and nothing is shown of it now.</summary>
    public bool IsLost => Old is { } was && ShowsSomething(was) && !(New is { } now && ShowsSomething(now));

    private static bool ShowsSomething(Verdict verdict) => verdict.IsNonConformant() || verdict is Verdict.Pass or Verdict.Warn or Verdict.Waived;

    public override string ToString() => $"{Name}: {(Old is { } was ? Words.Of(was) : "not run")} -> {(New is { } now ? Words.Of(now) : "not run")}";
}

/// <summary>A figure in both runs.</summary>
/// <param name="Metric">Its name, unit and direction; its value is not used.</param>
/// <param name="Old">Over the cycles of one run.</param>
/// <param name="New">And of the other.</param>
/// <param name="IsNoisy">On the machine's clock.</param>
/// <param name="IsSummed">See <see cref="SpreadMetric"/>.</param>
public sealed record FigureChange(Metric Metric, SampleFigures Old, SampleFigures New, bool IsNoisy, bool IsSummed)
{
    public string Name => Metric.Name;

    public bool IsWorse => Metric.IsBetterLess ? New.Median > Old.Median : New.Median < Old.Median;

    /// <summary>New over old; null where old is nothing.</summary>
    public double? Ratio => Old.Median > 0 ? (double)New.Median / Old.Median : null;

    /// <summary>
    /// The intervals of the two medians do not touch. No test: the cycles of one process have its code's and memory's layout in common.
    /// </summary>
    public bool IsApart => Old is { Low: { } oldLow, High: { } oldHigh } && New is { Low: { } newLow, High: { } newHigh } && (newLow > oldHigh || newHigh < oldLow);

    public override string ToString() => $"{Name}: {Human.Figure(Old.Median, Metric.Unit)} -> {Human.Figure(New.Median, Metric.Unit)}";
}
