using System.CommandLine;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner.Display;

namespace Conformance.Runner.Commands;

/// <summary><c>calibrate</c>: are the observers' figures true on this machine's clock?</summary>
internal static class CalibrateCommand
{
    private const string Profile = "calibration";

    /// <summary>Between stop and restart of the guest both controllers are suspended, one after the other: the source, and the destination to be loaded.</summary>
    private const int Suspends = 2;

    private const int Turns = 6;
    private const double ShareAllowed = 0.02;
    private static readonly Duration s_allowed = Duration.FromMicroseconds(50);

    public static Command Create(Services services)
    {
        var command = new ExampleCommand("calibrate", "Error and spread of each observer of downtime, against latencies that are programmed.", """
            ./run.sh calibrate
            """);
        command.SetAction(_ => (int)Run(services));
        return command;
    }

    private static ExitCode Run(Services services)
    {
        var result = ProfileFile.Load(Shipped.Find(Profile, services.Root));
        foreach (var error in result.Errors) services.Error.WriteLine(error);
        if (result.Profile is null) return ExitCode.Usage;
        var bench = services.Bench(null);
        // In turn, so that what drifts drifts in all; the first turn only warms up.
        var plans = Plan.Of(result.Profile).Combinations.Where(it => it.Sweep is not null).ToList();
        var cycles = plans.ConvertAll(_ => new List<CycleRecord>());
        for (var turn = 0; turn <= Turns; turn++)
        {
            for (var i = 0; i < plans.Count; i++)
            {
                var ran = bench(plans[i], new Progress<CombinationProgress>(), CancellationToken.None);
                if (turn > 0) cycles[i].AddRange(ran.Cycles);
            }
        }

        var runs = plans.Select((plan, i) => (Programmed: new Duration((long)plan.Sweep!.Number!.Value), Cycles: (IReadOnlyList<CycleRecord>)cycles[i])).ToList();
        services.Out.WriteLine("downtime on the machine's clock, SIMULATED device; what is programmed is the latency of a suspend, of which a move has two.");
        services.Out.WriteLine($"error: median of untainted cycles, less that without latency, less twice what is programmed; allowed {s_allowed} or 2 %");
        var rows = Rows(runs).ToList();
        var grid = new Grid(services);
        grid.Add("observer", rows.Select(it => it.Observer));
        grid.AddFigures("programmed", rows.Select(it => it.Programmed.ToString()));
        grid.AddFigures("untainted", rows.Select(it => $"{it.Figures?.N ?? 0} of {it.Cycles}"));
        grid.AddFigures("median", rows.Select(it => it.Figures is { } figures ? Human.Time(figures.Median) : "-"));
        grid.AddFigures("95 % interval", rows.Select(it => it.Figures is { Low: { } low, High: { } high } ? $"{Human.Time(low)} to {Human.Time(high)}" : "n/a"));
        grid.AddFigures("error", rows.Select(it => it.Error is { } error ? $"{error / 1e3:+0.0;-0.0;0} us" : "-"));
        grid.Add("", rows.Select(it => it.IsWithin switch { true => "within", false => "NOT WITHIN", _ => "" }));
        grid.Write();
        if (rows.Exists(it => it.IsWithin == false)) return ExitCode.Regression;
        return rows.TrueForAll(it => it.Figures is not null) ? ExitCode.Conformant : ExitCode.Inconclusive;
    }

    private sealed record Row(string Observer, Duration Programmed, int Cycles, SampleFigures? Figures, long? Error, bool? IsWithin);

    private static IEnumerable<Row> Rows(IReadOnlyList<(Duration Programmed, IReadOnlyList<CycleRecord> Cycles)> runs)
    {
        foreach (var (observer, name, of) in Downtimes.All)
        {
            long? zero = null;
            foreach (var (programmed, cycles) in runs)
            {
                var figures = SampleFigures.Of(cycles.Where(it => it.Taints.Count == 0).Select(it => of(it.Downtime)));
                if (programmed.Nanoseconds == 0) zero = figures?.Median;
                var formula = Suspends * programmed.Nanoseconds;
                var error = figures?.Median - zero - formula;
                // What the device and the suspend itself say is told, and held to nothing: they are not what a report's downtime is.
                bool? isWithin = observer is DowntimeObserver.Guest or DowntimeObserver.Orchestrator && error is { } off
                    ? Math.Abs(off) <= Math.Max(s_allowed.Nanoseconds, ShareAllowed * formula)
                    : null;
                yield return new Row(name, programmed, cycles.Count, figures, error, isWithin);
            }
        }
    }
}
