using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Migration;

/// <content>Tracking, the copy of a local medium and of guest memory.</content>
public sealed partial class Cycle
{
    private readonly DriverMemory _staging;
    private readonly List<DirtyBlocks> _reports = [];
    private readonly List<DirtyMemory> _memoryReports = [];
    private readonly List<long> _dirtyPages = [];
    private readonly LbaRangeSet _dirty = new();
    private MediumCopier? _copier;
    private ulong _blocksAfterStop;
    private long _memoryPages;
    private int _rounds;
    private bool _everythingChanged;

    private bool TracksBlocks => _plan is { Medium: MediumSharing.Local, Dirty: DirtySource.Tracked };

    private bool CopiesMemory => !_tenant.SharesMemory;

    /// <summary>The device tracks what it writes into guest memory; without it all memory is copied after the freeze point.</summary>
    private bool TracksMemory => CopiesMemory && _abilities!.TracksMemory;

    private async Task StartTrackingAsync()
    {
        Guest.Ledger.TakeChanged(_changedBefore);
        if (TracksBlocks)
        {
            if (!_abilities!.TracksBlocks) throw Failure("the device does not track user data (TRATTR.TUDCS), and the profile asks for it");
            Require(await Source.Migrator.StartBlockTrackingAsync());
        }

        if (!TracksMemory) return;
        // From here the processor's writes are known; then the device's; then everything is copied once, so nothing falls between.
        Source.Ram.Dirty.Start();
        Require(await Source.Migrator.StartMemoryTrackingAsync([new DirtyMemory(Source.RamIova, (ulong)Source.Ram.Length)]));
        await CopyMemoryAsync(0, Source.Ram.Length);
    }

    private async Task BulkCopyAsync()
    {
        _copier ??= NewCopier();
        Require(await _copier.ClearDestinationAsync());
        var (outcome, runs) = await AllocatedRanges.ReadAsync(Source.Controlling, Source.Format);
        Require(outcome);
        await CopyBlocksAsync(runs);
        _note = $"{_copier.Counters.BlocksWritten} blocks written, {_copier.Counters.BlocksZeroed + _copier.Counters.BlocksDeallocated} zeroed or deallocated";
    }

    private async Task RoundsAsync()
    {
        for (_rounds = 0; _rounds < _plan.Copy.RoundsMax; _rounds++)
        {
            await DrainReportsAsync();
            if (_everythingChanged || _dirty.Blocks <= (ulong)_plan.Copy.UntilDirtyBlocks) break;
            await CopyBlocksAsync(_dirty.Take());
            await CopyReportedMemoryAsync();
        }

        _note = $"{_rounds} rounds, {_dirty.Blocks} blocks left";
    }

    /// <summary>Copies, and meanwhile takes the reports of what changes, so that their queue does not fill.</summary>
    private async Task CopyBlocksAsync(IEnumerable<LbaRange> runs)
    {
        const long Pause = 20_000;
        var copy = _copier!.CopyAsync(runs).AsTask();
        while (TracksBlocks && !_everythingChanged && !copy.IsCompleted)
        {
            await _world.After(Pause);
            await DrainReportsAsync();
        }

        Require(await copy);
    }

    /// <summary>To the last entry, and what is left is copied; the source is frozen.</summary>
    private async Task DrainAsync()
    {
        if (_plan.Medium == MediumSharing.Local) await DrainMediumAsync();
        if (CopiesMemory) await DrainMemoryAsync();
    }

    private async Task DrainMediumAsync()
    {
        if (_plan.Dirty == DirtySource.CopyWhileSuspended) await BulkCopyAsync();
        else if (TracksBlocks) await DrainToTheEndAsync();
        else await DrainReportsAsync();
        if (_everythingChanged)
        {
            // Reports were lost: nothing is known, so everything is copied while the guest stands still.
            _checks.Add("CDQ-30", "dirty.overflow", "the queue of block reports overflowed; everything was copied again", verdict: Verdict.Warn);
            _dirty.Take();
            await BulkCopyAsync();
            return;
        }

        _blocksAfterStop = _dirty.Blocks;
        Require(await _copier!.CopyAsync(_dirty.Take()));
        _note = $"{_blocksAfterStop} blocks copied";
    }

    private async Task DrainToTheEndAsync()
    {
        var deadline = _world.Now + Source.Controlling.CommandTimeout;
        while (!_everythingChanged)
        {
            if (await DrainReportsAsync() == DrainState.Ended) return;
            if (_world.Now > deadline)
            {
                _checks.Add("SUSP-19", "dirty.end", "no entry said that the controller is suspended (ESA 011b)");
                return;
            }

            // The entry may come some time after the suspend completed.
            await _world.After(1_000);
        }
    }

    private async Task<DrainState> DrainReportsAsync()
    {
        if (!TracksBlocks)
        {
            // The host notes what the guest was told is done; what is in flight is drained by the freeze and noted at the cut.
            NoteGuestChanges();
            return DrainState.Open;
        }

        _reports.Clear();
        var (outcome, state) = await Source.Migrator.DrainBlocksAsync(_reports);
        Require(outcome);
        foreach (var report in _reports)
        {
            if (report.Nsid != Guest.Nsid) continue;
            var range = report.Range.Count == 0 ? new LbaRange(0, Source.Format.Blocks) : report.Range;
            _dirty.Add(range.Lba, range.Count);
            _reported.Add(range.Lba, range.Count);
        }

        _everythingChanged |= state == DrainState.Overflowed;
        return state;
    }

    private void NoteGuestChanges()
    {
        var known = _changedByGuest.Count;
        Guest.Ledger.TakeChanged(_changedByGuest);
        foreach (var (lba, count) in _changedByGuest.Skip(known)) _dirty.Add(lba, (ulong)count);
        foreach (var range in Guest.ChangesInFlight()) _dirty.Add(range.Lba, range.Count);
    }

    private async Task DrainMemoryAsync()
    {
        if (!TracksMemory)
        {
            await CopyMemoryAsync(0, Source.Ram.Length);
        }
        else
        {
            var deadline = _world.Now + Source.Controlling.CommandTimeout;
            while (await CopyReportedMemoryAsync() != DrainState.Ended)
            {
                if (_world.Now > deadline)
                {
                    _checks.Add("MEM-06", "memory.end", "no report said that the controller is suspended and everything was reported");
                    break;
                }

                await _world.After(1_000);
            }

            Source.Ram.Dirty.Stop();
        }

        CheckMemory();
    }

    private async Task<DrainState> CopyReportedMemoryAsync()
    {
        if (!TracksMemory) return DrainState.Ended;
        _memoryReports.Clear();
        var (outcome, state) = await Source.Migrator.DrainMemoryAsync(_memoryReports);
        Require(outcome);
        foreach (var report in _memoryReports)
        {
            var begin = Math.Max(report.Iova, Source.RamIova);
            var end = Math.Min(report.Iova + report.Length, Source.RamIova + (ulong)Source.Ram.Length);
            if (begin < end) await CopyMemoryAsync((long)(begin - Source.RamIova), (long)(end - begin));
        }

        _dirtyPages.Clear();
        Source.Ram.Dirty.Collect(_dirtyPages);
        foreach (var page in _dirtyPages) await CopyMemoryAsync(page * GuestMemory.PageSize, GuestMemory.PageSize);
        return state;
    }

    private async Task CopyMemoryAsync(long offset, long length)
    {
        // In slices, so that nothing holds the lane for long on the real clock.
        const int Slice = 256 * 1024;
        for (var at = offset; at < offset + length; at += Slice)
        {
            var bytes = (int)Math.Min(Slice, offset + length - at);
            Destination.Ram.Write(at, Source.Ram.Read(at, bytes));
            _memoryPages += (bytes + GuestMemory.PageSize - 1) / GuestMemory.PageSize;
            if (length > Slice) await _world.Yield();
        }
    }

    private MediumCopier NewCopier() => new(
        _world, Source.Controlling, Destination.Controlling, Source.Format, Destination.Format, _staging,
        (int)_plan.Copy.Chunk.Bytes, _plan.Copy.Depth, _plan.Copy.Bandwidth.Bytes);
}
