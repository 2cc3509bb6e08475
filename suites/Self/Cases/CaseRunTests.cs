using Conformance.Device;
using Conformance.Migration;
using Conformance.Suite;
using NUnit.Framework;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Conformance.Self.Cases;

/// <summary>What becomes of a case: every way to end has its verdict, and none of them is an exception.</summary>
[TestFixture]
internal sealed class CaseRunTests
{
    private static readonly CaseCatalogue _meta = CaseCatalogue.Load(typeof(MetaCases).Assembly);

    [TestCase(nameof(MetaCases.Passes), Verdict.Pass, null)]
    [TestCase(nameof(MetaCases.Fails), Verdict.Fail, null)]
    [TestCase(nameof(MetaCases.Warns), Verdict.Warn, null)]
    [TestCase(nameof(MetaCases.Looks_at_half_of_it), Verdict.Inconclusive, "LM-SUSP-02: was not looked at")]
    [TestCase(nameof(MetaCases.Finds_no_hazard), Verdict.Inconclusive, null)]
    [TestCase(nameof(MetaCases.Needs_what_is_not_there), Verdict.NotSupported, "bit 99")]
    [TestCase(nameof(MetaCases.Cannot_set_up), Verdict.Inconclusive, "set-up: Suspend of nobody: Invalid Controller Identifier (1/1Fh)")]
    [TestCase(nameof(MetaCases.Throws), Verdict.HarnessError, "FormatException: a bug of a case")]
    [TestCase(nameof(MetaCases.Waits_for_ever), Verdict.Timeout, "The world's limit was reached")]
    [TestCase(nameof(MetaCases.Takes_arguments) + "(1)", Verdict.Pass, null)]
    public void Every_end_has_its_verdict(string name, Verdict verdict, string? reason)
    {
        var record = Run(name);
        Assert.That(record.Verdict, Is.EqualTo(verdict), record.ToString());
        if (reason is null) Assert.That(record.Reason, Is.Null);
        else Assert.That(record.Reason, Does.StartWith(reason));
    }

    /// <summary>A test that looks at many cases at once gathers its own failures meanwhile.</summary>
    [TestCase(nameof(MetaCases.Passes))]
    [TestCase(nameof(MetaCases.Fails))]
    public void Who_runs_a_case_goes_on_where_it_was(string name)
    {
        var here = TestExecutionContext.CurrentContext;
        Assert.Multiple(() => Run(name));
        Assert.That(TestExecutionContext.CurrentContext, Is.SameAs(here));
    }

    /// <summary>A case on a device that never answers a suspend, with less time for that command and then with less for another.</summary>
    [Test]
    public void A_command_without_an_answer_is_given_up_at_its_own_time()
    {
        var cases = CaseCatalogue.Load();
        var silent = cases.Find("vfio-state-machine/A_command_without_an_answer_is_never_taken_for_done(Hmlm,0)")!;
        var settings = SimulatedDevices.Default;
        CaseRecord With(string command, int seconds) => cases.Run(
            silent,
            settings with { Limits = settings.Limits with { Commands = new() { [command] = Duration.FromSeconds(seconds) } } });
        var (whole, brief, other) = (With("migration-send", 10), With("migration-send", 1), With("identify", 1));
        Assert.That(new[] { whole.Verdict, brief.Verdict, other.Verdict }, Is.All.EqualTo(Verdict.Pass), brief.ToString());
        Assert.That(whole.WorldNs - brief.WorldNs, Is.EqualTo(9_000_000_000));
        Assert.That(other.WorldNs, Is.EqualTo(whole.WorldNs));
    }

    [TestCase(nameof(MetaCases.Passes), TestStatus.Passed)]
    [TestCase(nameof(MetaCases.Warns), TestStatus.Warning)]
    [TestCase(nameof(MetaCases.Fails), TestStatus.Failed)]
    [TestCase(nameof(MetaCases.Looks_at_half_of_it), TestStatus.Failed)]
    [TestCase(nameof(MetaCases.Throws), TestStatus.Failed)]
    [TestCase(nameof(MetaCases.Waits_for_ever), TestStatus.Failed)]
    [TestCase(nameof(MetaCases.Needs_what_is_not_there), TestStatus.Skipped)]
    public void As_a_test_only_what_was_shown_to_hold_passes(string name, TestStatus status)
    {
        CaseSettings.Current = SimulatedDevices.Default with { Limits = new() { Time = Duration.FromMilliseconds(500) } };
        var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
        var all = runner.Load(
            typeof(MetaCases).Assembly, new Dictionary<string, object> { ["NumberOfTestWorkers"] = 0, ["LOAD"] = new[] { typeof(MetaCases).FullName! } });
        var result = runner.Run(TestListener.NULL, TestFilter.FromXml($"<filter><id>{Leaf(all, name).Id}</id></filter>"));
        while (result.HasChildren) result = result.Children.Single();
        Assert.That(result.ResultState.Status, Is.EqualTo(status), result.Message);
        if (status == TestStatus.Skipped) Assert.That(result.Message, Does.Contain("bit 99"));
    }

    [Test]
    public void A_finding_names_requirement_path_and_what_was_seen()
    {
        var finding = Run(nameof(MetaCases.Fails)).Findings.Single();
        Assert.That((finding.Requirement, finding.Path, finding.Observed, finding.Expected), Is.EqualTo(("LM-SUSP-01", "here", "1", "2")));
    }

    [Test]
    public void A_case_that_a_device_does_not_support_is_run_on_the_next()
    {
        var tried = new List<string>();
        var settings = SimulatedDevices.Default;
        CaseDevice Named(string name) => new(name, (world, medium) =>
        {
            tried.Add(name);
            return name == "second" ? settings.Devices[0].Create(world, medium) : null;
        });
        var record = _meta.Run(_meta.Find("suspend/Cannot_set_up")!, settings with { Devices = [Named("first"), Named("second"), Named("third")] });
        Assert.That((record.Device, record.Verdict), Is.EqualTo(("second", Verdict.Inconclusive)));
        Assert.That(tried, Is.EqualTo(new[] { "first", "second" }));
    }

    [Test]
    public void A_case_runs_again_and_again_with_the_same_observations()
    {
        static string Text(CaseRecord record)
        {
            using var writer = new StringWriter();
            record.Journal.Write(writer);
            return writer.ToString();
        }

        var first = Text(Run("Takes_arguments(2)"));
        Assert.That(Text(Run("Takes_arguments(2)")), Is.EqualTo(first).And.Not.Empty);
    }

    private static ITest Leaf(ITest test, string name) =>
        test.IsSuite ? test.Tests.Select(it => Leaf(it, name)).FirstOrDefault(it => it.Name == name) ?? test : test;

    private static CaseRecord Run(string name) => _meta.Run(
        _meta.Find($"suspend/{name}")!, SimulatedDevices.Default with { Limits = new() { Time = Duration.FromMilliseconds(500) } });
}
