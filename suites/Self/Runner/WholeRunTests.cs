using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// The program with its real bench, from the words of a user to the files of a run. Not whether the verdicts are right: the oracles have
/// tests of their own.
/// </summary>
[TestFixture]
public sealed class WholeRunTests
{
    private TestBench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new TestBench { Runner = null };
        _bench.Write("profiles/whole.yaml", """
            device:
              sim:
                migration: { vendor-state: { supported: true } }
                namespaces: [{ blocks: 512 }]
                timing: { read: 80us, write: 20us, flush: 50us, other-io: 30us }
            guest: { queues: 2, depth: 8 }
            dwell: { before: 500us, after: 500us }
            defaults: { commands: hmlm, medium: shared, cycles: 2 }
            combinations:
              mediated: { admin-queue: mediated }
              carried: { admin-queue: carried }
              local: { medium: local }
              copied: { guest-memory: copied }
            """);
    }

    [TearDown]
    public void Close() => _bench.Dispose();

    [Test]
    public void TheSameProfileAndSeedOnTheVirtualClockGiveTheSameVerdictsByteForByte()
    {
        var first = _bench.Run("run", "whole", "--out", _bench.PathOf("a"));
        var again = _bench.Run("run", "whole", "--out", _bench.PathOf("b"));
        _bench.Run("run", "whole", "--out", _bench.PathOf("c"), "--seed", "2");
        Assert.That(again, Is.EqualTo(first));
        Assert.That(File.ReadAllBytes(_bench.PathOf("b/verdicts.json")), Is.EqualTo(File.ReadAllBytes(_bench.PathOf("a/verdicts.json"))));
        Assert.That(_bench.Read("c/verdicts.json"), Is.Not.EqualTo(_bench.Read("a/verdicts.json")));
    }

    [Test]
    public void ACombinationRunsTheSameAlone()
    {
        _bench.Run("run", "whole", "--out", _bench.PathOf("a"));
        _bench.Run("run", "whole", "--out", _bench.PathOf("b"), "--only", "carried");
        var alone = _bench.Read("b/verdicts.json");
        var begin = alone.IndexOf("\"name\": \"carried\"", StringComparison.Ordinal);
        var part = alone[begin..alone.IndexOf("\n    }", begin, StringComparison.Ordinal)];
        Assert.That(part, Does.Contain("blocks-verified"));
        Assert.That(_bench.Read("a/verdicts.json"), Does.Contain(part));
    }

    [Test]
    public void AKeptStateCanBeInspected()
    {
        _bench.Run("run", "whole", "--only", "mediated", "--out", _bench.PathOf("a"));
        var state = Directory.GetFiles(_bench.PathOf("a/states"))[0];
        Assert.That(_bench.Run("inspect", state), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain("nvme.sq[1].head"));
    }

    [Test]
    public void ADeviceThatCannotBeBuiltIsTheProfilesFaultAndIsToldBeforeAnythingRuns()
    {
        Assert.That(_bench.Run("run", "whole", "--set", "device.sim.capabilities.mps-min=9"), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Is.EqualTo(
            "--set device.sim.capabilities.mps-min=9: device.sim.capabilities.mps-min must not be above mps-max\n"));
        Assert.That(_bench.PathOf("reports"), Does.Not.Exist);
    }
}
