using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Features;

/// <summary>What single features do to the controller, and what they refuse.</summary>
[TestFixture]
internal sealed class StandardFeatureTests
{
    private const long Millisecond = 1_000_000;

    private static SimulatedPairOptions Of(SimulatedFeatures? features = null, SimulatedTiming? timing = null, SimulatedHealth? health = null) => new()
    {
        Device = new() { Features = features ?? new(), Timing = timing ?? new(), Health = health ?? new() },
    };

    private static async Task<Timestamp> Now(RawHost host)
    {
        var at = host.Take(4096);
        await host.Must(AdminCommand.GetFeatures((byte)FeatureId.Timestamp), at);
        return host.Memory.Load<Timestamp>(at);
    }

    private static async Task<Status> Refused(RawHost host, FeatureId fid, uint value) =>
        (await host.Do(AdminCommand.SetFeatures((byte)fid, value), host.Take(4096))).Status;

    /// <summary>ns that a command takes.</summary>
    private static async Task<long> Time(RawHost host, RawQueue queue, SubmissionEntry entry, long data)
    {
        var start = host.World.Now;
        Assert.That((await host.Io(queue, entry, data)).Status, Is.EqualTo(Status.Success));
        return host.World.Now - start;
    }

    [Test]
    public void The_timestamp_goes_on_and_a_reset_of_the_function_clears_it() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            Assert.That((await Now(vf)).Origin, Is.EqualTo(TimestampOrigin.Reset));
            var at = vf.Take(4096);
            vf.Memory.Store(at, 1_700_000_000_000ul);
            await vf.Must(AdminCommand.SetFeatures((byte)FeatureId.Timestamp), at);
            await rig.World.After(250 * Millisecond);
            var now = await Now(vf);
            Assert.That((now.Milliseconds, now.Origin), Is.EqualTo((1_700_000_000_250ul, TimestampOrigin.Host)));

            await vf.Disable();
            await vf.Enable();
            Assert.That((await Now(vf)).Origin, Is.EqualTo(TimestampOrigin.Host), "a Controller Reset keeps it");
            await vf.Function.ResetAsync();
            vf.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
            vf.Forget();
            await vf.Enable();
            now = await Now(vf);
            Assert.That((now.Milliseconds < 1000, now.Origin), Is.EqualTo((true, TimestampOrigin.Reset)));
        },
        Of(new() { Timestamp = true }));

    [Test]
    public void A_controller_that_nobody_keeps_alive_stops() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await vf.SetFeature(FeatureId.KeepAliveTimer, 250);
        Assert.That(await vf.Feature(FeatureId.KeepAliveTimer), Is.EqualTo(300), "rounded up to 100 ms");
        for (var i = 0; i < 4; i++)
        {
            await rig.World.After(200 * Millisecond);
            await vf.Must(AdminCommand.KeepAlive());
        }

        await rig.World.After(301 * Millisecond);
        Assert.That(vf.Function.Read32(Register.Csts) & 2, Is.EqualTo(2), "CSTS.CFS");
        await vf.Disable();
        await vf.Enable();
        await rig.World.After(1000 * Millisecond);
        Assert.That(vf.Function.Read32(Register.Csts) & 2, Is.Zero, "off after a reset");
    });

    [Test]
    public void The_timer_waits_for_a_suspended_controller() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        await vf.SetFeature(FeatureId.KeepAliveTimer, 300);
        await pf.Must(MigrationCommand.Suspend(vf.Controller.Id));
        await rig.World.After(1000 * Millisecond);
        await pf.Must(MigrationCommand.Resume(vf.Controller.Id));
        await vf.Must(AdminCommand.KeepAlive());
        await rig.World.After(301 * Millisecond);
        Assert.That(vf.Function.Read32(Register.Csts) & 2, Is.EqualTo(2));
    });

    [Test]
    public void A_slow_power_state_is_slow_and_a_non_operational_one_ends_with_the_next_command() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var (io, data) = (await vf.CreateQueues(1), vf.Take(8192));
            var full = await Time(vf, io, NvmCommand.Read(1, 0, 0), data);
            await vf.SetFeature(FeatureId.PowerManagement, 1);
            Assert.That(await Time(vf, io, NvmCommand.Read(1, 0, 0), data) - full, Is.EqualTo(Millisecond).Within(2_000));
            await vf.SetFeature(FeatureId.PowerManagement, 2);
            await vf.SetFeature(FeatureId.Arbitration, 3);
            Assert.That(await vf.Feature(FeatureId.PowerManagement), Is.EqualTo(2), "admin commands do not end it");
            Assert.That(await Time(vf, io, NvmCommand.Read(1, 0, 0), data) - full, Is.EqualTo(3 * Millisecond).Within(2_000));
            Assert.That(await vf.Feature(FeatureId.PowerManagement), Is.EqualTo(1), "the last operational one");
            Assert.That(await Refused(vf, FeatureId.PowerManagement, 3), Is.EqualTo(Status.InvalidField));
            var page = await vf.Identify<IdentifyController>(Cns.IdentifyController);
            Assert.That((page.NpssZ, page.Psd[2].Flags.NonOperational, page.Psd[2].Exlat), Is.EqualTo(((byte)2, true, 3000u)));
        },
        Of(new() { PowerStateExit = Duration.FromMilliseconds(3) }, new() { Read = Duration.FromMilliseconds(1) }));

    [Test]
    public void Without_its_cache_a_write_costs_a_flush() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var (io, data) = (await vf.CreateQueues(1), vf.Take(8192));
            Assert.That(await vf.Feature(FeatureId.VolatileWriteCache), Is.EqualTo(1));
            var cached = await Time(vf, io, NvmCommand.Write(1, 0, 0), data);
            await vf.SetFeature(FeatureId.VolatileWriteCache, 0);
            Assert.That(await Time(vf, io, NvmCommand.Write(1, 0, 0), data) - cached, Is.EqualTo(4 * Millisecond).Within(2_000));
            Assert.That((await vf.Identify<IdentifyController>(Cns.IdentifyController)).Vwc.Present, Is.True);
        },
        Of(new() { VolatileWriteCache = true }, new() { Flush = Duration.FromMilliseconds(4) }));

    [Test]
    public void Without_a_cache_there_is_no_such_feature() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        Assert.That(await Refused(vf, FeatureId.VolatileWriteCache, 1), Is.EqualTo(Status.InvalidField));
        Assert.That((await vf.Identify<IdentifyController>(Cns.IdentifyController)).Vwc.Present, Is.False);
    });

    [Test]
    public void Interrupts_are_held_back_until_there_are_enough() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var signal = new Signal(rig.World);
        vf.Function.BindInterrupt(1, signal);
        var (io, data) = (await vf.CreateQueues(1, vector: 1), vf.Take(8192));
        await vf.SetFeature(FeatureId.InterruptCoalescing, new InterruptCoalescingFeature { ThresholdZ = 2, Time = 50 }.Raw);
        for (var i = 0; i < 2; i++) await vf.Io(io, NvmCommand.Read(1, 0, 0), data);
        Assert.That(signal.Count, Is.Zero, "two of three, and 5 ms are not over");
        await vf.Io(io, NvmCommand.Read(1, 0, 0), data);
        Assert.That(signal.Count, Is.EqualTo(1));
        await vf.Io(io, NvmCommand.Read(1, 0, 0), data);
        await rig.World.After(6 * Millisecond);
        Assert.That(signal.Count, Is.EqualTo(2), "time is up");
    });

    [Test]
    public void Thermal_management_throttles_and_counts() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.SetFeature(FeatureId.HostControlledThermalManagement, new ThermalManagementFeature { Temperature1 = 320, Temperature2 = 330 }.Raw);
            await rig.World.At(10_000 * Millisecond);
            var log = await vf.Log<SmartHealthLog>(LogId.SmartHealth);
            Assert.That((log.Tmt1tc, log.Tmt2tc, log.Tttmt1, log.Tttmt2), Is.EqualTo((1u, 1u, 2u, 3u)));
            foreach (var (first, second) in new (ushort, ushort)[] { (330, 320), (299, 0), (0, 361), (330, 330) })
            {
                var value = new ThermalManagementFeature { Temperature1 = first, Temperature2 = second }.Raw;
                Assert.That(await Refused(vf, FeatureId.HostControlledThermalManagement, value), Is.EqualTo(Status.InvalidField), $"{first} {second}");
            }
        },
        Of(health: new()
        {
            Changes =
            [
                new() { After = new(1_000_000_000), Temperature = 325 }, new() { After = new(3_000_000_000), Temperature = 335 },
                new() { After = new(6_000_000_000), Temperature = 319 },
            ],
        }));

    [Test]
    public void Host_behavior_comes_back_as_it_was_given_and_reserved_values_are_refused() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var at = vf.Take(4096);
        var wanted = new HostBehaviorSupport { Acre = 1, Hdisns = 1, Cdfe = new() { Format3 = true } };
        vf.Memory.Store(at, wanted);
        await vf.Must(AdminCommand.SetFeatures((byte)FeatureId.HostBehaviorSupport), at);
        vf.Memory.Fill(at, HostBehaviorSupport.Size, 0xEE);
        await vf.Must(AdminCommand.GetFeatures((byte)FeatureId.HostBehaviorSupport), at);
        Assert.That(vf.Memory.Load<HostBehaviorSupport>(at), Is.EqualTo(wanted));
        vf.Memory.Store(at, new HostBehaviorSupport { Etdas = 2 });
        Assert.That((await vf.Do(AdminCommand.SetFeatures((byte)FeatureId.HostBehaviorSupport), at)).Status, Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void Reading_what_is_deallocated_is_an_error_where_the_host_wants_it() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var (io, data) = (await vf.CreateQueues(1), vf.Take(8192));
        await vf.Io(io, NvmCommand.Write(1, 4, 0), data);
        await vf.SetFeature(FeatureId.ErrorRecovery, new ErrorRecoveryFeature { DeallocatedError = true }.Raw, nsid: 1);
        Assert.That((await vf.Io(io, NvmCommand.Read(1, 4, 0), data)).Status, Is.EqualTo(Status.Success));
        Assert.That((await vf.Io(io, NvmCommand.Read(1, 4, 1), data)).Status, Is.EqualTo(Status.DeallocatedOrUnwrittenBlock));
        Assert.That(await vf.Feature(FeatureId.ErrorRecovery, nsid: 1), Is.EqualTo(0x1_0000));
        await vf.SetFeature(FeatureId.ErrorRecovery, 0, nsid: 0xFFFF_FFFF);
        Assert.That((await vf.Io(io, NvmCommand.Read(1, 4, 1), data)).Status, Is.EqualTo(Status.Success));
    });
}
