using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Identify Namespace data structure of the NVM Command Set, CNS 00h and 11h (Base 2.3 5.2.13.2). The head is also what Namespace
/// Management takes from the host.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct IdentifyNamespace
{
    public const int Size = 4096;

    /// <summary>Namespace Size, in logical blocks.</summary>
    [FieldOffset(0)] public ulong Nsze;

    /// <summary>Namespace Capacity, in logical blocks.</summary>
    [FieldOffset(8)] public ulong Ncap;

    /// <summary>Namespace Utilization, in logical blocks.</summary>
    [FieldOffset(16)] public ulong Nuse;

    /// <summary>Namespace Features.</summary>
    [FieldOffset(24)] public NamespaceFeatures Nsfeat;

    /// <summary>Number of LBA Formats, 0's based.</summary>
    [FieldOffset(25)] public byte NlbafZ;

    /// <summary>Formatted LBA Size.</summary>
    [FieldOffset(26)] public FormattedLbaSize Flbas;

    /// <summary>Metadata Capabilities.</summary>
    [FieldOffset(27)] public MetadataCapabilities Mc;

    /// <summary>End-to-end Data Protection Capabilities.</summary>
    [FieldOffset(28)] public ProtectionCapabilities Dpc;

    /// <summary>End-to-end Data Protection Type Settings.</summary>
    [FieldOffset(29)] public ProtectionSettings Dps;

    /// <summary>Namespace Multi-path I/O and Namespace Sharing Capabilities.</summary>
    [FieldOffset(30)] public NamespaceSharing Nmic;

    /// <summary>Reservation Capabilities.</summary>
    [FieldOffset(31)] public ReservationCapabilities Rescap;

    /// <summary>Format Progress Indicator.</summary>
    [FieldOffset(32)] public FormatProgress Fpi;

    /// <summary>Deallocate Logical Block Features.</summary>
    [FieldOffset(33)] public DeallocateFeatures Dlfeat;

    /// <summary>Namespace Atomic Write Unit Normal, in logical blocks, 0's based.</summary>
    [FieldOffset(34)] public ushort NawunZ;

    /// <summary>Namespace Atomic Write Unit Power Fail, in logical blocks, 0's based.</summary>
    [FieldOffset(36)] public ushort NawupfZ;

    /// <summary>Namespace Atomic Compare and Write Unit, in logical blocks, 0's based.</summary>
    [FieldOffset(38)] public ushort NacwuZ;

    /// <summary>Namespace Atomic Boundary Size Normal, in logical blocks, 0's based; 0 is no boundary.</summary>
    [FieldOffset(40)] public ushort NabsnZ;

    /// <summary>Namespace Atomic Boundary Offset: the LBA of the first boundary.</summary>
    [FieldOffset(42)] public ushort Nabo;

    /// <summary>Namespace Atomic Boundary Size Power Fail, in logical blocks, 0's based; 0 is no boundary.</summary>
    [FieldOffset(44)] public ushort NabspfZ;

    /// <summary>Namespace Optimal I/O Boundary, in logical blocks.</summary>
    [FieldOffset(46)] public ushort Noiob;

    /// <summary>NVM Capacity, in bytes.</summary>
    [FieldOffset(48)] public UInt128 Nvmcap;

    /// <summary>Namespace Preferred Write Granularity, in logical blocks, 0's based.</summary>
    [FieldOffset(64)] public ushort NpwgZ;

    /// <summary>Namespace Preferred Write Alignment, in logical blocks, 0's based.</summary>
    [FieldOffset(66)] public ushort NpwaZ;

    /// <summary>Namespace Preferred Deallocate Granularity, in logical blocks, 0's based.</summary>
    [FieldOffset(68)] public ushort NpdgZ;

    /// <summary>Namespace Preferred Deallocate Alignment, in logical blocks, 0's based.</summary>
    [FieldOffset(70)] public ushort NpdaZ;

    /// <summary>Namespace Optimal Write Size, in logical blocks, 0's based.</summary>
    [FieldOffset(72)] public ushort NowsZ;

    /// <summary>Maximum Single Source Range Length of a Copy, in logical blocks.</summary>
    [FieldOffset(74)] public ushort Mssrl;

    /// <summary>Maximum Copy Length, in logical blocks.</summary>
    [FieldOffset(76)] public uint Mcl;

    /// <summary>Maximum Source Range Count of a Copy, 0's based.</summary>
    [FieldOffset(80)] public byte MsrcZ;

    /// <summary>Key Per I/O Status.</summary>
    [FieldOffset(81)] public KeyPerIoStatus Kpios;

    /// <summary>Number of Unique Capability LBA Formats: those after the ones NLBAF counts.</summary>
    [FieldOffset(82)] public byte Nulbaf;

    /// <summary>Key Per I/O Data Access Alignment and Granularity, in logical blocks.</summary>
    [FieldOffset(84)] public uint Kpiodaag;

    /// <summary>ANA Group Identifier.</summary>
    [FieldOffset(92)] public uint Anagrpid;

    /// <summary>Namespace Attributes.</summary>
    [FieldOffset(99)] public NamespaceAttributes Nsattr;

    /// <summary>NVM Set Identifier.</summary>
    [FieldOffset(100)] public ushort Nvmsetid;

    /// <summary>Endurance Group Identifier.</summary>
    [FieldOffset(102)] public ushort Endgid;

    /// <summary>Namespace Globally Unique Identifier.</summary>
    [FieldOffset(104)] public Nguid Nguid;

    /// <summary>IEEE Extended Unique Identifier.</summary>
    [FieldOffset(120)] public Eui64 Eui64;

    /// <summary>LBA Formats 0 to 63.</summary>
    [FieldOffset(128)] public LbaFormats Lbaf;

    /// <summary>Vendor Specific.</summary>
    [FieldOffset(384)] public NamespaceVendorBytes Vs;
}

/// <summary>LBA Format, 4 bytes. An LBADS below 9 says that the format is not available.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct LbaFormat
{
    public const int Size = 4;

    /// <summary>Metadata Size, in bytes a logical block.</summary>
    [FieldOffset(0)] public ushort Ms;

    /// <summary>LBA Data Size: 2^n bytes.</summary>
    [FieldOffset(2)] public byte Lbads;

    /// <summary>Relative Performance.</summary>
    [FieldOffset(3)] public RelativePerformance Rp;
}

/// <summary>Relative performance of an LBA format among those of the controller.</summary>
public readonly record struct RelativePerformance(byte Raw)
{
    /// <summary>0 best, 1 better, 2 good, 3 degraded.</summary>
    public byte Rank { get => (byte)Bits.Get(Raw, 1, 0); init => Raw = (byte)Bits.With(Raw, 1, 0, value); }
}

/// <summary>The LBA formats of a namespace.</summary>
[InlineArray(64)]
public struct LbaFormats
{
    private LbaFormat _first;
}

/// <summary>The vendor's part of Identify Namespace.</summary>
[InlineArray(3712)]
public struct NamespaceVendorBytes
{
    private byte _first;
}
