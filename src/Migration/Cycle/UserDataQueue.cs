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
    private readonly QueueMemory _entries;
    private readonly List<DmaBuffer> _rented;
    private readonly LbaMigrationQueueEntry[] _consumed;
    private int _head;
    private bool _phase = true;
    private bool _deleted;

    private UserDataQueue(ControllingFunction controlling, ushort id, QueueMemory entries, List<DmaBuffer> rented)
    {
        (_controlling, Id, _entries, _rented) = (controlling, id, entries, rented);
        _consumed = new LbaMigrationQueueEntry[entries.Entries];
    }

    /// <summary>CDQID.</summary>
    public ushort Id { get; }

    /// <summary>Times that <see cref="ReleaseAsync"/> asked for an event about the tail.</summary>
    public int Armed { get; private set; }

    /// <param name="controlling">Whose memory and admin queue it is on.</param>
    /// <param name="cntlid">The controller whose changes are logged.</param>
    /// <param name="slots">Entries; one always stays empty.</param>
    /// <param name="scattered">PC 0: pages that are not neighbours, named by a PRP list of one page.</param>
    public static async ValueTask<(Outcome Outcome, UserDataQueue? Queue)> CreateAsync(
        ControllingFunction controlling, ushort cntlid, int slots, bool scattered)
    {
        // Rented memory is zeroed: the host clears the phase bits before the queue is created.
        var rented = new List<DmaBuffer>();
        var memory = scattered ? Scatter(controlling, slots, rented) : Together(controlling, slots, rented);
        var answer = await controlling.AdminAsync(
            MigrationCommand.CreateUserDataMigrationQueue(cntlid, (uint)slots, pc: !scattered) with { Prp1 = memory.Prp1 });
        var cdqid = new CreateControllerDataQueueResult(answer.Completion.Dw0).Cdqid;
        if (answer.IsOk) return (Outcome.Ok, new UserDataQueue(controlling, cdqid, memory, rented));
        if (answer.Outcome == TicketOutcome.Completed) GiveBack(controlling, rented);
        return (Outcome.Of("Controller Data Queue, create", answer), null);
    }

    /// <summary>Takes the entry at the head; false when none was posted.</summary>
    public bool TryTake(out LbaMigrationQueueEntry entry)
    {
        var at = _entries.At(_head);
        // The phase stands in the last byte, which the device writes last.
        var last = _controlling.Memory.Space.LoadAcquire(at + LbaMigrationQueueEntry.Size - sizeof(uint));
        entry = default;
        if (((last >> 24) & 1) == 1 != _phase) return false;
        entry = _controlling.Memory.Space.Load<LbaMigrationQueueEntry>(at);
        _consumed[_head] = entry;
        if (++_head == _consumed.Length)
        {
            _head = 0;
            _phase = !_phase;
        }

        return true;
    }

    /// <summary>
    /// The slot at the head where it was written and has not the phase of an entry (LM-UDT-29): what was consumed of the pass before, or the
    /// zeroes of the beginning, is no longer there. Null where nothing was written.
    /// </summary>
    public int? WrongPhaseAt =>
        _controlling.Memory.Space.Load<LbaMigrationQueueEntry>(_entries.At(_head)) is var now
        && now.Attributes.Phase != _phase && now != _consumed[_head] ? _head : null;

    /// <summary>Tells the device how far we are, and to report an event when the slot <paramref name="ahead"/> from there is filled; 0 for none.</summary>
    public async ValueTask<Outcome> ReleaseAsync(int ahead = 0)
    {
        if (_deleted) return Outcome.Ok;
        uint? trigger = ahead > 0 ? (uint)((_head + ahead) % _consumed.Length) : null;
        if (trigger is not null) Armed++;
        var command = MigrationCommand.SetControllerDataQueue(Id, (uint)_head, trigger);
        return Outcome.Of("Set Features, Controller Data Queue", await _controlling.AdminAsync(command));
    }

    /// <summary>A suspend has deleted it (DUDMQ): what was posted can still be taken, and there is nothing to give back but memory.</summary>
    public void WasDeleted() => _deleted = true;

    /// <summary>What the device says of a queue of this identifier.</summary>
    public ValueTask<CommandAnswer> AskAsync() => AskAsync(_controlling, Id);

    /// <summary>Deletes it where that was not done, and gives its memory back.</summary>
    public async ValueTask<Outcome> DeleteAsync()
    {
        if (!_deleted)
        {
            var answer = await _controlling.AdminAsync(MigrationCommand.DeleteControllerDataQueue(Id));
            if (answer.Outcome == TicketOutcome.Completed) GiveBack(_controlling, _rented);
            return Outcome.Of("Controller Data Queue, delete", answer);
        }

        GiveBack(_controlling, _rented);
        return Outcome.Ok;
    }

    private static async ValueTask<CommandAnswer> AskAsync(ControllingFunction controlling, ushort id) =>
        (await controlling.Client.ReadBytesAsync(MigrationCommand.GetControllerDataQueue(id), GuestMemory.PageSize)).Answer;

    private static QueueMemory Together(ControllingFunction controlling, int slots, List<DmaBuffer> rented)
    {
        rented.Add(controlling.Memory.Rent(slots * LbaMigrationQueueEntry.Size));
        return new QueueMemory(rented[0].Iova, slots, LbaMigrationQueueEntry.Size);
    }

    private static QueueMemory Scatter(ControllingFunction controlling, int slots, List<DmaBuffer> rented)
    {
        var pages = ((slots * LbaMigrationQueueEntry.Size) + GuestMemory.PageSize - 1) / GuestMemory.PageSize;
        if (pages > GuestMemory.PageSize / sizeof(ulong))
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "More pages than one PRP list names.");
        for (var i = 0; i < pages; i++) rented.Add(controlling.Memory.Rent(GuestMemory.PageSize));
        // Descending, so that no page follows its neighbour and a device that ignores the list goes wrong.
        ulong[] iovas = [.. rented.Select(page => page.Iova).OrderDescending()];
        var list = controlling.Memory.Rent(GuestMemory.PageSize);
        for (var i = 0; i < pages; i++) controlling.Memory.Space.Store(list.Iova + (ulong)(i * sizeof(ulong)), iovas[i]);
        rented.Add(list);
        return new QueueMemory(iovas, GuestMemory.PageSize, slots, LbaMigrationQueueEntry.Size) { Prp1 = list.Iova };
    }

    private static void GiveBack(ControllingFunction controlling, List<DmaBuffer> rented)
    {
        foreach (var buffer in rented) controlling.Memory.Return(buffer);
    }
}
