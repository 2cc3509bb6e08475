using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Host Memory Buffer, FID 0Dh: dword 11 of Set Features (Base 2.3 5.2.26.2.4). No controller of a subsystem with a migration management
/// controller supports it.
/// </summary>
public readonly record struct HostMemoryBufferFeature(uint Raw)
{
    /// <summary>EHM.</summary>
    public bool Enable { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>MR.</summary>
    public bool MemoryReturn { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>HMNARE.</summary>
    public bool NonOperationalRestriction { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }
}

/// <summary>What Get Features returns for the host memory buffer.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct HostMemoryBufferAttributes
{
    public const int Size = 4096;

    /// <summary>Host Memory Buffer Size, in pages of CC.MPS.</summary>
    [FieldOffset(0)] public uint Hsize;

    /// <summary>Host Memory Descriptor List Address Lower.</summary>
    [FieldOffset(4)] public uint Hmdlal;

    /// <summary>Host Memory Descriptor List Address Upper.</summary>
    [FieldOffset(8)] public uint Hmdlau;

    /// <summary>Host Memory Descriptor List Entry Count.</summary>
    [FieldOffset(12)] public uint Hmdlec;
}

/// <summary>One range of the host memory buffer.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct HostMemoryBufferDescriptor
{
    public const int Size = 16;

    /// <summary>Buffer Address.</summary>
    [FieldOffset(0)] public ulong Badd;

    /// <summary>Buffer Size, in pages of CC.MPS.</summary>
    [FieldOffset(8)] public uint Bsize;
}
