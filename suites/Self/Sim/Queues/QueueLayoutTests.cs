using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Queues;

/// <summary>Queues in scattered pages, and memory pages above 4 KiB (Base 2.3 5.3.1, 3.1.4.5).</summary>
[TestFixture]
internal sealed class QueueLayoutTests
{
    [Test]
    public void A_scattered_completion_queue_wraps_through_all_its_pages() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source), memory: rig.NewMemory(1 << 20));
        var (list, sq) = (vf.Take(4096), vf.Take(4096));
        long[] pages = [vf.Take(4096), vf.Take(4096), vf.Take(4096)];
        long[] order = [pages[2], pages[0], pages[1]];
        for (var i = 0; i < 3; i++) vf.Memory.Store(list + (i * 8), vf.Iova(order[i]));
        const int Entries = 700; // two pages and a part
        await vf.Must(AdminCommand.CreateIoCq(1, Entries - 1, 0, pc: false) with { Prp1 = vf.Iova(list) });
        await vf.Must(AdminCommand.CreateIoSq(1, 63, 1) with { Prp1 = vf.Iova(sq) });
        var (tail, phase) = (0, true);
        for (var i = 0; i < (2 * Entries) + 5; i++)
        {
            vf.Memory.Store(sq + (tail * 64), NvmCommand.Flush(1) with { Cid = (ushort)i });
            tail = (tail + 1) % 64;
            vf.Function.Write32(Register.SqTailDoorbell(1, 0), (uint)tail);
            await rig.World.After(1_000);
            var slot = i % Entries;
            var entry = vf.Memory.Load<CompletionEntry>(order[slot / 256] + (slot % 256 * 16));
            Assert.That((entry.Cid, entry.Phase), Is.EqualTo(((ushort)i, phase)));
            if (slot == Entries - 1) phase = !phase;
            vf.Function.Write32(Register.CqHeadDoorbell(1, 0), (uint)((slot + 1) % Entries));
        }
    });

    [Test]
    public void A_scattered_queue_whose_list_is_wrong_is_refused() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var list = vf.Take(4096);
        vf.Memory.Store(list, vf.Iova(vf.Take(4096)) + 16);
        await Refused(vf.Iova(list), Status.PrpOffsetInvalid);
        await Refused(0xDEAD_0000, Status.DataTransferError);

        async Task Refused(ulong at, Status status) =>
            Assert.That((await vf.Do(AdminCommand.CreateIoCq(1, 15, 0, pc: false) with { Prp1 = at })).Status, Is.EqualTo(status));
    });

    [Test]
    public void Where_queues_must_be_contiguous_a_list_is_an_invalid_field() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            Assert.That(new Capabilities(vf.Function.Read64(Register.Cap)).Cqr);
            var list = vf.Iova(vf.Take(4096));
            Assert.That((await vf.Do(AdminCommand.CreateIoCq(1, 15, 0, pc: false) with { Prp1 = list })).Status, Is.EqualTo(Status.InvalidField));
            await vf.CreateQueues(1);
            Assert.That((await vf.Do(AdminCommand.CreateIoSq(2, 15, 1, pc: false) with { Prp1 = list })).Status, Is.EqualTo(Status.InvalidField));
        },
        new() { Device = new() { Capabilities = new() { ContiguousQueuesRequired = true } } });

    [TestCase(1)]
    [TestCase(4)]
    public void Larger_memory_pages_are_pages_of_queues_and_data(int mps) => Rig.Run(
        async rig =>
        {
            var page = 4096 << mps;
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.OnlineVf(pf, memory: rig.NewMemory(8 << 20), pageSize: page);
            await vf.Enable(0x0046_0001 | ((uint)mps << 7));
            Assert.That(
                (await vf.Do(AdminCommand.CreateIoCq(1, 15, 0) with { Prp1 = vf.Iova(vf.Take(page)) + 4096 })).Status,
                Is.EqualTo(Status.PrpOffsetInvalid));
            var io = await vf.CreateQueues(1);
            // Five pages by a list, and the second of two pages by PRP2.
            var (list, bytes) = (vf.Take(page), new byte[5 * page]);
            new Random(mps).NextBytes(bytes);
            var pages = Enumerable.Range(0, 5).Select(_ => vf.Take(page)).Reverse().ToArray();
            for (var i = 0; i < 5; i++) vf.Memory.Write(pages[i], bytes.AsSpan(i * page, page));
            for (var i = 1; i < 5; i++) vf.Memory.Store(list + ((i - 1) * 8), vf.Iova(pages[i]));
            var write = NvmCommand.Write(1, 3, (ushort)((5 * page / 4096) - 1)) with { Prp1 = vf.Iova(pages[0]), Prp2 = vf.Iova(list) };
            Assert.That((await vf.Io(io, write)).Status, Is.EqualTo(Status.Success));
            var read = NvmCommand.Read(1, 3, (ushort)((2 * page / 4096) - 1)) with { Prp1 = vf.Iova(pages[4]), Prp2 = vf.Iova(pages[3]) };
            Assert.That((await vf.Io(io, read)).Status, Is.EqualTo(Status.Success));
            Assert.That(vf.Memory.Read(pages[4], page).SequenceEqual(bytes.AsSpan(0, page)));
            Assert.That(vf.Memory.Read(pages[3], page).SequenceEqual(bytes.AsSpan(page, page)));
        });

    [Test]
    public void A_page_size_that_is_too_small_cannot_be_enabled() => Rig.Run(
        async rig =>
        {
            var pf = rig.Pair.Source.PhysicalFunctions[0];
            var host = new RawHost(rig.World, rig.Pair.Source, pf, rig.NewMemory(1 << 20), pageSize: 8192);
            await host.Connect();
            pf.Write32(Register.Cc, 0x0046_0001);
            await host.Settle();
            Assert.That(pf.Read32(Register.Csts) & 3, Is.EqualTo(2));
            pf.Write32(Register.Cc, 0);
            await host.Settle();
            await host.Enable(0x0046_0081);
            await host.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
        },
        new() { Device = new() { Capabilities = new() { MpsMin = 1 } } });
}
