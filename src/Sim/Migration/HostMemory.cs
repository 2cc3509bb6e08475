namespace Conformance.Sim;

/// <summary>Whether addresses of a controller's commands are host memory, and not memory of the controller itself.</summary>
internal static class HostMemory
{
    /// <summary>None of the bytes is in the controller memory buffer or the persistent memory region, and the range does not wrap.</summary>
    public static bool Holds(ControllerCore c, ulong address, long length)
    {
        if (length <= 0 || address + (ulong)(length - 1) < address) return false;
        return c.Function.Local?.Overlaps(address, length) != true;
    }
}
