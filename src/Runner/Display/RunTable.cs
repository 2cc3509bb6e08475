using Conformance.Migration;
using Spectre.Console;

namespace Conformance.Runner.Display;

/// <summary>What a run showed, a row for each combination.</summary>
internal static class RunTable
{
    public static void Write(RunRecord run, Services services)
    {
        services.Out.WriteLine();
        services.Out.WriteLine($"{run.Plan.Name}, seed {run.Plan.Seed}: {run.Figures} device; downtime median / most over the cycles, in flight at the cut summed over them");
        var table = Tables.Create(
            services, "combination", "verdict", "cycles", "guest", "orchestrator", "device", "IO/s", "verified", "fetched", "unfetched", "posted");
        for (var column = 2; column < table.Columns.Count; column++) table.Columns[column].RightAligned();
        foreach (var it in run.Combinations)
        {
            var result = it.Result;
            var cycles = result.Cycles;
            var inFlight = cycles.Select(cycle => cycle.InFlight).ToTotal();
            table.AddRow(
                Tables.Cell(it.Name),
                Tables.Cell(VerdictOf(it), ColorOf(it)),
                Tables.Cell(cycles.Count.ToString()),
                Tables.Cell(Human.MedianAndMost(cycles.Select(cycle => cycle.Downtime.GuestNs))),
                Tables.Cell(Human.MedianAndMost(cycles.Select(cycle => cycle.Downtime.OrchestratorNs))),
                Tables.Cell(Human.MedianAndMost(cycles.Select(cycle => cycle.Downtime.DeviceNs))),
                Tables.Cell(result.WorldNs == 0 ? "-" : Human.Count(result.Commands * 1e9 / result.WorldNs)),
                Tables.Cell(Human.Count(cycles.Sum(cycle => cycle.BlocksVerified))),
                Tables.Cell(inFlight.Fetched?.ToString() ?? "-"),
                Tables.Cell(inFlight.Unfetched?.ToString() ?? "-"),
                Tables.Cell(inFlight.Posted?.ToString() ?? "-"));
        }

        Tables.Write(table, services);
    }

    private static string VerdictOf(CombinationRecord it) =>
        it.UnexpectedPass ? "unexpected pass" : it.GatesBroken.Count > 0 && it.Verdict == Verdict.Pass ? "gate broken" : Words.Of(it.Verdict);

    private static Color ColorOf(CombinationRecord it) => it switch
    {
        { UnexpectedPass: true } or { GatesBroken.Count: > 0 } => Color.Yellow,
        { Verdict: Verdict.Pass } => Color.Green,
        { Verdict: Verdict.Skipped or Verdict.NotSupported } => Color.Grey,
        { Verdict: Verdict.Warn or Verdict.Waived or Verdict.Inconclusive } => Color.Yellow,
        _ => Color.Red,
    };
}
