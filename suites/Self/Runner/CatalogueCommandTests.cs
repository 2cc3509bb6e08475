using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What the program tells of its cases, of what is asked of a device, and of the bugs that it must notice.</summary>
[TestFixture]
internal sealed class CatalogueCommandTests
{
    private const string Case = "suspend/An_idle_controller_is_suspended_and_says_so";

    private TestBench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new TestBench { Runner = null };
        _bench.Write("profiles/conformance.yaml", File.ReadAllText(Path.Combine(Repository.Root, "profiles", "conformance.yaml")));
    }

    [TearDown]
    public void Close() => _bench.Dispose();

    [Test]
    public void Requirements_are_listed_with_what_looks_at_them_and_what_nothing_does()
    {
        Assert.That(_bench.Run("list", "--requirements"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Match("LM-SUSP-01 +mandatory +[1-9][0-9]* cases\n").And.Match("LM-HOST-08 +profile +no case: out-of-scope: .+\n"));
        Assert.That(_bench.Out, Does.Match("\nsuspend +25 +[0-9]+ \\([0-9]+ %\\) +[0-9]+ \\([0-9]+ %\\) +[0-9]+\n").And.Match("\nmandatory +[0-9]+ "));
    }

    [Test]
    public void Cases_are_listed_by_name_with_what_they_look_at()
    {
        Assert.That(_bench.Run("list", "--cases", "suspend/An_idle*"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain($"{Case}  LM-SUSP-01\n").And.Not.Contain("get-state/"));
        Assert.That(_bench.Run("list", "--must-pass"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out.Split('\n'), Does.Contain(Case));
    }

    [Test]
    public void A_case_is_explained_by_its_story_what_it_cannot_see_and_what_it_looks_at()
    {
        Assert.That(_bench.Run("explain", Case), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain("An idle controller is suspended").And.Contain("What it cannot see: ").And.Contain("  LM-SUSP-01, mandatory\n"));
        Assert.That(_bench.Out, Does.EndWith("time: no run in reports has it yet\n"));
    }

    [Test]
    public void What_the_cases_of_a_class_have_in_common_is_told_of_each()
    {
        // Without a story or remarks of its own.
        Assert.That(_bench.Run("explain", "rejection/A_suspend_in_every_condition"), Is.EqualTo(ExitCode.Conformant));
        var shared = Told();
        Assert.That(shared, Does.Contain("Every migration command against a controlled controller").And.Contain("What it cannot see: The conditions are "));
        // With remarks of its own, which come first.
        Assert.That(_bench.Run("explain", "rejection/A_notification_in_every_condition"), Is.EqualTo(ExitCode.Conformant));
        Assert.That(Told(), Does.Match("What it cannot see: What a device does with the announcement.+ The conditions are "));

        string Told() => string.Join(' ', _bench.Out.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }

    [TestCase("LM-SUSP-04")]
    [TestCase("V18")]
    public void A_requirement_is_explained_by_its_text_and_sources_also_by_a_row(string id)
    {
        Assert.That(_bench.Run("explain", id), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.StartWith("LM-SUSP-04, mandatory, tested, since Base 2.1\n").And.Contain("  NVMe Base 2.3 5.2.17.1.1\n").And.Contain("SUSP-04, V18"));
    }

    [TestCase("explain", "LM-SUPS-04", "explain LM-SUPS-04: no case and no requirement has that name; the nearest is 'LM-SUSP-04'\n")]
    [TestCase("list", "--cases nothing*", "--cases nothing*: no case matches 'nothing*'; the nearest is")]
    [TestCase("list", "--requirements --run absent", "--run absent: there is no run.json\n")]
    [TestCase("defects", "--only flipped-sate-byte", "--only flipped-sate-byte: no defect matches 'flipped-sate-byte'; the nearest is 'flipped-state-byte'\n")]
    public void A_slip_is_a_line(string command, string words, string expected)
    {
        Assert.That(_bench.Run([command, .. words.Split(' ')]), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.StartWith(expected));
    }

    [Test]
    public void A_bug_is_caught_only_by_the_requirement_that_it_breaks()
    {
        const string bug = "flipped-state-byte";
        _bench.Breaks = new Dictionary<string, string> { [bug] = "LM-SUSP-01" };
        Assert.That(Defects("wrong", bug), Is.EqualTo(ExitCode.UnexpectedPass));
        Assert.That(_bench.Out, Does.Contain($"{bug} is not caught as LM-SUSP-01: ").And.Contain($"  again: ./run.sh defects --only {bug}\n"));
        _bench.Breaks = Composition.Breaks;
        Assert.That(Defects("right", bug), Is.EqualTo(ExitCode.Conformant));
        var kills = JsonSerializer.Deserialize(_bench.Read("right/kills.json"), MigrationJson.Default.KillMatrix)!;
        Assert.That(kills.Unusable, Is.Empty);
        Assert.That(kills.Defects.Single().IsCaught);
        Assert.That(kills.Defects.Single().By.Count, Is.LessThanOrEqualTo(kills.Defects.Single().Cases));
    }

    [Test]
    public void No_bug_is_no_success() => Assert.That(_bench.Run("defects", "--only", "nothing*"), Is.EqualTo(ExitCode.Inconclusive));

    private ExitCode Defects(string folder, string bug) => _bench.Run("defects", "--only", bug, "--jobs", "1", "--out", _bench.PathOf(folder));
}
