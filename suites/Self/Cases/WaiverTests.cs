using Conformance.Migration;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>What a waiver excuses, for whom and until when; and that one which outlives its failure is told.</summary>
[TestFixture]
internal sealed class WaiverTests
{
    private const string One = """
        waivers:
          - cases: suspend/*
            vendor: 0x1234
            model: Example*
            firmware: { from: "1.0", to: "1.3" }
            reason: one too low
            link: https://example.org/17
            owner: somebody
            expires: 2030-01-31

        """;

    private static readonly DeviceIdentity s_device = new(0x1234, "Example 9", "1.2");

    private static readonly DateOnly s_today = new(2030, 1, 31);

    [TestCase(Verdict.Fail)]
    [TestCase(Verdict.Warn)]
    [TestCase(Verdict.Inconclusive)]
    [TestCase(Verdict.Timeout)]
    [TestCase(Verdict.Crash)]
    public void A_failure_that_is_named_is_excused_and_keeps_what_was_found(Verdict found)
    {
        var (cases, stale) = Apply(One, Case("suspend/a", found), Case("resume/a", found));
        Assert.That(cases.Select(it => it.Verdict), Is.EqualTo(new[] { Verdict.Waived, found }));
        Assert.That(cases[0].Found, Is.EqualTo(found));
        Assert.That(cases[0].Reason, Does.EndWith("waived until 2030-01-31 by somebody: one too low (https://example.org/17)"));
        Assert.That(stale, Is.Empty);
        Assert.That(Runner.ExitCodes.Of([], [cases[0]], stale.Count > 0), Is.EqualTo(Runner.ExitCode.Conformant));
    }

    [Test]
    public void That_the_suite_failed_is_excused_by_nobody() =>
        Assert.That(Apply(One, Case("suspend/a", Verdict.HarnessError)).Cases[0].Verdict, Is.EqualTo(Verdict.HarnessError));

    [TestCase(0x1235, "Example 9", "1.2")]
    [TestCase(0x1234, "Other", "1.2")]
    [TestCase(0x1234, "Example 9", "0.9")]
    [TestCase(0x1234, "Example 9", "1.31")]
    public void Another_device_is_not_excused_and_the_waiver_is_not_out_of_date(int vendor, string model, string firmware)
    {
        var (cases, stale) = Apply(One, Case("suspend/a", Verdict.Fail) with { Identity = new((ushort)vendor, model, firmware) });
        Assert.That(cases[0].Verdict, Is.EqualTo(Verdict.Fail));
        Assert.That(stale, Is.Empty);
    }

    [Test]
    public void A_case_whose_process_died_is_taken_for_one_of_the_devices_of_the_run()
    {
        var (cases, _) = Apply(One, Case("suspend/a", Verdict.Crash) with { Identity = null }, Case("resume/a", Verdict.Pass));
        Assert.That(cases[0].Verdict, Is.EqualTo(Verdict.Waived));
    }

    [Test]
    public void One_that_has_expired_excuses_nothing_and_is_told()
    {
        var (cases, stale) = Apply(One.Replace("2030-01-31", "2030-01-30"), Case("suspend/a", Verdict.Fail));
        Assert.That(cases[0].Verdict, Is.EqualTo(Verdict.Fail));
        Assert.That(stale, Is.EqualTo(new[] { "waiver of suspend/* (somebody): expired on 2030-01-30" }));
    }

    [Test]
    public void One_that_names_no_case_or_what_passes_or_is_not_needed_is_told()
    {
        Assert.That(Apply(One.Replace("suspend/*", "susp/*"), Case("suspend/a", Verdict.Fail)).Stale[0], Does.EndWith("there is no such case"));
        Assert.That(
            Apply(One, Case("suspend/a", Verdict.Fail), Case("suspend/b", Verdict.Pass)).Stale,
            Is.EqualTo(new[] { "waiver of suspend/* (somebody): suspend/b passes" }));
        Assert.That(Apply(One, Case("suspend/a", Verdict.NotSupported)).Stale, Is.EqualTo(new[] { "waiver of suspend/* (somebody): it was not needed" }));
        Assert.That(Runner.ExitCodes.Of([], [Case("suspend/a", Verdict.Pass)], staleWaivers: true), Is.EqualTo(Runner.ExitCode.UnexpectedPass));
    }

    [TestCase("waivers: [{ cases: a }]", "w.yaml:1:11: missing key 'reason' in waivers[0], text")]
    [TestCase("waivers: [{ case: a }]", "w.yaml:1:13: unknown key 'case' in waivers[0]; the nearest is 'cases'")]
    [TestCase("", "w.yaml:1:1: a mapping with waivers is expected; there is none here")]
    public void A_wrong_file_is_told_with_its_place(string text, string expected) =>
        Assert.That(WaiverFile.Read(text, "w.yaml").Errors.Select(it => it.ToString()), Does.Contain(expected));

    [Test]
    public void A_day_that_there_is_not_is_told() =>
        Assert.That(WaiverFile.Read(One.Replace("01-31", "02-31"), "w.yaml").Errors.Single().ToString(), Is.EqualTo("w.yaml:9:5: '2030-02-31' is no day"));

    [Test]
    public void What_is_shipped_can_be_read_and_is_about_cases_that_there_are()
    {
        var cases = CaseCatalogue.Load().Cases;
        Assert.That(WaiverFile.Shipped.Where(it => !cases.Any(one => CaseGlob.Matches(it.Cases, one.Id))), Is.Empty);
        Assert.That(MustPass.Frozen, Is.SubsetOf(cases.Select(it => it.Id)), "./run.sh list --must-pass > suites/Conformance/mustpass.txt");
    }

    private static Waived Apply(string yaml, params CaseRecord[] cases)
    {
        var (waivers, errors) = WaiverFile.Read(yaml, "w.yaml");
        Assert.That(errors, Is.Empty);
        return Waived.Apply(waivers, cases, pattern => cases.Any(it => CaseGlob.Matches(pattern, it.Id)), s_today);
    }

    private static CaseRecord Case(string id, Verdict verdict) => CaseRecord.Without(id, verdict, "as told") with { Identity = s_device };
}
