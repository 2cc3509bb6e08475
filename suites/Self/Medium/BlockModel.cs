using Conformance.Sim;

namespace Conformance.Self;

/// <summary>A medium as one would write it without a thought for memory: what each block holds, by LBA.</summary>
internal sealed class BlockModel(ulong blocks, int metadataSize, byte deallocatedByte, byte[] deallocatedMetadata, bool zeroedIsAllocated)
{
    private readonly Dictionary<ulong, Block> _blocks = [];

    private sealed record Block(BlockState State, uint Stamp, byte[] Metadata);

    public IEnumerable<ulong> Touched => _blocks.Keys.Order();

    public void Write(ulong lba, ulong count, uint stamp)
    {
        for (; count-- > 0; lba++)
        {
            var metadata = _blocks.GetValueOrDefault(lba)?.Metadata ?? new byte[metadataSize];
            _blocks[lba] = new Block(BlockState.Written, stamp, metadata);
        }
    }

    public void WriteMetadata(ulong lba, byte[] metadata) => _blocks[lba] = _blocks[lba] with { Metadata = metadata };

    public void Set(ulong lba, ulong count, BlockState state)
    {
        for (; count-- > 0; lba++)
        {
            if (state == BlockState.Deallocated) _blocks.Remove(lba);
            else _blocks[lba] = new Block(state, 0, new byte[metadataSize]);
        }
    }

    public void Clear() => _blocks.Clear();

    public BlockState StateOf(ulong lba) => _blocks.GetValueOrDefault(lba)?.State ?? BlockState.Deallocated;

    public bool IsLive(ulong lba) => StateOf(lba) is BlockState.Written or BlockState.Zeroed;

    public ulong CountOf(BlockState state) => state == BlockState.Deallocated
        ? blocks - (ulong)_blocks.Count
        : (ulong)_blocks.Values.Count(b => b.State == state);

    public bool IsAllocated(ulong lba) => StateOf(lba) switch
    {
        BlockState.Deallocated => false,
        BlockState.Zeroed => zeroedIsAllocated,
        _ => true,
    };

    public void Read(ulong lba, Span<byte> data)
    {
        switch (StateOf(lba))
        {
            case BlockState.Written: Fill(data, lba, _blocks[lba].Stamp); break;
            case BlockState.Deallocated: data.Fill(deallocatedByte); break;
            default: data.Clear(); break;
        }
    }

    public byte[] ReadMetadata(ulong lba) => _blocks.GetValueOrDefault(lba)?.Metadata ?? deallocatedMetadata;

    /// <summary>Runs of equal state, one block at a time.</summary>
    public IEnumerable<(ulong Lba, ulong Length, BlockState State)> Extents(ulong from, ulong limit)
    {
        for (var at = from; at < limit;)
        {
            var start = at;
            while (at < limit && StateOf(at) == StateOf(start)) at++;
            yield return (start, at - start, StateOf(start));
        }
    }

    /// <summary>Runs of blocks whose granule holds an allocated one.</summary>
    public IEnumerable<(ulong Lba, ulong Length)> Allocated(ulong from, ulong limit, ulong granularity)
    {
        var granules = Touched.Where(IsAllocated).Select(l => l / granularity).ToHashSet();
        for (var at = from; at < limit; at++)
        {
            if (!granules.Contains(at / granularity)) continue;
            var start = at;
            while (at < limit && granules.Contains(at / granularity)) at++;
            yield return (start, at - start);
        }
    }

    /// <summary>Fills blocks of <paramref name="size"/> bytes from an LBA on.</summary>
    public static void Fill(Span<byte> data, int size, ulong lba, uint stamp)
    {
        for (var i = 0; i < data.Length / size; i++) Fill(data.Slice(i * size, size), lba + (ulong)i, stamp);
    }

    /// <summary>What a block that was written with a stamp holds: never a zero byte, another one at each place, LBA and stamp.</summary>
    public static void Fill(Span<byte> data, ulong lba, uint stamp)
    {
        var x = ((uint)lba * 0x9E37_79B9) ^ (stamp * 0x85EB_CA6B) ^ 0x5BD1_E995;
        foreach (ref var b in data)
        {
            x = (x * 1_664_525) + 1_013_904_223;
            b = (byte)((x >> 24) | 1);
        }
    }
}
