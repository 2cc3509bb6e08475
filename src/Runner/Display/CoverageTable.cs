using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>Requirements by level or area: how many were looked at, what was seen, and how many nothing looked at.</summary>
internal static class CoverageTable
{
    /// <param name="of">What they are grouped by.</param>
    /// <param name="groups">A row each; a last one is for all.</param>
    /// <param name="services">Where to write.</param>
    /// <param name="verdicts">Something was run.</param>
    public static void Write(string of, IEnumerable<IGrouping<string, RequirementRecord>> groups, Services services, bool verdicts = true)
    {
        var rows = groups.Select(it => (it.Key, Shares: CoverageShares.Of(it))).ToList();
        rows.Add(("all", CoverageShares.Of(groups.SelectMany(it => it))));
        void Figures(string header, Func<CoverageShares, string> text, Grid grid) => grid.AddFigures(header, rows.Select(it => text(it.Shares)));
        var grid = new Grid(services);
        grid.Add($"requirements by {of}", rows.Select(it => it.Key));
        Figures("all", it => $"{it.All}", grid);
        Figures(verdicts ? "looked at" : "with a case", it => $"{it.Seen} ({it.Percent(it.Seen)})", grid);
        if (verdicts)
        {
            Figures("hold", it => $"{it.Hold}", grid);
            Figures("do not", it => $"{it.DoNot}", grid);
            Figures("open", it => $"{it.Open}", grid);
        }

        Figures(verdicts ? "NOT LOOKED AT" : "WITHOUT A CASE", it => $"{it.Unseen} ({it.Percent(it.Unseen)})", grid);
        Figures("of these with a reason", it => $"{it.Excused}", grid);
        grid.Write();
    }
}
