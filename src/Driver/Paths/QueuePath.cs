using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>A completion that answers no command in flight.</summary>
/// <param name="At">ns; when it was consumed.</param>
/// <param name="Match"><see cref="CidMatch.Doubled"/> or <see cref="CidMatch.Unknown"/>.</param>
public readonly record struct StrayCompletion(long At, CidMatch Match, CompletionEntry Entry);

/// <summary>
/// Commands over one queue pair. With an empty buffer the data pointer of a command goes out as given; with one it is built here, and
/// its list pages stay the command's own until it is answered. Tickets are pooled; after warm-up a command allocates nothing.
/// <para>An abandoned command keeps its slot, list pages and buffer (<see cref="Pinned"/>) until its answer comes after all.</para>
/// </summary>
public sealed class QueuePath : ICommandPath, ICompletionSink
{
    private readonly World _world;
    private readonly DataPointers _pointers;
    private readonly QueuePathOptions _options;
    private readonly CommandSlots _slots;
    private readonly InFlight[] _inFlight;
    private readonly ulong[] _lists;
    private readonly int _listsPerSlot;
    private readonly Queue<Waiting> _waiting = new();
    private readonly Stack<Ticket> _pool = new();
    private readonly List<StrayCompletion> _strays = [];
    private AsyncEvents? _events;
    private int _eventsHeld;
    private int _maxTransfer;

    private struct InFlight
    {
        public Ticket? Ticket;
        public DmaBuffer Data;
        public DmaBuffer Metadata;
        public long Position;
        public int ListCount;
        public bool IsEvent;
        public bool Released;
    }

    private readonly record struct Waiting(SubmissionEntry Command, DmaBuffer Data, DmaBuffer Metadata, Ticket? Ticket);

    public QueuePath(World world, QueuePair queue, DataPointers pointers, QueuePathOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Depth, queue.Completion.Entries);
        _world = world;
        _pointers = pointers;
        _options = options;
        _maxTransfer = options.MaxTransfer;
        Queue = queue;
        _slots = new CommandSlots(options.Depth);
        _inFlight = new InFlight[options.Depth];
        _listsPerSlot = pointers.MaxListPages(options.MaxTransfer, options.Kind);
        _lists = new ulong[options.Depth * _listsPerSlot];
    }

    public QueuePair Queue { get; }

    public PathCapabilities Capabilities =>
        new(_options.Name, _options.Depth - _eventsHeld, LongLivedBuffers: true, _events is not null, Metadata: true, _maxTransfer);

    public IEventSource? Events => _events;

    /// <summary>Commands in the queue or the device, events included.</summary>
    public int InFlightCount => _slots.InFlight;

    /// <summary>Commands not yet put into the queue.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Asynchronous Event Requests outstanding.</summary>
    public int EventsHeld => _eventsHeld;

    /// <summary>The status with which the controller refused an Asynchronous Event Request, if it did.</summary>
    public Status? EventsRefused { get; private set; }

    /// <summary>No more commands are taken: one was abandoned, or the queue is closed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Completions that answered nothing, oldest first.</summary>
    public IReadOnlyList<StrayCompletion> Strays => _strays;

    /// <summary>Buffers of commands that were given up and not answered: the device may still use them.</summary>
    public IEnumerable<DmaBuffer> Pinned
    {
        get
        {
            for (var slot = 0; slot < _inFlight.Length; slot++)
            {
                if (!_slots.IsInFlight(slot) || _inFlight[slot].Ticket is not { Outcome: TicketOutcome.Unknown }) continue;
                if (!_inFlight[slot].Data.IsEmpty) yield return _inFlight[slot].Data;
                if (!_inFlight[slot].Metadata.IsEmpty) yield return _inFlight[slot].Metadata;
            }
        }
    }

    /// <summary>Lowers the largest transfer, once the controller's MDTS is known. Bytes.</summary>
    public void LimitTransfer(int bytes) => _maxTransfer = Math.Min(_maxTransfer, bytes);

    public Ticket Submit(in SubmissionEntry command, in DmaBuffer data = default, in DmaBuffer metadata = default)
    {
        // Against what list pages were reserved for: a command above MDTS is the device's to refuse.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, _options.MaxTransfer);
        var ticket = _pool.Count > 0 ? _pool.Pop() : new Ticket(_world);
        ticket.Completion = default;
        ticket.SubmittedAt = _world.Now;
        ticket.CompletedAt = 0;
        ticket.Outcome = IsDead ? TicketOutcome.Unknown : TicketOutcome.Pending;
        if (IsDead) return ticket;
        Give(new Waiting(command, data, metadata, ticket));
        return ticket;
    }

    public void Release(Ticket ticket)
    {
        var slot = ticket.Outcome == TicketOutcome.Completed ? -1 : SlotOf(ticket);
        if (slot >= 0) _inFlight[slot].Released = true;
        else if (ticket.IsDone) _pool.Push(ticket);
    }

    public void Abandon(Ticket ticket)
    {
        if (ticket.IsDone) return;
        Die();
        GiveUp(ticket);
    }

    /// <summary>Ends the path: its queue was deleted or its controller reset. What was pending is unknown; nothing stays pinned.</summary>
    public void Close()
    {
        Die();
        _eventsHeld = 0;
        for (var slot = 0; slot < _inFlight.Length; slot++)
        {
            if (!_slots.IsInFlight(slot)) continue;
            var ticket = _inFlight[slot].Ticket;
            _slots.Drop(slot);
            Vacate(slot);
            if (ticket is { IsDone: false }) GiveUp(ticket);
        }
    }

    /// <summary>Keeps that many Asynchronous Event Requests outstanding and reports their events in <see cref="Events"/>.</summary>
    public void HoldEvents(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Min(_options.Depth, Queue.Entries - 1) - 1);
        _events ??= new AsyncEvents(_world);
        for (; _eventsHeld < count; _eventsHeld++) RequestEvent();
    }

    /// <summary>Takes what is posted now, without waiting for an interrupt; the completion queue is this path's alone.</summary>
    public int Poll() => Queue.Poll(this, int.MaxValue);

    /// <summary>True when the device is known to have fetched the command: it is answered, or a reported head has passed it.</summary>
    public bool WasFetched(Ticket ticket)
    {
        var slot = SlotOf(ticket);
        return slot < 0 ? ticket.Outcome == TicketOutcome.Completed : _inFlight[slot].Position < Queue.Fetched;
    }

    /// <summary>The command identifier that a pending command went out with; false while it waits and once it is answered.</summary>
    public bool TryGetCid(Ticket ticket, out ushort cid)
    {
        var slot = SlotOf(ticket);
        cid = slot < 0 ? (ushort)0 : _slots.CidOf(slot);
        return slot >= 0;
    }

    void ICompletionSink.Completed(QueuePair queue, in CompletionEntry entry)
    {
        var match = queue.Qid == entry.SqId ? _slots.Complete(entry.Cid, out var slot) : Mismatch(out slot);
        if (match != CidMatch.Ours)
        {
            _strays.Add(new StrayCompletion(_world.Now, match, entry));
            return;
        }

        var command = _inFlight[slot];
        Vacate(slot);
        if (command.IsEvent) EventAnswered(entry);
        else Answer(command, entry);
        IssueWaiting();
    }

    private static CidMatch Mismatch(out int slot)
    {
        slot = -1;
        return CidMatch.Unknown;
    }

    private void Answer(in InFlight command, in CompletionEntry entry)
    {
        var ticket = command.Ticket!;
        ticket.Completion = entry;
        ticket.CompletedAt = _world.Now;
        if (!ticket.IsDone)
        {
            ticket.Outcome = TicketOutcome.Completed;
            ticket.Signal.Raise();
        }

        if (command.Released) _pool.Push(ticket);
    }

    private void EventAnswered(in CompletionEntry entry)
    {
        if (!entry.Status.IsSuccess)
        {
            EventsRefused = entry.Status;
            _eventsHeld--;
            return;
        }

        _events!.Report(new ReportedEvent(_world.Now, entry.Dw0, entry.Dw1));
        if (IsDead) _eventsHeld--;
        else RequestEvent();
    }

    private void RequestEvent()
    {
        // An event request is a command like any other but for its ticket, which nobody waits for.
        Give(new Waiting(AdminCommand.AsyncEventRequest(), default, default, null));
    }

    private void IssueWaiting()
    {
        while (_waiting.TryPeek(out var next) && TryIssue(next)) _waiting.Dequeue();
        Queue.Ring();
    }

    /// <summary>Into the queue, or behind those that wait for room in it.</summary>
    private void Give(in Waiting next)
    {
        if (_waiting.Count > 0 || !TryIssue(next)) _waiting.Enqueue(next);
        else Queue.Ring();
    }

    private bool TryIssue(in Waiting next)
    {
        if (Queue.FreeSlots == 0 || !_slots.TryTake(out var slot, out var cid)) return false;
        var (command, data, metadata, ticket) = next;
        ref var inFlight = ref _inFlight[slot];
        inFlight = new InFlight { Ticket = ticket, Data = data, Metadata = metadata, Position = Queue.Put, IsEvent = ticket is null };
        command.Cid = cid;
        var lists = _lists.AsSpan(slot * _listsPerSlot, _listsPerSlot);
        if (!data.IsEmpty) inFlight.ListCount = _pointers.Build(ref command, data.Iova, data.Length, _options.Kind, lists);
        if (!metadata.IsEmpty) command.Mptr = metadata.Iova;
        return Queue.TryPut(command);
    }

    private void Vacate(int slot)
    {
        _pointers.Return(_lists.AsSpan(slot * _listsPerSlot, _inFlight[slot].ListCount));
        _inFlight[slot] = default;
    }

    private void Die()
    {
        IsDead = true;
        while (_waiting.TryDequeue(out var waiting))
        {
            if (waiting.Ticket is { } ticket) GiveUp(ticket);
            else _eventsHeld--;
        }
    }

    private static void GiveUp(Ticket ticket)
    {
        if (ticket.IsDone) return;
        ticket.Outcome = TicketOutcome.Unknown;
        ticket.Signal.Raise();
    }

    private int SlotOf(Ticket ticket)
    {
        for (var slot = 0; slot < _inFlight.Length; slot++)
        {
            if (ReferenceEquals(_inFlight[slot].Ticket, ticket)) return slot;
        }

        return -1;
    }
}
