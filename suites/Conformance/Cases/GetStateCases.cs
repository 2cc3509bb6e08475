using System.Runtime.InteropServices;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Migration Receive, Get Controller State: what the saved state holds (Base 2.3 5.2.16, 5.2.17.1.3).</summary>
[Area("get-state")]
internal sealed class GetStateCases : ConformanceCase
{
    /// <summary>Four queue pairs, a suspension, one read: version, both marks of suspension, counts and sizes.</summary>
    /// <remarks>What the queues' entries say; the next case looks at that.</remarks>
    [Test]
    [Covers("LM-GET-01", "LM-GET-02")]
    public async CaseTask The_header_and_the_completion_agree_and_the_sizes_add_up()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        for (ushort qid = 1; qid <= 4; qid++) await vf.CreateQueueAsync(qid);
        await host.MustSuspendAsync(vf.Id);
        var read = await host.GetStateAsync(vf.Id, 4096);
        if (!Check.Ok("LM-GET-01", "receive", read.Answer, "the state of a suspended controller cannot be read")) return;
        var header = Wire.Read<ControllerStateHeader>(read.Value);
        var nvme = Wire.Read<NvmeControllerState>(read.Value.AsSpan(ControllerStateHeader.Size));
        Check.Equal("LM-GET-01", "ver", header.Version, (ushort)0, "the version of the state is not 0");
        Check.Equal("LM-GET-01", "nvme.ver", nvme.Version, (ushort)0, "the version of the NVMe part is not 0");
        Check.Equal("LM-GET-01", "csattr.suspended", header.Attributes.Suspended, true, "the header does not say that the controller was suspended");
        Check.Equal("LM-GET-01", "csup", read.Answer.Completion.Dw0 & 1, 1u, "the completion does not say that the controller was suspended");
        Check.Equal("LM-GET-01", "nvme.queues", (nvme.SubmissionQueues, nvme.CompletionQueues), ((ushort)4, (ushort)4), "not all I/O queues are counted");
        Check.Equal("LM-GET-02", "nvmecss", header.NvmeDwords, (UInt128)(2 + (6 * 8)), "the size of the NVMe part does not follow from its counts");
        Check.Equal("LM-GET-02", "vss", header.VendorDwords, (UInt128)0, "a vendor part that was not asked for is announced");
    }

    /// <summary>
    /// Queues created in no order, of different sizes, priorities and vectors, two submission queues on one completion queue, one without
    /// interrupts: each comes back as it was created, ascending, and the admin queue is not among them.
    /// </summary>
    /// <remarks>NVMSETID, which no state carries.</remarks>
    [Test]
    [Covers("LM-GET-03", "LM-GET-04")]
    public async CaseTask Every_queue_is_there_as_it_was_created_in_ascending_order()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        IoQueueSpec[] specs =
        [
            new(3, 32, 16) { Vector = 2, Priority = 1 }, new(1, 64, 128) { Vector = 1, Priority = 3 },
            new(4, 16, 16) { Interrupts = false, Priority = 2 }, new(2, 8, 16) { SharedCqid = 3 },
        ];
        var pairs = new SortedDictionary<ushort, (IoQueueSpec Spec, QueuePair Pair)>();
        foreach (var spec in specs)
        {
            var (outcome, pair) = await vf.Nvme.CreateQueuePairAsync(spec);
            Lab.Must(outcome);
            pairs.Add(spec.Qid, (spec, pair!));
        }

        await host.MustSuspendAsync(vf.Id);
        var state = await DecodeAsync(host, vf, "LM-GET-03");
        var expected = pairs.Values.Select(it => (
            it.Spec.Qid, it.Pair.Memory.At(0), (ushort)(it.Spec.SqEntries - 1), it.Spec.SharedCqid ?? it.Spec.Qid, it.Spec.Priority, true));
        var seen = state.SubmissionQueues.Select(it => (it.Qid, it.Prp1, it.QsizeZ, it.Cqid, it.Attributes.Qprio, it.Attributes.Pc)).ToList();
        var completion = pairs.Values.Where(it => it.Spec.SharedCqid is null).Select(it => (
            it.Spec.Qid, it.Pair.Completion.Memory.At(0), (ushort)(it.Spec.CqEntries - 1), it.Spec.Vector, it.Spec.Interrupts, true));
        var seenCompletion = state.CompletionQueues.Select(it => (it.Qid, it.Prp1, it.QsizeZ, it.Attributes.Iv, it.Attributes.Ien, it.Attributes.Pc)).ToList();
        Check.Equal("LM-GET-03", "nvme.sq", Text(seen.Order()), Text(expected), "submission queues are not saved as they were created");
        Check.Equal("LM-GET-03", "nvme.cq", Text(seenCompletion.Order()), Text(completion), "completion queues are not saved as they were created");
        Check.Equal("LM-GET-04", "nvme.sq.order", Text(seen.Select(it => it.Qid)), Text(seen.Select(it => it.Qid).Order()), "submission queues do not ascend");
        Check.Equal("LM-GET-04", "nvme.cq.order", Text(seenCompletion.Select(it => it.Qid)), Text(seenCompletion.Select(it => it.Qid).Order()), "completion queues do not ascend");
    }

    /// <summary>
    /// So many commands are completed in a queue of sixteen that its indices pass zero none, one or two times; then some are consumed, some not.
    /// Heads, tails and the phase in slot 0 must be where the wire shows that they are.
    /// </summary>
    /// <remarks>Commands in flight at the Suspend: all have ended. The tail of the submission queue is not compared.</remarks>
    /// <param name="commands">Commands that were completed.</param>
    /// <param name="unconsumed">Completions that the host has not consumed.</param>
    [TestCase(0, 0)]
    [TestCase(1, 0)]
    [TestCase(5, 3)]
    [TestCase(15, 4)]
    [TestCase(16, 0)]
    [TestCase(16, 2)]
    [TestCase(17, 1)]
    [TestCase(31, 0)]
    [TestCase(32, 0)]
    [TestCase(33, 5)]
    [TestCase(39, 7)]
    [Covers("LM-GET-05", "LM-GET-06")]
    public async CaseTask Heads_and_tails_stand_where_the_queues_are(int commands, int unconsumed)
    {
        var (host, vf, queue) = await StartQueueAsync();
        for (var i = 0; i < commands; i++)
        {
            queue.Submit(NvmCommand.Flush(1));
            if (!await Lab.ReachesAsync(() => queue.Pair.CountPosted() > (i < commands - unconsumed ? 0 : i - (commands - unconsumed))))
                throw CaseEnd.Inconclusive("set-up: a flush was not completed");
            if (i < commands - unconsumed) queue.Consume(1);
        }

        await host.MustSuspendAsync(vf.Id);
        var state = await DecodeAsync(host, vf, "LM-GET-05");
        var (sq, cq) = (state.SubmissionQueues.FirstOrDefault(), state.CompletionQueues.FirstOrDefault());
        Check.Equal("LM-GET-05", "nvme.sq[1].head", sq.HeadPointer, (ushort)(commands % Entries), "the saved head is not what was fetched");
        Check.Equal("LM-GET-06", "nvme.cq[1].head", cq.HeadPointer, (ushort)((commands - unconsumed) % Entries), "the saved head is not what the host rang");
        Check.Equal("LM-GET-06", "nvme.cq[1].tail", cq.TailPointer, (ushort)(commands % Entries), "the saved tail is not the next slot");
    }

    /// <summary>S0PT is the phase that lies in slot 0; of a queue without any entry some devices save the next phase, which is told apart.</summary>
    /// <remarks>A device that always saves 0; a queue that came round to slot 0 tells it.</remarks>
    [Test]
    [Covers("LM-GET-07")]
    public CaseTask A_fresh_queue_has_phase_0_in_slot_0() => PhaseWithTheTailOnSlot0Async("LM-GET-07", 0, literal: false);

    /// <summary>The same of a queue whose tail has just come round to slot 0.</summary>
    /// <remarks>A device that always saves 1; a fresh queue tells it.</remarks>
    [Test]
    [Covers("LM-GET-08")]
    public CaseTask A_queue_that_came_round_has_phase_1_in_slot_0() => PhaseWithTheTailOnSlot0Async("LM-GET-08", Entries, literal: true);

    /// <summary>In the second pass slot 0 holds phase 0, whichever way a device reads the text.</summary>
    /// <remarks>Three places only, every completion consumed. Which way a device reads the text at the ends of a pass is for the cases of slot 0.</remarks>
    /// <param name="commands">Completions that were posted to a queue of sixteen.</param>
    /// <param name="phase">The phase in slot 0.</param>
    [TestCase(3, true)]
    [TestCase(19, false)]
    [TestCase(35, true)]
    [Covers("LM-GET-09")]
    public async CaseTask In_the_middle_of_a_pass_the_phase_of_slot_0_is_certain(int commands, bool phase)
    {
        var (host, vf, queue) = await StartQueueAsync();
        for (var i = 0; i < commands; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        await host.MustSuspendAsync(vf.Id);
        Check.Equal(
            "LM-GET-09", "nvme.cq[1].s0pt", (await DecodeAsync(host, vf, "LM-GET-09")).CompletionQueues.FirstOrDefault().Attributes.SlotZeroPhase, phase,
            "the saved phase is not that of slot 0");
    }

    /// <summary>Neither part is asked for: the header comes alone.</summary>
    /// <remarks>What follows it in the buffer, which is undefined.</remarks>
    [Test]
    [Covers("LM-GET-10", "LM-GET-14")]
    public async CaseTask A_header_can_be_read_alone()
    {
        var (host, vf, _) = await StartQueueAsync();
        await host.MustSuspendAsync(vf.Id);
        var none = await host.GetStateAsync(vf.Id, ControllerStateHeader.Size, csvi: 0);
        if (Check.Ok("LM-GET-10", "receive", none.Answer, "a header without parts is refused"))
        {
            var header = Wire.Read<ControllerStateHeader>(none.Value);
            Check.Equal("LM-GET-10", "sizes", (header.NvmeDwords, header.VendorDwords), ((UInt128)0, (UInt128)0), "parts that were not asked for are announced");
        }

        var buffer = host.Buffer(8192);
        buffer.Write(Enumerable.Repeat((byte)0xA5, 8192).ToArray());
        var twelve = await host.AdminAsync(MigrationCommand.GetControllerState(vf.Id, host.Csvi, 0, ControllerStateHeader.Size), buffer.Slice(0, ControllerStateHeader.Size));
        Check.Ok("LM-GET-14", "receive", twelve, "twelve dwords cannot be read");
        Check.Equal("LM-GET-14", "header", Wire.Read<ControllerStateHeader>(buffer.Read()).NvmeDwords, (UInt128)(2 + 12), "the header is not there");
        Check.That("LM-GET-14", "buffer[48..]", !buffer.Read()[ControllerStateHeader.Size..].ContainsAnyExcept((byte)0xA5), "more was written than was asked for");
    }

    /// <summary>A running controller is read, with commands coming and going; then the same, suspended.</summary>
    /// <remarks>Whether the fields of a running controller fit each other; they need not.</remarks>
    [Test]
    [Covers("LM-GET-11")]
    public async CaseTask A_running_controller_says_that_it_runs()
    {
        var (host, vf, queue) = await StartQueueAsync();
        for (var i = 0; i < 8; i++) queue.Submit(NvmCommand.Flush(1));
        foreach (var suspended in (bool[])[false, true])
        {
            if (suspended) await host.MustSuspendAsync(vf.Id);
            var read = await host.GetStateAsync(vf.Id, 4096);
            if (!Check.Ok("LM-GET-11", "receive", read.Answer, "a state cannot be read")) continue;
            Check.Equal("LM-GET-11", "csattr", Wire.Read<ControllerStateHeader>(read.Value).Attributes.Suspended, suspended, "the header says something else");
            Check.Equal("LM-GET-11", "csup", (read.Answer.Completion.Dw0 & 1) != 0, suspended, "the completion says something else");
        }
    }

    /// <summary>Indices behind the lists of CNS 20h, and all that lie behind those.</summary>
    /// <remarks>Four indices behind each list; a format that is offered and not listed may be at any other.</remarks>
    [Test]
    [Covers("LM-GET-12", "LM-GET-13")]
    public async CaseTask Indices_that_no_list_has_are_refused()
    {
        var (host, vf, _) = await StartQueueAsync();
        await host.MustSuspendAsync(vf.Id);
        foreach (var index in Behind(host.Formats.Versions.Count))
            Check.Refused("LM-GET-12", $"csvi[{index}]", (await host.GetStateAsync(vf.Id, 4096, csvi: index)).Answer, Status.InvalidField);
        foreach (var index in Behind(host.Formats.Uuids.Count))
            Check.Refused("LM-GET-13", $"csuuidi[{index}]", (await host.GetStateAsync(vf.Id, 4096, csuuidi: index)).Answer, Status.InvalidField);
    }

    /// <summary>The same state at once and in pieces of every size from a dword on: the same bytes.</summary>
    /// <remarks>Pieces in another order than ascending, or with something happening between them: the controller stands all the while.</remarks>
    /// <param name="chunk">Bytes of a piece.</param>
    [TestCase(4)]
    [TestCase(8)]
    [TestCase(20)]
    [TestCase(48)]
    [TestCase(52)]
    [TestCase(64)]
    [TestCase(100)]
    [TestCase(4092)]
    [TestCase(4096)]
    [Covers("LM-GET-15")]
    public async CaseTask A_state_in_pieces_is_the_state_at_once(int chunk)
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        for (ushort qid = 1; qid <= 4; qid++) await vf.CreateQueueAsync(qid);
        await host.MustSuspendAsync(vf.Id);
        var whole = (await host.ReadStateAsync(vf.Id)).Bytes;
        Check.Equal("LM-GET-15", "state", Convert.ToHexString((await host.ReadStateAsync(vf.Id, chunk)).Bytes), Convert.ToHexString(whole), $"in pieces of {chunk} bytes the state is another");
    }

    /// <summary>Offsets that are no multiple of four, and such that lie behind the end, far behind it, and right at it.</summary>
    /// <remarks>Five offsets of all that lie behind the end. Right at the end both answers are legal: only that the device gives the same twice.</remarks>
    [Test]
    [Covers("LM-GET-16", "LM-GET-17", "LM-GET-18")]
    public async CaseTask Offsets_that_name_nothing_are_refused()
    {
        var (host, vf, _) = await StartQueueAsync();
        await host.MustSuspendAsync(vf.Id);
        var size = (ulong)(await host.ReadStateAsync(vf.Id)).Bytes.Length;
        foreach (var offset in (ulong[])[1, 2, 3, 5, 46, 0xFFFF_FFFF_0000_0002])
            Check.Refused("LM-GET-16", $"offset[{offset}]", (await host.GetStateAsync(vf.Id, 64, offset)).Answer, Status.InvalidField);
        foreach (var offset in (ulong[])[size + 4, size + 4096, 0x8000_0000, 0x1_0000_0000, 0xFFFF_FFFF_FFFF_FFFC])
            Check.Refused("LM-GET-17", $"offset[size + {offset - size}]", (await host.GetStateAsync(vf.Id, 64, offset)).Answer, Status.InvalidField);
        var (first, again) = ((await host.GetStateAsync(vf.Id, 4, size)).Answer, (await host.GetStateAsync(vf.Id, 64, size)).Answer);
        Check.Saw("LM-GET-18", "offset[size]", first.IsOk ? "accepted" : "refused");
        if (!first.IsOk) Check.Refused("LM-GET-18", "offset[size]", first, Status.InvalidField);
        Check.Equal("LM-GET-18", "offset[size].again", again.Status, first.Status, "the device does not keep to one of the two");
    }

    /// <summary>A read that is longer than MDTS allows.</summary>
    /// <remarks>Whether anything was transferred before the refusal: the buffer is not looked at.</remarks>
    [Test]
    [Covers("LM-GET-19")]
    public async CaseTask A_read_longer_than_MDTS_is_refused()
    {
        var (host, vf, _) = await StartQueueAsync();
        var page = 4096L << host.Pf.Capabilities.MpsMin;
        Lab.Need(host.Identity.Mdts is > 0 and < 9, $"a limit of transfers that is worth exceeding (MDTS {host.Identity.Mdts})");
        await host.MustSuspendAsync(vf.Id);
        var bytes = (int)(page << host.Identity.Mdts);
        // The data pointer leads nowhere: what refuses the length has no need of it.
        var command = MigrationCommand.GetControllerState(vf.Id, host.Csvi, 0, (uint)bytes + 4);
        Check.Refused("LM-GET-19", "numdl", await host.AdminAsync(command, host.Buffer(4096)), Status.InvalidField);
    }

    /// <summary>Every vendor format that is listed is read, with its parameter at several values.</summary>
    /// <remarks>What the vendor's part means.</remarks>
    [Test]
    [Covers("LM-GET-20")]
    public async CaseTask A_listed_vendor_format_can_be_read()
    {
        var (host, vf, _) = await StartQueueAsync();
        Lab.Need(host.Formats.Uuids.Count > 0, "a vendor format of the state (Identify CNS 20h, NUUID)");
        await host.MustSuspendAsync(vf.Id);
        for (byte index = 1; index <= host.Formats.Uuids.Count; index++)
        {
            var state = await host.ReadStateAsync(vf.Id, csuuidi: index);
            Check.That("LM-GET-20", $"csuuidi[{index}].vss", state.Decoded?.Vendor.Length > 0, "the vendor's part is empty");
            Check.Equal("LM-GET-20", $"csuuidi[{index}].size", state.Decoded?.Length, state.Bytes.Length, "the sizes in the header do not give the length");
            foreach (var parameter in (byte[])[0, 1, 0xFF])
            {
                var command = MigrationCommand.GetControllerState(vf.Id, host.Csvi, index, 4096, vendorParameter: parameter);
                Check.Ok("LM-GET-20", $"csuuidi[{index}].csuidxp[{parameter}]", (await host.Pf.ReadBytesAsync(command, 4096)).Answer, "the format's parameter is refused");
            }
        }
    }

    /// <summary>A controller that has no I/O queues.</summary>
    /// <remarks>A controller that is disabled: one that is enabled and suspended is read. The walk through the conditions reads the other.</remarks>
    [Test]
    [Covers("LM-GET-21")]
    public async CaseTask A_controller_without_IO_queues_has_a_state_of_two_dwords()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        await host.MustSuspendAsync(vf.Id);
        var state = await host.ReadStateAsync(vf.Id);
        Check.Equal("LM-GET-21", "size", state.Bytes.Length, ControllerStateHeader.Size + NvmeControllerState.Size, "the NVMe part is not two dwords");
        Check.Equal("LM-GET-21", "queues", (state.Decoded?.SubmissionQueues.Length, state.Decoded?.CompletionQueues.Length), (0, 0), "there are queues");
    }

    /// <summary>Two reads of a suspended controller, with commands waiting in its queue, and time passing between.</summary>
    /// <remarks>What both reads lack. One command waits in the queue and a silence passes; nothing else happens between them.</remarks>
    [Test]
    [Covers("LM-GET-22")]
    public async CaseTask Read_twice_the_state_is_the_same()
    {
        var (host, vf, queue) = await StartQueueAsync();
        for (var i = 0; i < 5; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        await host.MustSuspendAsync(vf.Id);
        queue.Submit(NvmCommand.Flush(1));
        var first = (await host.ReadStateAsync(vf.Id)).Bytes;
        await Lab.WatchAsync();
        Check.Equal("LM-GET-22", "state", Convert.ToHexString((await host.ReadStateAsync(vf.Id)).Bytes), Convert.ToHexString(first), "a second read gives another state");
    }

    /// <summary>The suspended controller is reset between and while pieces of its state are read.</summary>
    /// <remarks>A reset that falls between two transfers of one command, unless the device takes its time over it.</remarks>
    [Test]
    [Covers("LM-GET-23")]
    public async CaseTask A_reset_meanwhile_is_not_passed_off_as_consistent()
    {
        var (host, vf, _) = await StartQueueAsync();
        await host.MustSuspendAsync(vf.Id);
        Lab.Must("Migration Receive", (await host.GetStateAsync(vf.Id, 48)).Answer);
        var buffer = host.Buffer(4096);
        var ticket = host.Pf.Admin.Submit(MigrationCommand.GetControllerState(vf.Id, host.Csvi, 0, 4096), buffer);
        vf.Function.Write32(Register.Cc, (vf.Nvme.Configuration with { En = false }).Raw);
        if (!await Lab.ReachesAsync(() => ticket.IsDone)) throw CaseEnd.Inconclusive("the read was not answered in time");
        await Lab.ReachesAsync(() => !vf.Nvme.Status.Rdy);
        var raced = ticket.Status.IsSuccess && (ticket.Completion.Dw0 & 1) != 0;
        if (raced)
        {
            // Wholly before the reset: then it is the whole state.
            var queues = Wire.Read<NvmeControllerState>(buffer.Read()[ControllerStateHeader.Size..]).SubmissionQueues;
            Check.Equal("LM-GET-23", "racing", queues, (ushort)1, "a state is passed off as consistent whose queues are gone");
        }
        else if (!ticket.Status.IsSuccess)
        {
            Check.Figure("LM-GET-23", "racing.status", ticket.Status, Status.InvalidControllerIdentifier, "refused with another status");
        }

        host.Pf.Admin.Release(ticket);
        var after = await host.GetStateAsync(vf.Id, 48);
        if (after.IsOk) Check.Equal("LM-GET-23", "after", after.Answer.Completion.Dw0 & 1, 0u, "a controller that was reset is told to be suspended");
        else Check.Figure("LM-GET-23", "after.status", after.Answer.Status, Status.InvalidControllerIdentifier, "refused with another status");
    }

    /// <summary>Identifiers that nobody has.</summary>
    /// <remarks>Identifiers of controllers that exist and are not this one's to control; three of those that do not are tried.</remarks>
    [Test]
    [Covers("LM-GET-24")]
    public async CaseTask A_controller_that_does_not_exist_has_no_state()
    {
        var (host, _) = await Lab.StartMigratableAsync();
        foreach (var cntlid in (ushort[])[0xFFEF, 0xFFF0, 0xFFFF])
            Check.Refused("LM-GET-24", $"cntlid[{cntlid:X4}h]", (await host.GetStateAsync(cntlid, 4096)).Answer, Status.InvalidControllerIdentifier);
    }

    /// <summary>Queues whose pages are scattered and named by PRP lists.</summary>
    /// <remarks>Whether such a queue works, before or after a move: no command goes through it.</remarks>
    [Test]
    [Covers("LM-GET-25")]
    public async CaseTask A_queue_by_a_PRP_list_is_saved_with_the_address_of_the_list()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        Lab.Need(!vf.Nvme.Capabilities.Cqr, "queues that are not contiguous (CAP.CQR)");
        const int entries = 256;
        var (cqPages, sqPages) = (vf.Buffer(entries * CompletionEntry.Size), vf.Buffer(entries * SubmissionEntry.Size));
        var (cqList, sqList) = (List(vf, cqPages), List(vf, sqPages));
        Lab.Must("Create I/O Completion Queue", await vf.Nvme.AdminAsync(AdminCommand.CreateIoCq(1, entries - 1, 0, false, pc: false) with { Prp1 = cqList }));
        Lab.Must("Create I/O Submission Queue", await vf.Nvme.AdminAsync(AdminCommand.CreateIoSq(1, entries - 1, 1, 0, pc: false, 0) with { Prp1 = sqList }));
        await host.MustSuspendAsync(vf.Id);
        var state = await DecodeAsync(host, vf, "LM-GET-25");
        var (sq, cq) = (state.SubmissionQueues.FirstOrDefault(), state.CompletionQueues.FirstOrDefault());
        Check.Equal("LM-GET-25", "nvme.sq[1]", (sq.Attributes.Pc, sq.Prp1), (false, sqList), "not saved as scattered, by its list");
        Check.Equal("LM-GET-25", "nvme.cq[1]", (cq.Attributes.Pc, cq.Prp1), (false, cqList), "not saved as scattered, by its list");
    }

    private const int Entries = 16;

    private static async CaseTask PhaseWithTheTailOnSlot0Async(string requirement, int commands, bool literal)
    {
        var (host, vf, queue) = await StartQueueAsync();
        for (var i = 0; i < commands; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        await host.MustSuspendAsync(vf.Id);
        var saved = (await DecodeAsync(host, vf, requirement)).CompletionQueues.FirstOrDefault().Attributes.SlotZeroPhase;
        Check.Equal(requirement, "nvme.cq[1].s0pt", saved, literal, "the saved phase is not that of slot 0 but that of the next entry");
    }

    private static async ValueTask<(CaseHost Host, CaseVf Vf, CaseQueue Queue)> StartQueueAsync()
    {
        var (host, vf) = await Lab.StartMigratableAsync();
        return (host, vf, await vf.CreateQueueAsync(entries: Entries));
    }

    /// <summary>The state decoded; what cannot be decoded is a finding.</summary>
    private static async ValueTask<ControllerState> DecodeAsync(CaseHost host, CaseVf vf, string requirement)
    {
        var state = await host.ReadStateAsync(vf.Id);
        Check.That(requirement, "state", state.Decoded is not null, "what was read is no controller state");
        return state.Decoded ?? new ControllerState();
    }

    /// <summary>Some indices above the last of a list.</summary>
    private static IEnumerable<byte> Behind(int last) => new[] { last + 1, last + 2, 128, 255 }.Where(it => it > last).Select(it => (byte)it).Distinct();

    private static ulong List(CaseVf vf, Device.DmaBuffer pages)
    {
        var list = vf.Buffer(4096);
        var count = pages.Length / 4096;
        // From the end, so that a device which takes the list for the queue goes wrong.
        var entries = Enumerable.Range(0, count).Select(i => pages.Iova + ((ulong)(count - 1 - i) * 4096)).ToArray();
        list.Write(MemoryMarshal.AsBytes(entries.AsSpan()));
        return list.Iova;
    }

    private static string Text<T>(IEnumerable<T> items) => string.Join(' ', items);
}
