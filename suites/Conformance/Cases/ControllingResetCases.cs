using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Resets and loss of the controlling controller in the middle of a migration (Base 2.3 8.1.13, 8.1.7, 8.2.6).</summary>
[Area("reset")]
internal sealed class ControllingResetCases : LoadingCase
{
    /// <summary>
    /// A suspended source and a loaded destination: the reset of the function that did it takes both offline. Brought up again, neither is
    /// suspended, neither has queues, and both do I/O.
    /// </summary>
    /// <remarks>
    /// The time of the reset itself: the list is read once the primary is enabled again, so that VFs which went offline late look like the others.
    /// </remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [TestCase(CaseReset.Subsystem)]
    [TestCase(CaseReset.Shutdown)]
    [Covers("LM-RST-03", "LM-RST-09")]
    public async CaseTask Its_reset_takes_its_virtual_functions_offline_and_ends_suspensions(CaseReset reset)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State));
        var host = load.Host;
        await host.RestartAsync(reset);
        foreach (var entry in Lab.Must("Identify, Secondary Controller List", await host.Secondaries.ListAsync()))
            Check.Equal("LM-RST-03", $"scs[{entry.Scid}]", entry.Scs.Online, false, "a secondary controller is online after its primary was reset");
        foreach (var number in (int[])[1, 2])
        {
            // Not enabled before it was looked at: a suspended one would not answer its driver.
            var vf = await host.BringUpAsync(number, enable: false);
            Check.Equal("LM-RST-09", $"vf{number}.csup", await host.IsSuspendedAsync(vf.Id), false, "a suspension outlived the reset of who brought it about");
            Check.Refused("LM-RST-09", $"vf{number}.resume", await host.ResumeAsync(vf.Id), Status.ControllerNotSuspended);
            var state = (await host.ReadStateAsync(vf.Id)).Decoded;
            Check.Equal("LM-RST-03", $"vf{number}.queues", state?.CompletionQueues.Length, 0, "queues outlived the reset of the primary controller");
            if (!Check.Ok("LM-RST-03", $"vf{number}.enable", await vf.Nvme.StartAsync(), "a controller could not be enabled once it was back online")) return;
            await DoesIoAsync("LM-RST-03", vf, $"vf{number}");
        }
    }

    /// <summary>
    /// Logging and memory tracking are on when the controlling controller is reset. Their queue is gone and its memory is written no more;
    /// tracking has ended, and both can be begun anew.
    /// </summary>
    /// <remarks>A device that goes on tracking memory and refuses the report. The queue's memory is watched over five writes and a millisecond.</remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [Covers("LM-RST-04")]
    public async CaseTask Its_reset_ends_what_it_tracks(CaseReset reset)
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        await host.NeedMemoryTrackingAsync();
        var vf = await host.BringUpAsync();
        var log = await host.StartLoggingAsync(vf.Id);
        var range = new MemoryRangeTrackingDescriptor { Saddr = vf.Buffer(4096).Iova & ~0xFFFFFul, Len = 256 };
        Lab.Must("Track Send, Track Memory Changes", await host.TrackMemoryAsync(vf.Id, 0, range));
        await host.RestartAsync(reset);
        Check.Refused("LM-RST-04", "head", await log.TellHeadAsync(), Status.InvalidControllerDataQueue);
        Check.Refused("LM-RST-04", "log", await host.LogAsync(log.Id, LoggingAction.Start), Status.InvalidControllerDataQueue);
        vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var before = Enumerable.Range(0, log.Entries).Select(log.Peek).ToList();
        for (var i = 0; i < 5; i++) await queue.MustAsync("Write", queue.WithData(NvmCommand.Write(1, (ulong)i, 0), vf.Buffer(4096)));
        await World.After(1_000_000);
        var after = Enumerable.Range(0, log.Entries).Select(log.Peek);
        Check.That("LM-RST-04", "queue memory", after.SequenceEqual(before), "the memory of a queue that is gone was written");
        var report = await host.TrackedMemoryAsync(vf.Id);
        var told = report.IsOk ? Wire.Read<uint>(report.Value.AsSpan(4)) : 0;
        Check.Saw("LM-RST-04", "report", report.IsOk ? "empty" : "refused");
        Check.Equal("LM-RST-04", "pages", told, 0u, "memory is still tracked");
        Check.That("LM-RST-04", "again", (await host.CreateDataQueueAsync(vf.Id)).Answer.IsOk, "a new data queue could not be created");
        Check.Ok("LM-RST-04", "track", await host.TrackMemoryAsync(vf.Id, 0, range), "memory tracking could not be begun anew");
    }

    /// <summary>A subsystem reset while Suspend waits for commands in flight: no completion of it comes, and all begin afresh.</summary>
    /// <remarks>Completions that are posted later than 5 ms after the reset; the queues' memory is given up then.</remarks>
    [Test]
    [Covers("LM-RST-06")]
    public async CaseTask A_subsystem_reset_drops_a_suspend_that_waits()
    {
        var (host, queue, suspend) = await SuspendingAsync("LM-RST-06");
        Lab.Need(host.Pf.Capabilities.Nssrs, "NVM Subsystem Reset (CAP.NSSRS)");
        var (admin, posted) = (host.Pf.Admin.Queue, queue.Pair.CountPosted());
        host.Pf.Function.Write32(Register.Nssr, Register.NssrReset);
        await World.After(5_000_000);
        Check.Equal("LM-RST-06", "suspend", suspend.IsDone || admin.CountPosted() > 0, false, "a Suspend was completed across a subsystem reset");
        Check.Equal("LM-RST-06", "posted", queue.Pair.CountPosted(), posted, "commands were completed across a subsystem reset");
        await World.After(100_000_000);
        host.Pf.Forget();
        Lab.Must(await host.Pf.StartAsync());
        await StartsAfreshAsync("LM-RST-06", host, CaseReset.Subsystem);
    }

    /// <summary>Half a state has come when the controlling controller is reset: its last piece then continues nothing.</summary>
    /// <remarks>Which of the two forgot it: the reset, or that the VF went offline with it and was brought up again.</remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [Covers("LM-RST-07")]
    public async CaseTask Its_reset_forgets_half_a_state(CaseReset reset)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var host = load.Host;
        Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State.AsMemory(0, 100), 0, SequenceIndicator.First));
        await host.RestartAsync(reset);
        var vf = await host.BringUpAsync(2, ram: load.From.Ram);
        await host.MustSuspendAsync(vf.Id);
        Check.Refused(
            "LM-RST-07", "last", await host.SetStateAsync(vf.Id, load.State.AsMemory(100), 100, SequenceIndicator.Last), Status.CommandSequenceError);
        Check.Equal("LM-RST-07", "queues", (await host.ReadStateAsync(vf.Id)).Decoded?.CompletionQueues.Length, 0, "half a state was committed");
        Check.Ok("LM-RST-07", "whole", await host.SetStateAsync(vf.Id, load.State), "after the reset the whole state was not taken");
    }

    /// <summary>The host dies at some point and cleans nothing up; the next one only resets the function, and everything works.</summary>
    /// <remarks>
    /// A host that dies while a command is under way: each stage is complete when the reset comes. Logging and memory tracking are not running.
    /// </remarks>
    [TestCase("tracking", CaseReset.Controller)]
    [TestCase("suspended", CaseReset.Controller)]
    [TestCase("suspended", CaseReset.Function)]
    [TestCase("half loaded", CaseReset.Controller)]
    [TestCase("half loaded", CaseReset.Function)]
    [TestCase("resumed", CaseReset.Controller)]
    [Covers("LM-RST-11")]
    public async CaseTask After_a_host_that_died_all_work_again(string stage, CaseReset reset)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var host = load.Host;
        if (stage == "tracking") Lab.Must("Controller Data Queue, Create", (await host.CreateDataQueueAsync(load.From.Id)).Answer);
        if (stage == "half loaded") Lab.Must("Set Controller State", await load.SetAsync(load.State.AsMemory(0, 100), 0, SequenceIndicator.First));
        if (stage == "resumed")
        {
            Lab.Must("Set Controller State", await load.SetAsync(load.State));
            await host.MustResumeAsync(load.To.Id);
        }

        await host.RestartAsync(reset);
        foreach (var number in (int[])[1, 2])
        {
            var vf = await host.BringUpAsync(number);
            Check.Equal("LM-RST-11", $"vf{number}.csup", await host.IsSuspendedAsync(vf.Id), false, "a suspension outlived its host");
            await DoesIoAsync("LM-RST-11", vf, $"vf{number}");
            Check.Ok("LM-RST-11", $"vf{number}.suspend", await host.SuspendAsync(vf.Id), "the next host cannot suspend");
            Check.That("LM-RST-11", $"vf{number}.queue", (await host.CreateDataQueueAsync(vf.Id)).Answer.IsOk, "the next host cannot create a data queue");
        }
    }

    /// <summary>
    /// The controlling function is reset while a Suspend of its own waits. The guest learns of it within bounded time, by its controller's
    /// status; nothing is left suspended without anybody who knew.
    /// </summary>
    /// <remarks>What becomes of the reads in flight. The guest has a second to learn of the loss; a shorter bound is nobody's.</remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [Covers("LM-RST-12")]
    public async CaseTask Its_loss_during_a_suspend_ends_in_an_error_and_no_silence(CaseReset reset)
    {
        var (host, _, _) = await SuspendingAsync("LM-RST-12");
        var guest = host.Vfs[0];
        await host.ResetAsync(host.Pf, reset);
        // Offline: CSTS.CFS, or a function that is gone, which reads all ones and so has that bit set, too (Base 2.3 8.2.6).
        Check.That("LM-RST-12", "csts", await Lab.ReachesAsync(() => guest.Nvme.Status.Cfs), "the guest's controller does not tell that it was lost");
        await StartsAfreshAsync("LM-RST-12", host, reset, started: false);
    }

    private static async ValueTask StartsAfreshAsync(string requirement, CaseHost host, CaseReset reset, bool started = true)
    {
        // Found out about the VFs that are left; a second reset does no harm.
        if (started || reset == CaseReset.Function) await host.RestartAsync(CaseReset.Function);
        else await host.RestartAsync(CaseReset.Controller);
        var vf = await host.BringUpAsync();
        Check.Equal(requirement, "csup", await host.IsSuspendedAsync(vf.Id), false, "a suspension outlived a reset");
        await DoesIoAsync(requirement, vf, "afresh");
        await IsHealthyAsync(requirement, host, "afresh");
    }

    /// <summary>A Suspend that waits for reads in flight.</summary>
    private static async ValueTask<(CaseHost Host, CaseQueue Queue, Ticket Suspend)> SuspendingAsync(string requirement)
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        queue.Burst(16, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
        await World.After(2_000);
        var suspend = host.Pf.Admin.Submit(MigrationCommand.Suspend(vf.Id));
        await World.After(10_000);
        Check.Hazard(requirement, "pending", !suspend.IsDone, "a Suspend that waits for commands in flight");
        return (host, queue, suspend);
    }
}
