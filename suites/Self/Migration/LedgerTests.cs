using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>The data oracle: what it must allow, and each fault that it must name. It sees one block at a time; order between blocks it does not see.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LedgerTests
{
    private const int Size = 512;
    private readonly Ledger _ledger = new(nsid: 1, writer: 7, blocks: 100_000, BlockState.Fresh);

    private BlockFault Judge(ulong lba, ReadOnlySpan<byte> block, DeallocatedReads reads = DeallocatedReads.Zeroes) => _ledger.Judge(lba, block, reads).Fault;

    private byte[] Write(ulong lba)
    {
        var block = new byte[Size];
        _ledger.Begin(lba, 1);
        _ledger.NextStamp(lba).WriteTo(block);
        _ledger.Acknowledge(lba, 1, BlockState.Written);
        return block;
    }

    [Test]
    public void An_acknowledged_write_is_right_and_nothing_else_is()
    {
        var first = Write(5);
        var second = Write(5);
        var third = Write(5);
        Assert.That(Judge(5, third), Is.EqualTo(BlockFault.None));
        Assert.That(Judge(5, second), Is.EqualTo(BlockFault.Lost));
        Assert.That(Judge(5, first), Is.EqualTo(BlockFault.Stale));
        Assert.That(Judge(5, new byte[Size]), Is.EqualTo(BlockFault.Lost));
        Assert.That(Judge(5, Write(6)), Is.EqualTo(BlockFault.Misplaced));
        var foreign = new byte[Size];
        Array.Fill(foreign, (byte)0x33);
        Assert.That(Judge(5, foreign), Is.EqualTo(BlockFault.Phantom));
    }

    [Test]
    public void Any_four_bytes_changed_are_noticed([Range(0, Size - 4, 4)] int at)
    {
        var block = Write(9);
        block.AsSpan(at, 4).Fill(0xEE);
        Assert.That(Judge(9, block), Is.Not.EqualTo(BlockFault.None));
    }

    [Test]
    public void Halves_of_two_generations_are_torn()
    {
        var old = Write(3);
        var now = Write(3);
        old.AsSpan(Size / 2).CopyTo(now.AsSpan(Size / 2));
        Assert.That(Judge(3, now), Is.EqualTo(BlockFault.Torn));
    }

    [Test]
    public void While_a_write_is_in_flight_old_and_new_are_right()
    {
        var old = Write(1);
        var next = new byte[Size];
        _ledger.Begin(1, 1);
        _ledger.NextStamp(1).WriteTo(next);
        Assert.That(Judge(1, old), Is.EqualTo(BlockFault.None));
        Assert.That(Judge(1, next), Is.EqualTo(BlockFault.None));
        _ledger.Refuse(1, 1);
        Assert.That(Judge(1, old), Is.EqualTo(BlockFault.None));
        Assert.That(Judge(1, next), Is.EqualTo(BlockFault.Phantom));
    }

    [Test]
    public void A_change_of_unknown_outcome_leaves_both_right_and_the_block_alone()
    {
        var old = Write(1);
        _ledger.Begin(1, 1);
        _ledger.Doubt(1, 1, BlockState.Zeroed);
        Assert.That(Judge(1, old), Is.EqualTo(BlockFault.None));
        Assert.That(Judge(1, new byte[Size]), Is.EqualTo(BlockFault.None));
        Assert.That(_ledger.IsIdle(0, 4), Is.False);
    }

    [TestCase(DeallocatedReads.Zeroes, BlockFault.None, BlockFault.Phantom, BlockFault.Lost)]
    [TestCase(DeallocatedReads.Ones, BlockFault.Phantom, BlockFault.None, BlockFault.Lost)]
    [TestCase(DeallocatedReads.NotReported, BlockFault.None, BlockFault.None, BlockFault.None)]
    public void A_deallocated_block_reads_as_the_namespace_promises(DeallocatedReads reads, BlockFault zeroes, BlockFault ones, BlockFault old)
    {
        var written = Write(2);
        _ledger.Begin(2, 1);
        _ledger.Acknowledge(2, 1, BlockState.Deallocated);
        var allOnes = new byte[Size];
        Array.Fill(allOnes, (byte)0xFF);
        Assert.That(Judge(2, new byte[Size], reads), Is.EqualTo(zeroes));
        Assert.That(Judge(2, allOnes, reads), Is.EqualTo(ones));
        Assert.That(Judge(2, written, reads), Is.EqualTo(old));
    }

    [Test]
    public void Zeroes_that_were_acknowledged_must_be_there()
    {
        var written = Write(2);
        _ledger.Begin(2, 1);
        _ledger.Acknowledge(2, 1, BlockState.Zeroed);
        Assert.That(Judge(2, new byte[Size]), Is.EqualTo(BlockFault.None));
        Assert.That(Judge(2, written), Is.EqualTo(BlockFault.Lost));
    }

    [Test]
    public void Changed_blocks_are_taken_once_as_runs()
    {
        foreach (var lba in new ulong[] { 10, 11, 12, 5000, 4095, 4096 }) Write(lba);
        var runs = new List<(ulong, int)>();
        _ledger.TakeChanged(runs);
        Assert.That(runs, Is.EqualTo(new (ulong, int)[] { (10, 3), (4095, 1), (4096, 1), (5000, 1) }));
        runs.Clear();
        _ledger.TakeChanged(runs);
        Assert.That(runs, Is.Empty);
        Assert.That(_ledger.Touched, Is.EqualTo(6));
    }

    [Test]
    public void Ranges_are_merged_and_found()
    {
        var rng = new Rng(3);
        for (var round = 0; round < 50; round++)
        {
            var set = new LbaRangeSet();
            var naive = new bool[300];
            for (var i = 0; i < 20; i++)
            {
                var (lba, count) = ((ulong)rng.Below(280), (ulong)rng.Below(20));
                set.Add(lba, count);
                for (var b = lba; b < lba + count; b++) naive[b] = true;
                for (var b = 0UL; b < 300; b++) Assert.That(set.Covers(b, 1), Is.EqualTo(naive[b]), $"block {b}");
            }

            Assert.That(set.Blocks, Is.EqualTo((ulong)naive.Count(b => b)));
            Assert.That(set.Runs.Zip(set.Runs.Skip(1)).All(p => p.First.End < p.Second.Lba), Is.True, "runs are apart");
        }
    }

    [Test]
    public void A_histogram_is_off_by_less_than_one_percent_and_merges_exactly()
    {
        var rng = new Rng(5);
        var (all, left, right) = (new Histogram(), new Histogram(), new Histogram());
        var values = new List<long>();
        for (var i = 0; i < 10_000; i++)
        {
            var value = rng.Below(1L << (int)(1 + rng.Below(40)));
            values.Add(value);
            all.Add(value);
            (i % 3 == 0 ? left : right).Add(value);
        }

        values.Sort();
        left.Merge(right);
        foreach (var q in new[] { 0.01, 0.5, 0.9, 0.99, 0.999, 1.0 })
        {
            var exact = values[(int)Math.Ceiling(q * values.Count) - 1];
            Assert.That(all.Quantile(q), Is.EqualTo(exact).Within(1).Percent, $"quantile {q}");
            Assert.That(left.Quantile(q), Is.EqualTo(all.Quantile(q)));
        }

        Assert.That(left.Sum, Is.EqualTo(all.Sum));
    }
}
