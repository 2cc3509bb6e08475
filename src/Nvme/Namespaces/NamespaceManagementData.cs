using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// What Namespace Management takes from the host to create a namespace of the NVM Command Set. Fields stand where Identify Namespace has
/// them; all others are reserved.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct NamespaceManagementData
{
    public const int Size = 4096;

    /// <summary>Namespace Size, in logical blocks.</summary>
    [FieldOffset(0)] public ulong Nsze;

    /// <summary>Namespace Capacity, in logical blocks.</summary>
    [FieldOffset(8)] public ulong Ncap;

    /// <summary>Formatted LBA Size.</summary>
    [FieldOffset(26)] public FormattedLbaSize Flbas;

    /// <summary>End-to-end Data Protection Type Settings.</summary>
    [FieldOffset(29)] public ProtectionSettings Dps;

    /// <summary>Namespace Multi-path I/O and Namespace Sharing Capabilities.</summary>
    [FieldOffset(30)] public NamespaceSharing Nmic;

    /// <summary>ANA Group Identifier.</summary>
    [FieldOffset(92)] public uint Anagrpid;

    /// <summary>NVM Set Identifier.</summary>
    [FieldOffset(100)] public ushort Nvmsetid;

    /// <summary>Endurance Group Identifier.</summary>
    [FieldOffset(102)] public ushort Endgid;

    /// <summary>Logical Block Storage Tag Mask.</summary>
    [FieldOffset(384)] public ulong Lbstm;

    /// <summary>Number of Placement Handles.</summary>
    [FieldOffset(392)] public ushort Nphndls;

    /// <summary>Placement Handle List.</summary>
    [FieldOffset(512)] public PlacementHandles Phndl;
}

/// <summary>Placement handles of a namespace.</summary>
[InlineArray(128)]
public struct PlacementHandles
{
    private ushort _first;
}

/// <summary>SEL of Namespace Management.</summary>
public enum NamespaceManagementSelect : byte
{
    Create = 0,
    Delete = 1,
}

/// <summary>SEL of Namespace Attachment.</summary>
public enum NamespaceAttachmentSelect : byte
{
    Attach = 0,
    Detach = 1,
}
