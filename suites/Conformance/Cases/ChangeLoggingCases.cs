using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// What is logged: every change that the controller's commands make to blocks, and none of others (NVM Command Set 5.6, Base 2.3
/// 5.2.28.1.1).
/// </summary>
[Area("user-data-tracking")]
internal sealed class ChangeLoggingCases : UserDataCase
{
    private const int Entries = 2048;

    /// <summary>Writes of many sizes, at the first and the last block too; each is covered to its last block, as modified.</summary>
    /// <remarks>One write at a time, of 16 blocks at most. Entries that cover more than the write are noted and not judged.</remarks>
    [Test]
    [Covers("LM-UDT-18", "LM-UDT-42", "LM-UDT-44")]
    public async CaseTask A_write_is_logged_to_its_last_block()
    {
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        var queue = await host.StartLoggingAsync(vf.Id, Entries);
        var data = vf.Buffer(16 * PageSize);
        ushort[] sizes = [1, 2, 3, 7, 8, 16];
        foreach (var size in sizes)
        {
            foreach (var slba in (ulong[])[0, 100, 101, format.Blocks - size])
            {
                await io.MustAsync("write", io.WithData(NvmCommand.Write(1, slba, (ushort)(size - 1)), data));
                await host.MustLogAsync(queue.Id, LoggingAction.Stop);
                var entries = await TakeToLastAsync(queue);
                var (path, blocks) = ($"write[{slba},{size}]", CaseDataQueue.BlocksOf(entries));
                Check.That("LM-UDT-18", path, Enumerable.Range(0, size).All(i => blocks.Contains(slba + (ulong)i)), "a write is not covered to its last block");
                Check.Saw("LM-UDT-18", $"{path}.more", $"{blocks.Count - size}");
                var ranges = entries.Where(it => it.Attributes.Change == LbaChange.Range).ToList();
                Check.That("LM-UDT-18", $"{path}.dlba", ranges.TrueForAll(it => !it.Attributes.Deallocated), "a write is told to be a deallocation");
                Check.That("LM-UDT-18", $"{path}.nsid", ranges.TrueForAll(it => it.Nsid == 1), "a write is told to be in another namespace");
                CheckForm(path, entries);
                await queue.MustTellHeadAsync();
                await host.MustLogAsync(queue.Id, LoggingAction.Start);
            }
        }
    }

    /// <summary>
    /// Large writes that take their time: as soon as an entry stands in the queue, its blocks are read through the PF and hold what was
    /// written, whether or not the write has completed.
    /// </summary>
    /// <remarks>A device so fast that no entry is ever seen ahead of its write shows less; what was seen is noted.</remarks>
    [TestCase(1)]
    [TestCase(8)]
    [Covers("LM-UDT-19")]
    public async CaseTask What_an_entry_names_reads_as_new(int blocks)
    {
        const int writes = 8;
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        var medium = await CaseMedium.OfAsync(host);
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        await queue.TakeAsync(1);
        var ahead = 0;
        for (var i = 0; i < writes; i++)
        {
            var data = vf.Buffer(blocks * format.TransferSize);
            data.Memory!.Fill(data.Offset, data.Length, (byte)(0x40 + i));
            var (before, slba) = (io.Taken.Count, (ulong)(100 + (2 * blocks * i)));
            io.Submit(io.WithData(NvmCommand.Write(1, slba, (ushort)(blocks - 1)), data));
            if (!await ReachesSoonAsync(() => queue.HasNext)) throw CaseEnd.Inconclusive("set-up: a write was not logged");
            foreach (var block in CaseDataQueue.BlocksOf(queue.Take()))
            {
                var read = await medium.ReadAsync(block);
                Lab.Must("read through the PF", read.Answer);
                Check.That(
                    "LM-UDT-19", $"lba[{block}]", !read.Bytes.AsSpan(0, format.BlockSize).ContainsAnyExcept((byte)(0x40 + i)),
                    "a block reads as old although its entry is there");
            }

            io.Consume();
            if (io.Taken.Count == before) ahead++;
            if (!await io.ReachesAsync(before + 1)) throw CaseEnd.Inconclusive("set-up: write: no answer in time");
        }

        Check.Saw("LM-UDT-19", "ahead", $"{ahead} of {writes} entries ahead of the completion");
    }

    /// <summary>Deallocations of one range and of many, neighbours and not: all blocks are covered, as deallocated or modified.</summary>
    /// <remarks>Whether the blocks were really deallocated: every block that the command names must be logged. Ranges lie below block 252.</remarks>
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(64)]
    [Covers("LM-UDT-20")]
    public async CaseTask Deallocated_blocks_are_logged(int ranges)
    {
        var (host, vf, io) = await StartAsync();
        Lab.Need(vf.Nvme.Identity.Oncs.DatasetManagement, "Dataset Management (ONCS bit 2)");
        for (var i = 0; i < 32; i++) await io.MustAsync("write zeroes", NvmCommand.WriteZeroes(1, 8 * (ulong)i, 7));
        var queue = await host.StartLoggingAsync(vf.Id, Entries);
        var (data, expected) = (vf.Buffer(PageSize), new SortedSet<ulong>());
        for (var i = 0; i < ranges; i++)
        {
            var range = new DatasetManagementRange { Slba = (ulong)Random.Below(240), LengthInBlocks = 1 + (uint)Random.Below(12) };
            data.Write(Wire.Bytes(in range), i * DatasetManagementRange.Size);
            for (var block = 0UL; block < range.LengthInBlocks; block++) expected.Add(range.Slba + block);
        }

        await io.MustAsync("deallocate", io.WithData(NvmCommand.DatasetManagement(1, (byte)(ranges - 1)), data));
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var entries = await TakeToLastAsync(queue);
        var blocks = CaseDataQueue.BlocksOf(entries);
        Check.Equal("LM-UDT-20", "missing", string.Join(' ', expected.Where(it => !blocks.Contains(it))), "", "deallocated blocks are missing");
        Check.Saw("LM-UDT-20", "dlba", entries.Any(it => it.Attributes.Deallocated) ? "deallocated" : "modified");
    }

    /// <summary>Each command that changes blocks by itself, on blocks that were written before, so that it really changes them.</summary>
    /// <remarks>Whether the blocks differ: a command that succeeds is believed. One at a time, of at most eight blocks, below block 256.</remarks>
    [TestCase(NvmOpcode.WriteZeroes)]
    [TestCase(NvmOpcode.WriteUncorrectable)]
    [TestCase(NvmOpcode.Copy)]
    [TestCase(NvmOpcode.Compare)]
    [Covers("LM-UDT-21")]
    public async CaseTask Every_command_that_changes_blocks_is_logged(NvmOpcode opcode)
    {
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        BlockChanger.Need(vf, opcode);
        var changer = new BlockChanger(vf, io, format, 256);
        await changer.FillAsync();
        var queue = await host.StartLoggingAsync(vf.Id, Entries);
        for (var i = 0; i < 12; i++) await changer.ChangeAsync(opcode, (ulong)(20 * i) + 1, 1 + i);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var blocks = CaseDataQueue.BlocksOf(await TakeToLastAsync(queue));
        var missing = changer.Changed.Where(it => !blocks.Contains(it));
        Check.Equal("LM-UDT-21", $"{opcode}.missing", string.Join(' ', missing), "", $"blocks changed by {opcode} are missing");
        Check.Hazard("LM-UDT-21", $"{opcode}", changer.Changed.Count > 0, "a change of blocks");
    }

    /// <summary>Around block 2^32 and at the end of a namespace that goes beyond it: entries have the whole number of a block, not its low half.</summary>
    /// <remarks>Three places: across block 2^32, 40 behind it, and the last eight blocks. One command at a time.</remarks>
    [TestCase(NvmOpcode.WriteZeroes)]
    [TestCase(NvmOpcode.WriteUncorrectable)]
    [TestCase(NvmOpcode.DatasetManagement)]
    [TestCase(NvmOpcode.Copy)]
    [Covers("LM-UDT-18", "LM-UDT-21")]
    public async CaseTask A_change_beyond_block_2_to_the_32_is_logged_where_it_is(NvmOpcode opcode)
    {
        const int most = 8;
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        CaseMedium.NeedBeyond32Bits(format);
        BlockChanger.Need(vf, opcode);
        var changer = new BlockChanger(vf, io, format, 256);
        await changer.FillAsync();
        var queue = await host.StartLoggingAsync(vf.Id, Entries);
        foreach (var (id, by) in ((string, NvmOpcode)[])[("LM-UDT-18", NvmOpcode.Write), ("LM-UDT-21", opcode)])
        {
            changer.Changed.Clear();
            foreach (var slba in (ulong[])[CaseMedium.Beyond - 3, CaseMedium.Beyond + 40, format.Blocks - most]) await changer.ChangeAsync(by, slba, most);
            await host.MustLogAsync(queue.Id, LoggingAction.Stop);
            var blocks = CaseDataQueue.BlocksOf(await TakeToLastAsync(queue));
            var missing = changer.Changed.Where(it => !blocks.Contains(it));
            Check.Equal(id, $"{by}.missing", string.Join(' ', missing), "", $"blocks changed by {by} are missing");
            Check.Hazard(id, $"{by}", changer.Changed.Count == 3 * most, "a change of blocks");
            await queue.MustTellHeadAsync();
            await host.MustLogAsync(queue.Id, LoggingAction.Start);
        }
    }

    /// <summary>
    /// A random mix of every command that changes blocks, many in flight at once, overlapping; then the log is stopped. What was really
    /// changed - the blocks read before and after - and what succeeded is in the log.
    /// </summary>
    /// <remarks>A block that was changed and changed back.</remarks>
    [Test]
    [Covers("LM-UDT-18", "LM-UDT-21", "LM-UDT-44", "LM-UDT-42")]
    public async CaseTask Every_change_of_a_random_mix_is_logged([Range(0, 3)] int seed)
    {
        const int blocks = 192;
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        var changer = new BlockChanger(vf, io, format, blocks, new Rng(Rng.Derive(Random.Next(), (ulong)seed)));
        await changer.FillAsync();
        var medium = await CaseMedium.OfAsync(host);
        var queue = await host.StartLoggingAsync(vf.Id, Entries);
        var before = await medium.ImageAsync(blocks);
        for (var burst = 0; burst < 6; burst++) await changer.BurstAsync(16);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var entries = await TakeToLastAsync(queue);
        var after = await medium.ImageAsync(blocks);
        var named = CaseDataQueue.BlocksOf(entries);
        var differ = Enumerable.Range(0, blocks).Where(i => !before[i].IsSame(after[i])).Select(i => (ulong)i).ToList();
        Check.Hazard("LM-UDT-18", "differ", differ.Count > 8, "changes of blocks");
        Check.Equal("LM-UDT-18", "differ.missing", string.Join(' ', differ.Where(it => !named.Contains(it))), "", "blocks that differ are missing");
        Check.Equal(
            "LM-UDT-21", "changed.missing", string.Join(' ', changer.Changed.Where(it => !named.Contains(it))), "", "blocks that commands changed are missing");
        CheckForm("mix", entries);
        Check.Saw("LM-UDT-21", "precision", $"{named.Count(changer.Changed.Contains)} of {named.Count}");
    }

    /// <summary>What changes nothing - reads, compares, verifies, flushes - and writes that were refused.</summary>
    /// <remarks>A Compare or Verify that the controller has not got is refused, and shows nothing. What a refused write logs is noted and not judged.</remarks>
    [Test]
    [Covers("LM-UDT-22")]
    public async CaseTask Commands_that_change_nothing_are_not_logged()
    {
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        var data = vf.Buffer(PageSize);
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        await queue.TakeAsync(1);
        await io.DoAsync(io.WithData(NvmCommand.Read(1, 0, 0), data));
        await io.DoAsync(io.WithData(NvmCommand.Compare(1, 0, 0), data));
        await io.DoAsync(NvmCommand.Flush(1));
        await io.DoAsync(NvmCommand.Verify(1, 0, 7));
        await Lab.WatchAsync();
        Check.Equal("LM-UDT-22", "reads", CaseDataQueue.BlocksOf(queue.Take()).Count, 0, "commands that change nothing were logged");
        var refused = await io.DoAsync(io.WithData(NvmCommand.Write(1, format.Blocks, 0), data));
        Check.Hazard("LM-UDT-22", "refused", refused?.Status.IsSuccess == false, "a write beyond the end that is refused");
        await Lab.WatchAsync();
        Check.Saw("LM-UDT-22", "refused.entries", $"{queue.Take().Count}");
        await TouchAsync(io, 4);
        Check.That("LM-UDT-22", "after", CaseDataQueue.BlocksOf(await queue.TakeAsync(1)).Contains(8), "a refused write ended the logging");
    }

    /// <summary>A write that breaks off at a page that is not there: what it changed nevertheless is logged.</summary>
    /// <remarks>A device that has all data before it changes a block leaves nothing to be logged, and passes without having shown that it would.</remarks>
    [Test]
    [Covers("LM-UDT-22")]
    public async CaseTask A_write_that_broke_off_is_logged_unless_it_changed_nothing()
    {
        const int blocks = 4;
        var (host, vf, io) = await StartAsync();
        var format = await vf.FormatAsync();
        Lab.Need(format is { TransferSize: PageSize, MetadataSize: 0 }, "blocks of 4 KiB");
        var medium = await CaseMedium.OfAsync(host);
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        var before = await medium.ImageAsync(16);
        var data = vf.Buffer(blocks * PageSize);
        data.Memory!.Fill(data.Offset, data.Length, 0x5A);
        var list = vf.Buffer(PageSize);
        for (var i = 1; i < blocks; i++)
            list.Write(BitConverter.GetBytes(i < 3 ? data.Iova + (ulong)(i * PageSize) : 0xDEAD_0000_0000), (i - 1) * sizeof(ulong));
        var ended = await io.DoAsync(NvmCommand.Write(1, 4, blocks - 1) with { Prp1 = data.Iova, Prp2 = list.Iova });
        Check.Hazard("LM-UDT-22", "broke.off", ended?.Status.IsSuccess == false, "a write that breaks off");
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var named = CaseDataQueue.BlocksOf(await TakeToLastAsync(queue));
        var after = await medium.ImageAsync(16);
        var differ = Enumerable.Range(0, 16).Where(i => !before[i].IsSame(after[i])).Select(i => (ulong)i);
        Check.Equal("LM-UDT-22", "missing", string.Join(' ', differ.Where(it => !named.Contains(it))), "", "blocks that a failed write changed are missing");
    }

    /// <summary>The namespace is written through the PF and through another VF, whose own log has it; this one's has not.</summary>
    /// <remarks>Writes of several controllers to the same blocks at once: each writes blocks of its own, one after the other.</remarks>
    [Test]
    [Covers("LM-UDT-23")]
    public async CaseTask What_others_write_to_a_shared_namespace_is_not_logged()
    {
        var (host, vf, io) = await StartAsync();
        var other = await host.BringUpAsync(2);
        var theirs = await other.CreateQueueAsync();
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        var otherQueue = await host.StartLoggingAsync(other.Id, 64);
        await TouchAsync(theirs, 10, 3);
        Lab.Must("write zeroes through the PF", await host.Controlling.IoAsync(NvmCommand.WriteZeroes(1, 60, 3)));
        await TouchAsync(io, 40);
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        await host.MustLogAsync(otherQueue.Id, LoggingAction.Stop);
        var (ours, others) = (CaseDataQueue.BlocksOf(await TakeToLastAsync(queue)), CaseDataQueue.BlocksOf(await TakeToLastAsync(otherQueue)));
        Check.That("LM-UDT-23", "ours", ours.Contains(80) && !ours.Overlaps([20, 22, 24, 60, 61, 62, 63]), "the log is not of this controller's changes alone");
        Check.That(
            "LM-UDT-23", "others", others.IsSupersetOf([20, 22, 24]) && !others.Overlaps([80, 60, 61, 62, 63]),
            "the log of the other is not of its changes alone");
    }

    /// <summary>
    /// A namespace that the controller is not attached to is written by others, then attached while logging is on and written by it, then
    /// detached and written by others again.
    /// </summary>
    /// <remarks>A write that is in flight while the namespace is attached or detached.</remarks>
    [Test]
    [Covers("LM-UDT-24", "LM-UDT-18")]
    public async CaseTask A_namespace_is_logged_from_when_it_is_attached()
    {
        var (host, vf, io) = await StartAsync();
        var spare = Lab.Must("Identify, Allocated Namespace ID list", await host.Namespaces.ListAsync(allocated: true)).FirstOrDefault(it => it != 1);
        Lab.Need(spare != 0, "a second namespace in the subsystem");
        var outcome = await host.Namespaces.AttachAsync(spare, host.Id);
        if (outcome.Status != Status.NamespaceAlreadyAttached) Lab.Must(outcome);
        await host.Namespaces.DetachAsync(spare, vf.Id);
        var queue = await host.StartLoggingAsync(vf.Id, 64);
        Lab.Must("write zeroes through the PF", await host.Controlling.IoAsync(NvmCommand.WriteZeroes(spare, 30, 3)));
        var refused = await io.DoAsync(NvmCommand.WriteZeroes(spare, 40, 0));
        Check.Hazard("LM-UDT-24", "refused", refused?.Status.IsSuccess == false, "a write to a namespace that is not attached is refused");
        await Lab.WatchAsync();
        Check.Equal("LM-UDT-24", "detached", queue.Take().Count(it => it.Nsid == spare), 0, "a namespace that is not attached was logged");
        Lab.Must(await host.Namespaces.AttachAsync(spare, vf.Id));
        await io.MustAsync("write zeroes", NvmCommand.WriteZeroes(spare, 50, 1));
        await TouchAsync(io, 3);
        var entries = await queue.TakeAsync(2);
        Check.That(
            "LM-UDT-18", "attached", CaseDataQueue.BlocksOf(entries, spare).IsSupersetOf([50, 51]),
            "writes to a namespace that was attached meanwhile are not logged");
        Check.That("LM-UDT-18", "first", CaseDataQueue.BlocksOf(entries).Contains(6), "writes to the first namespace are not logged meanwhile");
        Lab.Must(await host.Namespaces.DetachAsync(spare, vf.Id));
        Lab.Must("write zeroes through the PF", await host.Controlling.IoAsync(NvmCommand.WriteZeroes(spare, 70, 3)));
        await Lab.WatchAsync();
        Check.Equal("LM-UDT-24", "detached.again", queue.Take().Count(it => it.Nsid == spare), 0, "a namespace that was detached was logged");
    }

    /// <summary>Neighbouring and overlapping writes, forwards, backwards, all in flight: however they are told, no block is left out.</summary>
    /// <remarks>They are Write Zeroes, 24 of them, below block 560. How many the device had in flight together is up to it.</remarks>
    [TestCase(+1)]
    [TestCase(-1)]
    [TestCase(0)]
    [Covers("LM-UDT-25")]
    public async CaseTask Neighbouring_writes_are_logged_without_a_gap(int direction)
    {
        const int writes = 24;
        var (host, vf, io) = await StartAsync();
        var queue = await host.StartLoggingAsync(vf.Id, 256);
        var expected = new SortedSet<ulong>();
        io.Burst(writes, i =>
        {
            var (slba, count) = direction switch
            {
                > 0 => (500 + (2 * (ulong)i), 2),
                < 0 => (500 - (2 * (ulong)i), 2),
                _ => (500 + (ulong)Random.Below(40), 1 + (int)Random.Below(6)),
            };
            for (var block = 0; block < count; block++) expected.Add(slba + (ulong)block);
            return NvmCommand.WriteZeroes(1, slba, (ushort)(count - 1));
        });
        if (!await io.ReachesAsync(writes)) throw CaseEnd.Inconclusive("set-up: Write Zeroes: no answer in time");
        await host.MustLogAsync(queue.Id, LoggingAction.Stop);
        var entries = await TakeToLastAsync(queue);
        var blocks = CaseDataQueue.BlocksOf(entries);
        Check.Equal("LM-UDT-25", "missing", string.Join(' ', expected.Where(it => !blocks.Contains(it))), "", "entries together leave out blocks");
        Check.Saw("LM-UDT-25", "entries", entries.Count - 2 < writes ? "several writes in one entry" : "an entry a write");
    }

    /// <summary>Looks far oftener than <see cref="Suite.Lab.ReachesAsync"/>: what is looked for may be there for a short time only.</summary>
    private static async ValueTask<bool> ReachesSoonAsync(Func<bool> condition)
    {
        for (var look = 0; look < 10_000 && !condition(); look++) await World.After(500);
        return condition();
    }
}
