using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>How a command names its data.</summary>
public enum DataPointerKind
{
    /// <summary>PRP1, PRP2 and PRP lists.</summary>
    Prp,

    /// <summary>One SGL Data Block descriptor in the command.</summary>
    SglDataBlock,

    /// <summary>SGL segments with a Data Block descriptor for each page.</summary>
    SglSegments,
}

/// <summary>
/// Fills the data pointer of commands, and the list pages that longer ones need. List pages come from a pool that grows on demand and
/// is used again; after warm-up nothing is allocated.
/// </summary>
public sealed class DataPointers(DriverMemory memory, int pageSize)
{
    private readonly Stack<ulong> _free = new();
    private ulong[] _entries = new ulong[512];
    private SglDescriptor[] _descriptors = [];

    /// <summary>Bytes of a memory page: CC.MPS.</summary>
    public int PageSize { get; } = pageSize;

    /// <summary>List pages that a transfer of <paramref name="length"/> bytes may need, wherever it begins.</summary>
    public int MaxListPages(int length, DataPointerKind kind)
    {
        var touched = Prp.Pages((ulong)PageSize - 1, length, PageSize);
        return kind switch
        {
            DataPointerKind.Prp => (int)Prp.ListPages(touched - 1, PageSize),
            DataPointerKind.SglDataBlock => 0,
            _ => SegmentPages((int)touched),
        };
    }

    /// <summary>
    /// Writes the data pointer for <paramref name="length"/> bytes at <paramref name="iova"/>; the IOVAs of the list pages used go to
    /// <paramref name="lists"/>, to be given back by <see cref="Return"/>. Returns how many there are.
    /// </summary>
    public int Build(ref SubmissionEntry entry, ulong iova, int length, DataPointerKind kind, Span<ulong> lists)
    {
        if (kind == DataPointerKind.Prp) return BuildPrp(ref entry, iova, length, lists);
        entry.Dword0 = entry.Dword0 with { Psdt = 1 };
        if (kind == DataPointerKind.SglSegments) return BuildSegments(ref entry, iova, length, lists);
        entry.Sgl1 = SglDescriptor.DataBlock(iova, (uint)length);
        return 0;
    }

    /// <summary>Writes a PRP list of any entries into <paramref name="lists"/>, chained; the first is the pointer to give.</summary>
    public void WriteList(ReadOnlySpan<ulong> entries, ReadOnlySpan<ulong> lists)
    {
        var perPage = Prp.EntriesPerPage(PageSize);
        for (var i = 0; i < lists.Length; i++)
        {
            var here = i == lists.Length - 1 ? entries.Length : perPage - 1;
            memory.Space.Write(lists[i], MemoryMarshal.AsBytes(entries[..here]));
            if (i < lists.Length - 1) memory.Space.Store(lists[i] + (ulong)(here * Prp.EntrySize), lists[i + 1]);
            entries = entries[here..];
        }
    }

    /// <summary>Takes list pages back.</summary>
    public void Return(ReadOnlySpan<ulong> lists)
    {
        foreach (var list in lists) _free.Push(list);
    }

    private int BuildPrp(ref SubmissionEntry entry, ulong iova, int length, Span<ulong> lists)
    {
        entry.Prp1 = iova;
        entry.Prp2 = 0;
        var more = (int)Prp.Pages(iova, length, PageSize) - 1;
        if (more <= 0) return 0;
        var second = Prp.PageBase(iova, PageSize) + (ulong)PageSize;
        if (more == 1)
        {
            entry.Prp2 = second;
            return 0;
        }

        if (_entries.Length < more) _entries = new ulong[more];
        for (var i = 0; i < more; i++) _entries[i] = second + ((ulong)i * (ulong)PageSize);
        var count = (int)Prp.ListPages(more, PageSize);
        for (var i = 0; i < count; i++) lists[i] = Rent();
        WriteList(_entries.AsSpan(0, more), lists[..count]);
        entry.Prp2 = lists[0];
        return count;
    }

    private int BuildSegments(ref SubmissionEntry entry, ulong iova, int length, Span<ulong> lists)
    {
        var blocks = (int)Prp.Pages(iova, length, PageSize);
        if (_descriptors.Length < blocks) _descriptors = new SglDescriptor[blocks];
        for (var i = 0; i < blocks; i++)
        {
            var here = Math.Min(length, PageSize - (int)Prp.Offset(iova, PageSize));
            _descriptors[i] = SglDescriptor.DataBlock(iova, (uint)here);
            iova += (ulong)here;
            length -= here;
        }

        var perPage = PageSize / SglDescriptor.Size;
        var count = SegmentPages(blocks);
        for (var i = 0; i < count; i++) lists[i] = Rent();
        var rest = _descriptors.AsSpan(0, blocks);
        entry.Sgl1 = Pointer(lists[0], rest.Length, perPage);
        for (var i = 0; i < count; i++)
        {
            var here = rest.Length <= perPage ? rest.Length : perPage - 1;
            memory.Space.Write(lists[i], MemoryMarshal.AsBytes(rest[..here]));
            rest = rest[here..];
            if (rest.Length > 0)
                memory.Space.Store(lists[i] + (ulong)(here * SglDescriptor.Size), Pointer(lists[i + 1], rest.Length, perPage));
        }

        return count;
    }

    private static SglDescriptor Pointer(ulong list, int descriptors, int perPage) => descriptors <= perPage
        ? SglDescriptor.LastSegment(list, (uint)(descriptors * SglDescriptor.Size))
        : SglDescriptor.Segment(list, (uint)(perPage * SglDescriptor.Size));

    private int SegmentPages(int descriptors)
    {
        var perPage = PageSize / SglDescriptor.Size;
        return descriptors <= perPage ? 1 : 1 + ((descriptors - 2) / (perPage - 1));
    }

    private ulong Rent() => _free.Count > 0 ? _free.Pop() : memory.RentAligned(PageSize, PageSize);
}
