using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Health;

/// <summary>The SMART / Health log counts what was done, and tells how the device is; thresholds turn that into events.</summary>
[TestFixture]
internal sealed class SmartHealthTests
{
    private static readonly AsynchronousEvent TooHot = AsynchronousEvent.Of(HealthEvent.TemperatureThreshold);

    private static SimulatedPairOptions Of(SimulatedHealth? health = null, SimulatedTiming? timing = null) => new()
    {
        Device = new() { Health = health ?? new(), Timing = timing ?? new() },
    };

    private static Task<SmartHealthLog> Smart(RawHost host, uint nsid = 0) => host.Log<SmartHealthLog>(LogId.SmartHealth, nsid: nsid);

    private static uint Threshold(ushort kelvins, ThresholdType type = ThresholdType.Over, byte sensor = 0, byte hysteresis = 0) =>
        new TemperatureThresholdFeature { Threshold = kelvins, Type = type, Sensor = sensor, Hysteresis = hysteresis }.Raw;

    [Test]
    public void Commands_and_data_are_counted_per_controller() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var io = await vf.CreateQueues(1);
        var data = vf.Take(8192);
        // 63 x 2 blocks of 4096 bytes are 1008 units of 512.
        for (var i = 0; i < 63; i++) await vf.Io(io, NvmCommand.Write(1, 0, 1), data);
        await vf.Io(io, NvmCommand.Read(1, 0, 0), data);
        await vf.Io(io, NvmCommand.Read(1, 65536, 0), data);
        var log = await Smart(vf);
        Assert.That((log.Duw, log.Hwc), Is.EqualTo(((UInt128)2, (UInt128)63)), "rounded up");
        Assert.That((log.Dur, log.Hrc), Is.EqualTo((UInt128.One, UInt128.One)), "one that failed does not count");
        Assert.That(log.Neile, Is.EqualTo(UInt128.One));
        Assert.That((await Smart(pf)).Hwc, Is.EqualTo(UInt128.Zero));
        await vf.Disable();
        await vf.Enable();
        Assert.That((await Smart(vf)).Hwc, Is.EqualTo((UInt128)63), "for life");
    });

    [Test]
    public void Busy_time_and_hours_go_with_the_clock() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1);
            var data = vf.Take(8192);
            // Two that overlap for half of their time: three minutes in all.
            vf.Submit(io, NvmCommand.Read(1, 0, 0), data);
            await rig.World.After(60_000_000_000);
            vf.Submit(io, NvmCommand.Read(1, 0, 0), data);
            await rig.World.After(200_000_000_000);
            var log = await Smart(vf);
            Assert.That((log.Cbt, log.Poh, log.Pwrc, log.Upl), Is.EqualTo(((UInt128)3, (UInt128)7, (UInt128)9, (UInt128)2)));
        },
        Of(new() { PowerOnHours = 7, PowerCycles = 9, UnexpectedPowerLosses = 2 }, new() { Read = new(120_000_000_000) }));

    [Test]
    public void A_threshold_is_told_once_and_again_after_it_was_left() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, 2);
            var (first, second) = (await vf.AskForEvent(), await vf.AskForEvent());
            await rig.World.At(1_000_000_000);
            Assert.That(await vf.Event(first), Is.EqualTo(TooHot));
            var log = await Smart(vf);
            Assert.That((log.Cw.Raw, log.Ctemp, log.Tsen[0]), Is.EqualTo(((byte)2, (ushort)350, (ushort)350)));
            await rig.World.At(2_000_000_000);
            await vf.Silence();
            await rig.World.At(3_000_000_000);
            Assert.That((await Smart(vf)).Cw.Raw, Is.Zero);
            await rig.World.At(4_000_000_000);
            Assert.That(await vf.Event(second), Is.EqualTo(TooHot));
        },
        Of(new()
        {
            Changes =
            [
                new() { After = new(900_000_000), Temperature = 350 }, new() { After = new(1_900_000_000), Temperature = 351 },
                new() { After = new(2_900_000_000), Temperature = 320 }, new() { After = new(3_900_000_000), Temperature = 343 },
            ],
        }));

    [Test]
    public void Hysteresis_holds_the_condition_and_its_end_is_told() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, 0x1_0000);
            await vf.SetFeature(FeatureId.TemperatureThreshold, Threshold(330, hysteresis: 4));
            Assert.That(await vf.Feature(FeatureId.TemperatureThreshold), Is.EqualTo(Threshold(330, hysteresis: 4)));
            var asked = await vf.AskForEvent();
            await rig.World.At(2_000_000_000);
            Assert.That((await Smart(vf)).Cw.TemperatureThreshold, Is.True, "327 is within the hysteresis");
            await rig.World.At(3_000_000_000);
            Assert.That(await vf.Event(asked), Is.EqualTo(AsynchronousEvent.Of(ImmediateEvent.TemperatureThresholdHysteresisRecovery)));
            Assert.That((await Smart(vf)).Cw.Raw, Is.Zero);
            Assert.That(
                (await vf.Do(AdminCommand.SetFeatures((byte)FeatureId.TemperatureThreshold, Threshold(330, hysteresis: 6)))).Status,
                Is.EqualTo(Status.InvalidField));
        },
        Of(new()
        {
            Changes =
            [
                new() { After = new(900_000_000), Temperature = 335 }, new() { After = new(1_900_000_000), Temperature = 327 },
                new() { After = new(2_900_000_000), Temperature = 325 },
            ],
        }));

    [Test]
    public void Each_sensor_has_thresholds_of_its_own() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        Assert.That(await vf.Feature(FeatureId.TemperatureThreshold), Is.EqualTo(343), "WCTEMP");
        Assert.That(await vf.Feature(FeatureId.TemperatureThreshold, cdw11: Threshold(0, sensor: 1)), Is.EqualTo(Threshold(0xFFFF, sensor: 1)));
        await vf.SetFeature(FeatureId.TemperatureThreshold, Threshold(310, ThresholdType.Under, sensor: 1));
        Assert.That((await Smart(vf)).Cw.TemperatureThreshold, Is.True, "310 is at it");
        await vf.SetFeature(FeatureId.TemperatureThreshold, Threshold(0, ThresholdType.Under, sensor: 15));
        Assert.That((await Smart(vf)).Cw.TemperatureThreshold, Is.False);
        Assert.That(
            (await vf.Do(AdminCommand.SetFeatures((byte)FeatureId.TemperatureThreshold, Threshold(1, sensor: 2)))).Status,
            Is.EqualTo(Status.InvalidField));
        Assert.That(
            (await vf.Do(AdminCommand.GetFeatures((byte)FeatureId.TemperatureThreshold, cdw11: Threshold(0, sensor: 15)))).Status,
            Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void Spare_and_reliability_are_told_where_the_host_asked() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, 1);
            var asked = await vf.AskForEvent();
            await rig.World.At(2_000_000_000);
            Assert.That(await vf.Event(asked), Is.EqualTo(AsynchronousEvent.Of(HealthEvent.SpareBelowThreshold)));
            var log = await Smart(vf);
            Assert.That((log.Cw.Raw, log.Avsp, log.Avspt), Is.EqualTo(((byte)5, (byte)9, (byte)10)));
            await vf.AskForEvent();
            await vf.Silence(); // nobody asked for reliability
        },
        Of(new() { Changes = [new() { After = new(900_000_000), AvailableSpare = 9, DegradedReliability = true }] }));

    [Test]
    public void By_namespace_it_says_the_same_or_is_refused() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That((await pf.Identify<IdentifyController>(Cns.IdentifyController)).Lpa.SmartPerNamespace, Is.True);
        Assert.That((await Smart(pf, 1)).Ctemp, Is.EqualTo(310));
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(2, 512, nsid: 2)), Is.EqualTo(Status.InvalidField));
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(2, 512, nsid: 65)), Is.EqualTo(Status.InvalidNamespaceOrFormat));
    });
}
