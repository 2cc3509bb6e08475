using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// NVM Command Set specific Identify Controller, CNS 06h, CSI 00h (Base 2.3 5.2.13.2.6). Limits are 0 where there is none; sizes count
/// pages of CAP.MPSMIN.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct NvmController
{
    public const int Size = 4096;

    /// <summary>Verify Size Limit: 2^n pages.</summary>
    [FieldOffset(0)] public byte Vsl;

    /// <summary>Write Zeroes Size Limit: 2^n pages.</summary>
    [FieldOffset(1)] public byte Wzsl;

    /// <summary>Write Uncorrectable Size Limit: 2^n pages.</summary>
    [FieldOffset(2)] public byte Wusl;

    /// <summary>Dataset Management Ranges Limit.</summary>
    [FieldOffset(3)] public byte Dmrl;

    /// <summary>Dataset Management Range Size Limit, in logical blocks.</summary>
    [FieldOffset(4)] public uint Dmrsl;

    /// <summary>Dataset Management Size Limit, in logical blocks.</summary>
    [FieldOffset(8)] public ulong Dmsl;

    /// <summary>Key Per I/O Capabilities.</summary>
    [FieldOffset(16)] public byte Kpiocap;

    /// <summary>Write Zeroes With Deallocate Size Limit: 2^n pages.</summary>
    [FieldOffset(17)] public byte Wzdsl;

    /// <summary>Admin Optional Command Support.</summary>
    [FieldOffset(18)] public AdminOptionalCommands Aocs;

    /// <summary>Version of the NVM Command Set, as the VS property: 1.1 is 00010100h.</summary>
    [FieldOffset(20)] public uint Ver;

    /// <summary>LBA Migration Queue Format: 0 is entry type 0, C0h and above are the vendor's.</summary>
    [FieldOffset(24)] public byte Lbamqf;
}

/// <summary>AOCS, Admin Optional Command Support of the NVM Command Set.</summary>
public readonly record struct AdminOptionalCommands(ushort Raw)
{
    /// <summary>RALBAS: Get LBA Status reports allocated logical blocks.</summary>
    public bool ReportAllocatedLbas { get => Bits.Get(Raw, 0); init => Raw = (ushort)Bits.With(Raw, 0, value); }
}
