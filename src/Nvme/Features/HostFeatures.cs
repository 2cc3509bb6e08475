using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Timestamp data structure, 8 bytes, of FID 0Eh (Base 2.3 5.2.26.1.7) and of log pages.</summary>
public readonly record struct Timestamp(ulong Raw)
{
    /// <summary>Since 1970-01-01 UTC, or since the last reset where <see cref="Origin"/> says so.</summary>
    public ulong Milliseconds { get => Bits.Get(Raw, 47, 0); init => Raw = Bits.With(Raw, 47, 0, value); }

    /// <summary>SYNC: the controller may have stopped counting for a while.</summary>
    public bool Stopped { get => Bits.Get(Raw, 48); init => Raw = Bits.With(Raw, 48, value); }

    /// <summary>Timestamp Origin.</summary>
    public TimestampOrigin Origin { get => (TimestampOrigin)Bits.Get(Raw, 51, 49); init => Raw = Bits.With(Raw, 51, 49, (ulong)value); }
}

/// <summary>What a timestamp counts from.</summary>
public enum TimestampOrigin : byte
{
    /// <summary>It was cleared by a Controller Level Reset.</summary>
    Reset = 0,

    /// <summary>It was set by Set Features.</summary>
    Host = 1,
}

/// <summary>Host Behavior Support, the data of FID 16h (Base 2.3 5.2.26.1.14). A byte is 0 or 1.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct HostBehaviorSupport
{
    public const int Size = 512;

    /// <summary>Advanced Command Retry Enable.</summary>
    [FieldOffset(0)] public byte Acre;

    /// <summary>Extended Telemetry Data Area 4 Supported.</summary>
    [FieldOffset(1)] public byte Etdas;

    /// <summary>LBA Format Extension Enable.</summary>
    [FieldOffset(2)] public byte Lbafee;

    /// <summary>Host Dispersed Namespace Support.</summary>
    [FieldOffset(3)] public byte Hdisns;

    /// <summary>Copy Descriptor Formats Enable.</summary>
    [FieldOffset(4)] public CopyFormatsEnable Cdfe;
}

/// <summary>CDFE: descriptor formats of Copy that work only after the host enables them.</summary>
public readonly record struct CopyFormatsEnable(ushort Raw)
{
    public bool Format2 { get => Bits.Get(Raw, 2); init => Raw = (ushort)Bits.With(Raw, 2, value); }

    public bool Format3 { get => Bits.Get(Raw, 3); init => Raw = (ushort)Bits.With(Raw, 3, value); }

    public bool Format4 { get => Bits.Get(Raw, 4); init => Raw = (ushort)Bits.With(Raw, 4, value); }
}

/// <summary>Host Identifier, FID 81h (Base 2.3 5.2.26.1.32). The data is 8 bytes, or 16 when extended.</summary>
public readonly record struct HostIdentifierFeature(uint Raw)
{
    /// <summary>EXHID.</summary>
    public bool Extended { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>Software Progress Marker, FID 80h (Base 2.3 5.2.26.1.31).</summary>
public readonly record struct SoftwareProgressFeature(uint Raw)
{
    /// <summary>PBSLC.</summary>
    public byte PreBootLoadCount { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = Bits.With(Raw, 7, 0, value); }
}

/// <summary>I/O Command Set Profile, FID 19h (Base 2.3 5.2.26.1.17).</summary>
public readonly record struct IoCommandSetProfileFeature(uint Raw)
{
    /// <summary>IOCSCI.</summary>
    public ushort Combination { get => (ushort)Bits.Get(Raw, 8, 0); init => Raw = Bits.With(Raw, 8, 0, value); }
}

/// <summary>LBA Status Information Report Interval, FID 15h.</summary>
public readonly record struct LbaStatusIntervalFeature(uint Raw)
{
    /// <summary>LSIRI, in units of 100 ms.</summary>
    public ushort ReportInterval { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>LSIPI, in units of 100 ms.</summary>
    public ushort PollInterval { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>Endurance Group Event Configuration, FID 18h (Base 2.3 5.2.26.1.16).</summary>
public readonly record struct EnduranceGroupEventFeature(uint Raw)
{
    /// <summary>ENDGID.</summary>
    public ushort EnduranceGroup { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>EGCW.</summary>
    public byte CriticalWarnings { get => (byte)Bits.Get(Raw, 23, 16); init => Raw = Bits.With(Raw, 23, 16, value); }
}

/// <summary>Read Recovery Level Config, FID 12h: dword 12 of Set Features (Base 2.3 5.2.26.1.11). Dword 11 names the NVM Set.</summary>
public readonly record struct ReadRecoveryFeature(uint Raw)
{
    /// <summary>RRL.</summary>
    public byte Level { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = Bits.With(Raw, 3, 0, value); }
}
