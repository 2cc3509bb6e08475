using Conformance.Device;
using Conformance.Migration;
using Conformance.Performance;
using Conformance.Self.Migration;
using NUnit.Framework;
using BlockState = Conformance.Migration.BlockState;

namespace Conformance.Self.Cost;

/// <summary>Large devices and long runs: that they work, and what of it can be said without a clock. Times are for <c>./run.sh bench</c>.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class ScaleTests
{
    [Test]
    public void Sixteen_functions_at_once_take_hardly_longer_than_one()
    {
        var (one, sixteen) = (MovesLoad.Run(1, ClockKind.Virtual), MovesLoad.Run(16, ClockKind.Virtual));
        Assert.That(sixteen.Elapsed, Is.LessThanOrEqualTo(2 * one.Elapsed));
        Assert.That(sixteen.LongestDowntime, Is.LessThanOrEqualTo(1.5 * one.LongestDowntime));
    }

    [Test]
    public void A_function_on_another_bus_and_another_page_of_the_list_moves()
    {
        // From 256 functions on, requester identifiers go over the end of a bus; the list of secondaries has 127 to a page.
        const int Vf = 300;
        var combination = new Combination { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared, FromVf = Vf, ToVf = Vf };
        var device = Plans.Device with { Topology = new SimulatedTopology { VirtualFunctions = Vf } };
        var result = Plans.Run(combination, device);
        Assert.That(result.Findings(), Is.Empty);
        Assert.That(result.Cycles.Single(), Has.Property(nameof(CycleRecord.From)).EqualTo($"A:{Vf}").And.Property(nameof(CycleRecord.Outcome)).EqualTo(CycleOutcome.Completed));
    }

    [Test]
    public void A_function_with_64_queue_pairs_of_depth_32_moves([Values] MediumSharing medium)
    {
        const int Pairs = 64;
        var combination = new Combination { Commands = MigrationCommands.Hmlm, Medium = medium };
        var device = Plans.Device with
        {
            Resources = new SimulatedResources { FlexibleQueues = Pairs + 1, FlexibleVectors = Pairs + 1, SecondaryMaximum = Pairs + 1 },
            Capabilities = new SimulatedCapabilities(),
        };
        var result = Plans.Run(combination, device, Plans.Guest with { Memory = Size.MiB(64), Queues = Pairs, Depth = 32, IoSizes = [Size.KiB(4)] });
        Assert.That(result.Findings(), Is.Empty);
        var cut = result.Cycles.Single().InFlight;
        Assert.That(cut.Fetched + cut.Unfetched + cut.Posted, Is.GreaterThan(Pairs * 16));
    }

    [Test]
    public void A_hundred_thousand_dirty_ranges_are_reported_drained_and_copied()
    {
        using var load = new ChangesLoad(64L << 30, 100_000);
        load.Run();
    }

    [Test]
    public void The_ledger_has_four_bytes_a_block()
    {
        const int Touched = 1 << 20;
        const int Constant = 256 << 10;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ledger = new Ledger(1, 1, 1UL << 32, BlockState.Fresh);
        var table = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(table, Is.LessThan(1 << 20), "of 16 TiB");
        for (var lba = 0UL; lba < Touched; lba++)
        {
            ledger.Begin(lba + 1000, 1);
            ledger.Acknowledge(lba + 1000, 1, BlockState.Written);
        }

        var changed = new List<(ulong, int)>(Touched);
        ledger.TakeChanged(changed);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before - table - (16L * Touched);
        Assert.That(ledger.Touched, Is.EqualTo(Touched));
        Assert.That(allocated, Is.LessThan((4L * Touched) + Constant));
    }

    [Test]
    public void Far_apart_blocks_cost_the_ledger_no_more_than_their_leaves()
    {
        const int Touched = 10_000;
        var ledger = new Ledger(1, 1, 1UL << 32, BlockState.Fresh);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0UL; i < Touched; i++) ledger.Acknowledge(i * 400_000, 1, BlockState.Written);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / Touched, Is.LessThan(4096));
        Assert.That(ledger.TouchedRuns().Count(), Is.EqualTo(Touched));
    }

    [Test]
    public void A_journal_of_a_million_observations_is_written_and_taken_back()
    {
        const int Count = 1_000_000;
        var journal = new Journal();
        for (var i = 0; i < Count; i++)
            journal.Add(new Observation(i / 100, 1, "LM-MED-06", "medium.differences", i == Count / 2 ? "1" : "0", Relation.Same, "0", Verdict.Fail, null));
        var path = Path.GetTempFileName();
        try
        {
            using (var to = new StreamWriter(path)) journal.Write(to);
            using var from = new StreamReader(path);
            var again = Journal.Read(from);
            Assert.That(again.Observations, Has.Count.EqualTo(Count));
            Assert.That(again.Findings.Single().Cycle, Is.EqualTo(Count / 200));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
