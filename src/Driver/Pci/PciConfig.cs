using Conformance.Device;

namespace Conformance.Driver;

/// <summary>Configuration space as a driver walks it: the command register and the two capability lists.</summary>
public static class PciConfig
{
    private const int Command = 0x04;
    private const int Status = 0x06;
    private const int CapabilityPointer = 0x34;
    private const int ExtendedCapabilities = 0x100;
    private const int Length = 0x1000;

    private const uint MemorySpaceBit = 1 << 1;
    private const uint BusMasterBit = 1 << 2;
    private const uint CapabilityListBit = 1 << 4;

    /// <summary>The Command register.</summary>
    public static ushort ReadCommand(IFunction function) => (ushort)function.ReadConfig(Command, 2);

    public static void WriteCommand(IFunction function, ushort value) => function.WriteConfig(Command, 2, value);

    /// <summary>Memory space and bus master on, the rest of the Command register as it was.</summary>
    public static void Enable(IFunction function) =>
        WriteCommand(function, (ushort)(ReadCommand(function) | MemorySpaceBit | BusMasterBit));

    public static bool IsBusMaster(IFunction function) => (ReadCommand(function) & BusMasterBit) != 0;

    /// <summary>Allows or forbids the function to begin transactions of its own: DMA and MSI-X messages.</summary>
    public static void SetBusMaster(IFunction function, bool on)
    {
        var command = ReadCommand(function);
        WriteCommand(function, (ushort)(on ? command | BusMasterBit : command & ~BusMasterBit));
    }

    /// <summary>Offset of a capability; 0 where there is none.</summary>
    public static int FindCapability(IFunction function, byte id)
    {
        if ((function.ReadConfig(Status, 2) & CapabilityListBit) == 0) return 0;
        var offset = (int)function.ReadConfig(CapabilityPointer, 1) & ~3;
        // The list of a broken device may be a ring: no more steps than dwords.
        for (var steps = 0; offset >= 0x40 && offset < 0x100 && steps < 48; steps++)
        {
            var header = function.ReadConfig(offset, 2);
            if ((header & 0xFF) == id) return offset;
            offset = (int)(header >> 8) & ~3;
        }

        return 0;
    }

    /// <summary>Offset of an extended capability; 0 where there is none.</summary>
    public static int FindExtendedCapability(IFunction function, ushort id)
    {
        var offset = ExtendedCapabilities;
        for (var steps = 0; offset >= ExtendedCapabilities && offset < Length && steps < 1024; steps++)
        {
            var header = function.ReadConfig(offset, 4);
            if (header is 0 or uint.MaxValue) return 0;
            if ((header & 0xFFFF) == id) return offset;
            offset = (int)(header >> 20) & ~3;
        }

        return 0;
    }
}
