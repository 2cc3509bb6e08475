using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner;
using Conformance.Runner.Running;
using Conformance.Self.Cases;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// The program on cases that end in every way a case can end, in real processes: what hangs or dies costs one verdict, and the rest still runs.
/// Not how fast it is.
/// </summary>
[TestFixture]
internal sealed class MetaRunTests
{
    // The one that spins has little time, all others more than they can need on a busy machine.
    private const string Profile = """
        device: { sim: {} }
        limits: { time: 500ms }
        cases: { timeout: 5min, timeouts: { suspend/Spins: 1500ms } }
        """;

    private TestBench _bench = null!;
    private ExitCode _code;
    private string _out = "";
    private RunRecord _run = null!;

    [OneTimeSetUp]
    public void RunAll()
    {
        _bench = new TestBench();
        _bench.Write("profiles/meta.yaml", Profile);
        _code = _bench.Run("run", "meta", "--suite", Suite, "--out", _bench.PathOf("a"), "--jobs", "2");
        _out = _bench.Out;
        _run = Record("a");
    }

    [OneTimeTearDown]
    public void Close() => _bench.Dispose();

    [TestCase("Passes", Verdict.Pass)]
    [TestCase("Takes_arguments(1)", Verdict.Pass)]
    [TestCase("Fails", Verdict.Fail)]
    [TestCase("Warns", Verdict.Warn)]
    [TestCase("Needs_what_is_not_there", Verdict.NotSupported)]
    [TestCase("Looks_at_half_of_it", Verdict.Inconclusive)]
    [TestCase("Throws", Verdict.HarnessError)]
    [TestCase("Waits_for_ever", Verdict.Timeout)]
    [TestCase("Spins", Verdict.Timeout)]
    [TestCase("Kills_its_process", Verdict.Crash)]
    [TestCase("Talks_over_its_process", Verdict.HarnessError)]
    public void Every_end_has_its_verdict_and_costs_no_other(string name, Verdict verdict) =>
        Assert.That(_run.Cases.Single(it => it.Id == $"suspend/{name}").Verdict, Is.EqualTo(verdict));

    [Test]
    public void Every_case_that_was_planned_has_a_record_and_the_worst_decides()
    {
        Assert.That(_run.Cases.Select(it => it.Id), Is.EqualTo(_run.Plan.Cases!.Cases.Select(it => it.Id)).And.Not.Empty);
        Assert.That((_code, _run.Verdict), Is.EqualTo((ExitCode.HarnessFailed, Verdict.HarnessError)));
    }

    [Test]
    public void A_failure_is_a_line_and_the_command_that_repeats_it()
    {
        Assert.That(_out, Does.Contain("suspend/Fails: fail on sim: fail: LM-SUSP-01: here: one is not two (observed 1, expected 2)\n"));
        Assert.That(_out, Does.Match("again: ./run.sh run .*meta.yaml --seed 1 --only suspend/Fails --suite .*Conformance.Self.dll'?\n"));
        Assert.That(_out, Does.Contain("suspend/Kills_its_process: crash on none: its process died by signal 6: Process terminated. as asked\n"));
        Assert.That(
            _bench.Read("a/failures/suspend.Cannot_set_up.1.txt"),
            Does.StartWith("again: ./run.sh run ").And.Contain("source PF: CAP ").And.Contain("MigrationSend (41h)").And.Contain("Invalid Controller Identifier")
                .And.Contain("    nvme admin-passthru /dev/nvme0 --opcode=0x41 --namespace-id=0 --cdw11=0x1fff0\n").And.Contain("logs of source PF:\n  error 1: "));
        Assert.That(_bench.Read("a/failures/suspend.Warns.1.txt"), Does.StartWith("again: ./run.sh run "), "a warning is to be judged too");
        Assert.That(_bench.Read("a/failures/suspend.Kills_its_process.1.txt"), Does.Contain("at System.Environment.FailFast"));
    }

    [Test]
    public void One_process_or_two_and_any_order_give_the_same_verdicts()
    {
        // Those that end their process are left out: each costs a new one.
        Run("b", "meta", "--set", "cases.order=seeded", "--skip", "suspend/Spins", "--skip", "*its_process");
        var run = Record("b");
        var same = _run with { Cases = [.. _run.Cases.Where(it => run.Cases.Any(one => one.Id == it.Id))] };
        Assert.That(run.Cases, Has.Count.GreaterThan(8));
        Assert.That(Text(run), Is.EqualTo(Text(same)));
    }

    [Test]
    public void Every_verdict_can_be_made_again_of_the_journal()
    {
        var kept = RunJournal.Read(_bench.PathOf("a")).Lines.Select(line => line.WholeCase!).ToList();
        Assert.That(kept, Has.Count.EqualTo(_run.Cases.Count));
        foreach (var it in kept)
        {
            var again = CaseRecord.Judge(it.Id, it.Device, it.Covers, it.Journal, it.Stop);
            Assert.That((again.Verdict, again.Reason), Is.EqualTo((it.Verdict, it.Reason)), it.Id);
            Assert.That(again.Requirements, Is.EqualTo(it.Requirements), it.Id);
            Assert.That(again.Findings, Is.EqualTo(it.Findings), it.Id);
        }
    }

    [Test]
    public void The_page_shows_what_nothing_looked_at_as_well_as_what_failed()
    {
        var page = _bench.Read("a/report.html");
        Assert.That(page, Does.Match("Not looked at: [0-9]+ of [0-9]+").And.Contain("Without a reason: ").And.Contain("With a reason: "));
        Assert.That(page, Does.Contain("suspend/Fails <span class=\"fail\">fail</span>").And.Contain("one is not two"));
        Assert.That(_run.Requirements.Single(it => it.Id == "LM-SUSP-01").Verdict, Is.EqualTo(Verdict.HarnessError));
    }

    [Test]
    public void Ctrl_C_in_the_middle_of_a_case_leaves_what_was_shown_before()
    {
        // When the first case has ended, the second, which never does, is under way.
        using var never = new ManualResetEventSlim();
        var user = new Thread(() =>
        {
            var journal = _bench.PathOf("stopped/journal.jsonl");
            while (!File.Exists(journal) || File.ReadAllText(journal).Split('\n').Length < 3) never.Wait(10);
            _bench.Signal(ExitCode.Interrupted);
        });
        user.Start();
        var code = Run("stopped", "meta", "--only", "suspend/Passes", "--only", "suspend/Spins", "--set", "cases.timeouts={suspend/Spins: 1h}");
        user.Join();
        Assert.That(code, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(Record("stopped").Cases.Select(it => (it.Id, it.Verdict)), Is.EqualTo(new[] { ("suspend/Passes", Verdict.Pass) }));
        Assert.That((Record("stopped").Interrupted, Record("stopped").ExitCode), Is.EqualTo((true, 130)));
        Assert.That(_bench.Out, Does.Contain("interrupted, 1 of 2 cases and 0 of 0 combinations not begun"));
    }

    [Test]
    public void A_killed_run_goes_on_where_it_was_and_ends_as_if_it_had_not_been()
    {
        const string quick = "suspend/Takes_arguments*";
        Run("whole", "meta", "--only", quick, "--only", "suspend/Fails");
        var lines = File.ReadAllLines(_bench.PathOf("whole/journal.jsonl"));
        Directory.CreateDirectory(_bench.PathOf("cut"));
        // Killed while it wrote the third record.
        _bench.Write("cut/journal.jsonl", $"{string.Join('\n', lines[..2])}\n{lines[2][..40]}");
        Assert.That(_bench.Run("run", "--resume", _bench.PathOf("cut"), "--suite", Suite, "--jobs", "1"), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_bench.Read("cut/verdicts.json"), Is.EqualTo(_bench.Read("whole/verdicts.json")));
        var journal = RunJournal.Read(_bench.PathOf("cut")).Lines;
        Assert.That(journal.Select(line => line.Case!.Id), Is.EquivalentTo(Record("whole").Cases.Select(it => it.Id)), "each case once");
    }

    [Test]
    public void What_failed_is_run_again_and_nothing_else()
    {
        Run("first", "meta", "--only", "suspend/Passes", "--only", "suspend/Fails", "--only", "suspend/Takes_arguments*");
        Assert.That(Run("again", "--rerun-failed", _bench.PathOf("first")), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(RunJournal.Read(_bench.PathOf("again")).Lines.Select(line => line.Case!.Id), Is.EqualTo(new[] { "suspend/Fails" }));
        Run("good", "meta", "--only", "suspend/Passes");
        Assert.That(Run("none", "--rerun-failed", _bench.PathOf("good")), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Error, Is.EqualTo($"nothing failed in {_bench.PathOf("good")}, so nothing ran\n"));
    }

    [Test]
    public void Each_repetition_draws_other_numbers_and_they_are_told_together()
    {
        Run("r", "meta", "--only", "suspend/Passes", "--only", "suspend/Fails", "--repeat", "3");
        Assert.That(Record("r").Cases.Select(it => (it.Id, it.Runs, it.RunsAsBad)), Is.EqualTo(new[] { ("suspend/Fails", 3, 3), ("suspend/Passes", 3, 3) }));
        Run("u", "meta", "--only", "suspend/Passes", "--only", "suspend/Fails", "--until-fail");
        Assert.That(RunJournal.Read(_bench.PathOf("u")).Lines.Count(line => line.Case!.Verdict == Verdict.Fail), Is.EqualTo(1));
    }

    [Test]
    public void A_selection_of_nothing_is_reported_and_is_no_success()
    {
        Assert.That(Run("e", "meta", "--only", "nothing*"), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Error, Is.EqualTo("--only nothing*: it matches no combination and no case\nnothing was selected, so nothing ran\n"));
        Assert.That(_bench.PathOf("e"), Does.Not.Exist);
    }

    [Test]
    public void A_suite_that_is_none_is_told_before_anything_runs()
    {
        Assert.That(_bench.Run("run", "meta", "--suite", "absent.dll"), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Is.EqualTo("--suite absent.dll: no such file\n"));
    }

    private static string Text(RunRecord run) =>
        JsonSerializer.Serialize(VerdictFile.Of(run).Cases, MigrationJson.Readable.IReadOnlyListCaseVerdict);

    private static string Suite => typeof(MetaCases).Assembly.Location;

    private ExitCode Run(string folder, params string[] words) =>
        _bench.Run(["run", .. words, "--suite", Suite, "--out", _bench.PathOf(folder), "--jobs", "1"]);

    private RunRecord Record(string folder) => JsonSerializer.Deserialize(_bench.Read($"{folder}/run.json"), MigrationJson.Default.RunRecord)!;
}
