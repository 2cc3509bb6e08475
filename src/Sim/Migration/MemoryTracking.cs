using System.Numerics;
using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Track Memory Changes (Base 2.3 5.2.28.1.2). The command carries no length: the header of its data says how much there is.</summary>
internal static class MemoryTracking
{
    private const int ReadingHeader = 0;
    private const int ReadingRanges = 1;
    private const int MostGranules = 1 << 30;

    public static StepResult Send(ControllerCore c, CommandContext command)
    {
        var fields = new TrackMemoryChangesFields(command.Entry);
        if (MigrationCommands.FindTarget(c, fields.Cntlid) is not { } target) return command.Fail(Status.InvalidControllerIdentifier);
        return fields.Start ? Start(c, command, target) : Stop(c, command, target);
    }

    private static StepResult Stop(ControllerCore c, CommandContext command, ControllerCore target)
    {
        if (target.Suspension.IsSuspended && c.Options.Ambiguities.StopTrackingWhileSuspended == Leniency.Refuse)
            return command.Fail(Status.ControllerSuspended);
        // What another management controller tracks is not this one's to stop.
        if (ReferenceEquals(target.Tracker?.Owner, c)) target.Tracker = null;
        return StepResult.Done;
    }

    private static StepResult Start(ControllerCore c, CommandContext command, ControllerCore target)
    {
        if (target.Tracker is not null) return command.Fail(Status.InvalidControllerIdentifier);
        if (target.Suspension.IsSuspended) return command.Fail(Status.ControllerSuspended);
        if (command.Phase == ReadingHeader)
        {
            if (command.DataLength == 0) Expect(c, command, TrackMemoryChangesHeader.Size);
            var result = c.ReceiveAll(command, command.Buffer(TrackMemoryChangesHeader.Size));
            if (!result.IsDone || !command.Status.IsSuccess) return result;
            var status = Check(c, Header(command));
            if (!status.IsSuccess) return command.Fail(status);
            command.Notes = Header(command);
            Expect(c, command, TrackMemoryChanges.Length(Header(command).Descriptors));
            command.Phase = ReadingRanges;
        }

        // The host may have changed the header since it was checked: what counts is what was checked.
        var header = (TrackMemoryChangesHeader)command.Notes!;
        var data = command.Buffer((int)command.DataLength);
        var received = c.ReceiveAll(command, data);
        if (!received.IsDone || !command.Status.IsSuccess) return received;
        var ranges = MemoryMarshal.Cast<byte, MemoryRangeTrackingDescriptor>(data[TrackMemoryChangesHeader.Size..]);
        var outcome = Check(c, target, header.Granularity, ranges);
        if (!outcome.IsSuccess) return command.Fail(outcome);
        if (Granules(ranges, header.Granularity, header.Granularity) > Most(c)) return Refuse(c, command, header.Granularity, ranges);
        target.Tracker = new MemoryTracker(c, header.Granularity, ranges);
        return StepResult.Done;
    }

    private static void Expect(ControllerCore c, CommandContext command, long bytes)
    {
        command.DataLength = bytes;
        command.Data.BeginData(in command.Entry, bytes, c.PageSize);
    }

    private static TrackMemoryChangesHeader Header(CommandContext command) =>
        Wire.Read<TrackMemoryChangesHeader>(command.Buffer(TrackMemoryChangesHeader.Size));

    private static Status Check(ControllerCore c, in TrackMemoryChangesHeader header)
    {
        var options = c.Options.Migration;
        if (header.Version != 0 || header.Descriptors == 0) return Status.InvalidField;
        if (header.Granularity < options.MinimumGranularity || header.Granularity > options.MaximumGranularity) return Status.InvalidField;
        if (header.Descriptors > options.MemoryRanges - InUse(c, c)) return Status.InvalidField;
        if (header.Descriptors > options.SubsystemMemoryRanges - InUse(c, null)) return Status.InvalidField;
        return TrackMemoryChanges.Length(header.Descriptors) > c.MaximumTransfer ? Status.InvalidField : Status.Success;
    }

    /// <summary>Descriptors in use of one management controller, or of all.</summary>
    private static long InUse(ControllerCore c, ControllerCore? owner)
    {
        var sum = 0L;
        foreach (var other in c.Subsystem.Controllers)
        {
            if (other.Tracker is { } tracker && (owner is null || ReferenceEquals(tracker.Owner, owner))) sum += tracker.Descriptors;
        }

        return sum;
    }

    private static Status Check(
        ControllerCore c, ControllerCore target, byte granularity, ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges)
    {
        var shift = 12 + granularity;
        foreach (ref readonly var range in ranges)
        {
            if (range.Len == 0 || (range.Saddr & ((1UL << shift) - 1)) != 0) return Status.InvalidField;
            var bytes = (UInt128)range.Len << shift;
            if (c.Options.Migration.PowerOfTwoRanges && !BitOperations.IsPow2(range.Len)) return Status.InvalidField;
            if (bytes > long.MaxValue || !HostMemory.Holds(target, range.Saddr, (long)bytes)) return Status.InvalidField;
        }

        return Status.Success;
    }

    private static long Most(ControllerCore c) => Math.Min(c.Options.Migration.TrackedGranules, MostGranules);

    /// <summary>Granules of some granularity that ranges of another, finer or equal, touch.</summary>
    private static long Granules(ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges, byte theirs, int granularity)
    {
        var sum = 0L;
        foreach (ref readonly var range in ranges)
        {
            var first = range.Saddr >> (12 + granularity);
            var last = (range.Saddr + ((ulong)range.Len << (12 + theirs)) - 1) >> (12 + granularity);
            sum += (long)(last - first) + 1;
        }

        return sum;
    }

    /// <summary>Not Enough Resources, with the finest granularity and the number of ranges that would do.</summary>
    private static StepResult Refuse(
        ControllerCore c, CommandContext command, byte granularity, ReadOnlySpan<MemoryRangeTrackingDescriptor> ranges)
    {
        var finest = (int)granularity;
        while (finest < c.Options.Migration.MaximumGranularity && Granules(ranges, granularity, finest) > Most(c)) finest++;
        var count = ranges.Length;
        while (count > 0 && Granules(ranges[..count], granularity, finest) > Most(c)) count--;
        var result = default(TrackMemoryChangesResult) with { Granularity = (ushort)finest, Descriptors = (uint)count };
        (command.Dw0, command.Dw1) = (result.Dw0, result.Dw1);
        return command.Fail(Status.NotEnoughResources);
    }
}
