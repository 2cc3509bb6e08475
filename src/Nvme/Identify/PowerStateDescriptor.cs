using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// Power State Descriptor, 32 bytes (Base 2.3 5.2.13.2.1). A latency, power or rank of 0 is not reported where its scale says so.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct PowerStateDescriptor
{
    public const int Size = 32;

    /// <summary>Maximum Power, in centiwatts or units of 0.1 mW as <see cref="PowerStateFlags.MaximumPowerScale"/> says.</summary>
    [FieldOffset(0)] public ushort Mp;

    [FieldOffset(3)] public PowerStateFlags Flags;

    /// <summary>Entry Latency, in microseconds.</summary>
    [FieldOffset(4)] public uint Enlat;

    /// <summary>Exit Latency, in microseconds.</summary>
    [FieldOffset(8)] public uint Exlat;

    /// <summary>Relative Read Throughput: bits 4:0, 0 is the best.</summary>
    [FieldOffset(12)] public byte Rrt;

    /// <summary>Relative Read Latency: bits 4:0.</summary>
    [FieldOffset(13)] public byte Rrl;

    /// <summary>Relative Write Throughput: bits 4:0.</summary>
    [FieldOffset(14)] public byte Rwt;

    /// <summary>Relative Write Latency: bits 4:0.</summary>
    [FieldOffset(15)] public byte Rwl;

    /// <summary>Idle Power, in the unit of <see cref="Ips"/>.</summary>
    [FieldOffset(16)] public ushort Idlp;

    /// <summary>Idle Power Scale.</summary>
    [FieldOffset(18)] public IdlePowerScale Ips;

    /// <summary>Active Power, in the unit of <see cref="Apws"/>.</summary>
    [FieldOffset(20)] public ushort Actp;

    /// <summary>Active Power Scale and Workload.</summary>
    [FieldOffset(22)] public ActivePower Apws;

    /// <summary>Emergency Power Fail Recovery Time, in the unit of <see cref="EpfrFqvTs"/>.</summary>
    [FieldOffset(23)] public byte Epfrt;

    /// <summary>Forced Quiescence Vault Time, in the unit of <see cref="EpfrFqvTs"/>.</summary>
    [FieldOffset(24)] public byte Fqvt;

    /// <summary>Emergency Power Fail Vault Time, in the unit of <see cref="Epfvts"/>.</summary>
    [FieldOffset(25)] public byte Epfvt;

    /// <summary>Time scales of EPFRT and FQVT.</summary>
    [FieldOffset(26)] public RecoveryTimeScales EpfrFqvTs;

    /// <summary>Emergency Power Fail Vault Time Scale: bits 3:0.</summary>
    [FieldOffset(27)] public byte Epfvts;
}

/// <summary>Bits of a power state that stand beside its maximum power.</summary>
public readonly record struct PowerStateFlags(byte Raw)
{
    /// <summary>MXPS: MP counts 0.1 mW, not 10 mW.</summary>
    public bool MaximumPowerScale { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>NOPS: no I/O command is processed in this state.</summary>
    public bool NonOperational { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }
}

/// <summary>Idle Power Scale.</summary>
public readonly record struct IdlePowerScale(byte Raw)
{
    public PowerScale Scale { get => (PowerScale)Bits.Get(Raw, 7, 6); init => Raw = (byte)Bits.With(Raw, 7, 6, (uint)value); }
}

/// <summary>Active Power Scale and Active Power Workload.</summary>
public readonly record struct ActivePower(byte Raw)
{
    public PowerScale Scale { get => (PowerScale)Bits.Get(Raw, 7, 6); init => Raw = (byte)Bits.With(Raw, 7, 6, (uint)value); }

    /// <summary>APW: 0 none, 1 and 2 the workloads of the standard.</summary>
    public byte Workload { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = (byte)Bits.With(Raw, 2, 0, value); }
}

/// <summary>Scales of two recovery times.</summary>
public readonly record struct RecoveryTimeScales(byte Raw)
{
    /// <summary>FQVTS.</summary>
    public byte ForcedQuiescenceVault { get => (byte)Bits.Get(Raw, 7, 4); init => Raw = (byte)Bits.With(Raw, 7, 4, value); }

    /// <summary>EPFRTS.</summary>
    public byte EmergencyPowerFailRecovery { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, value); }
}

/// <summary>Unit of an idle or active power.</summary>
public enum PowerScale : byte
{
    NotReported = 0,
    TenthOfMilliwatt = 1,
    TenMilliwatts = 2,
}
