using System.Numerics;
using System.Runtime.InteropServices;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of memory tracking: writes that are not noted, reports that lose or repeat, and starts that should be refused.</summary>
internal static class MemoryTrackingDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Asked(
            "finest-granules-refused", "LM-MEM-01", "The finest granularity is refused: of the limit and what is below it, the limit is taken to be below.",
            static (c, bytes) => bytes[3] = bytes[3] == c.Options.Migration.MinimumGranularity ? byte.MaxValue : bytes[3]),
        Marked(
            "completions-untracked", "LM-MEM-02", "Completion entries are written past the tracker.",
            static (_, iova, length) => length <= CompletionEntry.Size ? null : (iova, length)),
        Marked(
            "even-pages-tracked", "LM-MEM-02", "The tracker has a bit for two pages, which is reported as the first of them.",
            static (_, iova, length) => (iova & ~4096ul, length)),
        Marked(
            "next-page-tracked", "LM-MEM-02", "The end of a write is taken for its first byte behind, so that a page too many is noted.",
            static (_, iova, length) => (iova, (int)(((iova + (ulong)length + 4096) & ~4095ul) - iova))),
        Of(
            "every-fifth-untracked", "LM-MEM-02", "A tracker under load drops every fifth write.",
            static () =>
            {
                var seen = 0;
                return new() { TrackMemory = new Mismarked((_, iova, length) => ++seen % 5 == 0 ? null : (iova, length)) };
            }),
        Received(
            "report-not-forgotten", "LM-MEM-03", "What was reported is reported again.",
            static (_, target, command, rightly) => Repeated(target, command, rightly)),
        Received(
            "rest-of-report-lost", "LM-MEM-04", "What did not fit into a report is forgotten with what did.",
            static (c, target, command, rightly) =>
            {
                var result = rightly();
                while (result.IsDone && target.Tracker?.TryTake(out _, out _) == true)
                {
                }

                return result;
            }),
        Received(
            "unsent-report-forgotten", "LM-MEM-04", "What was put into a report is forgotten, whether or not the host got it.",
            static (_, target, command, rightly) =>
            {
                var result = rightly();
                while (result.IsDone && !command.Status.IsSuccess && target.Tracker?.TryTake(out var _, out var _) == true)
                {
                }

                return result;
            }),
        Reported(
            "more-never-said", "LM-MEM-04", "No report says that there is more.",
            static (_, bytes) => bytes[1] &= 0xFE),
        Sent(
            "whole-memory-tracked", "LM-MEM-05", "All of the memory is tracked, whatever ranges are asked for.",
            static (c, target, command, rightly) =>
            {
                var result = rightly();
                if (result.IsDone && target.Tracker is { } tracker && command.Status.IsSuccess)
                    target.Tracker = new MemoryTracker(c, tracker.Granularity, [new() { Saddr = 0, Len = (uint)(1UL << 38 >> (12 + tracker.Granularity)) }]);
                return result;
            }),
        Reported("suspension-not-said", "LM-MEM-06", "No report says that the controller is suspended.", static (_, bytes) => bytes[1] &= 0xFD),
        Received(
            "suspended-reports-for-ever", "LM-MEM-07", "A suspended controller reports its last page with every report.",
            static (_, target, command, rightly) => target.Suspension.IsSuspended ? Repeated(target, command, rightly) : rightly()),
        Of(
            "tracks-itself", "LM-MEM-08", "A controller acknowledges to track itself.",
            static () => new()
            {
                Execute = new MisexecutedAdmin(AdminOpcode.TrackSend, static (c, command, rightly) =>
                    IsStart(command.Entry) && new TrackMemoryChangesFields(command.Entry).Cntlid == c.Cntlid ? StepResult.Done : rightly()),
            }),
        Sent(
            "second-start-takes-over", "LM-MEM-09", "A second start replaces the first.",
            static (_, target, command, rightly) =>
            {
                if (IsStart(command.Entry) && command.Phase == 0) target.Tracker = null;
                return rightly();
            }),
        Asked(
            "too-coarse-is-coarsest", "LM-MEM-10", "Granules above the coarsest are taken for it.",
            static (c, bytes) => bytes[3] = Math.Min(bytes[3], c.Options.Migration.MaximumGranularity)),
        Asked(
            "too-fine-is-finest", "LM-MEM-11", "Granules below the finest are taken for it.",
            static (c, bytes) => bytes[3] = Math.Max(bytes[3], c.Options.Migration.MinimumGranularity)),
        Asked(
            "ranges-beyond-own-limit-dropped", "LM-MEM-12", "Ranges beyond what a controller may track are dropped without a word.",
            static (c, bytes) => Count(bytes, Math.Min(Count(bytes), c.Options.Migration.MemoryRanges))),
        Asked("ranges-of-subsystem-uncounted", "LM-MEM-13", "Ranges beyond what the subsystem may track are dropped without a word.", static (c, bytes) =>
        {
            var used = c.Subsystem.Controllers.Sum(it => it.Tracker?.Descriptors ?? 0);
            Count(bytes, (uint)Math.Clamp(c.Options.Migration.SubsystemMemoryRanges - used, 1, (int)Count(bytes)));
        }),
        Asked("range-rounded-down", "LM-MEM-14", "A range that begins inside a granule is tracked from where the granule begins.", static (_, bytes) =>
        {
            var mask = (4096ul << (bytes[3] & 31)) - 1;
            foreach (ref var range in Ranges(bytes)) range.Saddr &= ~mask;
        }),
        Asked("own-memory-left-out", "LM-MEM-15", "A range in the controller's own memory is replaced by one outside, without a word.", static (c, bytes) =>
        {
            var shift = 12 + (bytes[3] & 31);
            foreach (ref var range in Ranges(bytes))
            {
                var (address, length) = (range.Saddr, (long)range.Len << shift);
                if (c.Subsystem.Controllers.Any(it => it.Function.Local?.Overlaps(address, length) == true)) range.Saddr = 0;
            }
        }),
        Asked("length-rounded-up", "LM-MEM-16", "A length that is no power of two is rounded up to one.", static (_, bytes) =>
        {
            foreach (ref var range in Ranges(bytes)) range.Len = BitOperations.RoundUpToPowerOf2(range.Len);
        }),
        Asked("structure-version-ignored", "LM-MEM-17", "The version of the structure is not looked at.", static (_, bytes) => bytes[0] = 0),
        Sent(
            "too-many-granules-without-advice", "LM-MEM-18", "A start with too many granules is refused without saying what would do.",
            static (_, _, command, rightly) =>
            {
                var result = rightly();
                if (command.Status == Status.NotEnoughResources) (command.Dw0, command.Dw1) = (ushort.MaxValue, 0);
                return result;
            }),
        Sent(
            "suspended-start-acknowledged", "LM-MEM-19", "Tracking of a suspended controller is acknowledged.",
            static (_, target, command, rightly) => IsStart(command.Entry) && target.Suspension.IsSuspended ? StepResult.Done : rightly()),
        Sent(
            "stop-reads-its-buffer", "LM-MEM-20", "Stopping is refused where the buffer that it ignores holds another version.",
            static (c, _, command, rightly) =>
            {
                Span<byte> version = stackalloc byte[1];
                return !IsStart(command.Entry) && command.Entry.Prp1 != 0 && c.ReadHost(command.Entry.Prp1, version) && version[0] != 0
                    ? command.Fail(Status.InvalidField)
                    : rightly();
            }),
        Sent(
            "stop-does-not-stop", "LM-MEM-20", "Tracking goes on when it was stopped.",
            static (_, _, command, rightly) => IsStart(command.Entry) ? rightly() : StepResult.Done),
        Received(
            "untracked-is-invalid-field", "LM-MEM-21", "A report of a controller that is not tracked is refused as an invalid field.",
            static (_, target, command, rightly) => target.Tracker is null ? command.Fail(Status.InvalidField) : rightly()),
        Reported("report-names-reporter", "LM-MEM-22", "A report carries the identifier of the controller that made it.", static (c, bytes) =>
            MemoryMarshal.Write(bytes[2..], c.Cntlid)),
        Of(
            "reserved-operation-is-0", "LM-MEM-23", "Of the operation of Track Receive one bit is looked at.",
            static () => new()
            {
                Parse = new MisreadAdmin(
                    AdminOpcode.TrackReceive, static entry => (new TrackReceiveFields(entry) with { Select = TrackReceiveSelect.TrackedMemoryChanges }).Entry),
            }),
        Of(
            "acknowledged-without-support", "LM-MEM-24", "A device that does not track memory acknowledges to.",
            static () => new()
            {
                Execute = new MisexecutedAdmin(AdminOpcode.TrackSend, static (c, command, rightly) =>
                    new TrackSendFields(command.Entry).Select == TrackSendSelect.TrackMemoryChanges && !c.Options.Migration.TracksMemory
                        ? StepResult.Done
                        : rightly()),
            }),
        Received(
            "lowest-page-first", "LM-MEM-25", "Every report begins at the lowest page, so that a busy one keeps all others waiting.",
            static (_, target, _, rightly) =>
            {
                if (target.Tracker is not { IsClean: false } tracker) return rightly();
                var runs = new List<(ulong Address, uint Granules)>();
                while (tracker.TryTake(out var address, out var granules)) runs.Add((address, granules));
                var (first, rest) = (runs.MinBy(it => it.Address), runs.Count > 1);
                tracker.Mark(first.Address, (long)first.Granules << (12 + tracker.Granularity));
                var result = rightly();
                foreach (var (address, granules) in rest ? runs.Where(it => it.Address != first.Address) : [])
                    tracker.Mark(address, (long)granules << (12 + tracker.Granularity));
                return result;
            }),
    ];

    /// <summary>Like <see cref="Execution"/>, of a command that names a controller.</summary>
    private delegate StepResult Tracking(ControllerCore c, ControllerCore target, CommandContext command, Func<StepResult> rightly);

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Marked(string name, string breaks, string story, Func<ControllerCore, ulong, int, (ulong Iova, int Length)?> mismark) =>
        Of(name, breaks, story, () => new() { TrackMemory = new Mismarked(mismark) });

    /// <summary>Of Track Receive.</summary>
    private static Defect Received(string name, string breaks, string story, Tracking wrongly) => Of(
        name, breaks, story,
        () => new()
        {
            Execute = new MisexecutedAdmin(
                AdminOpcode.TrackReceive,
                (c, command, rightly) => MigrationCommands.FindTarget(c, new TrackReceiveFields(command.Entry).Cntlid) is { } target
                    ? wrongly(c, target, command, rightly) : rightly()),
        });

    /// <summary>Of Track Send, Track Memory Changes.</summary>
    private static Defect Sent(string name, string breaks, string story, Tracking wrongly) => Of(
        name, breaks, story,
        () => new()
        {
            Execute = new MisexecutedAdmin(
                AdminOpcode.TrackSend,
                (c, command, rightly) => new TrackSendFields(command.Entry).Select == TrackSendSelect.TrackMemoryChanges
                    && MigrationCommands.FindTarget(c, new TrackMemoryChangesFields(command.Entry).Cntlid) is { } target
                        ? wrongly(c, target, command, rightly) : rightly()),
        });

    /// <summary>Of a report on its way to the host.</summary>
    private static Defect Reported(string name, string breaks, string story, Garbled.Patch patch) =>
        Of(name, breaks, story, () => new() { Transfer = new Garbled(AdminOpcode.TrackReceive, patch) });

    /// <summary>Of what is asked for on its way from the host.</summary>
    private static Defect Asked(string name, string breaks, string story, Garbled.Patch patch) =>
        Of(name, breaks, story, () => new() { Transfer = new Garbled(AdminOpcode.TrackSend, patch) });

    private static bool IsStart(in SubmissionEntry entry) =>
        new TrackSendFields(entry).Select == TrackSendSelect.TrackMemoryChanges && new TrackMemoryChangesFields(entry).Start;

    private static uint Count(Span<byte> bytes) => MemoryMarshal.Read<TrackMemoryChangesHeader>(bytes).Descriptors;

    private static void Count(Span<byte> bytes, uint count) =>
        MemoryMarshal.Write(bytes, MemoryMarshal.Read<TrackMemoryChangesHeader>(bytes) with { Descriptors = count });

    private static Span<MemoryRangeTrackingDescriptor> Ranges(Span<byte> bytes)
    {
        var rest = bytes[TrackMemoryChangesHeader.Size..];
        var whole = rest.Length / MemoryRangeTrackingDescriptor.Size * MemoryRangeTrackingDescriptor.Size;
        return MemoryMarshal.Cast<byte, MemoryRangeTrackingDescriptor>(rest[..whole]);
    }

    /// <summary>A report after which its last run is marked again.</summary>
    private static StepResult Repeated(ControllerCore target, CommandContext command, Func<StepResult> rightly)
    {
        var tracker = target.Tracker;
        var result = rightly();
        // Something of the report: the first page of the memory that the controller's queues are in.
        if (result.IsDone && command.Status.IsSuccess && target.Queues.Completion.FirstOrDefault(it => it.Id != 0) is { } queue)
            tracker?.Mark(queue.Memory.Base, 1);
        return result;
    }
}

/// <summary>Writes to host memory are noted otherwise than they were made, or not at all (null).</summary>
internal sealed class Mismarked(Func<ControllerCore, ulong, int, (ulong Iova, int Length)?> mismark) : TrackMemoryStep
{
    public override StepResult Run(ControllerCore c, ulong iova, int length) =>
        mismark(c, iova, length) is var (at, count) ? base.Run(c, at, count) : StepResult.Done;
}
