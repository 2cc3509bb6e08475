using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// While a command of a queue is executed the processor fetches what the next ones will touch: first where the medium's table says that their blocks are, a
/// command later the blocks. Guesses, that nothing depends on: each entry is read again when it is fetched.
/// </summary>
internal sealed class LookAhead
{
    // Entries from the head on. The first is a power of two.
    private const int Far = 4;
    private const int Near = 3;

    private readonly Guess[] _guesses = new Guess[Far];
    private int _head = -1;
    private int _first;
    private int _placed;
    private int _fetched;

    /// <summary>Where a command will begin; NSID 0: nowhere.</summary>
    private readonly record struct Guess(uint Nsid, ulong Lba);

    /// <param name="c">The controller.</param>
    /// <param name="queue">The command at its head is about to be fetched.</param>
    public void Next(ControllerCore c, SubmissionQueue queue)
    {
        // Somebody else has moved the head: what was looked at is no longer what comes.
        if (queue.Head != _head) _placed = _fetched = 0;
        var waiting = queue.Waiting;
        if (waiting < 2 && _placed == 0) return;
        for (; _placed < Far && _placed < waiting; _placed++)
        {
            ref var guess = ref _guesses[(_first + _placed) & (Far - 1)];
            guess = Look(c, queue, _placed);
            if (guess.Nsid != 0) c.FindNamespace(guess.Nsid)?.Medium.PrefetchPlace(guess.Lba);
        }

        for (; _fetched < Near && _fetched < _placed; _fetched++)
        {
            ref readonly var guess = ref _guesses[(_first + _fetched) & (Far - 1)];
            if (guess.Nsid != 0) c.FindNamespace(guess.Nsid)?.Medium.Prefetch(guess.Lba);
        }

        // The head goes.
        _first++;
        _placed--;
        _fetched--;
        _head = queue.Head + 1 == queue.Entries ? 0 : queue.Head + 1;
    }

    private static Guess Look(ControllerCore c, SubmissionQueue queue, int ahead)
    {
        var slot = queue.Head + ahead;
        if (slot >= queue.Entries) slot -= queue.Entries;
        var bytes = c.Glance(queue.Memory.AddressOf(slot), SubmissionEntry.Size);
        if (bytes.IsEmpty) return default;
        ref readonly var entry = ref MemoryMarshal.AsRef<SubmissionEntry>(bytes);
        return (NvmOpcode)entry.Opcode is NvmOpcode.Read or NvmOpcode.Write
            ? new Guess(entry.Nsid, entry.Cdw10 | ((ulong)entry.Cdw11 << 32))
            : default;
    }
}
