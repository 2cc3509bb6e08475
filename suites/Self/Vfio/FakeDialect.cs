using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Self.Driver;

namespace Conformance.Self.Vfio;

/// <summary>How a command of the fake device is to end.</summary>
public enum FakeAnswer
{
    Done,

    /// <summary>Refused with an error status, nothing done.</summary>
    Refused,

    /// <summary>Done, and no answer comes.</summary>
    LostDone,

    /// <summary>Not done, and no answer comes.</summary>
    LostUndone,
}

/// <summary>
/// A device that keeps the rules of its command set and says when the driver breaks them: it stops and runs, has a state of some bytes, takes
/// another. Each command can be made to fail. Not a reference for anything: that is the simulated device.
/// </summary>
internal sealed class FakeDialect(FakeFunction function, bool drainsAtSave, byte[] state) : IMigrator
{
    private int _resets = function.FunctionResets;
    private byte[]? _incoming;
    private bool _runs = true;

    public string Name => "fake";

    public FreezePoint FreezePoint => drainsAtSave ? FreezePoint.Save : FreezePoint.Suspend;

    public bool IsOpaque => drainsAtSave;

    public bool InPieces => !drainsAtSave;

    public int MaxChunk { get; init; } = 64;

    public string Format { get; init; } = "fake 1";

    /// <summary>Commands so far, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What is to become of the command of that number, from 0.</summary>
    public Func<int, FakeAnswer> Answers { get; set; } = static _ => FakeAnswer.Done;

    /// <summary>What the driver did that no command set allows.</summary>
    public List<string> Misused { get; } = [];

    public List<DirtyMemory> Written { get; } = [];

    public bool Tracks { get; private set; }

    public byte[] State { get; set; } = state;

    /// <summary>It fetches and completes.</summary>
    public bool Runs
    {
        get
        {
            Reset();
            return _runs;
        }
    }

    /// <summary>It has stopped and drained; between that and <see cref="Runs"/> is only a suspend that was not followed by a save.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Saving has disabled it: RESUME alone does not bring it back.</summary>
    public bool IsDisabled { get; private set; }

    public ValueTask<(Outcome Outcome, MigratorAbilities? Abilities)> DescribeAsync() => ValueTask.FromResult<(Outcome, MigratorAbilities?)>(
        (Outcome.Ok, new MigratorAbilities(false, !drainsAtSave, true, new StateFormats([], [], Format)) { ReadsWhileRunning = !drainsAtSave, MemoryGranule = 4096 }));

    public void Use(in StateFormat format)
    {
        // A blob has no choice.
    }

    public ValueTask<Outcome> SuspendAsync() => Ask("suspend", () => (_runs, IsDrained) = (false, !drainsAtSave));

    public async ValueTask<(Outcome Outcome, int Bytes)> BeginSaveAsync() => (await Ask("query", () => { }), State.Length);

    public async ValueTask<(Outcome Outcome, StatePiece Piece)> SaveChunkAsync(int offset, int bytes)
    {
        var piece = State.AsSpan(offset, bytes).ToArray();
        var outcome = await Ask("save", () =>
        {
            if (!drainsAtSave) return;
            if (_runs) Misused.Add("saved while it ran");
            (IsDrained, IsDisabled) = (true, true);
        });
        return (outcome, new StatePiece(outcome.IsOk ? piece : [], null));
    }

    public ValueTask<Outcome> LoadChunkAsync(ReadOnlyMemory<byte> state, int offset, int bytes) => Ask("load", () =>
    {
        if (_runs) Misused.Add("loaded while it ran");
        if (bytes > MaxChunk && InPieces) Misused.Add("loaded more than a command takes");
        _incoming = offset == 0 ? [] : _incoming;
        _incoming = [.. _incoming!, .. state.Slice(offset, bytes).Span];
        if (_incoming.Length == state.Length) (State, IsDisabled) = (_incoming, false);
    });

    public ValueTask<Outcome> ResumeAsync() => Ask("resume", () =>
    {
        if (_runs) Misused.Add("resumed while it ran");
        if (IsDisabled) Misused.Add("resumed while it was disabled");
        (_runs, IsDrained) = (true, false);
    });

    public async ValueTask<Outcome> CancelAsync(ReadOnlyMemory<byte> saved)
    {
        if (!IsDisabled) return await ResumeAsync();
        var loaded = await LoadChunkAsync(saved, 0, saved.Length);
        return loaded.IsOk ? await ResumeAsync() : loaded;
    }

    public ValueTask<(Outcome Outcome, ControllerLook Look)?> LookAsync() => ValueTask.FromResult<(Outcome, ControllerLook)?>(null);

    public bool IsTracking => false;

    public (int Asked, int Reported) TailEvents => (0, 0);

    public ValueTask<CommandAnswer?> AskDeletedQueueAsync() => ValueTask.FromResult<CommandAnswer?>(null);

    public string? EntryOfWrongPhase => null;

    public ValueTask<Outcome> StartBlockTrackingAsync(Signal reported) => throw new NotSupportedException("Blocks are nothing of VFIO's.");

    public ValueTask<(Outcome Outcome, DrainState State)> DrainBlocksAsync(List<LbaMigrationQueueEntry> into) =>
        throw new NotSupportedException("Blocks are nothing of VFIO's.");

    public ValueTask<Outcome> StartMemoryTrackingAsync(IReadOnlyList<DirtyMemory> ranges) => Ask("track", () => Tracks = true);

    public async ValueTask<(Outcome Outcome, DrainState State)> DrainMemoryAsync(List<DirtyMemory> into)
    {
        var outcome = await Ask("report", () =>
        {
            into.AddRange(Written);
            Written.Clear();
        });
        return (outcome, DrainState.Open);
    }

    public ValueTask<Outcome> StopTrackingAsync() => Ask("untrack", () => Tracks = false);

    private void Reset()
    {
        if (_resets == function.FunctionResets) return;
        _resets = function.FunctionResets;
        (_runs, IsDrained, IsDisabled, _incoming) = (true, false, false, null);
    }

    private ValueTask<Outcome> Ask(string command, Action act)
    {
        Reset();
        var answer = Answers(Asked.Count);
        Asked.Add(command);
        if (answer is FakeAnswer.Done or FakeAnswer.LostDone) act();
        var refusal = new CompletionEntry { StatusField = new StatusField(Status.InternalError) };
        return ValueTask.FromResult(answer switch
        {
            FakeAnswer.Done => Outcome.Ok,
            FakeAnswer.Refused => Outcome.Of(command, new CommandAnswer(TicketOutcome.Completed, refusal, 0)),
            _ => Outcome.Of(command, new CommandAnswer(TicketOutcome.Unknown, default, 0)),
        });
    }
}
