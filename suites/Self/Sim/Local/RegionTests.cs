using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Local;

/// <summary>The Persistent Memory Region (Base 2.3 8.2.4). What these cannot see: a power cycle, which a side does not have.</summary>
[TestFixture]
internal sealed class RegionTests
{
    private static readonly byte[] _bytes = LocalBench.Bytes(4096, 5);

    [Test]
    public void It_is_all_of_BAR2_of_PF_and_VF() => LocalBench.Run(async bench =>
    {
        await Task.CompletedTask;
        var cap = new PmrCapabilities(bench.Function.Read32(Register.PmrCap));
        Assert.That((cap.Bir, cap.Rds, cap.Wds, cap.Cmss), Is.EqualTo(((byte)2, true, true, true)));
        Assert.That(cap.Pmrwbm, Is.Not.Zero, "at least one write barrier mechanism");
        Assert.That(new Capabilities(bench.Function.Read64(Register.Cap)).Pmrs);
        var pf = bench.Pf.Function;
        foreach (var bar in new[] { 0x18, Capability.FindExtended(pf, Capability.SrIov) + SrIovCapability.VfBar2Offset })
        {
            pf.WriteConfig(bar, 4, uint.MaxValue);
            Assert.That(pf.ReadConfig(bar, 4), Is.EqualTo(0xFFFF_000C), "64 KiB, 64 bits, prefetchable");
        }
    });

    [Test]
    public void It_takes_writes_while_it_is_ready_only() => LocalBench.Run(async bench =>
    {
        await Task.CompletedTask;
        Assert.That(bench.RegionStatus.Nrdy, Is.False);
        bench.WriteRegion(0, _bytes);
        bench.Function.Write32(Register.PmrCtl, 0);
        Assert.That(bench.RegionStatus.Nrdy);
        bench.WriteRegion(0, new byte[4096]);
        bench.Function.Write32(Register.PmrCtl, 1);
        Assert.That(bench.ReadRegion(0, 4096), Is.EqualTo(_bytes));
    });

    [Test]
    public void Data_goes_to_it_and_comes_from_it() => LocalBench.Run(async bench =>
    {
        bench.WriteRegion(0x3000, _bytes);
        await bench.Expect(Status.Success, NvmCommand.Write(1, 9, 0), LocalBench.RegionBase + 0x3000);
        await bench.Expect(Status.Success, NvmCommand.Read(1, 9, 0), LocalBench.RegionBase + 0xF000);
        Assert.That(bench.ReadRegion(0xF000, 4096), Is.EqualTo(_bytes));
        Assert.That(bench.Vf.Space.Faults, Is.Empty);
    });

    [Test]
    public void A_command_with_data_in_it_fails_while_it_is_not_ready() => LocalBench.Run(async bench =>
    {
        bench.Function.Write32(Register.PmrCtl, 0);
        await bench.Expect(Status.DataTransferError, NvmCommand.Read(1, 0, 0), LocalBench.RegionBase);
        Assert.That(bench.Vf.Space.Faults, Is.Empty, "it is no host memory all the same");
    });

    [Test]
    public void It_is_for_whole_data_only() => LocalBench.Run(async bench =>
    {
        var host = bench.Vf.Iova(bench.Vf.Take(4096));
        await bench.Expect(Status.InvalidField, NvmCommand.Read(1, 0, 1), host, LocalBench.RegionBase);
        await bench.Expect(Status.InvalidField, NvmCommand.Read(1, 0, 1), LocalBench.RegionBase, LocalBench.BufferBase);
        await bench.Expect(Status.InvalidField, NvmCommand.Read(1, 0, 2), host, LocalBench.RegionBase);
        var queue = AdminCommand.CreateIoCq(2, 15, 0) with { Prp1 = LocalBench.RegionBase };
        Assert.That((await bench.Vf.Do(queue)).Status, Is.EqualTo(Status.InvalidField));
    });

    [TestCase(false, true)]
    [TestCase(true, false)]
    public void A_direction_that_is_not_supported_is_refused(bool reads, bool writes) => LocalBench.Run(
        async bench =>
        {
            await bench.Expect(reads ? Status.Success : Status.InvalidField, NvmCommand.Read(1, 0, 0), LocalBench.RegionBase);
            await bench.Expect(writes ? Status.Success : Status.InvalidField, NvmCommand.Write(1, 0, 0), LocalBench.RegionBase);
        },
        region: new() { ReadData = reads, WriteData = writes });

    [Test]
    public void A_base_that_overlaps_the_buffer_is_not_enabled() => LocalBench.Run(async bench =>
    {
        bench.OpenRegion(LocalBench.BufferBase + 0x8000);
        Assert.That(bench.RegionStatus.Cbai);
        await bench.Expect(Status.Success, NvmCommand.Read(1, 0, 0), LocalBench.BufferBase + 0x8000);
        await bench.Expect(Status.DataTransferError, NvmCommand.Read(1, 0, 0), LocalBench.BufferBase + LocalBench.Size);
        bench.OpenRegion();
        Assert.That(bench.RegionStatus.Cbai, Is.False);
    });

    [Test]
    public void What_it_holds_outlives_every_reset_and_its_properties_a_controller_reset_only() => LocalBench.Run(async bench =>
    {
        bench.WriteRegion(0, _bytes);
        bench.Function.Write32(Register.Cc, 0);
        await bench.Vf.Settle();
        Assert.That((bench.Function.Read32(Register.PmrCtl), bench.Function.Read32(Register.PmrMscL)), Is.EqualTo((1u, 2u)));
        Assert.That(bench.ReadRegion(0, 4096), Is.EqualTo(_bytes), "needs no enabled controller");

        await bench.Function.ResetAsync();
        Assert.That((bench.Function.Read32(Register.PmrCtl), bench.Function.Read32(Register.PmrMscL)), Is.EqualTo((0u, 0u)));
        Assert.That(bench.ReadRegion(0, 4096), Is.Not.EqualTo(_bytes), "not ready");
        bench.OpenRegion();
        Assert.That(bench.ReadRegion(0, 4096), Is.EqualTo(_bytes));

        var wait = Capability.ResetTime(bench.Pf.Function);
        bench.Pf.Function.Write32(Register.Nssr, Register.NssrReset);
        await bench.Rig.World.After(wait);
        bench.Pf.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
        bench.Pf.Forget();
        await bench.Pf.Enable();
        await bench.Rig.OnlineVf(bench.Pf);
        Assert.That(bench.Function.Read32(Register.PmrCtl), Is.Zero, "an NVM Subsystem Reset disables it");
        bench.OpenRegion();
        Assert.That(bench.ReadRegion(0, 4096), Is.EqualTo(_bytes));
    });
}
