using Conformance.Device;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What the store holds in memory is what was written, and it goes when that goes.</summary>
[TestFixture]
public sealed class BlockStoreCost
{
    private const ulong TiB = 1UL << 40;

    [Test]
    public void Sixteen_tebibytes_with_little_written_hold_little([Values(512, 4096)] int blockSize)
    {
        using var store = new BlockStore(16 * TiB / (ulong)blockSize, blockSize, 8);
        Assert.That((store.DataChunks, store.MetadataChunks, store.Leaves), Is.EqualTo((0, 0, 0)));
        var lbas = new List<ulong>();
        for (var i = 0UL; i < 100; i++) lbas.Add(i * (store.Blocks / 100));
        lbas.Add(store.Blocks - 1);
        foreach (var lba in lbas)
        {
            store.WritableChunk(lba, 1, out _).Fill((byte)lba);
            store.WritableMetadata(lba, 1, out _).Fill(1);
        }

        Assert.Multiple(() =>
        {
            Assert.That(store.DataChunks, Is.EqualTo(101));
            Assert.That(store.MetadataChunks, Is.EqualTo(101));
            Assert.That(store.Leaves, Is.EqualTo(101));
            Assert.That(store.AllocatedBlocks, Is.EqualTo(101));
        });

        var found = new List<ulong>();
        var steps = 0;
        for (var at = 0UL; store.NextExtent(at, store.Blocks, out var state, out var length); at += length, steps++)
        {
            if (state == BlockState.Written) found.Add(at);
        }

        Assert.That(found, Is.EqualTo(lbas));
        Assert.That(steps, Is.EqualTo(201), "extents: one a block and one between each two");

        store.Deallocate(0, store.Blocks);
        Assert.That((store.DataChunks, store.MetadataChunks, store.Leaves), Is.EqualTo((0, 0, 0)));
        Assert.That(store.AllocatedBlocks, Is.Zero);
    }

    [Test]
    public void A_whole_namespace_is_zeroed_or_marked_without_a_chunk()
    {
        using var store = new BlockStore((16 * TiB / 4096) + 5, 4096, 8);
        store.Write(store.Blocks - 1, new byte[4096]);
        store.MarkUncorrectable(0, store.Blocks);
        Assert.That(store.FindUncorrectable(store.Blocks - 1, 1), Is.EqualTo(store.Blocks - 1));
        store.WriteZeroes(0, store.Blocks);
        Assert.Multiple(() =>
        {
            Assert.That((store.DataChunks, store.MetadataChunks, store.Leaves), Is.EqualTo((0, 0, 0)));
            Assert.That(store.CountOf(BlockState.Zeroed), Is.EqualTo(store.Blocks));
            Assert.That(store.AllocatedBlocks, Is.EqualTo(store.Blocks));
            Assert.That(store.NextExtent(7, store.Blocks, out var state, out var length), Is.True);
            Assert.That((state, length), Is.EqualTo((BlockState.Zeroed, store.Blocks - 7)));
            Assert.That(store.FindUncorrectable(0, store.Blocks), Is.Null);
        });

        store.Deallocate(store.Blocks - 1, 1);
        Assert.That(store.Leaves, Is.EqualTo(1), "only the leaf that is no longer of one kind has chunks");
    }

    [Test]
    public void A_chunk_goes_back_with_the_last_written_block_and_a_leaf_with_the_last_chunk()
    {
        using var store = new BlockStore(1 << 20, 512, 16);
        store.Write(0, new byte[2 * BlockStore.ChunkSize]);
        store.WriteMetadata(0, new byte[2 * store.BlocksPerChunk * 16]);
        Assert.That((store.DataChunks, store.MetadataChunks, store.Leaves), Is.EqualTo((2, 2, 1)));
        store.Deallocate(0, 127);
        Assert.That((store.DataChunks, store.MetadataChunks), Is.EqualTo((2, 2)));
        store.WriteZeroes(127, 1);
        Assert.That((store.DataChunks, store.MetadataChunks), Is.EqualTo((1, 1)), "the first chunk holds one zeroed block");
        store.MarkUncorrectable(128, 128);
        Assert.That((store.DataChunks, store.MetadataChunks, store.Leaves), Is.EqualTo((0, 0, 1)));
        store.Deallocate(127, 129);
        Assert.That(store.Leaves, Is.Zero);
    }

    [Test]
    public void Clear_gives_everything_back_and_the_store_goes_on()
    {
        using var store = new BlockStore(1 << 20, 4096);
        for (var lba = 0UL; lba < store.Blocks; lba += 1000) store.Write(lba, Filled(4096, 0xA5));
        store.WriteZeroes(3, 500_000);
        store.Clear();
        Assert.That((store.DataChunks, store.Leaves, store.AllocatedBlocks), Is.EqualTo((0, 0, 0UL)));
        Assert.That(store.NextExtent(0, store.Blocks, out var state, out var length), Is.True);
        Assert.That((state, length), Is.EqualTo((BlockState.Deallocated, store.Blocks)));
        store.Write(1000, Filled(4096, 1));
        var chunk = new byte[BlockStore.ChunkSize];
        store.Read(992, chunk);
        Assert.That(chunk.Count(b => b != 0), Is.EqualTo(4096));
    }

    [Test]
    public void Reused_memory_is_zeroed()
    {
        using var slab = new PageSlab(BlockStore.ChunkSize);
        var first = slab.Rent();
        slab[first].Fill(0xEE);
        slab.Return(first);
        var second = slab.Rent();
        Assert.That(second, Is.EqualTo(first), "the same memory is handed out again, else this test shows nothing");
        Assert.That(slab[second].ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void Blocks_opened_for_writing_show_nothing_of_what_was_deallocated()
    {
        using var store = new BlockStore(256, 512, 8);
        store.Write(0, Filled(128 * 512, 0xEE));
        store.WriteMetadata(0, Filled(128 * 8, 0xEE));
        store.Deallocate(10, 100);
        Assert.That(store.WritableChunk(10, 100, out _).ContainsAnyExcept((byte)0), Is.False);
        Assert.That(store.WritableMetadata(10, 100, out _).ContainsAnyExcept((byte)0), Is.False);
    }

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }
}
