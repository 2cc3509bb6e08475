using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>MSI-X capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct MsixCapability
{
    public const int Size = 12;
    public const int HeaderOffset = 0x00;
    public const int ControlOffset = 0x02;
    public const int TableOffset = 0x04;
    public const int PendingBitsOffset = 0x08;

    [FieldOffset(HeaderOffset)] public CapabilityHeader Header;

    [FieldOffset(ControlOffset)] public MsixControl Control;

    [FieldOffset(TableOffset)] public MsixLocation Table;

    [FieldOffset(PendingBitsOffset)] public MsixLocation PendingBits;
}

/// <summary>Message Control.</summary>
public readonly record struct MsixControl(ushort Raw)
{
    /// <summary>Number of table entries, 0's based.</summary>
    public ushort TableSizeZ { get => (ushort)Bits.Get(Raw, 10, 0); init => Raw = (ushort)Bits.With(Raw, 10, 0, value); }

    public bool FunctionMask { get => Bits.Get(Raw, 14); init => Raw = (ushort)Bits.With(Raw, 14, value); }

    public bool Enable { get => Bits.Get(Raw, 15); init => Raw = (ushort)Bits.With(Raw, 15, value); }
}

/// <summary>Where the table or the pending bit array lies.</summary>
public readonly record struct MsixLocation(uint Raw)
{
    /// <summary>Which BAR.</summary>
    public byte Bir { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    /// <summary>Bytes into that BAR, a multiple of 8.</summary>
    public uint Offset
    {
        get => Raw & ~7u;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(value & 7, 0u);
            Raw = value | (Raw & 7);
        }
    }
}

/// <summary>An entry of the MSI-X table.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct MsixTableEntry
{
    public const int Size = 16;
    public const int AddressOffset = 0x00;
    public const int DataOffset = 0x08;
    public const int ControlOffset = 0x0C;

    /// <summary>Message Address.</summary>
    [FieldOffset(AddressOffset)] public ulong Address;

    /// <summary>Message Data.</summary>
    [FieldOffset(DataOffset)] public uint Data;

    /// <summary>Vector Control.</summary>
    [FieldOffset(ControlOffset)] public MsixVectorControl Control;
}

/// <summary>Vector Control of an MSI-X table entry.</summary>
public readonly record struct MsixVectorControl(uint Raw)
{
    public bool Masked { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>The pending bit array: a bit for each vector, in quadwords.</summary>
public static class MsixPendingBits
{
    /// <summary>Bytes for that many vectors.</summary>
    public static int SizeFor(int vectors) => (vectors + 63) / 64 * 8;
}
