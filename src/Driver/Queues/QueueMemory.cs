using Conformance.Device;

namespace Conformance.Driver;

/// <summary>Where the entries of one queue lie: one run of IOVAs (PC = 1), or pages of their own (PC = 0).</summary>
public sealed class QueueMemory
{
    private readonly ulong _iova;
    private readonly ulong[]? _pages;
    private readonly int _entriesPerPage;

    /// <param name="iova">First entry; page aligned.</param>
    /// <param name="entries">Number of entries.</param>
    /// <param name="entrySize">Bytes of one.</param>
    public QueueMemory(ulong iova, int entries, int entrySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 2);
        _iova = iova;
        Prp1 = iova;
        Entries = entries;
        EntrySize = entrySize;
    }

    /// <param name="pages">IOVAs of the pages, in order of their entries.</param>
    /// <param name="pageSize">Bytes of one page.</param>
    /// <param name="entries">Number of entries.</param>
    /// <param name="entrySize">Bytes of one.</param>
    public QueueMemory(IEnumerable<ulong> pages, int pageSize, int entries, int entrySize)
        : this(0, entries, entrySize)
    {
        _pages = [.. pages];
        _entriesPerPage = pageSize / entrySize;
        if ((long)_pages.Length * _entriesPerPage < entries)
            throw new ArgumentException($"{_pages.Length} pages do not hold {entries} entries.", nameof(pages));
    }

    public int Entries { get; }

    /// <summary>What the command that creates the queue names: its first entry, or the PRP list of its pages.</summary>
    public ulong Prp1 { get; init; }

    public int EntrySize { get; }

    /// <summary>IOVA of an entry.</summary>
    public ulong At(int slot)
    {
        if ((uint)slot >= (uint)Entries) throw new ArgumentOutOfRangeException(nameof(slot), slot, $"The queue has {Entries} entries.");
        return _pages is null
            ? _iova + (ulong)((long)slot * EntrySize)
            : _pages[slot / _entriesPerPage] + (ulong)(slot % _entriesPerPage * EntrySize);
    }

    /// <summary>What its entries take up, as (IOVA, bytes): one run, or one for each page.</summary>
    public IEnumerable<(ulong Iova, int Bytes)> Runs()
    {
        if (_pages is null)
        {
            yield return (_iova, Entries * EntrySize);
            yield break;
        }

        for (var (page, left) = (0, Entries); left > 0; page++, left -= _entriesPerPage)
            yield return (_pages[page], Math.Min(left, _entriesPerPage) * EntrySize);
    }

    /// <summary>Zeroes every entry.</summary>
    public void Clear(AddressSpace memory)
    {
        if (_pages is null)
        {
            memory.Fill(_iova, (long)Entries * EntrySize, 0);
            return;
        }

        foreach (var page in _pages) memory.Fill(page, (long)_entriesPerPage * EntrySize, 0);
    }
}
