using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Firmware Slot Information, LID 03h (Base 2.3 5.2.12.1.4).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct FirmwareSlotLog
{
    public const int Size = 512;

    /// <summary>Active Firmware Info.</summary>
    [FieldOffset(0)] public ActiveFirmware Afi;

    /// <summary>Firmware revisions of slots 1 to 7, slot n at index n - 1; zeroes where there is none.</summary>
    [FieldOffset(8)] public FirmwareRevisions Frs;
}

/// <summary>AFI, Active Firmware Info.</summary>
public readonly record struct ActiveFirmware(byte Raw)
{
    /// <summary>CAFS: the slot that the running firmware came from.</summary>
    public byte Current { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = (byte)Bits.With(Raw, 2, 0, value); }

    /// <summary>NAFS: the slot activated at the next reset; 0 is not said.</summary>
    public byte Next { get => (byte)Bits.Get(Raw, 6, 4); init => Raw = (byte)Bits.With(Raw, 6, 4, value); }
}

/// <summary>The firmware revisions of the slots.</summary>
[InlineArray(7)]
public struct FirmwareRevisions
{
    private Ascii8 _first;
}
