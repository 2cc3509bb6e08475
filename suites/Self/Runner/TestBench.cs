using Conformance.Migration;
using Conformance.Runner;

namespace Conformance.Self;

/// <summary>The program with its output kept, a clock that stands still, and a bench that answers as it is told.</summary>
internal sealed class TestBench : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runner-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private Action<ExitCode>? _signal;

    public TestBench()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "profiles"));
        Write("profiles/two.yaml", """
            # yaml-language-server: $schema=schema.json
            # Two: for tests. More of it.
            device: { sim: { vendor-rfc: {} } }
            combinations:
              first: { commands: hmlm, medium: shared }
              second: { commands: vendor-rfc, medium: shared }
            """);
    }

    /// <summary>Answers for every combination; null: the real bench, with its simulated pair.</summary>
    public CombinationRunner? Runner { get; set; } = (plan, _, _) => Good(plan);

    public int Width { get; set; } = int.MaxValue;

    /// <summary>Which requirement each planted bug is said to break.</summary>
    public IReadOnlyDictionary<string, string> Breaks { get; set; } = Composition.Breaks;

    /// <summary>The environment variables that the program sees.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string? Planted { get; private set; }

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string PathOf(string name) => Path.Combine(_folder, name);

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public ExitCode Run(params string[] words)
    {
        _out.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return App.Run(words, Services);
    }

    /// <summary>What the program is given.</summary>
    public Services Services => new()
    {
        Out = _out,
        Error = _error,
        IsTerminal = false,
        Width = Width,
        Variable = Variables.GetValueOrDefault,
        Time = new StoppedClock(),
        Root = _folder,
        Defects = Runner is null
            ? Composition.Defects
            : new Dictionary<string, string>(StringComparer.Ordinal) { ["lost-write"] = "Forgets a write." },
        Breaks = Breaks,
        Bench = (defect, traceOf) =>
        {
            Planted = defect;
            return Runner ?? Composition.Bench(defect, traceOf);
        },
        WhyNot = Runner is null ? Composition.WhyNot : _ => null,
        Signals = stop =>
        {
            _signal = stop;
            return new StringReader("");
        },
    };

    /// <summary>What Ctrl-C and SIGTERM do to a run that is under way.</summary>
    public void Signal(ExitCode code) => _signal!(code);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One cycle as it should be.</summary>
    public static CombinationResult Good(PlannedCombination plan, params Finding[] findings) => new()
    {
        Commands = 1_500,
        Load = new LoadRecord { Commands = 1_000, Bytes = 4_096_000, Ns = 10_000_000 },
        WorldNs = 30_000_000,
        Cycles =
        [
            new CycleRecord
            {
                Number = 1,
                From = $"A VF {plan.FromVf}",
                To = $"B VF {plan.ToVf}",
                Outcome = CycleOutcome.Completed,
                Steps = [new StepRecord(CycleStep.Suspend, 1_000, 101_000), new StepRecord(CycleStep.Save, 101_000, 151_500)],
                Downtime = new DowntimeRecord { GuestNs = 412_000, OrchestratorNs = 300_400, DeviceNs = 280_000 },
                InFlight = new InFlightRecord { Fetched = 12, Unfetched = 3, Posted = 2 },
                BlocksVerified = 4096,
                StateBytes = 152,
                Findings = findings,
            },
        ],
    };

    /// <summary>The same with a lost block.</summary>
    public static CombinationResult Bad(PlannedCombination plan) => Good(plan, Finding(Verdict.Fail));

    public static Finding Finding(Verdict verdict) => new()
    {
        Verdict = verdict,
        Requirement = "D2",
        Path = "lba[17]",
        What = "LOST <b>block</b>",
        Observed = "generation 4",
        Expected = "generation 5",
        Cycle = 1,
    };

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override long GetTimestamp() => 0;
    }
}
