using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of what is logged: changes that are missing, wrong, too early or somebody else's, and the marks around them.</summary>
internal static class UserDataDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Logged(
            "unlogged-zeroes", "LM-UDT-21", "Write Zeroes changes blocks and is not logged.",
            static (_, change) => change.Kind == MediumChangeKind.Zeroed ? null : change),
        Logged(
            "unlogged-uncorrectable", "LM-UDT-21", "Write Uncorrectable is not logged (seen in an emulator's branch).",
            static (_, change) => change.Kind == MediumChangeKind.Uncorrectable ? null : change),
        Logged(
            "unlogged-format", "LM-UDT-21", "What erases a whole namespace is not logged.",
            static (_, change) => change.Kind == MediumChangeKind.All ? null : change),
        Of(
            "unlogged-copy", "LM-UDT-21", "Copy writes its target without the log (seen in an emulator's branch).",
            static () => new() { Execute = new MisexecutedIo(NvmOpcode.Copy, static (c, _, rightly) => Unlogged(c, rightly)) }),
        Of(
            "unlogged-fused-write", "LM-UDT-21", "The write of a fused Compare and Write takes another way to the medium, which is not logged.",
            static () => new()
            {
                Execute = new MisexecutedIo(
                    NvmOpcode.Write, static (c, command, rightly) => command.Entry.Dword0.Fuse == 2 ? Unlogged(c, rightly) : rightly()),
            }),
        Logged(
            "unlogged-deallocate", "LM-UDT-20", "Deallocated blocks are not logged: their data is gone anyway.",
            static (_, change) => change.Kind == MediumChangeKind.Deallocated ? null : change),
        Of(
            "one-range-of-deallocate", "LM-UDT-20", "Of a Dataset Management command with several ranges the first is logged.",
            static () =>
            {
                var at = -1L;
                return new()
                {
                    TrackLba = new Mislogged((c, change) =>
                    {
                        if (change.Kind != MediumChangeKind.Deallocated) return change;
                        var isFirst = c.Now != at;
                        at = c.Now;
                        return isFirst ? change : null;
                    }),
                };
            }),
        Posted(
            "count-one-short", "LM-UDT-18", "NLB is decremented twice on its way to the entry.",
            static (_, entry) => entry with { NlbZ = entry.NlbZ > 0 ? entry.NlbZ - 1 : 0 }),
        Posted(
            "entries-of-32-bits", "LM-UDT-18", "The number of the first block goes through a variable of 32 bits on its way to the entry.",
            static (_, entry) => entry with { Slba = (uint)entry.Slba }),
        Posted(
            "write-of-no-namespace", "LM-UDT-18", "Entries have namespace 0.",
            static (_, entry) => entry with { Nsid = 0 }),
        Posted(
            "writes-are-deallocations", "LM-UDT-18", "Every range is told to be deallocated.",
            static (_, entry) => entry.Attributes.Change == LbaChange.Range ? entry with { Attributes = entry.Attributes with { Deallocated = true } } : entry),
        Of(
            "logged-ahead", "LM-UDT-19", "A write is logged when it was found to be good, before it is carried out.",
            static () => new() { Validate = new LoggedAhead() }),
        Of(
            "reads-logged", "LM-UDT-22", "The log has the blocks of every command that names some, read or written.",
            static () => new()
            {
                Execute = new MisexecutedIo(NvmOpcode.Read, static (c, command, rightly) =>
                {
                    var result = rightly();
                    if (result.IsDone && command.Namespace is { } ns) c.Changed(new MediumChange(ns, command.Slba, command.Blocks, MediumChangeKind.Written));
                    return result;
                }),
            }),
        Of(
            "others-logged", "LM-UDT-23", "A change of a shared namespace goes into the log of every controller that is attached to it.",
            static () => new() { Complete = new LoggedForOthers(static (other, nsid) => other.FindNamespace(nsid) is not null) }),
        Of(
            "detached-logged", "LM-UDT-24", "The log has the changes of namespaces that the controller is not attached to.",
            static () => new() { Complete = new LoggedForOthers(static (other, nsid) => other.FindNamespace(nsid) is null) }),
        Of(
            "neighbours-swallowed", "LM-UDT-25", "A change right behind the last one is taken to be part of its entry, which has been posted already.",
            static () =>
            {
                var end = ulong.MaxValue;
                return new()
                {
                    TrackLba = new Mislogged((_, change) =>
                    {
                        var isNeighbour = change.Slba == end;
                        end = change.Slba + change.Blocks;
                        return isNeighbour ? null : change;
                    }),
                };
            }),
        Posted(
            "no-first-entry", "LM-UDT-15", "Starting to log posts nothing.",
            static (queue, entry) => entry.Attributes.Sequence == EntrySequence.First && queue.Tail == 0 ? null : entry),
        Posted(
            "silent-restart", "LM-UDT-28", "The first entry comes with the first start only.",
            static (queue, entry) => entry.Attributes.Sequence == EntrySequence.First && queue.Tail != 0 ? null : entry),
        Posted(
            "no-last-entry", "LM-UDT-26", "Stopping to log posts nothing.",
            static (_, entry) => entry.Attributes.Sequence == EntrySequence.LastStopped ? null : entry),
        Posted(
            "log-silent-at-suspension", "LM-UDT-41", "A suspension leaves no entry.",
            static (_, entry) => entry.Attributes.Sequence == EntrySequence.LastSuspended ? null : entry),
        Of(
            "logging-ends-at-suspend", "LM-UDT-41", "A suspended controller's log is closed, and not opened when it is resumed.",
            static () => new() { Suspend = new LoggingEndsAtSuspend() }),
        Posted(
            "dirty-reserved-bytes", "LM-UDT-42", "The reserved part of an entry holds what was in the firmware's buffer.",
            static (_, entry) => entry with { Reserved24 = 0xCCCC_CCCC }),
        Posted(
            "marks-name-blocks", "LM-UDT-43", "An entry without blocks has the namespace of the last one that had some.",
            static (_, entry) => entry.Attributes.Change == LbaChange.None ? entry with { Nsid = 1 } : entry),
        Posted(
            "ranges-as-namespaces", "LM-UDT-44", "An entry in the middle says that all blocks of the namespace changed.",
            static (_, entry) => entry.Attributes is { Sequence: EntrySequence.Middle, Change: LbaChange.Range }
                ? entry with { Slba = 0, NlbZ = 0, Attributes = entry.Attributes with { Change = LbaChange.Namespace } }
                : entry),
        Send(
            "second-start-succeeds", "LM-UDT-16", "Starting to log where logging is on succeeds (seen in an emulator's branch).",
            static (queue, action, command, rightly) => action == LoggingAction.Start && queue.IsLogging ? StepResult.Done : rightly()),
        Of(
            "reserved-action-stops", "LM-UDT-17", "Every action but start is stop.",
            static () => new()
            {
                Parse = new MisreadAdmin(AdminOpcode.TrackSend, static entry => new LogUserDataChangesFields(entry) is { Action: > LoggingAction.Start } fields
                    && new TrackSendFields(entry).Select == TrackSendSelect.LogUserDataChanges ? (fields with { Action = LoggingAction.Stop }).Entry : entry),
            }),
        Send(
            "idle-stop-refused", "LM-UDT-27", "Stopping to log where nothing is logged is refused.",
            static (queue, action, command, rightly) =>
                action == LoggingAction.Stop && !queue.IsLogging ? command.Fail(Status.InvalidControllerDataQueue) : rightly()),
        Send(
            "suspended-start-succeeds", "LM-UDT-39", "Logging of a suspended controller starts.",
            static (queue, action, command, rightly) =>
            {
                if (action != LoggingAction.Start || queue.IsLogging || !queue.Target.Suspension.IsSuspended) return rightly();
                queue.Start();
                return StepResult.Done;
            }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Logged(string name, string breaks, string story, Func<ControllerCore, MediumChange, MediumChange?> mislog) =>
        Of(name, breaks, story, () => new() { TrackLba = new Mislogged(mislog) });

    private static Defect Posted(string name, string breaks, string story, Func<DataQueue, LbaMigrationQueueEntry, LbaMigrationQueueEntry?> mispost) =>
        Of(name, breaks, story, () => new() { DataQueue = new Misposted(mispost) });

    private static Defect Send(
        string name, string breaks, string story, Func<DataQueue, LoggingAction, CommandContext, Func<StepResult>, StepResult> wrongly) => Of(
        name, breaks, story,
        () => new()
        {
            Execute = new MisexecutedAdmin(AdminOpcode.TrackSend, (c, command, rightly) =>
            {
                var fields = new LogUserDataChangesFields(command.Entry);
                var isLog = new TrackSendFields(command.Entry).Select == TrackSendSelect.LogUserDataChanges && fields.Action <= LoggingAction.Start;
                return isLog && c.DataQueues.Find(fields.Cdqid) is { } queue ? wrongly(queue, fields.Action, command, rightly) : rightly();
            }),
        });

    private static StepResult Unlogged(ControllerCore c, Func<StepResult> rightly)
    {
        var log = c.UserDataLog;
        c.UserDataLog = null;
        var result = rightly();
        c.UserDataLog = log;
        return result;
    }
}
