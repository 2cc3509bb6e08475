using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// Moves a local medium: everything once while the guest runs, what changed in rounds, the rest after the freeze point. Who knows what
/// changed is the plan's choice: the device that tracks, the host that notes the guest's commands, or nobody.
/// </summary>
internal sealed class BlockMove(CycleContext context)
{
    // The queue of reports is looked at so often that a busy guest does not fill it, and no oftener.
    private const long ShortestPause = 10_000;
    private const long LongestPause = 1_000_000;
    private const int ManyReports = 512;
    private const int FewReports = 64;
    private const int MostMissed = 8;

    private readonly List<LbaMigrationQueueEntry> _reports = [];
    private readonly EntryOracle _entries = new(context.Checks);
    private readonly LbaRangeSet _dirty = new();
    private readonly LbaRangeSet _reported = new();
    private readonly LbaRangeSet _changed = new();
    private readonly LbaRangeSet _perhapsBefore = new();
    private readonly Signal _wake = new(context.World);
    private MediumCopier? _copier;
    private bool _copying;
    private long _pause = ShortestPause;
    private bool _overflowed;
    private ulong _blocksAfterStop;
    private int _rounds;
    private int _tailEvents;
    private readonly List<RoundRecord> _passes = [];

    private PlannedCombination Plan => context.Plan;

    private Side Source => context.Source;

    private Side Destination => context.Destination;

    public bool IsNeeded => Plan.Medium == MediumSharing.Local;

    public bool IsTracked => IsNeeded && Plan.Dirty == DirtySource.Tracked;

    /// <summary>Bytes written to the destination.</summary>
    public long BytesWritten => _copier?.Counters.BytesWritten ?? 0;

    public async Task StartTrackingAsync()
    {
        if (!IsNeeded) return;
        if (IsTracked)
        {
            if (!context.Abilities.TracksBlocks)
                throw new CycleEnd(CycleOutcome.Failed, "the device does not track user data (TRATTR.TUDCS), and the plan asks for it");
            CycleEnd.Unless(await Source.Migrator.StartBlockTrackingAsync(_wake));
        }

        // What the guest was told of by now need not be reported, and what is in flight may have been carried out before logging began.
        context.Changes.TakeBefore();
        foreach (var range in context.Guest.ChangesInFlight()) _perhapsBefore.Add(range.Lba, range.Count);
    }

    /// <summary>Everything that holds anything, onto a destination that was emptied before.</summary>
    public async Task<string> BulkCopyAsync()
    {
        var pass = Begin();
        var copier = _copier ??= NewCopier();
        var (cleared, left) = await copier.ClearDestinationAsync();
        CycleEnd.Unless(cleared);
        var (outcome, held) = await new AllocatedRanges(Source.Controlling, Source.Format).ReadAsync();
        CycleEnd.Unless(outcome);
        var runs = new LbaRangeSet();
        foreach (var run in held.Concat(left)) runs.Add(run.Lba, run.Count);
        CycleEnd.Unless(await CopyAsync(runs.Take()));
        End(pass);
        return $"{copier.Counters.BlocksWritten} blocks written, {copier.Counters.BlocksZeroed + copier.Counters.BlocksDeallocated} zeroed or deallocated";
    }

    /// <summary>Copies what changed, again and again, until little is left or the rounds are.</summary>
    public async Task<string> RoundsAsync()
    {
        for (_rounds = 0; _rounds < Plan.Copy.RoundsMax; _rounds++)
        {
            CycleEnd.Unless((await DrainAsync()).Outcome);
            if (_overflowed || _dirty.Blocks <= (ulong)Plan.Copy.UntilDirtyBlocks) break;
            var pass = Begin();
            CycleEnd.Unless(await CopyAsync(_dirty.Take()));
            End(pass);
        }

        return $"{_rounds} rounds, {_dirty.Blocks} blocks left";
    }

    /// <summary>The source is frozen: what it reported to the last entry, and then nothing differs any more.</summary>
    public async Task<string> FinishAsync()
    {
        // The limit is for as long as the guest runs.
        (_copier ??= NewCopier()).LiftLimit();
        if (Plan.Dirty == DirtySource.CopyWhileSuspended) return await BulkCopyAsync();
        if (IsTracked) await DrainToTheEndAsync();
        else CycleEnd.Unless((await DrainAsync()).Outcome);
        if (_overflowed)
        {
            // Reports were lost: nothing is known, so everything is copied while the guest stands still.
            context.Checks.Add("LM-UDT-30", "dirty.overflow", "the queue of block reports overflowed; everything was copied again", verdict: Verdict.Warn);
            _dirty.Take();
            return await BulkCopyAsync();
        }

        var pass = Begin();
        _blocksAfterStop = _dirty.Blocks;
        CycleEnd.Unless(await _copier.CopyAsync(_dirty.Take()));
        End(pass);
        return $"{_blocksAfterStop} blocks copied";
    }

    private (long At, long Bytes) Begin() => (context.World.Now, BytesWritten);

    /// <summary>Notes a pass of the copy, and what was changed meanwhile as far as it is known by now; a host that notes counts what is in flight too.</summary>
    private void End((long At, long Bytes) pass)
    {
        NoteUntold();
        _passes.Add(new RoundRecord(BytesWritten - pass.Bytes, (long)_dirty.Blocks * Source.Format.BlockSize, context.World.Now - pass.At));
    }

    /// <summary>The guest stands quiet on the destination: recall of the reports, and every block that it has not changed since.</summary>
    public async Task<string?> VerifyAsync()
    {
        if (!IsNeeded) return null;
        NoteChanged();
        if (Plan.Copy.Verify) JudgeReadBack();
        if (IsTracked && !_overflowed) JudgeReports();
        if (IsTracked) await JudgeEntriesAsync();
        var (outcome, ours) = await new AllocatedRanges(Source.Controlling, Source.Format).ReadAsync();
        var (theirOutcome, theirs) = await new AllocatedRanges(Destination.Controlling, Destination.Format).ReadAsync();
        if (!context.Checks.Ok(outcome.IsOk ? theirOutcome : outcome, "LM-MED-05", "medium", "allocated blocks could not be read")) return null;
        var all = new LbaRangeSet();
        foreach (var run in ours.Concat(theirs)) all.Add(run.Lba, run.Count);
        var changed = new LbaRangeSet();
        foreach (var (lba, count) in context.Changes.Since) changed.Add(lba, (ulong)count);
        var (compared, different, blocks) = await _copier!.CompareAsync(all.NotIn(changed), MostMissed);
        if (!context.Checks.Ok(compared, "LM-MED-05", "medium", "the media could not be compared")) return null;
        if (different.Count == 0) context.Checks.None("LM-MED-06", "medium.differences");
        foreach (var range in different)
            context.Checks.Add("LM-MED-06", $"lba[{range.Lba}]", $"{range.Count} blocks from here differ between source and destination");
        return $"{blocks} blocks compared";
    }

    /// <summary>Adds what this part knows to the record.</summary>
    public CopyRecord Record(CopyRecord record) => record with
    {
        Rounds = _rounds,
        EachRound = [.. _passes],
        MediumBytes = BytesWritten,
        BlocksAfterStop = (long)_blocksAfterStop,
        TailEvents = IsTracked && Plan.Reports == ReportSource.TailEvent ? _tailEvents : null,
        BlocksReported = IsTracked ? (long)_reported.Blocks : null,
        BlocksReportedRightly = IsTracked ? _reported.In(_changed).Sum(run => (long)run.Count) : null,
    };

    public void Release() => _copier?.Release();

    /// <summary>What took effect before the freeze point: told to the guest by then, or posted and not consumed.</summary>
    private void NoteChanged()
    {
        foreach (var (lba, count) in context.Changes.During) _changed.Add(lba, (ulong)count);
    }

    /// <summary>The freeze point has passed: completions that the guest has not consumed count as changes.</summary>
    public void NotePosted()
    {
        if (!IsTracked) return;
        foreach (var range in context.Guest.ChangesPosted()) _changed.Add(range.Lba, range.Count);
    }

    /// <summary>The source was resumed with its queue kept: the sequence ended with the suspend, and a new one began.</summary>
    public async Task JudgeResumedAsync()
    {
        if (!IsTracked || !context.Source.Migrator.IsTracking || Source.Controlling.IsDead) return;
        _entries.Resumed();
        await JudgeEntriesAsync();
    }

    /// <summary>A last look: what the source posted since it said that it had posted the last.</summary>
    private async Task JudgeEntriesAsync()
    {
        if (Source.Controlling.IsDead) return;
        context.Checks.Ok((await DrainAsync()).Outcome, "LM-UDT-32", "dirty.head", "the head of the queue could not be given back");
        _entries.End();
        if (await Source.Migrator.AskDeletedQueueAsync() is { } answer)
        {
            context.Checks.Equal(
                "LM-SUSP-19", "dirty.queue", answer.ToString(), Status.InvalidControllerDataQueue.ToString(),
                "the suspend was to delete the queue, and the device does not say that there is none");
        }

        (var asked, _tailEvents) = Source.Migrator.TailEvents;
        context.Checks.That(_tailEvents <= asked, "LM-UDT-35", "dirty.events", $"{_tailEvents} tail pointer events where {asked} were asked for, each once");
    }

    private void JudgeReadBack()
    {
        if (_copier!.Spoilt.Count == 0) context.Checks.None("LM-MED-06", "medium.spoilt");
        foreach (var run in _copier.Spoilt.Take(MostMissed))
            context.Checks.Add("LM-MED-06", $"lba[{run.Lba}]", $"{run.Count} blocks from here did not read back from the destination as they were written to it");
    }

    private void JudgeReports()
    {
        var needed = new LbaRangeSet();
        foreach (var run in _changed.NotIn(_perhapsBefore)) needed.Add(run.Lba, run.Count);
        var missed = needed.NotIn(_reported).ToList();
        if (missed.Count == 0) context.Checks.None("LM-UDT-18", "dirty.missed");
        foreach (var run in missed.Take(MostMissed))
        {
            var more = run.Count > 1 ? $", nor the {run.Count - 1} behind it" : "";
            context.Checks.Add("LM-UDT-18", $"lba[{run.Lba}]", $"LBA {run.Lba} was changed and not reported{more}");
        }
    }

    /// <summary>Copies while the guest runs and goes on changing: the reports are taken meanwhile, for the next round.</summary>
    private async Task<Outcome> CopyAsync(IEnumerable<LbaRange> runs)
    {
        _copying = true;
        var copy = CopyAndTellAsync(runs);
        var drained = Outcome.Ok;
        while (IsTracked && drained.IsOk && !_overflowed && _copying)
        {
            // Until the copy ends, the device says that there is something, or it is time to look.
            var seen = _wake.Count;
            await context.World.Until(_wake, () => !_copying || _wake.Count != seen, context.World.Now + _pause);
            (drained, _) = await DrainAsync();
        }

        var copied = await copy;
        return copied.IsOk ? drained : copied;
    }

    private async Task<Outcome> CopyAndTellAsync(IEnumerable<LbaRange> runs)
    {
        var outcome = await _copier!.CopyAsync(runs);
        _copying = false;
        _wake.Raise();
        return outcome;
    }

    private async Task DrainToTheEndAsync()
    {
        var deadline = context.Deadline;
        // The entry may come some time after the suspend completed.
        for (var pause = 1_000L; !_overflowed; pause = Math.Min(pause * 2, LongestPause))
        {
            var (outcome, state) = await DrainAsync();
            CycleEnd.Unless(outcome);
            var ended = state == DrainState.Ended;
            if (ended || context.World.Now >= deadline)
            {
                context.Checks.That(ended, "LM-SUSP-18", "dirty.end", "no entry said that the controller is suspended (ESA 011b)");
                if (Source.Migrator.EntryOfWrongPhase is { } where) context.Checks.Add("LM-UDT-29", where, "an entry was posted with the wrong phase");
                return;
            }

            await context.World.After(pause);
        }
    }

    private async Task<(Outcome Outcome, DrainState State)> DrainAsync()
    {
        if (!IsTracked)
        {
            NoteUntold();
            return (Outcome.Ok, DrainState.Open);
        }

        _reports.Clear();
        var (outcome, state) = await Source.Migrator.DrainBlocksAsync(_reports);
        foreach (var entry in _reports)
        {
            _entries.Judge(in entry);
            if (entry.Attributes.Change is LbaChange.Range or LbaChange.Namespace) NoteReported(in entry);
        }

        if (_reports.Count > ManyReports) _pause = Math.Max(_pause / 2, ShortestPause);
        else if (_reports.Count < FewReports) _pause = Math.Min(_pause * 2, LongestPause);
        _overflowed |= state == DrainState.Overflowed;
        return (outcome, state);
    }

    /// <summary>
    /// Where the device does not track, the host notes what the guest was told is done and what is in flight; at the freeze point the latter is done, or
    /// will be on the destination.
    /// </summary>
    private void NoteUntold()
    {
        if (IsTracked || Plan.Dirty == DirtySource.CopyWhileSuspended) return;
        foreach (var (lba, count) in context.Changes.TakeDuring()) _dirty.Add(lba, (ulong)count);
        foreach (var range in context.Guest.ChangesInFlight()) _dirty.Add(range.Lba, range.Count);
    }

    private void NoteReported(in LbaMigrationQueueEntry entry)
    {
        var range = entry.Attributes.Change == LbaChange.Range ? new LbaRange(entry.Slba, entry.NlbZ + 1UL) : new LbaRange(0, Source.Format.Blocks);
        if (entry.Nsid != context.Guest.Nsid || range.End > Source.Format.Blocks || range.End < range.Lba)
        {
            context.Checks.Add("LM-UDT-24", $"dirty.nsid[{entry.Nsid}]", "a report of blocks that the controller does not have", $"{range}");
            return;
        }

        _dirty.Add(range.Lba, range.Count);
        _reported.Add(range.Lba, range.Count);
    }

    private MediumCopier NewCopier() => new(
        context.World, Source.Controlling, Destination.Controlling, Source.Format, Destination.Format, context.Bench.Staging,
        (int)Plan.Copy.Chunk.Bytes, Plan.Copy.Depth, Plan.Copy.Bandwidth.Bytes, Plan.Copy.Verify);
}
