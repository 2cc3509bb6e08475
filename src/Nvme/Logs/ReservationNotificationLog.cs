using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Reservation Notification, LID 80h (Base 2.3 5.2.12.1.35). Each read takes one; all zeroes when there is none.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct ReservationNotificationLog
{
    public const int Size = 64;

    /// <summary>Log Page Count.</summary>
    [FieldOffset(0)] public ulong Lpc;

    /// <summary>Reservation Notification Log Page Type.</summary>
    [FieldOffset(8)] public ReservationNotification Rnlpt;

    /// <summary>Number of Available Log Pages besides this one.</summary>
    [FieldOffset(9)] public byte Nalp;

    /// <summary>Namespace ID.</summary>
    [FieldOffset(12)] public uint Nsid;
}

/// <summary>What happened to a reservation.</summary>
public enum ReservationNotification : byte
{
    None = 0,
    RegistrationPreempted = 1,
    ReservationReleased = 2,
    ReservationPreempted = 3,
}
