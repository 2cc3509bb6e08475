using System.Numerics;
using System.Runtime.Intrinsics;

namespace Conformance.Migration;

/// <summary>What the guest last did to a block and was told is done.</summary>
public enum BlockState
{
    /// <summary>Never touched by this guest; what it held at the beginning is not known.</summary>
    Unknown,
    Written,
    Zeroed,
    Deallocated,
    Uncorrectable,

    /// <summary>Never touched since the namespace was known to be deallocated.</summary>
    Fresh,
}

/// <summary>One block as the ledger has it.</summary>
/// <param name="State">The last acknowledged change.</param>
/// <param name="Generation">Changes so far, this one included; 0 for none.</param>
/// <param name="Busy">A change is in flight: old and new are both right.</param>
public readonly record struct LedgerEntry(BlockState State, uint Generation, bool Busy);

/// <summary>What is wrong with a block.</summary>
public enum BlockFault
{
    None,

    /// <summary>The last acknowledged change is not there; what was before it is.</summary>
    Lost,

    /// <summary>An older generation than the one before.</summary>
    Stale,

    /// <summary>Parts of different contents.</summary>
    Torn,

    /// <summary>The stamp of another block, namespace or guest.</summary>
    Misplaced,

    /// <summary>Content that was never written here, or never acknowledged and not in flight.</summary>
    Phantom,
}

/// <summary>A block that does not hold what it must.</summary>
public readonly record struct BlockFinding(BlockFault Fault, ulong Lba, LedgerEntry Expected, BlockContent Content, BlockStamp Found)
{
    public override string ToString() => Content == BlockContent.Stamped || Content == BlockContent.Torn
        ? $"{Fault.ToString().ToUpperInvariant()} LBA {Lba}: expected {Expected.State} generation {Expected.Generation}, found {Content} LBA {Found.Lba} generation {Found.Generation} writer {Found.Writer} NSID {Found.Nsid}"
        : $"{Fault.ToString().ToUpperInvariant()} LBA {Lba}: expected {Expected.State} generation {Expected.Generation}, found {Content}";
}

/// <summary>
/// The acknowledged history of every block of one guest: 4 bytes a block touched (state, busy, generation), in leaves of 128 blocks. A block with a
/// change in flight takes no other command, so the ledger is exact; a change whose outcome is unknown leaves old and new allowed.
/// </summary>
public sealed class Ledger
{
    // A table for 65536 blocks names leaves of 128; leaves come from slabs, so that a touched block far from all others costs half a kilobyte.
    private const int LeafBits = 7;
    private const int LeafSize = 1 << LeafBits;
    private const int TableBits = 16;
    private const int LeavesPerTable = 1 << (TableBits - LeafBits);

    // A table of few leaves is a list of pairs, place + 1 and entry; one of more has an entry for each place.
    private const int FewLeaves = 8;
    private const int SlabBits = 6;
    private const int LeavesPerSlab = 1 << SlabBits;

    // Work that follows a run stays short.
    private const ulong LongestRun = 4096;

    // A table's entry: the leaf's number plus 1, and whether one of its blocks changed since last taken.
    private const uint ListedBit = 1u << 31;

    // Entry: bits 2:0 state, 3 busy, 4 uncertain, 5 changed since last taken, 31:6 generation.
    private const uint BusyBit = 1 << 3;
    private const uint UncertainBit = 1 << 4;
    private const uint ChangedBit = 1 << 5;
    private const int GenerationShift = 6;

    private readonly uint[]?[] _tables;
    private readonly List<uint[]> _slabs = [];
    private readonly BlockState _initial;
    private readonly Dictionary<ulong, BlockState> _uncertain = [];
    private readonly List<int> _changedLeaves = [];
    private bool _ascending = true;
    private int _leaves;

    /// <param name="nsid">The namespace's id in the stamps.</param>
    /// <param name="writer">The guest's number in the stamps.</param>
    /// <param name="blocks">Size of the namespace in logical blocks.</param>
    /// <param name="initial">What an untouched block is known to be: <see cref="BlockState.Fresh"/> or <see cref="BlockState.Unknown"/>.</param>
    public Ledger(uint nsid, uint writer, ulong blocks, BlockState initial)
    {
        Nsid = nsid;
        Writer = writer;
        Blocks = blocks;
        _initial = initial;
        _tables = new uint[(blocks + (1UL << TableBits) - 1) >> TableBits][];
    }

    public uint Nsid { get; }

    public uint Writer { get; }

    /// <summary>Logical blocks of the namespace.</summary>
    public ulong Blocks { get; }

    /// <summary>Blocks ever changed.</summary>
    public long Touched { get; private set; }

    public LedgerEntry this[ulong lba]
    {
        get
        {
            var entry = Peek(lba);
            return new LedgerEntry(StateOf(entry), entry >> GenerationShift, (entry & (BusyBit | UncertainBit)) != 0);
        }
    }

    /// <summary>True if no block of the range has a change in flight or one of unknown outcome.</summary>
    public bool IsIdle(ulong lba, int count)
    {
        for (var i = 0UL; i < (ulong)count; i++)
        {
            if ((Peek(lba + i) & (BusyBit | UncertainBit)) != 0) return false;
        }

        return true;
    }

    /// <summary>Begins a change of a range; the generation of each block's new content is its present one plus one.</summary>
    public void Begin(ulong lba, int count)
    {
        for (var i = 0UL; i < (ulong)count; i++) Slot(lba + i) |= BusyBit;
    }

    /// <summary>The change was acknowledged.</summary>
    public void Acknowledge(ulong lba, int count, BlockState state)
    {
        for (var i = 0UL; i < (ulong)count; i++)
        {
            ref var entry = ref Slot(lba + i);
            if (entry >> GenerationShift == 0) Touched++;
            entry = (((entry >> GenerationShift) + 1) << GenerationShift) | (uint)state;
            NoteChanged(lba + i, ref entry);
        }
    }

    /// <summary>The change was refused: the device said that nothing was done.</summary>
    public void Refuse(ulong lba, int count)
    {
        for (var i = 0UL; i < (ulong)count; i++) Slot(lba + i) &= ~BusyBit;
    }

    /// <summary>Nobody knows whether the change was done: from now on both contents are right, and the block is left alone.</summary>
    public void Doubt(ulong lba, int count, BlockState state)
    {
        for (var i = 0UL; i < (ulong)count; i++)
        {
            ref var entry = ref Slot(lba + i);
            entry = (entry & ~BusyBit) | UncertainBit;
            _uncertain[lba + i] = state;
            NoteChanged(lba + i, ref entry);
        }
    }

    /// <summary>Appends the blocks whose change was acknowledged, or became doubtful, since the last call, as ascending runs (LBA, blocks) of at most 4096.</summary>
    public void TakeChanged(List<(ulong Lba, int Count)> into)
    {
        if (!_ascending) _changedLeaves.Sort();
        var known = into.Count;
        foreach (var leaf in _changedLeaves)
        {
            var first = (ulong)leaf << LeafBits;
            ref var listed = ref TableEntry(first);
            listed &= ~ListedBit;
            var entries = EntriesOf(listed);
            for (var i = NextChanged(entries, 0); i < LeafSize; i = NextChanged(entries, i))
            {
                var start = i;
                for (; i < LeafSize && (entries[i] & ChangedBit) != 0; i++) entries[i] &= ~ChangedBit;
                Join(into, known, first + (ulong)start, i - start);
            }
        }

        _changedLeaves.Clear();
        _ascending = true;
    }

    /// <summary>The first entry from one on that has changed, or the size of a leaf; eight at a time, for often it is the only one.</summary>
    private static int NextChanged(ReadOnlySpan<uint> entries, int from)
    {
        var changed = Vector256.Create(ChangedBit);
        for (; from < LeafSize; from = (from | 7) + 1)
        {
            var eight = Vector256.Create(entries.Slice(from & ~7, 8)) & changed;
            var found = Vector256.Equals(eight, changed).ExtractMostSignificantBits() >> (from & 7);
            if (found != 0) return from + BitOperations.TrailingZeroCount(found);
        }

        return LeafSize;
    }

    /// <summary>Every block ever changed, as (LBA, blocks) runs in ascending order.</summary>
    public IEnumerable<(ulong Lba, int Count)> TouchedRuns()
    {
        var runs = new List<(ulong, int)>();
        for (var table = 0; table < _tables.Length; table++)
        {
            if (_tables[table] is null) continue;
            runs.Clear();
            AddTouched((ulong)table << TableBits, runs);
            foreach (var run in runs) yield return run;
        }
    }

    /// <summary>Stamps a block's next content.</summary>
    public BlockStamp NextStamp(ulong lba) => new(Nsid, lba, (Peek(lba) >> GenerationShift) + 1, Writer);

    /// <summary>Judges what a block holds now. <paramref name="deallocatedReads"/> is what DLFEAT promises of a deallocated block.</summary>
    public BlockFinding Judge(ulong lba, ReadOnlySpan<byte> block, DeallocatedReads deallocatedReads)
    {
        var content = BlockStamp.Read(block, out var found);
        var entry = Peek(lba);
        var expected = this[lba];
        var fault = Judge(lba, expected.State, expected.Generation, content, found, deallocatedReads);
        if (fault != BlockFault.None && (entry & (BusyBit | UncertainBit)) != 0)
        {
            // The change in flight is right too, as a whole.
            var next = (entry & UncertainBit) != 0 ? _uncertain[lba] : BlockState.Written;
            if (Judge(lba, next, expected.Generation + 1, content, found, deallocatedReads) == BlockFault.None) fault = BlockFault.None;
        }

        return new BlockFinding(fault, lba, expected, content, found);
    }

    private BlockFault Judge(ulong lba, BlockState state, uint generation, BlockContent content, BlockStamp found, DeallocatedReads reads)
    {
        if (content == BlockContent.Torn) return BlockFault.Torn;
        var ours = content == BlockContent.Stamped && found.Lba == lba && found.Nsid == Nsid && found.Writer == Writer;
        switch (state)
        {
            case BlockState.Written:
                if (ours && found.Generation == generation) return BlockFault.None;
                if (content is BlockContent.Zero or BlockContent.Ones) return BlockFault.Lost;
                break;
            case BlockState.Zeroed:
                if (content == BlockContent.Zero) return BlockFault.None;
                break;
            case BlockState.Deallocated or BlockState.Fresh:
                if (content == BlockContent.Zero && reads != DeallocatedReads.Ones) return BlockFault.None;
                if (content == BlockContent.Ones && reads != DeallocatedReads.Zeroes) return BlockFault.None;
                // Nothing promised: the data of before the deallocation may still be read.
                if (reads == DeallocatedReads.NotReported && ours && found.Generation < generation) return BlockFault.None;
                break;
            case BlockState.Unknown:
                return BlockFault.None;
        }

        if (content != BlockContent.Stamped) return BlockFault.Phantom;
        if (!ours) return BlockFault.Misplaced;
        if (found.Generation >= generation) return BlockFault.Phantom;
        return found.Generation + 1 == generation ? BlockFault.Lost : BlockFault.Stale;
    }

    private BlockState StateOf(uint entry) => entry >> GenerationShift == 0 ? _initial : (BlockState)(entry & 7);

    private static void Join(List<(ulong Lba, int Count)> into, int known, ulong lba, int count)
    {
        if (into.Count > known && lba % LongestRun != 0 && into[^1] is var last && last.Lba + (ulong)last.Count == lba)
            into[^1] = (last.Lba, last.Count + count);
        else into.Add((lba, count));
    }

    private void AddTouched(ulong first, List<(ulong Lba, int Count)> into)
    {
        for (var leaf = first; leaf < first + (1UL << TableBits); leaf += LeafSize)
        {
            var entries = Leaf(leaf);
            for (var i = 0; i < entries.Length; i++)
            {
                if (entries[i] >> GenerationShift == 0) continue;
                var start = i;
                while (i < LeafSize && entries[i] >> GenerationShift != 0) i++;
                Join(into, 0, leaf + (ulong)start, i - start);
            }
        }
    }

    private uint Peek(ulong lba) => Leaf(lba) is { IsEmpty: false } leaf ? leaf[(int)lba & (LeafSize - 1)] : 0;

    private ref uint Slot(ulong lba)
    {
        ref var entry = ref TableEntry(lba);
        if ((entry & ~ListedBit) == 0)
        {
            if (_leaves >> SlabBits == _slabs.Count) _slabs.Add(new uint[LeavesPerSlab << LeafBits]);
            entry |= (uint)++_leaves;
        }

        return ref EntriesOf(entry)[(int)lba & (LeafSize - 1)];
    }

    /// <summary>The entries of a block and those beside it; empty where none of them was ever touched.</summary>
    private Span<uint> Leaf(ulong lba) => (EntryOf(lba) & ~ListedBit) is > 0 and var entry ? EntriesOf(entry) : default;

    private uint EntryOf(ulong lba)
    {
        if (_tables[lba >> TableBits] is not { } table) return 0;
        var place = IndexOf(lba);
        if (table.Length == LeavesPerTable) return table[place];
        for (var at = 0; at < table.Length && table[at] != 0; at += 2)
        {
            if (table[at] == (uint)place + 1) return table[at + 1];
        }

        return 0;
    }

    private Span<uint> EntriesOf(uint entry)
    {
        var number = (int)(entry & ~ListedBit) - 1;
        return _slabs[number >> SlabBits].AsSpan((number & (LeavesPerSlab - 1)) << LeafBits, LeafSize);
    }

    private ref uint TableEntry(ulong lba)
    {
        ref var table = ref _tables[lba >> TableBits];
        table ??= new uint[2 * FewLeaves];
        var place = IndexOf(lba);
        if (table.Length == LeavesPerTable) return ref table[place];
        for (var at = 0; at < table.Length; at += 2)
        {
            if (table[at] == 0) table[at] = (uint)place + 1;
            if (table[at] == (uint)place + 1) return ref table[at + 1];
        }

        var wide = new uint[LeavesPerTable];
        for (var at = 0; at < table.Length; at += 2) wide[table[at] - 1] = table[at + 1];
        table = wide;
        return ref table[place];
    }

    private static int IndexOf(ulong lba) => (int)(lba >> LeafBits) & (LeavesPerTable - 1);

    private void NoteChanged(ulong lba, ref uint entry)
    {
        if ((entry & ChangedBit) != 0) return;
        entry |= ChangedBit;
        ref var table = ref TableEntry(lba);
        if ((table & ListedBit) != 0) return;
        table |= ListedBit;
        var leaf = (int)(lba >> LeafBits);
        _ascending &= _changedLeaves.Count == 0 || _changedLeaves[^1] < leaf;
        _changedLeaves.Add(leaf);
    }
}

/// <summary>What a read of a deallocated block returns (Identify Namespace, DLFEAT).</summary>
public enum DeallocatedReads
{
    NotReported = 0,
    Zeroes = 1,
    Ones = 2,
}
