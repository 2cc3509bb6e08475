using Conformance.Migration;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class ExitCodeTests
{
    /// <summary>The order as the design states it, written again here.</summary>
    private static readonly int[] s_worstFirst = [70, 1, 4, 3, 2, 0];

    [Test]
    public void OfAnyTwoTheWorseWins()
    {
        for (var worse = 0; worse < s_worstFirst.Length; worse++)
        {
            for (var better = worse; better < s_worstFirst.Length; better++)
            {
                var (a, b) = ((ExitCode)s_worstFirst[worse], (ExitCode)s_worstFirst[better]);
                Assert.That(ExitCodes.Worst([a, b]), Is.EqualTo(a));
                Assert.That(ExitCodes.Worst([b, a]), Is.EqualTo(a));
            }
        }
    }

    [Test]
    public void NothingSelectedIsNoSuccess()
    {
        Assert.That(ExitCodes.Worst([]), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(ExitCodes.Of([]), Is.EqualTo(ExitCode.Inconclusive));
    }

    [TestCase(Verdict.Pass, ExitCode.Conformant)]
    [TestCase(Verdict.Warn, ExitCode.Conformant)]
    [TestCase(Verdict.Waived, ExitCode.Conformant)]
    [TestCase(Verdict.Skipped, ExitCode.Inconclusive)]
    [TestCase(Verdict.NotSupported, ExitCode.Inconclusive)]
    [TestCase(Verdict.Inconclusive, ExitCode.Inconclusive)]
    [TestCase(Verdict.Fail, ExitCode.NonConformant)]
    [TestCase(Verdict.Timeout, ExitCode.NonConformant)]
    [TestCase(Verdict.Crash, ExitCode.NonConformant)]
    [TestCase(Verdict.HarnessError, ExitCode.HarnessFailed)]
    public void EachVerdictAloneEarnsItsCode(Verdict verdict, ExitCode expected) =>
        Assert.That(ExitCodes.Of([Record(verdict)]), Is.EqualTo(expected));

    [Test]
    public void WhatWasNotDoneDoesNotSpoilWhatPassed()
    {
        Assert.That(ExitCodes.Of([Record(Verdict.Pass), Record(Verdict.NotSupported), Record(Verdict.Skipped)]),
            Is.EqualTo(ExitCode.Conformant));
        Assert.That(ExitCodes.Of([Record(Verdict.Pass), Record(Verdict.Inconclusive)]), Is.EqualTo(ExitCode.Inconclusive));
    }

    [Test]
    public void TheWorstVerdictOfSeveralIsTheMostSevere()
    {
        Assert.That(Verdicts.Worst([Verdict.Pass, Verdict.Fail, Verdict.Inconclusive]), Is.EqualTo(Verdict.Fail));
        Assert.That(Verdicts.Worst([Verdict.Pass, Verdict.NotSupported]), Is.EqualTo(Verdict.Pass));
        Assert.That(Verdicts.Worst([]), Is.EqualTo(Verdict.Skipped));
    }

    private static CombinationRecord Record(Verdict verdict) => new()
    {
        Name = "a",
        Seed = 1,
        Found = verdict,
        Verdict = verdict,
        UnexpectedPass = false,
        GatesBroken = [],
        Result = new CombinationResult(),
    };
}
