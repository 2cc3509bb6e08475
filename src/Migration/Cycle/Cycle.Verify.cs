using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <content>The oracles: what must hold at the cut, and what is looked at once the guest runs again.</content>
public sealed partial class Cycle
{
    private const int MostDifferences = 8;

    private readonly Histogram _latencyDuring = new();
    private readonly LbaRangeSet _reported = new();

    // Blocks whose change the guest was told of: before tracking started, while it was on, and after the restart.
    private readonly List<(ulong Lba, int Count)> _changedBefore = [];
    private readonly List<(ulong Lba, int Count)> _changedByGuest = [];
    private readonly List<(ulong Lba, int Count)> _changedSinceRestart = [];
    private byte[]? _stateAgain;
    private int _postedAtFreeze;
    private int _faultsAtFence;
    private bool _frozenWithGuestStopped;

    /// <summary>Completions that the device has posted for the guest, consumed or not.</summary>
    private long Answered() => Guest.QueuePairs.Sum(q => q.Completed + q.CountPosted());

    /// <summary>The freeze point has passed: what the guest's driver knows now is what the state must say.</summary>
    private void Freeze()
    {
        _fetched = Answered() - _answeredAtSuspend;
        _postedAtFreeze = Guest.QueuePairs.Sum(q => q.CountPosted());
        _frozenWithGuestStopped = !Guest.IsRunning;
        if (_frozenWithGuestStopped) _queues = [.. Guest.Expectations()];
    }

    /// <summary>Between the freeze point and the fence the source posts nothing; after it, it cannot.</summary>
    private void CheckSilence()
    {
        if (_frozenWithGuestStopped)
        {
            _checks.Equal(
                "SUSP-04", "guest.posted", Guest.QueuePairs.Sum(q => q.CountPosted()), _postedAtFreeze, "the source posted completions after its freeze point");
        }

        _faultsAtFence = Source.Space.Faults.Count;
    }

    /// <summary>Copied memory must be equal at the cut. Only on the virtual clock, where looking costs no downtime.</summary>
    private void CheckMemory()
    {
        if (_world.Clock != ClockKind.Virtual) return;
        const int Slice = 64 * 1024;
        var different = 0;
        for (long at = 0; at < Source.Ram.Length && different < MostDifferences; at += Slice)
        {
            var bytes = (int)Math.Min(Slice, Source.Ram.Length - at);
            if (Source.Ram.Read(at, bytes).SequenceEqual(Destination.Ram.Read(at, bytes))) continue;
            for (var page = at; page < at + bytes && different < MostDifferences; page += GuestMemory.PageSize)
            {
                if (Source.Ram.Read(page, GuestMemory.PageSize).SequenceEqual(Destination.Ram.Read(page, GuestMemory.PageSize))) continue;
                different++;
                _checks.Add(
                    "MEM-02", $"memory.page[0x{Source.RamIova + (ulong)page:x}]", "a page that was written was not reported: source and destination differ at the cut");
            }
        }
    }

    private async Task VerifyAsync()
    {
        CheckState();
        await _world.After(_plan.Dwell.After.Nanoseconds);
        // The media are compared while the guest is quiet.
        if (await VerifyGuestAsync() && _plan.Medium == MediumSharing.Local) await VerifyMediumAsync();
        if (_viewBefore is not null) GuestView.Judge(_viewBefore, await GuestView.ReadAsync(Guest.Controller, Guest.Nsid), _checks);
        CheckVacuity();
        Guest.Start();
    }

    private void CheckState()
    {
        if (Source.Migrator is not HmlmMigrator) return;
        var state = ControllerState.TryDecode(_state, out var error);
        if (state is null)
        {
            _checks.Add("GET-02", error.Field, $"the saved state does not decode: {error}");
            return;
        }

        _checks.Equal("GET-01", "header.suspended", state.Header.Attributes.Suspended, true, "the controller was suspended while its state was read");
        foreach (var queue in _queues) queue.Judge(state, _bench.Slot0, _checks);
        if (_frozenWithGuestStopped)
            _checks.Equal("GET-01", "nvme.niosq", state.SubmissionQueues.Length, _queues.Count, "not the number of I/O submission queues that exist");
        if (_stateAgain is null) return;
        if (ControllerState.TryDecode(_stateAgain, out error) is not { } again)
        {
            _checks.Add("SET-02", error.Field, $"the state read back from the destination does not decode: {error}");
            return;
        }

        foreach (var difference in StateDifference.Between(state, again))
        {
            var vendor = difference.Path.StartsWith("vendor", StringComparison.Ordinal);
            _checks.Add(
                "SET-02", difference.Path, "read back from the destination it is not what was loaded", difference.Right?.Text ?? "absent",
                difference.Left?.Text ?? "absent", vendor ? Verdict.Warn : Verdict.Fail);
        }
    }

    /// <summary>The load ends, everything in flight completes, and every block changed since the last look is read and judged.</summary>
    private async Task<bool> VerifyGuestAsync()
    {
        if (!await Guest.QuiesceAsync(_world.Now + Guest.CommandTimeout)) return false;
        Guest.Ledger.TakeChanged(_changedSinceRestart);
        var last = _number == _plan.Cycles || _plan.Route == Route.OneWay;
        return await Guest.VerifyAsync(last ? null : _changedBefore.Concat(_changedByGuest).Concat(_changedSinceRestart), _world.Now + VerifyTimeout);
    }

    private long VerifyTimeout => Math.Max(Guest.CommandTimeout, 60_000_000_000);

    /// <summary>Every block of both media, but for what the guest changed on the destination since, and the recall of the reports.</summary>
    private async Task VerifyMediumAsync()
    {
        if (TracksBlocks && !_everythingChanged)
        {
            foreach (var (lba, count) in _changedByGuest)
            {
                for (var i = 0UL; i < (ulong)count; i++)
                {
                    if (_checks.That(_reported.Covers(lba + i, 1), "CDQ-18", $"lba[{lba + i}]", "a changed block was not reported")) continue;
                    if (_checks.Findings.Count > MostDifferences) return;
                }
            }
        }

        var (outcome, ours) = await AllocatedRanges.ReadAsync(Source.Controlling, Source.Format);
        if (!outcome.IsOk) return;
        var (theirOutcome, theirs) = await AllocatedRanges.ReadAsync(Destination.Controlling, Destination.Format);
        if (!theirOutcome.IsOk) return;
        var all = new LbaRangeSet();
        foreach (var run in ours.Concat(theirs)) all.Add(run.Lba, run.Count);
        var changed = new LbaRangeSet();
        foreach (var (lba, count) in _changedSinceRestart) changed.Add(lba, (ulong)count);
        var (compared, different, blocks) = await _copier!.CompareAsync(Without(all.Take(), changed), MostDifferences);
        if (!_checks.That(compared.IsOk, "POST-01", "medium", $"the media could not be compared: {compared}")) return;
        _note = $"{blocks} blocks compared";
        foreach (var range in different)
            _checks.Add("POST-06", $"lba[{range.Lba}]", $"{range.Count} blocks from here differ between source and destination");
    }

    private static IEnumerable<LbaRange> Without(List<LbaRange> runs, LbaRangeSet except)
    {
        foreach (var run in runs)
        {
            var at = run.Lba;
            foreach (var hole in except.Runs)
            {
                if (hole.End <= at) continue;
                if (hole.Lba >= run.End) break;
                if (hole.Lba > at) yield return new LbaRange(at, hole.Lba - at);
                at = Math.Min(hole.End, run.End);
            }

            if (at < run.End) yield return new LbaRange(at, run.End - at);
        }
    }

    /// <summary>A move during which nothing happened shows nothing.</summary>
    private void CheckVacuity()
    {
        if (Guest.Counters.Completions == 0) _checks.Add("vacuity", "guest.commands", "the guest completed no command", verdict: Verdict.Inconclusive);
        if (Guest.Counters.BlocksVerified == 0) _checks.Add("vacuity", "guest.blocks", "no block was verified", verdict: Verdict.Inconclusive);
    }

    private void TakeGuestFindings()
    {
        foreach (var finding in Guest.TakeFindings())
        {
            var (requirement, path) = finding.Fault switch
            {
                GuestFault.Block => ("data-integrity", $"lba[{finding.Block!.Value.Lba}]"),
                GuestFault.LostCommand => ("POST-02", "guest.command"),
                GuestFault.Doubled or GuestFault.UnknownCompletion => ("POST-02", "guest.completion"),
                GuestFault.WrongQueue => ("POST-03", "guest.completion"),
                _ => ("guest-io", "guest.command"),
            };
            _checks.Add(requirement, path, finding.Text);
        }
    }

    private DowntimeRecord Downtime()
    {
        if (_restartedAt == 0) return new DowntimeRecord();
        var first = Guest.FirstAnswerAfterRestart;
        return new DowntimeRecord
        {
            GuestNs = first == World.Never ? null : first - _stoppedAt,
            OrchestratorNs = _restartedAt - _stoppedAt,
            SuspendedNs = _resumedAt - _suspendAt,
            DeviceNs = _bench.DeviceDowntime?.Invoke(Source.Function, Destination.Function),
        };
    }

    private InFlightRecord InFlight() => !_saved
        ? new InFlightRecord()
        : new InFlightRecord
        {
            Fetched = _fetched,
            Unfetched = _frozenWithGuestStopped ? _queues.Sum(q => q.Unfetched) : null,
            Posted = _frozenWithGuestStopped ? _queues.Sum(q => q.Posted) : null,
        };
}
