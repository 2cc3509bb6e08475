using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resets;

/// <summary>Controller shutdown by CC.SHN (Base 2.3 3.6.1) and the ways back from it.</summary>
[TestFixture]
internal sealed class ShutdownTests
{
    private const uint Enabled = 0x0046_0001;

    private static ControllerStatus Status(ResetBench bench) => new(bench.Vf.Function.Read32(Register.Csts));

    private static uint With(uint cc, byte shn) => new ControllerConfiguration(cc) { Shn = shn }.Raw;

    private static async Task ShutDown(ResetBench bench, uint cc = Enabled, byte shn = 1)
    {
        bench.Vf.Function.Write32(Register.Cc, With(cc, shn));
        Assert.That(Status(bench).Shst, Is.EqualTo(1), "in progress");
        await bench.Vf.Settle();
        Assert.That((Status(bench).Shst, Status(bench).St), Is.EqualTo(((byte)2, false)), "complete");
    }

    [Test]
    public void A_shutdown_takes_its_time_and_then_nothing_is_processed([Values(1, 2)] byte shn) => ResetBench.Run(async bench =>
    {
        await bench.Works();
        await ShutDown(bench, shn: shn);
        Assert.That(Status(bench).Rdy, "still enabled");
        bench.Burst();
        await bench.IsSilent();
        await bench.Do(Way.ControllerReset);
        Assert.That(Status(bench).Raw, Is.Zero);
        await bench.BringBack(Way.ControllerReset);
        await bench.Works();
    });

    [Test]
    public void What_was_written_before_a_shutdown_is_there_after_it() => ResetBench.Run(async bench =>
    {
        await bench.Works();
        await ShutDown(bench, shn: 2);
        await bench.Do(Way.FunctionReset);
        await bench.BringBack(Way.FunctionReset);
        Assert.That((await bench.Vf.Io(bench.Io, NvmCommand.Read(1, 40, 0), bench.Data)).Status, Is.EqualTo(Nvme.Status.Success));
        Assert.That(bench.Vf.Memory.Read(bench.Data, 4096).ContainsAnyExcept((byte)0x3C), Is.False);
    });

    [Test]
    public void A_disabled_controller_shuts_down_too_and_is_enabled_by_one_write() => ResetBench.Run(async bench =>
    {
        await bench.Do(Way.ControllerReset);
        await ShutDown(bench, Enabled & ~1u);
        bench.Vf.Function.Write32(Register.Cc, With(Enabled, 1));
        await bench.Vf.Settle();
        Assert.That((Status(bench).Rdy, Status(bench).Shst), Is.EqualTo((false, (byte)2)), "not while SHN is set");
        bench.Vf.Function.Write32(Register.Cc, 0);
        Assert.That(await bench.Vf.Reaches(() => Status(bench).Raw == 0), "a reset ends it");

        await ShutDown(bench, Enabled & ~1u);
        bench.Vf.Forget();
        bench.Vf.Function.Write32(Register.Cc, Enabled);
        Assert.That(Status(bench).Shst, Is.Zero);
        Assert.That(await bench.Vf.Reaches(() => Status(bench).Rdy));
        await bench.Vf.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
    });

    [Test]
    public void One_write_can_reset_and_shut_down() => ResetBench.Run(async bench =>
    {
        bench.Burst();
        await bench.Rig.World.After(20_000);
        bench.Vf.Function.Write32(Register.Cc, With(Enabled & ~1u, 1));
        Assert.That(Status(bench).Shst, Is.EqualTo(1));
        await bench.IsSilent();
        Assert.That((Status(bench).Rdy, Status(bench).Shst), Is.EqualTo((false, (byte)2)));
        bench.Vf.Forget();
        await bench.Start();
        await bench.Works();
    });

    [Test]
    public void A_reset_in_the_middle_ends_a_shutdown([Values(Way.ControllerReset, Way.FunctionReset, Way.SubsystemReset)] Way way) =>
        ResetBench.Run(async bench =>
        {
            bench.Vf.Function.Write32(Register.Cc, With(Enabled, 1));
            await bench.Rig.World.After(10_000);
            await bench.Do(way);
            await bench.BringBack(way);
            await bench.Vf.Settle();
            Assert.That((Status(bench).Rdy, Status(bench).Shst), Is.EqualTo((true, (byte)0)));
            await bench.Works();
        });

    [Test]
    public void A_shutdown_while_a_suspend_waits_does_not_hang_it() => ResetBench.Run(
        async bench =>
        {
            bench.Burst();
            await bench.Rig.World.After(10_000);
            bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            await bench.Rig.World.After(10_000);
            bench.Vf.Function.Write32(Register.Cc, With(Enabled, 2));
            Assert.That((await bench.Pf.Next(bench.Pf.Admin)).Status, Is.EqualTo(Nvme.Status.Success));
            await bench.IsSilent();
        },
        new() { Timing = new() { Read = Duration.FromMilliseconds(5) } });
}
