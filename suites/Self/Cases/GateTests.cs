using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>Expected results as a gate that a better result breaks too; and when a run may call a device conformant.</summary>
[TestFixture]
internal sealed class GateTests
{
    private static readonly ExpectedResults s_expected = new()
    {
        Profile = "p",
        Combinations = [],
        Cases = new() { ["a/known"] = Verdict.Fail, ["a/good"] = Verdict.Pass, ["a/hang"] = Verdict.Timeout, ["a/lacks"] = Verdict.NotSupported },
    };

    [TestCase("a/known", Verdict.Fail, ExitCode.Conformant)]
    [TestCase("a/hang", Verdict.Timeout, ExitCode.Conformant)]
    [TestCase("a/good", Verdict.Pass, ExitCode.Conformant)]
    [TestCase("a/new", Verdict.Pass, ExitCode.Conformant)]
    [TestCase("a/new", Verdict.NotSupported, ExitCode.Conformant)]
    [TestCase("a/known", Verdict.Pass, ExitCode.UnexpectedPass)]
    [TestCase("a/hang", Verdict.Warn, ExitCode.UnexpectedPass)]
    [TestCase("a/known", Verdict.Timeout, ExitCode.NonConformant)]
    [TestCase("a/good", Verdict.Fail, ExitCode.NonConformant)]
    [TestCase("a/new", Verdict.Fail, ExitCode.NonConformant)]
    [TestCase("a/good", Verdict.NotSupported, ExitCode.Inconclusive)]
    [TestCase("a/good", Verdict.Inconclusive, ExitCode.Inconclusive)]
    [TestCase("a/good", Verdict.HarnessError, ExitCode.HarnessFailed)]
    [TestCase("a/good", Verdict.Warn, ExitCode.Regression)]
    [TestCase("a/new", Verdict.Warn, ExitCode.Regression)]
    [TestCase("a/good", Verdict.Waived, ExitCode.Conformant)]
    [TestCase("a/lacks", Verdict.NotSupported, ExitCode.Conformant)]
    [TestCase("a/lacks", Verdict.Pass, ExitCode.UnexpectedPass)]
    [TestCase("a/lacks", Verdict.Warn, ExitCode.UnexpectedPass)]
    public void Only_what_is_not_expected_counts(string id, Verdict verdict, ExitCode code)
    {
        CaseRecord[] cases = [CaseRecord.Without(id, verdict, "as told")];
        Assert.That(ExitCodes.Of([], cases, surprises: [.. s_expected.Surprises(cases, [], _ => true)]), Is.EqualTo(code));
    }

    [Test]
    public void A_name_that_there_is_no_more_is_out_of_date_and_one_that_was_not_selected_is_not()
    {
        Assert.That(
            s_expected.Surprises([], [], id => id != "a/hang").Select(it => it.ToString()),
            Is.EqualTo(new[] { "a/hang: expected, and there is no such case or combination" }));
        Assert.That(ExitCodes.Of([], [], surprises: [.. s_expected.Surprises([], [], id => id != "a/hang")]), Is.EqualTo(ExitCode.UnexpectedPass));
    }

    [Test]
    public void A_file_that_a_run_wrote_is_read_back()
    {
        var text = JsonSerializer.Serialize(s_expected, MigrationJson.Readable.ExpectedResults);
        Assert.That(text, Does.Contain("\"a/known\": \"fail\""));
        Assert.That(JsonSerializer.Deserialize(text, MigrationJson.Default.ExpectedResults)!.Cases, Is.EqualTo(s_expected.Cases));
    }

    [TestCase(Verdict.Pass, Verdict.NotSupported, false, false, "conformant")]
    [TestCase(Verdict.Pass, Verdict.Waived, false, false, "conformant")]
    [TestCase(Verdict.Pass, Verdict.Fail, false, false, "non-conformant: 1 must-pass cases did not pass")]
    [TestCase(Verdict.Pass, Verdict.Inconclusive, false, false, "non-conformant: 1 must-pass cases did not pass")]
    [TestCase(Verdict.Pass, null, false, false, "not judged: 1 of 2 must-pass cases were not run")]
    [TestCase(Verdict.Fail, null, false, false, "non-conformant: 1 must-pass cases did not pass")]
    [TestCase(Verdict.Pass, Verdict.Pass, true, false, "not judged: the suite is not that of a commit")]
    [TestCase(Verdict.Pass, Verdict.Pass, null, false, "not judged: the suite is not that of a commit")]
    [TestCase(Verdict.Pass, Verdict.Pass, false, true, "not judged: a bug was planted")]
    public void A_device_is_conformant_when_all_that_must_pass_was_run(Verdict first, Verdict? second, bool? modified, bool defect, string claim)
    {
        List<CaseRecord> cases = [CaseRecord.Without("a/1", first, ""), CaseRecord.Without("a/other", Verdict.Fail, "")];
        if (second is { } verdict) cases.Add(CaseRecord.Without("a/2", verdict, ""));
        Assert.That(ConformanceClaim.Of(["a/1", "a/2"], cases, modified, defect).ToString(), Is.EqualTo(claim));
    }
}
