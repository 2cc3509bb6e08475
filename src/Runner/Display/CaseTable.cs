using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>What the cases showed, a row for each area; then how much of what is asked was looked at.</summary>
internal static class CaseTable
{
    private static readonly (string Header, Verdict[] Verdicts)[] s_columns =
    [
        ("pass", [Verdict.Pass]), ("fail", [Verdict.Fail, Verdict.Timeout, Verdict.Crash]), ("warn", [Verdict.Warn]),
        ("inconclusive", [Verdict.Inconclusive]), ("waived", [Verdict.Waived]), ("not supported", [Verdict.NotSupported]),
        ("other", [Verdict.Skipped, Verdict.HarnessError]),
    ];

    public static void Write(RunRecord run, Services services)
    {
        if (run.Cases.Count == 0) return;
        services.Out.WriteLine();
        services.Out.WriteLine($"{run.Plan.Name}, seed {run.Plan.Seed}: {run.Figures} device; cases by area");
        var areas = run.Cases.GroupBy(it => it.Area).Select(it => (Name: it.Key, Cases: it.ToList())).Append((Name: "all", Cases: [.. run.Cases])).ToList();
        var grid = new Grid(services);
        grid.Add("area", areas.Select(it => it.Name));
        grid.AddFigures("cases", areas.Select(it => $"{it.Cases.Count}"));
        foreach (var (header, verdicts) in s_columns)
        {
            if (header == "pass" || run.Cases.Any(it => verdicts.Contains(it.Verdict)))
                grid.AddFigures(header, areas.Select(it => $"{it.Cases.Count(one => verdicts.Contains(one.Verdict))}"));
        }

        grid.Write();
        services.Out.WriteLine();
        CoverageTable.Write("level", run.Requirements.GroupBy(it => it.Level), services);
    }
}
