using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>I/O Command Set Independent Identify Namespace, CNS 08h (Base 2.3 5.2.13.2.8).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct IndependentNamespace
{
    public const int Size = 4096;

    /// <summary>Common Namespace Features.</summary>
    [FieldOffset(0)] public CommonNamespaceFeatures Nsfeat;

    /// <summary>Namespace Multi-path I/O and Namespace Sharing Capabilities.</summary>
    [FieldOffset(1)] public NamespaceSharing Nmic;

    /// <summary>Reservation Capabilities.</summary>
    [FieldOffset(2)] public ReservationCapabilities Rescap;

    /// <summary>Format Progress Indicator.</summary>
    [FieldOffset(3)] public FormatProgress Fpi;

    /// <summary>ANA Group Identifier.</summary>
    [FieldOffset(4)] public uint Anagrpid;

    /// <summary>Namespace Attributes.</summary>
    [FieldOffset(8)] public NamespaceAttributes Nsattr;

    /// <summary>NVM Set Identifier.</summary>
    [FieldOffset(10)] public ushort Nvmsetid;

    /// <summary>Endurance Group Identifier.</summary>
    [FieldOffset(12)] public ushort Endgid;

    /// <summary>Namespace Status.</summary>
    [FieldOffset(14)] public NamespaceStatus Nstat;

    /// <summary>Key Per I/O Status.</summary>
    [FieldOffset(15)] public KeyPerIoStatus Kpios;

    /// <summary>Maximum Key Tag.</summary>
    [FieldOffset(16)] public ushort Maxkt;

    /// <summary>Reachability Group Identifier.</summary>
    [FieldOffset(20)] public uint Rgrpid;
}
