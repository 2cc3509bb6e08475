using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>What a guest has set is still set after the move, and was not what any controller has anyway.</summary>
public sealed class FeatureTests
{
    private static readonly Combination Mediated = new()
    {
        Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, AdminQueue = AdminQueueKind.Mediated,
    };

    [TestCase(FeatureId.Arbitration)]
    [TestCase(FeatureId.InterruptCoalescing)]
    [TestCase(FeatureId.InterruptVectorConfiguration)]
    [TestCase(FeatureId.WriteAtomicityNormal)]
    [TestCase(FeatureId.AsynchronousEventConfiguration)]
    [TestCase(FeatureId.SoftwareProgressMarker)]
    public void A_feature_that_is_not_carried_is_found(FeatureId lost)
    {
        var result = new CombinationRun(Plans.Of(Mediated), (world, plan) =>
            Plans.NewPair(world, plan) with { MediatorSteps = new MediatorSteps { Replay = new ForgetfulReplay(lost) } }).Execute(CancellationToken.None);
        Assert.That(result.Findings().Select(it => it.Requirement).Distinct(), Is.EqualTo(new[] { "LM-POST-11" }));
        Assert.That(result.Findings().Select(it => it.Path), Is.All.StartsWith($"guest.feature.{(byte)lost:x2}h"));
    }

    [Test]
    public void A_device_that_lets_nothing_be_set_shows_nothing_of_features()
    {
        byte[] all = [1, 4, 5, 6, 8, 9, 0xA, 0xB, 0xE, 0x16, 0x80, 0x81];
        var result = Plans.Run(Mediated, Plans.Device with { Capabilities = Plans.Device.Capabilities with { FixedFeatures = all } });
        Assert.That(result.Findings().Select(it => (it.Verdict, it.Path)), Is.EqualTo(new[] { (Verdict.Inconclusive, "guest.features") }));
    }

    private sealed class ForgetfulReplay(FeatureId lost) : ReplayStep
    {
        public override ValueTask<Outcome> RunAsync(NvmeController destination, IReadOnlyList<FeatureSetting> settings, long now) =>
            base.RunAsync(destination, [.. settings.Where(it => it.Fid != lost)], now);
    }
}
