using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>QUERY_DATA_SIZE and SAVE_DATA: how much, when, and what stops.</summary>
[Area("vendor-commands")]
internal sealed class VendorSaveCases : VendorCase
{
    /// <summary>
    /// Reads are in flight when SUSPEND comes. At completion of SAVE_DATA each that was fetched has its completion and its data; a command rung
    /// afterwards leaves no trace: no byte in the guest's memory, no interrupt.
    /// </summary>
    /// <remarks>A fetch that leaves no trace. How many reads are in flight at SUSPEND: one at least must be, or nothing is shown.</remarks>
    /// <param name="commands">In flight.</param>
    [TestCase(1)]
    [TestCase(8)]
    [TestCase(40)]
    [Covers("LM-VEND-10")]
    public async CaseTask Nothing_moves_once_it_was_saved(int commands)
    {
        var (vendor, vf, _) = await StartAsync();
        var queue = await vf.CreateQueueAsync(2, vector: 1);
        var signal = vf.Listen(1);
        var size = (await vf.FormatAsync()).BlockSize;
        var data = vf.Buffer(commands * size);
        queue.Burst(commands, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data.Slice(i * size, size)));
        await World.After(2_000);
        var done = queue.Pair.CountPosted();
        Lab.Must("SUSPEND", await vendor.SuspendAsync());
        var early = queue.Pair.CountPosted();
        var bytes = await vendor.MustQueryAsync();
        Lab.Must("SAVE_DATA", (await vendor.SaveAsync(bytes)).Answer);
        var (posted, interrupts) = (queue.Pair.CountPosted(), signal.Count);
        Check.Saw("LM-VEND-10", "cq[2].at-suspend", early < posted ? "drained by SAVE_DATA" : "drained by SUSPEND");
        Check.Hazard("LM-VEND-10", "cq[2].drained", posted > done, "a command in flight when SUSPEND was sent");
        queue.Put(queue.WithData(NvmCommand.Read(1, 0, 0), vf.Buffer(size)));
        using var image = new MemoryImage(vf.Ram);
        queue.Ring();
        await Lab.WatchAsync();
        Check.That("LM-VEND-10", "guest memory", image.IsUnchanged(), "guest memory was written after SAVE_DATA was complete");
        Check.Equal("LM-VEND-10", "cq[2].later", queue.Pair.CountPosted(), posted, "a completion came after SAVE_DATA was complete");
        Check.Equal("LM-VEND-10", "vector[1]", signal.Count, interrupts, "an interrupt came after SAVE_DATA was complete");
        if (vf.Space.TellsFaults) Check.Equal("LM-VEND-10", "faults", vf.Space.Faults.Count, 0, "the VF tried to reach what is not mapped");
    }

    /// <summary>QUERY_DATA_SIZE with one I/O queue pair after another, up to what the VF has resources for.</summary>
    /// <remarks>Whether the size is enough: SAVE_DATA is not sent. Eight queue pairs at most.</remarks>
    [Test]
    [Covers("LM-VEND-11")]
    public async CaseTask The_size_does_not_shrink_with_more_queues()
    {
        var host = await Lab.StartAsync();
        var vendor = CaseVendor.Need(host);
        var vf = await host.BringUpAsync(pairs: 8, carried: true);
        var last = Lab.Must("QUERY_DATA_SIZE", await vendor.QueryAsync());
        Check.That("LM-VEND-11", "queues[0]", last > 0, "a controller has a state of no bytes");
        var first = last;
        for (ushort qid = 1; qid <= 8; qid++)
        {
            await vf.CreateQueueAsync(qid, 16);
            var size = Lab.Must("QUERY_DATA_SIZE", await vendor.QueryAsync());
            Check.That("LM-VEND-11", $"queues[{qid}]", size >= last, "the state shrank though a queue pair came");
            last = size;
        }

        // An entry that depends on the queues is what the document says of it.
        Check.That("LM-VEND-11", "growth", last > first, "the state has the same size with eight queue pairs as with none");
    }

    /// <summary>
    /// SAVE_DATA into a buffer with guards around it, at several places in its page; twice with other bytes underneath, so that a last byte
    /// that happens to look like the guard is known from one that was not written.
    /// </summary>
    /// <remarks>Bytes within the state that were left out: the last one is looked at, and the guards around.</remarks>
    /// <param name="offset">Of the buffer in its first page.</param>
    [TestCase(0)]
    [TestCase(4)]
    [TestCase(2048)]
    [TestCase(4092)]
    [Covers("LM-VEND-12")]
    public async CaseTask It_writes_as_many_bytes_as_were_announced(int offset)
    {
        var (vendor, _, _) = await StartAsync(flushes: 5);
        Lab.Must("SUSPEND", await vendor.SuspendAsync());
        var size = await vendor.MustQueryAsync();
        var saves = new[] { await vendor.SaveAsync(size, offset: offset), await vendor.SaveAsync(size, offset: offset, fill: 0x26) };
        if (!saves[1].Answer.IsOk)
        {
            // Not a second time: then anew.
            Check.Ok("LM-VEND-12", "back", await vendor.BringBackAsync(saves[0].Bytes), "what was saved is not taken back");
            Lab.Must("SUSPEND", await vendor.SuspendAsync());
            saves[1] = await vendor.SaveAsync(size, offset: offset, fill: 0x26);
        }

        foreach (var save in saves)
        {
            Check.That("LM-VEND-12", "around", save.Around, "something was written before or behind the state");
            if (!Check.Ok("LM-VEND-12", "save", save.Answer, "as many bytes as were announced do not hold the state")) return;
        }

        var written = saves[0].Bytes[^1] != CaseVendor.Guard || saves[1].Bytes[^1] != 0x26;
        Check.That("LM-VEND-12", "last", written, "the last byte that was announced was not written");
    }

    /// <summary>A hundred times QUERY_DATA_SIZE of a suspended VF, with event requests outstanding and commands drained in between.</summary>
    /// <remarks>A size that changes later than 100 us after SUSPEND, which is as long as it is asked for.</remarks>
    [Test]
    [Covers("LM-VEND-13")]
    public async CaseTask The_size_of_a_suspended_controller_stays()
    {
        var (vendor, vf, queue) = await StartAsync();
        var data = vf.Buffer(4096);
        vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest());
        queue.Burst(20, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        await World.After(2_000);
        Lab.Must("SUSPEND", await vendor.SuspendAsync());
        var first = await vendor.MustQueryAsync();
        for (var i = 0; i < 100; i++)
        {
            var size = Lab.Must("QUERY_DATA_SIZE", await vendor.QueryAsync());
            if (!Check.Equal("LM-VEND-13", $"query[{i}]", size, first, "another size than the first time")) break;
            await World.After(1_000);
        }

        Check.Ok("LM-VEND-13", "save", (await vendor.SaveAsync(first)).Answer, "the size did not hold for SAVE_DATA");
    }

    /// <summary>
    /// SAVE_DATA without SUSPEND, under load. Refused, the VF works and lost nothing; accepted, it has drained and stands still, and what it
    /// gave can be loaded.
    /// </summary>
    /// <remarks>Whether what it gave loads elsewhere: it is brought back as the profile says, which may be by RESUME alone. The data of the reads.</remarks>
    [Test]
    [Covers("LM-VEND-14")]
    public async CaseTask A_running_controller_is_refused_or_stopped_whole()
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 2);
        var data = vf.Buffer(4096);
        var size = await vendor.MustQueryAsync();
        var cids = queue.Burst(12, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        await World.After(2_000);
        var save = await vendor.SaveAsync(size);
        Check.Saw("LM-VEND-14", "save", save.Answer.IsOk ? "drained and stopped" : $"{save.Answer}");
        Check.That("LM-VEND-14", "around", save.Around, "something was written outside the state");
        if (save.Answer.IsOk)
        {
            var posted = queue.Pair.CountPosted();
            await Lab.WatchAsync();
            Check.Equal("LM-VEND-14", "cq[1].later", queue.Pair.CountPosted(), posted, "a controller that was saved goes on");
            Lab.Must(await vendor.BringBackAsync(save.Bytes));
        }

        Check.That("LM-VEND-14", "cq[1]", await queue.ReachesAsync(2 + cids.Count), "commands were lost");
        Check.Equal(
            "LM-VEND-14", "cq[1].once", string.Join(' ', cids.Select(queue.CountOf).Distinct()), "1", "a command was completed several times, or never");
        Check.That("LM-VEND-14", "vf", await WorksAsync(queue), "the VF does not work");
    }

    /// <summary>SAVE_DATA twice; the VF has commands in its history, event requests, and completions that nobody consumed.</summary>
    /// <remarks>What both saves lack. No time passes between them.</remarks>
    [Test]
    [Covers("LM-VEND-15")]
    public async CaseTask A_second_save_gives_the_same_or_is_refused()
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 7);
        vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest());
        queue.Burst(3, _ => NvmCommand.Flush(1));
        await World.After(1_000_000);
        var first = await vendor.MustSaveAsync();
        var second = await vendor.SaveAsync(first.Length);
        Check.Saw("LM-VEND-15", "save[2]", second.Answer.IsOk ? "again" : $"{second.Answer}");
        Check.That("LM-VEND-15", "bytes", !second.Answer.IsOk || second.Bytes.AsSpan().SequenceEqual(first), "the second state is another");
        Lab.Must(await vendor.BringBackAsync(first));
        Check.That("LM-VEND-15", "cq[1]", await queue.ReachesAsync(10), "completions were lost");
        Check.That("LM-VEND-15", "vf", await WorksAsync(queue), "the VF does not work");
    }

    /// <summary>
    /// SAVE_DATA to where only the first bytes can go. It is refused and what was there stays; the VF, still suspended, is saved properly or
    /// resumed, and lost nothing.
    /// </summary>
    /// <remarks>What stands in the bytes that could be reached: they may hold anything. Errors of memory other than no mapping.</remarks>
    /// <param name="room">Bytes that can be reached.</param>
    /// <param name="again">Saved properly before it is brought back.</param>
    [TestCase(64, false)]
    [TestCase(64, true)]
    [TestCase(0, true)]
    [Covers("LM-VEND-16")]
    public async CaseTask A_state_that_cannot_be_written_is_not_lost(int room, bool again)
    {
        const ulong nowhere = 0xDEAD_0000;
        var (vendor, vf, queue) = await StartAsync(flushes: 3);
        queue.Burst(3, _ => NvmCommand.Flush(1));
        var host = vf.Host;
        Lab.Must("SUSPEND", await vendor.SuspendAsync());
        var size = await vendor.MustQueryAsync();
        Lab.Need(size > room, "a state of more than 64 bytes");
        var buffer = host.Buffer(3 * 4096);
        buffer.Write(Enumerable.Repeat(CaseVendor.Guard, buffer.Length).ToArray());
        var first = room == 0 ? nowhere : buffer.Iova + (2 * 4096) - (ulong)room;
        var command = vendor.Commands.SaveData(vendor.IndexOf(1)) with { Prp1 = first, Prp2 = nowhere + 4096 };
        Check.Refused("LM-VEND-16", "save", await host.AdminAsync(command), Status.DataTransferError, Status.InvalidField, Status.PrpOffsetInvalid);
        var seen = buffer.Read();
        Check.That(
            "LM-VEND-16", "memory", !seen[..(8192 - room)].ContainsAnyExcept(CaseVendor.Guard) && !seen[8192..].ContainsAnyExcept(CaseVendor.Guard),
            "the refused command wrote outside what it was given");
        if (again)
        {
            var save = await vendor.SaveAsync(await vendor.MustQueryAsync());
            Check.Ok("LM-VEND-16", "again", save.Answer, "the VF cannot be saved after a save that failed");
            if (save.Answer.IsOk) Check.Ok("LM-VEND-16", "back", await vendor.BringBackAsync(save.Bytes), "the VF cannot be brought back");
        }
        else
        {
            Check.Ok("LM-VEND-16", "resume", await vendor.ResumeAsync(), "the VF cannot be resumed after a save that failed");
        }

        Check.That("LM-VEND-16", "cq[1]", await queue.ReachesAsync(6), "completions were lost");
        Check.That("LM-VEND-16", "vf", await WorksAsync(queue), "the VF does not work");
    }

    /// <summary>
    /// A state above 256 KiB is refused whole, by SAVE_DATA or by LOAD_DATA, or moves whole; a load of its first 256 KiB is never taken for
    /// all of it.
    /// </summary>
    /// <remarks>States of up to 256 KiB, and the driver that has that limit: a device is asked, not a kernel.</remarks>
    [Test]
    [Covers("LM-VEND-17")]
    public async CaseTask A_state_above_the_other_side_s_limit_is_never_cut_short()
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 3);
        var size = await vendor.MustQueryAsync();
        Lab.Need(size > BlobLimit, $"a state above 256 KiB (QUERY_DATA_SIZE {size})");
        var there = await TakerAsync(vf);
        Lab.Must("SUSPEND", await vendor.SuspendAsync());
        var save = await vendor.SaveAsync(size);
        Check.That("LM-VEND-17", "around", save.Around, "something was written outside the state");
        Check.Saw("LM-VEND-17", "save", save.Answer.IsOk ? $"{size} bytes" : $"{save.Answer}");
        if (!save.Answer.IsOk)
        {
            Check.Ok("LM-VEND-17", "resume", await vendor.ResumeAsync(), "the source is stuck though it was not saved");
            Check.That("LM-VEND-17", "source", await WorksAsync(queue), "the source does not work though it was not saved");
            return;
        }

        Check.Refused("LM-VEND-17", "load.cut", await vendor.LoadAsync(save.Bytes.AsMemory(0, BlobLimit), 2), Status.InvalidField, Status.InternalError);
        var loaded = await vendor.LoadAsync(save.Bytes, 2);
        Check.Saw("LM-VEND-17", "load", $"{loaded}");
        if (!loaded.IsOk)
        {
            Check.Ok("LM-VEND-17", "back", await vendor.BringBackAsync(save.Bytes), "what was saved is taken by nobody, not by the source itself");
            Check.That("LM-VEND-17", "source", await WorksAsync(queue), "the source does not work after its state was taken back");
            return;
        }

        vf.MoveTo(there);
        Check.Ok("LM-VEND-17", "resume", await vendor.ResumeAsync(2), "what was loaded could not be resumed");
        Check.That("LM-VEND-17", "destination", await WorksAsync(queue), "the guest does not go on at the destination");
    }
}
