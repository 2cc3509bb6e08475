using Conformance.Device;

namespace Conformance.Migration;

/// <summary>Carries out one combination: a world, a bench, its cycles one after another, all tenants at once in each.</summary>
public sealed class CombinationRun(PlannedCombination plan, PairFactory pairs, IProgress<CombinationProgress>? progress = null)
{
    private readonly List<CycleRecord> _cycles = [];
    private readonly List<Finding> _findings = [];
    private const int MostStates = 8;

    private readonly List<KeptState> _states = [];
    private long _commands;
    private long _bytes;
    private World? _world;

    /// <summary>Runs on the calling thread. What the device does wrong is in the result; an exception is a failure of the suite.</summary>
    public CombinationResult Execute(CancellationToken stop)
    {
        var interrupted = false;
        var elapsed = 0L;
        var pairCount = plan.Route == Route.OneWay ? plan.Cycles : 1;
        for (var pair = 0; pair < pairCount && !interrupted; pair++)
        {
            _world = new World(plan.Clock, plan.Limits.Time.Nanoseconds, plan.Limits.Steps);
            using var registration = stop.Register(() => _world.RequestStop(new OperationCanceledException("The run was stopped.")));
            try
            {
                var first = plan.Route == Route.OneWay ? pair + 1 : 1;
                _world.Run(() => RunPairAsync(_world, first, plan.Route == Route.OneWay ? 1 : plan.Cycles));
            }
            catch (OperationCanceledException)
            {
                interrupted = true;
            }
            catch (WorldLimitException limit)
            {
                _findings.Add(new Finding { Verdict = Verdict.Timeout, Requirement = "limits", Path = "world", What = limit.Message });
                pair = pairCount;
            }

            elapsed += _world.Now;
        }

        return new CombinationResult { Cycles = _cycles, Findings = _findings, Commands = _commands, Bytes = _bytes, States = _states, WorldNs = elapsed, Interrupted = interrupted };
    }

    private async Task RunPairAsync(World world, int first, int count)
    {
        var (outcome, bench) = await Bench.CreateAsync(world, plan, pairs(world, plan));
        if (bench is null)
        {
            _findings.Add(new Finding
            {
                Verdict = outcome.IsUnknown ? Verdict.Timeout : Verdict.Fail, Requirement = "bench", Path = outcome.Step ?? "bench",
                What = $"the pair could not be made ready: {outcome}",
            });
            return;
        }

        using (bench)
        {
            foreach (var tenant in bench.Tenants) tenant.Guest.Start();
            for (var number = first; number < first + count; number++)
            {
                if (plan.CancelAfter is not null || plan.BreakAt is not null)
                {
                    if (!await RunCycleAsync(bench, new CycleOptions(plan.CancelAfter, plan.BreakAt), number)) break;
                }

                if (!await RunCycleAsync(bench, new CycleOptions(null, null), number)) break;
            }

            _commands += bench.Tenants.Sum(t => t.Guest.Counters.Completions);
            _bytes += bench.Tenants.Sum(t => t.Guest.Counters.Bytes);
        }
    }

    /// <summary>One move of every tenant at once; false when a guest is left standing and the series cannot go on.</summary>
    private async Task<bool> RunCycleAsync(Bench bench, CycleOptions options, int number)
    {
        var cycles = bench.Tenants
            .Select(tenant => new Cycle(bench, tenant, options, number, step => progress?.Report(new CombinationProgress(number, plan.Cycles, step))))
            .ToArray();
        var moves = cycles.Select(cycle => cycle.RunAsync()).ToArray();
        for (var i = 0; i < moves.Length; i++)
        {
            var record = await moves[i];
            _cycles.Add(record);
            Keep(cycles[i], record, bench.Tenants[i].Number);
        }

        return bench.Tenants.TrueForAll(t => t.Guest.IsRunning);
    }

    /// <summary>The first state of a series is kept as an example, and those of the first cycles that found something as evidence.</summary>
    private void Keep(Cycle cycle, CycleRecord record, int tenant)
    {
        if (cycle.State.Length == 0 || (record.Findings.Count == 0 && _states.Count > 0) || _states.Count >= MostStates) return;
        _states.Add(new KeptState($"cycle-{record.Number}-guest-{tenant}", cycle.State));
    }
}
