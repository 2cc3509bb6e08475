namespace Conformance.Migration;

/// <content>What can be told of the guest from outside while it stands still.</content>
public sealed partial class Guest
{
    /// <summary>The blocks of changes whose completion is posted and not consumed.</summary>
    public IEnumerable<LbaRange> ChangesPosted()
    {
        foreach (var queue in _queues)
        {
            var posted = queue.Pair.CountPosted();
            for (var i = 0; i < posted; i++)
            {
                var entry = queue.Pair.Completion.Peek(i);
                var slot = queue.Slots.SlotOf(entry.Cid);
                if (slot >= queue.Slots.Count || !queue.Slots.IsInFlight(slot) || !entry.Status.IsSuccess) continue;
                var command = queue.InFlight[slot];
                if (command.Kind is not (IoKind.Read or IoKind.Flush)) yield return new LbaRange(command.Lba, (ulong)command.Blocks);
            }
        }
    }

    /// <summary>Where its I/O queues lie, as (address, bytes).</summary>
    internal IEnumerable<(ulong Iova, int Bytes)> QueueMemory()
    {
        foreach (var queue in _queues)
        {
            foreach (var run in queue.Pair.Memory.Runs()) yield return run;
            foreach (var run in queue.Pair.Completion.Memory.Runs()) yield return run;
        }
    }

    /// <summary>The buffers of its commands in flight, as (address, bytes).</summary>
    internal IEnumerable<(ulong Iova, int Bytes)> BuffersInFlight()
    {
        foreach (var queue in _queues)
        {
            for (var slot = 0; slot < queue.Slots.Count; slot++)
            {
                if (queue.Slots.IsInFlight(slot)) yield return (queue.Buffer(slot), Math.Max(1, queue.InFlight[slot].Blocks * BlockSize));
            }
        }
    }
}
