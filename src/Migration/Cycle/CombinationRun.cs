using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>Carries out one combination: a world, a bench, its cycles one after another, all tenants at once in each.</summary>
public sealed class CombinationRun(PlannedCombination plan, PairFactory pairs, IProgress<CombinationProgress>? progress = null)
{
    private const int MostStates = 8;

    /// <summary>Of which one is kept in the end: an example need not be of all of a million cycles.</summary>
    public const int MostStrips = 1000;

    private static readonly LoadRecord s_noLoad = new() { Commands = 0, Bytes = 0, Ns = 0 };

    private readonly Journal _journal = new();
    private readonly List<CycleRecord> _cycles = [];
    private readonly List<CycleRecord> _warmUps = [];
    private readonly List<KeptState> _states = [];
    private readonly List<Finding> _findings = [];
    private Cycle[] _underWay = [];
    private PairUnderTest? _pair;
    private Bench? _bench;
    private long _commands;
    private long _bytes;
    private readonly GuestLatencies _latencies = new();
    private readonly GuestLatencies _clean = new();
    private readonly GuestLatencies _neighbourLatencies = new();
    private int _cleanCycles;
    private bool _warmsUp = plan.Clock == ClockKind.Real && plan.Dwell.WarmUp > 0;
    private int _warmed;
    private int _done;
    private LoadRecord _warmedLoad = s_noLoad;
    private Func<(long Read, long Written)>? _dmaBytes;
    private (long Read, long Written)? _dma;
    private int _neighbours;
    private IReadOnlyList<Tenant> _tenants = [];
    private readonly List<(long Downtime, StripRecord Strip)> _strips = [];
    private SteadyState? _steady;
    private LoadRecord? _load;
    private long _elapsed;
    private bool _interrupted;

    /// <summary>Runs on the calling thread. What the device does wrong is in the result; an exception is a failure of the suite.</summary>
    public CombinationResult Execute(CancellationToken stop)
    {
        var checks = new Checks(_journal, cycle: null, guest: null);
        var goesOn = true;
        while (goesOn && _done < plan.Cycles) goesOn = RunSeries(checks, stop);
        if (goesOn) Vacuity.Judge(plan, _cycles, checks);
        _findings.AddRange(checks.Findings);
        return new CombinationResult
        {
            Cycles = _cycles, WarmUps = _warmUps, Findings = _findings, Commands = _commands, Bytes = _bytes, States = _states, Journal = _journal, WorldNs = _elapsed,
            Interrupted = _interrupted, Load = _load, Latency = Latency(), DmaBytesRead = _dma?.Read, DmaBytesWritten = _dma?.Written,
            NeighbourLatency = _neighbours > 0 ? _neighbourLatencies.Record(spread: true) : null,
            // An example that is neither the best nor the worst.
            Strip = _strips.OrderBy(it => it.Downtime).Select(it => it.Strip).ElementAtOrDefault((_strips.Count - 1) / 2), Steady = _steady,
        };
    }

    /// <summary>What was disturbed by something else than the device is left out, where there is anything else.</summary>
    private LatencyRecord? Latency() =>
        _cycles.Count == 0 ? null
        : _cleanCycles == 0 || _cleanCycles == _cycles.Count ? _latencies.Record(spread: true)
        : _clean.Record(spread: true) with { UntaintedCycles = _cleanCycles };

    /// <summary>Cycles on one pair; false when the run is to end.</summary>
    private bool RunSeries(Checks checks, CancellationToken stop)
    {
        var world = new World(plan.Clock, plan.Limits.Time.Nanoseconds, plan.Limits.Steps) { Sleeps = plan.Real is { Emulated: true } };
        using var registration = stop.Register(() => world.RequestStop(new OperationCanceledException("The run was stopped.")));
        try
        {
            return world.Run(() => RunSeriesAsync(world, checks));
        }
        catch (OperationCanceledException)
        {
            _interrupted = true;
            KeepUnderWay(CycleOutcome.Interrupted);
            return false;
        }
        catch (HostLimitException limit)
        {
            checks.Add("host", "host", limit.Message, verdict: Verdict.NotSupported);
            KeepUnderWay(CycleOutcome.Failed);
            return false;
        }
        catch (WorldLimitException limit)
        {
            checks.Add("limits", "world", limit.Message, verdict: Verdict.Timeout);
            KeepUnderWay(CycleOutcome.Failed);
            return false;
        }
        finally
        {
            _elapsed += world.Now;
            CountCommands();
            // Of a bench that was not finished: nobody has it who would.
            _pair?.Release?.Invoke(false);
            // Not before the world has ended: on the machine's clock the devices' thread works on this memory until then.
            _bench?.Dispose();
            _bench = null;
        }
    }

    private async Task<bool> RunSeriesAsync(World world, Checks checks)
    {
        var (outcome, bench) = await Bench.CreateAsync(world, plan, _pair = pairs(world, plan));
        _bench = bench;
        if (outcome.Status == Status.NamespaceIsPrivate)
        {
            const string Why = "a private namespace is not reached by the controlling function, and copied or compared by nobody";
            checks.Add("bench", "namespace", Why, verdict: Verdict.NotSupported);
            return false;
        }

        if (!checks.Ok(outcome, "bench", outcome.Step ?? "bench", "the pair could not be made ready")) return false;
        _tenants = bench!.Tenants;
        _dmaBytes = plan.Clock == ClockKind.Virtual ? bench.DmaBytes : null;
        _neighbours = bench.Neighbours.Guests.Count;
        if (plan.Guest.Fill)
        {
            foreach (var filled in bench.Neighbours.Guests.Concat(_tenants.Select(t => t.Guest)).Select(guest => guest.FillAsync().AsTask()).ToList()) await filled;
        }

        foreach (var tenant in _tenants) tenant.Guest.Start();
        foreach (var neighbour in bench.Neighbours.Guests) neighbour.Start();
        if (plan.Dwell.SteadyRound.Nanoseconds > 0) _steady = Worse(_steady, await SettleAsync(world));
        bool goesOn;
        // One way: each cycle on a pair of its own. There and back: all on one.
        do goesOn = await RunNextAsync(bench);
        while (goesOn && _done < plan.Cycles && plan.Route != Route.OneWay);

        foreach (var neighbour in bench.Neighbours.Guests) await JudgeAsync(world, neighbour, checks);
        return goesOn;
    }

    /// <summary>
    /// Who stayed where it was is held to what every guest is: each of its commands completed once, and each block holds what it was told is written.
    /// </summary>
    private static async Task JudgeAsync(World world, Guest neighbour, Checks checks)
    {
        const string requirement = "LM-ISO-01";
        const long longest = 60_000_000_000;
        var path = $"neighbour[{neighbour.Number}]";
        if (await neighbour.QuiesceAsync(world.Now + neighbour.CommandTimeout)) await neighbour.VerifyAsync(null, world.Now + longest);
        if (neighbour.Counters.Findings == 0) checks.None(requirement, $"{path}.findings");
        foreach (var finding in neighbour.TakeFindings()) checks.Add(requirement, $"{path}.{finding.Path}", finding.Text);
    }

    /// <summary>Of several series the evidence that says least: where one had not settled, the figures of its cycles are among the others.</summary>
    private static SteadyState Worse(SteadyState? one, SteadyState other)
    {
        static int Settled(SteadyState it) => (it.IsSteady ? 2 : 0) + (it.IsCompiled ? 1 : 0);
        return one is null || Settled(other) < Settled(one) ? other : one;
    }

    /// <summary>Lets the load run until it is steady, or as long as the plan allows.</summary>
    private async Task<SteadyState> SettleAsync(World world)
    {
        SteadyState steady;
        var (rounds, compiled) = (new List<double>(), new List<long>());
        // How much an open loop completes is what it was asked to: whether it has settled, what it waits for says.
        var figure = plan.Guest.Mode == LoadMode.Open ? SteadyFigure.Latency : SteadyFigure.Throughput;
        do
        {
            var (begin, done, latency) = (world.Now, _tenants.Sum(t => t.Guest.Counters.LoadCompletions), _tenants.Sum(t => t.Guest.Counters.LoadLatency));
            compiled.Add(SystemCounters.CompiledMethods);
            await world.After(plan.Dwell.SteadyRound.Nanoseconds);
            done = _tenants.Sum(t => t.Guest.Counters.LoadCompletions) - done;
            latency = _tenants.Sum(t => t.Guest.Counters.LoadLatency) - latency;
            rounds.Add(figure == SteadyFigure.Throughput ? done * 1e9 / (world.Now - begin) : done > 0 ? (double)latency / done : 0);
            var isCompiled = world.Clock == ClockKind.Virtual
                || (compiled.Count >= SteadyState.Window && compiled[^SteadyState.Window] == SystemCounters.CompiledMethods);
            steady = SteadyState.Of(figure, rounds, isCompiled);
        }
        while (!(steady.IsSteady && steady.IsCompiled) && rounds.Count < plan.Dwell.SteadyRounds);
        return steady;
    }

    /// <summary>What the guests of a series did, wherever it ended.</summary>
    private void CountCommands()
    {
        if (_tenants.Count == 0) return;
        if (_dmaBytes?.Invoke() is { } dma) _dma = ((_dma?.Read ?? 0) + dma.Read, (_dma?.Written ?? 0) + dma.Written);
        _commands += _tenants.Sum(t => t.Guest.Counters.Completions);
        _bytes += _tenants.Sum(t => t.Guest.Counters.Bytes);
        var (load, before) = (LoadSoFar(), _load ?? s_noLoad);
        _load = new LoadRecord
        {
            Commands = before.Commands + load.Commands - _warmedLoad.Commands, Bytes = before.Bytes + load.Bytes - _warmedLoad.Bytes,
            Ns = before.Ns + load.Ns - _warmedLoad.Ns,
        };
        (_tenants, _warmedLoad) = ([], s_noLoad);
    }

    /// <summary>Of the guests of this series.</summary>
    private LoadRecord LoadSoFar() => new()
    {
        Commands = _tenants.Sum(t => t.Guest.Counters.LoadCompletions), Bytes = _tenants.Sum(t => t.Guest.Counters.LoadBytes),
        Ns = _tenants.Sum(t => t.Guest.LoadTime) / _tenants.Count,
    };

    /// <summary>The next cycle, and before it the one that is cancelled or broken, if any is to be.</summary>
    private async Task<bool> RunNextAsync(Bench bench)
    {
        var compiled = SystemCounters.CompiledMethods;
        var number = _warmed + _done + 1;
        var goesOn = true;
        var readsBack = plan.ReadBack == ReadBackCycles.Every || number == 1;
        if (plan.CancelAfter is not null || plan.BreakAt is not null)
            goesOn = await RunCycleAsync(bench, new CycleOptions(plan.CancelAfter, plan.BreakAt, readsBack), number);
        var isLast = plan.Route == Route.OneWay || (!_warmsUp && _done == plan.Cycles - 1);
        goesOn = goesOn && await RunCycleAsync(bench, new CycleOptions(ReadsBack: readsBack, VerifyAll: isLast), number);
        if (!_warmsUp)
        {
            _done++;
            return goesOn;
        }

        _warmsUp = ++_warmed < plan.Dwell.WarmUp && SystemCounters.CompiledMethods != compiled;
        _warmedLoad = LoadSoFar();
        return goesOn;
    }

    /// <summary>One move of every tenant at once; false when a guest is left standing, or a controlling function takes no more commands.</summary>
    private async Task<bool> RunCycleAsync(Bench bench, CycleOptions options, int number)
    {
        var told = progress is null ? static _ => { } : new Action<CycleStep>(step => progress.Report(new CombinationProgress(number, _warmed + plan.Cycles, step)));
        _underWay = [.. bench.Tenants.Select(tenant => new Cycle(bench, tenant, options, number, _journal, told))];
        var moves = _underWay.Select(cycle => cycle.RunAsync()).ToArray();
        var records = new List<CycleRecord>();
        for (var i = 0; i < moves.Length; i++)
        {
            var record = await moves[i];
            records.Add(record);
            (_warmsUp ? _warmUps : _cycles).Add(record);
            Keep(_underWay[i], record);
            if (_warmsUp) continue;
            _latencies.Merge(bench.Tenants[i].Latencies);
            if (record.Taints.Count == 0)
            {
                _cleanCycles++;
                _clean.Merge(bench.Tenants[i].Latencies);
            }

            if (record.Neighbours is not null) _neighbourLatencies.Merge(bench.Neighbours.Latencies);
            if (record.Downtime.GuestNs is { } downtime && _strips.Count < MostStrips && _underWay[i].Strip() is { } strip) _strips.Add((downtime, strip));
        }

        _underWay = [];
        // What does not fit will not fit the next time.
        if (records.Exists(record => record.Outcome == CycleOutcome.Refused)) return false;
        return bench.Tenants.TrueForAll(t => t.Guest.IsRunning && !t.Source.Controlling.IsDead && !t.Destination.Controlling.IsDead);
    }

    /// <summary>Cycles whose end nobody will wait for, as far as they got.</summary>
    private void KeepUnderWay(CycleOutcome outcome)
    {
        var cycles = _warmsUp ? _warmUps : _cycles;
        var recorded = cycles.Count == 0 ? [] : cycles.TakeLast(_underWay.Length).ToList();
        foreach (var cycle in _underWay)
        {
            var record = cycle.Record(outcome);
            if (!recorded.Exists(it => ReferenceEquals(it.Steps, record.Steps))) cycles.Add(record);
        }
    }

    /// <summary>The first state of a series is kept as an example, and those of the first cycles that found something as evidence.</summary>
    private void Keep(Cycle cycle, CycleRecord record)
    {
        if (cycle.State.Length == 0 || (record.Findings.Count == 0 && _states.Count > 0) || _states.Count >= MostStates) return;
        _states.Add(new KeptState($"cycle-{record.Number}-guest-{record.Guest}", cycle.State));
    }
}
