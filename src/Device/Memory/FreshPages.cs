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

    /// <param name="pages">From <see cref="Take"/>.</param>
    /// <param name="length">As it was asked for.</param>
    public static void GiveBack(byte* pages, long length)
    {
        if (OperatingSystem.IsLinux()) _ = Unmap((nint)pages, (nuint)length);
        else NativeMemory.AlignedFree(pages);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint wanted, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint pages, nuint length);
}
