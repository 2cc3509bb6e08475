using System.Runtime.InteropServices;

namespace Conformance.Linux;

/// <summary>An eventfd: the kernel adds to its counter, we take it.</summary>
internal sealed unsafe class EventFile() : KernelFile(Create(), "eventfd")
{
    /// <summary>What was added since the last time; 0 for nothing.</summary>
    public ulong Take()
    {
        ulong count;
        return LibC.read(this, &count, sizeof(ulong)) == sizeof(ulong) ? count : 0;
    }

    /// <summary>Adds one.</summary>
    public void Add()
    {
        var one = 1UL;
        _ = LibC.write(this, &one, sizeof(ulong));
    }

    private static int Create()
    {
        var descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        return descriptor >= 0 ? descriptor : throw KernelException.Last("eventfd", "this process");
    }
}

/// <summary>An epoll instance over eventfds.</summary>
internal sealed unsafe class EventPoll() : KernelFile(Create(), "epoll")
{
    private const int Most = 64;

    private static readonly bool s_isPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public void Add(EventFile file, ulong data)
    {
        if (s_isPacked)
        {
            var what = new LibC.epoll_event_packed { events = LibC.EPOLLIN, data = data };
            Control(LibC.EPOLL_CTL_ADD, file, &what);
        }
        else
        {
            var what = new LibC.epoll_event { events = LibC.EPOLLIN, data = data };
            Control(LibC.EPOLL_CTL_ADD, file, &what);
        }
    }

    public void Remove(EventFile file)
    {
        var what = default(LibC.epoll_event);
        Control(LibC.EPOLL_CTL_DEL, file, &what);
    }

    /// <summary>Waits until some are ready; the data of each goes into <paramref name="ready"/>. Returns how many.</summary>
    public int Wait(Span<ulong> ready)
    {
        var most = Math.Min(Most, ready.Length);
        if (!s_isPacked)
        {
            var events = stackalloc LibC.epoll_event[Most];
            var got = LibC.epoll_wait(this, events, most, -1);
            for (var i = 0; i < got; i++) ready[i] = events[i].data;
            return Math.Max(got, 0);
        }

        var packed = stackalloc LibC.epoll_event_packed[Most];
        var count = LibC.epoll_wait(this, packed, most, -1);
        for (var i = 0; i < count; i++) ready[i] = packed[i].data;
        return Math.Max(count, 0);
    }

    private static int Create()
    {
        var descriptor = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        return descriptor >= 0 ? descriptor : throw KernelException.Last("epoll_create1", "this process");
    }

    private void Control(int operation, EventFile file, void* what)
    {
        if (LibC.epoll_ctl(this, operation, file, what) != 0) throw KernelException.Last("epoll_ctl", Path);
    }
}
