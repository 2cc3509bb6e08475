using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;
using static Conformance.Nvme.ResourceType;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Self.Sim.Resources;

/// <summary>Virtualization Management (Base 2.3 5.3.6, 8.2.6): the VIRT assertions about resources and states.</summary>
[TestFixture]
internal sealed class ResourceTests
{
    private const ushort Foreign = 0x7777;

    [Test]
    public void VIRT_01_The_capabilities_tell_of_both_pools() => ResourceBench.Run(
        async bench =>
        {
            var page = await bench.Capabilities();
            Assert.That((page.Cntlid, page.Crt.VirtualQueues, page.Crt.VirtualInterrupts), Is.EqualTo((bench.Own, true, true)));
            Assert.That((page.Vqfrt, page.Vqrfa, page.Vqrfap, page.Vqprt), Is.EqualTo((12u, 0u, (ushort)0, (ushort)17)));
            Assert.That((page.Vifrt, page.Virfa, page.Virfap, page.Viprt), Is.EqualTo((10u, 0u, (ushort)0, (ushort)17)));
            Assert.That((page.Vqfrsm, page.Vqgran, page.Vifrsm, page.Vigran), Is.EqualTo(((ushort)6, (ushort)2, (ushort)3, (ushort)2)));
        },
        new() { FlexibleQueues = 12, FlexibleVectors = 10, SecondaryMaximum = 6, SecondaryVectorMaximum = 3, Granularity = 2 });

    [Test]
    public void VIRT_04_What_is_assigned_is_reported_and_leaves_the_pool() => ResourceBench.Run(async bench =>
    {
        var c = await bench.Of(1);
        Assert.That((await bench.Manage(SecondaryAssign, c, VirtualQueue, 3)).Dw0, Is.EqualTo(3), "NRM");
        Assert.That((await bench.Manage(SecondaryAssign, c, VirtualInterrupt, 2)).Dw0, Is.EqualTo(2));
        var entry = await bench.Entry(c);
        Assert.That((entry.Nvq, entry.Nvi, entry.Scs.Online), Is.EqualTo(((ushort)3, (ushort)2, false)));
        var page = await bench.Capabilities();
        Assert.That((page.Vqrfa, page.Virfa), Is.EqualTo((3u, 2u)));
        await bench.Give(c, 2, 1);
        Assert.That((await bench.Capabilities()).Vqrfa, Is.EqualTo(2), "assigned anew, not on top");
    });

    [Test]
    public void VIRT_05_06_07_An_assignment_that_cannot_be_is_refused_and_changes_nothing() => ResourceBench.Run(async bench =>
    {
        await bench.EnableVfs(4);
        var (one, two, three) = (await bench.Of(1), await bench.Of(2), await bench.Of(3));
        await bench.Expect(Status.InvalidNumberOfControllerResources, SecondaryAssign, one, VirtualQueue, 7);
        await bench.Give(one, 6, 6);
        await bench.Give(two, 5, 3);
        await bench.Expect(Status.InvalidResourceIdentifier, SecondaryAssign, three, VirtualQueue, 2);
        await bench.Expect(Status.InvalidResourceIdentifier, SecondaryAssign, three, VirtualInterrupt, 2);
        await bench.Expect(Status.InvalidResourceIdentifier, SecondaryAssign, three, (ResourceType)2, 1);
        await bench.Give(three, 1, 1);
        await bench.Vf(1).ResetAsync();
        await bench.Expect(Status.Success, SecondaryOnline, one);
        await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryAssign, one, VirtualQueue, 2);
        var entry = await bench.Entry(one);
        Assert.That((entry.Nvq, entry.Nvi), Is.EqualTo(((ushort)6, (ushort)6)));
    });

    [Test]
    public void VIRT_08_09_Controllers_that_are_not_this_primary_s_are_refused() => ResourceBench.Run(
        async bench =>
        {
            var second = new ResourceBench(bench.Rig, await bench.Rig.Pf(bench.Rig.Pair.Source, 1));
            foreach (var cntlid in new[] { Foreign, bench.Own, second.Own, await second.Of(1) })
            {
                foreach (var action in new[] { SecondaryOffline, SecondaryAssign, SecondaryOnline })
                    await bench.Expect(Status.InvalidControllerIdentifier, action, cntlid, VirtualQueue, 1);
            }

            foreach (var cntlid in new[] { Foreign, await bench.Of(1), second.Own })
                await bench.Expect(Status.InvalidControllerIdentifier, PrimaryFlexibleAllocation, cntlid, VirtualQueue, 1);
            await bench.Expect(Status.InvalidField, (VirtualizationAction)2, bench.Own);
            await bench.Expect(Status.InvalidField, (VirtualizationAction)0xF, bench.Own);
        },
        topology: new() { PhysicalFunctions = 2 });

    [Test]
    public void VIRT_10_11_Online_takes_an_I_O_queue_pair_and_vector_0_and_a_VF_that_is_there() => ResourceBench.Run(async bench =>
    {
        var c = await bench.Of(2);
        await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, c);
        await bench.Give(c, 1, 1);
        await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, c);
        await bench.Give(c, 2, 0);
        await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, c);
        await bench.Give(c, 2, 1);
        await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, c); // VF Enable is clear
        await bench.EnableVfs(1);
        await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, c); // NumVFs does not cover it
        bench.Pf.Function.WriteConfig(Capability.FindExtended(bench.Pf.Function, Capability.SrIov) + 8, 2, 0);
        await bench.EnableVfs(2);
        await bench.Expect(Status.Success, SecondaryOnline, c);
        await bench.Expect(Status.Success, SecondaryOnline, c);
        Assert.That((await bench.Entry(c)).Scs.Online);
        await bench.Expect(Status.Success, SecondaryOffline, c);
        await bench.Expect(Status.Success, SecondaryOffline, c);
        var entry = await bench.Entry(c);
        Assert.That((entry.Scs.Online, entry.Nvq, entry.Nvi), Is.EqualTo((false, (ushort)0, (ushort)0)), "VIRT-12");
        Assert.That(bench.Vf(2).Read32(Register.Csts) & 2, Is.EqualTo(2));
        Assert.That((await bench.Capabilities()).Vqrfa, Is.Zero, "back in the pool");
    });

    [Test]
    public void VIRT_20_The_primary_s_own_share_comes_with_a_reset_other_than_Controller_Reset_and_stays() => ResourceBench.Run(async bench =>
    {
        Assert.That((await bench.Manage(PrimaryFlexibleAllocation, bench.Own, VirtualQueue, 4)).Dw0, Is.EqualTo(4));
        await bench.Expect(Status.Success, PrimaryFlexibleAllocation, bench.Own, VirtualInterrupt, 3);
        Assert.That((await bench.Capabilities()).Vqrfap, Is.Zero);
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        Assert.That((await bench.Capabilities()).Vqrfap, Is.Zero, "Controller Reset");
        await Check();
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        await Check();
        await Check();

        await bench.Give(await bench.Of(1), 6, 6);
        await bench.Expect(Status.InvalidResourceIdentifier, SecondaryAssign, await bench.Of(2), VirtualInterrupt, 2);
        await bench.Expect(Status.InvalidResourceIdentifier, PrimaryFlexibleAllocation, bench.Own, VirtualQueue, 7);
        await bench.Expect(Status.InvalidNumberOfControllerResources, PrimaryFlexibleAllocation, bench.Own, VirtualQueue, 13);
        await bench.Expect(Status.Success, PrimaryFlexibleAllocation, bench.Own, VirtualQueue, 6);
        await bench.Expect(Status.Success, PrimaryFlexibleAllocation, bench.Own, VirtualQueue);

        async Task Check()
        {
            await bench.ResetFunction();
            var page = await bench.Capabilities();
            Assert.That((page.Vqrfap, page.Virfap), Is.EqualTo(((ushort)4, (ushort)3)));
            Assert.That(await bench.Pf.Feature(FeatureId.NumberOfQueues), Is.EqualTo(0x0013_0013), "17 private, 4 flexible, the admin pair");
            var msix = Capability.Find(bench.Pf.Function, Capability.Msix);
            Assert.That(bench.Pf.Function.ReadConfig(msix + 2, 2) & 0x7FF, Is.EqualTo(19), "MSI-X Table Size is 0's based");
            var io = await bench.Pf.CreateQueues(20, vector: 19);
            Assert.That((await bench.Pf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
        }
    });

    [TestCase(2, 2, 3)]
    [TestCase(4, 4, 5)]
    public void VIRT_21_22_A_secondary_has_what_it_was_given_with_or_without_a_reset_before(int granularity, int queues, int vectors) =>
        ResourceBench.Run(
            async bench =>
            {
                await bench.EnableVfs(4);
                var c = await bench.Of(1);
                await bench.Give(c, queues, vectors);
                if (granularity == 2) await bench.Vf(1).ResetAsync();
                await bench.Expect(Status.Success, SecondaryOnline, c);
                var entry = await bench.Entry(c);
                Assert.That((entry.Nvq, entry.Nvi), Is.EqualTo(((ushort)queues, (ushort)vectors)));
                var vf = new RawHost(bench.Rig.World, bench.Pf.Bus, bench.Vf(1), bench.Rig.NewMemory());
                await vf.Connect();
                await vf.Enable();
                var most = (uint)queues - 2;
                Assert.That(await vf.Feature(FeatureId.NumberOfQueues), Is.EqualTo((most << 16) | most));
                Assert.That(vf.Function.ReadConfig(Capability.Find(vf.Function, Capability.Msix) + 2, 2) & 0x7FF, Is.EqualTo(vectors - 1));
                var io = await vf.CreateQueues((ushort)(queues - 1), vector: (ushort)(vectors - 1));
                Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
                Assert.That((await vf.Do(AdminCommand.CreateIoCq((ushort)queues, 3, 0))).Status, Is.EqualTo(Status.InvalidQueueIdentifier));
            },
            new() { Granularity = (ushort)granularity });

    [Test]
    public void A_device_may_give_more_than_was_asked_for() => ResourceBench.Run(
        async bench =>
        {
            var (one, two) = (await bench.Of(1), await bench.Of(2));
            Assert.That((await bench.Manage(SecondaryAssign, one, VirtualQueue, 3)).Dw0, Is.EqualTo(4), "a multiple of 4");
            Assert.That((await bench.Manage(SecondaryAssign, one, VirtualQueue, 5)).Dw0, Is.EqualTo(6), "but no more than VQFRSM");
            Assert.That((await bench.Manage(SecondaryAssign, two, VirtualQueue, 1)).Dw0, Is.EqualTo(3), "nor than there is");
            Assert.That((await bench.Manage(SecondaryAssign, two, VirtualQueue)).Dw0, Is.Zero);
            Assert.That((await bench.Manage(PrimaryFlexibleAllocation, bench.Own, VirtualQueue, 2)).Dw0, Is.EqualTo(3));
            Assert.That((await bench.Entry(one)).Nvq, Is.EqualTo(6));
        },
        new() { FlexibleQueues = 9, FlexibleVectors = 8, SecondaryMaximum = 6, Granularity = 4, RoundsToGranularity = true });

    [TestCase(0, 10, TestName = "With_private_queues_only_vectors_are_assigned")]
    [TestCase(12, 0, TestName = "With_private_vectors_only_queues_are_assigned")]
    public void One_type_is_private(int queues, int vectors) => ResourceBench.Run(
        async bench =>
        {
            await bench.EnableVfs(4);
            var c = await bench.Of(1);
            var (flexible, fixedOnes) = queues == 0 ? (VirtualInterrupt, VirtualQueue) : (VirtualQueue, VirtualInterrupt);
            await bench.Expect(Status.InvalidResourceIdentifier, SecondaryAssign, c, fixedOnes, 2);
            await bench.Expect(Status.InvalidSecondaryControllerState, SecondaryOnline, c);
            await bench.Expect(Status.Success, SecondaryAssign, c, flexible, 3);
            await bench.Expect(Status.Success, SecondaryOnline, c);
            var (entry, page) = (await bench.Entry(c), await bench.Capabilities());
            Assert.That((entry.Nvq, entry.Nvi), Is.EqualTo(queues == 0 ? ((ushort)0, (ushort)3) : ((ushort)3, (ushort)0)));
            Assert.That((page.Crt.VirtualQueues, page.Crt.VirtualInterrupts), Is.EqualTo((queues != 0, vectors != 0)));
            Assert.That((page.Vqfrsm, page.Vifrsm), Is.EqualTo(queues == 0 ? ((ushort)0, (ushort)6) : ((ushort)6, (ushort)0)));
            var vf = new RawHost(bench.Rig.World, bench.Pf.Bus, bench.Vf(1), bench.Rig.NewMemory());
            await vf.Connect();
            await vf.Enable();
            Assert.That(await vf.Feature(FeatureId.NumberOfQueues), Is.EqualTo(queues == 0 ? 0x0003_0003 : 0x0001_0001));
            Assert.That(vf.Function.VectorCount, Is.EqualTo(queues == 0 ? 3 : 5));
        },
        new() { FlexibleQueues = (ushort)queues, FlexibleVectors = (ushort)vectors, SecondaryMaximum = 6 });

    [Test]
    public void Without_flexible_resources_a_VF_is_online_when_it_appears_and_no_PF_is_its_primary() => ResourceBench.Run(
        async bench =>
        {
            await bench.Expect(Status.InvalidOpcode, SecondaryOnline, 2);
            Assert.That((await bench.Pf.Do(AdminCommand.Identify((byte)Cns.PrimaryControllerCapabilities), 0)).Status, Is.EqualTo(Status.InvalidField));
            await bench.EnableVfs(4);
            var vf = new RawHost(bench.Rig.World, bench.Pf.Bus, bench.Vf(1), bench.Rig.NewMemory());
            await vf.Connect();
            await vf.Enable();
            var io = await vf.CreateQueues(1, vector: 4);
            await bench.Pf.Disable();
            Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success), "nobody would bring it online again");
        },
        new() { FlexibleQueues = 0, FlexibleVectors = 0 });
}
