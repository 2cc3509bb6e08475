using System.Numerics;

namespace Conformance.Sim;

/// <summary>Bit sets: of up to 128 blocks in a word, and of any number in an array.</summary>
internal static class BlockBits
{
    /// <summary>Bits <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1, of 128.</summary>
    public static UInt128 Range(int first, int count) => count == 128 ? UInt128.MaxValue : ((UInt128.One << count) - 1) << first;

    /// <summary>How many bits from <paramref name="first"/> on are the same as that one, at most up to bit 127.</summary>
    public static int RunLength(UInt128 bits, int first)
    {
        var rest = bits >> first;
        if ((rest & 1) != 0) rest = ~rest & (UInt128.MaxValue >> first);
        return rest == 0 ? 128 - first : (int)UInt128.TrailingZeroCount(rest);
    }

    public static void Set(ulong[] bits, int index) => bits[index >> 6] |= 1UL << index;

    public static void Reset(ulong[] bits, int index) => bits[index >> 6] &= ~(1UL << index);

    public static bool Has(ulong[] bits, int index) => (bits[index >> 6] >> index & 1) != 0;

    /// <summary>The first set bit at or after <paramref name="from"/>, or 64 times the length where there is none.</summary>
    public static int NextSet(ulong[] bits, int from)
    {
        var word = from >> 6;
        if (word >= bits.Length) return bits.Length << 6;
        var rest = bits[word] & (ulong.MaxValue << from);
        while (rest == 0)
        {
            if (++word == bits.Length) return bits.Length << 6;
            rest = bits[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(rest);
    }
}
