using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// While a command of a queue is executed the processor fetches what the next ones will touch: first where the medium's table says that their blocks are,
/// some commands later the beginning of each block, and shortly before its command the block. The first two for several commands at once: what they wait for
/// is the translation of an address, of which the processor does several in the time of one. Guesses, that nothing depends on: each entry is read again when
/// it is fetched.
/// </summary>
internal sealed class LookAhead
{
    /// <summary>Commands looked at at once.</summary>
    private const int Batch = 8;

    /// <summary>So many commands, that at the head among them, are begun with when the next batch is looked at.</summary>
    private const int Begun = 4;

    /// <summary>So many, that at the head among them, are fetched whole.</summary>
    private const int Whole = 3;

    /// <summary>Lines of 64 bytes, from where a processor's own looking ahead goes on.</summary>
    private const int WholeLines = 8;

    // Entries from the head on. A power of two, and room for two batches and what is begun with.
    private readonly Guess[] _guesses = new Guess[32];
    private int _head = -1;
    private int _first;
    private int _placed;
    private int _begun;
    private int _fetched;

    /// <summary>Where a command will begin.</summary>
    /// <param name="Medium">Whose block; null: nowhere.</param>
    /// <param name="Handle">Where its bytes are, once the table was looked at.</param>
    private record struct Guess(BlockStore? Medium, ulong Lba, int Handle);

    /// <param name="c">The controller.</param>
    /// <param name="queue">The command at its head is about to be fetched.</param>
    public void Next(ControllerCore c, SubmissionQueue queue)
    {
        // Somebody else has moved the head: what was looked at is no longer what comes.
        if (queue.Head != _head) _placed = _begun = _fetched = 0;
        if (_begun <= Begun)
        {
            var waiting = queue.Waiting;
            if (waiting < 2 && _placed == 0) return;
            Begin(c, queue, Math.Min(waiting, Begun + Batch));
            Place(c, queue, Math.Min(waiting, Begun + (2 * Batch)));
        }

        for (; _fetched < Whole && _fetched < _begun; _fetched++) Prefetch(At(_fetched), WholeLines);
        // The head goes.
        _first++;
        _placed--;
        _begun--;
        _fetched--;
        _head = queue.Head + 1 == queue.Entries ? 0 : queue.Head + 1;
    }

    private static void Prefetch(in Guess guess, int lines)
    {
        if (guess.Handle != 0) guess.Medium!.Prefetch(guess.Handle, guess.Lba, lines);
    }

    private static Guess Look(ControllerCore c, SubmissionQueue queue, int ahead)
    {
        var slot = queue.Head + ahead;
        if (slot >= queue.Entries) slot -= queue.Entries;
        var bytes = c.Glance(queue.Memory.AddressOf(slot), SubmissionEntry.Size);
        if (bytes.IsEmpty) return default;
        ref readonly var entry = ref MemoryMarshal.AsRef<SubmissionEntry>(bytes);
        return (NvmOpcode)entry.Opcode is NvmOpcode.Read or NvmOpcode.Write
            ? new Guess(c.FindNamespace(entry.Nsid)?.Medium, entry.Cdw10 | ((ulong)entry.Cdw11 << 32), 0)
            : default;
    }

    private void Place(ControllerCore c, SubmissionQueue queue, int most)
    {
        for (; _placed < most; _placed++)
        {
            ref var guess = ref At(_placed);
            guess = Look(c, queue, _placed);
            guess.Medium?.PrefetchPlace(guess.Lba);
        }
    }

    private void Begin(ControllerCore c, SubmissionQueue queue, int most)
    {
        Place(c, queue, most);
        for (var i = _begun; i < most; i++) At(i).Handle = At(i).Medium?.HandleOf(At(i).Lba) ?? 0;
        // Nothing between one and the next: the closer they are, the more of them are waited for at once.
        for (; _begun < most; _begun++) Prefetch(At(_begun), lines: 1);
    }

    private ref Guess At(int ahead) => ref _guesses[(_first + ahead) & (_guesses.Length - 1)];
}
