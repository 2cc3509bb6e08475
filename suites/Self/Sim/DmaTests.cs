using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>Data pointers, and what the IOMMU lets through.</summary>
[TestFixture]
internal sealed class DmaTests
{
    private static readonly SimulatedPairOptions Large = new() { Device = new() { Namespaces = [new() { Blocks = 1 << 20, BlockSize = 512 }] } };

    [Test]
    public void A_PRP_list_over_several_pages_finds_every_page() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf, memory: rig.NewMemory(16 << 20));
            var io = await vf.CreateQueues(1);
            const int Pages = 256; // 1 MiB, what MDTS allows, from an offset: 257 pages
            var data = vf.Take((Pages + 1) * 4096);
            var bytes = new byte[Pages * 4096];
            new Random(3).NextBytes(bytes);
            var order = Enumerable.Range(0, Pages + 1).ToArray();
            new Random(4).Shuffle(order);
            const int Offset = 512;
            for (var at = 0; at < bytes.Length;)
            {
                var (page, inPage) = ((at + Offset) / 4096, (at + Offset) % 4096);
                var length = Math.Min(4096 - inPage, bytes.Length - at);
                vf.Memory.Write(data + (order[page] * 4096L) + inPage, bytes.AsSpan(at, length));
                at += length;
            }

            // The list begins 16 bytes before the end of its page: one entry, then the pointer to the next page.
            var (first, second) = (vf.Take(4096), vf.Take(4096));
            vf.Memory.Store(first + 4080, vf.Iova(data + (order[1] * 4096L)));
            vf.Memory.Store(first + 4088, vf.Iova(second));
            for (var i = 2; i <= Pages; i++) vf.Memory.Store(second + ((i - 2) * 8), vf.Iova(data + (order[i] * 4096L)));
            var write = NvmCommand.Write(1, 100, (Pages * 8) - 1) with
            {
                Prp1 = vf.Iova(data + (order[0] * 4096L) + Offset), Prp2 = vf.Iova(first + 4080),
            };
            Assert.That((await vf.Io(io, write)).Status, Is.EqualTo(Status.Success));

            var back = vf.Take(8192);
            for (var page = 0; page < Pages; page += 2)
            {
                await vf.Io(io, NvmCommand.Read(1, 100 + ((ulong)page * 8), 15), back);
                Assert.That(vf.Memory.Read(back, 8192).SequenceEqual(bytes.AsSpan(page * 4096, 8192)), $"page {page}");
            }
        },
        Large);

    [Test]
    public void A_PRP_entry_with_an_offset_is_refused() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var data = vf.Take(8192);
        var read = NvmCommand.Read(1, 0, 1) with { Prp1 = vf.Iova(data), Prp2 = vf.Iova(data + 4096 + 512) };
        Assert.That((await vf.Io(io, read)).Status, Is.EqualTo(Status.PrpOffsetInvalid));
    });

    [Test]
    public void An_SGL_of_two_segments_moves_all_its_blocks() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var (data, segment, last) = (vf.Take(8192), vf.Take(4096), vf.Take(4096));
        for (var i = 0; i < 4096; i++) vf.Memory.Store(data + i, (byte)(i * 7));
        vf.Memory.Store(segment, SglDescriptor.DataBlock(vf.Iova(data), 1000));
        vf.Memory.Store(segment + 16, SglDescriptor.LastSegment(vf.Iova(last), 32));
        vf.Memory.Store(last, SglDescriptor.DataBlock(vf.Iova(data + 1000), 3000));
        vf.Memory.Store(last + 16, SglDescriptor.DataBlock(vf.Iova(data + 4000), 96));
        var write = NvmCommand.Write(1, 3, 0) with { Sgl1 = SglDescriptor.Segment(vf.Iova(segment), 32) };
        write.Dword0 = write.Dword0 with { Psdt = 1 };
        Assert.That((await vf.Io(io, write)).Status, Is.EqualTo(Status.Success));
        var back = vf.Take(4096);
        await vf.Io(io, NvmCommand.Read(1, 3, 0), back);
        Assert.That(vf.Memory.Read(back, 4096).SequenceEqual(vf.Memory.Read(data, 4096)));

        vf.Memory.Store(last + 16, SglDescriptor.DataBlock(vf.Iova(data + 4000), 95));
        Assert.That((await vf.Io(io, write)).Status, Is.EqualTo(Status.DataSglLengthInvalid));
    });

    [Test]
    public void Data_outside_the_mappings_faults_with_the_function_s_requester_and_nothing_else_breaks() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var read = NvmCommand.Read(1, 0, 0) with { Prp1 = 0xDEAD_0000 };
        Assert.That((await vf.Io(io, read)).Status, Is.EqualTo(Status.DataTransferError));
        var fault = vf.Space.Faults.Single();
        Assert.That((fault.Requester, fault.Iova, fault.Access), Is.EqualTo((vf.Function.Requester, 0xDEAD_0000ul, DmaAccess.Write)));
        Assert.That((await vf.Io(io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
    });

    [Test]
    public void A_read_only_mapping_is_not_written() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var guarded = rig.NewMemory(4096);
        guarded.Fill(0, 4096, 0x77);
        vf.Space.Map(new DmaMapping(0x5_0000_0000, guarded, 0, 4096, DmaAccess.Read));
        Assert.That((await vf.Io(io, NvmCommand.Read(1, 0, 0) with { Prp1 = 0x5_0000_0000 })).Status, Is.EqualTo(Status.DataTransferError));
        Assert.That(guarded.Read(0, 4096).ContainsAnyExcept((byte)0x77), Is.False);
        Assert.That((await vf.Io(io, NvmCommand.Write(1, 0, 0) with { Prp1 = 0x5_0000_0000 })).Status, Is.EqualTo(Status.Success));
    });

    [Test]
    public void A_queue_that_cannot_be_reached_is_fatal_until_reset() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        await vf.Space.UnmapAsync(vf.Base, vf.Memory.Length);
        io.Put(NvmCommand.Flush(1));
        io.Ring();
        await vf.Settle();
        Assert.That(vf.Function.Read32(Register.Csts) & 2, Is.EqualTo(2), "CFS");
        vf.Space.Map(new DmaMapping(vf.Base, vf.Memory, 0, vf.Memory.Length, DmaAccess.ReadWrite));
        await vf.Disable();
        await vf.Enable();
        await vf.Must(AdminCommand.SetFeatures(7, 0));
    });

    [Test]
    public void Without_bus_master_nothing_moves_and_with_it_everything_goes_on() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        vf.Function.WriteConfig(PciHeader.CommandOffset, 2, 0);
        var (written, fetched) = (vf.Truth.LastWriteAt, vf.Truth.Fetched);
        var cid = vf.Submit(io, NvmCommand.Flush(1));
        await vf.Settle();
        Assert.That((vf.Truth.LastWriteAt, vf.Truth.Fetched), Is.EqualTo((written, fetched)));
        vf.Function.WriteConfig(PciHeader.CommandOffset, 2, 4);
        Assert.That((await vf.Next(io)).Cid, Is.EqualTo(cid));
    });

    [Test]
    public void A_transfer_above_MDTS_is_refused() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1);
            Assert.That((await vf.Io(io, NvmCommand.Read(1, 0, 2048), 0)).Status, Is.EqualTo(Status.InvalidField));
        },
        Large);
}
