using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>What is made of findings and figures: gates, and negative controls, which must fail as what they are.</summary>
public sealed class CombinationRecordTests
{
    private static readonly Combination Kind = new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared };

    [Test]
    public void A_gate_on_a_figure_that_was_not_measured_is_inconclusive()
    {
        var plan = Plans.Of(Kind) with { Gates = new GateSettings { DeviceDowntime = Duration.FromMilliseconds(1) } };
        Assert.That(Record(plan, Cycle(device: null)), Is.EqualTo((Verdict.Inconclusive, 0, 1)));
        Assert.That(Record(plan, Cycle(device: 500_000)), Is.EqualTo((Verdict.Pass, 0, 0)));
        Assert.That(Record(plan, Cycle(device: 2_000_000)), Is.EqualTo((Verdict.Pass, 1, 0)));
        Assert.That(Record(plan, Cycle(device: 500_000), Cycle(device: null)), Is.EqualTo((Verdict.Inconclusive, 0, 1)), "measured in one of two");
        Assert.That(Record(plan, Cycle(device: null) with { Outcome = CycleOutcome.Cancelled }).Unmeasured, Is.EqualTo(1), "no migration at all");
    }

    private static (Verdict Verdict, int Broken, int Unmeasured) Record(PlannedCombination plan, params CycleRecord[] cycles)
    {
        var record = CombinationRecord.Of(plan, new CombinationResult { Cycles = cycles });
        return (record.Verdict, record.GatesBroken.Count, record.GatesUnmeasured.Count);
    }

    private static CycleRecord Cycle(long? device) => new()
    {
        Number = 1, From = "A:1", To = "B:1", Outcome = CycleOutcome.Completed, Steps = [], Downtime = new DowntimeRecord { DeviceNs = device },
    };

    [TestCase("LM-POST-01|LOST queue 1", "LM-POST-01", Verdict.Pass, false)]
    [TestCase("LM-POST-01|LOST queue 1", "LOST", Verdict.Pass, false)]
    [TestCase("LM-POST-01|LOST queue 1", "STALE", Verdict.Fail, true, Description = "it failed, but not as what it is")]
    [TestCase("LM-POST-01|LOSTLY", "LOST", Verdict.Fail, true)]
    [TestCase("LM-POST-01|LOST queue 1, LM-MEM-02|a page", "LM-POST-01", Verdict.Fail, false, Description = "something else is wrong too")]
    [TestCase("LM-POST-01|LOST queue 1, LM-MEM-02|a page", "LM-POST-01,LM-MEM-02", Verdict.Pass, false)]
    [TestCase("LM-POST-01|LOST queue 1", "LM-POST-01,LM-MEM-02", Verdict.Warn, true, Description = "one of two is not noticed")]
    [TestCase("", "LM-POST-01", Verdict.Warn, true)]
    public void A_negative_control_must_fail_as_what_it_is_and_in_nothing_else(string found, string names, Verdict verdict, bool unexpectedPass)
    {
        var plan = Plans.Of(Kind with { Expect = Expectation.Fail, MustFind = names.Split(',') });
        var findings = found.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(it => it.Split('|')).Select(it => new Finding
        {
            Verdict = Verdict.Fail, Requirement = it[0], Path = "somewhere", What = it[1],
        });
        var record = CombinationRecord.Of(plan, new CombinationResult { Cycles = [Cycle(device: 1)], Findings = [.. findings] });
        Assert.That((record.Verdict, record.UnexpectedPass), Is.EqualTo((verdict, unexpectedPass)));
    }

    [Test]
    public void What_is_inconclusive_in_a_negative_control_stays_so()
    {
        var plan = Plans.Of(Kind with { Expect = Expectation.Fail, MustFind = ["LM-POST-01"] });
        Finding Of(Verdict verdict, string requirement) => new() { Verdict = verdict, Requirement = requirement, Path = "somewhere", What = "what" };
        var result = new CombinationResult { Cycles = [Cycle(device: 1)], Findings = [Of(Verdict.Fail, "LM-POST-01"), Of(Verdict.Inconclusive, "vacuity")] };
        Assert.That(CombinationRecord.Of(plan, result).Verdict, Is.EqualTo(Verdict.Inconclusive));
        Assert.That(CombinationRecord.Of(plan, result).NotNamed, Is.EqualTo(new[] { "vacuity" }));
    }
}
