using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>Requirements by level: how many were looked at, what was seen, and how many nothing looked at.</summary>
internal static class CoverageTable
{
    public static void Write(IReadOnlyList<RequirementRecord> requirements, Services services) =>
        Write("level", requirements.GroupBy(it => it.Level), services);

    public static void Write(string of, IEnumerable<IGrouping<string, RequirementRecord>> groups, Services services)
    {
        var rows = groups.Select(it => (it.Key, Shares: CoverageShares.Of(it))).ToList();
        rows.Add(("all", CoverageShares.Of(groups.SelectMany(it => it))));
        var grid = new Grid(services);
        grid.Add($"requirements by {of}", rows.Select(it => it.Key));
        grid.AddFigures("all", rows.Select(it => $"{it.Shares.All}"));
        grid.AddFigures("looked at", rows.Select(it => $"{it.Shares.Seen} ({it.Shares.Percent(it.Shares.Seen)})"));
        grid.AddFigures("hold", rows.Select(it => $"{it.Shares.Hold}"));
        grid.AddFigures("do not", rows.Select(it => $"{it.Shares.DoNot}"));
        grid.AddFigures("open", rows.Select(it => $"{it.Shares.Open}"));
        grid.AddFigures("NOT LOOKED AT", rows.Select(it => $"{it.Shares.Unseen} ({it.Shares.Percent(it.Shares.Unseen)})"));
        grid.AddFigures("of these with a reason", rows.Select(it => $"{it.Shares.Excused}"));
        grid.Write();
    }
}
