using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Primary Controller Capabilities, CNS 14h (Base 2.3 5.2.13.3.1). VQ resources are queue pairs, VI resources interrupt vectors.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct PrimaryControllerCapabilities
{
    public const int Size = 4096;

    /// <summary>Controller Identifier.</summary>
    [FieldOffset(0)] public ushort Cntlid;

    /// <summary>Port Identifier.</summary>
    [FieldOffset(2)] public ushort Portid;

    /// <summary>Controller Resource Types.</summary>
    [FieldOffset(4)] public ControllerResourceTypes Crt;

    /// <summary>VQ Resources Flexible Total.</summary>
    [FieldOffset(32)] public uint Vqfrt;

    /// <summary>VQ Resources Flexible Assigned, to secondary controllers.</summary>
    [FieldOffset(36)] public uint Vqrfa;

    /// <summary>VQ Resources Flexible Allocated to Primary.</summary>
    [FieldOffset(40)] public ushort Vqrfap;

    /// <summary>VQ Resources Private Total.</summary>
    [FieldOffset(42)] public ushort Vqprt;

    /// <summary>VQ Resources Flexible Secondary Maximum.</summary>
    [FieldOffset(44)] public ushort Vqfrsm;

    /// <summary>VQ Flexible Resource Preferred Granularity.</summary>
    [FieldOffset(46)] public ushort Vqgran;

    /// <summary>VI Resources Flexible Total.</summary>
    [FieldOffset(64)] public uint Vifrt;

    /// <summary>VI Resources Flexible Assigned, to secondary controllers.</summary>
    [FieldOffset(68)] public uint Virfa;

    /// <summary>VI Resources Flexible Allocated to Primary.</summary>
    [FieldOffset(72)] public ushort Virfap;

    /// <summary>VI Resources Private Total.</summary>
    [FieldOffset(74)] public ushort Viprt;

    /// <summary>VI Resources Flexible Secondary Maximum.</summary>
    [FieldOffset(76)] public ushort Vifrsm;

    /// <summary>VI Flexible Resource Preferred Granularity.</summary>
    [FieldOffset(78)] public ushort Vigran;
}

/// <summary>CRT, Controller Resource Types.</summary>
public readonly record struct ControllerResourceTypes(byte Raw)
{
    /// <summary>VQRS.</summary>
    public bool VirtualQueues { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>VIRS.</summary>
    public bool VirtualInterrupts { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}
