using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>What a controller that is to take a state is like.</summary>
public enum Taker
{
    /// <summary>A secondary controller with its resources, not online.</summary>
    Offline,

    /// <summary>Online, CC.EN clear.</summary>
    Disabled,

    /// <summary>Enabled, without I/O queues, not suspended.</summary>
    Running,

    /// <summary>Enabled, without I/O queues, suspended.</summary>
    Suspended,
}

/// <summary>
/// A state to be loaded: that of a suspended virtual function whose queues have moved on, and another function of the same host to take it.
/// Both reach the same guest's memory, so that what is loaded can be gone on with.
/// </summary>
public sealed class CaseLoad
{
    /// <summary>Entries of the first queue pair; each further one has as many more.</summary>
    public const int FirstEntries = 16;

    private CaseLoad(CaseHost host, CaseVf from, CaseVf to, byte[] state) => (Host, From, To, State) = (host, from, to, state);

    public CaseHost Host { get; }

    /// <summary>Whose state it is; suspended.</summary>
    public CaseVf From { get; }

    /// <summary>Who is to take it.</summary>
    public CaseVf To { get; }

    /// <summary>The state, as it was read.</summary>
    public byte[] State { get; }

    /// <summary>The state, decoded anew at each call, to be edited.</summary>
    public ControllerState Decoded
    {
        get
        {
            var state = ControllerState.TryDecode(State, out var error) ?? throw CaseEnd.Inconclusive($"set-up: what was saved is no state: {error}");
            return state.SubmissionQueues.Length == From.Queues.Count && state.CompletionQueues.Length == From.Queues.Count
                ? state
                : throw CaseEnd.Inconclusive($"set-up: what was saved has not the {From.Queues.Count} queue pairs that were created");
        }
    }

    /// <param name="lab">Of the case.</param>
    /// <param name="queues">I/O queue pairs of the one that is saved: 1 to 4, pair n on vector n.</param>
    /// <param name="commands">Commands done on each queue before, so that heads, tails and phases differ.</param>
    /// <param name="taker">What the other one is like.</param>
    /// <param name="takerPairs">I/O queue pairs that the other one has resources for.</param>
    /// <param name="csuuidi">Index of the vendor's part that is saved too; 0: none.</param>
    public static async ValueTask<CaseLoad> CreateAsync(
        Lab lab, int queues = 2, int commands = 5, Taker taker = Taker.Suspended, int takerPairs = 4, byte csuuidi = 0)
    {
        var host = await lab.StartAsync();
        await host.NeedMigrationAsync();
        var from = await host.BringUpAsync();
        for (var i = 0; i < queues; i++)
        {
            var queue = await from.CreateQueueAsync((ushort)(i + 1), FirstEntries * (i + 1), vector: (ushort)(i + 1));
            for (var n = 0; n < commands + i; n++) await queue.MustAsync("Flush", NvmCommand.Flush(1));
        }

        await host.MustSuspendAsync(from.Id);
        var state = await host.ReadStateAsync(from.Id, csuuidi: csuuidi);
        // Cases cut and spoil it at places that a state of so many queues has.
        var least = ControllerStateHeader.Size + NvmeControllerState.Size + (queues * (IoSubmissionQueueState.Size + IoCompletionQueueState.Size));
        if (state.Bytes.Length < least)
            throw CaseEnd.Inconclusive($"set-up: what was saved has {state.Bytes.Length} bytes, and {queues} queue pairs take {least}");
        var to = await host.BringUpAsync(2, takerPairs, enable: taker >= Taker.Running, ram: from.Ram);
        if (taker == Taker.Suspended) await host.MustSuspendAsync(to.Id);
        if (taker == Taker.Offline)
        {
            Lab.Must(await host.Secondaries.OfflineAsync(to.Id));
            Lab.Must((await host.Secondaries.AssignAsync(to.Id, ResourceType.VirtualQueue, takerPairs + 1)).Outcome);
            Lab.Must((await host.Secondaries.AssignAsync(to.Id, ResourceType.VirtualInterrupt, takerPairs + 1)).Outcome);
        }

        return new CaseLoad(host, from, to, state.Bytes);
    }

    /// <summary>Set Controller State for the taker.</summary>
    /// <param name="piece">A multiple of 4 bytes.</param>
    /// <param name="offset">Where it belongs.</param>
    /// <param name="sequence">Which piece it is.</param>
    public ValueTask<CommandAnswer> SetAsync(
        ReadOnlyMemory<byte> piece, ulong offset = 0, SequenceIndicator sequence = SequenceIndicator.Entire) =>
        Host.SetStateAsync(To.Id, piece, offset, sequence);

    /// <summary>All of a state in pieces, until one is refused; the last answer.</summary>
    /// <param name="state">At least two pieces.</param>
    /// <param name="chunk">Bytes of each piece but perhaps the last.</param>
    public async ValueTask<CommandAnswer> SetInPiecesAsync(ReadOnlyMemory<byte> state, int chunk)
    {
        for (var offset = 0; ; offset += chunk)
        {
            var rest = state.Length - offset;
            var sequence = offset == 0 ? SequenceIndicator.First : rest > chunk ? SequenceIndicator.Middle : SequenceIndicator.Last;
            var answer = await SetAsync(state.Slice(offset, Math.Min(chunk, rest)), (ulong)offset, sequence);
            if (!answer.IsOk || rest <= chunk) return answer;
        }
    }

    /// <summary>The taker's state now.</summary>
    public async ValueTask<byte[]> TakenAsync() => (await Host.ReadStateAsync(To.Id)).Bytes;

    /// <summary>I/O queues that the taker has, of both kinds.</summary>
    public async ValueTask<int> QueuesTakenAsync() =>
        (await Host.ReadStateAsync(To.Id)).Decoded is { } state ? state.SubmissionQueues.Length + state.CompletionQueues.Length : -1;

    /// <summary>Lets the guest go on at the taker, which took the state: resumed, its queues and interrupts behind the same face.</summary>
    public async ValueTask MoveAsync()
    {
        From.MoveTo(To);
        await Host.MustResumeAsync(To.Id);
    }
}
