using Conformance.Migration;

namespace Conformance.Report;

/// <summary>What was copied of a local medium: whether the rounds got ahead of the guest's writes, and how fast the copy was.</summary>
internal static class CopyPlots
{
    private static readonly CycleStep[] s_copying = [CycleStep.BulkCopy, CycleStep.Rounds, CycleStep.Drain];

    public static IEnumerable<Plot> Of(RunRecord run, CombinationRecord it, PlannedCombination? plan)
    {
        var cycles = it.Result.Cycles.Where(cycle => cycle.Copy.MediumBytes > 0).ToList();
        if (cycles.Count == 0) yield break;
        double block = plan?.Pair.Device.Namespaces is [var first, ..] ? first.BlockSize : 4096;
        IReadOnlyList<(string Name, Ink Ink, List<(double X, double Y)> Points)> lines =
        [
            ("copied in all", Ink.Blue, [.. cycles.Select((cycle, i) => (i + 1.0, (double)cycle.Copy.MediumBytes))]),
            ("reported dirty", Ink.Vermilion, [.. Known(cycles, cycle => cycle.Copy.BlocksReported * block)]),
            ("after the stop", Ink.Green, [.. cycles.Select((cycle, i) => (i + 1.0, cycle.Copy.BlocksAfterStop * block))]),
        ];
        var known = lines.Where(line => line.Points.Count > 0).ToList();
        var (fewest, most) = (cycles.Min(cycle => cycle.Copy.Rounds), cycles.Max(cycle => cycle.Copy.Rounds));
        var rounds = fewest < most ? $"{fewest} to {most} rounds" : most == 1 ? "1 round" : $"{most} rounds";
        yield return new Plot(
            Draw(run, it, plan, "convergence", $"what was copied, cycle by cycle; {rounds}", cycles,
                new Axis("bytes of the medium", new LinearScale(0, known.Max(line => line.Points.Max(point => point.Y)) * 1.05, 'b')),
                [.. known.SelectMany(line => Both(line.Ink, line.Name, line.Points, Human.Bytes, cycles))]),
            "Copied in all: the bulk copy, the rounds and the rest. Reported dirty: what the guest changed meanwhile, as the device said. "
            + "After the stop: what was left for the time in which the guest stood still; the copy converges where that is little.");
        if (Rounds(run, it, plan, cycles) is { } byRound) yield return byRound;
        var speeds = cycles.Select((cycle, i) => (X: i + 1.0, Y: Speed(cycle))).Where(point => point.Y > 0).ToList();
        if (speeds.Count == 0) yield break;
        yield return new Plot(
            Draw(run, it, plan, "copy-throughput", "throughput of the copy", cycles,
                new Axis("bytes a second, B/s", new LinearScale(0, speeds.Max(point => point.Y) * 1.05, 'b')),
                [.. Both(Ink.Purple, null, speeds, value => $"{Human.Bytes(value)}/s", cycles)]),
            "Bytes of the medium over the time of bulk copy, rounds and drain together: a mean, guest's load and waiting included.");
    }

    /// <summary>How the copy got ahead of the guest in the cycle whose rounds are the median; null where no cycle has two passes.</summary>
    private static Plot? Rounds(RunRecord run, CombinationRecord it, PlannedCombination? plan, List<CycleRecord> cycles)
    {
        var known = cycles.Where(cycle => cycle.Copy.EachRound.Count > 1).OrderBy(cycle => cycle.Copy.EachRound.Count).ThenBy(cycle => cycle.Number).ToList();
        if (known.Count == 0) return null;
        var cycle = known[(known.Count - 1) / 2];
        var passes = cycle.Copy.EachRound;
        // Nothing has no place on an axis of decades: it stands at its foot.
        const double foot = 1;
        List<(double X, double Y, string Text)> Points(string what, Func<RoundRecord, long> of) =>
            [.. passes.Select((pass, i) => ((double)i, Math.Max(foot, of(pass)), $"{NameOf(i, passes.Count)}: {what} {Human.Bytes(of(pass))}, in {Human.Time(pass.Ns)}"))];
        var (copied, dirtied) = (Points("copied", pass => pass.CopiedBytes), Points("dirtied meanwhile", pass => pass.DirtiedBytes));
        var values = copied.Concat(dirtied).Select(point => point.Y).Where(y => y > foot).ToList();
        if (values.Count == 0) return null;
        var low = Math.Max(foot, values.Min() / 4);
        List<(double X, double Y, string Text)> Raised(List<(double X, double Y, string Text)> points) => [.. points.Select(point => (point.X, Math.Max(low, point.Y), point.Text))];
        IEnumerable<Mark> Line(Ink ink, string label, List<(double X, double Y, string Text)> points) =>
        [
            new LineMark(ink, label, [.. points.Select(point => (point.X, point.Y))]), new PointsMark(ink, null, points),
        ];
        var chart = new Chart
        {
            Name = RunPlots.FileName(it.Name, "rounds"),
            Title = $"{it.Name}: convergence by round, cycle {cycle.Number}",
            Figures = run.Figures,
            Parameters = RunPlots.Parameters(run, plan),
            X = new Axis("pass of the copy", new ColumnScale([.. passes.Select((_, i) => NameOf(i, passes.Count))])),
            Y = new Axis("bytes of the medium", new LogScale(low, values.Max(), 'b')),
            Marks = [.. Line(Ink.Blue, "copied", Raised(copied)), .. Line(Ink.Vermilion, "dirtied meanwhile", Raised(dirtied))],
            Height = 260,
        };
        return new Plot(
            chart,
            "What each pass copied, and what the guest was known to have changed by its end, which the next copies. The copy converges where each is less than "
            + "the one before; the last is done while the guest stands still. A point at the foot is nothing. The cycle is the one whose number of rounds is the median.");
    }

    private static string NameOf(int pass, int passes) => pass == 0 ? "bulk" : pass == passes - 1 ? "rest" : $"{pass}";

    private static IEnumerable<(double X, double Y)> Known(List<CycleRecord> cycles, Func<CycleRecord, double?> of)
    {
        for (var i = 0; i < cycles.Count; i++)
        {
            if (of(cycles[i]) is { } value) yield return (i + 1, value);
        }
    }

    private static double Speed(CycleRecord cycle)
    {
        var ns = s_copying.Sum(step => cycle.TimeOf(step) ?? 0);
        return ns > 0 ? cycle.Copy.MediumBytes * 1e9 / ns : 0;
    }

    private static IEnumerable<Mark> Both(Ink ink, string? label, List<(double X, double Y)> points, Func<double, string> said, List<CycleRecord> cycles) =>
    [
        new LineMark(ink, label, points),
        new PointsMark(
            ink, null, [.. points.Select(point => (point.X, point.Y, $"cycle {cycles[(int)point.X - 1].Number}: {(label is null ? "" : $"{label} ")}{said(point.Y)}"))]),
    ];

    private static Chart Draw(
        RunRecord run, CombinationRecord it, PlannedCombination? plan, string kind, string title, List<CycleRecord> cycles, Axis y, IReadOnlyList<Mark> marks) =>
        new()
        {
            Name = RunPlots.FileName(it.Name, kind),
            Title = $"{it.Name}: {title}",
            Figures = run.Figures,
            Parameters = RunPlots.Parameters(run, plan),
            X = new Axis("migration, in order (count)", new LinearScale(1, Math.Max(2, cycles.Count))),
            Y = y,
            Marks = marks,
            Height = 240,
        };
}
