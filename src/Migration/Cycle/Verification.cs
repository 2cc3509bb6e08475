using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What is looked at once the guest runs again, wherever that is: its view of the controller, the saved state, its blocks, its latencies.</summary>
internal sealed class Verification(CycleContext context)
{
    private const long LongestRead = 60_000_000_000;

    private readonly MoveKind _move = MoveKind.Of(context.Plan, context.Source, context.Destination);
    private GuestView? _before;
    private long _verifiedBefore;
    private long _guestFindings;
    private long _movesAt;

    private Guest Guest => context.Guest;

    public long BlocksVerified => Guest.Counters.BlocksVerified - _verifiedBefore;

    /// <summary>What those felt that did not move; all of it is in the first guest's record.</summary>
    public NeighbourRecord? Neighbours => context.Tenant.Number == 1 ? context.Bench.Neighbours.Record() : null;

    public LatencyRecord Latency => context.Tenant.Latencies.Record();

    public void Begin()
    {
        _verifiedBefore = Guest.Counters.BlocksVerified;
        _guestFindings = Guest.Counters.Findings;
        context.Tenant.Latencies.Begin(Guest, context.World.Now);
        context.Tenant.Strip.Begin(context.World.Now);
        Guest.Strip = context.Tenant.Strip;
        context.Bench.Neighbours.Begin();
    }

    /// <summary>What was undisturbed so far is not any more.</summary>
    public void MoveBegins()
    {
        _movesAt = context.World.Now;
        context.Tenant.Latencies.MoveBegins(Guest, _movesAt);
        context.Bench.Neighbours.MoveBegins();
    }

    public void GuestStops()
    {
        context.Tenant.Latencies.GuestStops(Guest, context.World.Now);
        context.Bench.Neighbours.GuestStops();
    }

    /// <summary>The load is about to be ended.</summary>
    public void LoadEnds()
    {
        context.Tenant.Strip.End(context.World.Now);
        context.Bench.Neighbours.LoadEnds();
    }

    /// <summary>What its load lost by the move.</summary>
    public ThroughputRecord Throughput(long stopped, long restarted) =>
        context.Tenant.Strip.Throughput(_movesAt, stopped, restarted, context.Plan.Dwell);

    public void GuestRestarts()
    {
        context.Tenant.Latencies.GuestRestarts(Guest, context.World.Now);
        context.Bench.Neighbours.GuestRestarts();
    }

    public async Task LookAtSourceAsync() => _before = await GuestView.ReadAsync(Guest.Controller, Guest.Nsid);

    /// <summary>The same look again.</summary>
    public async Task LookAgainAsync()
    {
        if (_before is { } before) GuestView.Judge(before, await GuestView.ReadAsync(Guest.Controller, Guest.Nsid), _move, context.Checks);
    }

    /// <summary>The saved state, and what the destination gave back of it.</summary>
    public void JudgeState(Cut cut, SavedState saved, SavedState? readBack)
    {
        if (context.Source.Migrator.IsOpaque) return;
        var oracle = new StateOracle(context.Checks, _move);
        JudgeSuspended(saved, "state.csup", "LM-GET-01");
        if (oracle.Decode(saved.Bytes, "state", "LM-GET-02") is not { } state) return;
        if (cut.Queues is { } queues)
        {
            oracle.JudgeSaved(state, queues, context.Bench.Slot0);
            cut.Judge(state, context.Checks);
        }

        if (readBack is null) return;
        JudgeSuspended(readBack, "state.read-back.csup", "LM-SUSP-01");
        oracle.JudgeReadBack(saved.Bytes, readBack.Bytes);
    }

    /// <summary>Each piece was read while the controller was suspended, and its command says so (CSUP); CSATTR is a field of the state.</summary>
    private void JudgeSuspended(SavedState saved, string path, string requirement)
    {
        if (saved.Suspended.Count == 0) return;
        context.Checks.Equal(
            requirement, path, saved.Suspended.Count(said => said), saved.Suspended.Count,
            "a command that read a suspended controller's state does not say that it was suspended (CSUP)");
    }

    public InFlightRecord InFlight(Cut cut, byte[] saved) =>
        cut.Record(context.Source.Migrator.IsOpaque || saved.Length == 0 ? null : ControllerState.TryDecode(saved, out _));

    /// <summary>The load ends and everything in flight completes; what does not is lost. False where something was.</summary>
    public async Task<bool> QuietAsync() => await Guest.QuiesceAsync(context.World.Now + Guest.CommandTimeout);

    /// <summary>Reads every block changed since the last look, or ever, and holds it against the ledger. The load is quiet.</summary>
    public async Task ReadBlocksAsync(bool all)
    {
        context.Changes.TakeSince();
        var timeout = Math.Max(Guest.CommandTimeout, LongestRead);
        await Guest.VerifyAsync(all ? null : context.Changes.All, context.World.Now + timeout);
    }

    /// <summary>What the guest found wrong by itself.</summary>
    public void TakeGuestFindings()
    {
        if (Guest.Counters.Findings == _guestFindings) context.Checks.None("LM-MED-01", "guest.findings");
        foreach (var finding in Guest.TakeFindings())
        {
            var requirement = finding.Fault switch
            {
                GuestFault.Block => "LM-MED-01",
                GuestFault.WrongQueue => "LM-POST-02",
                GuestFault.Refused => "guest-io",
                _ => "LM-POST-01",
            };
            context.Checks.Add(requirement, finding.Path, finding.Text);
        }
    }
}
