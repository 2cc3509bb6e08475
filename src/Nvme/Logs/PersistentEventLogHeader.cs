using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Persistent Event log, LID 0Dh (Base 2.3 5.2.12.1.14): the head; events follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public struct PersistentEventLogHeader
{
    public const int Size = 512;

    /// <summary>The LHL of this layout: the head without its first 20 bytes.</summary>
    public const ushort LengthAfterField = Size - 20;

    /// <summary>Log Page Identifier: 0Dh.</summary>
    [FieldOffset(0)] public LogId Lid;

    /// <summary>Total Number of Events.</summary>
    [FieldOffset(4)] public uint Tnev;

    /// <summary>Total Log Length, in bytes, with the head.</summary>
    [FieldOffset(8)] public ulong Tll;

    /// <summary>Log Revision: 3.</summary>
    [FieldOffset(16)] public byte Lrev;

    /// <summary>Log Header Length, without the first 20 bytes.</summary>
    [FieldOffset(18)] public ushort Lhl;

    /// <summary>Timestamp of the reporting context.</summary>
    [FieldOffset(20)] public Timestamp Tstmp;

    /// <summary>Power On Hours.</summary>
    [FieldOffset(28)] public UInt128 Poh;

    /// <summary>Power Cycle Count.</summary>
    [FieldOffset(44)] public ulong Pwrc;

    /// <summary>PCI Vendor ID.</summary>
    [FieldOffset(52)] public ushort Vid;

    /// <summary>PCI Subsystem Vendor ID.</summary>
    [FieldOffset(54)] public ushort Ssvid;

    /// <summary>Serial Number.</summary>
    [FieldOffset(56)] public Ascii20 Sn;

    /// <summary>Model Number.</summary>
    [FieldOffset(76)] public Ascii40 Mn;

    /// <summary>NVM Subsystem NVMe Qualified Name.</summary>
    [FieldOffset(116)] public NvmeQualifiedName Subnqn;

    /// <summary>Generation Number.</summary>
    [FieldOffset(372)] public ushort Gnum;

    /// <summary>Reporting Context Information.</summary>
    [FieldOffset(374)] public ReportingContext Rci;

    /// <summary>Supported Events Bitmap.</summary>
    [FieldOffset(480)] public SupportedEvents Seb;
}

/// <summary>RCI, Reporting Context Information.</summary>
public readonly record struct ReportingContext(uint Raw)
{
    /// <summary>RCPID.</summary>
    public ushort PortId { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>RCPLIT: 0 there is no context, 1 an NVM subsystem port, 2 a management endpoint.</summary>
    public byte PortType { get => (byte)Bits.Get(Raw, 17, 16); init => Raw = Bits.With(Raw, 17, 16, value); }

    /// <summary>RCE.</summary>
    public bool Exists { get => Bits.Get(Raw, 18); init => Raw = Bits.With(Raw, 18, value); }
}

/// <summary>A bit for each event type that is supported.</summary>
[InlineArray(32)]
public struct SupportedEvents
{
    private byte _first;

    public bool this[PersistentEventType type]
    {
        readonly get => ((this[(int)type >> 3] >> ((int)type & 7)) & 1) != 0;
        set => this[(int)type >> 3] = (byte)Bits.With(this[(int)type >> 3], (int)type & 7, value);
    }
}

/// <summary>Log specific parameter of Get Log Page for the Persistent Event log, bits 1:0.</summary>
public enum PersistentEventAction : byte
{
    Read = 0,
    EstablishAndRead = 1,
    Release = 2,
    EstablishAndReadHeader = 3,
}
