using System.Buffers.Binary;

namespace Conformance.Sim;

/// <summary>CRC-16/T10-DIF: polynomial 8BB7h, most significant bit first, start 0, no final inversion; "123456789" gives D0DBh.</summary>
public static class Crc16
{
    private const ushort Polynomial = 0x8BB7;

    // 256 entries for each of eight positions: the CRC of a byte that is followed by 0 to 7 zero bytes, so that eight bytes go at once.
    private static readonly ushort[] _table = MakeTable();

    /// <summary>Continues <paramref name="crc"/>, which is 0 at first, over more bytes.</summary>
    public static ushort Compute(ReadOnlySpan<byte> bytes, ushort crc = 0)
    {
        var table = _table;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var word = BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ ((ulong)crc << 48);
            crc = (ushort)(
                table[0x700 + (byte)(word >> 56)] ^ table[0x600 + (byte)(word >> 48)] ^
                table[0x500 + (byte)(word >> 40)] ^ table[0x400 + (byte)(word >> 32)] ^
                table[0x300 + (byte)(word >> 24)] ^ table[0x200 + (byte)(word >> 16)] ^
                table[0x100 + (byte)(word >> 8)] ^ table[(byte)word]);
        }

        foreach (var b in bytes) crc = (ushort)((crc << 8) ^ table[(byte)(crc >> 8) ^ b]);
        return crc;
    }

    private static ushort[] MakeTable()
    {
        var table = new ushort[8 * 256];
        for (var b = 0; b < 256; b++)
        {
            var crc = b << 8;
            for (var bit = 0; bit < 8; bit++) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? Polynomial : 0);
            table[b] = (ushort)crc;
        }

        for (var i = 256; i < table.Length; i++)
        {
            var before = table[i - 256];
            table[i] = (ushort)((before << 8) ^ table[before >> 8]);
        }

        return table;
    }
}
