using Conformance.Migration;
using Conformance.Report;
using Spectre.Console;

namespace Conformance.Runner.Display;

/// <summary>What a run showed, a row for each combination.</summary>
internal static class RunTable
{
    public static void Write(RunRecord run, Services services)
    {
        if (run.Combinations.Count == 0) return;
        services.Out.WriteLine();
        services.Out.WriteLine($"{run.Plan.Name}, seed {run.Plan.Seed}: {run.Figures} device; "
            + $"downtime median / most over {FailureText.CyclesTold(run)}, in flight at the cut summed over them");
        if (run.Combinations.Any(it => it.Result.Cycles.Any(cycle => cycle.Downtime.ReadBackNs is not null)))
            services.Out.WriteLine("downtime without the suite's own reading back of the loaded state: read-back-ns of run.json");
        var all = run.Combinations;
        var inFlight = all.Select(it => it.Result.Cycles.Select(cycle => cycle.InFlight).ToTotal()).ToList();
        var grid = new Grid(services);
        grid.Add("combination", all.Select(it => it.Name));
        grid.Add("verdict", all.Select(it => (VerdictOf(it), ColorOf(it))));
        grid.AddFigures("cycles", all.Select(it => it.Result.Cycles.Count.ToString()));
        grid.AddFigures("verified", all.Select(it => Human.Count(it.Result.Cycles.Sum(cycle => cycle.BlocksVerified))));
        grid.AddFigures("fetched", inFlight.Select(it => Known(it.Fetched)));
        grid.AddFigures("unfetched", inFlight.Select(it => Known(it.Unfetched)));
        grid.AddFigures("posted", inFlight.Select(it => Known(it.Posted)));
        grid.AddFigures("IO/s", all.Select(it => it.Result.Load?.Rate is { } rate ? Human.Count(rate) : "-"));
        grid.AddFigures("down: guest", all.Select(it => Downtime(it, downtime => downtime.GuestNs)));
        grid.AddFigures("orchestrator", all.Select(it => Downtime(it, downtime => downtime.OrchestratorNs)));
        grid.AddFigures("device", all.Select(it => Downtime(it, downtime => downtime.DeviceNs)));
        grid.Write();
        foreach (var it in all)
        {
            if (FailureText.WarmedUp(it) is { } warmed) services.Out.WriteLine($"{it.Name}: {warmed}");
            if (FailureText.NearTheSuite(run, it) is { } near) services.Out.WriteLine($"{it.Name}: {near}");
            foreach (var doubt in FailureText.Doubts(it)) services.Out.WriteLine($"{it.Name}: {doubt}");
        }

        WriteLatencies(run, services);
    }

    /// <summary>What the moves cost those who did not wait for them to ask: a line for each combination of an open loop.</summary>
    private static void WriteLatencies(RunRecord run, Services services)
    {
        var open = run.Plan.Combinations.Where(it => it.Guest.Mode == LoadMode.Open).Select(it => it.Name).ToHashSet(StringComparer.Ordinal);
        var told = run.Combinations.Where(it => open.Contains(it.Name) && it.Result.Latency is not null).ToList();
        if (told.Count == 0) return;
        services.Out.WriteLine();
        services.Out.WriteLine("latency from the intended start, p50 / p99 / most, before, during and after the moves:");
        foreach (var it in told)
        {
            var latency = it.Result.Latency!;
            var share = latency.UntaintedCycles is { } clean ? $" ({clean} of {it.Result.Cycles.Count} cycles, whose blackout nothing tainted)" : "";
            services.Out.WriteLine($"{it.Name}{share}: {Phases(LatencyPhase.Of(it))}");
            if (RecoveryText.Of(it, run.Plan.Combinations.FirstOrDefault(plan => plan.Name == it.Name)) is { } recovery)
                services.Out.WriteLine($"{it.Name}: {recovery}");
            if (it.Result.NeighbourLatency is not null) services.Out.WriteLine($"{it.Name}, neighbours: {Phases(LatencyPhase.OfNeighbours(it))}");
        }
    }

    private static string Phases(IReadOnlyList<LatencyPhase> phases) =>
        string.Join("; ", phases.Where(it => it.Figures.N > 0).Select(it => $"{it.When} {Time(it.Figures.MedianNs)} / {Time(it.Told(0.99, it.Figures.P99Ns))} / {Time(it.Figures.MaxNs)}"));

    private static string Time(long? nanoseconds) => nanoseconds is { } ns ? Human.Time(ns) : "-";

    private static string Known(long? count) => count?.ToString() ?? "-";

    private static string Downtime(CombinationRecord it, Func<DowntimeRecord, long?> of) =>
        Human.MedianAndMost(SampleFigures.Of(it.Result.Cycles, of));

    private static string VerdictOf(CombinationRecord it) =>
        it.UnexpectedPass ? "unexpected pass"
        : it.GatesBroken.Count > 0 && it.Verdict == Verdict.Pass ? "gate broken"
        : Words.Of(it.Verdict);

    private static Color ColorOf(CombinationRecord it) => it switch
    {
        { UnexpectedPass: true } or { GatesBroken.Count: > 0 } => Color.Yellow,
        { Verdict: Verdict.Pass } => Color.Green,
        { Verdict: Verdict.Skipped or Verdict.NotSupported } => Color.Grey,
        { Verdict: Verdict.Warn or Verdict.Waived or Verdict.Inconclusive } => Color.Yellow,
        _ => Color.Red,
    };
}
