using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class BlockStoreTests
{
    [Test]
    public void A_piece_ends_with_its_chunk_and_pieces_cover_the_range()
    {
        using var store = new BlockStore(1000, 512);
        Assert.That(store.WritableChunk(120, 500, out var blocks).Length, Is.EqualTo(8 * 512));
        Assert.That(blocks, Is.EqualTo(8));
        Assert.That(store.WritableChunk(128, 492, out blocks).Length, Is.EqualTo(128 * 512));
        Assert.That(blocks, Is.EqualTo(128));
        Assert.That(store.CountOf(BlockState.Written), Is.EqualTo(136));
        Assert.That(store.ReadableChunk(100, 28, out blocks).Length, Is.EqualTo(28 * 512), "written or not, a chunk reads as one");
        Assert.That(blocks, Is.EqualTo(28));
    }

    [Test]
    public void Deallocated_blocks_read_as_their_pattern_and_others_do_not()
    {
        using var store = new BlockStore(64, 4096, 8, 0xFF, [1, 2, 3, 4, 5, 6, 7, 8]);
        store.WriteZeroes(2, 1);
        store.MarkUncorrectable(3, 1);
        store.Write(4, new byte[4096]);
        var data = new byte[64 * 4096];
        var metadata = new byte[64 * 8];
        store.Read(0, data);
        store.ReadMetadata(0, metadata);
        for (var lba = 0; lba < 64; lba++)
        {
            var holds = lba is 2 or 3 or 4;
            Assert.That(data.AsSpan(lba * 4096, 4096).ContainsAnyExcept(holds ? (byte)0 : (byte)0xFF), Is.False, $"data of {lba}");
            Assert.That(metadata.Skip(lba * 8).Take(8), Is.EqualTo(holds ? new byte[8] : [1, 2, 3, 4, 5, 6, 7, 8]), $"metadata of {lba}");
        }
    }

    [Test]
    public void Zeroed_blocks_take_metadata_and_keep_no_data()
    {
        using var store = new BlockStore(1 << 20, 512, 8, 0xFF);
        store.WriteZeroes(0, store.Blocks);
        store.WriteMetadata(200, [1, 2, 3, 4, 5, 6, 7, 8]);
        var metadata = new byte[8];
        store.ReadMetadata(200, metadata);
        Assert.Multiple(() =>
        {
            Assert.That(metadata, Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
            Assert.That((store.DataChunks, store.MetadataChunks), Is.EqualTo((0, 1)));
            Assert.That(store.CountOf(BlockState.Zeroed), Is.EqualTo(store.Blocks));
        });
        store.WriteZeroes(200, 1);
        store.ReadMetadata(200, metadata);
        Assert.That(metadata, Is.All.Zero);
    }

    [Test]
    public void Metadata_of_blocks_that_hold_nothing_is_refused()
    {
        using var store = new BlockStore(100, 4096, 8);
        using var bare = new BlockStore(100, 4096);
        store.Write(0, new byte[4096]);
        store.MarkUncorrectable(1, 1);
        Assert.Multiple(() =>
        {
            Assert.That(() => store.WriteMetadata(0, new byte[8]), Throws.Nothing);
            Assert.That(() => store.WriteMetadata(0, new byte[16]), Throws.InvalidOperationException);
            Assert.That(() => store.WriteMetadata(2, new byte[8]), Throws.InvalidOperationException);
            Assert.That(() => bare.ReadMetadata(0, new byte[8]), Throws.InvalidOperationException);
        });
    }

    [Test]
    public void Whether_zeroed_blocks_are_allocated_is_as_set_up([Values] bool zeroedIsAllocated)
    {
        using var store = new BlockStore(1000, 512, zeroedIsAllocated: zeroedIsAllocated);
        store.Write(0, new byte[512]);
        store.WriteZeroes(1, 10);
        store.MarkUncorrectable(11, 1);
        Assert.That(store.AllocatedBlocks, Is.EqualTo(zeroedIsAllocated ? 12UL : 2UL));
        Assert.That(store.NextAllocated(0, store.Blocks, 1, out var start, out var length), Is.True);
        Assert.That((start, length), Is.EqualTo((0UL, zeroedIsAllocated ? 12UL : 1UL)));
    }

    [Test]
    public void A_granule_is_allocated_while_any_block_in_it_is()
    {
        using var store = new BlockStore(1001, 4096);
        store.Write(64, new byte[16 * 4096]);
        store.Deallocate(64, 15);
        store.Write(1000, new byte[4096]);
        Assert.That(store.NextAllocated(0, store.Blocks, 16, out var start, out var length), Is.True);
        Assert.That((start, length), Is.EqualTo((64UL, 16UL)));
        Assert.That(store.NextAllocated(66, 70, 16, out start, out length), Is.True, "its only block lies behind the range");
        Assert.That((start, length), Is.EqualTo((66UL, 4UL)));
        Assert.That(store.NextAllocated(80, store.Blocks, 16, out start, out length), Is.True);
        Assert.That((start, length), Is.EqualTo((992UL, 9UL)), "the last granule is cut by the capacity");
        store.Deallocate(79, 1);
        Assert.That(store.NextAllocated(0, 990, 16, out _, out _), Is.False);
    }

    [Test]
    public void Scrambled_blocks_stay_written_and_depend_on_key_and_block()
    {
        using var store = new BlockStore(1000, 512, 12);
        store.Write(100, new byte[200 * 512]);
        store.WriteZeroes(150, 1);
        store.Scramble(0, 1000, key: 1);
        var once = new byte[1000 * 512];
        var metadata = new byte[1000 * 12];
        store.Read(0, once);
        store.ReadMetadata(0, metadata);
        Assert.Multiple(() =>
        {
            Assert.That((store.CountOf(BlockState.Written), store.CountOf(BlockState.Zeroed)), Is.EqualTo((199UL, 1UL)));
            Assert.That(once[..(100 * 512)].Concat(once[(150 * 512)..(151 * 512)]).Concat(once[(300 * 512)..]), Is.All.Zero);
            Assert.That(once.Count(b => b != 0), Is.GreaterThan(199 * 512 * 98 / 100));
            Assert.That(metadata.Count(b => b != 0), Is.GreaterThan(199 * 12 * 95 / 100));
            Assert.That(once[(100 * 512)..(101 * 512)], Is.Not.EqualTo(once[(101 * 512)..(102 * 512)]));
        });

        var again = new byte[1000 * 512];
        store.Scramble(100, 1, key: 1);
        store.Read(0, again);
        Assert.That(again, Is.EqualTo(once), "the same key leaves the same bytes, in whatever ranges");
        store.Scramble(0, 1000, key: 2);
        store.Read(0, again);
        Assert.That(again, Is.Not.EqualTo(once));
    }

    [Test]
    public void Ranges_outside_the_capacity_are_a_bug_and_throw()
    {
        using var store = new BlockStore(100, 512);
        Assert.Multiple(() =>
        {
            Assert.That(() => store.Write(99, new byte[1024]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => store.Write(0, new byte[100]), Throws.ArgumentException);
            Assert.That(() => store.Deallocate(1, ulong.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => store.ReadableChunk(100, 1, out _), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => store.WritableChunk(0, 0, out _), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => store.NextExtent(0, 101, out _, out _), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(store.AllocatedBlocks, Is.Zero, "and nothing changed");
        });
    }
}
