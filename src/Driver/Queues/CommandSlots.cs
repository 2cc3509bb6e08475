using System.Numerics;

namespace Conformance.Driver;

/// <summary>What a command identifier in a completion turned out to be.</summary>
public enum CidMatch
{
    /// <summary>Of a command in flight; the slot is free again.</summary>
    Ours,

    /// <summary>Of a command that was completed before: the same answer twice.</summary>
    Doubled,

    /// <summary>Of no command that could be in flight.</summary>
    Unknown,
}

/// <summary>
/// Command identifiers of one queue: the slot in the low bits, its generation in the high bits, so that a late or doubled completion is
/// not taken for the slot's next command. Slots come back in the order in which they were freed. FFFFh is never given out.
/// Allocates nothing after construction.
/// </summary>
public sealed class CommandSlots
{
    private readonly ushort[] _generation;
    private readonly int[] _answered;
    private readonly bool[] _inFlight;
    private readonly ushort[] _free;
    private readonly int _slotBits;
    private readonly int _generations;
    private int _firstFree;

    /// <param name="count">Commands in flight at once, 1 to 32768.</param>
    public CommandSlots(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1 << 15);
        Count = FreeCount = count;
        _slotBits = BitOperations.Log2(((uint)count * 2) - 1);
        _generations = 1 << (16 - _slotBits);
        _generation = new ushort[count];
        _answered = new int[count];
        Array.Fill(_answered, -1);
        _inFlight = new bool[count];
        _free = new ushort[count];
        for (var slot = 0; slot < count; slot++) _free[slot] = (ushort)slot;
    }

    /// <summary>Slots in all.</summary>
    public int Count { get; }

    public int FreeCount { get; private set; }

    public int InFlight => Count - FreeCount;

    /// <summary>The slot of an identifier; may lie outside when the identifier is not ours.</summary>
    public int SlotOf(ushort cid) => cid & ((1 << _slotBits) - 1);

    /// <summary>The identifier last given to a slot.</summary>
    public ushort CidOf(int slot) => (ushort)((_generation[slot] << _slotBits) | slot);

    public bool IsInFlight(int slot) => _inFlight[slot];

    /// <summary>Takes a slot and gives it its next identifier; false when all are in flight.</summary>
    public bool TryTake(out int slot, out ushort cid)
    {
        (slot, cid) = (-1, 0);
        if (FreeCount == 0) return false;
        slot = _free[_firstFree];
        if (++_firstFree == Count) _firstFree = 0;
        FreeCount--;
        _inFlight[slot] = true;
        do
        {
            _generation[slot] = (ushort)((_generation[slot] + 1) & (_generations - 1));
            cid = CidOf(slot);
        }
        while (cid == 0xFFFF);
        return true;
    }

    /// <summary>Judges the identifier of a completion and frees its slot if it is <see cref="CidMatch.Ours"/>.</summary>
    public CidMatch Complete(ushort cid, out int slot)
    {
        slot = SlotOf(cid);
        if (slot >= Count) return CidMatch.Unknown;
        if (_inFlight[slot] && cid == CidOf(slot))
        {
            _answered[slot] = cid;
            Free(slot);
            return CidMatch.Ours;
        }

        return cid == _answered[slot] ? CidMatch.Doubled : CidMatch.Unknown;
    }

    /// <summary>Frees a slot whose command will not be answered any more (its queue is gone).</summary>
    public void Drop(int slot)
    {
        if (_inFlight[slot]) Free(slot);
    }

    private void Free(int slot)
    {
        _inFlight[slot] = false;
        var end = _firstFree + FreeCount++;
        _free[end >= Count ? end - Count : end] = (ushort)slot;
    }
}
