using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Track Receive: reports what a tracked controller wrote, and forgets it once the host has it (Base 2.3 5.2.27).</summary>
internal sealed class TrackReceive : CommandHandler
{
    /// <summary>A report in the making: taken from the tracker, and not with the host before the command completes.</summary>
    private sealed record Report(MemoryTracker? Tracker, byte[] Bytes)
    {
        /// <summary>The host did not get it: all of it is still to be reported.</summary>
        public void PutBack()
        {
            foreach (ref readonly var change in Wire.Entries<TrackedMemoryChangeDescriptor>(Bytes.AsSpan(TrackedMemoryChangesHeader.Size)))
                Tracker?.Mark(change.Saddr, (long)change.Len << (12 + Tracker.Granularity));
        }
    }

    public override byte Opcode => (byte)AdminOpcode.TrackReceive;

    public override bool IsSupported(ControllerCore c) => c.IsManagement;

    public override void Parse(ControllerCore c, CommandContext command) =>
        command.DataLength = 4L * ((long)new TrackReceiveFields(command.Entry).NumberOfDwordsZ + 1);

    public override Status Validate(ControllerCore c, CommandContext command)
    {
        var entry = command.Entry;
        return MigrationCommands.CheckReserved(
            c, entry.Cdw10 & 0xFFFF_FF00, entry.Cdw11 & 0xFFFF_0000, entry.Cdw13 | entry.Cdw14 | entry.Cdw15);
    }

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var fields = new TrackReceiveFields(command.Entry);
        if (fields.Select != TrackReceiveSelect.TrackedMemoryChanges || !c.Options.Migration.TracksMemory)
            return command.Fail(Status.InvalidField);
        if (command.Notes is not Report report)
        {
            if (MigrationCommands.FindTarget(c, fields.Cntlid) is not { } target) return command.Fail(Status.InvalidControllerIdentifier);
            var tracker = ReferenceEquals(target.Tracker?.Owner, c) ? target.Tracker : null;
            if (tracker is null && c.Options.Ambiguities.TrackReceiveUntracked == Leniency.Refuse)
                return command.Fail(Status.InvalidControllerIdentifier);
            // There must be room for the header, and for a change where there is one: none reported means that there is none.
            var room = TrackedMemoryChanges.Capacity(command.DataLength);
            if (command.DataLength < TrackedMemoryChangesHeader.Size || (room == 0 && tracker is { IsClean: false }))
                return command.Fail(Status.InvalidField);
            report = new Report(tracker, Take(target, tracker, room));
            (command.Notes, command.Phase) = (report, 1); // taken: no longer to be aborted
        }

        var result = c.SendAll(command, report.Bytes);
        if (result.IsDone && !command.Status.IsSuccess) report.PutBack();
        return result;
    }

    private static byte[] Take(ControllerCore target, MemoryTracker? tracker, long room)
    {
        var changes = new List<TrackedMemoryChangeDescriptor>();
        while (changes.Count < room && tracker?.TryTake(out var address, out var granules) == true)
            changes.Add(new TrackedMemoryChangeDescriptor { Saddr = address, Len = granules });
        var header = new TrackedMemoryChangesHeader
        {
            Attributes = new() { MoreToReport = tracker is { IsClean: false }, Suspended = target.Suspension.IsSuspended },
            Cntlid = target.Cntlid,
            Granularity = tracker?.Granularity ?? 0,
        };
        var bytes = new byte[TrackedMemoryChanges.Length(changes.Count)];
        TrackedMemoryChanges.Write(bytes, header, CollectionsMarshal.AsSpan(changes));
        return bytes;
    }
}
