using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Throughput and longest latency over time around the cut of one cycle.</summary>
internal static class StripPlots
{
    /// <summary>More spans than a picture has pixels for are put together.</summary>
    private const int SpansDrawn = 400;

    public static IEnumerable<Plot> Of(RunRecord run, CombinationRecord it, PlannedCombination? plan, StripRecord strip)
    {
        var spans = Math.Min(strip.Completions.Count, strip.LongestNs.Count);
        if (spans == 0 || strip.WidthNs <= 0) yield break;
        var together = (spans + SpansDrawn - 1) / SpansDrawn;
        var width = (double)strip.WidthNs * together;
        var rates = new List<(double X, double Y)>();
        // A line for each time without a gap: nothing completed in a gap, so no value is there.
        var longest = new List<List<(double X, double Y)>>();
        var gap = true;
        for (var i = 0; i < spans; i += together)
        {
            var (at, until) = (((double)i * strip.WidthNs) + strip.BeginNs - strip.StoppedNs, Math.Min(spans, i + together));
            double done = 0, most = 0;
            for (var j = i; j < until; j++) (done, most) = (done + strip.Completions[j], Math.Max(most, strip.LongestNs[j]));
            rates.Add((at, done * 1e9 / ((until - i) * (double)strip.WidthNs)));
            if (most > 0)
            {
                if (gap) longest.Add([]);
                longest[^1].Add((at + (width / 2), most));
            }

            gap = most <= 0;
        }

        var end = ((double)spans * strip.WidthNs) + strip.BeginNs - strip.StoppedNs;
        rates.Add((end, rates[^1].Y));
        var x = new Axis("time since the stop of the guest", new TimeScale(rates[0].X, end));
        var down = (double)(strip.RestartedNs - strip.StoppedNs);
        var band = new BandMark(Ink.Band, TimelinePlots.Stopped(TimelinePlots.Typical(it.Result), down), 0, down);
        var span = $"each value is of {Human.Time(width)}";
        yield return new Plot(
            Draw(run, it, plan, strip, "throughput", $"{SuiteCost.ThroughputWord(run, plan)} around the cut", x,
                new Axis("commands completed a second, 1/s", new LinearScale(0, Math.Max(1, rates.Max(one => one.Y)) * 1.05)),
                [band, new LineMark(Ink.Blue, null, rates, Steps: true)]),
            $"What one guest's load completed, before, during and after the move; {span}.");
        if (longest.Count == 0) yield break;
        yield return new Plot(
            Draw(run, it, plan, strip, "longest-latency", "longest latency around the cut", x,
                new Axis("latency from the intended start", new LogScale(longest.Min(line => line.Min(one => one.Y)), longest.Max(line => line.Max(one => one.Y)))),
                [band, .. longest.Select(line => new LineMark(Ink.Vermilion, null, line))]),
            $"The longest wait among the commands that completed then; {span}. Where nothing completed there is no line.");
    }

    private static Chart Draw(
        RunRecord run, CombinationRecord it, PlannedCombination? plan, StripRecord strip, string kind, string title, Axis x, Axis y, IReadOnlyList<Mark> marks) =>
        new()
        {
            Name = RunPlots.FileName(it.Name, kind),
            Title = $"{it.Name}: {title}, cycle {strip.Cycle}",
            Figures = run.Figures,
            Parameters = $"guest {strip.Guest}; {RunPlots.Parameters(run, plan)}",
            X = x,
            Y = y,
            Marks = marks,
            Height = 260,
        };
}
