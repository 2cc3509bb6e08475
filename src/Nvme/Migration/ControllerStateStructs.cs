using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>CSATTR of the controller state (Base 2.3 5.2.17.1.3).</summary>
public readonly record struct ControllerStateAttributes(byte Raw)
{
    /// <summary>The controller was suspended as long as the state was read.</summary>
    public bool Suspended { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    public byte Reserved => (byte)Bits.Get(Raw, 7, 1);
}

/// <summary>Header of the controller state, 48 bytes (Base 2.3 5.2.17.1.3).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct ControllerStateHeader
{
    public const int Size = 48;

    /// <summary>VER, 0.</summary>
    public ushort Version;

    /// <summary>CSATTR.</summary>
    public ControllerStateAttributes Attributes;
    public byte Reserved3;
    public uint Reserved4;
    public ulong Reserved8;

    /// <summary>NVMECSS: dwords of the NVMe controller state, 0 when it is absent.</summary>
    public UInt128 NvmeDwords;

    /// <summary>VSS: dwords of vendor specific data, 0 when it is absent.</summary>
    public UInt128 VendorDwords;
}

/// <summary>Head of the NVMe controller state, 8 bytes; the queues' states follow (Base 2.3 5.2.17.1.3).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct NvmeControllerState
{
    public const int Size = 8;

    /// <summary>VER, 0.</summary>
    public ushort Version;

    /// <summary>NIOSQ, a plain count.</summary>
    public ushort SubmissionQueues;

    /// <summary>NIOCQ, a plain count.</summary>
    public ushort CompletionQueues;
    public ushort Reserved6;
}

/// <summary>IOSQA of an I/O submission queue state.</summary>
public readonly record struct IoSubmissionQueueAttributes(ushort Raw)
{
    /// <summary>Physically contiguous.</summary>
    public bool Pc { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }

    /// <summary>Queue priority.</summary>
    public byte Qprio { get => (byte)Bits.Get(Raw, 2, 1); init => Raw = (ushort)Bits.With(Raw, 2, 1, value); }

    public ushort Reserved => (ushort)Bits.Get(Raw, 15, 3);
}

/// <summary>I/O Submission Queue state, 24 bytes (Base 2.3 5.2.17.1.3).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct IoSubmissionQueueState
{
    public const int Size = 24;

    /// <summary>PRP1 of Create I/O Submission Queue.</summary>
    public ulong Prp1;

    /// <summary>Entries, 0's based, as created.</summary>
    public ushort QsizeZ;
    public ushort Qid;
    public ushort Cqid;
    public IoSubmissionQueueAttributes Attributes;

    /// <summary>The controller's head.</summary>
    public ushort HeadPointer;

    /// <summary>The last value of the tail doorbell.</summary>
    public ushort TailPointer;
    public uint Reserved20;
}

/// <summary>IOCQA of an I/O completion queue state.</summary>
public readonly record struct IoCompletionQueueAttributes(uint Raw)
{
    /// <summary>Physically contiguous.</summary>
    public bool Pc { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>Interrupts enabled.</summary>
    public bool Ien { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>S0PT: the phase tag that stands in slot 0, not the one that the next entry gets.</summary>
    public bool SlotZeroPhase { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    public ushort Reserved => (ushort)Bits.Get(Raw, 15, 3);

    /// <summary>Interrupt vector.</summary>
    public ushort Iv { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>I/O Completion Queue state, 24 bytes (Base 2.3 5.2.17.1.3).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct IoCompletionQueueState
{
    public const int Size = 24;

    /// <summary>PRP1 of Create I/O Completion Queue.</summary>
    public ulong Prp1;

    /// <summary>Entries, 0's based, as created.</summary>
    public ushort QsizeZ;
    public ushort Qid;

    /// <summary>The last value of the head doorbell.</summary>
    public ushort HeadPointer;

    /// <summary>The controller's tail.</summary>
    public ushort TailPointer;
    public IoCompletionQueueAttributes Attributes;
    public uint Reserved20;
}
