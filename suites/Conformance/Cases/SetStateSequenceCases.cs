using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// Set Controller State in pieces (Base 2.3 5.2.17.1.3): every size of piece from a dword on, every sequence indicator, gaps, repeats, too
/// short and too long, out of order, abandoned, and of two controllers at once.
/// </summary>
[Area("set-state")]
internal sealed class SetStateSequenceCases : LoadingCase
{
    private const SequenceIndicator First = SequenceIndicator.First;
    private const SequenceIndicator Middle = SequenceIndicator.Middle;
    private const SequenceIndicator Last = SequenceIndicator.Last;

    /// <summary>The state comes in pieces of so many bytes; after each but the last the taker still has nothing.</summary>
    /// <remarks>Pieces beyond MDTS: a state that long takes more queues than most controllers have.</remarks>
    [TestCase(4)]
    [TestCase(8)]
    [TestCase(12)]
    [TestCase(20)]
    [TestCase(24)]
    [TestCase(44)]
    [TestCase(48)]
    [TestCase(52)]
    [TestCase(56)]
    [TestCase(80)]
    [TestCase(100)]
    [TestCase(148)]
    [Covers("LM-SET-03")]
    public async CaseTask Pieces_take_effect_with_the_last(int chunk)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        for (var offset = 0; offset < load.State.Length; offset += chunk)
        {
            var rest = load.State.Length - offset;
            var sequence = offset == 0 ? First : rest > chunk ? Middle : Last;
            var answer = await load.SetAsync(load.State.AsMemory(offset, Math.Min(chunk, rest)), (ulong)offset, sequence);
            if (!Check.Ok("LM-SET-03", $"piece@{offset}", answer, "a piece of a state was not taken")) return;
            if (sequence != Last && !await HasNothingAsync("LM-SET-03", load, $"piece@{offset}")) return;
        }

        await HasAllAsync("LM-SET-03", load, "last");
    }

    /// <summary>All of the state comes before the last command, which brings nothing and commits.</summary>
    /// <remarks>An empty last piece at another offset than the end of the state.</remarks>
    [TestCase(4)]
    [TestCase(76)]
    [TestCase(152)]
    [Covers("LM-SET-04")]
    public async CaseTask An_empty_last_piece_commits(int chunk)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        for (var offset = 0; offset < load.State.Length; offset += chunk)
        {
            var piece = load.State.AsMemory(offset, Math.Min(chunk, load.State.Length - offset));
            Lab.Must("Migration Send, Set Controller State", await load.SetAsync(piece, (ulong)offset, offset == 0 ? First : Middle));
        }

        await HasNothingAsync("LM-SET-04", load, "before");
        Check.Ok("LM-SET-04", "last", await load.SetAsync(default, (ulong)load.State.Length, Last), "an empty last piece was not taken");
        await HasAllAsync("LM-SET-04", load, "last");
    }

    /// <summary>
    /// Pieces of random sizes, with random repeats and overlaps of what came before. The standard neither allows nor forbids those: where
    /// all were taken, what is committed must be right, and where one was refused, nothing of it may be left and the whole is taken afterwards.
    /// </summary>
    /// <remarks>Which of two pieces wins where they overlap: both bring the same bytes.</remarks>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [Covers("LM-SET-03", "LM-SET-26")]
    public async CaseTask Repeated_and_overlapping_pieces_are_put_right_or_refused(int round)
    {
        var load = await CaseLoad.CreateAsync(Lab, queues: 2 + (round % 2));
        var (end, length, taken) = (0, load.State.Length, true);
        while (end < length && taken)
        {
            var back = end == 0 ? 0 : 4 * (int)Random.Below((end / 4) + 1);
            var start = Random.Below(3) == 0 ? back : end;
            var size = Math.Min(4 * (1 + (int)Random.Below(12)), length - start);
            taken = (await load.SetAsync(load.State.AsMemory(start, size), (ulong)start, end == 0 ? First : Middle)).IsOk;
            end = Math.Max(end, start + size);
        }

        if (taken) taken = (await load.SetAsync(default, (ulong)length, Last)).IsOk;
        Check.Saw("LM-SET-03", "overlap", taken ? "taken" : "refused");
        if (taken)
        {
            await HasAllAsync("LM-SET-03", load, "overlap");
            // The state put right is only to be taken after a refusal: there was none, so let there be one.
            await IsRefusedForQueuesAsync(load);
            return;
        }

        await HasNothingAsync("LM-SET-03", load, "refused");
        Check.Ok("LM-SET-26", "whole", await load.SetAsync(load.State), "after a refused piece the whole state was not taken");
        await HasAllAsync("LM-SET-26", load, "whole");
    }

    /// <summary>A piece is left out, or two change places, before the last command: what has a hole is never committed.</summary>
    /// <remarks>Holes of less than a quarter of the state. Whether pieces out of order are taken is the device's, and noted.</remarks>
    [TestCase(new[] { 0, 2, 3 })]
    [TestCase(new[] { 0, 1, 3 })]
    [TestCase(new[] { 0, 3 })]
    [TestCase(new[] { 0, 1, 2 })]
    [TestCase(new[] { 0 })]
    [TestCase(new[] { 0, 2, 1, 3 })]
    [TestCase(new[] { 0, 3, 2, 1 })]
    [TestCase(new[] { 1, 2, 3 })]
    [TestCase(new[] { 3, 2, 1, 0 })]
    [Covers("LM-SET-27", "LM-SET-26")]
    public async CaseTask A_state_with_a_hole_is_not_committed(int[] quarters)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var quarter = load.State.Length / 4 / 4 * 4;
        var taken = true;
        for (var i = 0; i < quarters.Length && taken; i++)
        {
            var start = quarters[i] * quarter;
            var piece = load.State.AsMemory(start, quarters[i] == 3 ? load.State.Length - start : quarter);
            taken = (await load.SetAsync(piece, (ulong)start, i == 0 ? First : Middle)).IsOk;
        }

        var last = await load.SetAsync(default, (ulong)load.State.Length, Last);
        if (last.IsOk && quarters.Length == 4)
        {
            // All of it came, if out of order: then it must be all there.
            Check.Saw("LM-SET-27", "order", "taken");
            await HasAllAsync("LM-SET-27", load, "order");
            await IsRefusedForQueuesAsync(load);
            return;
        }

        Check.Saw("LM-SET-27", "order", taken ? "refused with the last" : "refused at once");
        Check.That("LM-SET-27", "last", !last.IsOk, "a state with a hole was committed");
        await HasNothingAsync("LM-SET-27", load, "last");
        Check.Ok("LM-SET-26", "whole", await load.SetAsync(load.State), "after a refused sequence the whole state was not taken");
        await HasAllAsync("LM-SET-26", load, "whole");
    }

    /// <summary>
    /// A middle or last piece where no sequence was begun: at first, after one has ended well, after a whole state, after one that was
    /// refused, and while only another controller has one.
    /// </summary>
    /// <remarks>A sequence that a reset or a resume ended, which other cases have.</remarks>
    [TestCase("LM-SET-05", Middle, "fresh")]
    [TestCase("LM-SET-06", Last, "fresh")]
    [TestCase("LM-SET-05", Middle, "whole")]
    [TestCase("LM-SET-06", Last, "whole")]
    [TestCase("LM-SET-05", Middle, "pieces")]
    [TestCase("LM-SET-06", Last, "pieces")]
    [TestCase("LM-SET-05", Middle, "refused")]
    [TestCase("LM-SET-06", Last, "refused")]
    [TestCase("LM-SET-05", Middle, "other")]
    [TestCase("LM-SET-06", Last, "other")]
    [Covers("LM-SET-05", "LM-SET-06")]
    public async CaseTask A_piece_that_continues_nothing_is_refused(string requirement, SequenceIndicator sequence, string after)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        const string step = "Migration Send, Set Controller State";
        if (after == "whole") Lab.Must(step, await load.SetAsync(load.State));
        if (after == "pieces") Lab.Must(step, await load.SetInPiecesAsync(load.State, 52));
        if (after == "refused") await load.SetInPiecesAsync(Unknown(load.State), 52);
        if (after == "other") Lab.Must(step, await load.Host.SetStateAsync(load.From.Id, load.State.AsMemory(0, 52), 0, First));
        var before = await load.TakenAsync();
        foreach (var (start, bytes) in ((int, int)[])[(0, load.State.Length), (52, load.State.Length - 52), (52, 4), (0, 4)])
        {
            Check.Refused(
                requirement, $"{after}@{start}+{bytes}", await load.SetAsync(load.State.AsMemory(start, bytes), (ulong)start, sequence),
                Status.CommandSequenceError);
        }

        Check.Equal(
            requirement, "state", Convert.ToHexString(await load.TakenAsync()), Convert.ToHexString(before), "a refused piece has changed the controller");
        // The other of the two requirements, in short, so that each case has looked at both.
        var (twin, indicator) = sequence == Middle ? ("LM-SET-06", Last) : ("LM-SET-05", Middle);
        Check.Refused(twin, "twin", await load.SetAsync(load.State.AsMemory(52), 52, indicator), Status.CommandSequenceError);
    }

    /// <summary>
    /// A sequence is abandoned at each boundary of the state, its bytes all ones, by a new first piece: what it brought is gone. So the new
    /// sequence, ended before its state is whole, is refused; and complete, it is what is committed.
    /// </summary>
    /// <remarks>A sequence that is abandoned by time alone: nobody says how long one lasts.</remarks>
    [TestCase(4)]
    [TestCase(48)]
    [TestCase(56)]
    [TestCase(104)]
    [TestCase(152)]
    [Covers("LM-SET-07")]
    public async CaseTask A_new_first_piece_begins_anew(int cut)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        const string step = "Migration Send, Set Controller State";
        // All that follows the header is good, so that a device that kept it would commit.
        Lab.Must(step, await load.SetAsync(load.State, 0, First));
        Check.Ok("LM-SET-07", "first", await load.SetAsync(load.State.AsMemory(0, 48), 0, First), "a new first piece was not taken");
        var early = await load.SetAsync(default, 48, Last);
        Check.That("LM-SET-07", "early", !early.IsOk, "what an abandoned sequence brought was committed");
        await HasNothingAsync("LM-SET-07", load, "early");
        // And with bad bytes, which must not shine through.
        var ones = new byte[load.State.Length];
        ones.AsSpan().Fill(0xFF);
        Lab.Must(step, await load.SetAsync(ones, 0, First));
        Check.Ok("LM-SET-07", "again", await load.SetAsync(load.State.AsMemory(0, cut), 0, First), "a new first piece was not taken");
        Check.Ok("LM-SET-07", "last", await load.SetAsync(load.State.AsMemory(cut), (ulong)cut, Last), "the new sequence was not committed");
        await HasAllAsync("LM-SET-07", load, "last");
    }

    /// <summary>A whole state in one command takes the place of a sequence that was begun.</summary>
    /// <remarks>A sequence that was further than 60 bytes of the state, or that brought other bytes than the whole.</remarks>
    [Test]
    [Covers("LM-SET-07", "LM-SET-06")]
    public async CaseTask A_whole_state_ends_a_sequence_that_was_begun()
    {
        var load = await CaseLoad.CreateAsync(Lab);
        Lab.Must("Migration Send, Set Controller State", await load.SetAsync(load.State.AsMemory(0, 60), 0, First));
        Check.Ok("LM-SET-07", "whole", await load.SetAsync(load.State), "a whole state was not taken in the middle of a sequence");
        await HasAllAsync("LM-SET-07", load, "whole");
        Check.Refused("LM-SET-06", "last", await load.SetAsync(load.State.AsMemory(60), 60, Last), Status.CommandSequenceError);
    }

    /// <summary>
    /// Two controllers are loaded with different states by pieces that alternate, of different sizes; each has its own when both are done.
    /// </summary>
    /// <remarks>Pieces of both in flight at once: they take turns, each answered before the next.</remarks>
    [TestCase(4, 4)]
    [TestCase(4, 100)]
    [TestCase(52, 24)]
    [Covers("LM-SET-08")]
    public async CaseTask Sequences_of_two_controllers_do_not_mix(int chunk, int otherChunk)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var host = load.Host;
        var third = await host.BringUpAsync(3, ram: load.From.Ram);
        await host.MustSuspendAsync(third.Id);
        var smaller = load.Decoded.With(it => it.SubmissionQueues[..1], it => it.CompletionQueues[..1]).Encode();
        (ushort Id, byte[] State, int Chunk, int Sent)[] loads = [(load.To.Id, load.State, chunk, 0), (third.Id, smaller, otherChunk, 0)];
        while (Array.Exists(loads, it => it.Sent < it.State.Length))
        {
            for (var i = 0; i < loads.Length; i++)
            {
                var (id, state, size, sent) = loads[i];
                if (sent >= state.Length) continue;
                var rest = state.Length - sent;
                var sequence = sent == 0 ? First : rest > size ? Middle : Last;
                var answer = await host.SetStateAsync(id, state.AsMemory(sent, Math.Min(size, rest)), (ulong)sent, sequence);
                if (!Check.Ok("LM-SET-08", $"controller {id}@{sent}", answer, "a piece was refused while another controller is loaded")) return;
                loads[i].Sent += Math.Min(size, rest);
            }
        }

        await HasAllAsync("LM-SET-08", load, "first");
        Check.Equal(
            "LM-SET-08", "second.state", Convert.ToHexString((await host.ReadStateAsync(third.Id)).Bytes), Convert.ToHexString(smaller),
            "the second controller has another state than was loaded");
    }

    /// <summary>Queues that a controller has keep it from taking others, so that a load after a load is refused; then a reset and all is well.</summary>
    private static async ValueTask IsRefusedForQueuesAsync(CaseLoad load)
    {
        Check.Refused("LM-SET-26", "second", await load.SetAsync(load.State), Status.InvalidField);
        await load.To.Nvme.ResetFunctionAsync();
        Lab.Must(await load.To.Nvme.StartAsync());
        await load.Host.MustSuspendAsync(load.To.Id);
        Check.Ok("LM-SET-26", "reset", await load.SetAsync(load.State), "after a refused load and a reset the whole state was not taken");
    }

    /// <summary>A state of a version that there is not.</summary>
    private static byte[] Unknown(byte[] state)
    {
        var bytes = (byte[])state.Clone();
        bytes[0] = 0x5A;
        return bytes;
    }
}
