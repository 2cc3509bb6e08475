using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self.Report;

public sealed class ReportPageTests
{
    [Test]
    public void AReportOfManyCasesAndCyclesIsBelowTwoMegabytes()
    {
        var page = RunPage.Write(SampleRun.Of(combinations: 1, cycles: 100, cases: 500, requirements: 500));
        Assert.That(Encoding.UTF8.GetByteCount(page), Is.InRange(100_000, 2_000_000));
        var many = RunPage.Write(SampleRun.Of(combinations: 89, cycles: 30, cases: 500, requirements: 500));
        Assert.That(Encoding.UTF8.GetByteCount(many), Is.InRange(100_000, 2_000_000));
        Assert.That(many, Does.Contain("of the first 12 of 89 combinations").And.Contain("id=\"c88\""));
    }

    [Test]
    public void ThePageAsksNobodyForAnything()
    {
        var page = RunPage.Write(SampleRun.Of(cases: 50, requirements: 50, sweep: true));
        Assert.That(page, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("src=").And.Not.Contain("url(").And.Not.Contain("@import"));
        Assert.That(Regex.Matches(page, "href=\"([^\"]*)\"").Select(it => it.Groups[1].Value), Has.All.StartsWith("#").And.Some.EqualTo("#environment"));
    }

    [Test]
    public void EveryLinkOfThePageLeadsSomewhere()
    {
        var page = RunPage.Write(SampleRun.Of(cases: 50, requirements: 50, sweep: true));
        var ids = Regex.Matches(page, " id=\"([^\"]*)\"").Select(it => it.Groups[1].Value).ToList();
        Assert.That(Regex.Matches(page, "href=\"#([^\"]*)\"").Select(it => it.Groups[1].Value).Distinct(), Is.SubsetOf(ids).And.Not.Empty);
        Assert.That(ids, Is.Unique);
    }

    /// <summary>What cannot be scrolled or opened is all there: the rule stands behind the one for the screen, which it changes.</summary>
    [Test]
    public void OnPaperNoColumnIsCutAndNothingIsClosed()
    {
        var page = RunPage.Write(SampleRun.Of(combinations: 1, cycles: 3, cases: 3));
        var print = page.IndexOf("@media print", StringComparison.Ordinal);
        Assert.That(page.LastIndexOf(".wide { overflow-x: auto", StringComparison.Ordinal), Is.InRange(0, print));
        var rules = page[print..page.IndexOf("</style>", StringComparison.Ordinal)];
        Assert.That(rules, Does.Contain(".wide { overflow: visible; }").And.Contain("details::details-content { display: block; content-visibility: visible; }"));
        // A table that goes over several pages has its headings on each.
        foreach (var heading in (string[])["<th>combination<th>", "<th class=\"n\">cycle<th>route", "<th>case<th>verdict"]) Assert.That(page, Does.Contain($"<thead><tr>{heading}"));
        Assert.That(Regex.Count(page, "<thead>"), Is.EqualTo(Regex.Count(page, "</thead>")));
        Assert.That(Regex.Count(page, "<tbody>"), Is.EqualTo(Regex.Count(page, "</tbody>")).And.EqualTo(Regex.Count(page, "<thead>")));
    }

    [Test]
    public void WhatCameFromOutsideIsText()
    {
        var run = SampleRun.Of(combinations: 1);
        const string Hostile = "<img src=x onerror=alert(1)>";
        run = run with
        {
            Plan = run.Plan with { Name = Hostile, Combinations = [.. run.Plan.Combinations.Select(it => it with { Name = Hostile })] },
            Combinations = [run.Combinations[0] with { Name = Hostile }],
            Cases = [CaseRecord.Without($"a/{Hostile}", Verdict.Crash, Hostile)],
            Requirements = [new RequirementRecord { Id = Hostile, Area = $"\"{Hostile}", Level = Hostile, Status = Hostile, Text = Hostile }],
        };
        var page = RunPage.Write(run);
        Assert.That(page, Does.Not.Contain("<img").And.Contain("&lt;img src=x"));
        Assert.That(page, Does.Contain("data-area=\"&quot;&lt;img"));
    }

    [Test]
    public void TheFirstScreenAnswersTheThreeQuestions()
    {
        var page = RunPage.Write(SampleRun.Of(combinations: 1, cycles: 30)).Replace("\n", "");
        Assert.That(page, Does.Contain("Is all state moved and intact?</h2><p class=\"word\">Yes</p>").And.Contain("Is all data intact?</h2><p class=\"word\">Yes</p>"));
        Assert.That(page, Does.Contain("61.4k blocks were read after 30 migrations"));
        Assert.That(page, Does.Match("The guest stood still for 8[0-9]+ us \\(median, 95 % interval 8[0-9]+ us to 9?8?[0-9]+ us, n=30; at most 9[0-9]+ us\\)"));
        Assert.That(page, Does.Contain("The load completed 240k commands a second"));
        Assert.That(page, Does.Contain("Simulated NVM Subsystem</b>, vendor 1de5h, firmware 1.0"));
    }

    [TestCase("LM-MED-01", "Yes", "No")]
    [TestCase("LM-POST-01", "No", "Yes")]
    public void AFailureIsTheAnswerToItsQuestionAlone(string requirement, string state, string data)
    {
        var run = SampleRun.Of(combinations: 1);
        var result = run.Combinations[0].Result with { Findings = [SampleRun.Finding(requirement, "one is not two")] };
        run = run with { Combinations = [CombinationRecord.Of(run.Plan.Combinations[0], result)], Verdict = Verdict.Fail };
        var page = RunPage.Write(run).Replace("\n", "");
        Assert.That(page, Does.Contain($"Is all state moved and intact?</h2><p class=\"word\">{state}</p>").And.Contain($"Is all data intact?</h2><p class=\"word\">{data}</p>"));
        Assert.That(page, Does.Contain("Again: <code>./run.sh run sample --seed 1 --only local-0 --set guest.depth=4</code>"));
    }

    [Test]
    public void WithoutAMigrationNothingIsSaidToBeIntact()
    {
        var page = RunPage.Write(SampleRun.Of(combinations: 1, cycles: 0)).Replace("\n", "");
        Assert.That(page, Does.Contain("Is all data intact?</h2><p class=\"word\">Not shown</p>").And.Contain("Not measured"));
        Assert.That(page, Does.Not.Contain("<p class=\"word\">Yes"));
    }

    [Test]
    public void WhatANegativeControlBreaksIsNoFailureOfTheDevice()
    {
        var run = SampleRun.Of(combinations: 2);
        var control = run.Plan.Combinations[1] with { Expect = Expectation.Fail, MustFind = ["LM-MED-01"] };
        var broken = CombinationRecord.Of(control, run.Combinations[1].Result with { Findings = [SampleRun.Finding("LM-MED-01", "lost")] });
        run = run with { Plan = run.Plan with { Combinations = [run.Plan.Combinations[0], control] }, Combinations = [run.Combinations[0], broken] };
        var page = RunPage.Write(run).Replace("\n", "");
        Assert.That(page, Does.Contain("Is all data intact?</h2><p class=\"word\">Yes</p>").And.Not.Contain("id=\"failures\""));
    }

    [Test]
    public void OnTheMachinesClockAFigureNearTheSuitesOwnCostIsMarked()
    {
        var real = RunPage.Write(SampleRun.Of(clock: ClockKind.Real)).Replace("\n", "");
        Assert.That(real, Does.Contain("href=\"#cost\">near</a>").And.Contain("A command of the load costs 1.50 us"));
        var virtualClock = RunPage.Write(SampleRun.Of()).Replace("\n", "");
        Assert.That(virtualClock, Does.Not.Contain("href=\"#cost\">near</a>").And.Contain("id=\"cost\""));
    }

    [Test]
    public void AFigureIsHeldAgainstTheCostOfMovesLikeItsOwn()
    {
        var run = SampleRun.Of(clock: ClockKind.Real);
        // Of the second the drain is the suite's, which the first does not have; of a third nothing is known.
        var drain = SampleRun.Cost("local-1") with { Steps = [new StepCost(CycleStep.Drain, 20_000)], GuestDowntimeNs = 1_000, OrchestratorDowntimeNs = 1_000 };
        run = run with { Costs = [SampleRun.Cost("local-0"), drain, SampleRun.Cost("other") with { Cycles = 0 }] };
        var page = RunPage.Write(run).Replace("\n", "");
        var (table, cost) = (Part(page, "id=\"combinations\"", "</table>"), Part(page, "id=\"cost\"", "id=\"environment\""));
        Assert.That(Regex.Count(Part(table, "local-0", "</tr>"), ">near<"), Is.EqualTo(2), "the guest's downtime, and the load");
        Assert.That(Regex.Count(Part(table, "local-1", "</tr>"), ">near<"), Is.EqualTo(1), "the load");
        Assert.That(Regex.Matches(cost, "<summary><b>([^<]*)</b>").Select(it => it.Groups[1].Value), Is.EqualTo(new[] { "local-0", "local-1" }));
        Assert.That(Part(cost, "<b>local-1</b>", "</details>"), Does.Contain("<td>drain<td class=\"n\">20.0 us<td class=\"n\">130 us <span class=\"near\">near").And.Not.Contain("suspend"));
        Assert.That(Part(cost, "<b>local-0</b>", "</details>"), Does.Not.Contain("drain"));
        Assert.That(cost, Does.Contain("<b>other</b>: a simulated device could not be moved so, or not in time."));
        var summary = Conformance.Report.Export.Markdown.Write(run);
        Assert.That(summary, Does.Contain("- local-0: not 10 times what the suite itself costs: guest downtime (90.0 us), commands a second (1.50 us each)"));
        Assert.That(summary, Does.Contain("- local-1: not 10 times what the suite itself costs: commands a second (1.50 us each)\n"));
    }

    [Test]
    public void WhatMakesFiguresDoubtfulStandsBesideThem()
    {
        var run = SampleRun.Of(combinations: 1, clock: ClockKind.Real);
        var result = run.Combinations[0].Result;
        result = result with
        {
            Cycles = [.. result.Cycles.Select((it, i) => i < 4 ? it with { Taints = [Taint.ContextSwitch] } : it)],
            Steady = SteadyState.Of(SteadyFigure.Throughput, [100, 100, 100, 100, 200], isCompiled: true),
        };
        run = run with { Combinations = [CombinationRecord.Of(run.Plan.Combinations[0], result)] };
        var page = RunPage.Write(run).Replace("\n", "");
        Assert.That(page, Does.Contain("4 of 12 samples are tainted (context-switch 4).").And.Contain("over the 20 % of gates.tainted: nothing is known of its figures").And.Contain("href=\"#c0\">tainted</a>"));
        Assert.That(page, Does.Contain("Samples of 1 of 1 combinations are tainted").And.Contain("throughput of the load was not steady when it was measured: after 5 rounds"));
        Assert.That(Conformance.Report.Export.Markdown.Write(run), Does.Contain("4 of 12 samples are tainted"));
        Assert.That(RunPage.Write(SampleRun.Of()), Does.Not.Contain("tainted"));
    }

    [Test]
    public void TheMatrixHasARowForEachRequirementAndWhatTheFiltersAskFor()
    {
        var page = RunPage.Write(SampleRun.Of(requirements: 50));
        Assert.That(Regex.Count(page, "<tr data-level=\"(mandatory|optional)\" data-area=\"(suspend|state)\" data-verdict=\"(pass|not looked at)\""), Is.EqualTo(50));
        Assert.That(Regex.Count(page, "data-verdict=\"not looked at\""), Is.EqualTo(10));
        Assert.That(page, Does.Contain("<select name=\"level\">").And.Contain("<select name=\"area\">").And.Contain("<option>not looked at</option>"));
    }

    private static string Part(string page, string from, string to)
    {
        var begin = page.IndexOf(from, StringComparison.Ordinal);
        Assert.That(begin, Is.Not.Negative, from);
        return page[begin..page.IndexOf(to, begin, StringComparison.Ordinal)];
    }

    [Test]
    public void ARecordThatWasWrittenAndReadGivesTheSamePage()
    {
        var run = SampleRun.Of(combinations: 2, cases: 20, requirements: 20, sweep: true);
        var again = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(run, MigrationJson.Readable.RunRecord), MigrationJson.Default.RunRecord)!;
        Assert.That(RunPage.Write(again), Is.EqualTo(RunPage.Write(run)));
    }
}
