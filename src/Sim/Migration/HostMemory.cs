using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Whether addresses of a controller's commands are host memory, and not memory of the controller itself.</summary>
internal static class HostMemory
{
    /// <summary>None of the bytes is in the controller memory buffer or the persistent memory region, and the range does not wrap.</summary>
    public static bool Holds(ControllerCore c, ulong address, long length)
    {
        if (length <= 0 || address + (ulong)(length - 1) < address) return false;
        var capabilities = c.Options.Capabilities;
        var buffer = new CmbMemorySpaceControl(c.Registers.Read64(Register.CmbMsc));
        if (buffer.Cmse && Overlaps(address, length, buffer.Address, capabilities.ControllerMemoryBuffer)) return false;
        var region = new PmrMemorySpaceControl(c.Registers.Read64(Register.PmrMscL));
        return !region.Cmse || !Overlaps(address, length, region.Address, capabilities.PersistentMemoryRegion);
    }

    private static bool Overlaps(ulong address, long length, ulong other, long otherLength) =>
        otherLength > 0 && (address >= other ? address - other < (ulong)otherLength : other - address < (ulong)length);
}
