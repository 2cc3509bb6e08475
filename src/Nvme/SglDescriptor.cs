using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>SGL descriptor types. Unknown ones are values.</summary>
public enum SglType : byte
{
    DataBlock = 0x0,
    BitBucket = 0x1,
    Segment = 0x2,
    LastSegment = 0x3,
    KeyedDataBlock = 0x4,
    TransportDataBlock = 0x5,
    VendorSpecific = 0xF,
}

/// <summary>SGL descriptor subtypes. On PCIe only <see cref="Address"/> and, in the CMB, <see cref="Offset"/> mean something.</summary>
public enum SglSubtype : byte
{
    Address = 0x0,
    Offset = 0x1,
    TransportSpecific = 0xA,
}

/// <summary>SGL descriptor, 16 bytes: address, length in bytes (not 0's based), three reserved bytes, type 7:4 and subtype 3:0.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct SglDescriptor
{
    public const int Size = 16;

    public ulong Address;
    public uint Length;

    /// <summary>Bytes 15:12; byte 15 is the SGL identifier.</summary>
    public uint Dword3;

    public SglType Type { readonly get => (SglType)Bits.Get(Dword3, 31, 28); set => Bits.Set(ref Dword3, 31, 28, (byte)value); }

    public SglSubtype Subtype { readonly get => (SglSubtype)Bits.Get(Dword3, 27, 24); set => Bits.Set(ref Dword3, 27, 24, (byte)value); }

    public static SglDescriptor DataBlock(ulong address, uint length) => new() { Address = address, Length = length };

    /// <summary>Points to a segment of <paramref name="length"/> bytes of descriptors that is followed by another.</summary>
    public static SglDescriptor Segment(ulong address, uint length) =>
        new() { Address = address, Length = length, Type = SglType.Segment };

    /// <summary>Points to the last segment, <paramref name="length"/> bytes of descriptors.</summary>
    public static SglDescriptor LastSegment(ulong address, uint length) =>
        new() { Address = address, Length = length, Type = SglType.LastSegment };

    /// <summary>Bytes of a read that are thrown away.</summary>
    public static SglDescriptor BitBucket(uint length) => new() { Length = length, Type = SglType.BitBucket };
}
