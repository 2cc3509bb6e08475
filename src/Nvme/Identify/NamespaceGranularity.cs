using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Namespace Granularity List, CNS 16h (Base 2.3 5.2.13.2.13, NVM Command Set).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct NamespaceGranularityList
{
    public const int Size = 4096;

    /// <summary>NGA: bit 0, a descriptor for each LBA format; else the first is for all.</summary>
    [FieldOffset(0)] public uint Nga;

    /// <summary>Number of descriptors, 0's based.</summary>
    [FieldOffset(4)] public byte NodZ;

    [FieldOffset(32)] public NamespaceGranularities Descriptors;
}

/// <summary>Namespace Granularity descriptor, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct NamespaceGranularity
{
    public const int Size = 16;

    /// <summary>NSG: preferred granularity of the size, in bytes.</summary>
    public ulong Nsg;

    /// <summary>NCG: preferred granularity of the capacity, in bytes.</summary>
    public ulong Ncg;
}

/// <summary>The descriptors of a granularity list.</summary>
[InlineArray(16)]
public struct NamespaceGranularities
{
    private NamespaceGranularity _first;
}
