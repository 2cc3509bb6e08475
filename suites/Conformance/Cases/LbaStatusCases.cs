using System.Runtime.InteropServices;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Get LBA Status, action 02h: which blocks are allocated, so that a copy can leave out the rest (NVM Command Set).</summary>
[Area("medium")]
internal sealed class LbaStatusCases : ConformanceCase
{
    private const int Span = 1024;

    private static async ValueTask<(CaseHost Host, CaseVf Vf, CaseQueue Io)> StartAsync()
    {
        var host = await Lab.StartAsync();
        Lab.Need(host.Identity.Oacs.GetLbaStatus, "Get LBA Status (OACS bit 9)");
        var nvm = await host.Pf.IdentifyAsync<NvmController>(Cns.CommandSetController);
        Lab.Need(nvm.IsOk && nvm.Value.Aocs.ReportAllocatedLbas, "allocated blocks in Get LBA Status (AOCS.RALBAS)");
        var vf = await host.BringUpAsync();
        return (host, vf, await vf.CreateQueueAsync());
    }

    /// <summary>All descriptors from a block on, by buffers of so many descriptors; each is looked at on its own too.</summary>
    private static async ValueTask<List<LbaStatusDescriptor>> StatusAsync(CaseHost host, ulong blocks, int room, ulong from = 0)
    {
        var all = new List<LbaStatusDescriptor>();
        var bytes = LbaStatusHeader.Size + (room * LbaStatusDescriptor.Size);
        for (var slba = from; slba < blocks && all.Count <= Span;)
        {
            var reading = await host.Pf.ReadBytesAsync(AdminCommand.GetLbaStatus(1, slba, (uint)bytes, (byte)LbaStatusAction.TrackedAllocated), bytes);
            var answer = Lab.Must("Get LBA Status", reading);
            var header = Wire.Read<LbaStatusHeader>(answer);
            if (!Check.That("LM-MED-10", "nlsd", header.Nlsd <= room, "more descriptors are announced than fit")) return all;
            var descriptors = MemoryMarshal.Cast<byte, LbaStatusDescriptor>(answer.AsSpan(LbaStatusHeader.Size))[..(int)header.Nlsd].ToArray();
            foreach (var it in descriptors)
            {
                var end = it.Dslba + it.Nlb;
                Check.That(
                    "LM-MED-10", "order", it.Nlb > 0 && end <= blocks && (all.Count == 0 || it.Dslba >= all[^1].Dslba + all[^1].Nlb || slba > it.Dslba),
                    $"descriptors are out of order, overlap or leave the namespace: {it}");
                Check.Equal("LM-MED-10", "status", it.Status, LbaStatusDescriptor.Allocated, "a descriptor of this action is not called allocated");
                all.Add(it);
            }

            if (header.Cmpc == (byte)LbaStatusCompletion.Complete || descriptors.Length == 0) break;
            slba = descriptors[^1].Dslba + descriptors[^1].Nlb;
        }

        return all;
    }

    private static bool IsCovered(List<LbaStatusDescriptor> descriptors, ulong lba) => descriptors.Exists(it => lba >= it.Dslba && lba < it.Dslba + it.Nlb);

    /// <summary>Runs here and there, told by buffers from one descriptor up: each written block is covered.</summary>
    /// <remarks>A device that calls all blocks allocated. What lies beyond block 1032, but for the last three.</remarks>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(200)]
    [Covers("LM-MED-10")]
    public async CaseTask Every_written_block_is_told_to_be_allocated(int room)
    {
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        var data = vf.Buffer(8 * format.TransferSize);
        var written = new SortedSet<ulong>();
        for (var i = 0; i < 24; i++)
        {
            var (slba, count) = (i == 0 ? format.Blocks - 3 : (ulong)Random.Below(Span), i == 0 ? 3 : 1 + (int)Random.Below(8));
            await io.MustAsync("write", io.WithData(NvmCommand.Write(1, slba, (ushort)(count - 1)), data));
            for (var block = 0; block < count; block++) written.Add(slba + (ulong)block);
        }

        var descriptors = await StatusAsync(host, format.Blocks, room);
        Check.Equal(
            "LM-MED-10", "missing", string.Join(' ', written.Where(it => !IsCovered(descriptors, it))), "", "written blocks are not told to be allocated");
        Check.Saw("LM-MED-10", "descriptors", $"{descriptors.Count}");
    }

    /// <summary>Runs across block 2^32, beyond it and at the end, asked for from the beginning and from beyond.</summary>
    /// <remarks>A device that calls all blocks allocated; places other than the three that were written.</remarks>
    [TestCase(0ul)]
    [TestCase(CaseMedium.Beyond - 1)]
    [TestCase(CaseMedium.Beyond + 4)]
    [Covers("LM-MED-10")]
    public async CaseTask A_block_beyond_2_to_the_32_is_told_to_be_allocated(ulong from)
    {
        const int count = 8;
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        CaseMedium.NeedBeyond32Bits(format);
        var data = vf.Buffer(count * format.TransferSize);
        var written = new SortedSet<ulong>();
        foreach (var slba in (ulong[])[CaseMedium.Beyond - 2, CaseMedium.Beyond + 100, format.Blocks - count])
        {
            await io.MustAsync("write", io.WithData(NvmCommand.Write(1, slba, count - 1), data));
            for (var block = 0UL; block < count; block++) written.Add(slba + block);
        }

        var descriptors = await StatusAsync(host, format.Blocks, 200, from);
        var missing = written.Where(it => it >= from && !IsCovered(descriptors, it));
        Check.Equal("LM-MED-10", "missing", string.Join(' ', missing), "", "written blocks are not told to be allocated");
    }

    /// <summary>Single blocks, odd runs and whole granules are deallocated among written ones: what was not, is covered, and reads as written.</summary>
    /// <remarks>Whether deallocated granules are told so, which saves the copy: how many are is noted, and a device that tells none passes.</remarks>
    [Test]
    [Covers("LM-MED-11", "LM-MED-10")]
    public async CaseTask A_granule_with_an_allocated_block_is_told_to_be_allocated()
    {
        const int blocks = 128;
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        Lab.Need(vf.Nvme.Identity.Oncs.DatasetManagement, "Dataset Management (ONCS bit 2)");
        var data = vf.Buffer(8 * format.TransferSize);
        data.Memory!.Fill(data.Offset, data.Length, 0x42);
        for (var i = 0; i < blocks; i += 8) await io.MustAsync("write", io.WithData(NvmCommand.Write(1, (ulong)i, 7), data));
        var (gone, parameter) = (new HashSet<ulong>(), vf.Buffer(4096));
        foreach (var (slba, count) in ((ulong, uint)[])[(3, 1), (16, 1), (31, 1), (40, 7), (49, 7), (64, 8), (90, 13), (112, 16)])
        {
            var range = new DatasetManagementRange { Slba = slba, LengthInBlocks = count };
            parameter.Write(Wire.Bytes(in range));
            await io.MustAsync("deallocate", io.WithData(NvmCommand.DatasetManagement(1, 0), parameter));
            for (var i = 0U; i < count; i++) gone.Add(slba + i);
        }

        var descriptors = await StatusAsync(host, format.Blocks, 200);
        var medium = await CaseMedium.OfAsync(host);
        for (var lba = 0UL; lba < blocks; lba++)
        {
            if (gone.Contains(lba)) continue;
            var block = await medium.ReadAsync(lba);
            Check.That("LM-MED-11", $"lba[{lba}]", IsCovered(descriptors, lba), "a block that is allocated is told not to be");
            Check.That(
                "LM-MED-11", $"lba[{lba}].data", block.Answer.IsOk && !block.Bytes.AsSpan(0, format.BlockSize).ContainsAnyExcept((byte)0x42),
                "a block beside deallocated ones lost its data");
        }

        Check.Saw("LM-MED-11", "deallocated", $"{gone.Count(it => !IsCovered(descriptors, it))} of {gone.Count} deallocated blocks are told so");
    }
}
