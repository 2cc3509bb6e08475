using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resets;

/// <summary>
/// Controller Level Resets (Base 2.3 3.7.2) of every kind: what each clears and keeps, that nothing of before is completed, and that the
/// VF works again. What these cannot see: a power cycle, which a side does not have.
/// </summary>
[TestFixture]
internal sealed class ResetTests
{
    private const uint Vector = 0xFEE1_0000;

    [Test]
    public void Commands_under_way_are_dropped_without_a_word_and_the_VF_comes_back([Values] Way way) => ResetBench.Run(async bench =>
    {
        bench.Burst();
        for (var i = 0; i < 3; i++) bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest());
        await bench.Rig.World.After(60_000);
        // What takes longer than the commands is tried at another moment than what takes none.
        if (way is Way.Shutdown or Way.PfShutdown or Way.Offline) bench.Burst(4);
        await bench.Do(way);
        Assert.That(bench.Vf.Truth.InFlight, Is.Zero);
        await bench.IsSilent();
        await bench.BringBack(way);
        await bench.Works();
        await bench.Vf.Silence();
        await bench.Vf.AskForEvent();
        await bench.Vf.Silence();
    });

    [Test]
    public void A_controller_reset_keeps_the_admin_queue_registers_and_all_of_PCI_Express() => ResetBench.Run(async bench =>
    {
        var (function, table) = Program(bench);
        var (aqa, asq, acq) = (function.Read32(Register.Aqa), function.Read64(Register.Asq), function.Read64(Register.Acq));
        await bench.Do(Way.ControllerReset);
        Assert.That((function.Read32(Register.Aqa), function.Read64(Register.Asq), function.Read64(Register.Acq)), Is.EqualTo((aqa, asq, acq)));
        Assert.That((function.Read32(Register.Csts), function.Read32(Register.Intms)), Is.EqualTo((0u, 0u)));
        Assert.That((function.Read32(table), function.Read32(table + 12)), Is.EqualTo((Vector, 0u)), "MSI-X");
        Assert.That(function.ReadConfig(PciHeader.CommandOffset, 2) & 4, Is.EqualTo(4), "bus master");
        bench.Vf.Forget();
        function.Write32(Register.Cc, 0x0046_0001);
        Assert.That(await bench.Vf.Reaches(() => (function.Read32(Register.Csts) & 1) != 0), "ready with the same admin queue");
        await bench.Vf.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
    });

    [TestCase(Way.FunctionReset)]
    [TestCase(Way.PowerState)]
    public void A_reset_of_the_function_clears_registers_and_PCI_Express_too(Way way) => ResetBench.Run(async bench =>
    {
        var (function, table) = Program(bench);
        await bench.Do(way);
        int[] cleared = [Register.Cc, Register.Csts, Register.Aqa, Register.Asq, Register.Asq + 4, Register.Acq, Register.Acq + 4, Register.Intms];
        Assert.That(cleared.Select(at => function.Read32(at)), Is.All.Zero);
        Assert.That((function.Read32(table), function.Read32(table + 12)), Is.EqualTo((0u, 1u)), "MSI-X entries are masked and empty");
        Assert.That(function.ReadConfig(PciHeader.CommandOffset, 2), Is.Zero);
        Assert.That(function.ReadConfig(Capability.Find(function, Capability.Msix) + 2, 2) >> 14, Is.Zero, "MSI-X enable and mask");
    });

    [Test]
    public void A_reset_of_the_PF_takes_VF_Enable_away(
        [Values(Way.PfFunctionReset, Way.PfPowerState, Way.SubsystemReset)] Way way) => ResetBench.Run(async bench =>
    {
        var sriov = Capability.FindExtended(bench.Pf.Function, Capability.SrIov);
        await bench.Do(way);
        Assert.That(bench.Pf.Function.ReadConfig(sriov + SrIovCapability.ControlOffset, 2), Is.Zero);
        Assert.That(bench.Pf.Function.ReadConfig(sriov + SrIovCapability.NumVfsOffset, 2), Is.Zero);
        Assert.That(bench.Pf.Bus.Find(bench.Vf.Function.Requester), Is.Null);
        Assert.That(bench.Vf.Function.ReadConfig(0, 4), Is.EqualTo(uint.MaxValue));
    });

    [Test]
    public void VIRT_13_What_ends_the_primary_takes_its_secondaries_offline([Values(Way.PfControllerReset, Way.PfShutdown)] Way way) =>
        ResetBench.Run(async bench =>
        {
            await bench.Do(way);
            Assert.That(bench.Vf.Function.Read32(Register.Csts) & 3, Is.EqualTo(2), "CFS, not ready");
            bench.Vf.Function.Write32(Register.Cc, 0x0046_0001);
            await bench.Vf.Settle();
            Assert.That(bench.Vf.Function.Read32(Register.Csts) & 3, Is.EqualTo(2), "offline it cannot be enabled");
        });

    [Test]
    public void An_NVM_Subsystem_Reset_is_told_until_the_host_clears_it() => ResetBench.Run(async bench =>
    {
        Assert.That(Occurred(), Is.False);
        await bench.Do(Way.SubsystemReset);
        await bench.BringBack(Way.SubsystemReset);
        Assert.That(Occurred());
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        Assert.That(Occurred(), "a controller reset is not the host's clearing");
        bench.Pf.Function.Write32(Register.Csts, new ControllerStatus { Nssro = true }.Raw);
        Assert.That(Occurred(), Is.False);
        bench.Pf.Function.Write32(Register.Nssr, 0x4E56_4D66);
        await bench.Pf.Settle();
        Assert.That(Occurred(), Is.False, "another value does nothing");
        Assert.That(bench.Pf.Function.Read32(Register.Nssr), Is.Zero);

        bool Occurred() => new ControllerStatus(bench.Pf.Function.Read32(Register.Csts)).Nssro;
    });

    [Test]
    public void A_VF_cannot_reset_the_subsystem() => ResetBench.Run(async bench =>
    {
        Assert.That(new Capabilities(bench.Pf.Function.Read64(Register.Cap)).Nssrs, Is.True);
        Assert.That(new Capabilities(bench.Vf.Function.Read64(Register.Cap)).Nssrs, Is.False);
        bench.Vf.Function.Write32(Register.Nssr, Register.NssrReset);
        await bench.Works();
        await bench.Pf.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
    });

    [Test]
    public void Saved_features_and_attachments_outlive_every_reset([Values] Way way) => ResetBench.Run(async bench =>
    {
        await bench.Vf.SetFeature(FeatureId.Arbitration, 0x0504_0302, save: true);
        await bench.Vf.SetFeature(FeatureId.InterruptCoalescing, 0x0102);
        await bench.Do(way);
        await bench.BringBack(way);
        Assert.That(await bench.Vf.Feature(FeatureId.Arbitration), Is.EqualTo(0x0504_0302));
        Assert.That(await bench.Vf.Feature(FeatureId.InterruptCoalescing), Is.Zero);
        await bench.Works(); // VIRT-23
    });

    [Test]
    public void A_reset_of_one_VF_is_nothing_to_another([Values] Way way)
    {
        if (ResetBench.HitsPrimary(way) || way == Way.VfDisable) return;
        ResetBench.Run(async bench =>
        {
            var other = await bench.Rig.Vf(bench.Pf, 2, bench.Rig.NewMemory(256 * 1024));
            var io = await other.CreateQueues(1);
            var cid = other.Submit(io, NvmCommand.Read(1, 0, 0), other.Take(4096));
            bench.Burst();
            await bench.Rig.World.After(20_000);
            await bench.Do(way);
            var completion = await other.Next(io);
            Assert.That((completion.Cid, completion.Status), Is.EqualTo((cid, Status.Success)));
        });
    }

    [Test]
    public void A_fatal_error_ends_with_any_reset([Values] Way way)
    {
        // A controller with a fatal error has no shutdown to complete, and its admin queue tells nothing.
        if (way is Way.Shutdown or Way.PfShutdown) return;
        ResetBench.Run(async bench =>
        {
            await bench.Vf.Space.UnmapAsync(bench.Vf.Base, bench.Vf.Memory.Length);
            bench.Burst(1);
            await bench.Vf.Settle();
            Assert.That(bench.Vf.Function.Read32(Register.Csts) & 2, Is.EqualTo(2));
            bench.Vf.Space.Map(new DmaMapping(bench.Vf.Base, bench.Vf.Memory, 0, bench.Vf.Memory.Length, DmaAccess.ReadWrite));
            await bench.Do(way);
            await bench.BringBack(way);
            await bench.Works();
        });
    }

    [Test]
    public void A_controller_that_cannot_be_enabled_says_so_and_can_be_after_a_reset() => ResetBench.Run(async bench =>
    {
        await bench.Do(Way.ControllerReset);
        foreach (var cc in new uint[] { 0x0046_0781, 0x0046_1001, 0x0046_0011 }) // MPS 15, AMS 2, CSS 1
        {
            bench.Vf.Function.Write32(Register.Cc, cc);
            await bench.Vf.Settle();
            Assert.That(bench.Vf.Function.Read32(Register.Csts) & 3, Is.EqualTo(2), $"{cc:X}h");
            bench.Vf.Function.Write32(Register.Cc, 0);
            await bench.Vf.Settle();
            Assert.That(bench.Vf.Function.Read32(Register.Csts) & 3, Is.Zero, "a controller reset clears CFS");
        }

        bench.Vf.Forget();
        await bench.Start();
        await bench.Works();
    });

    /// <summary>Registers and an MSI-X entry with values that a reset would change.</summary>
    private static (IFunction Function, long Table) Program(ResetBench bench)
    {
        var function = bench.Vf.Function;
        var table = function.ReadConfig(Capability.Find(function, Capability.Msix) + 4, 4) & ~7u;
        function.Write32(Register.Intms, 0xF0);
        function.Write32(table, Vector);
        function.Write32(table + 12, 0);
        var control = Capability.Find(function, Capability.Msix) + 2;
        function.WriteConfig(control, 2, function.ReadConfig(control, 2) | 0x8000);
        return (function, table);
    }
}
