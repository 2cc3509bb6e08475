using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner.Commands;
using Conformance.Runner.Display;
using Conformance.Suite;

namespace Conformance.Runner.Running;

/// <summary>What a run is told besides its plan.</summary>
internal sealed record SessionOptions
{
    public required RunHeader Header { get; init; }

    /// <summary>The words of the user.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The header stands in the journal that is gone on with, and says what is run now.</summary>
    public bool HeaderIsKept { get; init; }

    /// <summary>Path of an assembly with other cases than ours.</summary>
    public string? Suite { get; init; }

    /// <summary>Processes that run cases at once.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Cases are repeated until one fails.</summary>
    public bool UntilFail { get; init; }

    /// <summary>What passes between hosts and devices is written, a file for each case and each combination.</summary>
    public bool Trace { get; init; }

    /// <summary>What is excused.</summary>
    public IReadOnlyList<Waiver> Waivers { get; init; } = [];

    /// <summary>What the run is expected to show; null: nothing in particular.</summary>
    public ExpectedResults? Expected { get; init; }

    /// <summary>What its figures are held against: the file, and what it says where there is one; null: nothing.</summary>
    public HeldBaseline? Baseline { get; init; }

    /// <summary>Only what was measured is kept: no page, no pictures, no cost of the suite.</summary>
    public bool IsBare { get; init; }

    /// <summary>What an earlier part of the same run showed.</summary>
    public IReadOnlyList<JournalLine> Earlier { get; init; } = [];

    /// <summary>What there is to know for who carries it out, and nothing of how it is judged.</summary>
    /// <param name="errand">As it was decided.</param>
    /// <param name="plan">Its plan, or the same of real functions that were looked at.</param>
    public static SessionOptions Of(Errand errand, Plan plan) => new()
    {
        Header = errand.Header with { ProfileHash = plan.ProfileHash, Seed = plan.Seed, PlanHash = plan.Hash() },
        Arguments = errand.Arguments,
        // A function is one process's at a time.
        Jobs = plan.Real is null && plan.Mediated is null ? Math.Max(1, errand.Jobs ?? Processes(plan.Cases)) : 1,
        UntilFail = errand.UntilFail,
        Trace = errand.Trace,
        IsBare = errand.IsBare,
    };

    /// <summary>A second process is worth its start only where there is much to do.</summary>
    private static int Processes(CasePlan? plan)
    {
        const int few = 40;
        return (long)(plan?.Cases.Count ?? 0) * (plan?.Repeat ?? 0) <= few ? 1 : Math.Min(Environment.ProcessorCount, 2);
    }
}

/// <summary>
/// One run of a plan: its cases, then its combinations one after the other, whatever each shows, until the end or until it is told to stop. To carry it out and
/// to judge it are two things, and may be done in two places: what is between them is the journal and a <see cref="Carried"/>.
/// </summary>
internal sealed class Session
{
    private readonly Plan _plan;
    private readonly SessionOptions _options;
    private readonly RunFolder _folder;
    private readonly List<(CombinationRecord Record, Journal Journal)> _records = [];
    private readonly Dictionary<string, List<CaseRecord>> _cases = [];
    private readonly List<SuiteCostRecord> _costs = [];
    private ExitCode? _signal;

    public Session(Plan plan, SessionOptions options, RunFolder folder)
    {
        (_plan, _options, _folder) = (plan, options, folder);
        TakeOver();
    }

    public RunFolder Folder => _folder;

    public bool IsBare => _options.IsBare;

    /// <summary>What it shows is held against expected results.</summary>
    public bool IsHeldToExpected => _options.Expected is not null;

    /// <summary>Runs what is not among the earlier.</summary>
    public Carried Carry(Services services)
    {
        var probe = new EnvironmentProbe(services.Time);
        using var journal = new RunJournal(_folder.Path, goOn: _options.Earlier.Count > 0);
        if (_options.Earlier.Count == 0 || !_options.HeaderIsKept) journal.Add(new JournalLine { Run = _options.Header });
        using var stop = new CancellationTokenSource();
        using (Listen(services, stop))
        {
            if (_plan.Cases is { } cases) RunCases(cases, journal, services, stop.Token);
            RunCombinations(journal, services, stop.Token);
            if (!IsBare) MeasureCosts(journal, services, stop.Token);
        }

        return new Carried { Real = _plan.Real, Environment = probe.Finish(_options.Arguments, _options.Header.ProfilePath), Signal = (int?)_signal };
    }

    /// <summary>What was found, by this process or by an earlier one, in the light of waivers and of what was expected.</summary>
    public RunRecord Judge(Carried carried, Services services) => new Judgement
    {
        Plan = _plan,
        Environment = carried.Environment,
        Defect = _options.Header.Defect,
        Cases = _cases.Values.SelectMany(it => it),
        Combinations = _records,
        Waivers = _options.Waivers,
        Expected = _options.Expected,
        Known = _plan.Cases is null ? [] : [.. services.Cases(_options.Suite).Cases.Select(it => it.Id)],
        OwnSuite = _options.Suite is null,
        Signal = (ExitCode?)carried.Signal,
        Baseline = _options.Baseline,
        Costs = _costs,
    }.Record();

    /// <summary>Where the machine's clock is told, beside it what the suite itself costs on it: of each shape that something was moved in.</summary>
    private void MeasureCosts(RunJournal journal, Services services, CancellationToken stop)
    {
        var moved = _records.Where(it => SuiteCost.HasFigures(it.Record)).Select(it => it.Record.Name).ToHashSet();
        var known = _costs.SelectMany(it => it.Combinations).ToHashSet();
        foreach (var alike in SuiteCost.Shapes(_plan.Combinations.Where(it => moved.Contains(it.Name) && !known.Contains(it.Name))))
        {
            if (stop.IsCancellationRequested) return;
            var cost = SuiteCost.Measure(alike, _records.Find(it => it.Record.Name == alike[0].Name).Record.Result.Load?.Rate, services.Bench(null), stop);
            // Of what was cut short nothing is said: who goes on measures it.
            if (stop.IsCancellationRequested) return;
            _costs.Add(cost);
            journal.Add(new JournalLine { Cost = cost });
        }
    }

    /// <summary>What an earlier part of this run did is not done again.</summary>
    private void TakeOver()
    {
        foreach (var line in _options.Earlier)
        {
            if (line.WholeCase is { } it) Keep(it);
            else if (line.Cost is { } cost) _costs.Add(cost);
            else if (line.Combination is { Result.Interrupted: false } combination)
                _records.Add((combination, Journal.Read(new StringReader(line.Observations ?? ""))));
        }
    }

    private void Keep(CaseRecord record)
    {
        if (!_cases.TryGetValue(record.Id, out var runs)) _cases[record.Id] = runs = [];
        runs.Add(record);
    }

    private void RunCases(CasePlan cases, RunJournal journal, Services services, CancellationToken stop)
    {
        var runs = Runs(cases);
        var display = new CaseProgress(_options.UntilFail ? null : cases.Cases.Count * cases.Repeat, services);
        var words = new List<string> { WorkerCommand.Name };
        if (_options.Suite is { } suite) words.AddRange([WorkerCommand.SuiteOption, Path.GetFullPath(suite)]);
        var supervisor = new Supervisor(cases, () => services.Again(words), _options.Jobs, services.Time);
        supervisor.Run(
            runs,
            (_, line) =>
            {
                journal.Add(line);
                Keep(line.Case!);
                if (line.Evidence is { } evidence) _folder.KeepEvidence(line.Case!, $"again: {Failures.Again(_options, _plan, line.Case!)}\n\n{evidence}");
                display.End(line.Case!);
                return !_options.UntilFail || !IsFailure(line.Case!.Verdict);
            },
            stop);
        display.Close();
    }

    /// <summary>All cases once, then all a second time, and so on; without those that were run already.</summary>
    private IEnumerable<CaseAssignment> Runs(CasePlan cases)
    {
        var done = _cases.SelectMany(it => it.Value.Select(run => (it.Key, run.Repetition))).ToHashSet();
        var order = cases.InOrder();
        var last = _options.UntilFail && cases.Repeat == 1 ? int.MaxValue : cases.Repeat;
        for (var repetition = 1; repetition <= last; repetition++)
        {
            foreach (var it in order)
            {
                if (!done.Contains((it.Id, repetition))) yield return new CaseAssignment(it, repetition, _options.Header.Defect, _options.Trace ? _folder.TraceOf(it.Id, repetition) : null);
            }
        }
    }

    /// <summary>What a run ends with that goes on until something fails.</summary>
    public static bool IsFailure(Verdict verdict) => verdict.IsNonConformant() || verdict is Verdict.Inconclusive or Verdict.HarnessError;

    private void RunCombinations(RunJournal journal, Services services, CancellationToken stop)
    {
        var bench = services.Bench(_options.Header.Defect, _options.Trace ? name => _folder.TraceOf(name, 1) : null);
        var display = new Progress(_plan, services);
        foreach (var combination in _plan.Combinations)
        {
            if (_records.Exists(it => it.Record.Name == combination.Name)) continue;
            if (stop.IsCancellationRequested) break;
            display.Begin(combination);
            var result = Carry(bench, combination, display, stop);
            _folder.Keep(combination.Name, result.States);
            var record = CombinationRecord.Of(combination, result);
            _records.Add((record, result.Journal));
            journal.Add(new JournalLine { Combination = record, Observations = JournalLine.TextOf(result.Journal) });
            display.End(record);
        }
    }

    private CombinationResult Carry(CombinationRunner bench, PlannedCombination combination, Progress display, CancellationToken stop)
    {
        try
        {
            return bench(combination, display, stop);
        }
        catch (WorldLimitException e)
        {
            return CombinationResult.NotDone(Verdict.Timeout, "limits", e.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new CombinationResult { Interrupted = true };
        }
        catch (Exception e)
        {
            _folder.KeepError(combination, e);
            return CombinationResult.NotDone(
                Verdict.HarnessError,
                "harness",
                $"the suite itself failed: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (see {HarnessError.FileName})");
        }
    }

    /// <summary>The first signal ends the run in good order; a second one finds the process's own handling again.</summary>
    private IDisposable Listen(Services services, CancellationTokenSource stop) => (services.Signals ?? Interrupts.Listen)(code =>
    {
        _signal ??= code;
        stop.Cancel();
    });
}
