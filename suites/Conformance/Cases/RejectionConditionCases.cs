using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What the migration commands refuse for what goes on around them: UUIDs, sanitize operations, lockdown, memory, aborts.</summary>
[Area("rejection")]
internal sealed class RejectionConditionCases : LoadingCase
{
    /// <summary>A UUID index where the command does not select by UUID: ignored or refused.</summary>
    /// <remarks>Whether one rule holds for all: each of the six answers may be either. Track and data queue commands are not sent.</remarks>
    [Test]
    [Covers("LM-REJ-06")]
    public async CaseTask A_UUID_index_that_means_nothing_is_ignored_or_refused()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Lab.Need(!await SelectsUuidsAsync(host), "commands that do not select by UUID (commands supported and effects, USS of 41h is set)");
        foreach (var index in (uint[])[1, 2, 0x7F])
        {
            var answer = await host.AdminAsync(MigrationCommand.Suspend(vf.Id, SuspendType.Notification) with { Cdw14 = index });
            Check.Saw("LM-REJ-06", $"send.uidx={index}", answer.IsOk ? "ignored" : "refused");
            if (!answer.IsOk) Check.Refused("LM-REJ-06", $"send.uidx={index}", answer, Status.InvalidField);
            var page = host.Buffer(4096).Iova;
            answer = await host.AdminAsync(MigrationCommand.GetControllerState(vf.Id, host.Csvi, 0, 48) with { Cdw14 = index, Prp1 = page });
            Check.Saw("LM-REJ-06", $"receive.uidx={index}", answer.IsOk ? "ignored" : "refused");
            if (!answer.IsOk) Check.Refused("LM-REJ-06", $"receive.uidx={index}", answer, Status.InvalidField);
        }
    }

    /// <summary>Where the commands select by UUID: each index of the list is good, the first beyond it and the last of the field are not.</summary>
    /// <remarks>What a good index selects: that it is accepted is all. Commands other than Get Controller State and Suspend.</remarks>
    [Test]
    [Covers("LM-REJ-07")]
    public async CaseTask A_UUID_index_at_nothing_is_refused()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Lab.Need(await SelectsUuidsAsync(host), "commands that select by UUID (commands supported and effects, USS of 41h)");
        var list = Lab.Must("Identify, UUID List", await host.Pf.IdentifyAsync<UuidList>(Cns.UuidList));
        var count = 0;
        while (count < 127 && list.Entries[count].Uuid != default) count++;
        var page = host.Buffer(4096).Iova;
        var get = MigrationCommand.GetControllerState(vf.Id, host.Csvi, 0, 48) with { Prp1 = page };
        for (var index = 0u; index <= count; index++)
            Check.Ok("LM-REJ-07", $"uidx={index}", await host.AdminAsync(get with { Cdw14 = index }), "an index of the UUID list was refused");
        foreach (var index in (uint[])[(uint)count + 1, 0x7F])
        {
            if (index <= count) continue;
            Check.Refused("LM-REJ-07", $"get.uidx={index}", await host.AdminAsync(get with { Cdw14 = index }), Status.InvalidField);
            var suspend = MigrationCommand.Suspend(vf.Id) with { Cdw14 = index };
            Check.Refused("LM-REJ-07", $"suspend.uidx={index}", await host.AdminAsync(suspend), Status.InvalidField);
        }

        Check.Equal("LM-REJ-07", "csup", await host.IsSuspendedAsync(vf.Id), false, "a refused Suspend has suspended the controller");
    }

    /// <summary>One controller is suspended: no sanitize operation is begun, whichever controller asks, and none is on record.</summary>
    /// <remarks>Blocks that are lost without the status log saying so: none is read back against what was written.</remarks>
    [TestCase(SanitizeAction.BlockErase)]
    [TestCase(SanitizeAction.Overwrite)]
    [TestCase(SanitizeAction.CryptoErase)]
    [Covers("LM-REJ-08")]
    public async CaseTask Nothing_is_sanitized_while_a_controller_is_suspended(SanitizeAction action)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var other = await host.BringUpAsync(2);
        NeedSanitize(host, action);
        var outcome = (await SanitizeStatusAsync(host)).Sstat.Outcome;
        await host.MustSuspendAsync(vf.Id);
        var command = AdminCommand.Sanitize(action, passes: 1);
        Check.Refused("LM-REJ-08", "pf", await host.AdminAsync(command), Status.ControllerSuspended);
        Check.Refused("LM-REJ-08", "vf2", await other.Nvme.AdminAsync(command), Status.ControllerSuspended, Status.InvalidOpcode);
        Check.Equal("LM-REJ-08", "sstat", (await SanitizeStatusAsync(host)).Sstat.Outcome, outcome, "a refused sanitize operation has begun");
        await host.MustResumeAsync(vf.Id);
        await DoesIoAsync("LM-REJ-08", vf, "resumed");
    }

    /// <summary>The whole subsystem is sanitized: every migration command is refused meanwhile, and none afterwards.</summary>
    /// <remarks>An operation that ends before all ten commands were sent shows less. Of those only Suspend is tried again afterwards.</remarks>
    [Test]
    [Covers("LM-REJ-09")]
    public async CaseTask Migration_waits_for_a_sanitize_operation()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        NeedSanitize(host, SanitizeAction.BlockErase);
        var page = host.Buffer(4096);
        Lab.Must("Sanitize", await host.AdminAsync(AdminCommand.Sanitize(SanitizeAction.BlockErase)));
        foreach (var command in NamedCommand.All(vf.Id, host.Csvi, page))
        {
            if (!await IsSanitizingAsync("LM-REJ-09", host, command.Name)) return;
            Check.Refused("LM-REJ-09", command.Name, await host.AdminAsync(command.Entry), Status.SanitizeInProgress);
        }

        var ended = false;
        for (var i = 0; i < 1000 && !ended; i++)
        {
            await World.After(1_000_000);
            ended = (await SanitizeStatusAsync(host)).Sstat.Outcome != SanitizeOutcome.Sanitizing;
        }

        if (!Check.Hazard("LM-REJ-09", "end", ended, "the end of the sanitize operation within a second")) return;
        Check.Equal("LM-REJ-09", "csup", await host.IsSuspendedAsync(vf.Id), false, "a refused Suspend has suspended the controller");
        Check.Ok("LM-REJ-09", "suspend", await host.SuspendAsync(vf.Id), "after the sanitize operation the controller could not be suspended");
    }

    /// <summary>A namespace of the controller is sanitized: its state does not move, while a controller without that namespace may be moved.</summary>
    /// <remarks>Commands that come after the operation, where it ends too soon, and other commands than the four. Failed operations.</remarks>
    [Test]
    [Covers("LM-REJ-10")]
    public async CaseTask A_controller_whose_namespace_is_sanitized_does_not_move()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        NeedSanitize(host, SanitizeAction.CryptoErase);
        var other = await host.BringUpAsync(2);
        Lab.Must(await host.Namespaces.DetachAsync(1, other.Id));
        var start = await host.AdminAsync(AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
        Lab.Need(start.Status != Status.InvalidOpcode, "Sanitize Namespace (8Ch: Invalid Command Opcode)");
        Lab.Must("Sanitize Namespace", start);
        var concerned = NamedCommand.All(vf.Id, host.Csvi, host.Buffer(4096)).Where(it => it.Name is "suspend" or "get-state" or "set-state" or "resume");
        foreach (var command in concerned)
        {
            var answer = await host.AdminAsync(command.Entry);
            // Looked at afterwards: an operation that had ended before the command says nothing of its answer.
            if (!await IsSanitizingAsync("LM-REJ-10", host, command.Name, nsid: 1)) return;
            Check.Refused("LM-REJ-10", command.Name, answer, Status.SanitizeNamespaceInProgress);
        }

        Check.Ok("LM-REJ-10", "other", await host.SuspendAsync(other.Id), "a controller without the namespace that is sanitized could not be suspended");
    }

    /// <summary>
    /// The command is locked down: refused, without effect on the controller; unlocked, it does what it did before. Every migration command
    /// whose prohibition the device supports.
    /// </summary>
    /// <remarks>An effect of a refused command: its status is looked at. Prohibitions through other interfaces than the admin queue.</remarks>
    [Test]
    [Covers("LM-REJ-11")]
    public async CaseTask A_command_under_lockdown_is_refused()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Lab.Need(host.Identity.Oacs.Lockdown, "Command and Feature Lockdown (OACS bit 10, Identify Controller bytes 256:257)");
        var locked = 0;
        foreach (var command in NamedCommand.All(vf.Id, host.Csvi, host.Buffer(4096)).Where(it => it.Name != "delete-queue").DistinctBy(it => it.Entry.Opcode))
        {
            // Scope 0: an admin command by its opcode; interface 0: the admin submission queue.
            var answer = await host.AdminAsync(AdminCommand.Lockdown(0, command.Entry.Opcode, prohibit: true));
            if (answer.Status == Status.ProhibitionNotSupported) continue;
            Lab.Must("Lockdown", answer);
            locked++;
            Check.Refused("LM-REJ-11", command.Name, await host.AdminAsync(command.Entry), Status.ProhibitedByLockdown);
            Lab.Must("Lockdown", await host.AdminAsync(AdminCommand.Lockdown(0, command.Entry.Opcode, prohibit: false)));
            var after = (await host.AdminAsync(command.Entry)).Status;
            Check.That("LM-REJ-11", $"{command.Name}.unlocked", after != Status.ProhibitedByLockdown, "a command that was unlocked is still refused");
        }

        Lab.Need(locked > 0, "lockdown of a migration command (Lockdown: Prohibition of Command Execution Not Supported)");
    }

    /// <summary>Data by SGL, which the Admin queue of a PCI Express controller does not have (Base 2.3 4.1.1): refused, nothing read or written.</summary>
    /// <remarks>Chains of segments: one data block of the right length is all that is described.</remarks>
    [TestCase((byte)1)]
    [TestCase((byte)2)]
    [TestCase((byte)3)]
    [Covers("LM-REJ-12")]
    public async CaseTask Data_by_an_SGL_is_refused(byte psdt)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var buffer = load.Host.Buffer(4096);
        buffer.Write(load.State);
        var sgl = SglDescriptor.DataBlock(buffer.Iova, (uint)load.State.Length);
        SubmissionEntry[] commands =
        [
            MigrationCommand.SetControllerState(load.To.Id, load.Host.Csvi, 0, (uint)load.State.Length),
            MigrationCommand.GetControllerState(load.From.Id, load.Host.Csvi, 0, 48, 48),
        ];
        foreach (var command in commands)
        {
            var entry = command with { Sgl1 = sgl };
            entry.Dword0 = entry.Dword0 with { Psdt = psdt };
            Check.Refused(
                "LM-REJ-12", $"{entry.Opcode:X2}h", await load.Host.AdminAsync(entry), Status.InvalidField, Status.SglDescriptorTypeInvalid,
                Status.InvalidSglSegmentDescriptor, Status.InvalidNumberOfSglDescriptors, Status.DataSglLengthInvalid);
        }

        await HasNothingAsync("LM-REJ-12", load, "refused");
        Check.That("LM-REJ-12", "buffer", buffer.Read()[..load.State.Length].SequenceEqual(load.State), "a refused Migration Receive has written data");
    }

    /// <summary>
    /// The state, or its second page, or its last piece, is in memory that the physical function does not reach: refused, nothing of it is
    /// applied, and a whole one is taken afterwards.
    /// </summary>
    /// <remarks>An error of memory that comes after all was read; three places where it is not mapped are tried.</remarks>
    [TestCase("all")]
    [TestCase("second page")]
    [TestCase("last piece")]
    [Covers("LM-REJ-13")]
    public async CaseTask A_state_that_cannot_be_read_leaves_nothing(string what)
    {
        const ulong nowhere = 0xDEAD_0000;
        var load = await CaseLoad.CreateAsync(Lab);
        var host = load.Host;
        var buffer = host.Buffer(4096);
        const string step = "Migration Send, Set Controller State";
        if (what == "last piece") Lab.Must(step, await load.SetAsync(load.State.AsMemory(0, 104), 0, SequenceIndicator.First));
        var (start, sequence) = what == "last piece" ? (104, SequenceIndicator.Last) : (0, SequenceIndicator.Entire);
        var set = MigrationCommand.SetControllerState(load.To.Id, host.Csvi, 0, (uint)(load.State.Length - start), (ulong)start, sequence);
        set.Prp1 = nowhere;
        if (what == "second page")
        {
            buffer.Write(load.State.AsSpan(0, 104), 4096 - 104);
            (set.Prp1, set.Prp2) = (buffer.Iova + 4096 - 104, nowhere);
        }

        Check.Refused("LM-REJ-13", "set", await host.AdminAsync(set), Status.DataTransferError);
        await HasNothingAsync("LM-REJ-13", load, "refused");
        await IsHealthyAsync("LM-REJ-13", host, "refused");
        Check.Ok("LM-REJ-13", "whole", await load.SetAsync(load.State), "after a state that could not be read a good one was not taken");
        await HasAllAsync("LM-REJ-13", load, "whole");
    }

    /// <summary>
    /// A Suspend that waits for commands in flight is aborted. Whether it then completes or is aborted, the controller is one or the other
    /// for every command that asks, and goes on in the end.
    /// </summary>
    /// <remarks>Other moments: Abort comes 2 us behind the Suspend, and whether it catches it is the device's affair.</remarks>
    [Test]
    [Covers("LM-REJ-14")]
    public async CaseTask An_aborted_suspend_leaves_the_controller_as_it_says()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        var queue = await vf.CreateQueueAsync();
        queue.Burst(16, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
        await World.After(2_000);
        var suspend = host.Pf.Admin.Submit(MigrationCommand.Suspend(vf.Id));
        if (!host.Pf.Admin.TryGetCid(suspend, out var cid)) throw CaseEnd.Inconclusive("set-up: Suspend has no place in the admin queue");
        await World.After(2_000);
        Check.Hazard("LM-REJ-14", "pending", !suspend.IsDone, "a Suspend that has not ended when it is aborted");
        Check.Ok("LM-REJ-14", "abort", await host.AdminAsync(AdminCommand.Abort(0, cid)), "Abort was refused");
        Check.That("LM-REJ-14", "suspend", await Lab.ReachesAsync(() => suspend.IsDone), "an aborted Suspend was not answered");
        Check.Saw("LM-REJ-14", "suspend", suspend.Status.IsSuccess ? "completed" : "aborted");
        var suspended = suspend.Status.IsSuccess;
        if (!suspended) Check.Equal("LM-REJ-14", "suspend.status", suspend.Status, Status.AbortRequested, "an aborted Suspend has another status");
        host.Pf.Admin.Release(suspend);
        Check.Equal("LM-REJ-14", "csup", await host.IsSuspendedAsync(vf.Id), suspended, "the state does not say what Suspend said");
        var resume = await host.ResumeAsync(vf.Id);
        if (suspended) Check.Ok("LM-REJ-14", "resume", resume, "a suspended controller was not resumed");
        else Check.Refused("LM-REJ-14", "resume", resume, Status.ControllerNotSuspended);
        Check.Equal("LM-REJ-14", "reads", await queue.ReachesAsync(16), true, "commands from before the suspension did not complete");
    }

    /// <summary>Whether Migration Send selects by UUID (commands supported and effects log, Base 2.3 5.2.12.1.6).</summary>
    private static async ValueTask<bool> SelectsUuidsAsync(CaseHost host)
    {
        var log = AdminCommand.GetLogPage((byte)LogId.CommandEffects, CommandEffectsLog.Size);
        var effects = Lab.Must("Get Log Page, Commands Supported and Effects", await host.Pf.ReadBytesAsync(log, CommandEffectsLog.Size));
        return Wire.Read<CommandEffects>(effects.AsSpan((int)AdminOpcode.MigrationSend * 4)).UuidSelection;
    }

    private static void NeedSanitize(CaseHost host, SanitizeAction action)
    {
        var can = host.Identity.Sanicap;
        var offered = action switch
        {
            SanitizeAction.BlockErase => can.BlockErase,
            SanitizeAction.Overwrite => can.Overwrite,
            _ => can.CryptoErase,
        };
        Lab.Need(offered, $"sanitize by {action} (SANICAP, Identify Controller bytes 328:331)");
    }

    /// <summary>The status of the subsystem, or of a namespace (Base 2.3 5.2.12.1.36).</summary>
    private static async ValueTask<SanitizeStatusLog> SanitizeStatusAsync(CaseHost host, uint nsid = 0) => Lab.Must(
        "Get Log Page, Sanitize Status",
        await host.Pf.ReadAsync<SanitizeStatusLog>(AdminCommand.GetLogPage((byte)LogId.SanitizeStatus, SanitizeStatusLog.Size, nsid: nsid)));

    private static async ValueTask<bool> IsSanitizingAsync(string requirement, CaseHost host, string when, uint nsid = 0) => Check.Hazard(
        requirement, $"{when}.sstat", (await SanitizeStatusAsync(host, nsid)).Sstat.Outcome == SanitizeOutcome.Sanitizing, "a sanitize operation in progress");
}
