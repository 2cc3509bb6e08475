using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>UUID List, CNS 17h (Base 2.3 5.2.13.2.14). The first entry has index 1; a UUID of zero ends the list.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct UuidList
{
    public const int Size = 4096;

    /// <summary>The most entries that the list holds.</summary>
    public const int Capacity = 127;

    /// <summary>Entry of UUID index n is <c>Entries[n - 1]</c>.</summary>
    [FieldOffset(32)] public UuidListEntries Entries;
}

/// <summary>UUID List Entry.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct UuidListEntry
{
    public const int Size = 32;

    [FieldOffset(0)] public UuidListHeader Header;

    [FieldOffset(16)] public Uuid Uuid;
}

/// <summary>Header of a UUID list entry.</summary>
public readonly record struct UuidListHeader(byte Raw)
{
    /// <summary>Whose UUID it is: 0 not said, 1 of the PCI vendor, 2 of the PCI subsystem vendor.</summary>
    public byte Association { get => (byte)Bits.Get(Raw, 1, 0); init => Raw = (byte)Bits.With(Raw, 1, 0, value); }
}

/// <summary>The entries of a UUID list.</summary>
[InlineArray(127)]
public struct UuidListEntries
{
    private UuidListEntry _first;
}
