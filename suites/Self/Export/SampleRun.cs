using Conformance.Migration;

namespace Conformance.Self;

/// <summary>A run made by hand in which everything that an exporter has a word for happens once.</summary>
internal static class SampleRun
{
    /// <summary>What no format can take as it is: controls, ends of CDATA and of lines, quotes, commas, markup, halves of a character.</summary>
    public const string Hostile = "a\0\u001b[31m]]> \"b\", 'c'\r\n# SKIP | <script>&amp; `d` **e** \ud800 \uFFFE \ud83d\ude00\n  ...\nok 99 - f";

    /// <summary>Each verdict of a case, and each way a combination can end.</summary>
    public static RunRecord Whole() => Of(
        [
            Case("suspend/Passes", Verdict.Pass) with { ElapsedMs = 12.5 },
            Case("suspend/Warns", Verdict.Warn, Finding(Verdict.Warn)),
            Case("suspend/Fails(3)", Verdict.Fail, Finding(Verdict.Fail), Finding(Verdict.Warn)) with { ElapsedMs = 7, Runs = 3, RunsAsBad = 2, Repetition = 2 },
            Case("resume/Hazard_did_not_happen", Verdict.Inconclusive) with { Reason = "LM-RES-01: was not looked at" },
            Case("resume/Hangs", Verdict.Timeout) with { Reason = "no answer within 10 s" },
            Case("resume/Dies", Verdict.Crash) with { Reason = "its process died by signal 6" },
            Case("resume/Throws", Verdict.HarnessError) with { Reason = "InvalidOperationException: ours" },
            Case("resume/Needs_more", Verdict.NotSupported) with { Reason = "OACS bit 11 is 0" },
            Case("resume/Excused", Verdict.Waived, Finding(Verdict.Fail)) with { Found = Verdict.Fail, Reason = "fail, waived until 2027-01-31 by a person: known" },
            Case("resume/Left_out", Verdict.Skipped),
        ],
        [
            Combination("shared", Verdict.Pass, [.. Enumerable.Range(1, 7).Select(Cycle)]),
            Combination("local", Verdict.Fail, [Cycle(1) with { Outcome = CycleOutcome.Failed, Findings = [Finding(Verdict.Fail) with { Cycle = 1 }], Downtime = new() }]),
            Combination("slow", Verdict.Pass, [Cycle(1)]) with { GatesBroken = ["guest downtime: 1 of 1 cycles over 400us; the longest was 411us in cycle 1"] },
            Combination("control", Verdict.Warn, [Cycle(1)]) with { UnexpectedPass = true, NotFound = ["D2"] },
            Combination("absent", Verdict.NotSupported, []) with { Result = CombinationResult.NotDone(Verdict.NotSupported, "needs", "no vendor commands") },
        ]);

    /// <summary>The same text wherever a text can be.</summary>
    public static RunRecord OfText(string text)
    {
        var finding = Finding(Verdict.Fail) with { Requirement = text, Path = text, What = text, Observed = text, Expected = text };
        return Of(
            [Case($"suspend/{text}", Verdict.Fail, finding), Case($"suspend/Not{text}", Verdict.NotSupported) with { Reason = text }],
            [Combination(text, Verdict.Fail, [Cycle(1) with { From = text, To = text, Findings = [finding] }])]) with { StaleWaivers = [text] };
    }

    private static RunRecord Of(IReadOnlyList<CaseRecord> cases, IReadOnlyList<CombinationRecord> combinations) => new()
    {
        Environment = new EnvironmentRecord
        {
            Commit = "0123456789abcdef0123456789abcdef01234567", Modified = false, Runtime = ".NET", System = "Linux", Kernel = "6.1", Architecture = "x64",
            Processor = "a processor", Cores = 2, MemoryBytes = 1 << 30, Arguments = ["run", "sample", "--set", "guest.io-sizes=[4KiB, 8KiB]"],
            ProfilePath = "profiles/sample.yaml", Started = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero), ElapsedSeconds = 1.25,
        },
        Plan = new Plan("sample", new string('a', 64), 7, []),
        Combinations = combinations,
        Cases = cases,
        Requirements =
        [
            new RequirementRecord { Id = "LM-SUSP-01", Area = "suspend", Level = "mandatory", Status = "case", Text = "It stops.", Verdict = Verdict.Fail },
            new RequirementRecord { Id = "LM-SUSP-02", Area = "suspend", Level = "mandatory", Status = "case", Text = "It stays so." },
        ],
        Conformance = new ConformanceClaim { Claim = "non-conformant", Why = "1 must-pass cases did not pass", MustPass = 4, NotRun = ["suspend/Other"] },
        Verdict = Verdict.HarnessError,
        ExitCode = 70,
        Interrupted = false,
    };

    private static CaseRecord Case(string id, Verdict verdict, params Finding[] findings) => new() { Id = id, Device = "sim", Verdict = verdict, Findings = findings };

    private static Finding Finding(Verdict verdict) => new()
    {
        Verdict = verdict, Requirement = "LM-SUSP-01", Path = "sq[1].head", What = "a command is <lost>", Observed = "4", Expected = "5",
    };

    private static CombinationRecord Combination(string name, Verdict verdict, IReadOnlyList<CycleRecord> cycles) => new()
    {
        Name = name, Seed = 1, Found = verdict, Verdict = verdict, UnexpectedPass = false, GatesBroken = [], Result = new CombinationResult { Cycles = cycles },
    };

    private static CycleRecord Cycle(int number) => new()
    {
        Number = number,
        From = "A:1",
        To = "B:1",
        Outcome = CycleOutcome.Completed,
        Steps = [new StepRecord(CycleStep.Suspend, 1_000, 101_000 + number), new StepRecord(CycleStep.Save, 101_000, 151_500)],
        Downtime = new DowntimeRecord { GuestNs = 410_000 + (number * 1_000), OrchestratorNs = 300_000, DeviceNs = null },
        InFlight = new InFlightRecord { Fetched = 12, Unfetched = 3 },
        BlocksVerified = 4096,
        StateBytes = 152,
        Latency = new LatencyRecord { Before = new LatencyFigures { N = 1_000, MedianNs = 80_000, P90Ns = 90_000, P99Ns = 150_000, MaxNs = 200_000 } },
        Throughput = new ThroughputRecord { BeforePerSecond = 100_000.5, LowestShare = 0.75, RecoveryNs = 2_000_000, WindowNs = 100_000, RecoveryWindowNs = 1_000_000 },
        Taints = number == 2 ? [Taint.GarbageCollection, Taint.StolenTime] : [],
    };
}
