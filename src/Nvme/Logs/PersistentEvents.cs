using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Event types of the Persistent Event log (Base 2.3 5.2.12.1.14.2). Unknown ones are values.</summary>
public enum PersistentEventType : byte
{
    SmartHealthSnapshot = 0x01,
    FirmwareCommit = 0x02,
    TimestampChange = 0x03,
    PowerOnOrReset = 0x04,
    HardwareError = 0x05,
    ChangeNamespace = 0x06,
    FormatStart = 0x07,
    FormatCompletion = 0x08,
    SanitizeStart = 0x09,
    SanitizeCompletion = 0x0A,
    SetFeature = 0x0B,
    TelemetryLogCreated = 0x0C,
    ThermalExcursion = 0x0D,
    SanitizeMediaVerification = 0x0E,
    PersonalityChange = 0x0F,
    VendorSpecific = 0xDE,
    TcgDefined = 0xDF,
}

/// <summary>Head of a persistent event; vendor specific information and event data follow (Base 2.3 5.2.12.1.14).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct PersistentEventHeader
{
    public const int Size = 24;

    /// <summary>The EHL of this layout: the head without its first 3 bytes.</summary>
    public const byte LengthAfterField = Size - 3;

    /// <summary>Event Type.</summary>
    [FieldOffset(0)] public PersistentEventType Et;

    /// <summary>Event Type Revision.</summary>
    [FieldOffset(1)] public byte Etr;

    /// <summary>Event Header Length, without the first 3 bytes.</summary>
    [FieldOffset(2)] public byte Ehl;

    /// <summary>Event Header Additional Information: bits 1:0, port identifier type.</summary>
    [FieldOffset(3)] public byte Ehai;

    /// <summary>Controller Identifier of the controller that made the event.</summary>
    [FieldOffset(4)] public ushort Cntlid;

    /// <summary>Event Timestamp.</summary>
    [FieldOffset(6)] public Timestamp Etstp;

    /// <summary>Port Identifier.</summary>
    [FieldOffset(14)] public ushort Pelpid;

    /// <summary>Vendor Specific Information Length, in bytes.</summary>
    [FieldOffset(20)] public ushort Vsil;

    /// <summary>Event Length: vendor specific information and data, in bytes.</summary>
    [FieldOffset(22)] public ushort El;
}

/// <summary>Event 02h (Base 2.3 5.2.12.1.14.2.2).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public struct FirmwareCommitEvent
{
    public const int Size = 22;

    /// <summary>Old Firmware Revision.</summary>
    [FieldOffset(0)] public Ascii8 Ofr;

    /// <summary>New Firmware Revision.</summary>
    [FieldOffset(8)] public Ascii8 Nfr;

    /// <summary>Firmware Commit Action.</summary>
    [FieldOffset(16)] public byte Fca;

    /// <summary>Firmware Slot.</summary>
    [FieldOffset(17)] public byte Fslt;

    /// <summary>Status Code Type of the Firmware Commit.</summary>
    [FieldOffset(18)] public StatusCodeType Sctfcc;

    /// <summary>Status Code of the Firmware Commit.</summary>
    [FieldOffset(19)] public byte Srfcc;

    /// <summary>Vendor Assigned Firmware Commit Result Code.</summary>
    [FieldOffset(20)] public ushort Vafcrc;
}

/// <summary>Event 03h (Base 2.3 5.2.12.1.14.2.3).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct TimestampChangeEvent
{
    public const int Size = 16;

    /// <summary>Previous Timestamp.</summary>
    [FieldOffset(0)] public Timestamp Ptstp;

    /// <summary>Milliseconds Since Reset.</summary>
    [FieldOffset(8)] public ulong Msr;
}

/// <summary>One controller in event 04h, after the 8 bytes of firmware revision (Base 2.3 5.2.12.1.14.2.4).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct ControllerResetInformation
{
    public const int Size = 36;

    /// <summary>Controller ID.</summary>
    [FieldOffset(0)] public ushort Cntlid;

    /// <summary>Firmware Activation: 1, new firmware was activated.</summary>
    [FieldOffset(2)] public byte Fa;

    /// <summary>Operation in Progress: bit 0, a format was.</summary>
    [FieldOffset(3)] public byte Oip;

    /// <summary>Controller Power Cycle.</summary>
    [FieldOffset(16)] public uint Cpwrc;

    /// <summary>Power on milliseconds.</summary>
    [FieldOffset(20)] public ulong Pom;

    /// <summary>Controller Timestamp.</summary>
    [FieldOffset(28)] public Timestamp Ctstp;
}

/// <summary>Event 05h (Base 2.3 5.2.12.1.14.2.5); what is known of the error follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct HardwareErrorEvent
{
    public const int Size = 4;

    /// <summary>NVM Subsystem Hardware Error Event Code.</summary>
    [FieldOffset(0)] public ushort Nsheec;
}

/// <summary>Event 06h (Base 2.3 5.2.12.1.14.2.6).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct ChangeNamespaceEvent
{
    public const int Size = 48;

    /// <summary>Dword 10 of the Namespace Management command.</summary>
    [FieldOffset(0)] public uint Nmcdw10;

    /// <summary>Namespace Size, in logical blocks.</summary>
    [FieldOffset(8)] public ulong Nsze;

    /// <summary>Namespace Capacity, in logical blocks.</summary>
    [FieldOffset(24)] public ulong Ncap;

    /// <summary>Formatted LBA Size.</summary>
    [FieldOffset(32)] public FormattedLbaSize Flbas;

    /// <summary>End-to-end Data Protection Type Settings.</summary>
    [FieldOffset(33)] public ProtectionSettings Dps;

    /// <summary>Namespace Multi-path I/O and Namespace Sharing Capabilities.</summary>
    [FieldOffset(34)] public NamespaceSharing Nmic;

    /// <summary>ANA Group Identifier.</summary>
    [FieldOffset(36)] public uint Anagrpid;

    /// <summary>NVM Set Identifier.</summary>
    [FieldOffset(40)] public ushort Nvmsetid;

    /// <summary>Endurance Group Identifier.</summary>
    [FieldOffset(42)] public ushort Endgid;

    /// <summary>Namespace ID; FFFFFFFFh where all were deleted.</summary>
    [FieldOffset(44)] public uint Nsid;
}

/// <summary>Event 07h (Base 2.3 5.2.12.1.14.2.7).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct FormatStartEvent
{
    public const int Size = 12;

    /// <summary>Namespace Identifier of the command.</summary>
    [FieldOffset(0)] public uint Nsid;

    /// <summary>Format NVM Attributes.</summary>
    [FieldOffset(4)] public FormatAttributes Fna;

    /// <summary>Dword 10 of the Format NVM command.</summary>
    [FieldOffset(8)] public uint Fmcdw10;
}

/// <summary>Event 08h (Base 2.3 5.2.12.1.14.2.8).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct FormatCompletionEvent
{
    public const int Size = 12;

    /// <summary>Namespace Identifier of the command.</summary>
    [FieldOffset(0)] public uint Nsid;

    /// <summary>Smallest Format Progress Indicator.</summary>
    [FieldOffset(4)] public byte Sfpi;

    /// <summary>Format NVM Status: bit 0 error, bit 1 incomplete.</summary>
    [FieldOffset(5)] public byte Fnvms;

    /// <summary>Completion Information.</summary>
    [FieldOffset(6)] public ushort Cinfo;

    /// <summary>Status Info.</summary>
    [FieldOffset(8)] public StatusField Info;
}

/// <summary>Event 09h (Base 2.3 5.2.12.1.14.2.9).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct SanitizeStartEvent
{
    public const int Size = 16;

    /// <summary>Sanitize Capabilities.</summary>
    [FieldOffset(0)] public SanitizeCapabilities Sanicap;

    /// <summary>Dword 10 of the command.</summary>
    [FieldOffset(4)] public uint Scdw10;

    /// <summary>Dword 11 of the command.</summary>
    [FieldOffset(8)] public uint Scdw11;

    /// <summary>Namespace Identifier; FFFFFFFFh is the NVM subsystem.</summary>
    [FieldOffset(12)] public uint Nsid;
}

/// <summary>Event 0Ah (Base 2.3 5.2.12.1.14.2.10).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct SanitizeCompletionEvent
{
    public const int Size = 12;

    /// <summary>Sanitize Progress.</summary>
    [FieldOffset(0)] public ushort Sprog;

    /// <summary>Sanitize Status.</summary>
    [FieldOffset(2)] public SanitizeStatus Sstat;

    /// <summary>Completion Information.</summary>
    [FieldOffset(4)] public ushort Cinfo;

    /// <summary>Namespace Identifier; FFFFFFFFh is the NVM subsystem.</summary>
    [FieldOffset(8)] public uint Nsid;
}

/// <summary>
/// Event 0Bh (Base 2.3 5.2.12.1.14.2.11); command dwords from 10 on, the data and completion dword 0 follow as the layout says.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct SetFeatureEvent
{
    public const int Size = 4;

    /// <summary>Set Feature Event Layout.</summary>
    [FieldOffset(0)] public SetFeatureEventLayout Sfel;
}

/// <summary>SFEL, Set Feature Event Layout.</summary>
public readonly record struct SetFeatureEventLayout(uint Raw)
{
    /// <summary>Number of command dwords logged.</summary>
    public byte Dwords { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    /// <summary>Completion dword 0 is logged.</summary>
    public bool CompletionDword0 { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>MBC: bytes of data logged.</summary>
    public ushort DataBytes { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>Event 0Dh (Base 2.3 5.2.12.1.14.2.13).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct ThermalExcursionEvent
{
    public const int Size = 2;

    /// <summary>Over Temperature: distance from the threshold, in kelvins.</summary>
    [FieldOffset(0)] public byte Otmp;

    /// <summary>Threshold: which was crossed, and which way.</summary>
    [FieldOffset(1)] public byte Thresh;
}
