using System.Diagnostics.CodeAnalysis;
using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using static Conformance.Device.VfioState;

namespace Conformance.Migration;

/// <summary>
/// The driver that the December 2022 series proposes: a VFIO variant driver of a virtual function, which asks the controlling function's admin
/// queue for what each arc needs, in either command set. One call at a time; another waits. After a failure the device is in a state of the
/// way that was asked for, the one it was left in, or where nobody knows what the device did, in ERROR until it is reset.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "As with a file descriptor, whoever was given a stream closes it; the driver ends it.")]
public sealed class VariantDriverModel : IVfioDevice
{
    private readonly World _world;
    private readonly VariantCore _core;
    private readonly VariantOptions _options;
    private readonly MigratorAbilities _abilities;
    private readonly Signal _free;
    private bool _busy;
    private VfioState _state = Running;
    private SaveStream? _saving;
    private ResumeStream? _resuming;
    private DirtyLog? _log;
    private bool _owesStop;
    private byte[] _ahead = [];
    private long _nextLook;

    private VariantDriverModel(World world, VariantCore core, MigratorAbilities abilities, VariantOptions options)
    {
        (_world, _core, _abilities, _options) = (world, core, abilities, options);
        _free = new Signal(world);
        Flags = VfioMigrationFlags.StopCopy | (options.P2P ? VfioMigrationFlags.P2P : VfioMigrationFlags.None)
            | (options.PreCopy && abilities.ReadsWhileRunning ? VfioMigrationFlags.PreCopy : VfioMigrationFlags.None);
    }

    public string Name => _core.Function.Name;

    public VfioMigrationFlags Flags { get; }

    public bool LogsWrites => _abilities.TracksMemory;

    public string StreamFormat => _core.StreamFormat;

    public string? LastFailure { get; private set; }

    private VariantSteps Steps => _options.Steps;

    /// <summary>The device runs and is copied ahead: the end of the stream is one for now.</summary>
    internal bool IsPreCopying => _state is PreCopy or PreCopyP2P;

    /// <summary>
    /// Opens a function that runs, or is fresh. Fails where the controlling function does not offer to move it; asks nothing of the function itself.
    /// </summary>
    public static async ValueTask<(Outcome Outcome, VariantDriverModel? Device)> OpenAsync(
        World world, IFunction function, IMigrator device, VariantOptions options)
    {
        var (outcome, abilities) = await device.DescribeAsync();
        if (abilities is null) return (outcome, null);
        // The protocol negotiates nothing: a driver takes the best that its device has, and names it.
        var (best, why) = abilities.Formats.Choose(abilities.Formats, options.VendorPart);
        if (best is not { } format) return (Outcome.Failed("VFIO open", why), null);
        device.Use(format);
        var name = abilities.Formats.Blob ?? $"state version {format.Version}, vendor part {format.Vendor?.ToString() ?? "none"}";
        return (Outcome.Ok, new VariantDriverModel(world, new VariantCore(world, function, device, name), abilities, options));
    }

    public async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync()
    {
        await EnterAsync();
        var state = _state;
        Leave();
        return (default, state);
    }

    public async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
    {
        await EnterAsync();
        try
        {
            IVfioDataStream? session = null;
            while (_state != state)
            {
                if (!VfioArcs.TryNext(_state, state, Flags, out var next)) return (new VfioResult(Errno.Einval), null);
                (var errno, session) = await TakeAsync(next);
                if (errno != 0) return (new VfioResult(errno), null);
            }

            return (default, session);
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<(VfioResult Result, ulong StopCopyBytes)> GetDataSizeAsync()
    {
        await EnterAsync();
        try
        {
            if (_state == StopCopy) return (default, (ulong)_saving!.Unread);
            if (_core.Kept is { } kept) return (default, (ulong)(kept.Length + StreamRecordHeader.Size));
            var (outcome, bytes) = await _core.Device.BeginSaveAsync();
            var errno = Steps.Errno.Run(outcome);
            return errno != 0 ? (new VfioResult(errno), 0) : (default, (ulong)(bytes + StreamRecordHeader.Size));
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize)
    {
        await EnterAsync();
        try
        {
            var errno = !LogsWrites ? Errno.Enotty : DirtyLog.Check(ranges, pageSize);
            if (errno == 0 && _log is not null) errno = Errno.Einval;
            if (errno == 0 && _owesStop) errno = Steps.Errno.Run(await _core.Device.StopTrackingAsync());
            if (errno != 0) return (new VfioResult(errno), 0);
            _owesStop = false;
            errno = Steps.Errno.Run(await _core.Device.StartMemoryTrackingAsync([.. ranges.Select(range => new DirtyMemory(range.Iova, range.Length))]));
            if (errno != 0) return (new VfioResult(errno), 0);
            _log = new DirtyLog(ranges);
            return (default, _abilities.MemoryGranule);
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<VfioResult> StopDirtyLoggingAsync()
    {
        if (!LogsWrites) return new VfioResult(Errno.Enotty);
        await EnterAsync();
        try
        {
            if (_log is null) return default;
            _log = null;
            var stopped = await _core.Device.StopTrackingAsync();
            // A controller may refuse that while it is suspended. The log has ended for whoever asked; the device is told before the next begins.
            _owesStop = stopped.Status == Status.ControllerSuspended;
            return _owesStop ? default : new VfioResult(Steps.Errno.Run(stopped));
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
    {
        await EnterAsync();
        try
        {
            var errno = !LogsWrites ? Errno.Enotty : DirtyLog.Check(iova, length, pageSize, bitmap.Length);
            if (errno == 0 && _log is null) errno = Errno.Einval;
            if (errno != 0) return new VfioResult(errno);
            // The device gives all that it has and forgets it; what was not asked for is kept for the report that does.
            var reports = new List<DirtyMemory>();
            var (outcome, state) = await _core.Device.DrainMemoryAsync(reports);
            foreach (var report in reports) _log!.Mark(report.Iova, report.Length);
            errno = state == DrainState.Overflowed ? Errno.Eio : Steps.Errno.Run(outcome);
            if (errno == 0) _log!.Take(iova, length, pageSize, bitmap.Span);
            return new VfioResult(errno);
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask ResetAsync()
    {
        // Reset during an arc is done when the arc has ended, whichever way.
        await EnterAsync();
        EndSessions();
        await _core.Function.ResetAsync();
        _core.Forget();
        _state = Running;
        Leave();
    }

    /// <summary>The last user has closed the device: sessions and logging end. Whoever opens it next finds it in RUNNING.</summary>
    public async ValueTask CloseAsync()
    {
        await StopDirtyLoggingAsync();
        await EnterAsync();
        EndSessions();
        await Steps.Release.RunAsync(_core, _state);
        _core.Forget();
        _state = Running;
        Leave();
    }

    /// <summary>Looks whether a running device has another state than what was copied ahead; 0, or an errno.</summary>
    internal async ValueTask<int> LookAgainAsync(SaveStream stream)
    {
        await EnterAsync();
        try
        {
            if (!IsPreCopying || !ReferenceEquals(stream, _saving) || stream.Unread > 0 || _world.Now < _nextLook) return 0;
            return await CopyAheadAsync(stream);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Takes a piece of the stream; 0, or an errno.</summary>
    internal int Accept(Incoming incoming, ReadOnlySpan<byte> piece) => Steps.Accept.Run(_core, incoming, piece);

    /// <summary>One basic arc: its errno, and the session where it begins one.</summary>
    private async ValueTask<(int Errno, IVfioDataStream? Session)> TakeAsync(VfioState next)
    {
        var work = VariantArcs.Of(_state, next);
        var end = ArcEnd.Done;
        if (work.HasFlag(ArcWork.Quiesce)) end = await Steps.Quiesce.RunAsync(_core);
        else if (work.HasFlag(ArcWork.Continue)) end = await Steps.Continue.RunAsync(_core);
        if (Fails(end) is var errno and not 0) return (errno, null);

        IVfioDataStream? session = null;
        if (work.HasFlag(ArcWork.CopyAhead) || work.HasFlag(ArcWork.Collect))
        {
            var stream = _saving ?? new SaveStream(this);
            errno = work.HasFlag(ArcWork.Collect) ? await CollectAsync(stream) : await CopyAheadAsync(stream);
            if (errno != 0) return (await UndoAsync(work, errno), null);
            if (_saving is null) session = _saving = stream;
        }

        if (work.HasFlag(ArcWork.Accept)) session = _resuming = new ResumeStream(this);
        if (work.HasFlag(ArcWork.Restore))
        {
            (errno, var state) = Steps.Complete.Run(_core, _resuming!.Incoming);
            if (errno != 0) return (errno, null);
            if (Fails(await Steps.Restore.RunAsync(_core, state)) is var refused and not 0) return (refused, null);
        }

        if (work.HasFlag(ArcWork.EndSession)) EndSessions();
        _state = next;
        return (0, session);
    }

    /// <summary>A device that stopped for an arc that could not be ended runs again, or is lost.</summary>
    private async ValueTask<int> UndoAsync(ArcWork work, int errno)
    {
        if (!work.HasFlag(ArcWork.Quiesce) || _state == Error) return errno;
        var end = await Steps.Continue.RunAsync(_core);
        if (!end.Outcome.IsOk) Lose();
        return errno;
    }

    private async ValueTask<int> CollectAsync(SaveStream stream)
    {
        var (outcome, state) = await Steps.Collect.RunAsync(_core);
        var errno = Fails(ArcEnd.Of(outcome));
        if (errno == 0) stream.Add(Steps.Frame.Run(_core, StreamRecordKind.Whole, stream.Records, state));
        return errno;
    }

    private async ValueTask<int> CopyAheadAsync(SaveStream stream)
    {
        var (outcome, state) = await Steps.Collect.RunAsync(_core);
        _nextLook = _world.Now + _options.PreCopyInterval;
        var errno = Fails(ArcEnd.Of(outcome));
        if (errno != 0 || (stream.Records > 0 && state.AsSpan().SequenceEqual(_ahead))) return errno;
        _ahead = state;
        stream.Add(Steps.Frame.Run(_core, StreamRecordKind.Ahead, stream.Records, state));
        return 0;
    }

    /// <summary>The errno of what the device answered; one that is lost is in ERROR from now on.</summary>
    private int Fails(ArcEnd end)
    {
        if (!end.Outcome.IsOk) LastFailure = end.Outcome.ToString();
        if (end.IsLost) Lose();
        var errno = Steps.Errno.Run(end.Outcome);
        return errno == 0 && end.IsLost ? Errno.Eio : errno;
    }

    private void Lose()
    {
        EndSessions();
        _core.Forget();
        _state = Error;
    }

    private void EndSessions()
    {
        _saving?.End();
        _resuming?.End();
        (_saving, _resuming, _ahead) = (null, null, []);
    }

    private async ValueTask EnterAsync()
    {
        while (_busy) await _world.Until(_free, this, static model => !((VariantDriverModel)model)._busy);
        _busy = true;
    }

    private void Leave()
    {
        _busy = false;
        _free.Raise();
    }
}
