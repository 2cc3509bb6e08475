using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Migration Send, Resume (Base 2.3 5.2.17.1.2).</summary>
[Area("resume")]
internal sealed class ResumeCases : ConformanceCase
{
    /// <summary>Suspended, resumed, and the state says so; then it is used.</summary>
    /// <remarks>Commands that wait in its queues: it is idle, and one Flush shows that it works.</remarks>
    [Test]
    [Covers("LM-RES-01")]
    public async CaseTask A_suspended_controller_is_resumed_and_says_so()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync();
        await host.MustSuspendAsync(vf.Id);
        Check.Ok("LM-RES-01", "resume", await host.ResumeAsync(vf.Id), "a suspended controller could not be resumed");
        Check.Equal("LM-RES-01", "csup", await host.IsSuspendedAsync(vf.Id), false, "a resumed controller is told to be suspended");
        Check.Equal("LM-RES-01", "flush", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a resumed controller does not work");
    }

    /// <summary>
    /// Commands are given to two I/O queues and the admin queue of a suspended controller; after Resume each is completed once, though nobody
    /// rings again.
    /// </summary>
    /// <remarks>Order, and data: they are Flushes. All were rung while the controller was suspended.</remarks>
    /// <param name="commands">To each I/O queue.</param>
    [TestCase(1)]
    [TestCase(20)]
    [Covers("LM-RES-02")]
    public async CaseTask What_waits_in_the_queues_is_done_once_without_a_doorbell(int commands)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queues = new[] { await vf.CreateQueueAsync(1), await vf.CreateQueueAsync(2) };
        await host.MustSuspendAsync(vf.Id);
        var cids = queues.Select(it => it.Burst(commands, _ => NvmCommand.Flush(1))).ToList();
        var ticket = vf.Nvme.Admin.Submit(AdminCommand.GetFeatures((byte)FeatureId.NumberOfQueues));
        await host.MustResumeAsync(vf.Id);
        Check.That("LM-RES-02", "admin", await Lab.ReachesAsync(() => ticket.IsDone), "the admin queue waits for another doorbell");
        for (var i = 0; i < 2; i++)
        {
            Check.That("LM-RES-02", $"sq[{i + 1}]", await queues[i].ReachesAsync(commands), "commands wait for another doorbell");
            await World.After(1_000_000);
            queues[i].Consume();
            Check.Equal("LM-RES-02", $"cq[{i + 1}].once", string.Join(' ', cids[i].Select(queues[i].CountOf).Distinct()), "1", "a command was completed several times, or never");
        }

        vf.Nvme.Admin.Release(ticket);
    }

    /// <summary>Resume of a controller that runs, and again of one that was just resumed.</summary>
    /// <remarks>A controller at work: it has no I/O queues.</remarks>
    [Test]
    [Covers("LM-RES-03")]
    public async CaseTask A_running_controller_is_not_resumed()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Check.Refused("LM-RES-03", "running", await host.ResumeAsync(vf.Id), Status.ControllerNotSuspended);
        await host.MustSuspendAsync(vf.Id);
        await host.MustResumeAsync(vf.Id);
        Check.Refused("LM-RES-03", "resumed", await host.ResumeAsync(vf.Id), Status.ControllerNotSuspended);
        Check.Equal("LM-RES-03", "csup", await host.IsSuspendedAsync(vf.Id), false, "the refused command changed something");
    }

    /// <summary>Resume of a controller that nobody enabled or suspended.</summary>
    /// <remarks>An offline controller, which the walk through the conditions has; CSUP, which may not be readable.</remarks>
    [Test]
    [Covers("LM-RES-04")]
    public async CaseTask A_disabled_controller_is_not_resumed()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync(enable: false);
        Check.Refused("LM-RES-04", "disabled", await host.ResumeAsync(vf.Id), Status.ControllerNotSuspended, Status.InvalidControllerIdentifier);
        Check.Equal("LM-RES-04", "csts", vf.Nvme.Status.Rdy, false, "the controller became ready by a refused command");
    }

    /// <summary>Half a state was sent: Resume is refused and the controller stays suspended. The rest is sent, and it is resumed.</summary>
    /// <remarks>A state with queues: this one has none, and what was loaded of it is not read back.</remarks>
    [Test]
    [Covers("LM-RES-05", "LM-RES-06")]
    public async CaseTask A_state_must_be_whole_before_the_controller_runs()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await host.MustSuspendAsync(vf.Id);
        var state = (await host.ReadStateAsync(vf.Id)).Bytes.AsMemory();
        Lab.Must("Set Controller State, first piece", await host.SetStateAsync(vf.Id, state[..48], 0, SequenceIndicator.First));
        Check.Refused("LM-RES-05", "half", await host.ResumeAsync(vf.Id), Status.CommandSequenceError);
        Check.Equal("LM-RES-05", "csup", await host.IsSuspendedAsync(vf.Id), true, "the controller runs with half a state");
        Lab.Must("Set Controller State, last piece", await host.SetStateAsync(vf.Id, state[48..], 48, SequenceIndicator.Last));
        Check.Ok("LM-RES-06", "whole", await host.ResumeAsync(vf.Id), "a controller with a whole state could not be resumed");
        Check.Equal("LM-RES-06", "csup", await host.IsSuspendedAsync(vf.Id), false, "the controller is still suspended");
    }

    /// <summary>With the queue kept over the suspension, a block is written after Resume.</summary>
    /// <remarks>Writes in flight at the Suspend or waiting at the Resume: each is given and ended in between.</remarks>
    [Test]
    [Covers("LM-RES-07")]
    public async CaseTask The_first_entry_after_it_is_marked_as_such()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await host.NeedUserDataTrackingAsync();
        var queue = await vf.CreateQueueAsync();
        var log = await host.StartLoggingAsync(vf.Id);
        await host.MustSuspendAsync(vf.Id);
        await World.After(1_000_000);
        log.Take();
        await host.MustResumeAsync(vf.Id);
        for (var i = 0; i < 2; i++) await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, (ulong)(5 + (7 * i)), 0), vf.Buffer(4096)));
        // An entry may come after the command that it tells of.
        var entries = new List<LbaMigrationQueueEntry>();
        await Lab.ReachesAsync(() =>
        {
            entries.AddRange(log.Take());
            return CaseDataQueue.BlocksOf(entries).IsSupersetOf([5, 12]);
        });
        Check.Equal("LM-RES-07", "cdq.first", entries.Count > 0 ? entries[0].Attributes.Sequence : EntrySequence.Middle, EntrySequence.First, "the first entry after Resume is not marked ESA 001b");
        Check.Equal("LM-RES-07", "cdq.others", entries.Skip(1).Count(it => it.Attributes.Sequence == EntrySequence.First), 0, "a later entry is marked as the first");
        Check.That("LM-RES-07", "cdq.blocks", CaseDataQueue.BlocksOf(entries).IsSupersetOf([5, 12]), "changes after Resume are in no entry");
    }

    /// <summary>
    /// A migration is given up: the source is suspended with commands in flight and unconsumed completions, read, and resumed. Every command has
    /// one completion, phases go on, and the queue works for several more rounds.
    /// </summary>
    /// <remarks>How many commands are in flight at the Suspend, which follows right behind the doorbell; the data of the reads.</remarks>
    /// <param name="commands">In flight when it is suspended.</param>
    /// <param name="consumed">Completed and consumed before.</param>
    [TestCase(5, 0)]
    [TestCase(14, 3)]
    [TestCase(14, 15)]
    [TestCase(9, 16)]
    [Covers("LM-RES-08")]
    public async CaseTask A_cancelled_migration_leaves_the_source_as_it_was(int commands, int consumed)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync(entries: 16);
        for (var i = 0; i < consumed; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        var data = vf.Buffer(4096);
        var cids = queue.Burst(commands, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data)).ToList();
        Lab.Must("Suspend", await host.SuspendAsync(vf.Id));
        await host.ReadStateAsync(vf.Id);
        Check.Ok("LM-RES-08", "resume", await host.ResumeAsync(vf.Id), "a suspended source could not be resumed");
        Check.That("LM-RES-08", "cq[1]", await queue.ReachesAsync(consumed + commands), "commands were lost");
        for (var i = 0; i < 40; i++)
        {
            var done = await queue.DoAsync(NvmCommand.Flush(1));
            if (!Check.Equal("LM-RES-08", $"later[{i}]", done?.Status, Status.Success, "the queue does not go on where it stood")) break;
        }

        Check.Equal("LM-RES-08", "cq[1].once", string.Join(' ', cids.Select(queue.CountOf).Distinct()), "1", "a command was completed several times, or never");
        Check.Equal("LM-RES-08", "cq[1].status", queue.Taken.Count(it => !it.Status.IsSuccess), 0, "commands failed that had no reason to");
        Check.Equal("LM-RES-08", "sqhd", queue.Pair.BadHeads, 0L, "completions report heads that cannot be");
    }

    /// <summary>Identifiers that nobody has.</summary>
    /// <remarks>Somebody else who is woken by it: no controller is suspended meanwhile. Three identifiers are tried.</remarks>
    [Test]
    [Covers("LM-RES-09")]
    public async CaseTask A_controller_that_does_not_exist_is_not_resumed()
    {
        var (host, _) = await Lab.StartMigratableAsync();
        foreach (var cntlid in (ushort[])[0xFFEF, 0xFFF0, 0xFFFF])
            Check.Refused("LM-RES-09", $"cntlid[{cntlid:X4}h]", await host.ResumeAsync(cntlid), Status.InvalidControllerIdentifier);
    }

    /// <summary>Requests that were outstanding over a suspension; after Resume an event happens.</summary>
    /// <remarks>An event that happens while the controller is suspended. One request, one type of event.</remarks>
    [Test]
    [Covers("LM-RES-10")]
    public async CaseTask Event_requests_bring_what_happens_afterwards()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var wanted = new AsynchronousEventFeature(0) { AttachedNamespaceAttribute = true };
        Lab.Must("Set Features", await vf.Nvme.SetFeatureAsync(FeatureId.AsynchronousEventConfiguration, wanted.Raw));
        var ticket = vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest());
        await World.After(1_000_000);
        await host.MustSuspendAsync(vf.Id);
        await World.After(1_000_000);
        await host.MustResumeAsync(vf.Id);
        await World.After(1_000_000);
        Check.Equal("LM-RES-10", "aer.early", ticket.IsDone, false, "an event request was completed without an event");
        Lab.Must(await host.Namespaces.DetachAsync(1, vf.Id));
        Check.That("LM-RES-10", "aer", await Lab.ReachesAsync(() => ticket.IsDone), "an event that happened after Resume was not reported");
        var told = new AsynchronousEvent(ticket.Completion.Dw0);
        Check.Equal("LM-RES-10", "aer.type", told.Type, AsynchronousEventType.Notice, "another event was reported");
    }

    /// <summary>Ten seconds of suspension over commands that were in flight; nothing but their completions comes.</summary>
    /// <remarks>Timers that run longer than ten seconds; the data of the reads.</remarks>
    [Test]
    [Covers("LM-RES-11")]
    public async CaseTask A_long_suspension_does_no_harm()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync();
        var data = vf.Buffer(4096);
        var cids = queue.Burst(20, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        Lab.Must("Suspend", await host.SuspendAsync(vf.Id));
        await World.After(10_000_000_000);
        await host.MustResumeAsync(vf.Id);
        Check.That("LM-RES-11", "cq[1]", await queue.ReachesAsync(20), "commands were lost");
        await World.After(10_000_000);
        queue.Consume();
        Check.Equal("LM-RES-11", "cq[1].once", string.Join(' ', cids.Select(queue.CountOf).Distinct()), "1", "a command was completed several times, or never");
        Check.Equal("LM-RES-11", "cq[1].count", queue.Taken.Count, 20, "completions came that nobody asked for");
    }
}
