using System.Buffers.Binary;

namespace Conformance.Nvme;

/// <summary>16 bits, most significant byte first.</summary>
public readonly record struct BigEndian16
{
    private readonly ushort _stored;

    private BigEndian16(ushort value) => _stored = BinaryPrimitives.ReverseEndianness(value);

    public ushort Value => BinaryPrimitives.ReverseEndianness(_stored);

    public static implicit operator BigEndian16(ushort value) => new(value);

    public static implicit operator ushort(BigEndian16 field) => field.Value;

    public override string ToString() => Value.ToString();
}

/// <summary>32 bits, most significant byte first.</summary>
public readonly record struct BigEndian32
{
    private readonly uint _stored;

    private BigEndian32(uint value) => _stored = BinaryPrimitives.ReverseEndianness(value);

    public uint Value => BinaryPrimitives.ReverseEndianness(_stored);

    public static implicit operator BigEndian32(uint value) => new(value);

    public static implicit operator uint(BigEndian32 field) => field.Value;

    public override string ToString() => Value.ToString();
}
