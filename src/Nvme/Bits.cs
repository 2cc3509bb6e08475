namespace Conformance.Nvme;

/// <summary>
/// Bit ranges written high first, as the standard prints them: <c>Get(cdw10, 31, 16)</c>. A value that does not fit its field is a
/// programming error and throws; a test that wants an illegal value writes the raw word.
/// </summary>
internal static class Bits
{
    public static uint Get(uint word, int high, int low) => (word >> low) & (uint)Mask(high, low);

    public static ulong Get(ulong word, int high, int low) => (word >> low) & Mask(high, low);

    public static bool Get(uint word, int bit) => ((word >> bit) & 1) != 0;

    public static bool Get(ulong word, int bit) => ((word >> bit) & 1) != 0;

    public static uint With(uint word, int high, int low, uint value) => (uint)With((ulong)word, high, low, value);

    public static ulong With(ulong word, int high, int low, ulong value)
    {
        var mask = Mask(high, low);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, mask);
        return (word & ~(mask << low)) | (value << low);
    }

    public static uint With(uint word, int bit, bool value) => value ? word | (1u << bit) : word & ~(1u << bit);

    public static ulong With(ulong word, int bit, bool value) => value ? word | (1ul << bit) : word & ~(1ul << bit);

    public static void Set(ref uint word, int high, int low, uint value) => word = With(word, high, low, value);

    public static void Set(ref uint word, int bit, bool value) => word = With(word, bit, value);

    /// <summary>A 64-bit field spread over two dwords, the low one first (SLBA, log page offset, state offset).</summary>
    public static ulong Join(uint low, uint high) => low | ((ulong)high << 32);

    public static void Split(ulong value, out uint low, out uint high) => (low, high) = ((uint)value, (uint)(value >> 32));

    private static ulong Mask(int high, int low) => ulong.MaxValue >> (63 - high + low);
}
