using System.Runtime.InteropServices;
using Conformance.Device;

namespace Conformance.Sim;

/// <content>States of blocks: to set them by range, and to find them.</content>
public sealed partial class BlockStore
{
    /// <summary>Makes blocks read as zeroes, data and metadata, and gives back what they held.</summary>
    public void WriteZeroes(ulong lba, ulong blocks) => Mark(lba, blocks, BlockState.Zeroed);

    /// <summary>Makes blocks read as deallocated, and gives back what they held; also of uncorrectable blocks.</summary>
    public void Deallocate(ulong lba, ulong blocks) => Mark(lba, blocks, BlockState.Deallocated);

    /// <summary>Makes blocks uncorrectable, until they are written, zeroed or deallocated; what they held is gone.</summary>
    public void MarkUncorrectable(ulong lba, ulong blocks) => Mark(lba, blocks, BlockState.Uncorrectable);

    /// <summary>
    /// Makes the data and metadata of written blocks what a change of the key leaves of them: bytes that depend on <paramref name="key"/>
    /// and the LBA only. States stay. For a crypto erase without deallocation; with it, <see cref="Deallocate"/> says all.
    /// </summary>
    public void Scramble(ulong lba, ulong blocks, ulong key)
    {
        Require(lba, blocks);
        for (var limit = lba + blocks; NextExtent(lba, limit, out var state, out var length); lba += length)
        {
            if (state != BlockState.Written) continue;
            for (var done = 0UL; done < length;)
            {
                var at = lba + done;
                var data = WritableChunk(at, (int)Math.Min(length - done, int.MaxValue), out var count);
                Fill(data, BlockSize, at, Rng.Derive(key, 0));
                if (_metadata is not null) Fill(WritableMetadata(at, count, out _), MetadataSize, at, Rng.Derive(key, 1));
                done += (ulong)count;
            }
        }
    }

    /// <summary>The state of one block.</summary>
    public BlockState StateOf(ulong lba)
    {
        Require(lba, 1);
        return Look(lba).StateOf(BlockOf(lba));
    }

    /// <summary>The first uncorrectable block of a range, or null.</summary>
    public ulong? FindUncorrectable(ulong lba, ulong blocks) => Find(BlockState.Uncorrectable, lba, blocks);

    /// <summary>The first block of a range that is in a state, or null.</summary>
    public ulong? Find(BlockState wanted, ulong lba, ulong blocks)
    {
        Require(lba, blocks);
        if (CountOf(wanted) == 0) return null;
        for (var limit = lba + blocks; NextExtent(lba, limit, out var state, out var length); lba += length)
        {
            if (state == wanted) return lba;
        }

        return null;
    }

    /// <summary>
    /// The state of the block at <paramref name="lba"/> and how many blocks from there on, up to <paramref name="limit"/> (excluded), have
    /// the same; false where <paramref name="lba"/> has reached <paramref name="limit"/>. Deallocated ranges cost nothing but their table's
    /// bits.
    /// </summary>
    public bool NextExtent(ulong lba, ulong limit, out BlockState state, out ulong length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Blocks);
        state = default;
        length = 0;
        if (lba >= limit) return false;
        state = StateOf(lba);
        length = Math.Min(EndOfRun(lba, limit, state), limit) - lba;
        return true;
    }

    /// <summary>
    /// The next extent of allocated blocks in <paramref name="lba"/> to <paramref name="limit"/> (excluded), as a device tells it that
    /// tracks whole granules of <paramref name="granularity"/> blocks (TLBAAG), counted from LBA 0: a granule is allocated if any of its
    /// blocks is. Cut to the range asked for; adjacent granules are one extent. False where nothing is allocated.
    /// </summary>
    public bool NextAllocated(ulong lba, ulong limit, ulong granularity, out ulong start, out ulong length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(granularity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Blocks);
        start = length = 0;
        if (lba >= limit) return false;
        var found = false;
        var end = 0UL;
        // A block of the same granule counts even where the range cuts it off.
        var stop = EndOfGranule(limit - 1, granularity);
        for (var at = lba - (lba % granularity); NextExtent(at, stop, out var state, out var run);)
        {
            at += run;
            if (IsAllocated(state))
            {
                if (!found) start = at - run - ((at - run) % granularity);
                found = true;
                at = end = EndOfGranule(at - 1, granularity);
            }
            else if (found && at - end >= granularity)
            {
                break;
            }
        }

        if (!found) return false;
        start = Math.Max(start, lba);
        length = Math.Min(end, limit) - start;
        return true;
    }

    /// <summary>Bytes that look random and depend on key, block and place only.</summary>
    private static void Fill(Span<byte> bytes, int unit, ulong lba, ulong key)
    {
        for (; !bytes.IsEmpty; bytes = bytes[unit..], lba++)
        {
            var random = new Rng(Rng.Derive(key, lba));
            var words = MemoryMarshal.Cast<byte, ulong>(bytes[..unit]);
            foreach (ref var word in words) word = random.Next();
            foreach (ref var left in bytes[(words.Length * sizeof(ulong))..unit]) left = (byte)random.Next();
        }
    }

    /// <summary>The first block after the granule of a block; the capacity may cut the last granule.</summary>
    private ulong EndOfGranule(ulong lba, ulong granularity)
    {
        var start = lba - (lba % granularity);
        return granularity < Blocks - start ? start + granularity : Blocks;
    }

    private ulong EndOfRun(ulong at, ulong limit, BlockState state)
    {
        while (at < limit)
        {
            var index = LeafOf(at);
            var leaf = _leaves[index];
            if (leaf is null)
            {
                if (state != BlockState.Deallocated) return at;
                at = (ulong)BlockBits.NextSet(_occupied, index + 1) << _leafShift;
                continue;
            }

            if (leaf.IsUniform)
            {
                if (leaf.State != state) return at;
                at = (ulong)(index + 1) << _leafShift;
                continue;
            }

            var chunk = ChunkOf(at);
            if (state == BlockState.Deallocated && !BlockBits.Has(leaf.Occupied, chunk))
            {
                at = ((ulong)index << _leafShift) + ((ulong)BlockBits.NextSet(leaf.Occupied, chunk + 1) << _chunkShift);
                continue;
            }

            var first = BlockOf(at);
            var rest = BlocksPerChunk - first;
            var states = leaf.Find(chunk) is { } group ? group.States[chunk & (ChunkGroup.Size - 1)] : default;
            var same = states.In(state);
            var run = (same >> first & 1) != 0 ? Math.Min(BlockBits.RunLength(same, first), rest) : 0;
            at += (ulong)run;
            if (run < rest) return at;
        }

        return at;
    }

    private void Mark(ulong lba, ulong blocks, BlockState state)
    {
        Require(lba, blocks);
        var end = lba + blocks;
        while (lba < end)
        {
            var index = LeafOf(lba);
            var start = (ulong)index << _leafShift;
            var size = Math.Min(Blocks - start, 1UL << _leafShift);
            var stop = Math.Min(end, start + size);
            if (_leaves[index] is null && state == BlockState.Deallocated)
            {
                // Whatever follows up to the next leaf is deallocated already.
                stop = (ulong)BlockBits.NextSet(_occupied, index) << _leafShift;
            }
            else if (stop - lba == size)
            {
                MarkLeaf(index, size, state);
            }
            else
            {
                MarkChunks(index, lba, stop, state);
            }

            lba = stop;
        }
    }

    /// <summary>All blocks of a leaf: the leaf itself is replaced.</summary>
    private void MarkLeaf(int index, ulong size, BlockState state)
    {
        var leaf = _leaves[index];
        if (leaf is null or { IsUniform: true })
        {
            _counts[(int)(leaf?.State ?? BlockState.Deallocated)] -= size;
        }
        else
        {
            var left = size;
            for (var i = BlockBits.NextSet(leaf.Occupied, 0); i < Leaf.ChunkCount; i = BlockBits.NextSet(leaf.Occupied, i + 1))
            {
                var (group, place) = (leaf.Open(i), i & (ChunkGroup.Size - 1));
                for (var old = BlockState.Written; old <= BlockState.Uncorrectable; old++)
                {
                    var count = (ulong)UInt128.PopCount(group.States[place].In(old));
                    _counts[(int)old] -= count;
                    left -= count;
                }

                _data.Return(ref group.Data[place]);
                _metadata?.Return(ref group.Metadata[place]);
            }

            _counts[(int)BlockState.Deallocated] -= left;
        }

        _counts[(int)state] += size;
        Put(index, Leaf.Of(state));
    }

    /// <summary>Some blocks of a leaf, chunk by chunk; a leaf that nothing is left of goes.</summary>
    private void MarkChunks(int index, ulong lba, ulong stop, BlockState state)
    {
        if (_leaves[index] is { IsUniform: true } same && same.State == state) return;
        var leaf = Open(index);
        while (lba < stop)
        {
            var i = ChunkOf(lba);
            var first = BlockOf(lba);
            var count = (int)Math.Min(stop - lba, (ulong)(BlocksPerChunk - first));
            if (state == BlockState.Deallocated && !BlockBits.Has(leaf.Occupied, i))
            {
                lba += (ulong)count;
                continue;
            }

            var (group, place) = (leaf.Open(i), i & (ChunkGroup.Size - 1));
            ref var chunk = ref group.States[place];
            _data.Erase(ref group.Data[place], chunk.In(BlockState.Written), first, count);
            _metadata?.Erase(ref group.Metadata[place], chunk.Live, first, count);
            Set(group, place, BlockBits.Range(first, count), state);
            if (chunk.Occupied != 0) BlockBits.Set(leaf.Occupied, i);
            else BlockBits.Reset(leaf.Occupied, i);
            lba += (ulong)count;
        }

        if (leaf.IsEmpty) Put(index, null);
    }
}
