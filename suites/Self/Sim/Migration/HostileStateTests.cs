using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>States that no controller may take: refused whole, with nothing of it applied, and a good one is taken afterwards.</summary>
[TestFixture]
internal sealed class HostileStateTests
{
    private delegate ControllerState Edit(ControllerState state);

    private static ControllerState With(
        ControllerState state, IoSubmissionQueueState[]? submission = null, IoCompletionQueueState[]? completion = null) => new()
    {
        Header = state.Header, Nvme = state.Nvme, SubmissionQueues = submission ?? state.SubmissionQueues,
        CompletionQueues = completion ?? state.CompletionQueues, Vendor = state.Vendor,
    };

    private static ControllerState Submission(ControllerState state, Func<IoSubmissionQueueState, IoSubmissionQueueState> edit) =>
        With(state, submission: [state.SubmissionQueues[0], edit(state.SubmissionQueues[1])]);

    private static ControllerState Completion(ControllerState state, Func<IoCompletionQueueState, IoCompletionQueueState> edit) =>
        With(state, completion: [state.CompletionQueues[0], edit(state.CompletionQueues[1])]);

    private static IEnumerable<TestCaseData> Edits()
    {
        static TestCaseData Case(string name, Edit edit) => new TestCaseData(edit).SetName(name);

        yield return Case("SET_20_A_submission_queue_without_its_completion_queue_is_refused", s => Submission(s, q => q with { Cqid = 4 }));
        yield return Case("SET_20_A_submission_queue_on_completion_queue_0_is_refused", s => Submission(s, q => q with { Cqid = 0 }));
        yield return Case("SET_21_A_submission_queue_that_is_there_twice_is_refused", s => Submission(s, q => q with { Qid = 1 }));
        yield return Case("SET_21_A_completion_queue_that_is_there_twice_is_refused", s => Completion(s, q => q with { Qid = 1 }));
        yield return Case("SET_21_A_submission_queue_0_is_refused", s => Submission(s, q => q with { Qid = 0 }));
        yield return Case("SET_21_A_completion_queue_0_is_refused", s => Completion(s, q => q with { Qid = 0 }));
        yield return Case("SET_21_A_queue_beyond_the_last_is_refused", s => Submission(s, q => q with { Qid = 5 }));
        yield return Case("SET_22_A_submission_queue_larger_than_MQES_is_refused", s => Submission(s, q => q with { QsizeZ = 1024 }));
        yield return Case("SET_22_A_completion_queue_larger_than_MQES_is_refused", s => Completion(s, q => q with { QsizeZ = 1024 }));
        yield return Case("SET_22_A_queue_of_one_entry_is_refused", s => Submission(s, q => q with { QsizeZ = 0, HeadPointer = 0, TailPointer = 0 }));
        yield return Case("SET_22_A_submission_queue_inside_a_page_is_refused", s => Submission(s, q => q with { Prp1 = q.Prp1 + 64 }));
        yield return Case("SET_22_A_completion_queue_inside_a_page_is_refused", s => Completion(s, q => q with { Prp1 = q.Prp1 + 64 }));
        yield return Case(
            "SET_22_A_vector_beyond_the_table_is_refused", s => Completion(s, q => q with { Attributes = q.Attributes with { Iv = 5 } }));
        yield return Case("SET_22_A_head_beyond_its_queue_is_refused", s => Submission(s, q => q with { HeadPointer = 16 }));
        yield return Case("SET_22_A_tail_beyond_its_queue_is_refused", s => Completion(s, q => q with { TailPointer = 16 }));
        yield return Case(
            "SET_22_A_list_that_cannot_be_read_is_refused",
            s => Submission(s, q => q with { Prp1 = 0xDEAD_0000, Attributes = q.Attributes with { Pc = false } }));
        yield return Case("SET_25_A_header_of_another_version_is_refused", s => new ControllerState
        {
            Header = s.Header with { Version = 1 }, Nvme = s.Nvme, SubmissionQueues = s.SubmissionQueues, CompletionQueues = s.CompletionQueues,
        });
        yield return Case("SET_25_An_NVMe_part_of_another_version_is_refused", s => new ControllerState
        {
            Header = s.Header, Nvme = s.Nvme!.Value with { Version = 1 }, SubmissionQueues = s.SubmissionQueues,
            CompletionQueues = s.CompletionQueues,
        });
    }

    [TestCaseSource(nameof(Edits))]
    public void Refused(Delegate edit) => MigrationBench.Run(async bench =>
    {
        var (state, other) = await Prepare(bench);
        var bad = ((Edit)edit)(ControllerState.TryDecode(state, out _)!).Encode();
        await IsRefused(bench, other, bad, state);
    });

    [TestCase(0, TestName = "SET_24_A_length_of_the_NVMe_part_that_is_one_dword_short_is_refused")]
    [TestCase(1, TestName = "SET_24_A_count_of_queues_that_the_length_does_not_hold_is_refused")]
    [TestCase(2, TestName = "SET_24_A_length_beyond_the_data_is_refused")]
    [TestCase(3, TestName = "SET_24_A_length_of_128_bits_is_refused")]
    public void Lengths(int which) => MigrationBench.Run(async bench =>
    {
        var (state, other) = await Prepare(bench);
        var bad = (byte[])state.Clone();
        if (which == 0) bad[16]--;
        if (which == 1) bad[50]++;
        if (which == 2) bad[16] += 4;
        if (which == 3) bad.AsSpan(16, 16).Fill(0xFF);
        await IsRefused(bench, other, bad, state);
    });

    [Test]
    public void SET_23_More_queues_than_the_controller_has_are_refused() => MigrationBench.Run(async bench =>
    {
        await bench.Vf.CreateQueues(2);
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        var other = await bench.Other(queues: 2);
        Assert.That(await bench.Set(other.Controller.Id, state), Is.EqualTo(Status.NotEnoughResources).Or.EqualTo(Status.InvalidField));
        Assert.That((await bench.State(other.Controller.Id)).CompletionQueues, Is.Empty);
    });

    [Test]
    public void SET_14_V50_A_controller_that_has_queues_takes_no_others() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        var other = await bench.Other(suspend: false);
        await other.CreateQueues(2);
        await bench.Pf.Must(MigrationCommand.Suspend(other.Controller.Id));
        var before = (await bench.Receive(cntlid: other.Controller.Id)).Bytes;
        Assert.That(await bench.Set(other.Controller.Id, state), Is.EqualTo(Status.InvalidField));
        Assert.That((await bench.Receive(cntlid: other.Controller.Id)).Bytes, Is.EqualTo(before));
    });

    // SEQIND, CSVI, CSUUIDI, offset, bytes.
    [TestCase(SequenceIndicator.Entire, 2, 0, 0u, 104, TestName = "SET_09_An_unknown_version_is_refused")]
    [TestCase(SequenceIndicator.Entire, 1, 2, 0u, 104, TestName = "SET_10_An_unknown_vendor_format_is_refused")]
    [TestCase(SequenceIndicator.Entire, 0, 0, 0u, 104, TestName = "SET_11_A_state_of_no_parts_is_refused")]
    [TestCase(SequenceIndicator.Entire, 0, 1, 0u, 104, TestName = "SET_12_An_NVMe_part_that_was_not_announced_is_refused")]
    [TestCase(SequenceIndicator.Entire, 1, 0, 2u, 104, TestName = "SET_17_An_offset_inside_a_dword_is_refused")]
    [TestCase(SequenceIndicator.Entire, 1, 0, 4096u, 104, TestName = "SET_18_An_offset_beyond_the_state_is_refused")]
    [TestCase(SequenceIndicator.Entire, 1, 0, 0u, 0, TestName = "SET_19_A_whole_state_of_nothing_is_refused")]
    [TestCase(SequenceIndicator.First, 1, 0, 0u, 0, TestName = "SET_19_A_first_piece_of_nothing_is_refused")]
    public void Fields(SequenceIndicator sequence, int csvi, int csuuidi, uint offset, int bytes) => MigrationBench.Run(
        async bench =>
        {
            await bench.Suspend();
            var state = (await bench.Receive()).Bytes;
            var other = (await bench.Other()).Controller.Id;
            Assert.That(
                await bench.Set(other, state[..bytes], offset, sequence, (byte)csvi, (byte)csuuidi), Is.EqualTo(Status.InvalidField));
            Assert.That((await bench.State(other)).SubmissionQueues, Is.Empty);
            Assert.That(await bench.Set(other, state), Is.EqualTo(Status.Success), "SET-26");
        },
        MigrationBench.Of(new() { VendorState = new() { Supported = true } }));

    [TestCase(SequenceIndicator.Middle, 0, 60ul, TestName = "SET_18_A_piece_behind_a_gap_is_refused")]
    [TestCase(SequenceIndicator.Middle, 0, ulong.MaxValue - 3, TestName = "SET_18_A_piece_at_the_end_of_64_bits_is_refused")]
    [TestCase(SequenceIndicator.Middle, 1, 52ul, TestName = "SET_10_A_piece_with_other_parts_than_the_first_is_refused")]
    [TestCase(SequenceIndicator.Middle, 0, 52ul, TestName = "SET_19_A_middle_piece_of_nothing_is_refused")]
    public void Pieces(SequenceIndicator sequence, int csuuidi, ulong offset) => MigrationBench.Run(
        async bench =>
        {
            await bench.Suspend();
            var state = (await bench.Receive()).Bytes;
            var other = (await bench.Other()).Controller.Id;
            await bench.Set(other, state[..52], 0, SequenceIndicator.First);
            var piece = offset == 52 && csuuidi == 0 ? [] : state[52..56];
            Assert.That(await bench.Set(other, piece, offset, sequence, 1, (byte)csuuidi), Is.EqualTo(Status.InvalidField));
            Assert.That(await bench.Set(other, state), Is.EqualTo(Status.Success), "SET-26");
        },
        MigrationBench.Of(new() { VendorState = new() { Supported = true } }));

    [Test]
    public void SET_13_A_vendor_part_that_was_not_announced_is_refused() => MigrationBench.Run(
        async bench =>
        {
            await bench.Suspend();
            var state = (await bench.Receive(1, 1)).Bytes;
            var other = (await bench.Other(enable: false)).Controller.Id;
            Assert.That(await bench.Set(other, state, csvi: 1, csuuidi: 0), Is.EqualTo(Status.InvalidField));
            Assert.That((await bench.State(other)).SubmissionQueues, Is.Empty);
            Assert.That(await bench.Set(other, state, csvi: 1, csuuidi: 1), Is.EqualTo(Status.Success), "SET-26");
        },
        MigrationBench.Of(new() { VendorState = new() { Supported = true } }));

    [Test]
    public void SET_13_A_state_larger_than_the_device_takes_is_refused() => MigrationBench.Run(
        async bench =>
        {
            await bench.Suspend();
            var state = (await bench.Receive()).Bytes;
            var other = (await bench.Other()).Controller.Id;
            Assert.That(await bench.Set(other, state), Is.EqualTo(Status.InvalidField));
        },
        MigrationBench.Of(new() { MaximumStateBytes = 100 }));

    [Test]
    public void V48_A_damaged_vendor_part_is_refused_wherever_it_is_damaged() => MigrationBench.Run(
        async bench =>
        {
            await bench.AwaitAttributeChange();
            await bench.Suspend();
            var state = (await bench.Receive(1, 1)).Bytes;
            var other = (await bench.Other(enable: false)).Controller.Id;
            var random = new Random(11);
            for (var i = 0; i < 300; i++)
            {
                var bad = (byte[])state.Clone();
                bad[104 + random.Next(state.Length - 104)] ^= (byte)(1 << random.Next(8));
                Assert.That(await bench.Set(other, bad, csuuidi: 1), Is.EqualTo(Status.InvalidField));
            }

            Assert.That((await bench.State(other)).SubmissionQueues, Is.Empty);
            Assert.That(await bench.Set(other, state, csuuidi: 1), Is.EqualTo(Status.Success));
        },
        MigrationBench.Of(new() { VendorState = new() { Supported = true } }));

    [Test]
    public void V49_A_queue_outside_the_guest_s_memory_stops_that_controller_only() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        var state = await bench.State();
        var bad = With(state, submission: [state.SubmissionQueues[0] with { Prp1 = 0x7777_0000, TailPointer = 3 }]).Encode();
        var other = await bench.Other();
        Assert.That(await bench.Set(other.Controller.Id, bad), Is.EqualTo(Status.Success), "the device cannot know");
        await bench.Pf.Must(MigrationCommand.Resume(other.Controller.Id));
        await bench.Vf.Settle();
        Assert.That(other.Space.Faults.Select(f => f.Iova), Is.EqualTo(new[] { 0x7777_0000ul }));
        Assert.That(other.Function.Read32(Register.Csts) & 2, Is.EqualTo(2), "CFS");
        await bench.Resume();
        await bench.Write(1);
    });

    /// <summary>A good state of two queue pairs, and another controller to take it.</summary>
    private static async Task<(byte[] State, RawHost Other)> Prepare(MigrationBench bench)
    {
        await bench.Vf.CreateQueues(2);
        await bench.Write(1);
        await bench.Suspend();
        var state = (await bench.Receive()).Bytes;
        return (state, await bench.Other());
    }

    private static async Task IsRefused(MigrationBench bench, RawHost other, byte[] bad, byte[] good)
    {
        var id = other.Controller.Id;
        Assert.That(await bench.Set(id, bad), Is.Not.EqualTo(Status.Success));
        var state = await bench.State(id);
        Assert.That((state.SubmissionQueues.Length, state.CompletionQueues.Length), Is.EqualTo((0, 0)), "nothing was created");
        Assert.That(await bench.Set(id, good), Is.EqualTo(Status.Success), "SET-26: a good one is taken");
        Assert.That((await bench.Receive(cntlid: id)).Bytes, Is.EqualTo(good));
    }
}
