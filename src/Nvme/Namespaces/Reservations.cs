using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>RTYPE, Reservation Type (Base 2.3 7.5). Unknown ones are values.</summary>
public enum ReservationType : byte
{
    None = 0,
    WriteExclusive = 1,
    ExclusiveAccess = 2,
    WriteExclusiveRegistrantsOnly = 3,
    ExclusiveAccessRegistrantsOnly = 4,
    WriteExclusiveAllRegistrants = 5,
    ExclusiveAccessAllRegistrants = 6,
}

/// <summary>
/// Reservation Status data structure, the head: what Reservation Report returns (Base 2.3 7.8). <see cref="Registrant"/>s follow, or,
/// after 40 reserved bytes, <see cref="ExtendedRegistrant"/>s.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct ReservationStatusHeader
{
    public const int Size = 24;

    /// <summary>Bytes before the first extended registrant.</summary>
    public const int ExtendedSize = 64;

    /// <summary>Generation.</summary>
    [FieldOffset(0)] public uint Gen;

    /// <summary>Reservation Type; 0 where none is held.</summary>
    [FieldOffset(4)] public ReservationType Rtype;

    /// <summary>Number of Registrants.</summary>
    [FieldOffset(5)] public ushort Regstrnt;

    /// <summary>Persist Through Power Loss State: 0 or 1.</summary>
    [FieldOffset(9)] public byte Ptpls;
}

/// <summary>Registrant data structure (Base 2.3 7.8).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct Registrant
{
    public const int Size = 24;

    /// <summary>Controller ID; FFFDh where the registrant has none in this subsystem.</summary>
    [FieldOffset(0)] public ushort Cntlid;

    /// <summary>Reservation Status.</summary>
    [FieldOffset(2)] public ReservationHolder Rcsts;

    /// <summary>Host Identifier, 64 bits.</summary>
    [FieldOffset(8)] public ulong Hostid;

    /// <summary>Reservation Key.</summary>
    [FieldOffset(16)] public ulong Rkey;
}

/// <summary>Registrant Extended data structure (Base 2.3 7.8).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size, Pack = 1)]
public record struct ExtendedRegistrant
{
    public const int Size = 64;

    /// <summary>Controller ID; FFFDh where the registrant has none in this subsystem.</summary>
    [FieldOffset(0)] public ushort Cntlid;

    /// <summary>Reservation Status.</summary>
    [FieldOffset(2)] public ReservationHolder Rcsts;

    /// <summary>Reservation Key.</summary>
    [FieldOffset(8)] public ulong Rkey;

    /// <summary>Host Identifier, 128 bits.</summary>
    [FieldOffset(16)] public UInt128 Hostid;
}

/// <summary>RCSTS.</summary>
public readonly record struct ReservationHolder(byte Raw)
{
    /// <summary>AHHR: the registrant holds a reservation.</summary>
    public bool Holds { get => Bits.Get(Raw, 0); init => Raw = (byte)Bits.With(Raw, 0, value); }
}

/// <summary>RREGA, Reservation Register Action.</summary>
public enum RegisterAction : byte
{
    Register = 0,
    Unregister = 1,
    Replace = 2,
}

/// <summary>RACQA, Reservation Acquire Action.</summary>
public enum AcquireAction : byte
{
    Acquire = 0,
    Preempt = 1,
    PreemptAndAbort = 2,
}

/// <summary>RRELA, Reservation Release Action.</summary>
public enum ReleaseAction : byte
{
    Release = 0,
    Clear = 1,
}

/// <summary>CPTPL, Change Persist Through Power Loss State.</summary>
public enum PersistenceChange : byte
{
    NoChange = 0,
    Clear = 2,
    Persist = 3,
}
