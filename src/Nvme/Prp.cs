namespace Conformance.Nvme;

/// <summary>Page arithmetic of physical region pages: 8-byte entries, pages of 2^(12 + MPS) bytes.</summary>
public static class Prp
{
    public const int EntrySize = 8;

    /// <summary>Bytes of a memory page for CC.MPS, CAP.MPSMIN or CAP.MPSMAX.</summary>
    public static int PageSize(int mps) => 1 << (12 + mps);

    public static ulong Offset(ulong address, int pageSize) => address & ((ulong)pageSize - 1);

    public static ulong PageBase(ulong address, int pageSize) => address & ~((ulong)pageSize - 1);

    /// <summary>Entries a PRP list page holds; the last of a full page points to the next page when more follow.</summary>
    public static int EntriesPerPage(int pageSize) => pageSize / EntrySize;

    /// <summary>Entries from a list pointer, which may start inside a page, to the end of that page.</summary>
    public static int EntriesFrom(ulong listAddress, int pageSize) => (int)((ulong)pageSize - Offset(listAddress, pageSize)) / EntrySize;

    /// <summary>Memory pages touched by <paramref name="length"/> bytes from <paramref name="address"/>; 0 bytes touch none.</summary>
    public static long Pages(ulong address, long length, int pageSize) =>
        length == 0 ? 0 : ((long)Offset(address, pageSize) + length + pageSize - 1) / pageSize;

    /// <summary>List pages that hold <paramref name="entries"/> entries when the list starts at a page, chain pointers included.</summary>
    public static long ListPages(long entries, int pageSize)
    {
        var full = EntriesPerPage(pageSize);
        return entries <= full ? Math.Min(entries, 1) : 1 + ((entries - 2) / (full - 1));
    }
}
