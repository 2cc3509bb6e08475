using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What a cycle asks of Host Managed Live Migration.</summary>
public sealed record HmlmOptions
{
    /// <summary>Slots of the user data migration queue.</summary>
    public int QueueSlots { get; init; } = 4096;

    /// <summary>Announce the suspend by a notification first.</summary>
    public bool Notify { get; init; } = true;

    /// <summary>Bytes of one Track Receive, where the controller transfers as many.</summary>
    public int MemoryReportBytes { get; init; } = 16384;

    /// <summary>The data queue's pages are not neighbours (PC 0).</summary>
    public bool Scattered { get; init; }

    /// <summary>The suspend deletes the data queue (DUDMQ).</summary>
    public bool SuspendDeletesQueue { get; init; }

    /// <summary>Slots behind the head whose filling the device reports by an event (ETPT); 0: it is not asked to.</summary>
    public int EventAhead { get; init; }

    public static HmlmOptions Of(PlannedCombination plan) => new()
    {
        Notify = plan.SuspendNotification,
        Scattered = plan.QueueMemory == QueueMemoryKind.Scattered,
        SuspendDeletesQueue = plan.DataQueue == DataQueueEnd.DeletedBySuspend,
        EventAhead = plan.Reports == ReportSource.TailEvent ? 16 : 0,
    };
}

/// <summary>Host Managed Live Migration (NVMe Base 2.1 and later): Migration Send and Receive, Track Send and Receive, data queues.</summary>
public sealed class HmlmMigrator(ControllingFunction controlling, ushort cntlid, HmlmOptions options) : IMigrator
{
    private SupportedControllerStateFormats? _formats;
    private byte _csvi;
    private byte _csuuidi;
    private UserDataQueue? _queue;
    private DrainState _drained;
    private bool _deletedBySuspend;
    private bool _memoryTracked;

    public string Name => "hmlm";

    public FreezePoint FreezePoint => FreezePoint.Suspend;

    public bool IsOpaque => false;

    public bool InPieces => true;

    public int MaxChunk => controlling.Admin.Capabilities.MaxTransfer & ~3;

    public async ValueTask<(Outcome Outcome, MigratorAbilities? Abilities)> DescribeAsync()
    {
        var identity = controlling.Identity;
        if (!identity.Oacs.HostManagedLiveMigration)
            return (Outcome.NotOffered("Identify Controller", $"{controlling.Name} does not support Host Managed Live Migration (OACS bit 11)"), null);
        var page = await controlling.Client.ReadBytesAsync(AdminCommand.Identify((byte)Cns.SupportedControllerStateFormats), SupportedControllerStateFormats.Size);
        if (!page.IsOk) return (Outcome.Of("Identify, Supported Controller State Formats", page.Answer), null);
        var formats = SupportedControllerStateFormats.TryDecode(page.Value, out var error);
        if (formats is null) return (Outcome.Failed("Supported Controller State Formats", error.ToString()), null);
        _formats = formats;
        return (Outcome.Ok, new MigratorAbilities(
            identity.Trattr.UserDataChanges, identity.Trattr.HostMemoryChanges, formats.Uuids.Count > 0, new StateFormats(formats.Versions, formats.Uuids))
        {
            ReadsWhileRunning = true,
            MemoryGranule = identity.Trattr.HostMemoryChanges && MemoryGranularity.TryBytes(identity.Minmrtg, out var granule) ? granule : 0,
            BlockLimit = !controlling.Admin.Capabilities.LongLivedBuffers ? $"{controlling.Admin.Capabilities.Name} takes no buffer for longer than one command" : identity.Trattr.UserDataChanges && Math.Min(identity.Mcudmq, identity.Mnsudmq) == 0
                ? $"it has no user data migration queue (MCUDMQ {identity.Mcudmq}, MNSUDMQ {identity.Mnsudmq})" : null,
            MemoryLimit = identity.Trattr.HostMemoryChanges && Math.Min(identity.Cmmrtd, identity.Nmmrtd) == 0
                ? $"it has no memory range to track (CMMRTD {identity.Cmmrtd}, NMMRTD {identity.Nmmrtd})" : null,
        });
    }

    public void Use(in StateFormat format)
    {
        // Each side counts its own lists from 1.
        _csvi = _formats!.Csvi(format.Version);
        _csuuidi = format.Vendor is { } vendor ? _formats.Csuuidi(vendor) : (byte)0;
    }

    public async ValueTask<Outcome> SuspendAsync()
    {
        if (options.Notify)
        {
            var notified = await controlling.AdminAsync(MigrationCommand.Suspend(cntlid, SuspendType.Notification));
            if (!notified.IsOk) return Outcome.Of("Migration Send, Suspend Notification", notified);
        }

        var deletes = options.SuspendDeletesQueue && _queue is not null;
        var suspended = await controlling.AdminAsync(MigrationCommand.Suspend(cntlid, deleteUserDataMigrationQueue: deletes));
        if (suspended.IsOk && deletes) _queue!.WasDeleted();
        _deletedBySuspend = suspended.IsOk && deletes;
        return Outcome.Of("Migration Send, Suspend", suspended);
    }

    public async ValueTask<(Outcome Outcome, int Bytes)> BeginSaveAsync()
    {
        var header = await ReceiveAsync(0, ControllerStateHeader.Size);
        if (!header.Outcome.IsOk) return (header.Outcome, 0);
        var length = ControllerState.AnnouncedLength(Wire.Read<ControllerStateHeader>(header.Piece.Bytes));
        return length is null or > 1 << 28
            ? (Outcome.Failed("Migration Receive", $"the header announces {length?.ToString() ?? "more than 2^63"} bytes"), 0)
            : (Outcome.Ok, (int)length);
    }

    public async ValueTask<(Outcome Outcome, ControllerLook Look)?> LookAsync()
    {
        // The header and the numbers of queues, which begin the NVMe part.
        var (outcome, piece) = await ReceiveAsync(0, ControllerStateHeader.Size + NvmeControllerState.Size);
        if (!outcome.IsOk) return (outcome, default);
        var nvme = Wire.Read<NvmeControllerState>(piece.Bytes.AsSpan(ControllerStateHeader.Size));
        return (outcome, new ControllerLook(piece.Suspended ?? false, nvme.SubmissionQueues + nvme.CompletionQueues));
    }

    public async ValueTask<(Outcome Outcome, StatePiece Piece)> SaveChunkAsync(int offset, int bytes) => await ReceiveAsync((ulong)offset, bytes);

    public async ValueTask<Outcome> LoadChunkAsync(ReadOnlyMemory<byte> state, int offset, int bytes)
    {
        var sequence = (offset == 0, offset + bytes == state.Length) switch
        {
            (true, true) => SequenceIndicator.Entire,
            (true, false) => SequenceIndicator.First,
            (false, true) => SequenceIndicator.Last,
            _ => SequenceIndicator.Middle,
        };
        var command = MigrationCommand.SetControllerState(cntlid, _csvi, _csuuidi, (uint)bytes, (ulong)offset, sequence);
        return Outcome.Of("Migration Send, Set Controller State", await controlling.Client.WriteBytesAsync(command, state.Slice(offset, bytes)));
    }

    public async ValueTask<Outcome> ResumeAsync() =>
        Outcome.Of("Migration Send, Resume", await controlling.AdminAsync(MigrationCommand.Resume(cntlid)));

    /// <summary>A suspended source resumes as it is, saved or not (8.1.13.1).</summary>
    public async ValueTask<Outcome> CancelAsync(ReadOnlyMemory<byte> saved) => await ResumeAsync();

    public async ValueTask<Outcome> StartBlockTrackingAsync(Signal reported)
    {
        var (outcome, queue) = await UserDataQueue.CreateAsync(controlling, cntlid, options.QueueSlots, options.Scattered);
        if (queue is null) return outcome;
        _queue = queue;
        if (options.EventAhead > 0) controlling.Events!.Listen(queue.Id, reported);
        _drained = DrainState.Open;
        return Outcome.Of(
            "Track Send, Log User Data Changes", await controlling.AdminAsync(MigrationCommand.LogUserDataChanges(queue.Id, LoggingAction.Start)));
    }

    public async ValueTask<(Outcome Outcome, DrainState State)> DrainBlocksAsync(List<LbaMigrationQueueEntry> into)
    {
        var taken = 0;
        // To the last entry there is, and beyond one that says it is the last: nothing may follow it, and only looking shows that.
        for (; _queue!.TryTake(out var entry); taken++)
        {
            into.Add(entry);
            if (entry.Attributes.Sequence == EntrySequence.LastSuspended) _drained = DrainState.Ended;
            else if (entry.Attributes.Sequence == EntrySequence.LastFull) _drained = DrainState.Overflowed;
        }

        // Deleted before the suspend completed: what is there now is all there is (Base 2.3 5.2.17.1.1), marked as the last or not.
        if (_deletedBySuspend && _drained == DrainState.Open) _drained = DrainState.Ended;
        // An event is asked for anew with each release, for a release without one takes the last one back.
        var arms = options.EventAhead > 0 && _queue!.Armed == 0;
        return (taken == 0 && !arms ? Outcome.Ok : await _queue!.ReleaseAsync(options.EventAhead), _drained);
    }

    public bool IsTracking => _queue is not null && !_deletedBySuspend;

    public async ValueTask<CommandAnswer?> AskDeletedQueueAsync() => _deletedBySuspend ? await _queue!.AskAsync() : null;

    public (int Asked, int Reported) TailEvents =>
        _queue is { } queue && options.EventAhead > 0 ? (queue.Armed, controlling.Events!.Tails(queue.Id)) : (0, 0);

    public string? EntryOfWrongPhase => _queue?.WrongPhaseAt is { } slot ? $"dirty.slot[{slot}]" : null;

    public string? MemoryTrackingLimit { get; private set; }

    public async ValueTask<Outcome> StartMemoryTrackingAsync(IReadOnlyList<DirtyMemory> ranges)
    {
        MemoryTrackingLimit = null;
        var identity = controlling.Identity;
        if (!MemoryGranularity.TryBytes(identity.Minmrtg, out _))
            return Outcome.Failed("Track Send, Track Memory Changes", $"MINMRTG {identity.Minmrtg} is no granularity");
        var wanted = new TrackedRanges(ranges, identity.Trattr.RangeLengthPowerOfTwo);
        var inOneCommand = (MaxChunk - TrackMemoryChangesHeader.Size) / MemoryRangeTrackingDescriptor.Size;
        var most = Math.Min(identity.Cmmrtd, inOneCommand);
        if (wanted.Fit(identity.Minmrtg, identity.Maxmrtg, most) is not { } plan)
            return Beyond($"{most} memory ranges (CMMRTD {identity.Cmmrtd}, MRTLL {(identity.Trattr.RangeLengthPowerOfTwo ? 1 : 0)}) do not hold what is to be tracked");
        var answer = await TrackAsync(plan.Granularity, plan.Descriptors);
        if (answer.Outcome == TicketOutcome.Completed && answer.Status == Status.NotEnoughResources)
        {
            // The controller says what it could do: coarser granules, fewer ranges. Asked once more, with that.
            var possible = new TrackMemoryChangesResult(answer.Completion.Dw0, answer.Completion.Dw1);
            var finest = Math.Max(possible.Granularity, identity.Minmrtg);
            var limit = $"at most {possible.Descriptors} ranges of granularity {possible.Granularity} or coarser (NMRTD, MRTG)";
            if (wanted.Fit(finest, identity.Maxmrtg, Math.Min(possible.Descriptors, most)) is not { } lesser) return Beyond(limit);
            answer = await TrackAsync(lesser.Granularity, lesser.Descriptors);
            if (answer.Outcome == TicketOutcome.Completed && answer.Status == Status.NotEnoughResources) return Beyond($"{limit}, which it does not take either");
        }

        _memoryTracked = answer.IsOk;
        return Outcome.Of("Track Send, Track Memory Changes", answer);
    }

    private Outcome Beyond(string limit)
    {
        MemoryTrackingLimit = limit;
        return Outcome.Failed("Track Send, Track Memory Changes", limit);
    }

    private async ValueTask<CommandAnswer> TrackAsync(byte granularity, MemoryRangeTrackingDescriptor[] descriptors)
    {
        var data = new byte[TrackMemoryChanges.Length(descriptors.Length)];
        TrackMemoryChanges.Write(data, granularity, descriptors);
        return await controlling.Client.WriteBytesAsync(MigrationCommand.TrackMemory(cntlid, start: true), data);
    }

    public async ValueTask<(Outcome Outcome, DrainState State)> DrainMemoryAsync(List<DirtyMemory> into)
    {
        var bytes = Math.Min(options.MemoryReportBytes, MaxChunk);
        while (true)
        {
            var report = await controlling.Client.ReadBytesAsync(MigrationCommand.TrackedMemory(cntlid, (uint)bytes), bytes);
            if (!report.IsOk) return (Outcome.Of("Track Receive", report.Answer), DrainState.Open);
            if (!TrackedMemoryChanges.TryRead(report.Value, out var header, out var ranges) || !MemoryGranularity.TryBytes(header.Granularity, out var granule))
                return (Outcome.Failed("Track Receive", $"{header.Descriptors} descriptors of granularity {header.Granularity} are no report"), DrainState.Open);
            foreach (var range in ranges) into.Add(new DirtyMemory(range.Saddr, range.Len * granule));
            if (!header.Attributes.MoreToReport) return (Outcome.Ok, header.Attributes.Suspended ? DrainState.Ended : DrainState.Open);
        }
    }

    public async ValueTask<Outcome> StopTrackingAsync()
    {
        var outcome = Outcome.Ok;
        if (_memoryTracked)
        {
            outcome = Outcome.Of("Track Send, stop memory tracking", await controlling.AdminAsync(MigrationCommand.TrackMemory(cntlid, start: false)));
            // Refused while the controller is suspended, it is still to be ended.
            _memoryTracked = outcome.Status == Status.ControllerSuspended;
        }

        if (_queue is { } queue)
        {
            // Deleting the queue ends its logging; stopping it first would be refused while the controller is suspended.
            _queue = null;
            controlling.Events!.Ignore(queue.Id);
            var deleted = await queue.DeleteAsync();
            if (outcome.IsOk) outcome = deleted;
        }

        return outcome;
    }

    private async ValueTask<(Outcome Outcome, StatePiece Piece)> ReceiveAsync(ulong offset, int bytes)
    {
        var command = MigrationCommand.GetControllerState(cntlid, _csvi, _csuuidi, (uint)bytes, offset);
        var reading = await controlling.Client.ReadBytesAsync(command, bytes);
        var suspended = new MigrationReceiveResult(reading.Answer.Completion.Dw0).ControllerSuspended;
        return (Outcome.Of("Migration Receive, Get Controller State", reading.Answer), new StatePiece(reading.Value, suspended));
    }
}
