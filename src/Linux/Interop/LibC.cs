using System.Runtime.InteropServices;

namespace Conformance.Linux;

/// <summary>
/// The calls of the C library that this project makes, by C's names; nothing clever is added here. Those that can sleep let the collector run
/// meanwhile (no SuppressGCTransition anywhere).
/// <para>Unsafe: buffers go by address. Callers own what is behind it for the length of the call.</para>
/// </summary>
internal static unsafe partial class LibC
{
    public const int O_RDONLY = 0;
    public const int O_RDWR = 2;
    public const int O_EXCL = 0x80;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const int MADV_DONTFORK = 10;
    public const int MADV_DOFORK = 11;

    public const int EFD_CLOEXEC = O_CLOEXEC;
    public const int EFD_NONBLOCK = O_NONBLOCK;

    public const int EPOLL_CLOEXEC = O_CLOEXEC;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const uint EPOLLIN = 1;

    public const int RLIMIT_MEMLOCK = 8;

    /// <summary><c>struct epoll_event</c>, which is packed on x86-64 only.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct epoll_event_packed
    {
        public uint events;
        public ulong data;
    }

    /// <summary><c>struct epoll_event</c> of every other machine.</summary>
    public struct epoll_event
    {
        public uint events;
        public ulong data;
    }

    public struct resource_limit
    {
        public ulong rlim_cur;
        public ulong rlim_max;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    // The request of NVMe's calls has bit 31 set: unsigned, and as wide as C's unsigned long.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeHandle fd, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(SafeHandle fd, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeHandle fd, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(SafeHandle fd, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(SafeHandle fd, void* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(nint wanted, nuint length, int protection, int flags, SafeHandle fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(SafeHandle epoll, int operation, SafeHandle fd, void* what);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(SafeHandle epoll, void* events, int most, int timeoutMilliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getrlimit(int resource, resource_limit* limit);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeHandle fd);

    [LibraryImport("libc")]
    public static partial uint geteuid();
}
