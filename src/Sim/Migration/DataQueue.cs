using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// A Controller Data Queue that logs one controller's changes of user data (Base 2.3 8.1.7, NVM Command Set 5.6). The last free slot is
/// kept for the entry that says that the queue became full.
/// </summary>
internal sealed class DataQueue(ushort id, ControllerCore owner, ControllerCore target, QueueMemory memory, int entries)
{
    private const ulong MostBlocks = 1UL << 32;

    private MediumRange _gathered;

    /// <summary>Changes of one step that lie together, and are one entry.</summary>
    private readonly record struct MediumRange(uint Nsid, ulong Slba, ulong Count, bool Deallocated)
    {
        private ulong End => Slba + Count;

        /// <summary>Both as one range; false where they do not touch, or one entry cannot say it.</summary>
        public bool TryJoin(in MediumRange other, out MediumRange joined)
        {
            var (first, end) = (Math.Min(Slba, other.Slba), Math.Max(End, other.End));
            joined = this with { Slba = first, Count = end - first };
            return Nsid == other.Nsid && Deallocated == other.Deallocated && other.Slba <= End && Slba <= other.End && joined.Count <= MostBlocks;
        }
    }

    /// <summary>CDQID on its owner.</summary>
    public ushort Id { get; } = id;

    /// <summary>The management controller that created it; its memory is in that function's space.</summary>
    public ControllerCore Owner { get; } = owner;

    /// <summary>The controller whose changes are logged.</summary>
    public ControllerCore Target { get; } = target;

    public QueueMemory Memory { get; } = memory;

    public int Entries { get; } = entries;

    /// <summary>Next slot that the host consumes, as it last said.</summary>
    public int Head { get; set; }

    /// <summary>Next slot to post.</summary>
    public int Tail { get; private set; }

    /// <summary>Phase of the next entry.</summary>
    public bool Phase { get; private set; } = true;

    /// <summary>The host started logging, and it has not stopped.</summary>
    public bool IsLogging { get; private set; }

    /// <summary>ETPT and TPT; null while not enabled.</summary>
    public int? TailTrigger { get; set; }

    public int Occupied => Tail >= Head ? Tail - Head : Tail - Head + Entries;

    public bool IsEmpty => Tail == Head;

    public bool IsFull => Free == 0;

    private int Free => Entries - 1 - Occupied;

    /// <summary>
    /// Whether a host may say that it consumes this slot next: one with an entry, or the tail when it has consumed all. Nothing else
    /// when empty (Base 2.3 5.2.26.1.23).
    /// </summary>
    public bool Accepts(uint head) =>
        head < (uint)Entries && ((int)head >= Head ? (int)head - Head : (int)head - Head + Entries) <= Occupied;

    /// <summary>Takes back an event about the tail pointer that has not been reported.</summary>
    public void WithdrawTailEvent() => Withdraw(OneShotInformation.ControllerDataQueueTailPointer);

    /// <summary>Takes back whatever has not been reported: the identifier may soon name another queue.</summary>
    public void WithdrawEvents()
    {
        WithdrawTailEvent();
        Withdraw(OneShotInformation.ControllerDataQueueFull);
    }

    private void Withdraw(OneShotInformation information)
    {
        var unwanted = AsyncEvent.Of(OneShotEvent.OfQueue(information, Id));
        Owner.Events.Withdraw(pending => pending == unwanted);
    }

    /// <summary>Starts logging with a first entry.</summary>
    public void Start()
    {
        IsLogging = true;
        Post(LbaMigrationQueueEntry.Mark(EntrySequence.First, Phase));
    }

    /// <summary>Stops logging with a last entry.</summary>
    public void Stop()
    {
        if (!IsLogging) return;
        Post(LbaMigrationQueueEntry.Mark(EntrySequence.LastStopped, Phase));
        IsLogging = false;
    }

    /// <summary>Stops logging without an entry.</summary>
    public void Silence() => IsLogging = false;

    /// <summary>The target was suspended: a last entry; logging goes on when it is resumed.</summary>
    public void Suspended()
    {
        if (IsLogging) Post(LbaMigrationQueueEntry.Mark(EntrySequence.LastSuspended, Phase));
    }

    /// <summary>The target was resumed: a first entry.</summary>
    public void Resumed()
    {
        if (IsLogging) Post(LbaMigrationQueueEntry.Mark(EntrySequence.First, Phase));
    }

    /// <summary>Logs a change that took effect.</summary>
    public void Log(in MediumChange change)
    {
        if (!IsLogging) return;
        var nsid = change.Namespace.Nsid;
        var deallocated = change.Kind == MediumChangeKind.Deallocated;
        // A whole namespace is a range too: an entry that is neither first nor last must name one (NVM Command Set 5.6).
        var (slba, count) = change.Kind == MediumChangeKind.All ? (0, change.Namespace.Blocks) : (change.Slba, change.Blocks);
        var range = new MediumRange(nsid, slba, count, deallocated);
        if (!Owner.Options.Migration.MergesEntries)
        {
            Post(in range);
            return;
        }

        if (_gathered.Count != 0 && _gathered.TryJoin(in range, out var joined))
        {
            _gathered = joined;
            return;
        }

        Flush();
        _gathered = range;
    }

    /// <summary>Posts what was gathered: the step that changed it ends.</summary>
    public void Flush()
    {
        if (_gathered.Count == 0) return;
        var range = _gathered;
        _gathered = default;
        Post(in range);
    }

    private void Post(in MediumRange range)
    {
        for (var done = 0UL; done < range.Count && IsLogging;)
        {
            var blocks = Math.Min(range.Count - done, MostBlocks);
            Post(LbaMigrationQueueEntry.Range(range.Nsid, range.Slba + done, (uint)(blocks - 1), Phase, range.Deallocated));
            done += blocks;
        }
    }

    /// <summary>An entry was written at the tail.</summary>
    public void Posted()
    {
        var slot = Tail;
        if (++Tail == Entries)
        {
            Tail = 0;
            Phase = !Phase;
        }

        if (TailTrigger != slot) return;
        TailTrigger = null;
        Owner.Raise(AsyncEvent.Of(OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueTailPointer, Id)));
    }

    private void Post(LbaMigrationQueueEntry entry)
    {
        if (IsFull)
        {
            IsLogging = false;
            return;
        }

        var full = Free == 1;
        if (full) entry.Attributes = entry.Attributes with { Sequence = EntrySequence.LastFull };
        Owner.Steps.DataQueue.Run(Owner, this, entry);
        if (!full) return;
        IsLogging = false;
        Owner.Raise(AsyncEvent.Of(OneShotEvent.OfQueue(OneShotInformation.ControllerDataQueueFull, Id)));
    }
}

/// <summary>The Controller Data Queues of one management controller, by CDQID.</summary>
internal sealed class DataQueueSet
{
    private readonly SortedDictionary<ushort, DataQueue> _queues = [];

    public IReadOnlyCollection<DataQueue> All => _queues.Values;

    public DataQueue? Find(ushort cdqid) => _queues.GetValueOrDefault(cdqid);

    /// <summary>The lowest identifier that names no queue.</summary>
    public ushort FreeId()
    {
        ushort id = 1;
        while (_queues.ContainsKey(id)) id++;
        return id;
    }

    public void Add(DataQueue queue)
    {
        _queues.Add(queue.Id, queue);
        queue.Target.UserDataLog = queue;
    }

    public void Remove(DataQueue queue)
    {
        _queues.Remove(queue.Id);
        queue.WithdrawEvents();
        if (ReferenceEquals(queue.Target.UserDataLog, queue)) queue.Target.UserDataLog = null;
    }

    public void Clear()
    {
        foreach (var queue in All.ToArray()) Remove(queue);
    }
}

/// <summary>What happens to the queue that logs a controller when something happens to the controller.</summary>
internal static class DataQueues
{
    public static void ControllerSuspended(ControllerCore c) => c.UserDataLog?.Suspended();

    public static void ControllerResumed(ControllerCore c) => c.UserDataLog?.Resumed();

    public static void ControllerWasReset(ControllerCore c)
    {
        if (c.Options.Ambiguities.LogAfterReset == Device.LoggingAfterReset.Stops) c.UserDataLog?.Silence();
    }

    /// <summary>Deletes the queue that logs a controller, if any.</summary>
    public static void Delete(ControllerCore c)
    {
        if (c.UserDataLog is { } queue) queue.Owner.DataQueues.Remove(queue);
    }
}
