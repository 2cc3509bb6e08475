using System.Diagnostics;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Exact figures from the first run to a gate that holds or does not, as a user does it.</summary>
[TestFixture]
public sealed class BaselineCommandTests
{
    private TestBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new TestBench();

    [TearDown]
    public void Close() => _bench.Dispose();

    private string Baseline => _bench.PathOf("two.json");

    [Test]
    public void A_run_that_is_as_its_baseline_holds_it()
    {
        SetBaseline();
        Assert.That(Run("b"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain("baseline: every figure is as it was"));
    }

    [TestCase(2, 0, ExitCode.Regression, "worse: first: bytes of state")]
    [TestCase(-2, 0, ExitCode.UnexpectedPass, "better, so it guards it no longer: first: bytes of state")]
    [TestCase(0, 2, ExitCode.UnexpectedPass, "not as it was: first: commands")]
    [TestCase(0, -2, ExitCode.UnexpectedPass, "not as it was: first: commands")]
    public void What_changed_is_told_and_has_its_code(int moreState, int moreCommands, ExitCode code, string told)
    {
        SetBaseline();
        _bench.Runner = (plan, _, _) => Changed(plan, moreState, moreCommands);
        Assert.That(Run("b"), Is.EqualTo(code));
        Assert.That(_bench.Out, Does.Contain($"baseline: {told}"));
        Assert.That(_bench.Run("baseline", "accept", _bench.PathOf("b"), "--file", Baseline, "--reason", "on purpose"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(Run("c"), Is.EqualTo(ExitCode.Conformant), "what was accepted is the baseline");
        _bench.Run("baseline", "show", Baseline);
        Assert.That(_bench.Out, Does.Contain("on purpose"));
    }

    [Test]
    public void Without_a_baseline_nothing_is_known()
    {
        Assert.That(Run("a"), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out, Does.Contain($"not comparable: there is no baseline {Baseline}"));
    }

    [TestCase("--seed=9", "seed: 1, here 9")]
    [TestCase("--set=guest.depth=3", "profile: ")]
    public void A_baseline_of_something_else_is_not_comparable(string option, string field)
    {
        SetBaseline();
        Assert.That(Run("b", option), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out, Does.Contain($"not comparable: {field}"));
    }

    [Test]
    public void A_baseline_of_another_machine_is_not_comparable_where_time_is_the_machine_s()
    {
        var here = new Fingerprint { ProfileHash = "p", Seed = 1, Device = "SIMULATED", Clock = "real", Machine = "one" };
        Assert.That(here.Differences(here with { Machine = "other" }), Is.EqualTo(new[] { "machine: one, here other" }));
        Assert.That(here.Differences(here), Is.Empty);
    }

    [Test]
    public void A_run_is_told_that_its_baseline_is_of_another_machine()
    {
        _bench.Write("profiles/two.yaml", _bench.Read("profiles/two.yaml").Replace("medium: shared }", "medium: shared, clock: virtual }").Replace("first: {", "real: { commands: hmlm, medium: shared, clock: real }\n  first: {"));
        SetBaseline();
        Assert.That(Run("b"), Is.EqualTo(ExitCode.Conformant));
        var machine = _bench.Read("two.json").Split('\n').Single(line => line.Contains("\"machine\""));
        _bench.Write("two.json", _bench.Read("two.json").Replace(machine, "    \"machine\": \"another, 64 cores\""));
        Assert.That(Run("c"), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out, Does.Contain("not comparable: machine: another, 64 cores, here "));
    }

    [Test]
    public void A_baseline_is_not_overwritten_and_a_reason_is_needed()
    {
        SetBaseline();
        Assert.That(_bench.Run("baseline", "set", _bench.PathOf("a"), "--file", Baseline), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.Contain("baseline accept --reason changes it"));
        Assert.That(_bench.Run("baseline", "accept", _bench.PathOf("a"), "--file", Baseline), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Two_runs_are_compared()
    {
        Run("a");
        _bench.Runner = (plan, _, _) => plan.Name == "second" ? TestBench.Bad(plan) : TestBench.Good(plan);
        Run("b");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("a")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b")), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_bench.Out, Does.Contain("second: pass -> fail"));
        Assert.That(_bench.Run("compare", _bench.PathOf("b"), _bench.PathOf("a")), Is.EqualTo(ExitCode.Conformant), "what is better is no reproach");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("nowhere")), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.Contain("no folder of a run"));
    }

    /// <summary>A hash says that profiles differ; what differs is told too, as the device's timing is, and gates do not.</summary>
    [Test]
    public void Of_two_runs_of_other_profiles_it_is_told_what_differs()
    {
        Run("a");
        Run("b", "--set=device.sim.timing.read=1us", "--set=gates.guest-downtime=1s", "--set=combinations.second.cycles=2", "--set=combinations.third={ commands: hmlm, medium: shared }");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b")), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out.Split('\n').Where(it => it.StartsWith("not comparable: ", StringComparison.Ordinal)).Select(it => it["not comparable: ".Length..]), Is.EqualTo(new[]
        {
            _bench.Out.Split('\n').Single(it => it.Contains("profile: "))["not comparable: ".Length..],
            "first: pair.device.timing.read: \"0\", here \"1us\"", "second: cycles: 1, here 2", "second: pair.device.timing.read: \"0\", here \"1us\"", "third: only here",
        }));
        Run("c", "--set=gates.guest-downtime=1s");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("c")), Is.EqualTo(ExitCode.Conformant), "a gate is no figure's");
    }

    /// <summary>More of what takes time or is copied is worse; more of what a guest did meanwhile is not.</summary>
    [TestCase(2, 0, ExitCode.Regression)]
    [TestCase(-2, 0, ExitCode.Conformant)]
    [TestCase(0, 2, ExitCode.Conformant)]
    public void Of_two_runs_the_later_is_worse_by_what_less_is_better_of(int moreState, int moreCommands, ExitCode code)
    {
        Run("a");
        _bench.Runner = (plan, _, _) => Changed(plan, moreState, moreCommands);
        Run("b");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b")), Is.EqualTo(code));
        Assert.That(_bench.Out, Does.Contain("exact figures:\n  first: "));
    }

    /// <summary>
    /// Latency ten times as long, throughput a fifth, a step three times: as with downtime each change is one on the virtual clock, and on the machine's it is
    /// told, and no test. What became better is no reproach.
    /// </summary>
    [TestCase(ClockKind.Virtual, 1, ExitCode.Conformant, "")]
    [TestCase(ClockKind.Virtual, 10, ExitCode.Regression, "worse, on the virtual clock without noise:\n  first: commands: 100k/s -> 10.0k/s\n")]
    [TestCase(ClockKind.Real, 10, ExitCode.Inconclusive, "first: latency p50 during, by cycle: longer, and of one process each no test tells whether that is chance: compare --ab\n")]
    [TestCase(ClockKind.Real, 10, ExitCode.Inconclusive, "first: commands after, by cycle: less, and of one process each no test tells whether that is chance: compare --ab\n")]
    public void Throughput_and_latency_of_two_runs_are_compared_as_downtime_is(ClockKind clock, int times, ExitCode code, string said)
    {
        string[] names = ["commands", "commands before, by cycle", "latency p50 during, by cycle", "latency p99 after, by cycle", "latency p99 during"];
        Loaded("a", 1);
        Loaded("b", times);
        var page = _bench.PathOf("loads.html");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b"), "--html", page), Is.EqualTo(code), _bench.Out);
        Assert.That(_bench.Out, Does.Contain(said));
        foreach (var name in names)
        {
            Assert.That(_bench.Out, Does.Match($@"first: {name} +\d"));
            Assert.That(File.ReadAllText(page), Does.Contain($"<td>first: {name}<td"));
        }

        Assert.That(_bench.Out, Does.Match(@"latency p50 during, by cycle +1\.00 ms \[1\.00 ms, 1\.00 ms\]"));
        Assert.That(_bench.Run("compare", _bench.PathOf("b"), _bench.PathOf("a")), Is.EqualTo(ExitCode.Conformant), "what is better is no reproach");

        void Loaded(string folder, int slower)
        {
            var latency = new LatencyFigures { N = 400, MedianNs = 1_000_000 * slower, P99Ns = 2_000_000 * slower };
            var latencies = new LatencyRecord { Before = latency, During = latency, After = latency };
            var throughput = new ThroughputRecord { BeforePerSecond = 5000 / slower, DuringPerSecond = 4000 / slower, AfterPerSecond = 5000 / slower };
            _bench.Runner = (plan, _, _) => TestBench.Good(plan) with
            {
                Load = new LoadRecord { Commands = 1_000, Bytes = 4_096_000, Ns = 10_000_000L * slower },
                Latency = latencies,
                Cycles = [.. Enumerable.Range(1, 6).Select(i => TestBench.Good(plan).Cycles[0] with { Number = i, Latency = latencies, Throughput = throughput })],
            };
            Run(folder, $"--set=clock={Words.Of(clock)}");
        }
    }

    [Test]
    public void Of_what_is_no_longer_shown_two_runs_say_nothing()
    {
        Run("a");
        Run("b", "--only=first");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b")), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out, Does.Contain("no longer shown: second: pass -> not run"));
        Assert.That(_bench.Run("compare", _bench.PathOf("b"), _bench.PathOf("a")), Is.EqualTo(ExitCode.Inconclusive), "figures that one of them lacks");
    }

    [Test]
    public void A_gate_that_held_before_is_told_by_two_runs_too()
    {
        Run("a", "--set=gates.guest-downtime=1ms");
        _bench.Runner = (plan, _, _) => TestBench.Good(plan) with
        {
            Cycles = [.. TestBench.Good(plan).Cycles.Select(it => it with { Downtime = it.Downtime with { GuestNs = 2_000_000 } })],
        };
        Run("b", "--set=gates.guest-downtime=1ms");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b")), Is.EqualTo(ExitCode.Regression));
        Assert.That(_bench.Out, Does.Contain("gates that held before:\n  first: guest downtime: 1 of 1 cycles over 1ms"));
    }

    [Test]
    public void A_run_that_failed_is_nothing_to_be_held_to()
    {
        _bench.Runner = (plan, _, _) => TestBench.Bad(plan);
        Run("a");
        Assert.That(_bench.Run("baseline", "set", _bench.PathOf("a"), "--file", Baseline), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.Contain("first is fail, and its figures are nothing to be held to"));
        Assert.That(File.Exists(Baseline), Is.False);
    }

    [Test]
    public void What_two_runs_do_not_have_in_common_is_a_page_too()
    {
        Run("a");
        _bench.Runner = (plan, _, _) => plan.Name == "second" ? TestBench.Bad(plan) : TestBench.Good(plan);
        Run("b");
        var page = _bench.PathOf("differences.html");
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b"), "--html", page), Is.EqualTo(ExitCode.NonConformant));
        Assert.That(_bench.Out, Does.EndWith($"{page}\n"));
        Assert.That(
            File.ReadAllText(page),
            Does.Contain("<td>second<td class=\"pass\">pass<td class=\"fail\">fail").And.Contain("SIMULATED").And.Not.Contain("http:").And.Not.Contain("https:"));
        Assert.That(_bench.Run("compare", _bench.PathOf("a"), _bench.PathOf("b"), "--html", _bench.PathOf("nowhere/page.html")), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.StartWith("--html ").And.Contain("nowhere/page.html"));
    }

    [TestCase("--html /nowhere/page.html: ", "compare", "--ab", "two", "two", "--html", "/nowhere/page.html")]
    [TestCase("--html page.html: a page tells one comparison, not 2", "compare", "--ab", "two", "two", "--repeat", "2", "--html", "page.html")]
    [TestCase("no such file, and no shipped profile has that name", "compare", "--ab", "nowhere", "two")]
    [TestCase("no tree of this suite, for it has no run.sh", "compare", "--ab", "{folder}", "two")]
    [TestCase("--launches 0: at least one", "compare", "--ab", "two", "two", "--launches", "0")]
    [TestCase("2 runs have no history yet: 6 are the fewest", "history", "a", "b")]
    public void WhatCannotBeComparedIsToldInALine(string said, params string[] words)
    {
        Assert.That(_bench.Run([.. words.Select(it => it.Replace("{folder}", _bench.PathOf("profiles")))]), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.Contain(said));
        Assert.That(_bench.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    /// <summary>What a real device is not touched without reaches every launch of both sides, and what is not said reaches none.</summary>
    [TestCase("--allow-data-loss S1 --allow-data-loss S2 --only first --skip second", "--allow-data-loss", "S1", "--allow-data-loss", "S2", "--skip", "second", "--only", "first")]
    [TestCase("")]
    public void Each_launch_of_both_sides_is_told_what_run_is(string told, params string[] words)
    {
        Run("a");
        var (a, b) = (Tree("a-tree"), Tree("b-tree"));
        Assert.That(_bench.Run(["compare", "--ab", a, b, "--profile", "two", "--launches", "1", .. words]), Is.EqualTo(ExitCode.Inconclusive), _bench.Error);
        var services = _bench.Services with { Again = it => new ProcessStartInfo(Path.Combine(a, "run.sh"), it) };
        Assert.That(App.Run(["compare", "--ab", "two", "two", "--launches", "1", .. words], services), Is.EqualTo(ExitCode.Inconclusive), _bench.Error);
        string[] said = [.. _bench.Read("a-tree.said").TrimEnd().Split('\n'), .. _bench.Read("b-tree.said").TrimEnd().Split('\n')];
        Assert.That(said, Has.Length.EqualTo(4));
        Assert.That(said.Select(line => line.Split("--out ")[1].Split(' ', 2).ElementAtOrDefault(1)?.Replace("--bare", "").TrimEnd() ?? ""), Is.All.EqualTo(told));
    }

    /// <summary>A launch says what is missing, as run does, and it is no failure of the suite.</summary>
    [TestCase(64, ExitCode.Usage)]
    [TestCase(69, ExitCode.Unavailable)]
    public void What_keeps_a_launch_from_beginning_is_told_as_run_tells_it(int code, ExitCode expected)
    {
        var tree = Tree("tree", $"echo what is missing >&2; exit {code}");
        Assert.That(_bench.Run("compare", "--ab", tree, tree, "--profile", "two"), Is.EqualTo(expected));
        Assert.That(_bench.Error, Is.EqualTo("what is missing\n"));
    }

    [TestCase("100ms", ExitCode.HarnessFailed, "a launch did not end within 100ms")]
    [TestCase("soon", ExitCode.Usage, "--longest must be a time, as 30s or 2h, not 'soon'")]
    public void A_launch_takes_as_long_as_it_may(string longest, ExitCode expected, string said)
    {
        var tree = Tree("tree", "sleep 20");
        Assert.That(_bench.Run("compare", "--ab", tree, tree, "--profile", "two", "--longest", longest), Is.EqualTo(expected));
        Assert.That(_bench.Error, Does.Contain(said));
    }

    [Test]
    public void A_launch_that_dies_loses_its_own_comparison_and_is_not_left_out_of_the_end()
    {
        var tree = Tree("tree", "echo died >&2; exit 134");
        Assert.That(_bench.Run("compare", "--ab", tree, tree, "--profile", "two", "--repeat", "2"), Is.EqualTo(ExitCode.HarnessFailed));
        Assert.That(_bench.Error, Is.EqualTo("[1/2] no result: a launch ended with 134 and left no run: died\n[2/2] no result: a launch ended with 134 and left no run: died\n"));
        Assert.That(_bench.Out, Is.EqualTo("0 comparisons of 10 launches a side: slower in 0, faster in 0, nothing known in 0\n"));
    }

    /// <summary>Real launches of one thing as both sides: what they say is counted, kept, and told by whoever compares it here later.</summary>
    [Test]
    public void Comparisons_with_itself_are_counted_and_kept()
    {
        Run("a");
        var tree = Tree("tree");
        string[] words = ["compare", "--ab", tree, tree, "--profile", "two"];
        _bench.Run(words);
        Assert.That(_bench.Out, Does.Contain("of A with itself nothing was measured here: compare --ab A A --repeat N --launches 10\n"));
        _bench.Run([.. words, "--repeat", "2"]);
        Assert.That(_bench.Out, Does.EndWith("slower in 0, faster in 0, nothing known in 0\nof A with itself 0 of 2 alarmed, at most 77.6 % do (one-sided 95 %)\n"));
        _bench.Run([.. words, "--repeat", "3"]);
        _bench.Run(words);
        Assert.That(_bench.Out, Does.Contain("measured on this machine, of A with itself 0 of 5 alarmed, at most 45.1 % do (one-sided 95 %)\n"));
        _bench.Run([.. words, "--launches", "11"]);
        Assert.That(_bench.Out, Does.Contain("of A with itself nothing was measured here"), "of another number of launches");
        Assert.That(_bench.Out, Does.Contain("resampled from A's launches, which sees no drift, order or neighbour: 0 false alarms in 200"));
    }

    /// <summary>What drifts between two launches of one tree is seen; between two trees it is no false alarm.</summary>
    [Test]
    public void An_alarm_is_a_false_one_only_of_a_thing_with_itself()
    {
        Run("a");
        _bench.Runner = (plan, _, _) => TestBench.Good(plan) with
        {
            Cycles = [.. TestBench.Good(plan).Cycles.Select(it => it with { Downtime = it.Downtime with { GuestNs = 2_000_000 } })],
        };
        Run("b");
        var drifts = $"mkdir -p \"$4\"; case \"$4\" in */a[0-9]) cp '{_bench.PathOf("a")}/run.json' \"$4\";; *) cp '{_bench.PathOf("b")}/run.json' \"$4\";; esac";
        var (tree, other) = (Tree("tree", drifts), Tree("other", drifts));
        _bench.Run("compare", "--ab", tree, tree, "--profile", "two", "--repeat", "2");
        Assert.That(_bench.Out, Does.EndWith("slower in 2, faster in 0, nothing known in 0\nof A with itself 2 of 2 alarmed, at most 100.0 % do (one-sided 95 %)\n"));
        _bench.Run("compare", "--ab", tree, other, "--profile", "two", "--repeat", "2");
        Assert.That(_bench.Out, Does.EndWith("slower in 2, faster in 0, nothing known in 0\n"));
    }

    [Test]
    public void A_history_is_of_runs_of_one_thing()
    {
        string[] names = ["a", "b", "c", "d", "e", "f"];
        foreach (var name in names) Run(name);
        Assert.That(_bench.Run(["history", .. names.Select(_bench.PathOf)]), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain("no figure changed over 6 runs"));
        Run("g", "--seed=9", "--set=guest.depth=3");
        Assert.That(_bench.Run(["history", .. names.Select(_bench.PathOf), _bench.PathOf("g")]), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(
            _bench.Out,
            Does.Contain("not comparable: ").And.Contain("seed: 1, here 9").And.Contain("first: guest.depth: 16, here 3\n").And.Not.Contain("no figure changed"));
    }

    [Test]
    public void A_pass_that_ends_otherwise_says_so_in_its_last_line()
    {
        SetBaseline();
        Run("b", "--seed=9");
        Assert.That(_bench.Out, Does.Contain("\npass, but not held against its baseline: "));
        Assert.That(_bench.Read("b/report.html"), Does.Contain(">pass, but not held against its baseline</span>"));
        _bench.Runner = (plan, _, _) => Changed(plan, moreState: -2);
        Run("c");
        Assert.That(_bench.Out, Does.Contain("\npass, but not what its baseline says: "));
    }

    [Test]
    public void What_changed_is_told_in_every_form_of_the_report()
    {
        SetBaseline();
        _bench.Runner = (plan, _, _) => Changed(plan, moreState: 2);
        Run("b");
        Assert.That(_bench.Out, Does.Contain("\npass, but not every gate held: "));
        Assert.That(_bench.Read("b/report.html"), Does.Contain(">pass, but not every gate held</span>").And.Contain("A gate on a figure did not hold").And.Contain("<li>worse: first: bytes of state"));
        Assert.That(_bench.Read("b/junit.xml"), Does.Contain("type=\"gate-broken\" message=\"worse: first: bytes of state"));
        Assert.That(_bench.Read("b/results.tap"), Does.Contain("not ok 3 - baseline"));
        Assert.That(_bench.Read("b/summary.md"), Does.Contain("**baseline: gate-broken** worse: first: bytes of state"));
    }

    /// <summary>What was not run is told by its combination, and a part of a profile is no baseline of it.</summary>
    [Test]
    public void A_part_of_a_profile_takes_no_baseline_s_place()
    {
        SetBaseline();
        Assert.That(Run("b", "--only=second"), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out.Split('\n').Where(it => it.StartsWith("baseline", StringComparison.Ordinal)), Is.EqualTo(new[] { "baseline: first: not run" }));
        Assert.That(_bench.Run("baseline", "accept", _bench.PathOf("b"), "--file", Baseline, "--reason", "less to do"), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.Contain("first of the baseline was not run (--only, --skip), and would be lost"));
    }

    private static CombinationResult Changed(PlannedCombination plan, int moreState = 0, int moreCommands = 0)
    {
        var good = TestBench.Good(plan);
        return good with
        {
            Commands = good.Commands + moreCommands,
            Cycles = [.. good.Cycles.Select(it => it with { StateBytes = it.StateBytes + moreState })],
        };
    }

    /// <summary>A tree whose launches keep what they were told beside it, and are the run a, or what a line of shell makes of them.</summary>
    private string Tree(string name, string? line = null)
    {
        var script = _bench.Write(
            $"{name}/run.sh", $"#!/bin/sh\necho \"$*\" >>'{_bench.PathOf(name)}.said'\n{line ?? $"mkdir -p \"$4\" && cp '{_bench.PathOf("a")}/run.json' \"$4\""}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return _bench.PathOf(name);
    }

    private void SetBaseline()
    {
        Run("a");
        Assert.That(_bench.Run("baseline", "set", _bench.PathOf("a"), "--file", Baseline), Is.EqualTo(ExitCode.Conformant));
    }

    private ExitCode Run(string folder, params string[] more) =>
        _bench.Run(["run", "two", "--out", _bench.PathOf(folder), "--baseline", Baseline, .. more]);
}
