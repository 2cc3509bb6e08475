using System.Runtime.InteropServices;

namespace Conformance.Device;

/// <summary>
/// Zeroed, page-aligned memory as the system hands it out: what is never touched costs nothing. The C library's zeroed allocation promises the
/// first half only; from the second large block on it takes its own used memory and clears it, whether anybody looks at it or not.
/// <para>Unsafe: it calls the system; who takes pages checks each access to them.</para>
/// </summary>
internal static unsafe partial class FreshPages
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22; // as Linux counts them
    private const int HugePagesAdvised = 14;

    /// <summary>Bytes of a huge page of the machines that have them at this size; on others the advice is worth nothing and does no harm.</summary>
    public const int HugePage = 2 << 20;

    /// <param name="length">Bytes; from 1.</param>
    /// <exception cref="InsufficientMemoryException">The system has no more.</exception>
    public static byte* Take(long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            var cleared = NativeMemory.AlignedAlloc((nuint)length, (nuint)Environment.SystemPageSize);
            NativeMemory.Clear(cleared, (nuint)length);
            return (byte*)cleared;
        }

        var pages = Map(0, (nuint)length, ReadWrite, PrivateAnonymous, -1, 0);
        if (pages == -1) throw new InsufficientMemoryException($"mmap of {length} bytes: {Marshal.GetLastPInvokeErrorMessage()}");
        return (byte*)pages;
    }

    /// <summary>
    /// The same, aligned to huge pages and with the advice to use them: fewer misses of the translation buffer, and one fault where there were 512. The
    /// system need not follow, and a page that is touched anywhere is there as a whole.
    /// </summary>
    /// <param name="length">Bytes; whole huge pages.</param>
    public static byte* TakeHuge(long length)
    {
        if (!OperatingSystem.IsLinux()) return Take(length);
        var wide = Take(length + HugePage);
        var pages = (byte*)(((nuint)wide + HugePage - 1) & ~(nuint)(HugePage - 1));
        var (before, after) = (pages - wide, wide + HugePage - pages);
        if (before > 0) GiveBack(wide, before);
        if (after > 0) GiveBack(pages + length, after);
        _ = Advise((nint)pages, (nuint)length, HugePagesAdvised);
        return pages;
    }

    /// <param name="pages">From <see cref="Take"/> or <see cref="TakeHuge"/>.</param>
    /// <param name="length">As it was asked for.</param>
    public static void GiveBack(byte* pages, long length)
    {
        if (OperatingSystem.IsLinux()) _ = Unmap((nint)pages, (nuint)length);
        else NativeMemory.AlignedFree(pages);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint wanted, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint pages, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint pages, nuint length);
}
