using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resources;

/// <summary>As large as it gets: 127 VFs at work at once, 64 queue pairs of depth 32 on one.</summary>
[TestFixture]
internal sealed class ScaleTests
{
    [Test]
    public void All_127_VFs_do_I_O_at_once() => ResourceBench.Run(
        async bench =>
        {
            var vfs = new List<(RawHost Vf, RawQueue Io, long Data)>();
            for (var number = 1; number <= 127; number++)
            {
                var vf = await bench.Rig.OnlineVf(bench.Pf, number, 2, 1, bench.Rig.NewMemory(64 * 1024));
                await vf.Enable();
                vfs.Add((vf, await vf.CreateQueues(1), vf.Take(4096)));
            }

            foreach (var (vf, _, data) in vfs) vf.Memory.Fill(data, 4096, (byte)vf.Controller.Id);
            // The namespace is attached to the PF and four VFs only.
            await Attach(bench, vfs.Select(it => it.Vf.Controller.Id).Skip(4).ToArray());
            foreach (var (vf, io, data) in vfs) vf.Submit(io, NvmCommand.Write(1, vf.Controller.Id, 0), data);
            foreach (var (vf, io, _) in vfs) Assert.That((await vf.Next(io)).Status, Is.EqualTo(Status.Success), vf.Function.Name);
            foreach (var (vf, io, data) in vfs)
            {
                vf.Memory.Fill(data, 4096, 0);
                vf.Submit(io, NvmCommand.Read(1, vf.Controller.Id, 0), data);
            }

            foreach (var (vf, io, data) in vfs)
            {
                Assert.That((await vf.Next(io)).Status, Is.EqualTo(Status.Success));
                Assert.That(vf.Memory.Read(data, 4096).ContainsAnyExcept((byte)vf.Controller.Id), Is.False, vf.Function.Name);
            }

            Assert.That((await bench.Capabilities()).Vqrfa, Is.EqualTo(254));
        },
        new() { FlexibleQueues = 254, FlexibleVectors = 127, SecondaryMaximum = 5 },
        new() { VirtualFunctions = 127 });

    [Test]
    public void Queue_pairs_of_one_VF_work_side_by_side() => ResourceBench.Run(
        async bench =>
        {
            const int Pairs = 64, Depth = 32, Rounds = 4;
            var vf = await bench.Rig.OnlineVf(bench.Pf, 1, Pairs + 1, Pairs + 1, bench.Rig.NewMemory(4 << 20));
            await vf.Enable();
            var queues = new List<RawQueue>();
            for (ushort qid = 1; qid <= Pairs; qid++) queues.Add(await vf.CreateQueues(qid, Depth + 1, qid));
            var data = vf.Take(4096);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var queue in queues)
                {
                    for (var i = 0; i < Depth; i++) queue.Put(NvmCommand.Read(1, (ulong)i, 0) with { Cid = (ushort)i, Prp1 = vf.Iova(data) });
                    queue.Ring();
                }

                await vf.Settle();
                foreach (var queue in queues)
                {
                    for (var i = 0; i < Depth; i++)
                    {
                        Assert.That(queue.TryTake(out var entry), $"queue {queue.Qid}, command {i}");
                        Assert.That((entry.Cid, entry.SqId, entry.Status), Is.EqualTo(((ushort)i, queue.Qid, Status.Success)));
                    }

                    Assert.That(queue.TryTake(out _), Is.False);
                    queue.RingHead();
                }
            }
        },
        new() { FlexibleQueues = 65, FlexibleVectors = 65, SecondaryMaximum = 65 });

    private static async Task Attach(ResourceBench bench, ushort[] controllers)
    {
        var list = bench.Pf.Take(4096);
        bench.Pf.Memory.Store(list, (ushort)controllers.Length);
        for (var i = 0; i < controllers.Length; i++) bench.Pf.Memory.Store(list + 2 + (i * 2), controllers[i]);
        await bench.Pf.Must(AdminCommand.NamespaceAttachment(1, 0), list);
    }
}
