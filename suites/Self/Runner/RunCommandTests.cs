using System.Text.Json;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class RunCommandTests
{
    private TestBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new TestBench();

    [TearDown]
    public void Close() => _bench.Dispose();

    [Test]
    public void AConformantRunExits0AndLeavesItsFiles()
    {
        Assert.That(_bench.Run("run", "two"), Is.EqualTo(ExitCode.Conformant));
        foreach (var file in (string[])["run.json", "verdicts.json", "report.html", "expected.json", "junit.xml", "results.tap", "summary.md", "samples.csv", "waivers.yaml"])
            Assert.That(_bench.PathOf($"reports/two-20250102-030405/{file}"), Does.Exist);
        Assert.That(_bench.Error, Is.Empty);
    }

    [Test]
    public void TheTableSaysWhatWasSeenInPlainText()
    {
        _bench.Run("run", "two", "--only", "first", "--out", _bench.PathOf("o"));
        Assert.That(Lines(_bench.Out), Is.EqualTo(new[]
        {
            "[1/1] first: pass, 1 cycles, 0.00 s",
            "",
            "two, seed 1: SIMULATED device; downtime median / most over the cycles, in flight at the cut summed over them",
            "combination  verdict  cycles  verified  fetched  unfetched  posted  IO/s  down: guest  orchestrator  device",
            "first        pass          1      4096       12          3       2  100k       412 us        300 us  280 us",
            "",
            $"pass: 1 combinations, 1 cycles, 4096 blocks verified, 0.0 s; {_bench.PathOf("o/report.html")}",
        }));
    }

    [Test]
    public void WhatTheSuiteCostsIsMeasuredForEachShapeOfMoveAndStandsInTheJournal()
    {
        var measured = new List<MigrationCommands>();
        _bench.Runner = (plan, _, _) =>
        {
            if (plan.Name == "suite cost") measured.Add(plan.Commands);
            return TestBench.Good(plan);
        };
        _bench.Run("run", "two", "--set", "clock=real", "--set", "combinations.third={ commands: hmlm, medium: shared, cycles: 2 }", "--out", _bench.PathOf("o"));
        Assert.That(measured, Is.EqualTo(new[] { MigrationCommands.Hmlm, MigrationCommands.VendorRfc }));
        string[] shapes = ["first third", "second"];
        Assert.That(Costs("o"), Is.EqualTo(shapes));
        Assert.That(_bench.Out, Does.Contain("second: not 10 times what the suite itself costs: guest downtime (412 us), orchestrator downtime (300 us), commands a second (10.0 us each)"));
        // The last was not measured yet when the run was killed.
        var lines = Lines(_bench.Read("o/journal.jsonl"));
        Assert.That(lines[^1], Does.StartWith("{\"cost\":{\"combinations\":[\"second\"],\"command-ns\":10000,"));
        _bench.Write("o/journal.jsonl", string.Join('\n', lines[..^1]) + "\n");
        measured.Clear();
        _bench.Run("run", "--resume", _bench.PathOf("o"));
        Assert.That(measured, Is.EqualTo(new[] { MigrationCommands.VendorRfc }));
        Assert.That(Costs("o"), Is.EqualTo(shapes));
        measured.Clear();
        _bench.Run("run", "two", "--set", "clock=virtual", "--out", _bench.PathOf("v"));
        Assert.That((measured.Count, Costs("v").Count()), Is.EqualTo((0, 0)), "it takes no time there");
    }

    private IEnumerable<string> Costs(string folder) =>
        JsonSerializer.Deserialize(_bench.Read($"{folder}/run.json"), MigrationJson.Default.RunRecord)!.Costs.Select(it => string.Join(' ', it.Combinations));

    [Test]
    public void WhatAnEarlierRunLeftIsNotTakenForThisOnesAndWhatIsNoRunsStays()
    {
        var own = _bench.Write("plain/states/mine.bin", "");
        _bench.Run("run", "two", "--out", _bench.PathOf("plain"));
        Assert.That(own, Does.Exist, "a folder that was no run's");
        var old = _bench.Write("plain/failures/old.txt", "");
        _bench.Run("run", "two", "--out", _bench.PathOf("plain"));
        Assert.That(old, Does.Not.Exist);
    }

    [Test]
    public void OnANarrowTerminalTheTableGoesOnInAnotherWithItsFirstColumnRepeated()
    {
        _bench.Width = 60;
        _bench.Run("run", "two", "--only", "first", "--out", _bench.PathOf("o"));
        var lines = Lines(_bench.Out);
        Assert.That(lines[3], Is.EqualTo("combination  verdict  cycles  verified  fetched  unfetched"));
        Assert.That(lines[6], Is.EqualTo("combination  posted  IO/s  down: guest  orchestrator  device"));
    }

    [Test]
    public void AFailureIsToldAtTheEndWithTheLineThatRepeatsIt()
    {
        _bench.Runner = (plan, _, _) => plan.Name == "second" ? TestBench.Bad(plan) : TestBench.Good(plan);
        Assert.That(_bench.Run("run", "two", "--set", "guest.io-sizes=[4KiB, 8KiB]", "--seed", "5"), Is.EqualTo(ExitCode.NonConformant));
        var end = Lines(_bench.Out)[^5..^2];
        Assert.That(end[0], Is.EqualTo("second: fail"));
        Assert.That(end[1], Is.EqualTo("  fail in cycle 1: D2: lba[17]: LOST <b>block</b> (observed generation 4, expected generation 5)"));
        var profile = _bench.PathOf("profiles/two.yaml");
        Assert.That(end[2], Is.EqualTo($"  again: ./run.sh run {profile} --seed 5 --only second --set 'guest.io-sizes=[4KiB, 8KiB]'"));
    }

    /// <summary>A failure that was expected is told, and the last line says that it was; one that was not, or none where one was expected, is a failure as ever.</summary>
    [Test]
    public void WhereExpectationsAreMetTheLastLineSaysSo()
    {
        const string Others = """{ "profile": "two", "cases": {}, "combinations": { "first": "pass", "second": """;
        _bench.Write("known.json", Others + "\"fail\" } }");
        _bench.Write("good.json", Others + "\"pass\" } }");
        _bench.Runner = (plan, _, _) => plan.Name == "second" ? TestBench.Bad(plan) : TestBench.Good(plan);
        Assert.That(_bench.Run("run", "two", "--expect", _bench.PathOf("known.json")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain("\nsecond: fail\n"));
        Assert.That(Lines(_bench.Out)[^1], Does.StartWith("as expected: 1 passed, 0 not supported, 1 known deviation (D2), "));
        Assert.That(_bench.Run("run", "two", "--expect", _bench.PathOf("good.json")), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(Lines(_bench.Out)[^1], Does.StartWith("fail: 2 combinations, "));

        _bench.Runner = (plan, _, _) => TestBench.Good(plan);
        Assert.That(_bench.Run("run", "two", "--expect", _bench.PathOf("known.json")), Is.EqualTo(ExitCode.UnexpectedPass));
        Assert.That(Lines(_bench.Out)[^1], Does.StartWith("pass: 2 combinations, "));
        Assert.That(_bench.Run("run", "two", "--expect", _bench.PathOf("good.json")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(Lines(_bench.Out)[^1], Does.StartWith("as expected: 2 passed, 0 not supported, "));
    }

    [Test]
    public void ManyFindingsOfOneKindDoNotHideTheOthers()
    {
        var many = Enumerable.Repeat(TestBench.Finding(Verdict.Fail), 40)
            .Append(TestBench.Finding(Verdict.Warn) with { Requirement = "D9" });
        _bench.Runner = (plan, _, _) => TestBench.Good(plan, [.. many]);
        _bench.Run("run", "two", "--only", "first");
        Assert.That(_bench.Out, Does.Contain("  and 37 more of D2 in run.json\n  warn in cycle 1: D9: "));
    }

    [Test]
    public void TheSameSeedGivesTheSameVerdictFileByteForByte()
    {
        _bench.Runner = (plan, _, _) => TestBench.Good(plan, TestBench.Finding(Verdict.Warn));
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        _bench.Run("run", "two", "--out", _bench.PathOf("b"));
        _bench.Run("run", "two", "--out", _bench.PathOf("c"), "--seed", "2");
        Assert.That(File.ReadAllBytes(_bench.PathOf("b/verdicts.json")), Is.EqualTo(File.ReadAllBytes(_bench.PathOf("a/verdicts.json"))));
        Assert.That(_bench.Read("c/verdicts.json"), Is.Not.EqualTo(_bench.Read("a/verdicts.json")));
        Assert.That(_bench.Read("a/verdicts.json"), Does.Not.Contain("-ns").And.Not.Contain("2025"));
    }

    [Test]
    public void TheRecordIsReadBackWhole()
    {
        _bench.Runner = (plan, _, _) => TestBench.Good(plan, TestBench.Finding(Verdict.Warn));
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        var json = _bench.Read("a/run.json");
        var record = JsonSerializer.Deserialize(json, MigrationJson.Default.RunRecord)!;
        Assert.That(JsonSerializer.Serialize(record, MigrationJson.Readable.RunRecord) + "\n", Is.EqualTo(json));
        Assert.That(record.Figures, Is.EqualTo("SIMULATED"));
        Assert.That(record.Environment.Cores, Is.GreaterThan(0));
        Assert.That(record.Environment.Runtime, Does.Contain(".NET 10"));
    }

    [Test]
    public void ThePageEscapesWhatCameFromOutsideAndNeedsNothingElse()
    {
        _bench.Runner = (plan, _, _) => TestBench.Bad(plan);
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        var page = _bench.Read("a/report.html");
        Assert.That(page, Does.Contain("LOST &lt;b&gt;block&lt;/b&gt;").And.Not.Contain("<b>block"));
        Assert.That(page, Does.Contain("SIMULATED").And.Contain("prefers-color-scheme").And.Contain("<th class=\"n\">downtime, guest, us").And.Contain("<td class=\"n\">412.0 / 412.0\n"));
        Assert.That(page, Does.Not.Contain("http").And.Not.Contain("src="));
    }

    [Test]
    public void SavedStatesBecomeFiles()
    {
        _bench.Runner = (plan, _, _) => TestBench.Good(plan) with { States = [new KeptState("cycle-1-source", new byte[] { 1, 2, 3 })] };
        _bench.Run("run", "two", "--only", "first", "--out", _bench.PathOf("a"));
        Assert.That(File.ReadAllBytes(_bench.PathOf("a/states/first.cycle-1-source.bin")), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void AFailureOfTheSuiteExits70AndKeepsItsTraceOutOfSight()
    {
        _bench.Runner = (plan, _, _) =>
            plan.Name == "first" ? throw new InvalidOperationException("queue\nof our own") : TestBench.Good(plan);
        Assert.That(_bench.Run("run", "two", "--out", _bench.PathOf("a")), Is.EqualTo(ExitCode.HarnessFailed));
        Assert.That(_bench.Out, Does.Contain("InvalidOperationException: queue of our own").And.Not.Contain("   at "));
        Assert.That(_bench.Read("a/harness-error.txt"), Does.Contain("first, seed").And.Contain("   at "));
        Assert.That(_bench.Out, Does.Contain("[2/2] second: pass"), "one failure does not take the others with it");
    }

    [Test]
    public void AFailureOfTheProgramItselfIsOneLineToo()
    {
        _bench.Runner = (_, _, _) => null!;
        Assert.That(_bench.Run("run", "two"), Is.EqualTo(ExitCode.HarnessFailed));
        Assert.That(_bench.Error, Does.StartWith("the suite itself failed: ").And.Not.Contain("   at "));
        Assert.That(_bench.Read("reports/harness-error.txt"), Does.Contain("   at "));
    }

    [Test]
    public void AWorldThatPassesItsLimitIsATimeout()
    {
        _bench.Runner = (_, _, _) => throw new WorldLimitException("The world's limit was reached.");
        Assert.That(_bench.Run("run", "two"), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_bench.Out, Does.Contain("first: timeout"));
    }

    [TestCase(ExitCode.Interrupted)]
    [TestCase(ExitCode.Terminated)]
    public void AnInterruptedRunKeepsWhatItHas(ExitCode code)
    {
        _bench.Runner = (plan, _, stop) =>
        {
            _bench.Signal(code);
            return TestBench.Good(plan) with { Interrupted = stop.IsCancellationRequested };
        };
        Assert.That(_bench.Run("run", "two", "--out", _bench.PathOf("a")), Is.EqualTo(code));
        var record = JsonSerializer.Deserialize(_bench.Read("a/run.json"), MigrationJson.Default.RunRecord)!;
        Assert.That((record.Interrupted, record.Combinations.Count, record.Verdict), Is.EqualTo((true, 1, Verdict.Inconclusive)));
        Assert.That(_bench.Out, Does.Contain("interrupted, 1 of 2 combinations not begun"));
        Assert.That(_bench.Read("a/report.html"), Does.Contain("Interrupted: 1 of 2"));
    }

    [Test]
    public void AGateThatDoesNotHoldExits3AndSaysByHowMuch()
    {
        Assert.That(_bench.Run("run", "two", "--set", "gates.guest-downtime=400us"), Is.EqualTo(ExitCode.Regression));
        Assert.That(_bench.Out, Does.Contain("gate: guest downtime: 1 of 1 cycles over 400us; the longest was 412us in cycle 1"));
        Assert.That(_bench.Run("run", "two", "--set", "gates.guest-downtime=412us"), Is.EqualTo(ExitCode.Conformant));
    }

    [Test]
    public void DowntimeWithoutTheReadBackIsToldAsSuch()
    {
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        Assert.That(_bench.Out, Does.Not.Contain("read-back-ns"));
        _bench.Runner = (plan, _, _) => TestBench.Good(plan) is var good
            ? good with { Cycles = [.. good.Cycles.Select(it => it with { Downtime = it.Downtime with { ReadBackNs = 20_000 } })] }
            : good;
        _bench.Run("run", "two", "--out", _bench.PathOf("b"));
        Assert.That(_bench.Out, Does.Contain("read-back-ns"));
        Assert.That(_bench.Read("b/run.json"), Does.Contain("\"read-back-ns\": 20000"));
        Assert.That(_bench.Read("b/report.html"), Does.Contain("read-back-ns"));
    }

    [Test]
    public void ANegativeControlMustFailAsWhatItIs()
    {
        string[] control = ["run", "two", "--set", "combinations.first.expect=fail", "--set", "combinations.first.must-find=[D2]"];
        Assert.That(_bench.Run(control), Is.EqualTo(ExitCode.UnexpectedPass));
        Assert.That(_bench.Out, Does.Contain("it should have been found to break D2, and was not"));

        _bench.Runner = (plan, _, _) => plan.Name == "first" ? TestBench.Bad(plan) : TestBench.Good(plan);
        Assert.That(_bench.Run(control), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Not.Contain("again:"));

        control[^1] = "combinations.first.must-find=[D3]";
        Assert.That(_bench.Run(control), Is.EqualTo(ExitCode.NonConformant));
    }

    [Test]
    public void ANegativeControlThatBreaksMoreSaysWhatNobodyNamed()
    {
        string[] control = ["run", "two", "--out", _bench.PathOf("a"), "--set", "combinations.first.expect=fail", "--set", "combinations.first.must-find=[D2]"];
        var other = TestBench.Finding(Verdict.Fail) with { Requirement = "D9" };
        _bench.Runner = (plan, _, _) => plan.Name == "first" ? TestBench.Good(plan, TestBench.Finding(Verdict.Fail), other, other) : TestBench.Good(plan);
        Assert.That(_bench.Run(control), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_bench.Out, Does.Contain("  it was also found to break D9, which must-find does not name\n"));
        Assert.That(_bench.Read("a/report.html"), Does.Contain("also found to break D9, which must-find does not name"));
    }

    [TestCase("open", true)]
    [TestCase("closed", false)]
    public void LatencyAroundTheMovesIsOnThePageAndOfAnOpenLoopOnTheConsole(string mode, bool told)
    {
        LatencyFigures Of(long n) => new() { N = n, MedianNs = 80_000, P99Ns = n < 100 ? null : 150_000, MaxNs = 2_000_000 };
        var latency = new LatencyRecord { Before = Of(1000), PreCopy = Of(500), During = Of(400), After = Of(20) };
        _bench.Runner = (plan, _, _) => TestBench.Good(plan) is var good ? good with { Latency = latency, Cycles = [good.Cycles[0] with { Latency = latency }] } : good;
        string[] rate = told ? ["--set", "guest.rate=1000"] : [];
        _bench.Run(["run", "two", "--only", "first", "--out", _bench.PathOf("a"), "--set", $"guest.mode={mode}", .. rate]);
        const string Line = "first: before 80.0 us / 150 us / 2.00 ms; pre-copy 80.0 us / 150 us / 2.00 ms; during 80.0 us / - / 2.00 ms; after 80.0 us / - / 2.00 ms";
        Assert.That(_bench.Out, told ? Does.Contain(Line) : Does.Not.Contain("latency"));
        var page = _bench.Read("a/report.html").Replace("\n", "");
        Assert.That(page, Does.Contain("<td>before the move<td class=\"n\">1000<td class=\"n\">80.0<td class=\"n\">150.0<td class=\"n\">2,000.0<td class=\"n\">"));
        Assert.That(page, Does.Contain("<td>that met the blackout<td class=\"n\">400<td class=\"n\">80.0<td class=\"n\">n/a (n=400 of 1 cycle)<td class=\"n\">2,000.0<td class=\"n\">"));
        Assert.That(page, Does.Contain("<td>after the move<td class=\"n\">20<td class=\"n\">80.0<td class=\"n\">n/a (n=20)<td class=\"n\">2,000.0<td class=\"n\">"));
    }

    [Test]
    public void AGateOnAFigureThatWasNotMeasuredIsInconclusive()
    {
        _bench.Runner = (plan, _, _) => TestBench.Good(plan) is var good
            ? good with { Cycles = [.. good.Cycles.Select(it => it with { Downtime = it.Downtime with { DeviceNs = null } })] }
            : good;
        Assert.That(_bench.Run("run", "two", "--set", "gates.device-downtime=1s"), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out, Does.Contain("gate: device downtime: not measured in 1 of 1 migrations"));
        Assert.That(_bench.Run("run", "two", "--set", "gates.guest-downtime=1s"), Is.EqualTo(ExitCode.Conformant));
    }

    [Test]
    public void ARunThatShowsNothingIsInconclusive()
    {
        _bench.Runner = (_, _, _) => CombinationResult.NotDone(Verdict.NotSupported, "needs", "no vendor commands");
        Assert.That(_bench.Run("run", "two"), Is.EqualTo(ExitCode.Inconclusive));
        _bench.Runner = (_, _, _) => new CombinationResult();
        Assert.That(_bench.Run("run", "two"), Is.EqualTo(ExitCode.Inconclusive));
    }

    [Test]
    public void ADefectIsPlantedByNameAndRecorded()
    {
        _bench.Run("run", "two", "--defect", "lost-write", "--out", _bench.PathOf("a"));
        Assert.That(_bench.Planted, Is.EqualTo("lost-write"));
        Assert.That(_bench.Read("a/verdicts.json"), Does.Contain("\"defect\": \"lost-write\""));
    }

    [Test]
    public void AnOldRunInTheSameFolderIsNotTakenForThisOne()
    {
        Directory.CreateDirectory(_bench.PathOf("a"));
        _bench.Write("a/harness-error.txt", "of another run");
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        Assert.That(_bench.PathOf("a/harness-error.txt"), Does.Not.Exist);
    }

    [TestCase("run", "tow", "tow: no such file, and no shipped profile has that name; the nearest is 'two'")]
    [TestCase("run", "absent.yaml", "absent.yaml: no such file")]
    [TestCase("rnu", "two", "there is no command 'rnu'; the nearest is 'run'")]
    [TestCase("run", "two --seed x", "--seed must be a whole number, not 'x'")]
    [TestCase("run", "two --set guest.quues=1", "--set guest.quues=1: unknown key 'quues' in guest; the nearest is 'queues'")]
    [TestCase("run", "two --only frist", "--only frist: no combination or case matches 'frist'; the nearest is 'first'")]
    [TestCase("run", "two --defect lost-wirte", "--defect lost-wirte: there is no such defect; the nearest is 'lost-write'")]
    [TestCase("run", "two --out /dev/null/x",
        "cannot write to the output folder /dev/null/x: Could not find a part of the path '/dev/null/x'.")]
    [TestCase("run", "--seed 1", "a profile is needed: a path, or a name that list shows")]
    [TestCase("run", "--resume absent", "absent: no run is there, for it has no journal.jsonl")]
    [TestCase("run", "two --resume absent", "--resume knows its profile; leave PROFILE out")]
    [TestCase("run", "two --fast", "Unrecognized command or argument '--fast'.")]
    [TestCase("inspect", "absent.bin", "absent.bin: no such file")]
    public void AUsersMistakeIsOneLineAndExits64BeforeAnythingRuns(string command, string words, string expected)
    {
        _bench.Runner = (_, _, _) => throw new InvalidOperationException("it ran");
        Assert.That(_bench.Run([command, .. words.Split(' ')]), Is.EqualTo(ExitCode.Usage));
        Assert.That(Lines(_bench.Error)[0], Is.EqualTo(expected));
        Assert.That(Lines(_bench.Error), Has.Length.LessThanOrEqualTo(2));
        Assert.That(_bench.Out, Is.Empty);
        Assert.That(_bench.PathOf("reports"), Does.Not.Exist);
    }

    [Test]
    public void OnGitHubFailuresAreAnnotationsAndTheSummaryIsAddedToTheStep()
    {
        _bench.Runner = (plan, _, _) => plan.Name == "second" ? TestBench.Bad(plan) : TestBench.Good(plan);
        _bench.Variables["GITHUB_STEP_SUMMARY"] = _bench.Write("step.md", "before\n");
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        Assert.That(_bench.Out, Does.Not.Contain("::error"));
        Assert.That(_bench.Read("step.md"), Is.EqualTo("before\n"));
        _bench.Variables["GITHUB_ACTIONS"] = "true";
        _bench.Run("run", "two", "--out", _bench.PathOf("a"));
        Assert.That(_bench.Out, Does.Contain("\n::error title=second%3A fail (SIMULATED)::fail in cycle 1: D2: lba[17]: LOST <b>block</b>"));
        Assert.That(_bench.Read("step.md"), Is.EqualTo("before\n" + _bench.Read("a/summary.md")));
        _bench.Variables["GITHUB_STEP_SUMMARY"] = "/dev/null/x";
        Assert.That(_bench.Run("run", "two", "--out", _bench.PathOf("a")), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_bench.Error, Does.StartWith("GITHUB_STEP_SUMMARY: "));
    }

    [Test]
    public void HelpIsThereForEveryCommandWithExamples()
    {
        foreach (var command in (string[][])[[], ["run"], ["plan"], ["explain"], ["defects"], ["inspect"], ["bundle"], ["verify"], ["list"], ["schema"]])
        {
            Assert.That(_bench.Run([.. command, "--help"]), Is.EqualTo(ExitCode.Conformant));
            Assert.That(_bench.Out, Does.Contain("Examples:").And.Contain("  ./run.sh"));
        }
    }

    [Test]
    public void ListNamesProfilesAndDefects()
    {
        Assert.That(_bench.Run("list"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Match("two +Two: for tests[.]\n").And.Match("lost-write +Forgets a write[.]\n"));
    }

    [Test]
    public void ADescriptionIsListedToTheEndOfItsFirstSentence()
    {
        _bench.Write("profiles/ready.yaml", "# Reads CSTS.RDY in 2.5 ms. Then more.\ndevice: { sim: {} }");
        _bench.Write("profiles/whole.yaml", "# Ends with CSTS.RDY\ndevice: { sim: {} }");
        Assert.That(_bench.Run("list"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Match("ready +Reads CSTS[.]RDY in 2[.]5 ms[.]\n").And.Match("whole +Ends with CSTS[.]RDY\n"));
    }

    [Test]
    public void PlanIsATableOrJsonAndRunsNothing()
    {
        _bench.Runner = (_, _, _) => throw new InvalidOperationException("it ran");
        Assert.That(_bench.Run("plan", "two"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out,
            Does.Match("first +1 +hmlm +mediated +shared +same +before-suspend +1 -> 1").And.Contain("  vendor commands\n"));
        Assert.That(_bench.Run("plan", "two", "--json"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(JsonSerializer.Deserialize(_bench.Out, MigrationJson.Default.Plan)!.Combinations, Has.Count.EqualTo(2));
        Assert.That(_bench.PathOf("reports"), Does.Not.Exist);
    }

    private static string[] Lines(string text) => [.. text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())];
}
