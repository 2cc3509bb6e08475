using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>A user data migration queue as its host sees it. Entries are taken by their phase; the device is told the head when asked to.</summary>
public sealed class CaseDataQueue
{
    private readonly CaseHost _host;
    private readonly DmaBuffer _memory;
    private bool _phase = true;

    internal CaseDataQueue(CaseHost host, ushort id, DmaBuffer memory, int entries) => (_host, Id, _memory, Entries) = (host, id, memory, entries);

    /// <summary>CDQID.</summary>
    public ushort Id { get; }

    /// <summary>Slots; one always stays empty.</summary>
    public int Entries { get; }

    /// <summary>The slot that is looked at next.</summary>
    public int Head { get; private set; }

    /// <summary>What stands in a slot, whether or not it was posted.</summary>
    public LbaMigrationQueueEntry Peek(int slot) => Wire.Read<LbaMigrationQueueEntry>(_memory.Slice(slot * LbaMigrationQueueEntry.Size, LbaMigrationQueueEntry.Size).Read());

    /// <summary>All entries posted since the last call; the head is not told.</summary>
    public IReadOnlyList<LbaMigrationQueueEntry> Take()
    {
        var taken = new List<LbaMigrationQueueEntry>();
        while (taken.Count < Entries && Peek(Head) is var entry && entry.Attributes.Phase == _phase)
        {
            taken.Add(entry);
            if (++Head != Entries) continue;
            Head = 0;
            _phase = !_phase;
        }

        return taken;
    }

    /// <summary>Tells the device how far the host is, and where an event is wanted.</summary>
    public ValueTask<CommandAnswer> TellHeadAsync(uint? trigger = null, uint? head = null) =>
        _host.AdminAsync(MigrationCommand.SetControllerDataQueue(Id, head ?? (uint)Head, trigger));

    public ValueTask<CommandAnswer> DeleteAsync() => _host.AdminAsync(MigrationCommand.DeleteControllerDataQueue(Id));

    /// <summary>The blocks of a namespace that range entries name.</summary>
    public static SortedSet<ulong> BlocksOf(IEnumerable<LbaMigrationQueueEntry> entries, uint nsid = 1)
    {
        var blocks = new SortedSet<ulong>();
        foreach (var entry in entries)
        {
            if (entry.Attributes.Change != LbaChange.Range || entry.Nsid != nsid) continue;
            for (var i = 0UL; i <= entry.NlbZ; i++) blocks.Add(entry.Slba + i);
        }

        return blocks;
    }
}
