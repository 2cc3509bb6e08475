using System.Runtime.InteropServices;

namespace Conformance.Linux;

/// <summary>A call of the kernel that failed: which, on what, and the errno it failed with.</summary>
public sealed class KernelException : IOException
{
    /// <param name="errno">As the call left it.</param>
    /// <param name="call">By the kernel's name: <c>VFIO_IOMMU_MAP_DMA</c>, <c>open</c>.</param>
    /// <param name="path">What it was made on.</param>
    /// <param name="hint">What a user can do; null where nothing is known to help.</param>
    public KernelException(int errno, string call, string path, string? hint = null)
        : base($"{call} on {path}: {Device.Errno.Name(errno)} ({Marshal.GetPInvokeErrorMessage(errno)}){(hint is null ? "" : $": {hint}")}")
    {
        (Errno, Call, Path) = (errno, call, path);
    }

    public int Errno { get; }

    public string Call { get; }

    public string Path { get; }

    /// <summary>Of the call that this thread just made.</summary>
    internal static KernelException Last(string call, string path, string? hint = null) => new(Marshal.GetLastPInvokeError(), call, path, hint);
}
