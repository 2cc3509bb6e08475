using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Telemetry Host-Initiated and Controller-Initiated, LID 07h and 08h (Base 2.3 5.2.12.1.8, 5.2.12.1.9): the head; data blocks of 512
/// bytes follow, counted from 1.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct TelemetryHeader
{
    public const int Size = 512;

    /// <summary>Log Page Identifier: 07h or 08h.</summary>
    [FieldOffset(0)] public LogId Lid;

    /// <summary>IEEE OUI Identifier of who can read the data.</summary>
    [FieldOffset(5)] public IeeeOui Ieee;

    /// <summary>Data Area 1 Last Block.</summary>
    [FieldOffset(8)] public ushort Da1lb;

    /// <summary>Data Area 2 Last Block.</summary>
    [FieldOffset(10)] public ushort Da2lb;

    /// <summary>Data Area 3 Last Block.</summary>
    [FieldOffset(12)] public ushort Da3lb;

    /// <summary>Data Area 4 Last Block.</summary>
    [FieldOffset(16)] public uint Da4lb;

    /// <summary>Telemetry Host-Initiated Scope (LID 07h).</summary>
    [FieldOffset(380)] public byte Ths;

    /// <summary>Telemetry Host-Initiated Data Generation Number (LID 07h), or Telemetry Controller-Initiated Scope (LID 08h).</summary>
    [FieldOffset(381)] public byte ThdgnOrTcs;

    /// <summary>Telemetry Controller-Initiated Data Available: 0 or 1.</summary>
    [FieldOffset(382)] public byte Tcda;

    /// <summary>Telemetry Controller-Initiated Data Generation Number.</summary>
    [FieldOffset(383)] public byte Tcdgn;

    /// <summary>Reason Identifier.</summary>
    [FieldOffset(384)] public TelemetryReason Rid;
}

/// <summary>The vendor's reason for a telemetry capture.</summary>
[InlineArray(128)]
public struct TelemetryReason
{
    private byte _first;
}
