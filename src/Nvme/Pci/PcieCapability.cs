using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>PCI Express capability, version 2.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct PcieCapability
{
    public const int Size = 60;
    public const int HeaderOffset = 0x00;
    public const int CapabilitiesOffset = 0x02;
    public const int DeviceCapabilitiesOffset = 0x04;
    public const int DeviceControlOffset = 0x08;
    public const int DeviceStatusOffset = 0x0A;
    public const int LinkCapabilitiesOffset = 0x0C;
    public const int LinkControlOffset = 0x10;
    public const int LinkStatusOffset = 0x12;
    public const int SlotCapabilitiesOffset = 0x14;
    public const int SlotControlOffset = 0x18;
    public const int SlotStatusOffset = 0x1A;
    public const int RootControlOffset = 0x1C;
    public const int RootCapabilitiesOffset = 0x1E;
    public const int RootStatusOffset = 0x20;
    public const int DeviceCapabilities2Offset = 0x24;
    public const int DeviceControl2Offset = 0x28;
    public const int DeviceStatus2Offset = 0x2A;
    public const int LinkCapabilities2Offset = 0x2C;
    public const int LinkControl2Offset = 0x30;
    public const int LinkStatus2Offset = 0x32;
    public const int SlotCapabilities2Offset = 0x34;
    public const int SlotControl2Offset = 0x38;
    public const int SlotStatus2Offset = 0x3A;

    [FieldOffset(HeaderOffset)] public CapabilityHeader Header;

    [FieldOffset(CapabilitiesOffset)] public PcieCapabilities Capabilities;

    [FieldOffset(DeviceCapabilitiesOffset)] public DeviceCapabilities DeviceCapabilities;

    [FieldOffset(DeviceControlOffset)] public DeviceControl DeviceControl;

    [FieldOffset(DeviceStatusOffset)] public DeviceStatus DeviceStatus;

    [FieldOffset(LinkCapabilitiesOffset)] public uint LinkCapabilities;

    [FieldOffset(LinkControlOffset)] public ushort LinkControl;

    [FieldOffset(LinkStatusOffset)] public ushort LinkStatus;

    [FieldOffset(SlotCapabilitiesOffset)] public uint SlotCapabilities;

    [FieldOffset(SlotControlOffset)] public ushort SlotControl;

    [FieldOffset(SlotStatusOffset)] public ushort SlotStatus;

    [FieldOffset(RootControlOffset)] public ushort RootControl;

    [FieldOffset(RootCapabilitiesOffset)] public ushort RootCapabilities;

    [FieldOffset(RootStatusOffset)] public uint RootStatus;

    [FieldOffset(DeviceCapabilities2Offset)] public uint DeviceCapabilities2;

    [FieldOffset(DeviceControl2Offset)] public ushort DeviceControl2;

    [FieldOffset(DeviceStatus2Offset)] public ushort DeviceStatus2;

    [FieldOffset(LinkCapabilities2Offset)] public uint LinkCapabilities2;

    [FieldOffset(LinkControl2Offset)] public ushort LinkControl2;

    [FieldOffset(LinkStatus2Offset)] public ushort LinkStatus2;

    [FieldOffset(SlotCapabilities2Offset)] public uint SlotCapabilities2;

    [FieldOffset(SlotControl2Offset)] public ushort SlotControl2;

    [FieldOffset(SlotStatus2Offset)] public ushort SlotStatus2;
}

/// <summary>PCI Express Capabilities.</summary>
public readonly record struct PcieCapabilities(ushort Raw)
{
    public byte Version { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = (ushort)Bits.With(Raw, 3, 0, value); }

    /// <summary>Device/port type: 0 endpoint.</summary>
    public byte PortType { get => (byte)Bits.Get(Raw, 7, 4); init => Raw = (ushort)Bits.With(Raw, 7, 4, value); }

    public bool SlotImplemented { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    /// <summary>Interrupt message number.</summary>
    public byte InterruptMessage { get => (byte)Bits.Get(Raw, 13, 9); init => Raw = (ushort)Bits.With(Raw, 13, 9, value); }
}

/// <summary>Device Capabilities.</summary>
public readonly record struct DeviceCapabilities(uint Raw)
{
    /// <summary>2^(7 + n) bytes.</summary>
    public byte MaxPayload { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    public byte PhantomFunctions { get => (byte)Bits.Get(Raw, 4, 3); init => Raw = Bits.With(Raw, 4, 3, value); }

    public bool ExtendedTag { get => Bits.Get(Raw, 5); init => Raw = Bits.With(Raw, 5, value); }

    public byte L0sLatency { get => (byte)Bits.Get(Raw, 8, 6); init => Raw = Bits.With(Raw, 8, 6, value); }

    public byte L1Latency { get => (byte)Bits.Get(Raw, 11, 9); init => Raw = Bits.With(Raw, 11, 9, value); }

    public bool RoleBasedErrorReporting { get => Bits.Get(Raw, 15); init => Raw = Bits.With(Raw, 15, value); }

    public byte SlotPowerLimit { get => (byte)Bits.Get(Raw, 25, 18); init => Raw = Bits.With(Raw, 25, 18, value); }

    public byte SlotPowerScale { get => (byte)Bits.Get(Raw, 27, 26); init => Raw = Bits.With(Raw, 27, 26, value); }

    /// <summary>FLR is supported.</summary>
    public bool FunctionLevelReset { get => Bits.Get(Raw, 28); init => Raw = Bits.With(Raw, 28, value); }
}

/// <summary>Device Control.</summary>
public readonly record struct DeviceControl(ushort Raw)
{
    public bool CorrectableErrorReporting { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public bool NonFatalErrorReporting { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    public bool FatalErrorReporting { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    public bool UnsupportedRequestReporting { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    public bool RelaxedOrdering { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }

    /// <summary>2^(7 + n) bytes.</summary>
    public byte MaxPayload { get => (byte)Bits.Get(Raw, 7, 5); init => Raw = (ushort)Bits.With(Raw, 7, 5, value); }

    public bool ExtendedTag { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    public bool PhantomFunctions { get => Bits.Get(Raw, 9); init => Raw = (ushort)Bits.With(Raw, 9, value); }

    public bool AuxPower { get => Bits.Get(Raw, 10); init => Raw = (ushort)Bits.With(Raw, 10, value); }

    public bool NoSnoop { get => Bits.Get(Raw, 11); init => Raw = (ushort)Bits.With(Raw, 11, value); }

    /// <summary>2^(7 + n) bytes.</summary>
    public byte MaxReadRequest { get => (byte)Bits.Get(Raw, 14, 12); init => Raw = (ushort)Bits.With(Raw, 14, 12, value); }

    /// <summary>Writing 1 resets the function; reads 0.</summary>
    public bool InitiateFunctionLevelReset { get => Bits.Get(Raw, 15); init => Raw = (ushort)Bits.With(Raw, 15, value); }
}

/// <summary>Device Status.</summary>
public readonly record struct DeviceStatus(ushort Raw)
{
    public bool CorrectableError { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public bool NonFatalError { get => Bits.Get(Raw, 1); init => Raw = (ushort)Bits.With(Raw, 1, value); }

    public bool FatalError { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    public bool UnsupportedRequest { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    public bool AuxPower { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }

    public bool TransactionsPending { get => Bits.Get(Raw, 5); init => Raw = (ushort)Bits.With(Raw, 5, value); }
}
