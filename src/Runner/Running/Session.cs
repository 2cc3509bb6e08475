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

    /// <summary>Its record is left to whoever started it, who makes its other forms and tells them: in a machine that is emulated all of it is slow.</summary>
    public bool IsLeft { get; init; }

    /// <summary>What an earlier part of the same run showed.</summary>
    public IReadOnlyList<JournalLine> Earlier { get; init; } = [];
}

/// <summary>
/// One run of a plan: its cases, then its combinations one after the other, whatever each shows, until the end or until it is told to stop.
/// </summary>
internal sealed class Session(Plan plan, SessionOptions options, RunFolder folder)
{
    private readonly List<(CombinationRecord Record, Journal Journal)> _records = [];
    private readonly Dictionary<string, List<CaseRecord>> _cases = [];
    private SuiteCostRecord? _cost;
    private ExitCode? _signal;

    public RunFolder Folder => folder;

    public bool IsBare => options.IsBare;

    public bool IsLeft => options.IsLeft;

    /// <summary>What it shows is held against expected results.</summary>
    public bool IsHeldToExpected => options.Expected is not null;

    public RunRecord Run(Services services)
    {
        var probe = new EnvironmentProbe(services);
        using var journal = new RunJournal(folder.Path, goOn: options.Earlier.Count > 0);
        if (options.Earlier.Count == 0 || !options.HeaderIsKept) journal.Add(new JournalLine { Run = options.Header });
        TakeOver();
        using var stop = new CancellationTokenSource();
        using (Listen(services, stop))
        {
            if (plan.Cases is { } cases) RunCases(cases, journal, services, stop.Token);
            RunCombinations(journal, services, stop.Token);
            MeasureCost(services, stop.Token);
        }

        var environment = probe.Finish(options.Arguments, options.Header.ProfilePath);
        return Judged(IsLeft ? environment : environment with { Build = EnvironmentProbe.BuildHash() }, services);
    }

    /// <summary>Where the machine's clock is told, beside it what the suite itself costs on it.</summary>
    private void MeasureCost(Services services, CancellationToken stop)
    {
        var like = plan.Combinations.FirstOrDefault(it => it.Clock == ClockKind.Real && it.Expect == Expectation.Pass);
        if (like is not null && !IsBare && !stop.IsCancellationRequested) _cost = SuiteCost.Measure(like, services.Bench(null), stop);
    }

    /// <summary>What was found, in the light of waivers and of what was expected.</summary>
    private RunRecord Judged(EnvironmentRecord environment, Services services) => new Judgement
    {
        Plan = plan,
        Environment = environment,
        Defect = options.Header.Defect,
        Cases = _cases.Values.SelectMany(it => it),
        Combinations = _records,
        Waivers = options.Waivers,
        Expected = options.Expected,
        Known = plan.Cases is null ? [] : [.. services.Cases(options.Suite).Cases.Select(it => it.Id)],
        OwnSuite = options.Suite is null,
        Signal = _signal,
        Baseline = options.Baseline,
        Cost = _cost,
    }.Record();

    /// <summary>What an earlier part of this run did is not done again.</summary>
    private void TakeOver()
    {
        foreach (var line in options.Earlier)
        {
            if (line.WholeCase is { } it) Keep(it);
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
        var display = new CaseProgress(options.UntilFail ? null : cases.Cases.Count * cases.Repeat, services);
        var words = new List<string> { WorkerCommand.Name };
        if (options.Suite is { } suite) words.AddRange([WorkerCommand.SuiteOption, Path.GetFullPath(suite)]);
        var supervisor = new Supervisor(cases, () => services.Again(words), options.Jobs, services.Time);
        supervisor.Run(
            runs,
            (_, line) =>
            {
                journal.Add(line);
                Keep(line.Case!);
                if (line.Evidence is { } evidence) folder.KeepEvidence(line.Case!, $"again: {Failures.Again(options, plan, line.Case!)}\n\n{evidence}");
                display.End(line.Case!);
                return !options.UntilFail || !IsFailure(line.Case!.Verdict);
            },
            stop);
        display.Close();
    }

    /// <summary>All cases once, then all a second time, and so on; without those that were run already.</summary>
    private IEnumerable<CaseAssignment> Runs(CasePlan cases)
    {
        var done = _cases.SelectMany(it => it.Value.Select(run => (it.Key, run.Repetition))).ToHashSet();
        var order = cases.InOrder();
        var last = options.UntilFail && cases.Repeat == 1 ? int.MaxValue : cases.Repeat;
        for (var repetition = 1; repetition <= last; repetition++)
        {
            foreach (var it in order)
            {
                if (!done.Contains((it.Id, repetition))) yield return new CaseAssignment(it, repetition, options.Header.Defect, options.Trace ? folder.TraceOf(it.Id, repetition) : null);
            }
        }
    }

    /// <summary>What a run ends with that goes on until something fails.</summary>
    public static bool IsFailure(Verdict verdict) => verdict.IsNonConformant() || verdict is Verdict.Inconclusive or Verdict.HarnessError;

    private void RunCombinations(RunJournal journal, Services services, CancellationToken stop)
    {
        var bench = services.Bench(options.Header.Defect, options.Trace ? name => folder.TraceOf(name, 1) : null);
        var display = new Progress(plan, services);
        foreach (var combination in plan.Combinations)
        {
            if (_records.Exists(it => it.Record.Name == combination.Name)) continue;
            if (stop.IsCancellationRequested) break;
            display.Begin(combination);
            var result = Carry(bench, combination, display, stop);
            folder.Keep(combination.Name, result.States);
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
            folder.KeepError(combination, e);
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
