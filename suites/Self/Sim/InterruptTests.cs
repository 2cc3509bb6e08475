using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>MSI-X: masks, pending bits, one message for each queue and step.</summary>
[TestFixture]
internal sealed class InterruptTests
{
    [Test]
    public void A_queue_interrupts_on_its_own_vector_once_for_many_completions() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var (one, two) = (new Signal(rig.World), new Signal(rig.World));
        vf.Function.BindInterrupt(1, one);
        vf.Function.BindInterrupt(2, two);
        var io = await vf.CreateQueues(1, vector: 2);
        for (var i = 0; i < 10; i++) io.Put(NvmCommand.Flush(1));
        io.Ring();
        await vf.Settle();
        Assert.That((one.Count, two.Count), Is.EqualTo((0, 1)));
    });

    [Test]
    public void An_interrupt_of_a_masked_vector_is_pending_until_unmasked() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var signal = new Signal(rig.World);
        vf.Function.BindInterrupt(2, signal);
        var io = await vf.CreateQueues(1, vector: 2);
        var msix = Capability.Find(vf.Function, Capability.Msix);
        var (table, pending) = (vf.Function.ReadConfig(msix + 4, 4) & ~7u, vf.Function.ReadConfig(msix + 8, 4) & ~7u);
        vf.Function.Write32(table + 32 + 12, 1);
        await vf.Io(io, NvmCommand.Flush(1));
        Assert.That((signal.Count, vf.Function.Read32(pending) & 4), Is.EqualTo((0, 4)));
        vf.Function.Write32(table + 32 + 12, 0);
        Assert.That((signal.Count, vf.Function.Read32(pending) & 4), Is.EqualTo((1, 0)));

        // Function mask: the same for all vectors at once.
        vf.Function.WriteConfig(msix + 2, 2, vf.Function.ReadConfig(msix + 2, 2) | 0x4000);
        await vf.Io(io, NvmCommand.Flush(1));
        Assert.That((signal.Count, vf.Function.Read32(pending) & 4), Is.EqualTo((1, 4)));
        vf.Function.WriteConfig(msix + 2, 2, vf.Function.ReadConfig(msix + 2, 2) & ~0x4000u);
        Assert.That((signal.Count, vf.Function.Read32(pending) & 4), Is.EqualTo((2, 0)));
    });

    [Test]
    public void The_table_has_as_many_entries_as_the_secondary_has_vectors() => Rig.Run(async rig =>
    {
        var vf = await rig.OnlineVf(await rig.Pf(rig.Pair.Source), vectors: 3);
        var msix = Capability.Find(vf.Function, Capability.Msix);
        Assert.That(vf.Function.ReadConfig(msix + 2, 2) & 0x7FF, Is.EqualTo(2), "VIRT-22");
        Assert.That(vf.Function.VectorCount, Is.EqualTo(3));
    });

    [Test]
    public void Coalescing_holds_an_interrupt_back_until_enough_came_or_time_passed() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var signal = new Signal(rig.World);
        vf.Function.BindInterrupt(1, signal);
        var io = await vf.CreateQueues(1, vector: 1);
        await vf.Must(AdminCommand.SetFeatures(8, (5 << 8) | 3)); // 4 entries or 500 us
        await vf.Io(io, NvmCommand.Flush(1));
        Assert.That(signal.Count, Is.Zero);
        await rig.World.After(600_000);
        Assert.That(signal.Count, Is.EqualTo(1));
        for (var i = 0; i < 4; i++) await vf.Io(io, NvmCommand.Flush(1));
        Assert.That(signal.Count, Is.EqualTo(2));
        await rig.World.After(2_000_000);
        Assert.That(signal.Count, Is.EqualTo(2));
    });
}
