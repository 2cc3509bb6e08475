using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Queues;

/// <summary>Queues deleted with commands in them (Base 2.3 5.3.4, 3.7.3).</summary>
[TestFixture]
internal sealed class QueueDeletionTests
{
    [Test]
    public void Commands_of_a_deleted_queue_are_aborted_before_it_is_gone_and_never_after() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1, entries: 16, cqEntries: 6);
            var data = vf.Take(4096);
            vf.Memory.Fill(data, 4096, 0x44);
            ushort[] cids = [.. Enumerable.Range(0, 8).Select(i => vf.Submit(io, NvmCommand.Write(1, (ulong)i, 0), data))];
            await rig.World.After(20_000);
            await vf.Must(AdminCommand.DeleteIoSq(1));
            var seen = new List<ushort>();
            while (io.TryTake(out var entry))
            {
                Assert.That(entry.Status, Is.EqualTo(Status.AbortedSqDeletion));
                seen.Add(entry.Cid);
            }

            Assert.That(seen, Is.EqualTo(cids[..5]), "those fetched; the others completed implicitly");
            io.RingHead();
            await vf.Settle();
            Assert.That(io.TryTake(out _), Is.False);
            vf.Function.Write32(Register.SqTailDoorbell(1, 0), 3);
            await vf.Must(AdminCommand.DeleteIoCq(1));

            var again = await vf.CreateQueues(1);
            await vf.Io(again, NvmCommand.Read(1, 0, 0), data);
            Assert.That(vf.Memory.Read(data, 4096).ContainsAnyExcept((byte)0), Is.False, "nothing was written");
        },
        new() { Device = new() { Timing = new() { Write = Duration.FromMilliseconds(1) } } });
}
