using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>
/// One migration of one tenant, from the compatibility check to the retirement of the source, in the steps of the plan. It can be
/// cancelled after each step and broken at each; before the commit point, which is the submission of Resume on the destination, the
/// source is then brought back, after it the record says what is known. Source and destination never run both.
/// </summary>
public sealed partial class Cycle
{
    private readonly World _world;
    private readonly Tenant _tenant;
    private readonly PlannedCombination _plan;
    private readonly CycleOptions _options;
    private readonly Bench _bench;
    private readonly Action<CycleStep> _progress;
    private readonly Checks _checks;
    private readonly List<StepRecord> _steps = [];
    private readonly int _number;
    private MigratorAbilities? _abilities;
    private GuestView? _viewBefore;
    private HostState? _hostState;
    private byte[] _state = [];
    private List<QueueExpectation> _queues = [];
    private bool _suspended;
    private bool _saved;
    private bool _moved;
    private bool _committed;
    private bool _destinationPrepared;
    private long _stoppedAt;
    private long _restartedAt;
    private long _suspendAt;
    private long _resumedAt;
    private long _answeredAtSuspend;
    private long _fetched;
    private string? _note;

    public Cycle(
        Bench bench, Tenant tenant, CycleOptions options, int number, Action<CycleStep> progress)
    {
        (_bench, _tenant, _options, _number, _progress) = (bench, tenant, options, number, progress);
        (_world, _plan, _staging) = (bench.World, bench.Plan, bench.Staging);
        _checks = new Checks(number);
    }

    private Side Source => _tenant.Source;

    private Side Destination => _tenant.Destination;

    private Guest Guest => _tenant.Guest;

    /// <summary>The state that was saved; empty before that.</summary>
    public byte[] State => _state;

    /// <summary>Runs it. What is wrong with the device is in the record's findings.</summary>
    public async Task<CycleRecord> RunAsync()
    {
        var (from, to) = (Source.Slot, Destination.Slot);
        var outcome = CycleOutcome.Completed;
        var verifiedBefore = Guest.Counters.BlocksVerified;
        try
        {
            foreach (var step in _plan.Steps)
            {
                await StepAsync(step);
                if (_options.CancelAfter == step) throw new CycleEnd(CycleOutcome.Cancelled, $"cancelled after {Words.Of(step)}");
            }
        }
        catch (CycleEnd end)
        {
            outcome = end.Outcome;
            if (outcome == CycleOutcome.Failed) _checks.Add("cycle", $"step.{Words.Of(_steps[^1].Step)}", end.Message);
            await RollBackAsync();
        }

        _copier?.Release();
        TakeGuestFindings();
        var record = new CycleRecord
        {
            Number = _number,
            From = from,
            To = to,
            Outcome = outcome,
            Steps = _steps,
            Downtime = Downtime(),
            InFlight = InFlight(),
            Copy = new CopyRecord
            {
                Rounds = _rounds, MediumBytes = _copier?.Counters.BytesWritten ?? 0, BlocksAfterStop = (long)_blocksAfterStop, MemoryPages = _memoryPages,
            },
            BlocksVerified = Guest.Counters.BlocksVerified - verifiedBefore,
            StateBytes = _state.Length,
            Findings = _checks.Findings,
        };
        // Where the guest runs is where the next cycle begins.
        if (_committed) _tenant.Swap();
        return record;
    }

    private async Task StepAsync(CycleStep step)
    {
        _progress(step);
        _note = null;
        var begin = _world.Now;
        // Recorded from the beginning: a step that throws is the last one in the list.
        _steps.Add(new StepRecord(step, begin, begin));
        try
        {
            if (_options.BreakAt == step) await BreakAsync();
            await (step switch
            {
                CycleStep.Check => CheckAsync(),
                CycleStep.Prepare => PrepareAsync(),
                CycleStep.StartTracking => StartTrackingAsync(),
                CycleStep.BulkCopy => BulkCopyAsync(),
                CycleStep.Rounds => RoundsAsync(),
                CycleStep.StopGuest => StopGuestAsync(),
                CycleStep.Suspend => SuspendAsync(),
                CycleStep.Save => SaveAsync(),
                CycleStep.Drain => DrainAsync(),
                CycleStep.Transfer => TransferAsync(),
                CycleStep.Load => LoadAsync(),
                CycleStep.RestoreHost => RestoreHostAsync(),
                CycleStep.Fence => FenceAsync(),
                CycleStep.Resume => ResumeAsync(),
                CycleStep.RestartGuest => RestartGuestAsync(),
                CycleStep.Verify => VerifyAsync(),
                CycleStep.Retire => RetireAsync(),
                _ => throw new ArgumentOutOfRangeException(nameof(step), step, "No such step."),
            });
            if (_options.BreakAt == step && step < CycleStep.Resume) throw new CycleEnd(CycleOutcome.Broken, $"the destination died at {Words.Of(step)}");
        }
        finally
        {
            _steps[^1] = new StepRecord(step, begin, _world.Now, _note);
        }
    }

    private async Task CheckAsync()
    {
        Source.Migrator = _bench.NewMigrator(Source);
        Destination.Migrator = _bench.NewMigrator(Destination);
        var (source, abilities) = await Source.Migrator.DescribeAsync();
        Require(source);
        var (destination, theirs) = await Destination.Migrator.DescribeAsync();
        Require(destination);
        _abilities = abilities;
        if (abilities!.StateFormat != theirs!.StateFormat)
            throw Failure($"the state of {Source.Slot} is {abilities.StateFormat}, {Destination.Slot} takes {theirs.StateFormat}");
        if (_plan.AdminQueue == AdminQueueKind.Carried && !abilities.CarriesAdminQueue)
            throw Failure("the admin queue is to be carried, and the state has no part for it");
        if (Source.Format.Incompatible(Destination.Format) is { } why) throw Failure($"the destination's namespace does not fit: {why}");
        if (Source.Format.Identity != Destination.Format.Identity)
        {
            _checks.Add(
                "medium-identity", "namespace.identity", "the destination's namespace has another identity, which the guest can see",
                Destination.Format.Identity, Source.Format.Identity, Verdict.Warn);
        }

        _viewBefore = await GuestView.ReadAsync(Guest.Controller, Guest.Nsid);
        await _world.After(_plan.Dwell.Before.Nanoseconds);
    }

    private async Task PrepareAsync()
    {
        Require(await Destination.PrepareAsync(_tenant.IsMediated));
        _destinationPrepared = true;
        if (!_tenant.SharesMemory) Bench.PoisonMemory(Destination.Ram);
    }

    private async Task StopGuestAsync()
    {
        if (_plan.GuestStop != GuestStop.BeforeSuspend) return;
        Stop();
        await QuietMediatorAsync();
    }

    private void Stop()
    {
        _stoppedAt = _world.Now;
        Guest.Stop();
    }

    /// <summary>The mediator, which is the host's, takes no more guest admin commands and waits for what it has issued, events excepted.</summary>
    private async Task QuietMediatorAsync()
    {
        if (_tenant.Function.Mediator is not { } mediator) return;
        mediator.StopTaking();
        if (!await mediator.QuietAsync(_world.Now + Source.Controlling.CommandTimeout)) throw Failure("guest admin commands were not answered before the suspend");
    }

    private async Task SuspendAsync()
    {
        // Whenever the guest itself stops: what the mediator issued must be answered before the device no longer fetches.
        if (Guest.IsRunning) await QuietMediatorAsync();
        _suspendAt = _world.Now;
        _answeredAtSuspend = Answered();
        _suspended = true;
        Require(await Source.Migrator.SuspendAsync());
        if (_plan.GuestStop == GuestStop.AfterSuspend) Stop();
        if (Source.Migrator.FreezePoint == FreezePoint.Suspend) Freeze();
    }

    private async Task SaveAsync()
    {
        _saved = true;
        var (outcome, state) = await Source.SaveAsync((int)_plan.Copy.StateChunk.Bytes);
        _state = state;
        Require(outcome);
        if (Source.Migrator.FreezePoint == FreezePoint.Save) Freeze();
        _note = $"{state.Length} bytes";
        if (_plan.GuestStop == GuestStop.AfterSave)
        {
            // The negative control: the guest rings on while its state is already on the way. That it does so is not left to chance.
            if (!Guest.RingOnce()) _checks.Add("vacuity", "guest.late-doorbell", "no command could be submitted after the state was saved", verdict: Verdict.Inconclusive);
            Stop();
        }
    }

    private async Task TransferAsync()
    {
        // One process drives both sides: the bytes are there. What would cross the wire is what the record counts.
        _note = $"{_state.Length} bytes of state";
        await _world.Yield();
    }

    private async Task LoadAsync()
    {
        if (_tenant.IsMediated && Destination.Host is not { HasAdmin: true }) throw new CycleEnd(CycleOutcome.Broken, "the destination's controller is not enabled any more");
        _hostState = _tenant.Function.Save();
        if (_tenant.Function.Mediator is { } mediator) Require(await mediator.ReplayAsync(Destination.Host!, _hostState.Admin!));
        Require(await Destination.Migrator.SuspendAsync());
        Require(await Destination.LoadAsync(_state, (int)_plan.Copy.StateChunk.Bytes));
        if (!Destination.Migrator.InPieces) return;
        // Save-load-save: read again what was loaded, judged once the guest runs. It costs downtime, so the step says how much.
        var begin = _world.Now;
        var (outcome, again) = await Destination.SaveAsync((int)_plan.Copy.StateChunk.Bytes);
        Require(outcome);
        _stateAgain = again;
        _note = $"read back in {_world.Now - begin} ns";
    }

    private Task RestoreHostAsync()
    {
        if (_tenant.IsMediated && Destination.Host is not { HasAdmin: true }) throw new CycleEnd(CycleOutcome.Broken, "the destination's controller is not enabled any more");
        _moved = true;
        if (_tenant.IsMediated) _tenant.Function.MoveTo(Destination.Host!, _hostState!);
        else _tenant.Function.MoveTo(Destination.Function, _hostState!);
        return Task.CompletedTask;
    }

    private async Task FenceAsync()
    {
        CheckSilence();
        await Source.FenceAsync();
    }

    private async Task ResumeAsync()
    {
        _committed = true;
        var outcome = await Destination.Migrator.ResumeAsync();
        _resumedAt = _world.Now;
        if (outcome.IsOk) return;
        // Refused or unknown: the destination is proven stopped before the source may run again.
        await Destination.ProveStoppedAsync();
        _committed = false;
        throw new CycleEnd(_options.BreakAt == CycleStep.Resume ? CycleOutcome.Broken : CycleOutcome.Failed, outcome.ToString());
    }

    private Task RestartGuestAsync()
    {
        if (!_tenant.SharesMemory) Guest.Memory.Space.Replace(Source.Ram, Destination.Ram);
        Guest.Latency = _latencyDuring;
        Guest.Ledger.TakeChanged(_changedByGuest);
        _restartedAt = _world.Now;
        _tenant.Function.Mediator?.Resume();
        Guest.Restart();
        return Task.CompletedTask;
    }

    private async Task RetireAsync()
    {
        Require(await Source.RetireAsync());
        _checks.Equal("silence", "source.dma-faults", Source.Space.Faults.Count, _faultsAtFence, "the source still tried to reach memory after it was fenced");
    }

    /// <summary>Ends the cycle unless the outcome is ok.</summary>
    private void Require(Outcome outcome)
    {
        if (outcome.IsOk) return;
        if (_options.BreakAt is not null) throw new CycleEnd(CycleOutcome.Broken, outcome.ToString());
        throw Failure(outcome.ToString());
    }

    private static CycleEnd Failure(string what) => new(CycleOutcome.Failed, what);
}
