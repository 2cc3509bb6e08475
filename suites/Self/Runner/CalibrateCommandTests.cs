using Conformance.Migration;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What calibrate says of observers whose error is known.</summary>
[TestFixture]
public sealed class CalibrateCommandTests
{
    private TestBench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new TestBench();
        _bench.Write("profiles/calibration.yaml", File.ReadAllText(Path.Combine(Repository.Root, "profiles/calibration.yaml")));
    }

    [TearDown]
    public void Close() => _bench.Dispose();

    // Allowed are 50 us, or 2 % of twice what is programmed: of 50 ms 2 ms.
    [TestCase("100us", 49, ExitCode.Conformant)]
    [TestCase("100us", 51, ExitCode.Regression)]
    [TestCase("1ms", -51, ExitCode.Regression)]
    [TestCase("50ms", 1_999, ExitCode.Conformant)]
    [TestCase("50ms", 2_001, ExitCode.Regression)]
    public void An_error_is_allowed_to_its_limit(string at, int microseconds, ExitCode code)
    {
        _bench.Runner = (plan, _, _) => Cycles(plan, plan.Sweep!.Value == at ? microseconds : 0, tainted: false);
        Assert.That(_bench.Run("calibrate"), Is.EqualTo(code));
        Assert.That(_bench.Out.Contains("NOT WITHIN"), Is.EqualTo(code == ExitCode.Regression));
        Assert.That(_bench.Out, Does.Contain("300 of 300"));
    }

    [Test]
    public void Of_tainted_samples_nothing_is_known()
    {
        _bench.Runner = (plan, _, _) => Cycles(plan, 0, tainted: true);
        Assert.That(_bench.Run("calibrate"), Is.EqualTo(ExitCode.Inconclusive));
        Assert.That(_bench.Out, Does.Contain("0 of 300"));
    }

    /// <summary>300 us are the suite's; a move has two suspends.</summary>
    private static CombinationResult Cycles(PlannedCombination plan, int errorUs, bool tainted)
    {
        var ns = 300_000 + (2 * (long)plan.Sweep!.Number!.Value) + (errorUs * 1000L);
        var good = TestBench.Good(plan);
        return good with
        {
            Cycles =
            [
                .. Enumerable.Range(1, plan.Cycles).Select(number => good.Cycles[0] with
                {
                    Number = number, Downtime = new DowntimeRecord { GuestNs = ns, OrchestratorNs = ns, SuspendedNs = ns, DeviceNs = ns },
                    Taints = tainted ? [Taint.ContextSwitch] : [],
                }),
            ],
        };
    }
}
