using System.Runtime.InteropServices;
using Conformance.Device;
using Microsoft.Win32.SafeHandles;

namespace Conformance.Linux;

/// <summary>
/// A file descriptor by what it is of. The numbers of VFIO's calls mean one thing on a container and another on a device, so that each kind has
/// a type of its own and nothing is asked of the wrong one. Closed once, by its owner; the finalizer is for what was dropped after a failure.
/// </summary>
public abstract unsafe class KernelFile : SafeHandleMinusOneIsInvalid
{
    private protected KernelFile(int descriptor, string path)
        : base(ownsHandle: true)
    {
        SetHandle(descriptor);
        Path = path;
    }

    /// <summary>For messages.</summary>
    public string Path { get; }

    internal int Descriptor => (int)handle;

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    /// <summary>Opens a node of the kernel.</summary>
    private protected static int Open(string path, int flags = LibC.O_RDWR, string? hint = null)
    {
        int descriptor;
        do descriptor = LibC.open(path, flags | LibC.O_CLOEXEC);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Errno.Eintr);
        return descriptor >= 0 ? descriptor : throw KernelException.Last("open", path, hint);
    }

    /// <summary>One call; what it returns, or minus errno.</summary>
    private protected int TryCall(nuint request, void* argument)
    {
        int result;
        do result = LibC.ioctl(this, request, argument);
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.Eintr);
        return result >= 0 ? result : -Marshal.GetLastPInvokeError();
    }

    /// <summary>One call that must succeed; what it returns.</summary>
    private protected int Call(string name, nuint request, void* argument, string? hint = null)
    {
        var result = TryCall(request, argument);
        return result >= 0 ? result : throw new KernelException(-result, name, Path, hint);
    }
}
