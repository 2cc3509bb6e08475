using System.Buffers.Binary;

namespace Conformance.Nvme;

/// <summary>IEEE organizationally unique identifier, 3 bytes, least significant first (Base 2.3 4.5.3).</summary>
public readonly record struct IeeeOui(byte Low, byte Middle, byte High)
{
    public uint Value => ((uint)High << 16) | ((uint)Middle << 8) | Low;

    public static IeeeOui Of(uint value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 0xFFFFFFu);
        return new((byte)value, (byte)(value >> 8), (byte)(value >> 16));
    }

    /// <summary>Six digits, the most significant first.</summary>
    public override string ToString() => Value.ToString("X6");
}

/// <summary>IEEE extended unique identifier, 8 bytes, big endian (Base 2.3 4.5.4). Zero: the namespace has none.</summary>
public readonly record struct Eui64
{
    public const int Size = 8;

    private readonly ulong _stored;

    public Eui64(ulong value) => _stored = BinaryPrimitives.ReverseEndianness(value);

    public ulong Value => BinaryPrimitives.ReverseEndianness(_stored);

    public bool IsZero => _stored == 0;

    /// <summary>16 digits in the order of the bytes.</summary>
    public override string ToString() => Value.ToString("x16");
}

/// <summary>Namespace globally unique identifier, 16 bytes, big endian (Base 2.3 4.5.5). Zero: the namespace has none.</summary>
public readonly record struct Nguid
{
    public const int Size = 16;

    private readonly ulong _high;
    private readonly ulong _low;

    public Nguid(UInt128 value)
    {
        _high = BinaryPrimitives.ReverseEndianness((ulong)(value >> 64));
        _low = BinaryPrimitives.ReverseEndianness((ulong)value);
    }

    public UInt128 Value => new(BinaryPrimitives.ReverseEndianness(_high), BinaryPrimitives.ReverseEndianness(_low));

    public bool IsZero => (_high | _low) == 0;

    /// <summary>32 digits in the order of the bytes.</summary>
    public override string ToString() => Value.ToString("x32");
}

/// <summary>Universally unique identifier, 16 bytes in the order of RFC 9562 (Base 2.3 4.5.6).</summary>
public readonly record struct Uuid
{
    public const int Size = 16;

    private readonly ulong _high;
    private readonly ulong _low;

    public Uuid(Guid value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        _high = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }

    public Guid Value => new(Wire.Bytes(in this), bigEndian: true);

    public bool IsZero => (_high | _low) == 0;

    /// <summary>The usual form, 8-4-4-4-12 digits.</summary>
    public override string ToString() => Value.ToString();
}
