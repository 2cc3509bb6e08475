using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of data queues themselves: making and deleting them, their feature, phases, fullness and events.</summary>
internal static class DataQueueDefects
{
    private const uint SaveBit = 1u << 31;

    public static IReadOnlyList<Defect> All { get; } =
    [
        Create(
            "one-identifier", "LM-UDT-01", "Every data queue is told to be number 1.",
            static (_, command, rightly) =>
            {
                var result = rightly();
                command.Dw0 = 1;
                return result;
            }),
        Create(
            "born-armed", "LM-UDT-02", "A new data queue has a tail trigger at slot 0.",
            static (c, command, rightly) =>
            {
                var result = rightly();
                if (command.Status.IsSuccess && c.DataQueues.Find((ushort)command.Dw0) is { } queue) queue.TailTrigger = 0;
                return result;
            }),
        Create(
            "second-queue", "LM-UDT-03", "A second data queue for a controller takes the place of the first.",
            static (c, command, rightly) =>
            {
                if (c.Subsystem.FindController(new CreateControllerDataQueueFields(command.Entry).Cntlid) is { } target) target.UserDataLog = null;
                return rightly();
            }),
        Create(
            "unknown-controller-is-invalid-field", "LM-UDT-04", "A data queue for nobody is refused as an invalid field (seen in an emulator's branch).",
            static (_, command, rightly) =>
            {
                var result = rightly();
                return command.Status == Status.InvalidControllerIdentifier ? command.Fail(Status.InvalidField) : result;
            }),
        Misread(
            "size-rounded", "LM-UDT-05", "What is left of a size that is no multiple of an entry is dropped.",
            static fields => fields with { SizeInDwords = fields.SizeInDwords > 8 ? fields.SizeInDwords & ~7u : fields.SizeInDwords }),
        Misread(
            "base-rounded", "LM-UDT-06", "The base of a data queue is rounded down to its page.",
            static fields => new(fields.Entry with { Prp1 = fields.Entry.Prp1 & ~0xFFFul })),
        Create(
            "queue-in-own-memory", "LM-UDT-07", "A data queue in the controller's own memory is acknowledged.",
            static (c, command, rightly) => c.Function.Local?.Overlaps(command.Entry.Prp1, 1) == true ? StepResult.Done : rightly()),
        Create(
            "limit-of-queues-ignored", "LM-UDT-08", "Nobody counts data queues.",
            static (c, command, rightly) => Uncounted(c, command, rightly)),
        Misread(
            "list-taken-for-the-queue", "LM-UDT-09", "A list of pages is taken for the data queue itself (an emulator's branch knows contiguous queues only).",
            static fields => fields with { Pc = true }),
        Of(
            "list-ends-at-its-first-page", "LM-UDT-10", "A scattered data queue runs on behind its first page.",
            static () => new()
            {
                DataQueue = new Misplaced(
                    static queue => (queue.Memory.Pages is [var first, ..] ? first : queue.Memory.Base) + ((ulong)queue.Tail * LbaMigrationQueueEntry.Size),
                    static queue => queue.Phase),
            }),
        Create(
            "page-behind-written", "LM-UDT-10", "Making a scattered data queue writes to the page that lies behind its last one.",
            static (c, command, rightly) =>
            {
                var result = rightly();
                var pages = command.Status.IsSuccess ? c.DataQueues.Find((ushort)command.Dw0)?.Memory.Pages : null;
                if (pages is { Length: > 1 }) c.WriteHost(pages[^1] + (ulong)c.PageSize, [0xA5]);
                return result;
            }),
        Misread(
            "type-ignored", "LM-UDT-11", "The type of a data queue is not looked at.",
            static fields => fields with { QueueType = ControllerDataQueueType.UserDataMigrationQueue }),
        Misread(
            "size-zero-is-a-page", "LM-UDT-12", "A data queue of size 0 is made with a page.",
            static fields => fields.SizeInDwords == 0 ? fields with { SizeInDwords = 1024 } : fields),
        Delete(
            "deletes-what-is-not-there", "LM-UDT-13", "Deleting a data queue that there is not succeeds.",
            static (_, queue, rightly) => queue is null ? StepResult.Done : rightly()),
        Delete(
            "deleted-and-written", "LM-UDT-14", "A deleted data queue goes on logging into what is the host's memory again.",
            static (_, queue, rightly) =>
            {
                var result = rightly();
                if (queue is not null) queue.Target.UserDataLog = queue;
                return result;
            }),
        Of(
            "phase-never-turns", "LM-UDT-29", "Entries of every pass have phase 1.",
            static () => new() { DataQueue = new Misplaced(static queue => queue.Memory.AddressOf(queue.Tail), static _ => true) }),
        Of(
            "phase-begins-at-0", "LM-UDT-15", "The first pass has phase 0.",
            static () => new() { DataQueue = new Misplaced(static queue => queue.Memory.AddressOf(queue.Tail), static queue => !queue.Phase) }),
        Of(
            "full-unmarked", "LM-UDT-30", "The entry that fills a data queue is like any other.",
            static () => new()
            {
                DataQueue = new Misposted(static (_, entry) => entry.Attributes.Sequence == EntrySequence.LastFull
                    ? entry with { Attributes = entry.Attributes with { Sequence = EntrySequence.Middle } } : entry),
            }),
        Of(
            "full-event-without-name", "LM-UDT-30", "The event that a data queue is full does not say which.",
            static () => new() { Event = new NamelessFullEvent() }),
        Set(
            "logging-comes-back", "LM-UDT-31", "Room in a data queue that became full starts its logging again.",
            static (_, queue, _, rightly) =>
            {
                var wasFull = queue is { IsFull: true, IsLogging: false };
                var result = rightly();
                if (wasFull && !queue.IsFull) queue.Start();
                return result;
            }),
        Set("head-forgotten", "LM-UDT-32", "A new head is acknowledged and not taken.", static (_, _, _, _) => StepResult.Done),
        Set(
            "empty-queue-s-head-moves", "LM-UDT-33", "The head of an empty data queue is not checked.",
            static (_, queue, fields, rightly) =>
            {
                if (!queue.IsEmpty || fields.HeadPointer >= queue.Entries) return rightly();
                queue.Head = (int)fields.HeadPointer;
                return StepResult.Done;
            }),
        Set(
            "any-head", "LM-UDT-34", "Every slot is good for a head.",
            static (_, queue, fields, rightly) =>
            {
                if (queue.IsEmpty || fields.HeadPointer >= queue.Entries) return rightly();
                queue.Head = (int)fields.HeadPointer;
                return StepResult.Done;
            }),
        Of(
            "trigger-a-slot-early", "LM-UDT-35", "The trigger is compared with the tail after it moved on (seen in an emulator's branch).",
            static () => new()
            {
                DataQueue = new MistriggeredTail(
                    static queue => queue.TailTrigger == (queue.Tail + 1) % queue.Entries ? queue.Tail
                        : queue.TailTrigger == queue.Tail ? null : queue.TailTrigger,
                    static (queue, _) => queue.TailTrigger),
            }),
        Of(
            "trigger-stays", "LM-UDT-35", "A trigger that reported stays on.",
            static () => new() { DataQueue = new MistriggeredTail(static queue => queue.TailTrigger, static (_, armed) => armed) }),
        Set(
            "trigger-wrapped", "LM-UDT-36", "A trigger outside the data queue is taken modulo its size.",
            static (_, queue, fields, rightly) =>
            {
                if (!fields.EnableTailPointerTrigger || fields.TailPointerTrigger < queue.Entries) return rightly();
                queue.TailTrigger = (int)(fields.TailPointerTrigger % (uint)queue.Entries);
                return StepResult.Done;
            }),
        Set(
            "tail-event-kept", "LM-UDT-37", "An event of the old trigger is reported after the feature was set.",
            static (c, queue, _, rightly) =>
            {
                var old = AsyncEvent.Of(OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueTailPointer, queue.Id));
                var isPending = c.Events.Pending.Contains(old);
                var result = rightly();
                if (isPending) c.Raise(in old);
                return result;
            }),
        Of(
            "save-ignored", "LM-UDT-38", "Save is not looked at.",
            static () => new() { Parse = new MisreadAdmin(AdminOpcode.SetFeatures, static entry => entry with { Cdw10 = entry.Cdw10 & ~SaveBit }) }),
        Of(
            "stopped-by-others", "LM-UDT-40", "Another controller that has the logging of a queue stopped is refused, and it stops.",
            static () => new()
            {
                Execute = new MisexecutedAdmin(AdminOpcode.TrackSend, static (c, command, rightly) =>
                {
                    if (new LogUserDataChangesFields(command.Entry).Action == LoggingAction.Stop) OfAnother(c, command)?.Stop();
                    return rightly();
                }),
            }),
        Of(
            "identifiers-of-all", "LM-UDT-40", "A controller that has no data queue of a number takes another controller's.",
            static () => new()
            {
                Execute = new MisexecutedAdmin(AdminOpcode.TrackSend, static (c, command, rightly) =>
                {
                    if (OfAnother(c, command) is not { } queue) return rightly();
                    if (new LogUserDataChangesFields(command.Entry).Action == LoggingAction.Start) queue.Start();
                    else queue.Stop();
                    return StepResult.Done;
                }),
            }),
    ];

    /// <summary>The data queue that a command about logging names, where the controller has none of that number and another has; else null.</summary>
    private static DataQueue? OfAnother(ControllerCore c, CommandContext command)
    {
        var id = new LogUserDataChangesFields(command.Entry).Cdqid;
        return new TrackSendFields(command.Entry).Select != TrackSendSelect.LogUserDataChanges || c.DataQueues.Find(id) is not null
            ? null
            : c.Subsystem.Controllers.Select(it => it.DataQueues.Find(id)).FirstOrDefault(it => it is not null);
    }

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Create(string name, string breaks, string story, Execution wrongly) => Of(
        name, breaks, story,
        () => new()
        {
            Execute = new MisexecutedAdmin(
                AdminOpcode.ControllerDataQueue, (c, command, rightly) => IsCreate(command.Entry) ? wrongly(c, command, rightly) : rightly()),
        });

    private static Defect Misread(
        string name, string breaks, string story, Func<CreateControllerDataQueueFields, CreateControllerDataQueueFields> misread) => Of(
        name, breaks, story,
        () => new()
        {
            Parse = new MisreadAdmin(
                AdminOpcode.ControllerDataQueue, entry => IsCreate(entry) ? misread(new CreateControllerDataQueueFields(entry)).Entry : entry),
        });

    private static Defect Delete(string name, string breaks, string story, Func<ControllerCore, DataQueue?, Func<StepResult>, StepResult> wrongly) => Of(
        name, breaks, story,
        () => new()
        {
            Execute = new MisexecutedAdmin(AdminOpcode.ControllerDataQueue, (c, command, rightly) =>
                new ControllerDataQueueFields(command.Entry).Select == ControllerDataQueueSelect.Delete
                    ? wrongly(c, c.DataQueues.Find(new DeleteControllerDataQueueFields(command.Entry).Cdqid), rightly)
                    : rightly()),
        });

    private static Defect Set(
        string name, string breaks, string story,
        Func<ControllerCore, DataQueue, ControllerDataQueueFeatureFields, Func<StepResult>, StepResult> wrongly) => Of(
        name, breaks, story,
        () => new()
        {
            Execute = new MisexecutedAdmin(AdminOpcode.SetFeatures, (c, command, rightly) =>
            {
                var fields = new ControllerDataQueueFeatureFields(command.Entry);
                var isFeature = (byte)command.Entry.Cdw10 == ControllerDataQueueFeature.Fid && (command.Entry.Cdw10 & SaveBit) == 0;
                return isFeature && c.DataQueues.Find(fields.Cdqid) is { } queue ? wrongly(c, queue, fields, rightly) : rightly();
            }),
        });

    private static bool IsCreate(in SubmissionEntry entry) => new ControllerDataQueueFields(entry).Select == ControllerDataQueueSelect.Create;

    /// <summary>Creates a queue as if the controller had none, and gives it the identifier that it should have.</summary>
    private static StepResult Uncounted(ControllerCore c, CommandContext command, Func<StepResult> rightly)
    {
        var others = c.DataQueues.All.ToArray();
        c.DataQueues.Clear();
        var result = rightly();
        var made = c.DataQueues.All.FirstOrDefault();
        c.DataQueues.Clear();
        foreach (var other in others) c.DataQueues.Add(other);
        if (made is null) return result;
        var queue = new DataQueue(c.DataQueues.FreeId(), c, made.Target, made.Memory, made.Entries);
        c.DataQueues.Add(queue);
        command.Dw0 = queue.Id;
        return result;
    }
}
