using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>The guest's queues after a move: what was in them, their phases, their wraps.</summary>
[Area("after-migration")]
internal sealed class AfterMoveQueueCases : ConformanceCase
{
    private const int Entries = 16;

    /// <summary>
    /// The guest's completion queue is full at the cut, and more commands wait for room. On the destination nothing is posted over what nobody has
    /// consumed; as the guest consumes, each command has its one completion, in the order in which it is posted.
    /// </summary>
    /// <remarks>An entry that is overwritten later than 10 ms after the resume, or with the same bytes. Flushes may end in any order.</remarks>
    /// <param name="room">Entries of the completion queue.</param>
    [TestCase(3)]
    [TestCase(8)]
    [Covers("LM-POST-01", "LM-POST-02")]
    public async CaseTask What_nobody_consumed_is_not_overwritten(int room)
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var queue = await journey.Guest.CreateQueueAsync(entries: Entries, completionEntries: room);
        await queue.MustAsync("flush", NvmCommand.Flush(1));
        var to = await journey.PrepareAsync();
        var before = queue.Taken.Count;
        var cids = queue.Burst(room + 3, _ => NvmCommand.Flush(1));
        await World.After(10_000_000);
        Check.Hazard("LM-POST-01", "cq[1].posted", queue.Pair.CountPosted() == room - 1, "a completion queue without room");
        await journey.MoveAsync(to);
        await World.After(10_000_000);
        Check.Equal("LM-POST-02", "cq[1].full", queue.Pair.CountPosted(), room - 1, "an entry that nobody consumed was overwritten, or its phase changed");
        Check.That("LM-POST-01", "cq[1]", await queue.ReachesAsync(before + cids.Count), "commands were lost by the move");
        await World.After(1_000_000);
        queue.Consume();
        Check.Equal("LM-POST-01", "cq[1].once", string.Join(' ', cids.Select(queue.CountOf).Distinct()), "1", "a command was completed several times, or never");
    }

    /// <summary>
    /// Commands of every kind at the cut: completed and not consumed, fetched and in flight, rung and not fetched for want of room, rung while
    /// the source was suspended. On the destination each is completed once, reads with the data that was written before.
    /// </summary>
    /// <remarks>How many commands are in flight at the cut: they have 2 us before the Suspend, in which a quick device has ended them all.</remarks>
    /// <param name="posted">Completed and not consumed.</param>
    /// <param name="rung">Rung right before the suspend.</param>
    /// <param name="late">Rung while it was suspended.</param>
    /// <param name="room">Entries of the completion queue.</param>
    [TestCase(0, 1, 0, Entries)]
    [TestCase(3, 8, 4, Entries)]
    [TestCase(0, 0, 15, Entries)]
    [TestCase(5, 10, 0, 8)]
    [TestCase(7, 6, 2, 8)]
    [TestCase(0, 15, 0, 2)]
    [Covers("LM-POST-01")]
    public async CaseTask Every_command_is_completed_once_with_its_data(int posted, int rung, int late, int room)
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var queue = await guest.CreateQueueAsync(entries: Entries, completionEntries: room);
        var size = (await guest.FormatAsync()).BlockSize;
        for (var lba = 0; lba < Entries; lba++) await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, (ulong)lba, 0), Pattern(guest, lba, size)));
        var to = await journey.PrepareAsync();
        var before = queue.Taken.Count;
        var cids = new List<(ushort Cid, int Lba)>();
        var target = guest.Buffer(Entries * 4096);
        target.Write(Enumerable.Repeat((byte)0xDB, target.Length).ToArray());
        void Read(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var lba = cids.Count;
                cids.Add((queue.Put(queue.WithData(NvmCommand.Read(1, (ulong)lba, 0), target.Slice(lba * 4096, size))), lba));
            }

            if (count > 0) queue.Ring();
        }

        Read(posted);
        await World.After(1_000_000);
        Check.Hazard("LM-POST-01", "cq[1].posted", queue.Pair.CountPosted() == posted, "completions that nobody consumed");
        Read(rung);
        await World.After(2_000);
        var state = await journey.SaveAsync();
        Read(late);
        if (late > 0) state = (await guest.Host.ReadStateAsync(guest.Id)).Bytes;
        await CaseJourney.LoadAsync(to, state);
        journey.Restore(to);
        await to.Host.MustResumeAsync(to.Id);
        Check.That("LM-POST-01", "cq[1]", await queue.ReachesAsync(before + cids.Count), "commands were lost by the move");
        for (var i = 0; i < 60; i++)
        {
            var done = await queue.DoAsync(NvmCommand.Flush(1));
            if (!Check.Equal("LM-POST-01", $"later[{i}]", done?.Status, Status.Success, "the queue does not go on")) break;
        }

        await World.After(1_000_000);
        queue.Consume();
        Check.That("LM-POST-01", "cq[1].once", cids.TrueForAll(it => queue.CountOf(it.Cid) == 1), "a command was completed several times, or never");
        Check.Equal("LM-POST-01", "cq[1].count", queue.Taken.Count, before + cids.Count + 60, "completions came that belong to nothing");
        Check.Equal("LM-POST-01", "cq[1].failed", queue.Taken.Count(it => !it.Status.IsSuccess), 0, "commands failed that had no reason to");
        var wrong = cids.Count(it => target.Slice(it.Lba * 4096, size).Read().ContainsAnyExcept((byte)(it.Lba + 1)));
        Check.Equal("LM-POST-01", "data", wrong, 0, "reads that went over have other data than was written");
    }

    /// <summary>The cut at every place around the wrap of a queue, with completions on both sides of it that nobody has consumed.</summary>
    /// <remarks>
    /// Queues of other sizes than 16, and of two sizes. Nothing is in flight at the cut, so that no completion is posted by the Suspend itself.
    /// </remarks>
    /// <param name="consumed">Commands before.</param>
    /// <param name="posted">Completed and not consumed.</param>
    [TestCase(0, 0)]
    [TestCase(15, 0)]
    [TestCase(16, 0)]
    [TestCase(17, 0)]
    [TestCase(13, 5)]
    [TestCase(15, 1)]
    [TestCase(16, 15)]
    [TestCase(31, 1)]
    [TestCase(32, 0)]
    [TestCase(30, 15)]
    [Covers("LM-POST-02")]
    public async CaseTask Phases_go_on_over_the_wrap(int consumed, int posted)
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var queue = await journey.Guest.CreateQueueAsync(entries: Entries);
        for (var i = 0; i < consumed; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        var to = await journey.PrepareAsync();
        queue.Burst(posted, _ => NvmCommand.Flush(1));
        await World.After(1_000_000);
        await journey.MoveAsync(to);
        await World.After(1_000_000);
        Check.Equal("LM-POST-02", "cq[1].at-once", queue.Consume(), posted, "the guest finds other completions than were posted");
        for (var i = 0; i < (2 * Entries) + 3; i++)
        {
            var done = await queue.DoAsync(NvmCommand.Flush(1));
            if (!Check.Equal("LM-POST-02", $"later[{i}]", done?.Status, Status.Success, "a completion is not found, or has the wrong phase")) break;
            Check.Equal("LM-POST-02", $"later[{i}].more", queue.Pair.CountPosted(), 0, "entries look new that are not");
        }
    }

    /// <summary>Cut right at the wrap, ten thousand further commands in bursts that fill the queue.</summary>
    /// <remarks>Data: they are Flushes. SQHD is held to be possible, not to be exact.</remarks>
    [Test]
    [Covers("LM-POST-09")]
    public async CaseTask Ten_thousand_commands_go_on_from_a_wrap()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var queue = await journey.Guest.CreateQueueAsync(entries: Entries);
        for (var i = 0; i < Entries; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        await journey.MoveAsync(await journey.PrepareAsync());
        for (var done = 0; done < 10_000; done += Entries - 1)
        {
            queue.Burst(Entries - 1, _ => NvmCommand.Flush(1));
            if (!await queue.ReachesAsync(Entries + done + Entries - 1)) break;
        }

        Check.That("LM-POST-09", "cq[1]", queue.Taken.Count >= Entries + 10_000, "the queue stalled");
        Check.Equal("LM-POST-09", "cq[1].failed", queue.Taken.Count(it => !it.Status.IsSuccess), 0, "commands failed that had no reason to");
        Check.Equal("LM-POST-09", "sqhd", queue.Pair.BadHeads, 0L, "completions report heads that cannot be");
    }

    /// <summary>There and back ten times between two open functions, with commands at each stop.</summary>
    /// <remarks>A leak that neither the length of the state nor the completion queues of one function show, or that twenty moves do not exhaust.</remarks>
    [Test]
    [Covers("LM-POST-10")]
    public async CaseTask Ten_times_there_and_back_nothing_grows()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var queue = await guest.CreateQueueAsync(entries: Entries);
        var there = await journey.PrepareAsync();
        var sizes = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            var from = journey.At;
            sizes.Add((await journey.MoveAsync(ReferenceEquals(from, guest) ? there : guest)).Length);
            for (var n = 0; n < 3; n++)
            {
                var done = await queue.DoAsync(NvmCommand.Flush(1));
                if (!Check.Equal("LM-POST-10", $"move[{i}].flush[{n}]", done?.Status, Status.Success, "the guest does not go on")) return;
            }

            await CaseJourney.ReadyAgainAsync(from);
        }

        Check.Equal("LM-POST-10", "state.bytes", string.Join(' ', sizes.Distinct()), $"{sizes[0]}", "the state grows from move to move");
        Lab.Must(await guest.Nvme.StartAsync());
        Check.Equal("LM-POST-10", "queues", await QueuesThatCanBeMadeAsync(guest), 4, "queues are missing after twenty moves");
    }

    /// <summary>Moved, it is suspended again before it did anything: its state is the one with which it came. Then it is moved on.</summary>
    /// <remarks>What neither state has: the second is held against the first, and nothing else. One Flush shows that the guest goes on.</remarks>
    [Test]
    [Covers("LM-POST-17")]
    public async CaseTask A_moved_controller_can_be_moved_on()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var queue = await journey.Guest.CreateQueueAsync(entries: Entries, vector: 1);
        for (var i = 0; i < Entries + 3; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        var there = await journey.PrepareAsync();
        var first = await journey.MoveAsync(there);
        var second = await journey.SaveAsync();
        Check.Equal(
            "LM-POST-17", "state", Convert.ToHexString(second), Convert.ToHexString(first),
            "a controller that did nothing has another state than it came with");
        await there.Host.MustResumeAsync(there.Id);
        var further = await journey.PrepareAsync(there.Host, there.Number + 1);
        await journey.MoveAsync(further);
        Check.Equal("LM-POST-17", "further", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a moved controller could not be moved on");
    }

    /// <summary>The same function takes a second state, of queues that have gone on since: it has those, not the first.</summary>
    /// <remarks>What no state carries: interrupts that were pending, features. No vendor's part is loaded.</remarks>
    [Test]
    [Covers("LM-POST-20")]
    public async CaseTask A_second_move_brings_the_second_state()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var queue = await guest.CreateQueueAsync(entries: Entries);
        for (var i = 0; i < 3; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        var there = await journey.PrepareAsync();
        var first = await journey.MoveAsync(there);
        await CaseJourney.ReadyAgainAsync(guest);
        for (var i = 0; i < 4; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        await journey.MoveAsync(guest);
        await CaseJourney.ReadyAgainAsync(there);
        var second = await guest.CreateQueueAsync(2, Entries);
        for (var i = 0; i < 6; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        var state = await journey.SaveAsync();
        Check.Hazard("LM-POST-20", "states", !state.AsSpan().SequenceEqual(first), "two states that differ");
        await CaseJourney.LoadAsync(there, state);
        var has = (await there.Host.ReadStateAsync(there.Id)).Bytes;
        // What follows the header, which says how it was read.
        Check.Equal(
            "LM-POST-20", "state", Convert.ToHexString(has.AsSpan(ControllerStateHeader.Size)), Convert.ToHexString(state.AsSpan(ControllerStateHeader.Size)),
            "the function has not the state that it was given last");
        journey.Restore(there);
        await there.Host.MustResumeAsync(there.Id);
        Check.Equal("LM-POST-20", "first.queue", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the first queue does not go on");
        Check.Equal("LM-POST-20", "second.queue", (await second.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the second queue does not go on");
    }

    /// <summary>Saved, reset, loaded again: the function is its own destination.</summary>
    /// <remarks>Whether what reads back was loaded or outlived the reset: only queues that are still there would have the load refused.</remarks>
    /// <param name="functionReset">A function level reset; else a Controller Reset.</param>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-POST-21")]
    public async CaseTask A_function_can_be_its_own_destination(bool functionReset)
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var queue = await guest.CreateQueueAsync(entries: Entries, vector: 1);
        var signal = guest.Listen(1);
        for (var i = 0; i < Entries + 2; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        queue.Burst(3, _ => NvmCommand.Flush(1));
        await World.After(1_000_000);
        var state = await journey.SaveAsync();
        var host = guest.Face.Save();
        if (functionReset) await guest.Nvme.ResetFunctionAsync();
        await CaseJourney.ReadyAgainAsync(guest);
        Check.Ok("LM-POST-21", "load", await guest.Host.SetStateAsync(guest.Id, state), "a function does not take its own state");
        guest.Face.MoveTo(guest.Function, host);
        Check.Ok("LM-POST-21", "resume", await guest.Host.ResumeAsync(guest.Id), "a function that took its own state could not be resumed");
        Check.That("LM-POST-21", "cq[1]", await queue.ReachesAsync(Entries + 5), "completions were lost");
        var interrupts = signal.Count;
        Check.Equal("LM-POST-21", "works", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the queue does not go on");
        Check.That("LM-POST-21", "vector", await Lab.ReachesAsync(() => signal.Count > interrupts), "the queue does not interrupt any more");
    }

    private static async ValueTask<int> QueuesThatCanBeMadeAsync(CaseVf vf)
    {
        // No further than any device has resources: one that refuses none is not asked for ever.
        const ushort most = 64;
        for (ushort qid = 1; qid <= most; qid++)
        {
            var create = AdminCommand.CreateIoCq(qid, Entries - 1, 0, false) with { Prp1 = vf.Buffer(4096).Iova };
            if (!(await vf.Nvme.AdminAsync(create)).IsOk) return qid - 1;
        }

        return most;
    }

    private static Device.DmaBuffer Pattern(CaseVf vf, int lba, int size)
    {
        var data = vf.Buffer(size);
        data.Write(Enumerable.Repeat((byte)(lba + 1), size).ToArray());
        return data;
    }
}
