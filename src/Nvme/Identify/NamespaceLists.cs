using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Namespace List, 4096 bytes: up to 1024 NSIDs, ascending, 0 after the last (Base 2.3 4.6.2). CNS 02h and 10h, and the log pages of
/// changed namespaces.
/// </summary>
[InlineArray(Capacity)]
public struct NamespaceIdList
{
    public const int Size = 4096;
    public const int Capacity = 1024;

    private uint _first;
}

/// <summary>
/// Controller List, 4096 bytes: a count, then up to 2047 controller identifiers, ascending (Base 2.3 4.6.1). CNS 12h and 13h, and the
/// data of Namespace Attachment.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct ControllerList
{
    public const int Size = 4096;
    public const int Capacity = 2047;

    /// <summary>Number of Identifiers.</summary>
    [FieldOffset(0)] public ushort Numid;

    /// <summary>Controller identifiers, as many as <see cref="Numid"/> says.</summary>
    [FieldOffset(2)] public ControllerIds Ids;
}

/// <summary>The identifiers of a controller list.</summary>
[InlineArray(2047)]
public struct ControllerIds
{
    private ushort _first;
}
