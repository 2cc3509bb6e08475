using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>Configuration space as a driver walks it: the command register and the two capability lists.</summary>
public static class PciConfig
{
    private const int FirstCapability = 0x40;
    private const int Length = 0x1000;

    public static PciCommand ReadCommand(IFunction function) => new((ushort)function.ReadConfig(PciHeader.CommandOffset, 2));

    public static void WriteCommand(IFunction function, PciCommand value) => function.WriteConfig(PciHeader.CommandOffset, 2, value.Raw);

    /// <summary>Memory space and bus master on, the rest of the Command register as it was.</summary>
    public static void Enable(IFunction function) =>
        WriteCommand(function, ReadCommand(function) with { MemorySpace = true, BusMaster = true });

    /// <summary>Allows or forbids the function to begin transactions of its own: DMA and MSI-X messages.</summary>
    public static void SetBusMaster(IFunction function, bool on) => WriteCommand(function, ReadCommand(function) with { BusMaster = on });

    /// <summary>Offset of a capability; 0 where there is none.</summary>
    public static int FindCapability(IFunction function, CapabilityId id)
    {
        if (!new PciStatus((ushort)function.ReadConfig(PciHeader.StatusOffset, 2)).CapabilityList) return 0;
        var offset = (int)function.ReadConfig(PciHeader.CapabilitiesPointerOffset, 1) & ~3;
        // The list of a broken device may be a ring: no more steps than dwords.
        for (var steps = 0; offset >= FirstCapability && steps < ExtendedCapabilityHeader.First / 4; steps++)
        {
            if ((CapabilityId)function.ReadConfig(offset + CapabilityHeader.IdOffset, 1) == id) return offset;
            offset = (int)function.ReadConfig(offset + CapabilityHeader.NextOffset, 1) & ~3;
        }

        return 0;
    }

    /// <summary>Offset of an extended capability; 0 where there is none.</summary>
    public static int FindExtendedCapability(IFunction function, ExtendedCapabilityId id)
    {
        var offset = ExtendedCapabilityHeader.First;
        for (var steps = 0; offset >= ExtendedCapabilityHeader.First && offset < Length && steps < Length / 4; steps++)
        {
            var header = new ExtendedCapabilityHeader(function.ReadConfig(offset, 4));
            if (header.Raw is 0 or uint.MaxValue) return 0;
            if (header.Id == id) return offset;
            offset = header.Next & ~3;
        }

        return 0;
    }
}
