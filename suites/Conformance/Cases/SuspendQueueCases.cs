using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Suspend where room is short, commands hang together, or changes are logged (Base 2.3 5.2.17.1.1, 8.1.13.1).</summary>
[Area("suspend")]
internal sealed class SuspendQueueCases : ConformanceCase
{
    /// <summary>
    /// The completion queue has fewer places than commands were submitted, and the host consumes nothing until the suspend is complete. It must
    /// complete; then, with the controller resumed and room made, each command has its one completion.
    /// </summary>
    /// <remarks>Where the commands without room wait, fetched or not: either is legal, and only their completions are counted.</remarks>
    /// <param name="room">Entries of the completion queue.</param>
    /// <param name="commands">Submitted.</param>
    [TestCase(4, 10)]
    [TestCase(8, 10)]
    [TestCase(2, 5)]
    [Covers("LM-SUSP-15", "LM-SUSP-16")]
    public async CaseTask A_full_completion_queue_does_not_hold_it_up(int room, int commands)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync(entries: 16, completionEntries: room);
        var cids = queue.Burst(commands, _ => NvmCommand.Flush(1));
        await World.After(10_000_000);
        Check.Hazard("LM-SUSP-15", "cq[1].posted", queue.Pair.CountPosted() == room - 1, "a completion queue without room");
        var answer = await host.SuspendAsync(vf.Id);
        Check.Ok("LM-SUSP-16", "suspend", answer, "a completion queue that nobody empties holds the suspend up");
        Check.Ok("LM-SUSP-15", "suspend", answer, "a controller with a full completion queue could not be suspended");
        Check.Equal("LM-SUSP-15", "cq[1].full", queue.Pair.CountPosted(), room - 1, "an entry was lost, or one more posted than there is room for");
        await host.MustResumeAsync(vf.Id);
        Check.That("LM-SUSP-15", "cq[1].all", await queue.ReachesAsync(commands), "commands were lost");
        await World.After(10_000_000);
        queue.Consume();
        Check.Equal("LM-SUSP-15", "cq[1].once", string.Join(' ', cids.Select(queue.CountOf).Distinct()), "1", "a command was completed several times, or never");
    }

    /// <summary>
    /// A completion queue is full and more commands wait when the controller is suspended; only then does the host take what is there and ring. The
    /// saved head is what it rang; once the controller is resumed, what waited is completed without another doorbell.
    /// </summary>
    /// <remarks>A controller that looks at doorbells again when it is resumed, where the host rings the same value twice.</remarks>
    /// <param name="room">Entries of the completion queue.</param>
    [TestCase(3)]
    [TestCase(8)]
    [Covers("LM-SUSP-15", "LM-SUSP-05", "LM-GET-06")]
    public async CaseTask Room_that_is_made_during_the_suspension_counts(int room)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync(entries: 16, completionEntries: room);
        var commands = Math.Min(15, 2 * (room - 1));
        var cids = queue.Burst(commands, _ => NvmCommand.Flush(1));
        await World.After(10_000_000);
        Check.Hazard("LM-SUSP-15", "cq[1].posted", queue.Pair.CountPosted() == room - 1, "a completion queue without room");
        await host.MustSuspendAsync(vf.Id);
        queue.Consume();
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-05", "cq[1].later", queue.Pair.CountPosted(), 0, "a completion came while the controller was suspended");
        var saved = (await host.ReadStateAsync(vf.Id)).Decoded?.CompletionQueues.FirstOrDefault() ?? default;
        Check.Equal("LM-GET-06", "nvme.cq[1].head", (int)saved.HeadPointer, queue.Pair.CqHead, "the doorbell of the completion queue was forgotten");
        await host.MustResumeAsync(vf.Id);
        Check.That(
            "LM-SUSP-15", "cq[1].goes-on", await Lab.ReachesAsync(() => queue.Pair.CountPosted() == Math.Min(room - 1, commands - room + 1)),
            "room that was made during the suspension is not used after it");
        Check.That("LM-SUSP-15", "cq[1].all", await queue.ReachesAsync(commands), "commands were lost");
        Check.Equal("LM-SUSP-15", "cq[1].once", string.Join(' ', cids.Select(queue.CountOf).Distinct()), "1", "a command was completed several times, or never");
    }

    /// <summary>
    /// Fused pairs of Compare and Write are in the queue when the suspend comes. On the medium and in the completions each pair was done whole, or
    /// is not begun and done after Resume.
    /// </summary>
    /// <remarks>How many of the eight pairs are begun when Suspend comes, and whether it falls between the halves of one: one at least must be begun.</remarks>
    [Test]
    [Covers("LM-SUSP-17")]
    public async CaseTask A_fused_pair_is_not_cut_in_two()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Lab.Need(vf.Nvme.Identity.Fuses.CompareAndWrite, "fused Compare and Write (FUSES bit 0)");
        var queue = await vf.CreateQueueAsync();
        var size = (await vf.FormatAsync()).BlockSize;
        var (zeroes, ones) = (vf.Buffer(size), vf.Buffer(size));
        ones.Write(Enumerable.Repeat((byte)1, size).ToArray());
        const int pairs = 8;
        await queue.MustAsync("write zeroes", NvmCommand.WriteZeroes(1, 0, pairs - 1));
        var before = queue.Taken.Count;
        var cids = queue.Burst(2 * pairs, i =>
        {
            var command = i % 2 == 0 ? queue.WithData(NvmCommand.Compare(1, (ulong)(i / 2), 0), zeroes) : queue.WithData(NvmCommand.Write(1, (ulong)(i / 2), 0), ones);
            return command with { Dword0 = command.Dword0 with { Fuse = (byte)((i % 2) + 1) } };
        });
        // Long enough that some are fetched, short enough that not all are done.
        await World.After(2_000);
        var early = queue.Pair.CountPosted();
        await host.MustSuspendAsync(vf.Id);
        queue.Consume();
        Check.Hazard(
            "LM-SUSP-17", "sq[1].fetched", queue.Taken.Count - before > early, "a fused pair that is begun and not complete when the suspend is sent");
        Check.Equal("LM-SUSP-17", "cq[1].halves", (queue.Taken.Count - before) % 2, 0, "half of a fused pair was completed");
        var medium = await CaseMedium.OfAsync(host);
        for (var i = 0; i < pairs; i++)
        {
            var halves = queue.CountOf(cids[2 * i]) + queue.CountOf(cids[(2 * i) + 1]);
            Check.That("LM-SUSP-17", $"pair[{i}].halves", halves is 0 or 2, "half of a fused pair was completed");
            var block = await medium.ReadAsync((ulong)i);
            Lab.Must("read through the PF", block.Answer);
            Check.That(
                "LM-SUSP-17", $"pair[{i}].block", !block.Bytes.AsSpan(0, size).ContainsAnyExcept((byte)(halves == 2 ? 1 : 0)),
                "a fused pair is on the medium and not completed, or the other way round");
        }

        await host.MustResumeAsync(vf.Id);
        Check.That("LM-SUSP-17", "cq[1]", await queue.ReachesAsync(before + (2 * pairs)), "fused commands were lost");
        Check.Equal(
            "LM-SUSP-17", "status", string.Join(' ', queue.Taken.Skip(before).Select(it => it.Status).Distinct()), $"{Status.Success}", "a fused pair failed though its compare holds");
    }

    /// <summary>
    /// With logging on, blocks are written up to the suspend. The last entry is the suspension's, all that was written stands before it, and the
    /// queue still answers to its identifier.
    /// </summary>
    /// <remarks>Entries that come later than the silence lasts.</remarks>
    [Test]
    [Covers("LM-SUSP-18", "LM-SUSP-20")]
    public async CaseTask The_suspension_is_the_last_entry_and_all_changes_stand_before_it()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await host.NeedUserDataTrackingAsync();
        var queue = await vf.CreateQueueAsync();
        var log = await host.StartLoggingAsync(vf.Id, 256);
        var data = vf.Buffer(4096);
        queue.Burst(40, i => queue.WithData(NvmCommand.Write(1, (ulong)(i * 3), 0), data));
        await host.MustSuspendAsync(vf.Id);
        queue.Consume();
        Check.Hazard("LM-SUSP-20", "cq[1]", queue.Taken.Count > 0, "a write that completed before the suspension");
        var entries = log.Take().ToList();
        if (entries.Count == 0 || entries[^1].Attributes.Sequence != EntrySequence.LastSuspended)
        {
            await Lab.WatchAsync();
            entries.AddRange(log.Take());
        }

        Check.Equal("LM-SUSP-18", "cdq.esa", entries.Count(it => it.Attributes.Sequence == EntrySequence.LastSuspended), 1, "the suspension is not marked by one entry");
        Check.Equal("LM-SUSP-20", "cdq.last", entries.LastOrDefault().Attributes.Sequence, EntrySequence.LastSuspended, "the suspension's entry is not the last");
        var written = queue.Taken.Where(it => it.Status.IsSuccess).Select(it => (ulong)((it.Cid - 1) * 3)).ToList();
        var missed = written.Except(CaseDataQueue.BlocksOf(entries)).ToList();
        Check.Equal("LM-SUSP-20", "cdq.blocks", string.Join(' ', missed), "", "blocks that were written before the suspension are in no entry");
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-20", "cdq.later", log.Take().Count, 0, "an entry was posted after the suspension's");
        Check.Ok("LM-SUSP-18", "fid21h", (await host.Pf.ReadBytesAsync(MigrationCommand.GetControllerDataQueue(log.Id), 4096)).Answer, "the queue is gone though it was to be kept");
    }

    /// <summary>The queue is deleted with the suspend, with and without logging; and where there is none, nothing is deleted.</summary>
    /// <remarks>Whether the suspension was marked before the queue went: with and without an entry it passes.</remarks>
    /// <param name="logging">Logging was started.</param>
    [TestCase(true)]
    [TestCase(false)]
    [Covers("LM-SUSP-19")]
    public async CaseTask With_DUDMQ_the_queue_is_gone(bool logging)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await host.NeedUserDataTrackingAsync();
        var (created, log) = await host.CreateDataQueueAsync(vf.Id);
        Lab.Must("Controller Data Queue, Create", created);
        if (logging) Lab.Must("Track Send", await host.LogAsync(log!.Id, LoggingAction.Start));
        Check.Ok("LM-SUSP-19", "suspend", await host.SuspendAsync(vf.Id, deleteQueue: true), "a suspend that deletes the queue is refused");
        Check.Refused("LM-SUSP-19", "fid21h", (await host.Pf.ReadBytesAsync(MigrationCommand.GetControllerDataQueue(log!.Id), 4096)).Answer, Status.InvalidControllerDataQueue);
        Check.Refused("LM-SUSP-19", "delete", await log.DeleteAsync(), Status.InvalidControllerDataQueue);
        var entries = log.Take();
        var at = entries.ToList().FindIndex(it => it.Attributes.Sequence == EntrySequence.LastSuspended);
        Check.That("LM-SUSP-19", "cdq.last", at < 0 || at == entries.Count - 1, "entries follow the suspension's");
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-19", "cdq.later", log.Take().Count, 0, "the memory of a deleted queue was written");
    }

    /// <summary>DUDMQ without any queue; and a suspend with a queue that never logged.</summary>
    /// <remarks>Whether an entry of suspension may stand in a queue that never logged: it is noted, and not judged.</remarks>
    [Test]
    [Covers("LM-SUSP-21", "LM-SUSP-22")]
    public async CaseTask Without_a_queue_or_logging_there_is_nothing_to_delete_or_mark()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Check.Ok("LM-SUSP-21", "suspend", await host.SuspendAsync(vf.Id, deleteQueue: true), "DUDMQ without a queue is refused");
        Check.Equal("LM-SUSP-21", "csup", await host.IsSuspendedAsync(vf.Id), true, "the controller is not suspended");
        await host.MustResumeAsync(vf.Id);
        await host.NeedUserDataTrackingAsync();
        var (created, log) = await host.CreateDataQueueAsync(vf.Id);
        Lab.Must("Controller Data Queue, Create", created);
        Check.Ok("LM-SUSP-22", "suspend", await host.SuspendAsync(vf.Id), "a queue that never logged hinders the suspend");
        await World.After(1_000_000);
        Check.Saw("LM-SUSP-22", "cdq", log!.Take().Count > 0 ? "a suspension entry" : "no entry");
    }

    /// <summary>CMB of a suspended controller: written and read.</summary>
    /// <remarks>Queues and data in the buffer, and the way of its contents to a destination: two dwords are written and read.</remarks>
    [Test]
    [Covers("LM-SUSP-13")]
    public async CaseTask The_controller_memory_buffer_works_while_suspended()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var at = vf.Nvme.Capabilities.Cmbs ? BufferOf(vf) : -1;
        Lab.Need(at >= 0, "a Controller Memory Buffer in BAR0 (CAP.CMBS, CMBLOC, CMBSZ)");
        vf.Function.Write32(at, 0x1234_5678);
        await host.MustSuspendAsync(vf.Id);
        Check.Equal("LM-SUSP-13", "cmb[0]", vf.Function.Read32(at), 0x1234_5678u, "what was written before reads otherwise");
        vf.Function.Write32(at + 4, 0x9ABC_DEF0);
        Check.Equal("LM-SUSP-13", "cmb[4]", vf.Function.Read32(at + 4), 0x9ABC_DEF0u, "it cannot be written while suspended");
    }

    /// <summary>Where the buffer lies in BAR0, enabled; -1 where it does not.</summary>
    private static long BufferOf(CaseVf vf)
    {
        vf.Function.Write64(Register.CmbMsc, new CmbMemorySpaceControl { Cre = true }.Raw);
        var (location, size) = (new CmbLocation(vf.Function.Read32(Register.CmbLoc)), new CmbSize(vf.Function.Read32(Register.CmbSz)));
        return size.Bytes == 0 || location.Bir != 0 ? -1 : location.Ofst * size.Unit;
    }
}
