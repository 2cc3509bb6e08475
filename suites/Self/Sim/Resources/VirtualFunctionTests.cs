using Conformance.Nvme;
using NUnit.Framework;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Self.Sim.Resources;

/// <summary>The functions themselves: SR-IOV and ARI capabilities, addresses, configuration space of VFs, many of them.</summary>
[TestFixture]
internal sealed class VirtualFunctionTests
{
    private static int Sriov(ResourceBench bench) => Capability.FindExtended(bench.Pf.Function, Capability.SrIov);

    [Test]
    public void VIRT_02_03_Many_secondaries_are_listed_in_pages([Values(1, 127, 128, 300)] int count) => ResourceBench.Run(
        async bench =>
        {
            var all = new List<SecondaryControllerEntry>();
            for (ushort from = 0; ; from = (ushort)(all[^1].Scid + 1))
            {
                var page = await bench.List(from);
                if (page.Count == 0) break;
                Assert.That(page, Has.Count.LessThanOrEqualTo(127));
                all.AddRange(page);
            }

            Assert.That(all.Select(entry => (int)entry.Vfn), Is.EqualTo(Enumerable.Range(1, count)));
            Assert.That(all.Select(entry => entry.Scid), Is.Unique);
            Assert.That(all.Select(entry => entry.Pcid), Is.All.EqualTo(bench.Own));
            Assert.That(all.Select(entry => entry.Scs.Online), Is.All.False, "listed also while offline");
        },
        topology: new() { VirtualFunctions = count });

    [TestCase(300, 1)]
    [TestCase(200, 3)]
    public void VIRT_17_Functions_stand_where_the_capability_says_across_bus_numbers(int count, int stride) => ResourceBench.Run(
        async bench =>
        {
            var before = bench.Rig.World.Now;
            var second = new ResourceBench(bench.Rig, await bench.Rig.Pf(bench.Rig.Pair.Source, 1));
            await bench.EnableVfs(count);
            await second.EnableVfs(count);
            var seen = new HashSet<ushort> { bench.Pf.Function.Requester.Value, second.Pf.Function.Requester.Value };
            foreach (var pf in new[] { bench, second })
            {
                var (offset, step) = (pf.Pf.Function.ReadConfig(Sriov(pf) + 0x14, 2), pf.Pf.Function.ReadConfig(Sriov(pf) + 0x16, 2));
                Assert.That(step, Is.EqualTo(stride));
                for (var number = 1; number <= count; number++)
                {
                    var requester = pf.Pf.Function.Requester.Value + offset + ((number - 1) * step);
                    var vf = pf.Pf.Bus.Find(new RequesterId((ushort)requester));
                    Assert.That(vf, Is.Not.Null, $"VF {number}");
                    Assert.That(seen.Add((ushort)requester), $"VF {number} stands alone");
                    Assert.That(vf!.ReadConfig(PciHeader.RevisionIdOffset, 4), Is.EqualTo(0x0108_0201));
                }
            }

            Assert.That(seen.Select(id => id >> 8).Distinct().Count(), Is.GreaterThan(1), "buses");
            Assert.That(bench.Rig.World.Now - before, Is.LessThan(1_000_000_000));
        },
        topology: new() { PhysicalFunctions = 2, VirtualFunctions = count, VfStride = (ushort)stride });

    [Test]
    public void Physical_functions_are_chained_and_depend_on_no_other() => ResourceBench.Run(
        async bench =>
        {
            await Task.CompletedTask;
            var functions = bench.Rig.Pair.Source.PhysicalFunctions;
            for (var pf = 0; pf < 3; pf++)
            {
                var ari = Capability.FindExtended(functions[pf], Capability.Ari);
                Assert.That(functions[pf].ReadConfig(ari + 5, 1), Is.EqualTo(pf < 2 ? pf + 1 : 0), "Next Function Number");
                var sriov = Capability.FindExtended(functions[pf], Capability.SrIov);
                Assert.That(functions[pf].ReadConfig(sriov + SrIovCapability.FunctionDependencyLinkOffset, 1), Is.EqualTo(pf));
                Assert.That(functions[pf].ReadConfig(0x0E, 1), Is.EqualTo(0x80), "multi-function");
            }
        },
        topology: new() { PhysicalFunctions = 3 });

    [Test]
    public void VIRT_14_15_16_NumVFs_is_settled_while_VFs_are_enabled_and_what_it_leaves_out_goes_offline() => ResourceBench.Run(
        async bench =>
        {
            await bench.EnableVfs(3);
            foreach (var number in new[] { 1, 3 })
            {
                var c = await bench.Of(number);
                await bench.Give(c, 2, 1);
                await bench.Expect(Status.Success, SecondaryOnline, c);
            }

            bench.Pf.Function.WriteConfig(Sriov(bench) + SrIovCapability.NumVfsOffset, 2, 1);
            Assert.That(bench.Pf.Function.ReadConfig(Sriov(bench) + SrIovCapability.NumVfsOffset, 2), Is.EqualTo(3), "VIRT-16");
            var (first, third) = (bench.Vf(1), bench.Vf(3));
            bench.Pf.Function.WriteConfig(Sriov(bench) + SrIovCapability.ControlOffset, 2, 0);
            Assert.That((first.ReadConfig(0x08, 4), first.Read32(Register.Vs)), Is.EqualTo((uint.MaxValue, uint.MaxValue)), "unsupported request");
            Assert.That((await bench.List()).Select(entry => entry.Scs.Online), Is.All.False, "VIRT-14");

            await bench.EnableVfs(1);
            Assert.That(bench.Pf.Bus.Find(first.Requester), Is.Not.Null);
            Assert.That(bench.Pf.Bus.Find(third.Requester), Is.Null);
            var last = await bench.Of(3);
            await bench.Give(last, 2, 1);
            await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, last); // VIRT-15
        });

    [Test]
    public void VIRT_18_A_VF_s_configuration_space_is_a_VF_s() => ResourceBench.Run(async bench =>
    {
        await bench.EnableVfs(2);
        var vf = bench.Vf(2);
        Assert.That(vf.ReadConfig(0, 4), Is.EqualTo(uint.MaxValue), "Vendor and Device ID");
        vf.WriteConfig(PciHeader.CommandOffset, 2, 0xFFFF);
        Assert.That(vf.ReadConfig(PciHeader.CommandOffset, 2), Is.EqualTo(4), "bus master, and no memory or I/O space");
        for (var bar = 0x10; bar < 0x28; bar += 4)
        {
            vf.WriteConfig(bar, 4, uint.MaxValue);
            Assert.That(vf.ReadConfig(bar, 4), Is.Zero, $"BAR at {bar:X2}h");
        }

        Assert.That(vf.ReadConfig(0x3C, 2), Is.Zero, "no interrupt pin or line");
        var pcie = Capability.Find(vf, Capability.PciExpress);
        Assert.That(vf.ReadConfig(pcie + 4, 4) >> 28 & 1, Is.EqualTo(1), "Function Level Reset");
        Assert.That(Capability.FindExtended(vf, Capability.SrIov), Is.Zero);
        Assert.That(Capability.FindExtended(vf, Capability.Ari), Is.Not.Zero);
        Assert.That(bench.Pf.Function.ReadConfig(Sriov(bench) + SrIovCapability.VfDeviceIdOffset, 2), Is.EqualTo(0x5111));
    });

    [Test]
    public void VIRT_19_Memory_space_of_VFs_hides_their_registers_and_resets_nothing() => ResourceBench.Run(async bench =>
    {
        var vf = await bench.Rig.Vf(bench.Pf);
        var io = await vf.CreateQueues(1);
        var asq = vf.Function.Read64(Register.Asq);
        bench.Pf.Function.WriteConfig(Sriov(bench) + SrIovCapability.ControlOffset, 2, 1);
        Assert.That(vf.Function.Read32(Register.Csts), Is.EqualTo(uint.MaxValue));
        vf.Function.Write32(Register.Cc, 0);
        bench.Pf.Function.WriteConfig(Sriov(bench) + SrIovCapability.ControlOffset, 2, 9);
        Assert.That((vf.Function.Read32(Register.Csts), vf.Function.Read64(Register.Asq)), Is.EqualTo((1u, asq)));
        Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
    });

    [TestCase(0x1u)]
    [TestCase(0x10u)]
    [TestCase(0x400u)]
    public void The_aperture_of_a_VF_is_no_smaller_than_the_system_page(uint systemPageSize) => ResourceBench.Run(async bench =>
    {
        var pf = bench.Pf.Function;
        pf.WriteConfig(Sriov(bench) + SrIovCapability.SystemPageSizeOffset, 4, systemPageSize);
        Assert.That(pf.ReadConfig(Sriov(bench) + SrIovCapability.SystemPageSizeOffset, 4), Is.EqualTo(systemPageSize));
        pf.WriteConfig(Sriov(bench) + SrIovCapability.VfBar0Offset, 4, uint.MaxValue);
        var bar = pf.ReadConfig(Sriov(bench) + SrIovCapability.VfBar0Offset, 4);
        Assert.That(bar & 0xF, Is.EqualTo(4), "64 bits, memory");
        var aperture = 1 + ~(bar & ~0xFu);
        await bench.EnableVfs(2);
        Assert.That(aperture, Is.EqualTo(Math.Max((uint)bench.Vf(1).BarLength, systemPageSize << 12)));
        pf.WriteConfig(Sriov(bench) + SrIovCapability.SystemPageSizeOffset, 4, 0x40);
        Assert.That(pf.ReadConfig(Sriov(bench) + SrIovCapability.SystemPageSizeOffset, 4), Is.EqualTo(systemPageSize), "settled while enabled");
    });

    [Test]
    public void A_page_size_that_is_not_supported_is_not_taken() => ResourceBench.Run(async bench =>
    {
        await Task.CompletedTask;
        var at = Sriov(bench) + SrIovCapability.SystemPageSizeOffset;
        bench.Pf.Function.WriteConfig(at, 4, 0x8);
        Assert.That(bench.Pf.Function.ReadConfig(at, 4) & ~bench.Pf.Function.ReadConfig(at - 4, 4), Is.Zero);
    });
}
