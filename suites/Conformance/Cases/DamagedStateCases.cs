using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// States that were damaged on the way (Base 2.3 5.2.17.1.3): cut off anywhere, with lengths that overflow, with flipped bits, random bytes,
/// and heads and tails that cannot be. Refused, or taken without harm to anybody.
/// </summary>
[Area("set-state")]
internal sealed class DamagedStateCases : LoadingCase
{
    /// <summary>Cut off behind each dword, as a whole state and as a sequence that ends too early.</summary>
    /// <remarks>One state, of two queue pairs and without a vendor's part. A cut inside a dword cannot be sent.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-SET-27", "LM-SET-26")]
    public async CaseTask A_state_that_was_cut_off_is_refused(bool pieces)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        for (var cut = 4; cut < load.State.Length; cut += 4)
        {
            var piece = load.State.AsMemory(0, cut);
            if (pieces) Lab.Must("Migration Send, Set Controller State", await load.SetAsync(piece, 0, SequenceIndicator.First));
            var answer = pieces ? await load.SetAsync(default, (ulong)cut, SequenceIndicator.Last) : await load.SetAsync(piece);
            if (!Check.Refused("LM-SET-27", $"cut@{cut}", answer, Status.InvalidField)) break;
            if (!await HasNothingAsync("LM-SET-27", load, $"cut@{cut}")) break;
        }

        Check.Ok("LM-SET-26", "whole", await load.SetAsync(load.State), "after states that were cut off the whole was not taken");
        await HasAllAsync("LM-SET-26", load, "whole");
    }

    /// <summary>
    /// NVMECSS of 128 bits: too short, too long, and values that are right once they have been cut to 16, 32 or 64 bits or multiplied by the
    /// size of a dword.
    /// </summary>
    /// <remarks>A length and counts that are wrong together and fit each other.</remarks>
    [TestCase(0, 1, 0)]
    [TestCase(0, 2, 0)]
    [TestCase(0, -1, 0)]
    [TestCase(0, -6, 0)]
    [TestCase(0, -12, 0)]
    [TestCase(0, 1, 1)]
    [TestCase(0, 6, 1)]
    [TestCase(16, 0, 1)]
    [TestCase(32, 0, 1)]
    [TestCase(62, 0, 1)]
    [TestCase(63, 0, 1)]
    [TestCase(64, 0, 1)]
    [TestCase(126, 0, 1)]
    [TestCase(127, 0, 1)]
    [Covers("LM-SET-24", "LM-SET-26")]
    public async CaseTask A_length_that_does_not_fit_the_queues_is_refused(int bit, int plus, int times)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var bad = (byte[])load.State.Clone();
        ref var header = ref Wire.View<ControllerStateHeader>(bad);
        var right = header.NvmeDwords;
        header.NvmeDwords = (times == 1 || plus < 0 ? right : 0) + (UInt128)(Int128)plus + (bit == 0 ? 0 : UInt128.One << bit);
        await RefusedAsync(load, bad);
    }

    /// <summary>VSS that nothing follows, and ones that are 0 once they have been cut or multiplied.</summary>
    /// <remarks>A vendor's part that is there and shorter than VSS says.</remarks>
    [TestCase(0)]
    [TestCase(16)]
    [TestCase(32)]
    [TestCase(62)]
    [TestCase(64)]
    [TestCase(126)]
    [TestCase(127)]
    [Covers("LM-SET-24", "LM-SET-26")]
    public async CaseTask A_length_of_a_vendor_part_that_is_not_there_is_refused(int bit)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var bad = (byte[])load.State.Clone();
        Wire.View<ControllerStateHeader>(bad).VendorDwords = UInt128.One << bit;
        await RefusedAsync(load, bad);
    }

    /// <summary>Counts of queues that the length does not hold, and pairs of them whose sum is right once it has been cut to 16 bits.</summary>
    /// <remarks>Counts of the two kinds that are wrong and have the right sum: the length holds those.</remarks>
    [TestCase(3, 2)]
    [TestCase(2, 3)]
    [TestCase(1, 2)]
    [TestCase(0, 0)]
    [TestCase(0xFFFF, 2)]
    [TestCase(2, 0xFFFF)]
    [TestCase(0xFFFF, 0xFFFF)]
    [TestCase(0xFFFF, 5)]
    [TestCase(0x8002, 0x8002)]
    [Covers("LM-SET-24", "LM-SET-26")]
    public async CaseTask A_count_that_the_length_does_not_hold_is_refused(int submission, int completion)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var bad = (byte[])load.State.Clone();
        ref var nvme = ref Wire.View<NvmeControllerState>(bad.AsSpan(ControllerStateHeader.Size));
        (nvme.SubmissionQueues, nvme.CompletionQueues) = ((ushort)submission, (ushort)completion);
        await RefusedAsync(load, bad);
    }

    /// <summary>
    /// Bits flipped anywhere in a good state. Where a state was taken all the same, it is resumed with all its doorbells as they are. Whatever
    /// it was, a function reset makes the function whole; neighbour, host and physical function notice nothing.
    /// </summary>
    /// <remarks>Damage inside the guest's own memory, which a state with wrong addresses may do by right.</remarks>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [Covers("LM-SET-28")]
    public async CaseTask Flipped_bits_harm_nobody(int flips)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var random = new Rng(Random.Next());
        await HarmsNobodyAsync(load, 10, () =>
        {
            var bad = (byte[])load.State.Clone();
            for (var i = 0; i < flips; i++) bad[random.Below(bad.Length)] ^= (byte)(1 << (int)random.Below(8));
            return bad;
        });
    }

    /// <summary>Random bytes, with and without a good header.</summary>
    /// <remarks>
    /// Twelve buffers, all as long as a good state. Harm shows in one page of the host's and in the functions that answer; a state that was taken has 100
    /// us for it.
    /// </remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-SET-28")]
    public async CaseTask Random_bytes_harm_nobody(bool headed)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var random = new Rng(Random.Next());
        await HarmsNobodyAsync(load, 12, () =>
        {
            var bad = new byte[load.State.Length];
            for (var i = 0; i < bad.Length; i++) bad[i] = (byte)random.Below(256);
            if (headed) load.State.AsSpan(0, ControllerStateHeader.Size + NvmeControllerState.Size).CopyTo(bad);
            return bad;
        });
    }

    /// <summary>Heads and tails behind the end of their queue: refused, or taken without harm; and right afterwards.</summary>
    /// <remarks>The first queue pair only, four values each. What a device that takes such a pointer makes of it is not read back.</remarks>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [Covers("LM-SET-28")]
    public async CaseTask Heads_and_tails_that_cannot_be_harm_nobody(int which)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        ushort[] values = [CaseLoad.FirstEntries, CaseLoad.FirstEntries + 1, 0x8000, 0xFFFF];
        var at = 0;
        await HarmsNobodyAsync(load, values.Length, () =>
        {
            var value = values[at++];
            return (which switch
            {
                0 => load.Decoded.WithSq(0, q => q with { HeadPointer = value }),
                1 => load.Decoded.WithSq(0, q => q with { TailPointer = value }),
                2 => load.Decoded.WithCq(0, q => q with { HeadPointer = value }),
                _ => load.Decoded.WithCq(0, q => q with { TailPointer = value }),
            }).Encode();
        });
    }

    private static async ValueTask RefusedAsync(CaseLoad load, byte[] bad)
    {
        Check.Refused("LM-SET-24", "set", await load.SetAsync(bad), Status.InvalidField);
        if (!await HasNothingAsync("LM-SET-24", load, "refused")) return;
        Check.That("LM-SET-24", "pieces", !(await load.SetInPiecesAsync(bad, 48)).IsOk, "a state with a wrong length was taken in pieces");
        await HasNothingAsync("LM-SET-24", load, "pieces");
        Check.Ok("LM-SET-26", "whole", await load.SetAsync(load.State), "after a refused load the state put right was not taken");
        await HasAllAsync("LM-SET-26", load, "whole");
    }

    private static async ValueTask HarmsNobodyAsync(CaseLoad load, int rounds, Func<byte[]> next)
    {
        const string requirement = "LM-SET-28";
        var (host, to) = (load.Host, load.To);
        // What a stray write may hit: a page of the host's, which is mapped for its own function only.
        var canary = host.Buffer(4096);
        canary.Write(Enumerable.Repeat((byte)0xA7, 4096).ToArray());
        for (var round = 0; round < rounds; round++)
        {
            var answer = await load.SetAsync(next());
            Check.That(requirement, $"{round}.set", answer.Outcome == TicketOutcome.Completed, "a damaged state was not answered in time");
            if (answer.IsOk)
            {
                Check.Ok(requirement, $"{round}.resume", await host.ResumeAsync(to.Id), "a state that was taken cannot be resumed");
                await World.After(100_000);
            }
            else if (!await HasNothingAsync(requirement, load, $"{round}.refused"))
            {
                return;
            }

            await to.Nvme.ResetFunctionAsync();
            if (!Check.Ok(requirement, $"{round}.enable", await to.Nvme.StartAsync(), "after a reset the controller could not be enabled")) return;
            if (!Check.Ok(requirement, $"{round}.suspend", await host.SuspendAsync(to.Id), "after a reset the controller could not be suspended")) return;
        }

        await IsHealthyAsync(requirement, host, "end");
        Check.That(requirement, "canary", canary.Read().IndexOfAnyExcept((byte)0xA7) < 0, "memory of the host was written");
        Check.Ok(requirement, "good", await load.SetAsync(load.State), "after damaged states and a reset a good one was not taken");
        await HasAllAsync(requirement, load, "good");
    }
}
