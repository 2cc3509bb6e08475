using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>
/// SMART / Health Information, LID 02h (Base 2.3 5.2.12.1.3). Counts of 128 bits, times as said, temperatures in kelvins.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct SmartHealthLog
{
    public const int Size = 512;

    /// <summary>Critical Warning.</summary>
    [FieldOffset(0)] public CriticalWarning Cw;

    /// <summary>Composite Temperature.</summary>
    [FieldOffset(1)] public ushort Ctemp;

    /// <summary>Available Spare, in percent.</summary>
    [FieldOffset(3)] public byte Avsp;

    /// <summary>Available Spare Threshold, in percent.</summary>
    [FieldOffset(4)] public byte Avspt;

    /// <summary>Percentage Used; may exceed 100.</summary>
    [FieldOffset(5)] public byte Pused;

    /// <summary>Endurance Group Critical Warning Summary.</summary>
    [FieldOffset(6)] public EnduranceGroupWarning Egcws;

    /// <summary>Data Units Read, in thousands of 512 bytes, rounded up.</summary>
    [FieldOffset(32)] public UInt128 Dur;

    /// <summary>Data Units Written, in thousands of 512 bytes, rounded up.</summary>
    [FieldOffset(48)] public UInt128 Duw;

    /// <summary>Host Read Commands.</summary>
    [FieldOffset(64)] public UInt128 Hrc;

    /// <summary>Host Write Commands.</summary>
    [FieldOffset(80)] public UInt128 Hwc;

    /// <summary>Controller Busy Time, in minutes.</summary>
    [FieldOffset(96)] public UInt128 Cbt;

    /// <summary>Power Cycles.</summary>
    [FieldOffset(112)] public UInt128 Pwrc;

    /// <summary>Power On Hours.</summary>
    [FieldOffset(128)] public UInt128 Poh;

    /// <summary>Unexpected Power Losses.</summary>
    [FieldOffset(144)] public UInt128 Upl;

    /// <summary>Media and Data Integrity Errors.</summary>
    [FieldOffset(160)] public UInt128 Mdie;

    /// <summary>Number of Error Information Log Entries over the life of the controller.</summary>
    [FieldOffset(176)] public UInt128 Neile;

    /// <summary>Warning Composite Temperature Time, in minutes.</summary>
    [FieldOffset(192)] public uint Wctt;

    /// <summary>Critical Composite Temperature Time, in minutes.</summary>
    [FieldOffset(196)] public uint Cctt;

    /// <summary>Temperature Sensors 1 to 8; 0 is not implemented.</summary>
    [FieldOffset(200)] public TemperatureSensors Tsen;

    /// <summary>Thermal Management Temperature 1 Transition Count.</summary>
    [FieldOffset(216)] public uint Tmt1tc;

    /// <summary>Thermal Management Temperature 2 Transition Count.</summary>
    [FieldOffset(220)] public uint Tmt2tc;

    /// <summary>Total Time for Thermal Management Temperature 1, in seconds.</summary>
    [FieldOffset(224)] public uint Tttmt1;

    /// <summary>Total Time for Thermal Management Temperature 2, in seconds.</summary>
    [FieldOffset(228)] public uint Tttmt2;

    /// <summary>Operational Lifetime Energy Consumed, in watt-hours.</summary>
    [FieldOffset(232)] public ulong Olec;

    /// <summary>Interval Power Measurement.</summary>
    [FieldOffset(240)] public uint Ipm;
}

/// <summary>CW: each set bit is a warning.</summary>
public readonly record struct CriticalWarning(byte Raw)
{
    /// <summary>ASCBT.</summary>
    public bool SpareBelowThreshold { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>TTC.</summary>
    public bool TemperatureThreshold { get => Bits.Get(Raw, 1); init => Raw = (byte)Bits.With(Raw, 1, value); }

    /// <summary>NDR.</summary>
    public bool DegradedReliability { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>AMRO.</summary>
    public bool AllMediaReadOnly { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }

    /// <summary>VMBF.</summary>
    public bool VolatileMemoryBackupFailed { get => Bits.Get(Raw, 4); init => Raw = (byte)Bits.With(Raw, 4, value); }

    /// <summary>PMRRO.</summary>
    public bool PersistentMemoryReadOnly { get => Bits.Get(Raw, 5); init => Raw = (byte)Bits.With(Raw, 5, value); }

    /// <summary>IPS.</summary>
    public bool IndeterminatePersonality { get => Bits.Get(Raw, 6); init => Raw = (byte)Bits.With(Raw, 6, value); }
}

/// <summary>EGCWS: each set bit is a warning of some endurance group.</summary>
public readonly record struct EnduranceGroupWarning(byte Raw)
{
    /// <summary>EGASCBT.</summary>
    public bool SpareBelowThreshold { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }

    /// <summary>EGDR.</summary>
    public bool DegradedReliability { get => Bits.Get(Raw, 2); init => Raw = (byte)Bits.With(Raw, 2, value); }

    /// <summary>EGRO.</summary>
    public bool ReadOnly { get => Bits.Get(Raw, 3); init => Raw = (byte)Bits.With(Raw, 3, value); }
}

/// <summary>Temperatures of sensors 1 to 8, in kelvins.</summary>
[InlineArray(8)]
public struct TemperatureSensors
{
    private ushort _first;
}
