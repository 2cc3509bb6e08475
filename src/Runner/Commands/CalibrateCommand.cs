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

    /// <summary>Many and short: what is with one world, as where its threads run, is with one turn.</summary>
    private const int Turns = 30;

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
        var runs = plans.ConvertAll(plan => (Programmed: new Duration((long)plan.Sweep!.Number!.Value), Turns: new List<IReadOnlyList<CycleRecord>>()));
        for (var turn = 0; turn <= Turns; turn++)
        {
            for (var i = 0; i < plans.Count; i++)
            {
                var ran = bench(plans[i], new Progress<CombinationProgress>(), CancellationToken.None);
                if (turn > 0) runs[i].Turns.Add(ran.Cycles);
            }
        }

        services.Out.WriteLine("downtime on the machine's clock, SIMULATED device; what is programmed is the latency of a suspend, of which a move has two.");
        services.Out.WriteLine("error: median of the untainted cycles of a turn, less that without latency in the same turn, less twice what is programmed;");
        services.Out.WriteLine($"of that the median of {Turns} turns. Allowed {s_allowed} or 2 %");
        var rows = Rows(runs).ToList();
        var grid = new Grid(services);
        grid.Add("observer", rows.Select(it => it.Observer));
        grid.AddFigures("programmed", rows.Select(it => it.Programmed.ToString()));
        grid.AddFigures("untainted", rows.Select(it => $"{it.Figures?.N ?? 0} of {it.Cycles}"));
        grid.AddFigures("median", rows.Select(it => it.Figures is { } figures ? Human.Time(figures.Median) : "-"));
        grid.AddFigures("95 % interval", rows.Select(it => it.Figures is { Low: { } low, High: { } high } ? $"{Human.Time(low)} to {Human.Time(high)}" : "n/a"));
        grid.AddFigures("middle half", rows.Select(it => it.Half is { } half ? $"{Human.Time(half.Low)} to {Human.Time(half.High)}" : "-"));
        grid.AddFigures("error", rows.Select(it => it.Error is { } error ? $"{error / 1e3:+0.0;-0.0;0} us" : "-"));
        grid.Add("", rows.Select(it => it.IsReference ? "reference" : it.IsWithin switch { true => "within", false => "NOT WITHIN", _ => "" }));
        grid.Write();
        if (rows.Exists(it => it.IsWithin == false)) return ExitCode.Regression;
        return rows.TrueForAll(it => it.IsReference || it.Error is not null) ? ExitCode.Conformant : ExitCode.Inconclusive;
    }

    /// <param name="Half">Between which the middle half of the untainted samples lies, ns.</param>
    /// <param name="Error">ns; null where no turn has untainted samples both with and without latency, and of what is without.</param>
    /// <param name="IsWithin">Null where it is held to nothing.</param>
    private sealed record Row(
        string Observer, Duration Programmed, int Cycles, SampleFigures? Figures, (long Low, long High)? Half, long? Error, bool? IsWithin)
    {
        /// <summary>Without latency: what is left is the suite's own, which the others are held against.</summary>
        public bool IsReference => Programmed.Nanoseconds == 0;
    }

    private static IEnumerable<Row> Rows(IReadOnlyList<(Duration Programmed, List<IReadOnlyList<CycleRecord>> Turns)> runs)
    {
        foreach (var (observer, name, of) in Downtimes.All)
        {
            var reference = runs.Single(it => it.Programmed.Nanoseconds == 0).Turns.ConvertAll(it => Median(it, of));
            foreach (var (programmed, turns) in runs)
            {
                var samples = turns.SelectMany(it => Untainted(it, of)).OfType<long>().Order().ToList();
                var formula = Suspends * programmed.Nanoseconds;
                var error = programmed.Nanoseconds == 0 ? null : SampleFigures.Of(turns.Select((it, turn) => Median(it, of) - reference[turn] - formula))?.Median;
                // What the device and the suspend itself say is told, and held to nothing: they are not what a report's downtime is.
                bool? isWithin = observer is DowntimeObserver.Guest or DowntimeObserver.Orchestrator && error is { } off
                    ? Math.Abs(off) <= Math.Max(s_allowed.Nanoseconds, ShareAllowed * formula)
                    : null;
                yield return new Row(
                    name, programmed, turns.Sum(it => it.Count), SampleFigures.Of(samples.Select(it => (long?)it)),
                    samples.Count == 0 ? null : (samples[samples.Count / 4], samples[samples.Count * 3 / 4]), error, isWithin);
            }
        }
    }

    private static long? Median(IReadOnlyList<CycleRecord> cycles, Func<DowntimeRecord, long?> of) => SampleFigures.Of(Untainted(cycles, of))?.Median;

    private static IEnumerable<long?> Untainted(IReadOnlyList<CycleRecord> cycles, Func<DowntimeRecord, long?> of) =>
        cycles.Where(it => it.Taints.Count == 0).Select(it => of(it.Downtime));
}
