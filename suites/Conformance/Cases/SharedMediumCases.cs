using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Both sides reach the same blocks: only state moves, and one side writes at a time.</summary>
[Area("medium")]
internal sealed class SharedMediumCases : ConformanceCase
{
    private const int Blocks = 48;

    private static async ValueTask<(CaseMove Move, CaseMedium Medium)> StartAsync()
    {
        var move = await CaseMove.CreateAsync(Lab);
        var medium = await CaseMedium.OfAsync(move.Destination);
        Lab.Need(medium.Format.SeparateSize == 0, "blocks without metadata of their own");
        return (move, medium);
    }

    private static DmaBuffer Filled(CaseMove move, int bytes, byte value)
    {
        var data = move.From.Buffer(bytes);
        data.Memory!.Fill(data.Offset, data.Length, value);
        return data;
    }

    private static bool Holds(in CaseBlock block, byte value) => block.Answer.IsOk && !block.Bytes.AsSpan().ContainsAnyExcept(value);

    /// <summary>
    /// Blocks are overwritten again and again, the last ones in flight when the source is suspended. The guest goes on at the destination and
    /// reads all of them there: the last version that was acknowledged, and no other.
    /// </summary>
    /// <remarks>How many of the twelve writes are in flight at the Suspend: three moments are tried, and a quick device has ended them by each.</remarks>
    [Test]
    [Covers("LM-MED-01")]
    public async CaseTask Every_acknowledged_write_is_read_on_the_destination([Values(0, 12)] int inFlight, [Values(0, 5_000, 15_000)] int moment)
    {
        var (move, medium) = await StartAsync();
        var (size, versions, io) = (medium.Format.TransferSize, new byte[Blocks], move.Io);
        var done = 0;
        for (byte version = 1; version <= 3; version++)
        {
            var data = Filled(move, size, version);
            // All, every other, every fourth: each version is the last of some blocks.
            var chosen = Enumerable.Range(0, Blocks).Where(it => it % (1 << (version - 1)) == 0).ToList();
            foreach (var batch in chosen.Chunk(24))
            {
                io.Burst(batch.Length, i => io.WithData(NvmCommand.Write(1, (ulong)batch[i], 0), data));
                if (!await io.ReachesAsync(done += batch.Length)) throw CaseEnd.Inconclusive("set-up: write: no answer in time");
            }

            foreach (var block in chosen) versions[block] = version;
        }

        var last = Filled(move, size, 9);
        if (inFlight > 0) io.Burst(inFlight, i => io.WithData(NvmCommand.Write(1, (ulong)i, 0), last));
        for (var i = 0; i < inFlight; i++) versions[i] = 9;
        await World.After(moment);
        await move.MoveAsync();
        if (!Check.That(
            "LM-MED-01", "completions", await io.ReachesAsync(done + inFlight), "writes in flight at the cut are not completed on the destination")) return;
        Check.That("LM-MED-01", "statuses", io.Taken.All(it => it.Status.IsSuccess), "a write failed");
        var buffer = move.From.Buffer(size);
        var wrong = new List<string>();
        for (var block = 0; block < Blocks; block++)
        {
            buffer.Clear();
            io.Submit(io.WithData(NvmCommand.Read(1, (ulong)block, 0), buffer));
            var answered = await io.ReachesAsync(done + inFlight + block + 1);
            if (!answered || buffer.Read().ContainsAnyExcept(versions[block])) wrong.Add($"{block}: {buffer.Read()[0]} for {versions[block]}");
        }

        Check.Equal("LM-MED-01", "blocks", string.Join(", ", wrong), "", "blocks do not hold their last acknowledged version on the destination");
    }

    /// <summary>
    /// The guest writes a block twice at the destination. The source's doorbell is rung as if the first of the two were still to be done
    /// there: the block must keep the second.
    /// </summary>
    /// <remarks>Commands that the source had taken before it was suspended: it had none. A write that comes after the silence.</remarks>
    [Test]
    [Covers("LM-MED-02")]
    public async CaseTask Nothing_that_the_source_is_asked_reaches_the_medium()
    {
        var (first, after, version) = await HauntAsync(resumesSource: false);
        Check.That("LM-MED-02", "before", first, "the guest's last write is not on the medium");
        Check.That("LM-MED-02", "after", after, $"the source wrote to the medium while the destination runs: version {version}");
    }

    /// <summary>Negative control: the same with a source that was resumed by mistake; it is found out.</summary>
    /// <remarks>The device: it is the look at the medium that is held to account, over one block.</remarks>
    [Test]
    [Covers("LM-MED-13")]
    public async CaseTask A_source_that_was_resumed_by_mistake_is_found_out()
    {
        var (first, after, _) = await HauntAsync(resumesSource: true);
        Check.Hazard("LM-MED-13", "before", first, "the guest's last write on the medium");
        Check.That("LM-MED-13", "after", !after, "two controllers run and nothing was noticed");
    }

    private static async ValueTask<(bool First, bool After, byte Version)> HauntAsync(bool resumesSource)
    {
        const ulong block = 7;
        var (move, medium) = await StartAsync();
        var (io, size) = (move.Io, medium.Format.TransferSize);
        var (older, newer) = (Filled(move, size, 1), Filled(move, size, 2));
        await io.MustAsync("write", io.WithData(NvmCommand.Write(1, 0, 0), older));
        await move.MoveAsync();
        var head = io.Pair.SqTail;
        await io.MustAsync("write", io.WithData(NvmCommand.Write(1, block, 0), older));
        await io.MustAsync("write", io.WithData(NvmCommand.Write(1, block, 0), newer));
        var first = await medium.ReadAsync(block);
        if (resumesSource) await move.Source.ResumeAsync(move.From.Id);
        move.From.Function.Write32(Register.Doorbells + (2 * io.Pair.Qid * move.From.Nvme.DoorbellStride), (uint)(head + 1));
        await Lab.WatchAsync();
        var after = await medium.ReadAsync(block);
        return (Holds(first, 2), Holds(after, 2), after.Bytes.Length > 0 ? after.Bytes[0] : (byte)0);
    }

    /// <summary>
    /// The destination's controller is not attached to the namespace. Either the load is refused, or the guest's first read fails; nothing may
    /// be read as if it were the guest's block.
    /// </summary>
    /// <remarks>Blocks of another namespace under the same identity. The guest's first command is a read; a write is not tried.</remarks>
    [Test]
    [Covers("LM-MED-03")]
    public async CaseTask A_destination_without_the_namespace_is_found_out_at_once()
    {
        var (move, medium) = await StartAsync();
        // What a host goes by when it decides whether two sides have the same blocks.
        Check.Equal(
            "LM-MED-03", "identity", medium.Format.Identity, (await CaseMedium.OfAsync(move.Source)).Format.Identity, "a shared namespace has two identities");
        await move.Io.MustAsync("write", move.Io.WithData(NvmCommand.Write(1, 3, 0), Filled(move, medium.Format.TransferSize, 0x33)));
        Lab.Must(await move.Destination.Namespaces.DetachAsync(1, move.To.Id));
        await move.SuspendAsync();
        var load = await move.Destination.SetStateAsync(move.To.Id, move.State!.Bytes);
        Check.Saw("LM-MED-03", "load", load.IsOk ? "taken" : $"{load.Status}");
        Check.That("LM-MED-03", "found.out", load.Outcome == TicketOutcome.Completed, "a load that has no blocks to go with is neither taken nor refused");
        if (!load.IsOk) return;

        await move.ResumeAsync();
        var read = await move.Io.DoAsync(move.Io.WithData(NvmCommand.Read(1, 3, 0), move.From.Buffer(medium.Format.TransferSize)));
        Check.That("LM-MED-03", "read", read?.Status.IsSuccess != true, "a guest reads blocks of a namespace that its new controller is not attached to");
    }

    /// <summary>The state has the same size whatever the controller's namespaces hold, and however many there are of whatever size.</summary>
    /// <remarks>Blocks hidden in a vendor's part, which is not read here; contents that a state of the same size may carry.</remarks>
    [Test]
    [Covers("LM-MED-04")]
    public async CaseTask The_size_of_the_state_does_not_follow_the_blocks()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var io = await vf.CreateQueueAsync();
        var format = await vf.FormatAsync();
        var empty = await SizeAsync();
        for (var i = 0; i < 64; i++) await io.MustAsync("write zeroes", NvmCommand.WriteZeroes(1, (ulong)i * (format.Blocks / 64), 255));
        Check.Equal("LM-MED-04", "written", await SizeAsync(), empty, "the state grew with the blocks that were written");
        var others = Lab.Must("Identify, Allocated Namespace ID list", await host.Namespaces.ListAsync(allocated: true)).Where(it => it != 1).ToList();
        Lab.Need(others.Count > 0, "a second namespace in the subsystem");
        foreach (var nsid in others)
        {
            await host.AttachAsync(nsid, vf.Id);
            Check.Equal("LM-MED-04", $"attached[{nsid}]", await SizeAsync(), empty, "the state grew with a namespace");
        }

        // Blocks are copied by commands of their own, while the guest runs.
        var medium = await CaseMedium.OfAsync(host);
        io.Burst(16, i => NvmCommand.WriteZeroes(1, (ulong)i, 0));
        Check.Ok("LM-MED-04", "copied", (await medium.ReadAsync(100)).Answer, "blocks cannot be read for a copy while the guest runs");
        await io.ReachesAsync(64 + 16);

        async ValueTask<int> SizeAsync()
        {
            await host.MustSuspendAsync(vf.Id);
            var size = (await host.ReadStateAsync(vf.Id)).Bytes.Length;
            await host.MustResumeAsync(vf.Id);
            return size;
        }
    }

    /// <summary>Writes with Force Unit Access, and a flush behind plain ones, the last in flight at the cut: on the medium once acknowledged.</summary>
    /// <remarks>What a loss of power would leave.</remarks>
    [TestCase(true)]
    [TestCase(false)]
    [Covers("LM-MED-08")]
    public async CaseTask What_was_flushed_or_written_through_is_there_after_the_cut(bool forceUnitAccess)
    {
        const int writes = 8;
        var (move, medium) = await StartAsync();
        var (io, size) = (move.Io, medium.Format.TransferSize);
        for (var i = 0; i < writes; i++)
            await io.MustAsync("write", io.WithData(NvmCommand.Write(1, (ulong)i, 0, forceUnitAccess), Filled(move, size, (byte)(0x10 + i))));
        if (!forceUnitAccess) await io.MustAsync("flush", NvmCommand.Flush(1));
        io.Burst(writes, i => io.WithData(NvmCommand.Write(1, (ulong)(writes + i), 0, forceUnitAccess), Filled(move, size, (byte)(0x10 + writes + i))));
        if (!forceUnitAccess) io.Submit(NvmCommand.Flush(1));
        await World.After(5_000);
        await move.MoveAsync();
        var all = (2 * writes) + (forceUnitAccess ? 0 : 2);
        Check.That(
            "LM-MED-08", "completions", await io.ReachesAsync(all) && io.Taken.All(it => it.Status.IsSuccess),
            "writes or flushes in flight at the cut did not succeed");
        for (var i = 0; i < 2 * writes; i++)
            Check.That(
                "LM-MED-08", $"lba[{i}]", Holds(await medium.ReadAsync((ulong)i), (byte)(0x10 + i)),
                "a block is not there although it was flushed or written through");
    }

    /// <summary>
    /// Writes of several blocks in flight at the suspend, and more in the queue. From the suspend on the medium stands still; what was completed
    /// is there, what was not comes whole when the guest goes on, once.
    /// </summary>
    /// <remarks>Blocks other than those that are written. How many writes are in flight at the Suspend: four moments are tried.</remarks>
    [Test]
    [Covers("LM-MED-09", "LM-MED-01")]
    public async CaseTask The_medium_stands_still_from_the_suspend_on([Values(1, 12)] int writes, [Values(0, 2_000, 15_000, 25_000)] int moment)
    {
        const int blocks = 4;
        var (move, medium) = await StartAsync();
        var (io, size) = (move.Io, medium.Format.TransferSize);
        await medium.FillAsync(blocks * writes, 0xEE);
        var cids = io.Burst(writes, i => io.WithData(NvmCommand.Write(1, (ulong)(blocks * i), blocks - 1), Filled(move, blocks * size, (byte)(i + 1))));
        await World.After(moment);
        await move.SuspendAsync();
        var before = await medium.ImageAsync(blocks * writes);
        await Lab.WatchAsync();
        Check.Equal("LM-MED-09", "posted", io.Pair.CountPosted(), move.Posted, "a write was completed after the suspend");
        io.Consume();
        var completed = cids.Select(it => io.CountOf(it) > 0).ToList();
        var after = await medium.ImageAsync(blocks * writes);
        Check.That("LM-MED-09", "still", before.Zip(after).All(it => it.First.IsSame(it.Second)), "the medium changed while the controller was suspended");
        for (var i = 0; i < writes; i++)
        {
            var whole = Enumerable.Range(blocks * i, blocks).All(it => Holds(before[it], (byte)(i + 1)));
            if (completed[i]) Check.That("LM-MED-09", $"completed[{i}]", whole, "a write that was completed is not on the medium");
        }

        await move.LoadAsync();
        await move.ResumeAsync();
        await io.ReachesAsync(writes);
        Check.That("LM-MED-09", "once", cids.All(it => io.CountOf(it) == 1), "a write was not completed once");
        var end = await medium.ImageAsync(blocks * writes);
        Check.That(
            "LM-MED-01", "whole", Enumerable.Range(0, blocks * writes).All(it => Holds(end[it], (byte)((it / blocks) + 1))),
            "a write is not wholly there after the move");
        Check.Saw("LM-MED-09", "completed", $"{completed.Count(it => it)} of {writes}");
    }
}
