using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of Suspend and Resume: what goes on that must stop, and what does not go on again.</summary>
internal static class SuspendDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of("suspends-nothing", "LM-SUSP-01", "Suspend is acknowledged, and the controller runs on.", static () => new() { Suspend = new SuspendsNothing() }),
        Of(
            "notification-suspends", "LM-SUSP-02", "The suspend type is not looked at: a notification suspends.",
            static () => new() { Execute = new RewrittenSuspend(static (_, f) => f with { SuspendType = SuspendType.Suspend }) }),
        Of("suspends-without-draining", "LM-SUSP-03", "Suspend freezes the controller with fetched commands still in flight.", static () => new() { Suspend = new NoDrain() }),
        Of(
            "doorbell-wakes", "LM-SUSP-04", "An I/O doorbell lets a suspended controller go on.",
            static () => new() { Doorbell = new DoorbellWakes(static qid => qid != 0) }),
        Of("writes-after-suspend", "LM-SUSP-05", "A suspended controller writes to its host's memory when a timer of its own runs out.", static () => new() { Suspend = new WritesLater() }),
        Of("doorbell-forgotten", "LM-SUSP-06", "Doorbells that are rung during suspension are not remembered.", static () => new() { Doorbell = new DeafWhileSuspended() }),
        Of(
            "completion-doorbell-forgotten", "LM-GET-06", "Room that the host makes in a completion queue during suspension is not remembered.",
            static () => new() { Doorbell = new DeafWhileSuspended(completionsOnly: true) }),
        Of(
            "admin-doorbell-wakes", "LM-SUSP-07", "Only I/O queues are stopped: an admin command wakes a suspended controller.",
            static () => new() { Doorbell = new DoorbellWakes(static qid => qid == 0) }),
        Of("suspend-drops-event-requests", "LM-SUSP-08", "Outstanding event requests are dropped with the suspension.", static () => new() { Suspend = new DropsRequests() }),
        Of("resume-forgets-events", "LM-SUSP-09", "Events that arose during suspension are forgotten at Resume.", static () => new() { Resume = new ForgetsEvents() }),
        Of("second-suspend-refused", "LM-SUSP-10", "A suspended controller refuses to be suspended.", static () => new() { Suspend = new RefusesSecond() }),
        Of(
            "notification-resumes", "LM-SUSP-11", "A notification for a suspended controller lets it go on.",
            static () => new() { Execute = new NotificationResumes() }),
        Of("not-ready-while-suspended", "LM-SUSP-12", "CSTS.RDY is cleared as long as a controller is suspended.", static () => new() { Suspend = new ClearsReady() }),
        Of(
            "memory-buffer-lost", "LM-SUSP-13", "The memory of the Controller Memory Buffer is switched off with the suspension, and its contents are gone.",
            static () => new() { Suspend = new Loses(static target => target.Function.Local?.BufferBytes.Clear()) }),
        Of(
            "full-queue-hangs-suspend", "LM-SUSP-15", "Suspend waits until the host has emptied every completion queue.",
            static () => new() { Suspend = new WaitsForTheHost() }),
        Of(
            "half-a-pair-is-done", "LM-SUSP-17", "Of a fused pair in flight at a suspend the write is completed and not done.",
            static () => new()
            {
                Execute = new MisexecutedIo(
                    NvmOpcode.Write, static (c, command, rightly) => c.Suspension.FetchStopped && command.Entry.Dword0.Fuse == 2 ? StepResult.Done : rightly()),
            }),
        Of(
            "no-suspension-entry", "LM-SUSP-18", "The suspension is not marked in the migration queue.",
            static () => new() { DataQueue = new RewrittenEntry(static e => e.Attributes.Sequence == EntrySequence.LastSuspended ? null : e) }),
        Of(
            "dudmq-ignored", "LM-SUSP-19", "The bit that deletes the migration queue is ignored.",
            static () => new() { Execute = new RewrittenSuspend(static (_, f) => f with { DeleteUserDataMigrationQueue = false }) }),
        Of("entry-after-suspension", "LM-SUSP-20", "The last change before a suspension is reported after the suspension's entry.", static () => new() { DataQueue = new LateEntry() }),
        Of(
            "dudmq-needs-a-queue", "LM-SUSP-21", "A suspend that is to delete the queue is refused where there is none.",
            static () => new() { Execute = new RefusedSuspend(static (target, f) => f.DeleteUserDataMigrationQueue && target.UserDataLog is null, Status.InvalidControllerDataQueue) }),
        Of(
            "suspends-itself", "LM-SUSP-24", "A controlling controller that is to suspend itself says that it did.",
            static () => new() { Execute = new AcceptsItself() }),
        Of(
            "cache-lost-with-the-suspension", "LM-SUSP-25", "What a controller wrote last is in a cache of its own, which is dropped when it is suspended.",
            static () => new()
            {
                Suspend = new Loses(static target =>
                {
                    foreach (var it in target.Attached) it?.Medium.Deallocate(0, Math.Min(64, it.Medium.Blocks));
                }),
            }),
        Of("resumes-nothing", "LM-RES-01", "Resume is acknowledged, and the controller stays suspended.", static () => new() { Resume = new ResumesNothing() }),
        Of(
            "admin-queue-waits", "LM-RES-02", "After Resume the admin queue waits for another doorbell (seen in an emulator's branch).",
            static () => new() { Resume = new ForgetsAdminTail() }),
        Of(
            "running-is-resumed", "LM-RES-03", "Resume of a controller that runs is acknowledged.",
            static () => new() { Execute = new AnswersResume(static target => !target.Suspension.IsSuspended) }),
        Of(
            "disabled-is-resumed", "LM-RES-04", "Resume of a disabled controller is acknowledged.",
            static () => new() { Execute = new AnswersResume(static target => !target.IsReady) }),
        Of("resumes-with-half-a-state", "LM-RES-05", "Resume drops a state that is not whole and lets the controller go on.", static () => new() { Execute = new DropsHalfState() }),
        Of("commit-keeps-sequence", "LM-RES-06", "A state that was committed still counts as incomplete.", static () => new() { Execute = new NeverWhole() }),
        Of(
            "resume-not-marked", "LM-RES-07", "The first entry after Resume is one like any other.",
            static () => new() { DataQueue = new FirstOnlyOnce() }),
        Of("resume-repeats-command", "LM-RES-08", "After Resume the last command that was fetched is fetched again (head one too low).", static () => new() { Resume = new RefetchesOne() }),
        Of("resume-loses-event-requests", "LM-RES-10", "Event requests of before the suspension are forgotten at Resume.", static () => new() { Resume = new LosesRequests() }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    /// <summary>The suspend that a command is; null for any other.</summary>
    public static SuspendFields? SuspendOf(CommandContext command) => Is(command, MigrationSendSelect.Suspend) ? new SuspendFields(command.Entry) : null;

    /// <summary>The resume that a command is; null for any other.</summary>
    public static ResumeFields? ResumeOf(CommandContext command) => Is(command, MigrationSendSelect.Resume) ? new ResumeFields(command.Entry) : null;

    private static bool Is(CommandContext command, MigrationSendSelect select) =>
        command.IsAdmin && command.Opcode == (byte)AdminOpcode.MigrationSend && new MigrationSendFields(command.Entry).Select == select;
}

internal sealed class SuspendsNothing : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation) => StepResult.Done;
}

/// <summary>A suspend is carried out as another one.</summary>
internal sealed class RewrittenSuspend(Func<ControllerCore, SuspendFields, SuspendFields> rewrite) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.Phase == 0 && SuspendDefects.SuspendOf(command) is { } fields && MigrationCommands.FindTarget(c, fields.Cntlid) is { } target)
            command.Entry = rewrite(target, fields).Entry;
        return base.Run(c, command);
    }
}

/// <summary>Some suspends are refused that must not be.</summary>
internal sealed class RefusedSuspend(Func<ControllerCore, SuspendFields, bool> which, Status with) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        command.Phase == 0 && SuspendDefects.SuspendOf(command) is { } fields && MigrationCommands.FindTarget(c, fields.Cntlid) is { } target && which(target, fields)
            ? command.Fail(with)
            : base.Run(c, command);
}

/// <summary>The controller that processes the command accepts to be suspended, and does nothing.</summary>
internal sealed class AcceptsItself : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        SuspendDefects.SuspendOf(command)?.Cntlid == c.Cntlid ? StepResult.Done : base.Run(c, command);
}

/// <summary>Freezes with commands in flight.</summary>
internal sealed class NoDrain : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        target.Suspension.StopFetching(operation.Command.Owner);
        target.Suspension.Freeze();
        return StepResult.Done;
    }
}

/// <summary>The tail doorbell of some queues ends a suspension.</summary>
internal sealed class DoorbellWakes(Func<int, bool> which) : DoorbellStep
{
    public override StepResult Run(ControllerCore c, int qid, bool completion, uint value)
    {
        var result = base.Run(c, qid, completion, value);
        if (completion || !which(qid) || !c.Suspension.IsSuspended) return result;
        c.Suspension.End();
        c.Machine.Wake();
        return result;
    }
}

/// <summary>One byte of the admin submission queue, some time after the suspend was complete.</summary>
internal sealed class WritesLater : SuspendStep
{
    private const long After = 1_000_000;

    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (result.IsDone && target.Queues.Submission.FirstOrDefault(it => !it.IsAdmin) is { } queue)
            target.Machine.PutOff(new LateByte(queue.Memory.AddressOf(queue.Entries - 1)), target.Now + After);
        return result;
    }

    private sealed class LateByte(ulong iova) : ControllerWork
    {
        public override StepResult Run(ControllerCore c)
        {
            if (c.Suspension.IsSuspended) c.WriteHost(iova, [0x5A]);
            return StepResult.Done;
        }
    }
}

internal sealed class DeafWhileSuspended(bool completionsOnly = false) : DoorbellStep
{
    public override StepResult Run(ControllerCore c, int qid, bool completion, uint value) =>
        c.Suspension.IsSuspended && (completion || !completionsOnly) ? StepResult.Done : base.Run(c, qid, completion, value);
}

/// <summary>Something is gone once a controller has been suspended.</summary>
internal sealed class Loses(Action<ControllerCore> lose) : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (result.IsDone) lose(target);
        return result;
    }
}

internal sealed class DropsRequests : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (result.IsDone) EventRequests.Drop(target);
        return result;
    }
}

internal sealed class LosesRequests : ResumeStep
{
    public override StepResult Run(ControllerCore target)
    {
        EventRequests.Drop(target);
        return base.Run(target);
    }
}

/// <summary>Forgets a controller's outstanding event requests without a completion.</summary>
internal static class EventRequests
{
    public static void Drop(ControllerCore target)
    {
        foreach (var request in target.Events.Requests.ToArray())
        {
            target.Events.Remove(request);
            target.Machine.Drop(request);
        }
    }
}

internal sealed class ForgetsEvents : ResumeStep
{
    public override StepResult Run(ControllerCore target)
    {
        target.Events.Withdraw(static _ => true);
        return base.Run(target);
    }
}

internal sealed class RefusesSecond : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation) =>
        target.Suspension.IsSuspended ? operation.Command.Fail(Status.ControllerSuspended) : base.Run(target, operation);
}

internal sealed class NotificationResumes : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (SuspendDefects.SuspendOf(command) is { SuspendType: SuspendType.Notification } fields && MigrationCommands.FindTarget(c, fields.Cntlid) is { } target)
            c.Steps.Resume.Run(target);
        return base.Run(c, command);
    }
}

internal sealed class ClearsReady : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        var result = base.Run(target, operation);
        if (result.IsDone) target.Registers.Csts = target.Registers.Csts with { Rdy = false };
        return result;
    }
}

/// <summary>Does not end before the host has consumed all completions.</summary>
internal sealed class WaitsForTheHost : SuspendStep
{
    private const long Look = 100_000;

    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        target.Machine.AnswerDoorbells();
        return target.Queues.Completion.Any(it => it.Id != 0 && it.Occupied > 0) ? StepResult.Later(target.Now + Look) : base.Run(target, operation);
    }
}

/// <summary>Posts another entry than the right one, or none.</summary>
internal sealed class RewrittenEntry(Func<LbaMigrationQueueEntry, LbaMigrationQueueEntry?> rewrite) : DataQueueStep
{
    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry) =>
        rewrite(entry) is { } other ? base.Run(owner, queue, other) : StepResult.Done;
}

/// <summary>The entry before the suspension's comes after it.</summary>
internal sealed class LateEntry : DataQueueStep
{
    private readonly Dictionary<DataQueue, LbaMigrationQueueEntry> _held = [];

    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        var hasHeld = _held.Remove(queue, out var held);
        if (entry.Attributes.Sequence == EntrySequence.Middle)
        {
            _held[queue] = entry;
            return hasHeld ? base.Run(owner, queue, held) : StepResult.Done;
        }

        var (first, second) = entry.Attributes.Sequence == EntrySequence.LastSuspended ? (entry, held) : (held, entry);
        if (!hasHeld) return base.Run(owner, queue, entry);
        base.Run(owner, queue, first);
        return base.Run(owner, queue, second);
    }
}

/// <summary>ESA 001b is given to the first entry of a queue and to no other.</summary>
internal sealed class FirstOnlyOnce : DataQueueStep
{
    private readonly HashSet<DataQueue> _begun = [];

    public override StepResult Run(ControllerCore owner, DataQueue queue, LbaMigrationQueueEntry entry)
    {
        if (entry.Attributes.Sequence == EntrySequence.First && !_begun.Add(queue))
            entry.Attributes = entry.Attributes with { Sequence = EntrySequence.Middle };
        return base.Run(owner, queue, entry);
    }
}

internal sealed class ResumesNothing : ResumeStep
{
    public override StepResult Run(ControllerCore target) => StepResult.Done;
}

/// <summary>What waits in the admin queue is not looked at until its doorbell is rung again.</summary>
internal sealed class ForgetsAdminTail : ResumeStep
{
    public override StepResult Run(ControllerCore target)
    {
        if (target.Queues.Sq(0) is { } admin) admin.Tail = admin.Head;
        return base.Run(target);
    }
}

/// <summary>Some resumes are acknowledged without being looked at.</summary>
internal sealed class AnswersResume(Func<ControllerCore, bool> which) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        SuspendDefects.ResumeOf(command) is { } fields && MigrationCommands.FindTarget(c, fields.Cntlid) is { } target && which(target)
            ? StepResult.Done
            : base.Run(c, command);
}

internal sealed class DropsHalfState : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (SuspendDefects.ResumeOf(command) is { } fields && MigrationCommands.FindTarget(c, fields.Cntlid) is { } target) target.Suspension.Incoming = null;
        return base.Run(c, command);
    }
}

/// <summary>Once a first piece came, Resume is refused whatever came then.</summary>
internal sealed class NeverWhole : ExecuteStep
{
    private readonly HashSet<ushort> _begun = [];

    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.IsAdmin && command.Opcode == (byte)AdminOpcode.MigrationSend
            && new SetControllerStateFields(command.Entry) is { SequenceIndicator: SequenceIndicator.First } load
            && new MigrationSendFields(command.Entry).Select == MigrationSendSelect.SetControllerState)
        {
            _begun.Add(load.Cntlid);
        }

        return SuspendDefects.ResumeOf(command) is { } fields && _begun.Contains(fields.Cntlid) ? command.Fail(Status.CommandSequenceError) : base.Run(c, command);
    }
}

/// <summary>The head of an I/O submission queue is put back by one where something was fetched from it.</summary>
internal sealed class RefetchesOne : ResumeStep
{
    public override StepResult Run(ControllerCore target)
    {
        foreach (var queue in target.Queues.Submission.Where(it => !it.IsAdmin && it.Waiting < it.Entries - 1))
            queue.Head = (queue.Head + queue.Entries - 1) % queue.Entries;
        return base.Run(target);
    }
}
