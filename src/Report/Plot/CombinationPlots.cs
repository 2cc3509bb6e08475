using Conformance.Migration;

namespace Conformance.Report;

/// <summary>The pictures of one combination. What was not observed is not drawn: there is no empty picture.</summary>
internal static class CombinationPlots
{
    public static IReadOnlyList<Plot> Of(RunRecord run, CombinationRecord it)
    {
        var plan = run.Plan.Combinations.FirstOrDefault(planned => planned.Name == it.Name);
        var plots = new List<Plot?>();
        plots.AddRange(TimelinePlots.Of(run, it, plan));
        if (it.Result.Strip is { } strip) plots.AddRange(StripPlots.Of(run, it, plan, strip));
        plots.Add(LatencyPlot.Of(run, it, plan));
        plots.Add(LatencyPlot.OfNeighbours(run, it, plan));
        plots.Add(DowntimePlots.Of(run, it, plan));
        plots.AddRange(CopyPlots.Of(run, it, plan));
        return [.. plots.OfType<Plot>()];
    }
}
