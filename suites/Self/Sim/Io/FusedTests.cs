using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Fused Compare and Write (Base 2.3 3.4.2).</summary>
[TestFixture]
internal sealed class FusedTests
{
    private const int Block = 4096;

    private ushort _cid;

    private static readonly SimulatedDevice _slow = new()
    {
        Timing = new() { Write = Duration.FromMicroseconds(20), OtherIo = Duration.FromMicroseconds(10) },
    };

    [Test]
    public void The_write_takes_effect_only_if_the_comparison_holds() => IoBench.Run(async bench =>
    {
        var (old, wanted, data) = (bench.Take(Block), bench.Take(Block), bench.Take(Block));
        await bench.Fill(7, 1, old);
        bench.Memory.Fill(wanted, Block, 2);
        Put(bench, Pair(bench, 7, old, wanted));
        await Expect(bench, Status.Success, Status.Success);
        Assert.That((await bench.Read(7, data))[0], Is.EqualTo(2));

        bench.Memory.Fill(wanted, Block, 3);
        Put(bench, Pair(bench, 7, old, wanted));
        await Expect(bench, Status.CompareFailure, Status.AbortedFailedFused);
        Assert.That((await bench.Read(7, data))[0], Is.EqualTo(2));
    });

    [Test]
    public void A_half_without_its_other_half_is_aborted_and_its_neighbours_are_not() => IoBench.Run(async bench =>
    {
        var data = bench.Take(Block);
        var (first, second) = Pair(bench, 7, data, data);
        var flush = NvmCommand.Flush(1);
        var missing = Status.AbortedMissingFused;

        Put(bench, [first]);
        await Expect(bench, missing);
        Put(bench, [second]);
        await Expect(bench, missing);
        Put(bench, [first, flush, second]);
        await Expect(bench, missing, Status.Success, missing);
        Put(bench, [first, first, second, second]);
        await Expect(bench, missing, Status.Success, Status.Success, missing);

        // Both halves belong to one doorbell.
        Put(bench, [first]);
        await bench.Vf.Settle();
        Put(bench, [second]);
        await Expect(bench, missing, missing);

        // The first in the last slot, the second in the first one.
        while (bench.Queue.Tail != bench.Queue.SqEntries - 1) await bench.Must(flush);
        Put(bench, [first, second]);
        await Expect(bench, Status.Success, Status.Success);
    });

    [Test]
    public void Halves_that_do_not_fit_each_other_fail_both() => IoBench.Run(async bench =>
    {
        var data = bench.Take(Block * 2);
        var (first, second) = Pair(bench, 7, data, data);
        Put(bench, [first, Of(NvmCommand.Write(1, 8, 0), 2)]);
        await Expect(bench, Status.InvalidField, Status.InvalidField);
        Put(bench, [first, Of(NvmCommand.Write(1, 7, 1), 2)]);
        await Expect(bench, Status.InvalidField, Status.InvalidField);
        Put(bench, [first, Of(NvmCommand.WriteZeroes(1, 7, 0), 2)]);
        await Expect(bench, Status.InvalidField, Status.InvalidField);
        Put(bench, [Of(NvmCommand.Read(1, 7, 0), 1), second]);
        await Expect(bench, Status.InvalidField, Status.InvalidField);
        Put(bench, [Of(NvmCommand.Read(1, 7, 0), 3)]);
        await Expect(bench, Status.InvalidField);
        Put(bench, [Of(NvmCommand.Compare(1, 0, 8), 1), Of(NvmCommand.Write(1, 0, 8), 2)]);
        await Expect(bench, Status.AtomicWriteUnitExceeded, Status.AtomicWriteUnitExceeded);

        // A write that is refused by itself leaves the comparison what it is.
        Put(bench, [first, second with { Prp1 = second.Prp1 + 2 }]);
        await Expect(bench, Status.Success, Status.PrpOffsetInvalid);
        Put(bench, [Of(NvmCommand.Compare(1, 1 << 20, 0), 1), Of(NvmCommand.Write(1, 1 << 20, 0), 2)]);
        await Expect(bench, Status.LbaOutOfRange, Status.AbortedFailedFused);

        SubmissionEntry Of(SubmissionEntry entry, byte fuse) => Fused(entry, fuse) with { Prp1 = first.Prp1, Prp2 = first.Prp1 + Block };
    });

    [Test]
    public void Without_support_FUSE_is_an_invalid_field() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            Put(bench, Pair(bench, 7, data, data));
            await Expect(bench, Status.InvalidField, Status.InvalidField);
            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), data);
            Assert.That(bench.Memory.Load<IdentifyController>(data).Fuses.CompareAndWrite, Is.False);
        },
        new SimulatedDevice { IoCommands = new() { FusedCompareAndWrite = false } });

    [Test]
    public void A_suspend_at_any_moment_finds_both_halves_done_or_both_unfetched() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            var whole = 0;
            for (var delay = 0; delay < 80_000; delay += 3_000)
            {
                for (var pair = 0ul; pair < 5; pair++)
                {
                    var (first, second) = Pair(bench, pair, data, data);
                    Add(bench, first, second);
                }

                bench.Queue.Ring();
                await bench.Rig.World.After(1 + delay);
                await bench.Pf.Must(MigrationCommand.Suspend(bench.Vf.Controller.Id));
                var done = 0;
                while (bench.Queue.TryTake(out _)) done++;
                bench.Queue.RingHead();
                Assert.That(done % 2, Is.Zero, $"suspended after {delay} ns");
                whole += done is > 0 and < 10 ? 1 : 0;
                await bench.Pf.Must(MigrationCommand.Resume(bench.Vf.Controller.Id));
                for (; done < 10; done++) Assert.That((await bench.Vf.Next(bench.Queue)).Status, Is.EqualTo(Status.Success));
            }

            Assert.That(whole, Is.GreaterThan(0), "some suspends came between pairs");
        },
        _slow with { Capabilities = new() { CommandsAtOnce = 4 } });

    [Test]
    public void A_pair_waits_for_room_for_two_completions_and_other_queues_go_on() => IoBench.Run(async bench =>
    {
        var data = bench.Take(Block);
        var queue = await bench.Vf.CreateQueues(2, 16, cqEntries: 4);
        var (first, second) = Pair(bench, 7, data, data);
        for (var i = 0; i < 2; i++) queue.Put(NvmCommand.Flush(1) with { Cid = ++_cid });
        queue.Put(first with { Cid = ++_cid });
        queue.Put(second with { Cid = ++_cid });
        queue.Ring();
        await bench.Vf.Settle();
        Assert.That(Take(queue), Is.EqualTo(2), "one entry is left, which is not enough");
        await bench.Must(NvmCommand.Flush(1));
        await bench.Vf.Settle();
        Assert.That(Take(queue), Is.Zero);
        queue.RingHead();
        await bench.Vf.Settle();
        Assert.That(Take(queue), Is.EqualTo(2));

        static int Take(RawQueue queue)
        {
            var count = 0;
            while (queue.TryTake(out _)) count++;
            return count;
        }
    });

    [Test]
    public void Aborting_the_first_half_ends_both_and_the_second_alone_is_never_aborted() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            var (first, second) = Pair(bench, 7, data, data);
            Put(bench, [first, second]);
            await bench.Rig.World.After(1_000);
            Assert.That((await bench.Vf.Must(AdminCommand.Abort(bench.Queue.Qid, _cid))).Dw0, Is.EqualTo(1), "not aborted");
            await Expect(bench, Status.Success, Status.Success);

            Put(bench, [first, second]);
            await bench.Rig.World.After(1_000);
            Assert.That((await bench.Vf.Must(AdminCommand.Abort(bench.Queue.Qid, (ushort)(_cid - 1)))).Dw0, Is.Zero, "aborted");
            await Expect(bench, Status.AbortRequested, Status.AbortedFailedFused);
        },
        _slow);

    [Test]
    public void Deleting_the_queue_ends_both_halves() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            Put(bench, Pair(bench, 7, data, data));
            await bench.Rig.World.After(1_000);
            await bench.Vf.Must(AdminCommand.DeleteIoSq(bench.Queue.Qid));
            await Expect(bench, Status.AbortedSqDeletion, Status.AbortedSqDeletion);
        },
        _slow);

    [Test]
    public void Counters_that_two_queues_advance_by_compare_and_write_lose_nothing() => IoBench.Run(
        async bench =>
        {
            var other = await bench.Vf.CreateQueues(2);
            RawQueue[] queues = [bench.Queue, other];
            var buffers = queues.Select(_ => (Old: bench.Take(Block), New: bench.Take(Block))).ToArray();
            var random = new Random(11);
            var successes = 0;
            for (var round = 0; round < 200; round++)
            {
                for (var i = 0; i < 2; i++)
                {
                    await bench.Must(NvmCommand.Read(1, 7, 0), buffers[i].Old);
                    bench.Memory.Store(buffers[i].New, bench.Memory.Load<long>(buffers[i].Old) + 1);
                }

                for (var i = 0; i < 2; i++)
                {
                    var (first, second) = Pair(bench, 7, buffers[i].Old, buffers[i].New);
                    queues[i].Put(first with { Cid = ++_cid });
                    queues[i].Put(second with { Cid = ++_cid });
                    queues[i].Ring();
                    await bench.Rig.World.After(1 + random.Next(40_000));
                }

                foreach (var queue in queues)
                {
                    var compared = await bench.Vf.Next(queue);
                    Assert.That((await bench.Vf.Next(queue)).Status.IsSuccess, Is.EqualTo(compared.Status.IsSuccess));
                    successes += compared.Status.IsSuccess ? 1 : 0;
                }
            }

            var back = bench.Take(Block);
            await bench.Must(NvmCommand.Read(1, 7, 0), back);
            Assert.That(bench.Memory.Load<long>(back), Is.EqualTo(successes));
            Assert.That(successes, Is.InRange(200, 399), "some comparisons failed");
        },
        _slow);

    private static (SubmissionEntry First, SubmissionEntry Second) Pair(IoBench bench, ulong lba, long old, long wanted) => (
        Fused(NvmCommand.Compare(1, lba, 0), 1) with { Prp1 = bench.Vf.Iova(old) },
        Fused(NvmCommand.Write(1, lba, 0), 2) with { Prp1 = bench.Vf.Iova(wanted) });

    private static SubmissionEntry Fused(SubmissionEntry entry, byte fuse) => entry with { Dword0 = entry.Dword0 with { Fuse = fuse } };

    private void Put(IoBench bench, (SubmissionEntry First, SubmissionEntry Second) pair) => Put(bench, [pair.First, pair.Second]);

    /// <summary>Submits all by one doorbell.</summary>
    private void Put(IoBench bench, SubmissionEntry[] entries)
    {
        Add(bench, entries);
        bench.Queue.Ring();
    }

    private void Add(IoBench bench, params SubmissionEntry[] entries)
    {
        foreach (var entry in entries) bench.Queue.Put(entry with { Dword0 = entry.Dword0 with { Cid = ++_cid } });
    }

    private async Task Expect(IoBench bench, params Status[] statuses)
    {
        for (var i = 0; i < statuses.Length; i++)
        {
            var completion = await bench.Vf.Next(bench.Queue);
            var cid = (ushort)(_cid - statuses.Length + 1 + i);
            Assert.That((completion.Cid, completion.Status), Is.EqualTo((cid, statuses[i])), $"completion {i}");
        }
    }
}
