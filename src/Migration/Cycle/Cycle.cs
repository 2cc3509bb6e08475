using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>
/// One migration of one tenant, from the compatibility check to the retirement of the source, in the steps of the plan. It can be
/// cancelled after each step and broken at each; before the commit point the source is then brought back, after it the record says what is
/// known. The commit point is the submission of Resume on the destination, or that of SAVE where a saved source cannot come back. Source and
/// destination never run both.
/// </summary>
public sealed partial class Cycle
{
    private readonly CycleContext _context;
    private readonly CycleOptions _options;
    private readonly Action<CycleStep> _progress;
    private readonly int _number;
    private readonly List<StepRecord> _steps = [];
    private readonly Compatibility _compatibility;
    private readonly BlockMove _blocks;
    private readonly MemoryMove _memory;
    private readonly Cut _cut;
    private readonly Silence _silence;
    private readonly DmaFaults _faults;
    private readonly Verification _verification;
    private readonly TaintWatch _taints;
    private readonly string _from;
    private readonly string _to;
    private HostState? _hostState;
    private SavedState _state = SavedState.None;
    private SavedState? _readBack;
    private readonly List<string> _proven = [];
    private Place _place = Place.Source;
    private CycleStep? _committed;
    private bool _destinationPrepared;
    private bool _suspended;
    private bool _moved;
    private bool _broke;
    private long _stoppedAt;
    private long _restartedAt;
    private long _suspendAt;
    private long _resumedAt;
    private string? _note;

    /// <summary>Where the one controller of the guest is.</summary>
    private enum Place
    {
        Source,

        /// <summary>The source was given up, and the destination has it not yet.</summary>
        Neither,

        /// <summary>Resume was submitted on the destination, and nobody knows whether it was carried out.</summary>
        InDoubt,
        Destination,
    }

    public Cycle(Bench bench, Tenant tenant, CycleOptions options, int number, Journal journal, Action<CycleStep> progress)
    {
        (_options, _number, _progress) = (options, number, progress);
        _context = new CycleContext(bench, tenant, new Checks(journal, number, tenant.Number));
        _compatibility = new Compatibility(_context);
        _blocks = new BlockMove(_context);
        _memory = new MemoryMove(_context);
        _cut = new Cut(tenant.Guest);
        _silence = new Silence(_context);
        _faults = new DmaFaults(_context);
        _verification = new Verification(_context);
        _taints = new TaintWatch(bench.Counters);
        (_from, _to) = (Source.Slot, Destination.Slot);
    }

    private World World => _context.World;

    private PlannedCombination Plan => _context.Plan;

    private Tenant Tenant => _context.Tenant;

    private Side Source => _context.Source;

    private Side Destination => _context.Destination;

    private Guest Guest => _context.Guest;

    private Checks Checks => _context.Checks;

    /// <summary>The state that was saved; empty before that.</summary>
    public byte[] State => _state.Bytes;

    /// <summary>Runs it. What is wrong with the device is in the record's findings.</summary>
    public async Task<CycleRecord> RunAsync()
    {
        var outcome = CycleOutcome.Completed;
        _verification.Begin();
        try
        {
            foreach (var step in Plan.Steps)
            {
                if (step == CycleStep.ReadBack && !_options.ReadsBack) continue;
                await StepAsync(step);
                if (_options.CancelAfter == step) throw new CycleEnd(CycleOutcome.Cancelled, $"cancelled after {Words.Of(step)}");
            }
        }
        catch (CycleEnd end)
        {
            // Once the destination has died, whatever fails is the break that was asked for.
            outcome = _broke ? CycleOutcome.Broken : end.Outcome;
            if (outcome == CycleOutcome.Failed) Checks.Add("cycle", $"step.{Words.Of(_steps[^1].Step)}", end.Message, verdict: end.Verdict);
            await RollBackAsync();
        }

        _blocks.Release();
        _faults.Judge();
        _verification.TakeGuestFindings();
        var record = Record(outcome);
        // Where the guest runs is where the next cycle begins.
        if (_place == Place.Destination) Tenant.Swap();
        return record;
    }

    /// <summary>What is known of it now; for one under way, whose end nobody waited for.</summary>
    public CycleRecord Record(CycleOutcome outcome) => new()
    {
        Number = _number,
        Guest = Tenant.Number,
        From = _from,
        To = _to,
        Outcome = outcome,
        Steps = _steps,
        Committed = _committed,
        EndsAt = !Guest.IsRunning ? GuestPlace.Nowhere : _place == Place.Destination ? GuestPlace.Destination : GuestPlace.Source,
        ProvenStopped = [.. _proven],
        Downtime = Downtime(),
        InFlight = _verification.InFlight(_cut, State),
        Latency = _verification.Latency,
        Throughput = _verification.Throughput(_stoppedAt, _restartedAt),
        Neighbours = _verification.Neighbours,
        Taints = _taints.Taints(),
        Copy = _memory.Record(_blocks.Record(new CopyRecord())),
        BlocksVerified = _verification.BlocksVerified,
        FeaturesNotDefault = Guest.FeaturesNotDefault.Count,
        StateBytes = State.Length,
        Findings = Checks.Findings,
    };

    private async Task StepAsync(CycleStep step)
    {
        _progress(step);
        _note = null;
        var begin = World.Now;
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
                CycleStep.SuspendDestination => SuspendDestinationAsync(),
                CycleStep.Load => LoadAsync(),
                CycleStep.ReadBack => ReadBackAsync(),
                CycleStep.RestoreHost => RestoreHostAsync(),
                CycleStep.Fence => FenceAsync(),
                CycleStep.Resume => ResumeAsync(),
                CycleStep.RestartGuest => RestartGuestAsync(),
                CycleStep.Verify => VerifyAsync(),
                CycleStep.Retire => RetireAsync(),
                _ => throw new ArgumentOutOfRangeException(nameof(step), step, "No such step."),
            });
            if (_options.BreakAt == step) throw new CycleEnd(CycleOutcome.Broken, $"the destination died at {Words.Of(step)}");
        }
        finally
        {
            _steps[^1] = new StepRecord(step, begin, World.Now, _note);
        }
    }

    private async Task CheckAsync()
    {
        Source.Migrator = _context.Bench.NewMigrator(Source);
        Destination.Migrator = _context.Bench.NewMigrator(Destination);
        await _compatibility.CheckFormatsAsync();
        await _verification.LookAtSourceAsync();
        _note = $"of it the guest runs {Plan.Dwell.Before} undisturbed";
        await World.After(Plan.Dwell.Before.Nanoseconds);
    }

    private async Task PrepareAsync()
    {
        _verification.MoveBegins();
        _destinationPrepared = true;
        CycleEnd.Unless(await Destination.PrepareAsync(Tenant.IsMediated, Plan.Guest.Queues));
        _compatibility.CheckControllers();
        if (_memory.IsNeeded) Bench.PoisonMemory(Destination.Ram);
    }

    private async Task StartTrackingAsync()
    {
        await _blocks.StartTrackingAsync();
        await _memory.StartTrackingAsync();
    }

    private async Task BulkCopyAsync() => _note = await _blocks.BulkCopyAsync();

    private async Task RoundsAsync()
    {
        if (_blocks.IsNeeded) _note = await _blocks.RoundsAsync();
        await _memory.RoundsAsync();
        CycleEnd.Unless(await Source.Migrator.PreCopyAsync());
    }

    private async Task StopGuestAsync()
    {
        if (Plan.GuestStop != GuestStop.BeforeSuspend) return;
        Stop();
        await QuietMediatorAsync();
    }

    private void Stop()
    {
        _taints.Begin();
        _stoppedAt = World.Now;
        Guest.Stop();
        _verification.GuestStops();
    }

    /// <summary>The mediator, which is the host's, takes no more guest admin commands and waits for what it has issued, events excepted.</summary>
    private async Task QuietMediatorAsync()
    {
        if (Tenant.Function.Mediator is not { } mediator) return;
        mediator.StopTaking();
        if (!await mediator.QuietAsync(_context.Deadline))
            throw new CycleEnd(CycleOutcome.Failed, "guest admin commands were not answered before the suspend", Verdict.Timeout);
    }

    private async Task SuspendAsync()
    {
        // Whenever the guest itself stops: what the mediator issued must be answered before the device no longer fetches.
        if (Guest.IsRunning) await QuietMediatorAsync();
        _suspendAt = World.Now;
        _cut.SuspendSubmitted();
        var outcome = await Source.Migrator.SuspendAsync();
        _suspended = outcome.IsOk || outcome.IsUnknown;
        CycleEnd.Unless(outcome);
        if (Plan.GuestStop == GuestStop.AfterSuspend) Stop();
        if (Source.Migrator.FreezePoint == FreezePoint.Suspend) Freeze();
    }

    private async Task SaveAsync()
    {
        if (Plan.CommitPoint == CycleStep.Save) (_place, _committed) = (Place.Neither, CycleStep.Save);
        (var outcome, _state) = await Source.SaveAsync((int)Plan.Copy.StateChunk.Bytes);
        // What was refused has given nothing up.
        if (!outcome.IsOk && !outcome.IsUnknown) (_place, _committed) = (Place.Source, null);
        CycleEnd.Unless(outcome);
        _note = $"{State.Length} bytes";
        if (Source.Migrator.FreezePoint == FreezePoint.Save) Freeze();
        if (!IsLate) return;
        // The negative control: the guest rings on while its state is already on the way. That it does so is not left to chance.
        Checks.That(Guest.RingOnce(), "vacuity", "guest.late-doorbell", "no command could be submitted after the state was saved", Verdict.Inconclusive);
        Stop();
        StandStill();
    }

    /// <summary>The guest is stopped when it is too late.</summary>
    private bool IsLate => Plan.GuestStop == GuestStop.AfterSave;

    /// <summary>The source is past its freeze point.</summary>
    private void Freeze()
    {
        _cut.Frozen();
        if (!IsLate) StandStill();
    }

    /// <summary>Neither guest nor source moves any more: what the guest's driver knows now is what the state must say.</summary>
    private void StandStill()
    {
        _cut.StoodStill();
        _blocks.NotePosted();
        _silence.Begin();
    }

    private async Task DrainAsync()
    {
        if (_blocks.IsNeeded) _note = await _blocks.FinishAsync();
        if (!_memory.IsNeeded) return;
        await _memory.FinishAsync();
        _silence.MemoryIsComplete();
    }

    private async Task TransferAsync()
    {
        // One process drives both sides: the bytes are there. What would cross the wire is what the record counts.
        _note = $"{State.Length} bytes of state";
        await World.Yield();
    }

    private async Task SuspendDestinationAsync()
    {
        _hostState = Tenant.Function.Save();
        if (Tenant.Function.Mediator is { } mediator) CycleEnd.Unless(await mediator.ReplayAsync(DestinationHost, _hostState.Admin!));
        CycleEnd.Unless(await DormantController.SuspendAsync(World, Destination.Function, Destination.Migrator));
    }

    private async Task LoadAsync() => CycleEnd.Unless(await Destination.LoadAsync(State, (int)Plan.Copy.StateChunk.Bytes));

    /// <summary>Save-load-save: judged once the guest runs. No migration does so: the time is taken off the downtime.</summary>
    private async Task ReadBackAsync()
    {
        (var outcome, _readBack) = await Destination.SaveAsync((int)Plan.Copy.StateChunk.Bytes);
        CycleEnd.Unless(outcome);
    }

    private Task RestoreHostAsync()
    {
        _silence.HandOver();
        if (Tenant.IsMediated) Tenant.Function.MoveTo(DestinationHost, _hostState!);
        else Tenant.Function.MoveTo(Destination.Function, _hostState!);
        _moved = true;
        _silence.HandedOver();
        return Task.CompletedTask;
    }

    /// <summary>The host's driver of the destination, whose admin queue the mediator needs.</summary>
    private NvmeController DestinationHost =>
        Destination.Host is { HasAdmin: true } host ? host : throw Failure("the destination is no longer enabled");

    private async Task FenceAsync()
    {
        _silence.JudgeAtFence();
        _faults.JudgeAtFence(Source);
        await Source.FenceAsync();
    }

    private async Task ResumeAsync()
    {
        // The commit point, unless it has passed: from here on the destination may run.
        var before = (_place, _committed);
        _place = Place.InDoubt;
        _committed ??= CycleStep.Resume;
        var outcome = await Destination.Migrator.ResumeAsync();
        _resumedAt = World.Now;
        if (outcome.IsOk) _place = Place.Destination;
        else if (!outcome.IsUnknown) (_place, _committed) = before;
        CycleEnd.Unless(outcome);
    }

    private Task RestartGuestAsync()
    {
        if (!Tenant.SharesMemory) Guest.Memory.Space.Replace(Source.Ram, Destination.Ram);
        _context.Changes.TakeDuring();
        _verification.GuestRestarts();
        _restartedAt = World.Now;
        Tenant.Function.Mediator?.Resume();
        Guest.Restart();
        return Task.CompletedTask;
    }

    private async Task VerifyAsync()
    {
        _verification.JudgeState(_cut, _state, _readBack);
        await DwellAsync();
        if (await _verification.QuietAsync())
        {
            await _verification.ReadBlocksAsync(_options.VerifyAll);
            _note = await _blocks.VerifyAsync();
        }

        await _verification.LookAgainAsync();
        Guest.Start();
    }

    /// <summary>The guest runs undisturbed. On the machine's clock what disturbs the figures is looked for until its first answer only.</summary>
    private async Task DwellAsync()
    {
        const long look = 20_000;
        var end = World.Now + Plan.Dwell.After.Nanoseconds;
        while (World.Clock == ClockKind.Real && Guest.FirstAnswerAfterRestart == World.Never && World.Now < end) await World.After(look);
        _taints.End();
        if (World.Now < end) await World.After(end - World.Now);
        _verification.LoadEnds();
    }

    /// <summary>The cycle over time; null where the guest did not move.</summary>
    public StripRecord? Strip() => _restartedAt == 0 ? null : Tenant.Strip.Record(_number, Tenant.Number, _stoppedAt, _restartedAt);

    private async Task RetireAsync()
    {
        _silence.JudgeAfterFence();
        CycleEnd.Unless(Proven(await Source.RetireAsync()));
    }

    /// <summary>Notes what was seen of a function that had to be proven stopped.</summary>
    private Outcome Proven((Outcome Outcome, string Seen) proof)
    {
        _proven.Add(proof.Seen);
        return proof.Outcome;
    }

    private DowntimeRecord Downtime()
    {
        if (_restartedAt == 0) return new DowntimeRecord();
        var first = Guest.FirstAnswerAfterRestart;
        // It lies whole within each interval: the source is frozen by then, and the destination not resumed.
        var read = _steps.Find(it => it.Step == CycleStep.ReadBack) is { } step ? step.EndNs - step.BeginNs : (long?)null;
        var readBack = read ?? 0;
        return new DowntimeRecord
        {
            GuestNs = first == World.Never ? null : first - _stoppedAt - readBack,
            OrchestratorNs = _restartedAt - _stoppedAt - readBack,
            SuspendedNs = _resumedAt - _suspendAt - readBack,
            DeviceNs = _context.Bench.DeviceDowntime?.Invoke(Source.Function, Destination.Function) - readBack,
            ReadBackNs = read,
        };
    }

    private static CycleEnd Failure(string what) => new(CycleOutcome.Failed, what);
}
