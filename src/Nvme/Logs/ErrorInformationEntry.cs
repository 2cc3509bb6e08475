using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Error Information log entry, LID 01h (Base 2.3 5.2.12.1.2). The newest comes first; a count of 0 is an invalid entry.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct ErrorInformationEntry
{
    public const int Size = 64;

    /// <summary>Error Count.</summary>
    [FieldOffset(0)] public ulong Ecnt;

    /// <summary>Submission Queue ID; FFFFh where no command is to blame.</summary>
    [FieldOffset(8)] public ushort Sqid;

    /// <summary>Command ID; FFFFh where no command is to blame.</summary>
    [FieldOffset(10)] public ushort Cid;

    /// <summary>Status Info.</summary>
    [FieldOffset(12)] public StatusField Sts;

    /// <summary>Parameter Error Location.</summary>
    [FieldOffset(14)] public ParameterErrorLocation Pel;

    /// <summary>Logical Block Address: the first one that failed.</summary>
    [FieldOffset(16)] public ulong Lba;

    /// <summary>Namespace Identifier.</summary>
    [FieldOffset(24)] public uint Nsid;

    /// <summary>Vendor Specific Information Available: a log page identifier, or 0.</summary>
    [FieldOffset(28)] public byte Vsia;

    /// <summary>Transport Type; 0 where the error is not of the transport.</summary>
    [FieldOffset(29)] public byte Trtype;

    /// <summary>Command Set Indicator.</summary>
    [FieldOffset(30)] public CommandSetIdentifier Csi;

    /// <summary>Opcode.</summary>
    [FieldOffset(31)] public byte Opc;

    /// <summary>Command Specific Information.</summary>
    [FieldOffset(32)] public ulong Csinfo;

    /// <summary>Transport Type Specific Information.</summary>
    [FieldOffset(40)] public ushort Ttsi;

    /// <summary>Log Page Version: 1 where CSI and OPC are valid.</summary>
    [FieldOffset(63)] public byte Lpver;
}

/// <summary>PEL: the lowest byte and bit of the command parameter that is wrong.</summary>
public readonly record struct ParameterErrorLocation(ushort Raw)
{
    public byte Byte { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = (ushort)Bits.With(Raw, 7, 0, value); }

    public byte Bit { get => (byte)Bits.Get(Raw, 10, 8); init => Raw = (ushort)Bits.With(Raw, 10, 8, value); }

    /// <summary>No particular parameter.</summary>
    public static ParameterErrorLocation None { get; } = new(0xFFFF);
}
