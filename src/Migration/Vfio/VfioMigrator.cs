using System.Buffers;
using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// A side behind the VFIO migration protocol, whoever implements it. The state is what the data streams carry, and nothing is known of what it means.
/// An arc that failed is asked where it left the device: where it certainly still runs, or still stands, the request was refused; else it is unknown.
/// </summary>
/// <param name="open">Opens the device; asked once, when it is described.</param>
/// <param name="readBytes">Bytes of one read from a stream.</param>
/// <param name="preCopy">Copy ahead where the device can.</param>
public sealed class VfioMigrator(Func<ValueTask<(Outcome Outcome, IVfioDevice? Device)>> open, int readBytes, bool preCopy) : IMigrator
{
    // Pages of 4 KiB that one report is asked for, so that its bitmap is small whatever the guest's memory.
    private const ulong PagesPerReport = 1 << 16;
    private const ulong PageBytes = 4096;

    private readonly ArrayBufferWriter<byte> _saved = new();
    private readonly List<DirtyMemory> _logged = [];
    private readonly ulong[] _bitmap = new ulong[PagesPerReport / 64];
    private IVfioDevice? _device;
    private IVfioDataStream? _saving;
    private IVfioDataStream? _resuming;
    private bool _stopped;

    public string Name => "vfio";

    public FreezePoint FreezePoint => FreezePoint.Suspend;

    public bool IsOpaque => true;

    public bool InPieces => true;

    public int MaxChunk => int.MaxValue;

    private IVfioDevice Device => _device ?? throw new InvalidOperationException("The device was not described.");

    public async ValueTask<(Outcome Outcome, MigratorAbilities? Abilities)> DescribeAsync()
    {
        var (opened, device) = await open();
        if (device is null) return (opened, null);
        if (!device.Flags.HasFlag(VfioMigrationFlags.StopCopy)) return (Outcome.NotOffered("VFIO migration", $"{device.Name} does not offer STOP_COPY"), null);
        var (result, state) = await device.GetStateAsync();
        if (!result.IsOk || state != VfioState.Running) return (Outcome.Failed("VFIO migration", $"{device.Name} is in {state} ({result})"), null);
        _device = device;
        // Whatever a device is made of is in its stream.
        return (Outcome.Ok, new MigratorAbilities(TracksBlocks: false, device.LogsWrites, CarriesAdminQueue: true, new StateFormats([], [], device.StreamFormat)));
    }

    /// <summary>Which format it is the device has chosen; only the same was found fit.</summary>
    public void Use(in StateFormat format)
    {
        // Nothing is to be told to the device.
    }

    public async ValueTask<Outcome> PreCopyAsync()
    {
        if (!preCopy || !Device.Flags.HasFlag(VfioMigrationFlags.PreCopy)) return Outcome.Ok;
        var outcome = await SetStateAsync(VfioState.PreCopy, VfioState.Running);
        if (!outcome.IsOk) return outcome;
        _saved.Clear();
        return await ReadAsync();
    }

    public ValueTask<Outcome> SuspendAsync() => _saving is null
        ? SetStateAsync(VfioState.Stop, VfioState.Running)
        : SetStateAsync(VfioState.StopCopy, VfioState.PreCopy);

    public async ValueTask<(Outcome Outcome, int Bytes)> BeginSaveAsync()
    {
        if (_saving is null)
        {
            _saved.Clear();
            var outcome = await SetStateAsync(VfioState.StopCopy, VfioState.Stop);
            if (!outcome.IsOk) return (outcome, 0);
        }

        return (await ReadAsync(), _saved.WrittenCount);
    }

    /// <summary>The protocol tells a state, and of the controller in it nothing.</summary>
    public ValueTask<(Outcome Outcome, ControllerLook Look)?> LookAsync() => ValueTask.FromResult<(Outcome, ControllerLook)?>(null);

    public ValueTask<(Outcome Outcome, StatePiece Piece)> SaveChunkAsync(int offset, int bytes) =>
        ValueTask.FromResult((Outcome.Ok, new StatePiece(_saved.WrittenSpan.Slice(offset, bytes).ToArray(), null)));

    public async ValueTask<Outcome> LoadChunkAsync(ReadOnlyMemory<byte> state, int offset, int bytes)
    {
        if (offset == 0)
        {
            var begun = await SetStateAsync(VfioState.Resuming, VfioState.Stop);
            if (!begun.IsOk) return begun;
        }

        var written = await _resuming!.WriteAsync(state.Slice(offset, bytes));
        if (written != bytes) return Outcome.Failed("write of the stream", written < 0 ? Errno.Name(-written) : $"{written} bytes of {bytes}");
        return offset + bytes < state.Length ? Outcome.Ok : await SetStateAsync(VfioState.Stop, VfioState.Resuming);
    }

    public ValueTask<Outcome> ResumeAsync() => SetStateAsync(VfioState.Running, VfioState.Stop, VfioState.StopCopy);

    public ValueTask<Outcome> CancelAsync(ReadOnlyMemory<byte> saved) => ResumeAsync();

    public ValueTask<Outcome> StartBlockTrackingAsync(Signal reported) =>
        ValueTask.FromResult(Outcome.Failed("track blocks", "VFIO logs writes to memory, none to a medium"));

    public ValueTask<(Outcome Outcome, DrainState State)> DrainBlocksAsync(List<LbaMigrationQueueEntry> into) =>
        ValueTask.FromResult((Outcome.Ok, DrainState.Ended));

    public bool IsTracking => false;

    public (int Asked, int Reported) TailEvents => (0, 0);

    public ValueTask<CommandAnswer?> AskDeletedQueueAsync() => ValueTask.FromResult<CommandAnswer?>(null);

    public string? EntryOfWrongPhase => null;

    public async ValueTask<Outcome> StartMemoryTrackingAsync(IReadOnlyList<DirtyMemory> ranges)
    {
        var (result, _) = await Device.StartDirtyLoggingAsync([.. ranges.Select(range => (range.Iova, range.Length))], PageBytes);
        if (!result.IsOk) return Outcome.Failed("start of dirty logging", result.ToString());
        _logged.AddRange(ranges);
        return Outcome.Ok;
    }

    public async ValueTask<(Outcome Outcome, DrainState State)> DrainMemoryAsync(List<DirtyMemory> into)
    {
        // Asked before: what was written until it stood still is in the reports that come now.
        var state = _stopped ? DrainState.Ended : DrainState.Open;
        foreach (var range in _logged)
        {
            for (ulong at = 0; at < range.Length; at += PagesPerReport * PageBytes)
            {
                var length = Math.Min(PagesPerReport * PageBytes, range.Length - at);
                Array.Clear(_bitmap);
                var result = await Device.ReportDirtyAsync(range.Iova + at, length, PageBytes, _bitmap);
                if (!result.IsOk) return (Outcome.Failed("report of dirty pages", result.ToString()), DrainState.Open);
                AddRuns(range.Iova + at, into);
            }
        }

        return (Outcome.Ok, state);
    }

    public async ValueTask<Outcome> StopTrackingAsync()
    {
        if (_device is null) return Outcome.Ok;
        // One that was copied ahead and goes on after all.
        if (_saving is not null && !_stopped)
        {
            var ended = await SetStateAsync(VfioState.Running, VfioState.PreCopy);
            if (!ended.IsOk) return ended;
        }

        if (_logged.Count == 0) return Outcome.Ok;
        _logged.Clear();
        var result = await _device.StopDirtyLoggingAsync();
        return result.IsOk ? Outcome.Ok : Outcome.Failed("stop of dirty logging", result.ToString());
    }

    /// <summary>Runs of set bits, as ranges.</summary>
    private void AddRuns(ulong iova, List<DirtyMemory> into)
    {
        var begin = -1;
        for (var word = 0; word <= _bitmap.Length; word++)
        {
            var bits = word < _bitmap.Length ? _bitmap[word] : 0;
            if (begin < 0 && bits == 0) continue;
            for (var bit = 0; bit < 64; bit++)
            {
                var isSet = (bits >> bit & 1) != 0;
                if (isSet && begin < 0) begin = (word * 64) + bit;
                if (isSet || begin < 0) continue;
                into.Add(new DirtyMemory(iova + ((ulong)begin * PageBytes), (ulong)((word * 64) + bit - begin) * PageBytes));
                begin = -1;
            }
        }
    }

    /// <summary>Reads all that there is: to the end, or to the end for now.</summary>
    private async ValueTask<Outcome> ReadAsync()
    {
        var buffer = new byte[readBytes];
        while (true)
        {
            var read = await _saving!.ReadAsync(buffer);
            if (read is 0 or -Errno.Enomsg) return Outcome.Ok;
            if (read < 0) return Outcome.Failed("read of the stream", Errno.Name(-read));
            _saved.Write(buffer.AsSpan(0, read));
        }
    }

    private async ValueTask<Outcome> SetStateAsync(VfioState wanted, params VfioState[] unchanged)
    {
        var (result, stream) = await Device.SetStateAsync(wanted);
        var step = $"arc to {wanted}";
        if (!result.IsOk)
        {
            var (told, state) = await Device.GetStateAsync();
            var why = Device.LastFailure is { } failure ? $"{result} ({failure})" : $"{result}";
            var reason = told.IsOk ? $"{why}, and the device is in {state}" : $"{why}, and no state is told ({told})";
            return told.IsOk && unchanged.Contains(state) ? Outcome.Failed(step, reason) : Outcome.Unknown(step, reason);
        }

        _stopped = wanted is VfioState.Stop or VfioState.StopCopy or VfioState.Resuming;
        switch (wanted)
        {
            case VfioState.PreCopy: _saving = stream; break;
            case VfioState.StopCopy: _saving = stream ?? _saving; break;
            case VfioState.Resuming:
                EndSaving();
                _resuming = stream;
                break;
            default:
                EndSaving();
                _resuming?.Dispose();
                _resuming = null;
                break;
        }

        return Outcome.Ok;
    }

    private void EndSaving()
    {
        _saving?.Dispose();
        _saving = null;
    }
}
