using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Migration Send, Suspend: what stops and what goes on (Base 2.3 5.2.17.1.1, 8.1.13.1).</summary>
[Area("suspend")]
internal sealed class SuspendCases : ConformanceCase
{
    /// <summary>An idle controller is suspended, and its state is read before and after.</summary>
    /// <remarks>Whether it really stands still: other cases look at that.</remarks>
    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask An_idle_controller_is_suspended_and_says_so()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Check.Equal("LM-SUSP-01", "csup.before", await host.IsSuspendedAsync(vf.Id), false, "a running controller is told to be suspended");
        Check.Ok("LM-SUSP-01", "suspend", await host.SuspendAsync(vf.Id), "an idle controller could not be suspended");
        Check.Equal("LM-SUSP-01", "csup.after", await host.IsSuspendedAsync(vf.Id), true, "a suspended controller is told to be running");
    }

    /// <summary>A load is under way when the notification comes; it goes on, and more can be submitted.</summary>
    /// <remarks>What a device does with the announcement for itself.</remarks>
    [Test]
    [Covers("LM-SUSP-02")]
    public async CaseTask A_notification_only_announces()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync();
        var data = vf.Buffer(4096);
        queue.Burst(8, i => queue.WithData(NvmCommand.Write(1, (ulong)i, 0), data));
        Check.Ok("LM-SUSP-02", "notify", await host.SuspendAsync(vf.Id, SuspendType.Notification), "a notification is refused");
        Check.Equal("LM-SUSP-02", "csup", await host.IsSuspendedAsync(vf.Id), false, "a notification has suspended the controller");
        queue.Burst(8, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        Check.That("LM-SUSP-02", "sq[1]", await queue.ReachesAsync(16), "the load did not go on after a notification");
    }

    /// <summary>
    /// Many reads into poisoned buffers are in flight when the suspend is sent. At its completion every command that the saved head counts as
    /// fetched has its completion in the queue and its data in memory, and nothing comes later.
    /// </summary>
    /// <remarks>
    /// Writes to blocks that come after the Suspend: these are reads, and the medium has a case of its own. One moment, 2 us behind the doorbell.
    /// </remarks>
    /// <param name="commands">Submitted at once.</param>
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(32)]
    [TestCase(60)]
    [Covers("LM-SUSP-03", "LM-SUSP-05")]
    public async CaseTask What_was_fetched_is_complete_when_the_suspend_is(int commands)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync(vector: 1);
        var signal = vf.Listen(1);
        var size = (await vf.FormatAsync()).BlockSize;
        var source = vf.Buffer(size);
        source.Write(Enumerable.Repeat((byte)0x3C, size).ToArray());
        for (var i = 0; i < commands; i++) await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, (ulong)i, 0), source));
        var (before, target) = (queue.Taken.Count, vf.Buffer(commands * 4096));
        target.Write(Enumerable.Repeat((byte)0xDB, commands * 4096).ToArray());
        var cids = queue.Burst(commands, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), target.Slice(i * 4096, size)));
        // Long enough that some are fetched, short enough that not all are done.
        await World.After(2_000);
        var early = queue.Pair.CountPosted();
        Check.Ok("LM-SUSP-03", "suspend", await host.SuspendAsync(vf.Id), "a controller under load could not be suspended");
        var posted = queue.Pair.CountPosted();
        using var image = vf.Image();
        var interrupts = signal.Count;
        var head = (await host.ReadStateAsync(vf.Id)).Decoded?.SubmissionQueues.FirstOrDefault().HeadPointer ?? 0;
        var fetched = (head - before + (64 * 64)) % 64;
        Check.Hazard("LM-SUSP-03", "sq[1].fetched", fetched > early, "a command fetched and not complete when the suspend was sent");
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-03", "cq[1].posted", posted, fetched, "when Suspend was complete not every fetched command was");
        Check.That("LM-SUSP-05", "host memory", image.IsUnchanged(), "host memory was written after the suspend was complete");
        Check.Equal("LM-SUSP-05", "vector[1]", signal.Count, interrupts, "an interrupt came after the suspend was complete");
        Check.Equal("LM-SUSP-05", "cq[1].later", queue.Pair.CountPosted(), posted, "a completion came after the suspend was complete");
        queue.Consume();
        var own = queue.Taken.Skip(before).Where(it => cids.Contains(it.Cid));
        var torn = own.Count(it => target.Slice(cids.ToList().IndexOf(it.Cid) * 4096, size).Read().ContainsAnyExcept((byte)0x3C));
        Check.Equal("LM-SUSP-03", "data", torn, 0, "a completed read has not moved all its data");
    }

    /// <summary>
    /// With the controller suspended, a command is put into an I/O queue and rung. Over the silence that the settings ask for nothing may come:
    /// no completion, no interrupt, no byte in the guest's memory. The saved head stands where it was, the saved tail has the doorbell.
    /// </summary>
    /// <remarks>A fetch that leaves no trace.</remarks>
    [Test]
    [Covers("LM-SUSP-04", "LM-SUSP-06")]
    public async CaseTask What_is_rung_while_suspended_stays_in_its_queue()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync(vector: 1);
        var signal = vf.Listen(1);
        var data = vf.Buffer(4096);
        for (var i = 0; i < 3; i++) await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, (ulong)i, 0), data));
        await host.MustSuspendAsync(vf.Id);
        var interrupts = signal.Count;
        queue.Put(queue.WithData(NvmCommand.Read(1, 0, 0), vf.Buffer(4096)));
        var (image, admin) = (vf.Ram.Read(0, (int)vf.Ram.Length).ToArray(), vf.Window.Read(0, (int)vf.Window.Length).ToArray());
        queue.Ring();
        await Lab.WatchAsync();
        // Reading the state is no excuse.
        var saved = (await host.ReadStateAsync(vf.Id)).Decoded?.SubmissionQueues.FirstOrDefault() ?? default;
        Check.Equal("LM-SUSP-04", "cq[1].posted", queue.Pair.CountPosted(), 0, "a command was completed while the controller was suspended");
        Check.Equal("LM-SUSP-04", "vector[1]", signal.Count, interrupts, "an interrupt was raised while the controller was suspended");
        var memory = vf.Ram.Read(0, (int)vf.Ram.Length);
        Check.That("LM-SUSP-04", "guest memory", memory.SequenceEqual(image), "guest memory was written while the controller was suspended");
        Check.That("LM-SUSP-04", "admin queue", vf.Window.Read(0, admin.Length).SequenceEqual(admin), "the admin queue was written while suspended");
        Check.Equal("LM-SUSP-06", "nvme.sq[1].head", saved.HeadPointer, (ushort)3, "the saved head moved");
        Check.Equal("LM-SUSP-06", "nvme.sq[1].tail", saved.TailPointer, (ushort)4, "the doorbell was forgotten");
    }

    /// <summary>An admin command is given to the suspended controller; it waits until the controller is resumed, and is done then.</summary>
    /// <remarks>A fetch that leaves no trace. One command waits, and none is in flight when the Suspend comes.</remarks>
    [Test]
    [Covers("LM-SUSP-07")]
    public async CaseTask The_admin_queue_stops_too()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await host.MustSuspendAsync(vf.Id);
        var ticket = vf.Nvme.Admin.Submit(AdminCommand.GetFeatures((byte)FeatureId.NumberOfQueues));
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-07", "admin", ticket.Outcome, TicketOutcome.Pending, "an admin command was answered while the controller was suspended");
        await host.MustResumeAsync(vf.Id);
        Check.That("LM-SUSP-07", "admin.resumed", await Lab.ReachesAsync(() => ticket.IsDone), "the admin command was lost");
        vf.Nvme.Admin.Release(ticket);
    }

    /// <summary>
    /// Event requests are outstanding on the controller when it is suspended, and an event arises meanwhile: its namespace is detached. None is
    /// completed before Resume; after it the event is told by one request, and the number of the others is known by the limit.
    /// </summary>
    /// <remarks>Other types of event than a changed attachment. A second telling later than 1 ms after the first is missed.</remarks>
    /// <param name="requests">Outstanding ones.</param>
    [TestCase(1)]
    [TestCase(3)]
    [Covers("LM-SUSP-08", "LM-SUSP-09")]
    public async CaseTask Event_requests_outlive_a_suspension_and_events_wait_for_its_end(int requests)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Lab.Need(vf.Nvme.Identity.AerlZ + 1 >= requests, $"{requests} Asynchronous Event Requests (AERL {vf.Nvme.Identity.AerlZ})");
        var wanted = new AsynchronousEventFeature(0) { AttachedNamespaceAttribute = true };
        Lab.Must("Set Features", await vf.Nvme.SetFeatureAsync(FeatureId.AsynchronousEventConfiguration, wanted.Raw));
        var tickets = Enumerable.Range(0, requests).Select(_ => vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest())).ToList();
        await World.After(1_000_000);
        await host.MustSuspendAsync(vf.Id);
        Lab.Must(await host.Namespaces.DetachAsync(1, vf.Id));
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-08", "aer.suspended", tickets.Count(it => it.IsDone), 0, "an event request was completed by the suspension, or during it");
        await host.MustResumeAsync(vf.Id);
        var told = await Lab.ReachesAsync(() => tickets.Exists(it => it.IsDone));
        Check.That("LM-SUSP-09", "aer.resumed", told, "an event that arose during suspension was never told");
        await World.After(1_000_000);
        Check.Equal("LM-SUSP-09", "aer.count", tickets.Count(it => it.IsDone), 1, "one event was told several times");
        // The number that is left is known by the limit: as many as were taken fit again, and no more than AERL allows.
        var more = Enumerable.Range(0, vf.Nvme.Identity.AerlZ + 2).Select(_ => vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest())).ToList();
        await World.After(10_000_000);
        var refused = more.Count(it => it.IsDone && it.Status == Status.AerLimitExceeded);
        Check.Equal("LM-SUSP-08", "aer.limit", refused, requests, "not as many requests are outstanding after the suspension as before");
    }

    /// <summary>A second suspend of a controller that is suspended already.</summary>
    /// <remarks>A second Suspend while the first still waits for commands. The controller is idle, and only the saved state tells of it.</remarks>
    [Test]
    [Covers("LM-SUSP-10")]
    public CaseTask A_suspended_controller_takes_a_second_suspend() => AgainAsync("LM-SUSP-10", SuspendType.Suspend);

    /// <summary>A notification of a controller that is suspended already.</summary>
    /// <remarks>What the device makes of it at the next Suspend. The controller is idle, and only the saved state tells of it.</remarks>
    [Test]
    [Covers("LM-SUSP-11")]
    public CaseTask A_suspended_controller_takes_a_notification() => AgainAsync("LM-SUSP-11", SuspendType.Notification);

    /// <summary>All readable registers before and during suspension; then writes that a guest may do, and the saved state after them.</summary>
    /// <remarks>A machine check; on a simulated bus there is none.</remarks>
    [Test]
    [Covers("LM-SUSP-12")]
    public async CaseTask Registers_of_a_suspended_controller_answer_as_usual()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await vf.CreateQueueAsync();
        int[] offsets = [Register.Cap, Register.Cap + 4, Register.Vs, Register.Cc, Register.Aqa, Register.Asq, Register.Asq + 4, Register.Acq, Register.Acq + 4];
        string Registers() => string.Join(' ', offsets.Select(it => $"{vf.Function.Read32(it):X8}"));
        var before = Registers();
        await host.MustSuspendAsync(vf.Id);
        Check.Equal("LM-SUSP-12", "registers", Registers(), before, "registers read otherwise while suspended");
        Check.Equal("LM-SUSP-12", "csts", (vf.Nvme.Status.Rdy, vf.Nvme.Status.Cfs), (true, false), "the controller is not ready, or has a fatal status");
        var state = Convert.ToHexString((await host.ReadStateAsync(vf.Id)).Bytes);
        vf.Function.Write32(Register.Intms, 1);
        vf.Function.Write32(Register.Intmc, 1);
        foreach (var offset in offsets) vf.Function.Read32(offset);
        Check.Equal("LM-SUSP-12", "state", Convert.ToHexString((await host.ReadStateAsync(vf.Id)).Bytes), state, "access to registers disturbed the saved state");
        Check.Equal("LM-SUSP-12", "registers.after", Registers(), before, "access to registers changed them");
    }

    /// <summary>An online controller that nobody enabled; then it is enabled and used.</summary>
    /// <remarks>Which of the two is better: both are legal. Once enabled it is asked for its identity, and does no I/O.</remarks>
    [Test]
    [Covers("LM-SUSP-23")]
    public async CaseTask A_disabled_controller_is_suspended_or_refused_and_treated_alike()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync(enable: false);
        var answer = await host.SuspendAsync(vf.Id);
        Check.Saw("LM-SUSP-23", "suspend", answer.IsOk ? "accepted" : "refused");
        if (!answer.IsOk) Check.Refused("LM-SUSP-23", "suspend", answer, Status.InvalidControllerIdentifier);
        Check.Equal("LM-SUSP-23", "csup", await host.IsSuspendedAsync(vf.Id), answer.IsOk, "the state does not say what the answer said");
        var resumed = await host.ResumeAsync(vf.Id);
        Check.Equal("LM-SUSP-23", "resume", resumed.IsOk, answer.IsOk, "what was not suspended was resumed, or the other way round");
        Check.Ok("LM-SUSP-23", "enable", await vf.Nvme.StartAsync(), "the controller cannot be enabled any more");
    }

    /// <summary>The controlling controller names itself.</summary>
    /// <remarks>Another controller that controls. That it goes on shows in one Identify.</remarks>
    [Test]
    [Covers("LM-SUSP-24")]
    public async CaseTask A_controlling_controller_does_not_suspend_itself()
    {
        var (host, _) = await Lab.StartMigratableAsync();
        Check.Refused("LM-SUSP-24", "suspend", await host.SuspendAsync(host.Id), Status.InvalidControllerIdentifier);
        Check.Ok("LM-SUSP-24", "alive", (await host.Pf.IdentifyAsync<IdentifyController>(Cns.IdentifyController)).Answer, "the controlling controller stands still");
    }

    /// <summary>Writes complete, the controller is suspended, and the controlling function reads their blocks.</summary>
    /// <remarks>Writes that are not complete when Suspend is; how many of the 24 are. A loss of power behind it.</remarks>
    [Test]
    [Covers("LM-SUSP-25")]
    public async CaseTask Completed_writes_can_be_read_through_the_controlling_function()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync();
        var size = (await vf.FormatAsync()).BlockSize;
        const int blocks = 24;
        var source = vf.Buffer(blocks * 4096);
        for (var i = 0; i < blocks; i++) source.Slice(i * 4096, size).Write(Enumerable.Repeat((byte)(i + 1), size).ToArray());
        queue.Burst(blocks, i => queue.WithData(NvmCommand.Write(1, (ulong)i, 0), source.Slice(i * 4096, size)));
        Lab.Must("Suspend", await host.SuspendAsync(vf.Id));
        queue.Consume();
        Check.Hazard("LM-SUSP-25", "cq[1]", queue.Taken.Count > 0, "a write that completed");
        var buffer = host.Buffer(4096);
        foreach (var done in queue.Taken.Where(it => it.Status.IsSuccess))
        {
            buffer.Clear();
            Lab.Must("Read", await host.Controlling.IoAsync(NvmCommand.Read(1, (ulong)(done.Cid - 1), 0), buffer.Slice(0, size)));
            Check.That("LM-SUSP-25", $"lba[{done.Cid - 1}]", !buffer.Slice(0, size).Read().ContainsAnyExcept((byte)done.Cid), "the data of a completed write is not there");
        }
    }

    private static async CaseTask AgainAsync(string requirement, SuspendType type)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync();
        await queue.MustAsync("flush", NvmCommand.Flush(1));
        await host.MustSuspendAsync(vf.Id);
        var before = Convert.ToHexString((await host.ReadStateAsync(vf.Id)).Bytes);
        Check.Ok(requirement, "again", await host.SuspendAsync(vf.Id, type), "refused for a controller that is suspended");
        var after = await host.ReadStateAsync(vf.Id);
        Check.Equal(requirement, "csup", after.Suspended, true, "the controller is no longer suspended");
        Check.Equal(requirement, "state", Convert.ToHexString(after.Bytes), before, "it changed the saved state");
    }
}
