using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Resets of the controlled controller at every stage of a migration (Base 2.3 8.1.13, 5.2.17.1.1, 3.7.2).</summary>
[Area("reset")]
internal sealed class ResetCases : LoadingCase
{
    /// <summary>How far a migration is that a reset comes into.</summary>
    internal enum Stage
    {
        Suspended,
        HalfSaved,
        HalfLoaded,
        Loaded,
        Refused,
        Resumed,
    }

    private static readonly Stage[] _stages = Enum.GetValues<Stage>();

    /// <summary>
    /// Whatever was done to it, a controller that is reset is not suspended and has no I/O queues. Enabled again it does I/O, and the next
    /// migration works: it is suspended, saved, and takes a state.
    /// </summary>
    /// <remarks>A reset while a migration command is under way: each stage is complete when it comes.</remarks>
    [Test]
    [Covers("LM-RST-01")]
    public async CaseTask A_reset_ends_a_migration(
        [ValueSource(nameof(_stages))] Stage stage, [Values(CaseReset.Controller, CaseReset.Function)] CaseReset reset)
    {
        var load = await AtAsync(stage);
        await load.Host.ResetAsync(load.To.Nvme, reset);
        await IsFreshAsync("LM-RST-01", load, "reset");
        if (!Check.Ok("LM-RST-01", "enable", await load.To.Nvme.StartAsync(), "the controller could not be enabled after its reset")) return;
        await DoesIoAsync("LM-RST-01", load.To, "enabled");
        // The next migration: without queues it takes the state again.
        await load.Host.ResetAsync(load.To.Nvme, reset);
        Lab.Must(await load.To.Nvme.StartAsync());
        Check.Ok("LM-RST-01", "suspend", await load.Host.SuspendAsync(load.To.Id), "after a reset the controller could not be suspended");
        Check.Ok("LM-RST-01", "set", await load.SetAsync(load.State), "after a reset the controller took no state");
        await HasAllAsync("LM-RST-01", load, "set");
        await load.MoveAsync();
        Check.Equal(
            "LM-RST-01", "flush", (await load.From.Queues[0].DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the next migration does not work");
    }

    /// <summary>A state was committed, and not resumed yet: a reset leaves no queue of it, and nothing to resume.</summary>
    /// <remarks>Queues other than the first: its doorbell is rung once and watched for 10 ms.</remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [TestCase(CaseReset.Power)]
    [Covers("LM-RST-02")]
    public async CaseTask A_reset_after_a_load_leaves_no_queues_and_no_suspension(CaseReset reset)
    {
        var load = await AtAsync(Stage.Loaded);
        await load.Host.ResetAsync(load.To.Nvme, reset);
        Check.Refused("LM-RST-02", "resume", await load.Host.ResumeAsync(load.To.Id), Status.ControllerNotSuspended);
        await HasNothingAsync("LM-RST-02", load, "reset");
        Lab.Must(await load.To.Nvme.StartAsync());
        await HasNothingAsync("LM-RST-02", load, "enabled");
        // Its doorbells are nobody's now: rung, nothing may come.
        var queue = load.From.Queues[0];
        load.From.MoveTo(load.To);
        queue.Submit(NvmCommand.Flush(1));
        Check.Equal("LM-RST-02", "completion", await queue.NextAsync(10_000_000), null, "a queue that a reset took away goes on");
        await load.Host.MustSuspendAsync(load.To.Id);
        Check.Ok("LM-RST-02", "set", await load.SetAsync(load.State), "after a reset the state was not taken again");
        await HasAllAsync("LM-RST-02", load, "set");
    }

    /// <summary>The queue that logs for a controller belongs to the controlling one: a reset of the controlled one leaves it.</summary>
    /// <remarks>Whether it goes on logging: both is legal, and recorded.</remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [Covers("LM-RST-05")]
    public async CaseTask A_reset_of_the_controlled_controller_leaves_its_data_queue(CaseReset reset)
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        var vf = await host.BringUpAsync();
        var log = await host.StartLoggingAsync(vf.Id);
        var queue = await vf.CreateQueueAsync();
        await queue.MustAsync("Write", queue.WithData(NvmCommand.Write(1, 3, 0), vf.Buffer(4096)));
        await Lab.ReachesAsync(() => CaseDataQueue.BlocksOf(log.Take()).Contains(3));
        await host.ResetAsync(vf.Nvme, reset);
        Check.Ok("LM-RST-05", "head", await log.TellHeadAsync(), "the data queue is gone with a reset of the controller that it logs for");
        Lab.Must(await vf.Nvme.StartAsync());
        queue = await vf.CreateQueueAsync();
        await queue.MustAsync("Write", queue.WithData(NvmCommand.Write(1, 7, 0), vf.Buffer(4096)));
        await World.After(1_000_000);
        var entries = log.Take();
        Check.Saw("LM-RST-05", "logging", CaseDataQueue.BlocksOf(entries).Contains(7) ? "goes on" : "stopped");
        Check.Ok("LM-RST-05", "delete", await log.DeleteAsync(), "the data queue cannot be deleted");
    }

    /// <summary>
    /// Suspended while it was disabled, a controller is enabled by its host. That it becomes ready may be or not; it answers, and a reset
    /// makes it whole.
    /// </summary>
    /// <remarks>Whether it should become ready: both is legal, and noted. Admin commands are not given to it while it is suspended.</remarks>
    [Test]
    [Covers("LM-RST-08")]
    public async CaseTask Enabling_a_suspended_controller_does_not_hang_it()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync(enable: false);
        var suspend = await host.SuspendAsync(vf.Id);
        Lab.Need(suspend.IsOk, $"suspension of a disabled controller (Migration Send: {suspend.Status})");
        var enabled = await vf.Nvme.EnableAsync();
        Check.Saw("LM-RST-08", "enable", enabled.IsOk ? "ready" : "not ready");
        Check.That("LM-RST-08", "csts", vf.Nvme.Status.Raw != uint.MaxValue && !vf.Nvme.Status.Cfs, "the function does not answer, or has failed");
        Check.Ok("LM-RST-08", "resume", await host.ResumeAsync(vf.Id), "a suspended controller could not be resumed once it was enabled");
        await IsWholeAfterResetAsync("LM-RST-08", vf, "reset");
    }

    /// <summary>A suspended function goes to D3hot and back: that counts as a reset, and on the way nothing is written.</summary>
    /// <remarks>A write of the bytes that were there, and one to memory that is not the guest's or its admin queue's. D3cold.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-RST-10")]
    public async CaseTask A_way_to_D3hot_and_back_is_a_reset_without_a_stray_write(bool loaded)
    {
        var load = await AtAsync(loaded ? Stage.Loaded : Stage.Suspended);
        var to = load.To;
        // What could be written: guest memory with all queues, and the memory of its admin queue.
        load.From.Queues[0].Submit(NvmCommand.Flush(1));
        var (ram, window) = (to.Ram.Read(0, (int)to.Ram.Length).ToArray(), to.Window.Read(0, (int)to.Window.Length).ToArray());
        await load.Host.ResetAsync(to.Nvme, CaseReset.Power);
        Check.That("LM-RST-10", "guest memory", to.Ram.Read(0, ram.Length).SequenceEqual(ram), "guest memory was written on the way to D3hot and back");
        Check.That("LM-RST-10", "admin queue", to.Window.Read(0, window.Length).SequenceEqual(window), "the admin queue was written on the way");
        await IsFreshAsync("LM-RST-10", load, "reset");
        Lab.Must(await to.Nvme.StartAsync());
        await DoesIoAsync("LM-RST-10", to, "enabled");
    }

    /// <summary>
    /// The guest clears CC.EN: before the suspension, while the suspension waits for commands in flight, or once it is suspended. No state from
    /// before the reset is saved as if it were current.
    /// </summary>
    /// <remarks>Other moments of the wait than 10 us into it. Completions later than 1 ms after the reset are missed.</remarks>
    [TestCase("before")]
    [TestCase("during")]
    [TestCase("after")]
    [Covers("LM-RST-13")]
    public async CaseTask A_guest_that_resets_its_controller_leaves_no_old_state(string when)
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        // Read ahead, as a host does to learn how large it is.
        await host.ReadStateAsync(vf.Id);
        queue.Burst(16, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
        await World.After(2_000);
        if (when == "before") Lab.Must(await vf.Nvme.DisableAsync());
        var suspend = host.Pf.Admin.Submit(MigrationCommand.Suspend(vf.Id));
        if (when == "during")
        {
            await World.After(10_000);
            Check.Hazard("LM-RST-13", "pending", !suspend.IsDone, "a Suspend that waits for commands in flight");
            Lab.Must(await vf.Nvme.DisableAsync());
        }

        Check.That("LM-RST-13", "suspend", await Lab.ReachesAsync(() => suspend.IsDone), "a Suspend across a reset was not answered");
        host.Pf.Admin.Release(suspend);
        if (when == "after") Lab.Must(await vf.Nvme.DisableAsync());
        var state = (await host.ReadStateAsync(vf.Id)).Decoded;
        Check.Equal(
            "LM-RST-13", "queues", state?.SubmissionQueues.Length + state?.CompletionQueues.Length, 0, "queues from before the reset are saved");
        var posted = queue.Pair.CountPosted();
        await World.After(1_000_000);
        Check.Equal("LM-RST-13", "posted", queue.Pair.CountPosted(), posted, "commands from before the reset are still completed");
    }

    /// <summary>After a load that failed, in several ways, a function reset makes the function whole, and a good load succeeds.</summary>
    /// <remarks>A Controller Reset in its place; failures other than these five.</remarks>
    [TestCase("version")]
    [TestCase("cut off")]
    [TestCase("orphan")]
    [TestCase("unreadable")]
    [TestCase("half")]
    [Covers("LM-RST-15")]
    public async CaseTask After_a_failed_load_a_reset_makes_the_function_whole(string failure)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var bad = (byte[])load.State.Clone();
        if (failure == "version") bad[0] = 9;
        if (failure == "orphan") bad = load.Decoded.WithSq(1, q => q with { Cqid = 4 }).Encode();
        if (failure == "cut off") bad = bad[..100];
        var set = MigrationCommand.SetControllerState(load.To.Id, load.Host.Csvi, 0, (uint)bad.Length) with { Prp1 = 0xDEAD_0000 };
        var failed = failure switch
        {
            "unreadable" => await load.Host.AdminAsync(set),
            "half" => await load.SetAsync(bad.AsMemory(0, 60), 0, SequenceIndicator.First),
            _ => await load.SetAsync(bad),
        };
        Check.Hazard("LM-RST-15", failure, failed.IsOk == (failure == "half"), "a load that failed");
        await IsWholeAfterResetAsync("LM-RST-15", load.To, "reset");
        await load.Host.ResetAsync(load.To.Nvme, CaseReset.Function);
        Lab.Must(await load.To.Nvme.StartAsync());
        await load.Host.MustSuspendAsync(load.To.Id);
        Check.Ok("LM-RST-15", "set", await load.SetAsync(load.State), "after a failed load and a reset a good state was not taken");
        await HasAllAsync("LM-RST-15", load, "set");
        await load.MoveAsync();
        Check.Equal("LM-RST-15", "flush", (await load.From.Queues[0].DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a loaded queue does not work");
    }

    private static async ValueTask<CaseLoad> AtAsync(Stage stage)
    {
        const string step = "Migration Send, Set Controller State";
        var load = await CaseLoad.CreateAsync(Lab);
        switch (stage)
        {
            case Stage.HalfSaved:
                Lab.Must("Migration Receive, Get Controller State", await load.Host.GetStateAsync(load.To.Id, 8));
                break;
            case Stage.HalfLoaded:
                Lab.Must(step, await load.SetAsync(load.State.AsMemory(0, 100), 0, SequenceIndicator.First));
                break;
            case Stage.Loaded:
            case Stage.Resumed:
                Lab.Must(step, await load.SetAsync(load.State));
                if (stage == Stage.Resumed) await load.Host.MustResumeAsync(load.To.Id);
                break;
            case Stage.Refused:
                await load.SetAsync(load.State.AsMemory(0, 100));
                break;
        }

        return load;
    }

    private static async ValueTask IsFreshAsync(string requirement, CaseLoad load, string when)
    {
        Check.Equal(requirement, $"{when}.csup", await load.Host.IsSuspendedAsync(load.To.Id), false, "a controller that was reset is still suspended");
        Check.Refused(requirement, $"{when}.resume", await load.Host.ResumeAsync(load.To.Id), Status.ControllerNotSuspended);
        await HasNothingAsync(requirement, load, when);
    }
}
