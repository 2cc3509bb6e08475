using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>NIDT, Namespace Identifier Type (Base 2.3 5.2.13.2.3).</summary>
public enum NamespaceIdentifierType : byte
{
    Eui64 = 1,
    Nguid = 2,
    Uuid = 3,
    /// <summary>One byte, a <see cref="CommandSetIdentifier"/>.</summary>
    CommandSet = 4,
}

/// <summary>
/// Head of a Namespace Identification Descriptor, CNS 03h (Base 2.3 5.2.13.2.3). <see cref="Nidl"/> bytes of identifier follow, then the
/// next; a length of 0 ends the list.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct NamespaceDescriptor
{
    public const int Size = 4;

    /// <summary>Namespace Identifier Type.</summary>
    [FieldOffset(0)] public NamespaceIdentifierType Nidt;

    /// <summary>Namespace Identifier Length, in bytes.</summary>
    [FieldOffset(1)] public byte Nidl;
}
