using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Migration Send, Set Controller State (Base 2.3 5.2.17.1.3): states that a controller has to take, and what it is then.</summary>
[Area("set-state")]
internal sealed class SetStateCases : LoadingCase
{
    /// <summary>A state of one to four queue pairs, each with another size, vector and progress, is loaded by one command.</summary>
    /// <remarks>Whether the queues work: other cases go on with them.</remarks>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    [Covers("LM-SET-01", "LM-SET-02")]
    public async CaseTask A_whole_state_is_taken_and_reads_back_as_it_was(int queues)
    {
        var load = await CaseLoad.CreateAsync(Lab, queues);
        Check.Ok("LM-SET-01", "set", await load.SetAsync(load.State), "a whole state was not taken by a suspended controller without I/O queues");
        Check.Equal("LM-SET-01", "queues", await load.QueuesTakenAsync(), 2 * queues, "a whole state was acknowledged, and its queues are not there");
        Check.Equal("LM-SET-01", "csup", await load.Host.IsSuspendedAsync(load.To.Id), true, "the load has let the controller go on");
        await HasAllAsync("LM-SET-02", load, "taken");
    }

    /// <summary>The state of a controller without any I/O queue is a state, too: loaded, nothing is there, and the guest can create queues.</summary>
    /// <remarks>A taker that had queues before. What it has is one queue that it can create and read by.</remarks>
    [Test]
    [Covers("LM-SET-01", "LM-SET-02")]
    public async CaseTask A_state_without_queues_is_taken()
    {
        var load = await CaseLoad.CreateAsync(Lab, queues: 0);
        Check.Ok("LM-SET-01", "set", await load.SetAsync(load.State), "a state without I/O queues was not taken");
        await HasAllAsync("LM-SET-02", load, "taken");
        if (!Check.Ok("LM-SET-01", "resume", await load.Host.ResumeAsync(load.To.Id), "what was loaded cannot be resumed")) return;
        await DoesIoAsync("LM-SET-01", load.To, "resumed");
    }

    /// <summary>A piece of a state that lies across a page, at an offset in its first one, is taken as one that begins at a page.</summary>
    /// <remarks>A state in more than two pages, which takes a PRP list. Three offsets.</remarks>
    [TestCase(4092)]
    [TestCase(4032)]
    [TestCase(4)]
    [Covers("LM-SET-01", "LM-SET-02")]
    public async CaseTask The_state_may_lie_anywhere_in_memory(int at)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var buffer = load.Host.Buffer(8192);
        buffer.Write(load.State, at);
        var set = MigrationCommand.SetControllerState(load.To.Id, load.Host.Csvi, 0, (uint)load.State.Length, 0, SequenceIndicator.Entire);
        set.Prp1 = buffer.Iova + (ulong)at;
        if (at + load.State.Length > 4096) set.Prp2 = buffer.Iova + 4096;
        Check.Ok("LM-SET-01", "set", await load.Host.AdminAsync(set), "a state that does not begin at a page was not taken");
        await HasAllAsync("LM-SET-02", load, "taken");
    }

    /// <summary>
    /// The guest goes on at the taker. Commands done before: the tail of its completion queue of 16 is at the beginning, in the middle, right
    /// before, at and right behind the wrap, and after two rounds; the phase of the next entry follows from the saved one.
    /// </summary>
    /// <remarks>Vectors of the admin queue: they are not in this state.</remarks>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(31)]
    [TestCase(32)]
    [TestCase(33)]
    [Covers("LM-SET-31")]
    public async CaseTask The_first_completion_has_the_phase_and_the_vector_of_the_source(int commands)
    {
        var load = await CaseLoad.CreateAsync(Lab, queues: 2, commands);
        var (own, other) = (load.From.Listen(1), load.From.Listen(2));
        Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State));
        await load.MoveAsync();
        var queue = load.From.Queues[0];
        var (seen, elsewhere) = (own.Count, other.Count);
        var cid = queue.Submit(NvmCommand.Flush(1));
        Check.Equal(
            "LM-SET-31", "cq[1].next.cid", (await queue.NextAsync())?.Cid, cid,
            "the first completion has not the phase that the source would have given it, or did not come");
        // An interrupt may come after the entry that it tells of.
        await Lab.ReachesAsync(() => own.Count > seen);
        Check.Equal("LM-SET-31", "vector[1]", own.Count - seen, 1, "the first completion was not signalled once on its queue's vector");
        Check.Equal("LM-SET-31", "vector[2]", other.Count - elsewhere, 0, "the first completion was signalled on another queue's vector");
        // Further, round the queue once more.
        for (var i = 0; i < CaseLoad.FirstEntries + 2; i++)
            Check.Equal("LM-SET-31", "cq[1].later", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a later completion did not come");
    }

    /// <summary>Commands that were rung while the source was suspended are in the state, as head and tail; the taker works them off by itself.</summary>
    /// <remarks>Order, and data: they are Flushes. One queue, with its completions all consumed.</remarks>
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(15)]
    [Covers("LM-SET-31", "LM-SET-02")]
    public async CaseTask What_was_left_in_a_queue_is_worked_off_by_the_taker(int waiting)
    {
        var load = await CaseLoad.CreateAsync(Lab, queues: 1, commands: 9);
        var queue = load.From.Queues[0];
        queue.Burst(waiting, _ => NvmCommand.Flush(1));
        var state = (await load.Host.ReadStateAsync(load.From.Id)).Bytes;
        Lab.Must("Migration Send, Set Controller State", await load.SetAsync(state));
        Check.Equal(
            "LM-SET-02", "taken", Convert.ToHexString(await load.TakenAsync()), Convert.ToHexString(state),
            "a state with commands that wait reads back differently");
        var before = queue.Taken.Count;
        await load.MoveAsync();
        Check.Equal("LM-SET-31", "completed", await queue.ReachesAsync(before + waiting), true, "commands that waited in the queue were not worked off");
        await World.After(1_000_000);
        queue.Consume();
        Check.Equal("LM-SET-31", "completions", queue.Taken.Count - before, waiting, "commands that waited were completed another number of times");
    }

    /// <summary>A secondary controller that is offline, with resources assigned, takes the state.</summary>
    /// <remarks>What becomes of it online: the standard does not say.</remarks>
    [Test]
    [Covers("LM-SET-16")]
    public async CaseTask An_offline_controller_takes_a_state()
    {
        var load = await CaseLoad.CreateAsync(Lab, taker: Taker.Offline);
        Check.Ok("LM-SET-16", "set", await load.SetAsync(load.State), "an offline controller did not take a state");
        await HasAllAsync("LM-SET-16", load, "taken");
    }

    /// <summary>The same in pieces.</summary>
    /// <remarks>What becomes of it online: the standard does not say. One size of pieces.</remarks>
    [Test]
    [Covers("LM-SET-16", "LM-SET-03")]
    public async CaseTask An_offline_controller_takes_a_state_in_pieces()
    {
        var load = await CaseLoad.CreateAsync(Lab, taker: Taker.Offline);
        Check.Ok("LM-SET-16", "set", await load.SetInPiecesAsync(load.State, 36), "an offline controller did not take a state in pieces");
        await HasAllAsync("LM-SET-03", load, "taken");
    }

    /// <summary>
    /// An enabled controller that runs, and has no I/O queues, takes the state or refuses it; where it takes it, the queues are there at once
    /// and work.
    /// </summary>
    /// <remarks>Which is better: both is legal. The taker has nothing to do while it is loaded.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-SET-30")]
    public async CaseTask A_running_controller_takes_the_state_or_says_why_not(bool pieces)
    {
        var load = await CaseLoad.CreateAsync(Lab, taker: Taker.Running);
        var answer = pieces ? await load.SetInPiecesAsync(load.State, 52) : await load.SetAsync(load.State);
        if (!answer.IsOk)
        {
            Check.Saw("LM-SET-30", "set", "refused");
            Check.Refused("LM-SET-30", "set", answer, Status.InvalidControllerIdentifier);
            await HasNothingAsync("LM-SET-30", load, "refused");
            await DoesIoAsync("LM-SET-30", load.To, "refused");
            return;
        }

        Check.Saw("LM-SET-30", "set", "taken");
        await HasAllAsync("LM-SET-30", load, "taken");
        Check.Equal("LM-SET-30", "csup", await load.Host.IsSuspendedAsync(load.To.Id), false, "a load has suspended a controller");
        load.From.MoveTo(load.To);
        Check.Equal(
            "LM-SET-30", "flush", (await load.From.Queues[0].DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a loaded queue does not work");
    }

    /// <summary>Resumed, the taker has the queues: the guest cannot create them again, but can delete and then create them.</summary>
    /// <remarks>The queues' contents: they are deleted unused. One of two pairs at a time.</remarks>
    [TestCase(1)]
    [TestCase(2)]
    [Covers("LM-SET-29")]
    public async CaseTask Loaded_queues_exist(int qid)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State));
        await load.Host.MustResumeAsync(load.To.Id);
        var nvme = load.To.Nvme;
        var createCq = AdminCommand.CreateIoCq((ushort)qid, 15, 0, ien: false) with { Prp1 = load.To.Buffer(4096).Iova };
        var createSq = AdminCommand.CreateIoSq((ushort)qid, 15, (ushort)qid) with { Prp1 = load.To.Buffer(4096).Iova };
        Check.Refused("LM-SET-29", "create.cq", await nvme.AdminAsync(createCq), Status.InvalidQueueIdentifier);
        Check.Refused("LM-SET-29", "create.sq", await nvme.AdminAsync(createSq), Status.InvalidQueueIdentifier);
        Check.Refused("LM-SET-29", "delete.cq", await nvme.AdminAsync(AdminCommand.DeleteIoCq((ushort)qid)), Status.InvalidQueueDeletion);
        Check.Ok("LM-SET-29", "delete.sq", await nvme.AdminAsync(AdminCommand.DeleteIoSq((ushort)qid)), "a loaded submission queue cannot be deleted");
        Check.Ok("LM-SET-29", "delete.cq", await nvme.AdminAsync(AdminCommand.DeleteIoCq((ushort)qid)), "a loaded completion queue cannot be deleted");
        await DoesIoAsync("LM-SET-29", load.To, "created anew", (ushort)qid);
    }
}
