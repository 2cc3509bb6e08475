using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Secondary Controller List, CNS 15h (Base 2.3 5.2.13.3.2).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct SecondaryControllerList
{
    public const int Size = 4096;

    /// <summary>The most entries that one list holds.</summary>
    public const int Capacity = 127;

    /// <summary>Number of Entries.</summary>
    [FieldOffset(0)] public byte Nument;

    /// <summary>As many as <see cref="Nument"/> says.</summary>
    [FieldOffset(32)] public SecondaryControllerEntries Entries;
}

/// <summary>Secondary Controller Entry (Base 2.3 5.2.13.3.2).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct SecondaryControllerEntry
{
    public const int Size = 32;

    /// <summary>Secondary Controller Identifier.</summary>
    [FieldOffset(0)] public ushort Scid;

    /// <summary>Primary Controller Identifier.</summary>
    [FieldOffset(2)] public ushort Pcid;

    /// <summary>Secondary Controller State.</summary>
    [FieldOffset(4)] public SecondaryControllerState Scs;

    /// <summary>Virtual Function Number, counted from 1; 0 where it is not a virtual function.</summary>
    [FieldOffset(8)] public ushort Vfn;

    /// <summary>Number of VQ Flexible Resources Assigned.</summary>
    [FieldOffset(10)] public ushort Nvq;

    /// <summary>Number of VI Flexible Resources Assigned.</summary>
    [FieldOffset(12)] public ushort Nvi;
}

/// <summary>SCS, Secondary Controller State.</summary>
public readonly record struct SecondaryControllerState(byte Raw)
{
    public bool Online { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }
}

/// <summary>The entries of a secondary controller list.</summary>
[InlineArray(127)]
public struct SecondaryControllerEntries
{
    private SecondaryControllerEntry _first;
}
