using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Set Controller State (Base 2.3 5.2.17.1.3): what stands in the command, and the condition of the controller that is named.</summary>
[Area("set-state")]
internal sealed class SetStateFieldCases : LoadingCase
{
    /// <summary>A version index that the list of CNS 20h does not have: the next one, and others up to the last value of the field.</summary>
    /// <remarks>Versions that are listed beside 0. Five indices at most.</remarks>
    [TestCase(SequenceIndicator.Entire)]
    [TestCase(SequenceIndicator.First)]
    [Covers("LM-SET-09", "LM-SET-26")]
    public async CaseTask A_version_that_is_not_listed_is_refused(SequenceIndicator sequence)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var listed = load.Host.Formats.Versions.Count;
        foreach (var csvi in Beyond(listed))
        {
            Check.Refused(
                "LM-SET-09", $"csvi={csvi}", await load.Host.SetStateAsync(load.To.Id, load.State, 0, sequence, csvi), Status.InvalidField);
        }

        await HasNothingAsync("LM-SET-09", load, "refused");
        await IsTakenAsync(load);
    }

    /// <summary>An index of a vendor's format that the list of CNS 20h does not have.</summary>
    /// <remarks>Formats that are listed. Five indices at most, none with a vendor's part behind it.</remarks>
    [TestCase(SequenceIndicator.Entire)]
    [TestCase(SequenceIndicator.First)]
    [Covers("LM-SET-10", "LM-SET-26")]
    public async CaseTask A_vendor_format_that_is_not_listed_is_refused(SequenceIndicator sequence)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var listed = load.Host.Formats.Uuids.Count;
        foreach (var csuuidi in Beyond(listed))
        {
            Check.Refused(
                "LM-SET-10", $"csuuidi={csuuidi}", await load.Host.SetStateAsync(load.To.Id, load.State, 0, sequence, csuuidi: csuuidi),
                Status.InvalidField);
        }

        await HasNothingAsync("LM-SET-10", load, "refused");
        await IsTakenAsync(load);
    }

    /// <summary>Neither part is declared, with a state that has one and with a header alone, which has none.</summary>
    /// <remarks>A state in pieces that declares no part; a header that announces a vendor's part alone.</remarks>
    [TestCase(152)]
    [TestCase(48)]
    [Covers("LM-SET-11", "LM-SET-26")]
    public async CaseTask A_state_of_no_part_is_refused(int bytes)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var state = bytes == ControllerStateHeader.Size ? new byte[ControllerStateHeader.Size] : load.State;
        Check.Refused("LM-SET-11", "set", await load.Host.SetStateAsync(load.To.Id, state, csvi: 0), Status.InvalidField);
        await HasNothingAsync("LM-SET-11", load, "refused");
        await IsTakenAsync(load);
    }

    /// <summary>The header has an NVMe part, the command declares a vendor's part only.</summary>
    /// <remarks>What of the vendor's part, which was declared, was applied before the refusal: queues are counted, and nothing else can be read.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-SET-12", "LM-SET-26")]
    public async CaseTask An_NVMe_part_that_was_not_declared_is_refused(bool pieces)
    {
        var load = await WithVendorPartAsync();
        await NotTakenAsync("LM-SET-12", load, pieces, csvi: 0, csuuidi: 1);
        Check.Ok(
            "LM-SET-26", "whole", await load.Host.SetStateAsync(load.To.Id, load.State, csuuidi: 1), "after a refused load the whole state was not taken");
    }

    /// <summary>The header has a vendor's part, the command declares the NVMe part only.</summary>
    /// <remarks>Vendor formats other than that of index 1. Nothing tells whether bytes of the vendor's part were kept for a later load.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-SET-13", "LM-SET-26")]
    public async CaseTask A_vendor_part_that_was_not_declared_is_refused(bool pieces)
    {
        var load = await WithVendorPartAsync();
        await NotTakenAsync("LM-SET-13", load, pieces, csvi: load.Host.Csvi, csuuidi: 0);
        Check.Ok(
            "LM-SET-26", "whole", await load.Host.SetStateAsync(load.To.Id, load.State, csuuidi: 1), "after a refused load the whole state was not taken");
    }

    /// <summary>
    /// The taker has a queue of its own, a pair or a completion queue alone: it takes no other, neither at once nor in pieces, and what it has
    /// is as before and works.
    /// </summary>
    /// <remarks>At which piece the refusal comes: that is the device's. Queues with commands in them.</remarks>
    [TestCase(false, 0)]
    [TestCase(false, 52)]
    [TestCase(true, 0)]
    [TestCase(true, 4)]
    [Covers("LM-SET-14")]
    public async CaseTask A_controller_that_has_queues_takes_no_others(bool completionOnly, int chunk)
    {
        var load = await CaseLoad.CreateAsync(Lab, taker: Taker.Running);
        var (host, to) = (load.Host, load.To);
        var cq = AdminCommand.CreateIoCq(3, 15, 0, ien: false) with { Prp1 = to.Buffer(4096).Iova };
        if (completionOnly) Lab.Must("Create I/O Completion Queue 3", await to.Nvme.AdminAsync(cq));
        else await to.CreateQueueAsync(3, 16);
        await host.MustSuspendAsync(to.Id);
        var before = await load.TakenAsync();
        var answer = chunk == 0 ? await load.SetAsync(load.State) : await load.SetInPiecesAsync(load.State, chunk);
        Check.Refused("LM-SET-14", "set", answer, Status.InvalidField);
        Check.Equal(
            "LM-SET-14", "state", Convert.ToHexString(await load.TakenAsync()), Convert.ToHexString(before), "a refused load has changed the queues");
        await host.MustResumeAsync(to.Id);
        if (completionOnly) Check.Ok("LM-SET-14", "delete", await to.Nvme.AdminAsync(AdminCommand.DeleteIoCq(3)), "the queue is not as it was");
        else Check.Equal("LM-SET-14", "flush", (await to.Queues[0].DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the queue does not work");
    }

    /// <summary>Online, not enabled, not suspended: no condition to take a state.</summary>
    /// <remarks>A controller that is disabled and suspended, where the device allows that: the cases of a vendor's part load one.</remarks>
    [TestCase(SequenceIndicator.Entire)]
    [TestCase(SequenceIndicator.First)]
    [Covers("LM-SET-15")]
    public async CaseTask A_disabled_controller_takes_no_state(SequenceIndicator sequence)
    {
        var load = await CaseLoad.CreateAsync(Lab, taker: Taker.Disabled);
        Check.Refused("LM-SET-15", "set", await load.SetAsync(load.State, 0, sequence), Status.InvalidControllerIdentifier);
        await HasNothingAsync("LM-SET-15", load, "refused");
        Lab.Must(await load.To.Nvme.StartAsync());
        await DoesIoAsync("LM-SET-15", load.To, "enabled");
    }

    /// <summary>An offset inside a dword, for a whole state, a first piece, and a piece in the middle of a sequence.</summary>
    /// <remarks>Odd offsets other than those behind 0 and 52; whether the sequence that was begun may then go on.</remarks>
    [TestCase(SequenceIndicator.Entire, 0)]
    [TestCase(SequenceIndicator.First, 0)]
    [TestCase(SequenceIndicator.Middle, 52)]
    [TestCase(SequenceIndicator.Last, 52)]
    [Covers("LM-SET-17", "LM-SET-26")]
    public async CaseTask An_offset_inside_a_dword_is_refused(SequenceIndicator sequence, int from)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        for (var odd = 1; odd < 4; odd++)
        {
            if (from > 0) Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State.AsMemory(0, from), 0, SequenceIndicator.First));
            Check.Refused(
                "LM-SET-17", $"offset={from + odd}", await load.SetAsync(load.State.AsMemory(from), (ulong)(from + odd), sequence), Status.InvalidField);
        }

        await HasNothingAsync("LM-SET-17", load, "refused");
        await IsTakenAsync(load);
    }

    /// <summary>
    /// A piece beyond the size that the header gave, by a dword and so far that the offset does not fit 32 bits, or wraps to a good one when
    /// its upper half is dropped.
    /// </summary>
    /// <remarks>A piece that begins within the state and reaches beyond its end.</remarks>
    [TestCase(4)]
    [TestCase(4096)]
    [TestCase(1L << 32)]
    [TestCase((1L << 32) - 100)]
    [TestCase(-4)]
    [TestCase(-152)]
    [Covers("LM-SET-18", "LM-SET-26")]
    public async CaseTask A_piece_beyond_the_state_is_refused(long beyond)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var offset = unchecked((ulong)(beyond < 0 ? beyond : load.State.Length + beyond));
        foreach (var (first, last) in ((int, bool)[])[(52, false), (52, true), (load.State.Length, true)])
        {
            Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State.AsMemory(0, first), 0, SequenceIndicator.First));
            var sequence = last ? SequenceIndicator.Last : SequenceIndicator.Middle;
            Check.Refused("LM-SET-18", $"{sequence} after {first}", await load.SetAsync(load.State.AsMemory(52), offset, sequence), Status.InvalidField);
        }

        foreach (var sequence in (SequenceIndicator[])[SequenceIndicator.Entire, SequenceIndicator.First])
            Check.Refused("LM-SET-18", $"{sequence}", await load.SetAsync(load.State, offset, sequence), Status.InvalidField);
        await HasNothingAsync("LM-SET-18", load, "refused");
        await IsTakenAsync(load);
    }

    /// <summary>No data, where only the last command of a sequence may bring none.</summary>
    /// <remarks>Whether the refusal ends a sequence that was begun: the whole state follows, which begins anew in any case.</remarks>
    [TestCase(SequenceIndicator.Entire)]
    [TestCase(SequenceIndicator.First)]
    [TestCase(SequenceIndicator.Middle)]
    [Covers("LM-SET-19", "LM-SET-26")]
    public async CaseTask A_piece_of_nothing_is_refused(SequenceIndicator sequence)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var middle = sequence == SequenceIndicator.Middle;
        if (middle) Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State.AsMemory(0, 52), 0, SequenceIndicator.First));
        Check.Refused("LM-SET-19", "set", await load.SetAsync(default, middle ? 52ul : 0, sequence), Status.InvalidField);
        await HasNothingAsync("LM-SET-19", load, "refused");
        await IsTakenAsync(load);
    }

    /// <summary>Indexes that a list of so many does not have.</summary>
    private static IEnumerable<byte> Beyond(int listed) =>
        new[] { listed + 1, listed + 2, 0x7F, 0x80, 0xFF }.Where(it => it > listed).Select(it => (byte)it).Distinct();

    /// <summary>The state of a controller with its vendor's part, and a taker that is suspended before it has an admin queue.</summary>
    private static async ValueTask<CaseLoad> WithVendorPartAsync()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        Lab.Need(host.Formats.Uuids.Count > 0, "a vendor's state format (Identify CNS 20h, NUUID)");
        var load = await CaseLoad.CreateAsync(Lab, taker: Taker.Disabled, csuuidi: 1);
        // A vendor's part may hold the admin queue, which an enabled controller has already.
        var suspended = await host.SuspendAsync(load.To.Id);
        Lab.Need(suspended.Status != Status.InvalidControllerIdentifier, "suspension of a disabled controller (refused with 1/1Fh, which is left open)");
        Lab.Must("Migration Send, Suspend", suspended);
        return load;
    }

    private static async ValueTask NotTakenAsync(string requirement, CaseLoad load, bool pieces, byte csvi, byte csuuidi)
    {
        var host = load.Host;
        if (pieces)
        {
            Lab.Must(
                "Migration Send, Set Controller State",
                await host.SetStateAsync(load.To.Id, load.State.AsMemory(0, 16), 0, SequenceIndicator.First, csvi, csuuidi));
        }

        // What stands in the header is known with its last byte; a device may refuse then, or with the last piece.
        var start = pieces ? 16 : 0;
        var answer = await host.SetStateAsync(
            load.To.Id, load.State.AsMemory(start), (ulong)start, pieces ? SequenceIndicator.Last : SequenceIndicator.Entire, csvi, csuuidi);
        Check.Refused(requirement, "set", answer, Status.InvalidField);
        await HasNothingAsync(requirement, load, "refused");
    }

    private static async ValueTask IsTakenAsync(CaseLoad load)
    {
        Check.Ok("LM-SET-26", "whole", await load.SetAsync(load.State), "after a refused load the whole state was not taken");
        await HasAllAsync("LM-SET-26", load, "whole");
    }
}
