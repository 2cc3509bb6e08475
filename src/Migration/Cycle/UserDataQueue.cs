using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// The host's end of a user data migration queue: LBA migration queue entries that the device writes into PF memory, consumed by
/// phase, the head given back by Set Features 21h (Base 2.3 8.1.7).
/// </summary>
public sealed class UserDataQueue
{
    private readonly ControllingFunction _controlling;
    private readonly DmaBuffer _entries;
    private readonly int _slots;
    private readonly LbaMigrationQueueEntry[] _consumed;
    private int _head;
    private bool _phase = true;

    private UserDataQueue(ControllingFunction controlling, ushort id, DmaBuffer entries, int slots)
    {
        _controlling = controlling;
        Id = id;
        _entries = entries;
        _slots = slots;
        _consumed = new LbaMigrationQueueEntry[slots];
    }

    /// <summary>CDQID.</summary>
    public ushort Id { get; }

    public static async ValueTask<(Outcome Outcome, UserDataQueue? Queue)> CreateAsync(ControllingFunction controlling, ushort cntlid, int slots)
    {
        // Rented memory is zeroed: the host clears the phase bits before the queue is created.
        var entries = controlling.Memory.Rent(slots * LbaMigrationQueueEntry.Size);
        var command = MigrationCommand.CreateUserDataMigrationQueue(cntlid, (uint)slots) with { Prp1 = entries.Iova };
        var answer = await controlling.AdminAsync(command);
        if (answer.IsOk) return (Outcome.Ok, new UserDataQueue(controlling, (ushort)answer.Completion.Dw0, entries, slots));
        if (answer.Outcome == TicketOutcome.Completed) controlling.Memory.Return(entries);
        return (Outcome.Of("Controller Data Queue, create", answer), null);
    }

    /// <summary>Takes the entry at the head; false when none was posted.</summary>
    public bool TryTake(out LbaMigrationQueueEntry entry)
    {
        var at = _entries.Offset + ((long)_head * LbaMigrationQueueEntry.Size);
        // The phase stands in the last byte, which the device writes last.
        var last = _entries.Memory!.LoadAcquire(at + LbaMigrationQueueEntry.Size - sizeof(uint));
        entry = default;
        if (((last >> 24) & 1) == 1 != _phase) return false;
        entry = _entries.Memory.Load<LbaMigrationQueueEntry>(at);
        _consumed[_head] = entry;
        if (++_head == _slots)
        {
            _head = 0;
            _phase = !_phase;
        }

        return true;
    }

    /// <summary>
    /// The slot at the head where it was written and has not the phase of an entry (CDQ-29): what was consumed of the pass before, or the
    /// zeroes of the beginning, is no longer there. Null where nothing was written.
    /// </summary>
    public int? WrongPhaseAt =>
        _entries.Memory!.Load<LbaMigrationQueueEntry>(_entries.Offset + ((long)_head * LbaMigrationQueueEntry.Size)) is var now
        && now.Attributes.Phase != _phase && now != _consumed[_head] ? _head : null;

    /// <summary>Tells the device how far we are.</summary>
    public async ValueTask<Outcome> ReleaseAsync() =>
        Outcome.Of("Set Features, Controller Data Queue", await _controlling.AdminAsync(MigrationCommand.SetControllerDataQueue(Id, (uint)_head)));

    public async ValueTask<Outcome> DeleteAsync()
    {
        var answer = await _controlling.AdminAsync(MigrationCommand.DeleteControllerDataQueue(Id));
        if (answer.Outcome == TicketOutcome.Completed) _controlling.Memory.Return(_entries);
        return Outcome.Of("Controller Data Queue, delete", answer);
    }
}
