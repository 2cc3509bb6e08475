using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Conformance.Migration;

/// <summary>What a block was found to hold.</summary>
public enum BlockContent
{
    /// <summary>A whole stamp; its fields are in <see cref="BlockStamp"/>.</summary>
    Stamped,

    /// <summary>All bytes 00h.</summary>
    Zero,

    /// <summary>All bytes FFh.</summary>
    Ones,

    /// <summary>Begins as a stamp but does not go on as one: parts of two writes, or changed bytes.</summary>
    Torn,

    /// <summary>Nothing that a guest of this suite wrote.</summary>
    Foreign,
}

/// <summary>
/// The truth that each logical block carries: who wrote it, where, which generation. 32 bytes (magic, LBA, NSID and generation,
/// writer and CRC-32C of what precedes), then one 64-bit word derived from them repeated to the end, so that a wrong block tells
/// where it came from and mixed halves are seen.
/// </summary>
/// <param name="Nsid">Namespace as the guest names it.</param>
/// <param name="Lba">Logical block.</param>
/// <param name="Generation">How many changes of this block came before.</param>
/// <param name="Writer">Which guest.</param>
public readonly record struct BlockStamp(uint Nsid, ulong Lba, uint Generation, uint Writer)
{
    private const ulong Magic = 0x4B_43_4F_4C_42_4D_4C_4E; // "NLMBLOCK"
    private const int HeaderSize = 32;

    /// <summary>Writes the stamp over a whole block of 512 bytes or more.</summary>
    public void WriteTo(Span<byte> block)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(block, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(block[8..], Lba);
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(block[20..], Nsid);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], Writer);
        BinaryPrimitives.WriteUInt32LittleEndian(block[28..], Checksum);
        MemoryMarshal.Cast<byte, ulong>(block[HeaderSize..]).Fill(Body);
    }

    /// <summary>Looks at a whole block; <paramref name="stamp"/> is what its header says where it begins as a stamp.</summary>
    public static BlockContent Read(ReadOnlySpan<byte> block, out BlockStamp stamp)
    {
        stamp = default;
        var first = BinaryPrimitives.ReadUInt64LittleEndian(block);
        if (first != Magic)
        {
            if (first == 0 && !block.ContainsAnyExcept((byte)0)) return BlockContent.Zero;
            if (first == ulong.MaxValue && !block.ContainsAnyExcept((byte)0xFF)) return BlockContent.Ones;
            return BlockContent.Foreign;
        }

        stamp = new BlockStamp(
            BinaryPrimitives.ReadUInt32LittleEndian(block[20..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(block[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(block[24..]));
        var whole = BinaryPrimitives.ReadUInt32LittleEndian(block[28..]) == stamp.Checksum
            && !MemoryMarshal.Cast<byte, ulong>(block[HeaderSize..]).ContainsAnyExcept(stamp.Body);
        return whole ? BlockContent.Stamped : BlockContent.Torn;
    }

    private uint Checksum =>
        BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(0u, Lba), ((ulong)Nsid << 32) | Generation), Writer);

    private ulong Body
    {
        get
        {
            var z = Lba ^ ((ulong)Generation << 40) ^ ((ulong)Nsid << 20) ^ ((ulong)Writer << 8) ^ 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            return (z ^ (z >> 27)) * 0x94D049BB133111EB;
        }
    }
}
