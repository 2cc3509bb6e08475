using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about the log of user data changes begin with.</summary>
internal abstract class UserDataCase : ConformanceCase
{
    protected const int PageSize = 4096;

    /// <summary>A VF with one I/O queue, of a device that tracks user data.</summary>
    protected static async ValueTask<(CaseHost Host, CaseVf Vf, CaseQueue Io)> StartAsync()
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        var vf = await host.BringUpAsync();
        return (host, vf, await vf.CreateQueueAsync());
    }

    /// <summary>Changes one block, so that one entry is due. Blocks with a gap between them, so that no device can make one entry of two.</summary>
    protected static ValueTask TouchAsync(CaseQueue io, int which) => io.MustAsync("write zeroes", NvmCommand.WriteZeroes(1, 2 * (ulong)which, 0));

    /// <summary>The same so many times, beginning with some number.</summary>
    protected static async ValueTask TouchAsync(CaseQueue io, int first, int count)
    {
        for (var i = 0; i < count; i++) await TouchAsync(io, first + i);
    }

    /// <summary>What marks the sequences of some entries, in order: everything but ESA 000b.</summary>
    protected static string Marks(IEnumerable<LbaMigrationQueueEntry> entries) =>
        string.Join(' ', entries.Select(it => it.Attributes.Sequence).Where(it => it != EntrySequence.Middle));

    /// <summary>The mark of the first of some entries; ESA 000b where there is none.</summary>
    protected static EntrySequence FirstOf(IReadOnlyList<LbaMigrationQueueEntry> entries) =>
        entries.Count == 0 ? EntrySequence.Middle : entries[0].Attributes.Sequence;

    /// <summary>The mark of the last of some entries; ESA 000b where there is none.</summary>
    protected static EntrySequence LastOf(IReadOnlyList<LbaMigrationQueueEntry> entries) =>
        entries.Count == 0 ? EntrySequence.Middle : entries[^1].Attributes.Sequence;

    /// <summary>All entries up to the mark that logging was stopped.</summary>
    protected static async ValueTask<List<LbaMigrationQueueEntry>> TakeToLastAsync(CaseDataQueue queue)
    {
        var entries = new List<LbaMigrationQueueEntry>();
        await Lab.ReachesAsync(() =>
        {
            entries.AddRange(queue.Take());
            return entries.Count > 0 && entries[^1].Attributes.Sequence == EntrySequence.LastStopped;
        });
        if (entries.Exists(it => it.Attributes.Sequence == EntrySequence.LastFull)) throw CaseEnd.Inconclusive("set-up: the data queue became full");
        return entries;
    }

    /// <summary>An entry's rules that hold whatever it tells (NVM Command Set 5.6).</summary>
    protected static void CheckForm(string path, IEnumerable<LbaMigrationQueueEntry> entries)
    {
        foreach (var entry in entries)
        {
            var (attributes, change) = (entry.Attributes, entry.Attributes.Change);
            var reserved = entry.Reserved16 != 0 || entry.Reserved24 != 0 || entry.Reserved28 != 0 || entry.Reserved30 != 0 || attributes.Reserved;
            Check.That("LM-UDT-42", $"{path}.reserved", !reserved, $"reserved parts of an entry are not 0: {entry}");
            if (change == LbaChange.None)
                Check.Equal(
                    "LM-UDT-43", $"{path}.fields", (entry.Nsid, entry.Slba, entry.NlbZ), (0u, 0ul, 0u), "an entry that names no blocks names something");
            if (attributes.Sequence == EntrySequence.Middle)
                Check.Equal("LM-UDT-44", $"{path}.lbacir", change, LbaChange.Range, "an entry that is neither first nor last names no range");
        }
    }
}
