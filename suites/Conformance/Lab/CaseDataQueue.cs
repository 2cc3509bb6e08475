using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>What Get Features of feature 21h tells of a data queue.</summary>
/// <param name="Head">HP.</param>
/// <param name="Trigger">TPT where ETPT is set; null: off.</param>
public readonly record struct DataQueueSettings(uint Head, uint? Trigger);

/// <summary>A user data migration queue as its host sees it. Entries are taken by their phase; the device is told the head when asked to.</summary>
public sealed class CaseDataQueue
{
    private readonly CaseHost _host;
    private readonly IReadOnlyList<DmaBuffer> _pieces;
    private readonly int _slotsOfPiece;
    private bool _phase = true;

    /// <param name="host">Whose memory it is in.</param>
    /// <param name="id">CDQID.</param>
    /// <param name="pieces">Its memory in order, all but the last of the same size.</param>
    /// <param name="entries">Slots.</param>
    internal CaseDataQueue(CaseHost host, ushort id, IReadOnlyList<DmaBuffer> pieces, int entries)
    {
        (_host, Id, _pieces, Entries) = (host, id, pieces, entries);
        _slotsOfPiece = pieces.Count == 1 ? entries : pieces[0].Length / LbaMigrationQueueEntry.Size;
    }

    /// <summary>CDQID.</summary>
    public ushort Id { get; }

    /// <summary>Slots; one always stays empty.</summary>
    public int Entries { get; }

    /// <summary>Pages between its own that are nobody's, zeroed when it was created.</summary>
    public IReadOnlyList<DmaBuffer> Between { get; init; } = [];

    /// <summary>The slot that is looked at next.</summary>
    public int Head { get; private set; }

    /// <summary>The phase that the next entry will have.</summary>
    public bool NextPhase => _phase;

    /// <summary>What stands in a slot, whether or not it was posted.</summary>
    public LbaMigrationQueueEntry Peek(int slot) => Wire.Read<LbaMigrationQueueEntry>(
        _pieces[slot / _slotsOfPiece].Slice(slot % _slotsOfPiece * LbaMigrationQueueEntry.Size, LbaMigrationQueueEntry.Size).Read());

    /// <summary>All slots as they stand.</summary>
    public LbaMigrationQueueEntry[] PeekAll() => [.. Enumerable.Range(0, Entries).Select(Peek)];

    /// <summary>Whether the slot that is looked at next holds an entry.</summary>
    public bool HasNext => Peek(Head).Attributes.Phase == _phase;

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

    /// <summary>The same, once there are so many or the time is over: an entry may come after the command that it tells of.</summary>
    public async ValueTask<IReadOnlyList<LbaMigrationQueueEntry>> TakeAsync(int count)
    {
        var taken = new List<LbaMigrationQueueEntry>();
        await _host.Lab.ReachesAsync(() =>
        {
            taken.AddRange(Take());
            return taken.Count >= count;
        });
        return taken;
    }

    /// <summary>Tells the device how far the host is, and where an event is wanted.</summary>
    public ValueTask<CommandAnswer> TellHeadAsync(uint? trigger = null, uint? head = null) =>
        _host.AdminAsync(MigrationCommand.SetControllerDataQueue(Id, head ?? (uint)Head, trigger));

    /// <summary>The same as a step of setting up.</summary>
    public async ValueTask MustTellHeadAsync(uint? trigger = null) => Lab.Must("Set Features, Controller Data Queue", await TellHeadAsync(trigger));

    /// <summary>What the device has as its head and trigger; a step of setting up.</summary>
    public async ValueTask<DataQueueSettings> SettingsAsync()
    {
        var reading = await _host.Pf.ReadBytesAsync(MigrationCommand.GetControllerDataQueue(Id), ControllerDataQueueFeature.Size);
        var data = Wire.Read<ControllerDataQueueFeature>(Lab.Must("Get Features, Controller Data Queue", reading));
        var enabled = new ControllerDataQueueFeatureResult(reading.Answer.Completion.Dw0).EnableTailPointerTrigger;
        return new DataQueueSettings(data.HeadPointer, enabled ? data.TailPointerTrigger : null);
    }

    public ValueTask<CommandAnswer> DeleteAsync() => _host.AdminAsync(MigrationCommand.DeleteControllerDataQueue(Id));

    /// <summary>The blocks of a namespace that range entries name; ends the case where an entry names more than can be looked at one by one.</summary>
    public static SortedSet<ulong> BlocksOf(IEnumerable<LbaMigrationQueueEntry> entries, uint nsid = 1)
    {
        const uint most = 1 << 20;
        var blocks = new SortedSet<ulong>();
        foreach (var entry in entries)
        {
            if (entry.Attributes.Change != LbaChange.Range || entry.Nsid != nsid) continue;
            if (entry.NlbZ >= most) throw CaseEnd.Inconclusive($"an entry names {entry.NlbZ + 1UL} blocks from {entry.Slba} on, which are too many to look at");
            for (var i = 0UL; i <= entry.NlbZ; i++) blocks.Add(entry.Slba + i);
        }

        return blocks;
    }
}
