using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Queues;

/// <summary>Doorbells rung wrongly, and where they stand (Base 2.3 3.1.4); masks that have no say.</summary>
[TestFixture]
internal sealed class DoorbellTests
{
    [Test]
    public void A_wrong_doorbell_of_every_kind_is_an_event_and_an_entry_in_the_error_log() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        await vf.Io(io, NvmCommand.Flush(1));
        await Wrong(Register.SqTailDoorbell(1, 0), 16, ErrorEvent.InvalidDoorbellValue);
        await Wrong(Register.CqHeadDoorbell(1, 0), 16, ErrorEvent.InvalidDoorbellValue);
        await Wrong(Register.CqHeadDoorbell(1, 0), (uint)io.Head + 1, ErrorEvent.InvalidDoorbellValue); // beyond what was posted
        await Wrong(Register.SqTailDoorbell(2, 0), 1, ErrorEvent.InvalidDoorbellRegister); // there is no such queue
        await Wrong(Register.CqHeadDoorbell(2, 0), 0, ErrorEvent.InvalidDoorbellRegister);
        await Wrong(Register.SqTailDoorbell(400, 0), 1, ErrorEvent.InvalidDoorbellRegister); // no controller here has so many
        await Wrong(Register.CqHeadDoorbell(400, 0), 0, ErrorEvent.InvalidDoorbellRegister);

        async Task Wrong(long at, uint value, ErrorEvent expected)
        {
            var cid = await vf.AskForEvent();
            vf.Function.Write32(at, value);
            Assert.That(await vf.Event(cid), Is.EqualTo(AsynchronousEvent.Of(expected)), $"{at:X}h = {value}");
            var entry = await vf.Log<ErrorInformationEntry>(LogId.ErrorInformation);
            Assert.That((entry.Sqid, entry.Cid), Is.EqualTo((ushort.MaxValue, ushort.MaxValue)), "no command's");
            Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success), "the queue goes on");
        }
    });

    [Test]
    public void A_tail_that_overtakes_the_head_is_refused() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1, entries: 8, cqEntries: 2);
            for (var i = 0; i < 7; i++) io.Put(NvmCommand.Flush(1) with { Cid = (ushort)i });
            io.Ring();
            await vf.Settle();
            var cid = await vf.AskForEvent();
            // One was fetched, six wait: there is room for one more, not for two.
            vf.Function.Write32(Register.SqTailDoorbell(1, 0), 1);
            Assert.That(await vf.Event(cid), Is.EqualTo(AsynchronousEvent.Of(ErrorEvent.InvalidDoorbellValue)));
            for (var i = 0; i < 7; i++) Assert.That((await vf.Next(io)).Cid, Is.EqualTo(i));
            await vf.Settle();
            Assert.That(io.TryTake(out _), Is.False);
        });

    [Test]
    public void Masks_of_pin_interrupts_are_kept_and_mean_nothing_to_MSI_X() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var signal = new Signal(rig.World);
        vf.Function.BindInterrupt(1, signal);
        var io = await vf.CreateQueues(1, vector: 1);
        vf.Function.Write32(Register.Intms, 0xF2);
        vf.Function.Write32(Register.Intmc, 0x30);
        Assert.That((vf.Function.Read32(Register.Intms), vf.Function.Read32(Register.Intmc)), Is.EqualTo((0xC2u, 0xC2u)));
        await vf.Io(io, NvmCommand.Flush(1));
        Assert.That(signal.Count, Is.EqualTo(1));
    });

    [TestCase(1)]
    [TestCase(4)]
    [TestCase(8)]
    public void Doorbells_stand_as_far_apart_as_CAP_says(int dstrd) => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            Assert.That(new Capabilities(vf.Function.Read64(Register.Cap)).Dstrd, Is.EqualTo(dstrd));
            var io = await vf.CreateQueues(4, vector: 2);
            for (var i = 0; i < 40; i++) Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
            var fetched = vf.Truth.Fetched;
            vf.Function.Write32(Register.SqTailDoorbell(4, dstrd) + 4, (uint)((io.Tail + 1) % 16));
            await vf.Settle();
            Assert.That(vf.Truth.Fetched, Is.EqualTo(fetched), "between two doorbells there is nothing");
        },
        new() { Device = new() { Capabilities = new() { Dstrd = (byte)dstrd } } });
}
