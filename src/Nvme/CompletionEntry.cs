using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Bits 31:16 of completion dword 3: phase tag and status (Base 2.3 4.2.3).</summary>
public readonly record struct StatusField(ushort Raw)
{
    public StatusField(Status status, bool phase = false, bool dnr = false, bool more = false)
        : this(0)
    {
        Status = status;
        Phase = phase;
        Dnr = dnr;
        More = more;
    }

    public bool Phase { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    public Status Status { get => new((ushort)Bits.Get(Raw, 11, 1)); init => Raw = (ushort)Bits.With(Raw, 11, 1, value.Value); }

    /// <summary>Command Retry Delay: 0 at once, 1 to 3 the delay CRDT1 to CRDT3 of Identify Controller.</summary>
    public byte Crd { get => (byte)Bits.Get(Raw, 13, 12); init => Raw = (ushort)Bits.With(Raw, 13, 12, value); }

    /// <summary>More information is in the Error Information log page.</summary>
    public bool More { get => Bits.Get(Raw, 14); init => Raw = (ushort)Bits.With(Raw, 14, value); }

    /// <summary>Do Not Retry.</summary>
    public bool Dnr { get => Bits.Get(Raw, 15); init => Raw = (ushort)Bits.With(Raw, 15, value); }
}

/// <summary>A completion queue entry, 16 bytes, little endian (Base 2.3 4.2.3).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct CompletionEntry
{
    public const int Size = 16;

    public uint Dw0;
    public uint Dw1;
    public ushort SqHead;
    public ushort SqId;
    public ushort Cid;
    public StatusField StatusField;

    public readonly Status Status => StatusField.Status;

    public readonly bool Phase => StatusField.Phase;
}
