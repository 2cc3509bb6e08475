using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Get Controller State of Migration Receive (Base 2.3 5.2.16): the GET assertions of the reference.</summary>
[TestFixture]
internal sealed class GetStateTests
{
    private static readonly SimulatedPairOptions _vendorPart = MigrationBench.Of(new() { VendorState = new() { Supported = true } });

    /// <summary>Queues 3, 4 and 2 besides the bench's 1, each different, as they were created.</summary>
    private static readonly (ushort Qid, ushort SqSizeZ, ushort CqSizeZ, ushort Cqid, byte Priority, ushort Vector, bool Ien)[] _created =
        [(3, 31, 15, 4, 2, 3, true), (4, 7, 63, 3, 1, 0, false), (2, 63, 31, 2, 3, 4, true)];

    private static async Task<Dictionary<ushort, (ulong Sq, ulong Cq)>> CreateAll(MigrationBench bench)
    {
        var vf = bench.Vf;
        var memory = _created.ToDictionary(q => q.Qid, _ => (Sq: vf.Iova(vf.Take(4096)), Cq: vf.Iova(vf.Take(4096))));
        foreach (var q in _created)
            await vf.Must(AdminCommand.CreateIoCq(q.Qid, q.CqSizeZ, q.Vector, q.Ien) with { Prp1 = memory[q.Qid].Cq });
        foreach (var q in _created)
            await vf.Must(AdminCommand.CreateIoSq(q.Qid, q.SqSizeZ, q.Cqid, q.Priority) with { Prp1 = memory[q.Qid].Sq });
        return memory;
    }

    [Test]
    public void GET_01_02_04_V40_V43_The_state_counts_its_queues_in_order() => MigrationBench.Run(async bench =>
    {
        await CreateAll(bench);
        await bench.Suspend();
        var (bytes, suspended) = await bench.Receive();
        var state = ControllerState.TryDecode(bytes, out _)!;
        Assert.That(suspended && state.Header.Attributes.Suspended);
        Assert.That((state.Header.Version, state.Nvme!.Value.Version), Is.EqualTo((0, 0)));
        Assert.That((state.SubmissionQueues.Length, state.CompletionQueues.Length), Is.EqualTo((4, 4)));
        Assert.That(state.Header.NvmeDwords, Is.EqualTo((UInt128)(2 + (6 * 8))));
        Assert.That(state.Header.VendorDwords, Is.EqualTo((UInt128)0));
        Assert.That(bytes, Has.Length.EqualTo(48 + (4 * 50)));
        Assert.That(state.SubmissionQueues.Select(q => (int)q.Qid), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        Assert.That(state.CompletionQueues.Select(q => (int)q.Qid), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    });

    [Test]
    public void GET_03_Every_queue_is_what_its_create_command_said() => MigrationBench.Run(async bench =>
    {
        var memory = await CreateAll(bench);
        await bench.Suspend();
        var state = await bench.State();
        foreach (var q in _created)
        {
            var sq = state.SubmissionQueues.Single(s => s.Qid == q.Qid);
            Assert.That(
                (sq.Prp1, sq.QsizeZ, sq.Cqid, sq.Attributes.Qprio, sq.Attributes.Pc, sq.Attributes.Reserved),
                Is.EqualTo((memory[q.Qid].Sq, q.SqSizeZ, q.Cqid, q.Priority, true, (ushort)0)));
            var cq = state.CompletionQueues.Single(s => s.Qid == q.Qid);
            Assert.That(
                (cq.Prp1, cq.QsizeZ, cq.Attributes.Iv, cq.Attributes.Ien, cq.Attributes.Pc),
                Is.EqualTo((memory[q.Qid].Cq, q.CqSizeZ, q.Vector, q.Ien, true)));
        }
    });

    [Test]
    public void GET_05_06_Pointers_are_what_was_fetched_posted_and_taken() => MigrationBench.Run(async bench =>
    {
        for (var i = 0; i < 20; i++) await bench.Write((ulong)i);
        bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
        bench.Vf.Submit(bench.Io, NvmCommand.Flush(1));
        await bench.Vf.Settle();
        await bench.Suspend();
        var state = await bench.State();
        Assert.That((state.SubmissionQueues[0].HeadPointer, state.SubmissionQueues[0].TailPointer), Is.EqualTo((22 % 16, 22 % 16)));
        Assert.That((state.CompletionQueues[0].HeadPointer, state.CompletionQueues[0].TailPointer), Is.EqualTo((20 % 16, 22 % 16)));
    });

    // Commands completed, the phase tag in slot 0, and the phase of the next entry; queues of 16.
    [TestCase(0, false, true, TestName = "GET_07_A_fresh_queue_has_phase_0_in_slot_0")]
    [TestCase(16, true, false, TestName = "GET_08_A_queue_that_has_just_wrapped_has_phase_1_in_slot_0")]
    [TestCase(20, false, false, TestName = "GET_09_V44_A_queue_in_its_second_pass_has_phase_0_in_slot_0")]
    [TestCase(35, true, true, TestName = "GET_09_V44_A_queue_in_its_third_pass_has_phase_1_in_slot_0")]
    public void Slot_0(int commands, bool slotZero, bool next)
    {
        foreach (var mode in new[] { Slot0PhaseMode.Literal, Slot0PhaseMode.NextPhase })
        {
            MigrationBench.Run(
                async bench =>
                {
                    for (var i = 0; i < commands; i++) await bench.Vf.Io(bench.Io, NvmCommand.Flush(1));
                    await bench.Suspend();
                    var saved = (await bench.State()).CompletionQueues[0].Attributes.SlotZeroPhase;
                    Assert.That(saved, Is.EqualTo(mode == Slot0PhaseMode.Literal ? slotZero : next), mode.ToString());
                },
                MigrationBench.Of(ambiguities: new() { S0ptMode = mode }));
        }
    }

    [Test]
    public void GET_10_Without_parts_there_is_the_header() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        bench.Pf.Memory.Fill(bench.Page, 4096, 0xEE);
        await bench.Pf.Must(MigrationCommand.GetControllerState(bench.C, 0, 0, 48), bench.Page);
        var header = bench.Pf.Memory.Load<ControllerStateHeader>(bench.Page);
        Assert.That((header.NvmeDwords, header.VendorDwords, header.Attributes.Suspended), Is.EqualTo(((UInt128)0, (UInt128)0, true)));
        Assert.That(bench.Pf.Memory.Read(bench.Page + 48, 64).ContainsAnyExcept((byte)0xEE), Is.False);
    });

    [Test]
    public void GET_11_V39_A_running_controller_gives_its_state_and_says_that_it_runs() => MigrationBench.Run(
        async bench =>
        {
            MigrationBench.Burst(bench.Io, 8, i => bench.WithData(NvmCommand.Write(1, (ulong)i, 0)));
            var (bytes, suspended) = await bench.Receive();
            Assert.That(suspended, Is.False);
            Assert.That(ControllerState.TryDecode(bytes, out _)!.Header.Attributes.Suspended, Is.False);
        },
        MigrationBench.Of(timing: new() { Write = Duration.FromMilliseconds(1) }));

    [TestCase(2, 0, TestName = "GET_12_V42_An_unknown_version_is_refused")]
    [TestCase(1, 1, TestName = "GET_13_V42_An_unknown_vendor_format_is_refused")]
    [TestCase(1, 2, TestName = "GET_13_A_vendor_format_behind_the_last_is_refused")]
    public void Unknown(byte csvi, byte csuuidi) => MigrationBench.Run(
        bench => bench.Expect(Status.InvalidField, MigrationCommand.GetControllerState(bench.C, csvi, csuuidi, 4096), bench.Page),
        csuuidi == 2 ? _vendorPart : null);

    [Test]
    public void GET_14_15_V37_Pieces_are_as_long_as_asked_for_and_make_the_same_state() => MigrationBench.Run(async bench =>
    {
        await CreateAll(bench);
        await bench.Suspend();
        var (whole, _) = await bench.Receive();
        var pieces = new List<byte>();
        foreach (var length in (int[])[48, 64, 4, 64, 68])
        {
            bench.Pf.Memory.Fill(bench.Page, 4096, 0xEE);
            await bench.Pf.Must(MigrationCommand.GetControllerState(bench.C, 1, 0, (uint)length, (ulong)pieces.Count), bench.Page);
            pieces.AddRange(bench.Pf.Memory.Read(bench.Page, length).ToArray());
            Assert.That(bench.Pf.Memory.Read(bench.Page + length, 256).ContainsAnyExcept((byte)0xEE), Is.False, "and no more");
        }

        Assert.That(pieces, Is.EqualTo(whole));
    });

    [TestCase(2u, TestName = "GET_16_V41_An_offset_inside_a_dword_is_refused")]
    [TestCase(108u, TestName = "GET_17_V41_An_offset_beyond_the_state_is_refused")]
    public void Offset(uint offset) => MigrationBench.Run(
        bench => bench.Expect(Status.InvalidField, MigrationCommand.GetControllerState(bench.C, 1, 0, 64, offset), bench.Page));

    [TestCase(Leniency.Refuse, TestName = "GET_18_V41_An_offset_at_the_end_is_refused")]
    [TestCase(Leniency.Success, TestName = "GET_18_An_offset_at_the_end_gives_nothing_where_the_device_allows_it")]
    public void End(Leniency leniency) => MigrationBench.Run(
        async bench =>
        {
            bench.Pf.Memory.Fill(bench.Page, 4096, 0xEE);
            var status = leniency == Leniency.Refuse ? Status.InvalidField : Status.Success;
            await bench.Expect(status, MigrationCommand.GetControllerState(bench.C, 1, 0, 64, 104), bench.Page);
            Assert.That(bench.Pf.Memory.Read(bench.Page, 64).ContainsAnyExcept((byte)0xEE), Is.False);
        },
        MigrationBench.Of(ambiguities: new() { ReceiveOffsetEqualsSize = leniency }));

    [Test]
    public void GET_19_A_buffer_above_MDTS_is_refused() => MigrationBench.Run(
        bench => bench.Expect(Status.InvalidField, MigrationCommand.GetControllerState(bench.C, 1, 0, (1 << 20) + 4), bench.Page));

    [Test]
    public void GET_20_A_vendor_part_has_the_length_that_the_header_says([Values(0, 7, 255)] byte parameter) => MigrationBench.Run(
        async bench =>
        {
            await bench.Suspend();
            bench.Pf.Memory.Fill(bench.Page, MigrationBench.PageBytes, 0xEE);
            await bench.Pf.Must(
                MigrationCommand.GetControllerState(bench.C, 1, 1, MigrationBench.PageBytes, vendorParameter: parameter), bench.Page);
            var header = bench.Pf.Memory.Load<ControllerStateHeader>(bench.Page);
            Assert.That(header.VendorDwords, Is.GreaterThan((UInt128)0));
            var length = (int)(48 + (4 * (header.NvmeDwords + header.VendorDwords)));
            var rest = bench.Pf.Memory.Read(bench.Page + length, MigrationBench.PageBytes - length);
            Assert.That(rest.ContainsAnyExcept((byte)0xEE), Is.False);
        },
        _vendorPart);

    [Test]
    public void GET_20_A_vendor_part_that_counts_its_saves_is_the_same_in_all_pieces_of_one() => MigrationBench.Run(
        async bench =>
        {
            await bench.Suspend();
            var (first, _) = await bench.Receive(csuuidi: 1);
            var (second, _) = await bench.Receive(csuuidi: 1);
            Assert.That(first, Is.Not.EqualTo(second));
            var pieces = new List<byte>();
            while (pieces.Count < first.Length)
            {
                var length = Math.Min(256, first.Length - pieces.Count);
                await bench.Pf.Must(MigrationCommand.GetControllerState(bench.C, 1, 1, (uint)length, (ulong)pieces.Count), bench.Page);
                pieces.AddRange(bench.Pf.Memory.Read(bench.Page, length).ToArray());
            }

            var other = await bench.Other(enable: false);
            Assert.That(await bench.Set(other.Controller.Id, [.. pieces], csuuidi: 1), Is.EqualTo(Status.Success), "its checksum holds");
        },
        MigrationBench.Of(new() { VendorState = new() { Supported = true, Deterministic = false } }));

    [Test]
    public void GET_21_Without_queues_there_are_two_dwords() => MigrationBench.Run(async bench =>
    {
        var other = await bench.Other();
        var state = await bench.State(other.Controller.Id);
        Assert.That((state.SubmissionQueues.Length, state.CompletionQueues.Length), Is.EqualTo((0, 0)));
        Assert.That(state.Header.NvmeDwords, Is.EqualTo((UInt128)2));
    });

    [Test]
    public void GET_22_The_state_of_a_suspended_controller_is_always_the_same([Values(0, 1)] byte csuuidi) => MigrationBench.Run(
        async bench =>
        {
            await bench.Write(1);
            await bench.Suspend();
            var first = (await bench.Receive(1, csuuidi)).Bytes;
            Assert.That((await bench.Receive(1, csuuidi)).Bytes, Is.EqualTo(first));
        },
        _vendorPart);

    [TestCase("reset", TestName = "GET_23_A_reset_meanwhile_leaves_CSUP_clear")]
    [TestCase("resume", TestName = "GET_23_A_resume_meanwhile_leaves_CSUP_clear")]
    [TestCase("suspend", TestName = "GET_23_A_suspend_meanwhile_leaves_CSUP_clear")]
    [TestCase("nothing", TestName = "GET_23_Nothing_meanwhile_leaves_CSUP_set")]
    public void Meanwhile(string what) => MigrationBench.Run(
        async bench =>
        {
            if (what != "suspend") await bench.Suspend();
            bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.GetControllerState(bench.C, 1, 0, 4096), bench.Page);
            await bench.Rig.World.After(100_000);
            if (what == "reset") bench.Vf.Function.Write32(Register.Cc, 0);
            if (what == "resume") bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Resume(bench.C));
            if (what == "suspend") bench.Pf.Submit(bench.Pf.Admin, MigrationCommand.Suspend(bench.C));
            if (what is "resume" or "suspend") await bench.Pf.Next(bench.Pf.Admin);
            var got = await bench.Pf.Next(bench.Pf.Admin);
            Assert.That(got.Status, Is.EqualTo(Status.Success));
            Assert.That((got.Dw0 & 1) != 0, Is.EqualTo(what == "nothing"));
            var attributes = bench.Pf.Memory.Load<ControllerStateHeader>(bench.Page).Attributes;
            Assert.That(attributes.Suspended, Is.EqualTo(what == "nothing"), "CSATTR says the same");
        },
        MigrationBench.Of(timing: new() { SaveState = Duration.FromMilliseconds(1) }));

    [Test]
    public void GET_24_V14_No_such_controller_has_a_state() => MigrationBench.Run(async bench =>
    {
        await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.GetControllerState(77, 1, 0, 4096), bench.Page);
        await bench.Expect(
            Status.InvalidControllerIdentifier, MigrationCommand.GetControllerState(bench.Pf.Controller.Id, 1, 0, 4096), bench.Page);
    });

    [Test]
    public void GET_25_A_scattered_queue_is_saved_by_its_list() => MigrationBench.Run(async bench =>
    {
        var vf = bench.Vf;
        var (list, page, cqList, cqPage) = (vf.Take(4096), vf.Take(4096), vf.Take(4096), vf.Take(4096));
        vf.Memory.Store(list, vf.Iova(page));
        vf.Memory.Store(cqList, vf.Iova(cqPage));
        await vf.Must(AdminCommand.CreateIoCq(2, 15, 0, pc: false) with { Prp1 = vf.Iova(cqList) });
        await vf.Must(AdminCommand.CreateIoSq(2, 15, 2, pc: false) with { Prp1 = vf.Iova(list) });
        await bench.Suspend();
        var state = await bench.State();
        Assert.That((state.SubmissionQueues[1].Attributes.Pc, state.SubmissionQueues[1].Prp1), Is.EqualTo((false, vf.Iova(list))));
        Assert.That((state.CompletionQueues[1].Attributes.Pc, state.CompletionQueues[1].Prp1), Is.EqualTo((false, vf.Iova(cqList))));
    });
}
