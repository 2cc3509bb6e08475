namespace Conformance.Sim;

/// <summary>
/// 4 KiB of configuration space as dwords, each with a mask of the bits that its host may write. The host's writes are there at once;
/// what they cause is the <see cref="ConfigStep"/>'s. Both lanes may change a dword, never the same bits. Behind what was defined all is
/// zero and stays so, and takes no memory: there may be thousands of functions.
/// </summary>
internal sealed class ConfigSpace
{
    public const int Size = 4096;

    private uint[] _dwords = new uint[64];
    private uint[] _writable = new uint[64];
    private uint[] _initial = [];

    /// <summary>Takes what was built so far for the values after a reset; no more is defined afterwards.</summary>
    public void Seal() => _initial = [.. _dwords];

    /// <summary>Values after a reset.</summary>
    public void Reset()
    {
        for (var i = 0; i < _dwords.Length; i++) Volatile.Write(ref _dwords[i], _initial[i]);
    }

    /// <summary>Defines bytes; little endian.</summary>
    public void Define(int offset, int width, uint value, uint writable = 0)
    {
        var shift = (offset & 3) * 8;
        var mask = Mask(width) << shift;
        if (offset >> 2 >= _dwords.Length) Reach(offset >> 2);
        ref var dword = ref _dwords[offset >> 2];
        dword = (dword & ~mask) | ((value << shift) & mask);
        ref var bits = ref _writable[offset >> 2];
        bits = (bits & ~mask) | ((writable << shift) & mask);
    }

    public uint Dword(int offset) => offset >> 2 < _dwords.Length ? Volatile.Read(ref _dwords[offset >> 2]) : 0;

    public uint Read(int offset, int width) => (Dword(offset) >> ((offset & 3) * 8)) & Mask(width);

    /// <summary>The device's own change of some bits of a dword.</summary>
    public void Change(int offset, uint mask, uint value)
    {
        ref var dword = ref _dwords[offset >> 2];
        uint old;
        do old = Volatile.Read(ref dword);
        while (Interlocked.CompareExchange(ref dword, (old & ~mask) | (value & mask), old) != old);
    }

    /// <summary>The device's own change of a value that a reset leaves.</summary>
    public void Redefine(int offset, uint mask, uint value)
    {
        ref var initial = ref _initial[offset >> 2];
        initial = (initial & ~mask) | (value & mask);
        Change(offset, mask, value);
    }

    /// <summary>The host's write: the dword before and after.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="width">1, 2 or 4 bytes.</param>
    /// <param name="value">What the host writes.</param>
    /// <param name="locked">Bits of the dword that may not change now.</param>
    public (uint Old, uint New) Write(int offset, int width, uint value, uint locked = 0)
    {
        if (offset >> 2 >= _dwords.Length) return (0, 0);
        var shift = (offset & 3) * 8;
        ref var dword = ref _dwords[offset >> 2];
        var mask = (Mask(width) << shift) & _writable[offset >> 2] & ~locked;
        uint old, next;
        do
        {
            old = Volatile.Read(ref dword);
            next = (old & ~mask) | ((value << shift) & mask);
        }
        while (Interlocked.CompareExchange(ref dword, next, old) != old);
        return (old, next);
    }

    private void Reach(int index)
    {
        var length = Math.Min((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)index + 1), Size / 4);
        Array.Resize(ref _dwords, length);
        Array.Resize(ref _writable, length);
    }

    private static uint Mask(int width) => width switch
    {
        1 => 0xFF,
        2 => 0xFFFF,
        4 => 0xFFFF_FFFF,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Configuration space is read and written by 1, 2 or 4 bytes."),
    };
}
