using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Each side has blocks of its own, which are copied by commands of their own while the guest runs (Base 2.3 8.1.13.1).</summary>
[Area("medium")]
internal sealed class LocalMediumCases : ConformanceCase
{
    private const int Blocks = 96;
    private const byte AllChecks = 7;

    private static async ValueTask<(CaseMove Move, CaseCopy Copy, BlockChanger Changer)> StartAsync()
    {
        var move = await CaseMove.CreateAsync(Lab, MediumSharing.Local);
        var copy = await CaseCopy.CreateAsync(Lab, move);
        return (move, copy, new BlockChanger(move.From, move.Io, copy.From.Format, Blocks, new Rng(Random.Next())));
    }

    /// <summary>
    /// Blocks written, zeroed, deallocated and made unreadable, onto a destination whose blocks hold something else. Afterwards each block of
    /// the destination is the source's, metadata included; what the source cannot read, the destination cannot.
    /// </summary>
    /// <remarks>Blocks behind the first 104, and writes during the copy: the guest is idle.</remarks>
    [Test]
    [Covers("LM-MED-05")]
    public async CaseTask A_copied_medium_is_the_source_s_block_by_block([Values] bool withMetadata)
    {
        var (move, copy, changer) = await StartAsync();
        Lab.Need(copy.From.Format.MetadataSize > 0 == withMetadata, withMetadata ? "blocks with metadata" : "blocks without metadata");
        await copy.To.FillAsync(Blocks + 8, 0xDD);
        await changer.FillAsync();
        for (var i = 0; i < 4; i++) await changer.BurstAsync(12);
        if (move.From.Nvme.Identity.Oncs.WriteUncorrectable) await changer.ChangeAsync(NvmOpcode.WriteUncorrectable, Blocks - 3, 2);
        await copy.CopyAllAsync();
        Check.Equal("LM-MED-05", "compared", string.Join(' ', await copy.DifferencesAsync()), "", "the two media differ");
        var (ours, theirs) = (await copy.From.ImageAsync(Blocks + 8), await copy.To.ImageAsync(Blocks + 8));
        var different = Enumerable.Range(0, ours.Length).Where(it => !ours[it].IsSame(theirs[it]));
        Check.Equal("LM-MED-05", "blocks", string.Join(' ', different), "", "blocks of the destination are not the source's");
        if (!move.From.Nvme.Identity.Oncs.WriteUncorrectable) return;
        Check.That("LM-MED-05", "unreadable", !ours[Blocks - 3].Answer.IsOk && !theirs[Blocks - 2].Answer.IsOk, "a block that was made unreadable can be read");
    }

    /// <summary>
    /// Blocks whose protection information the source's controller made: on the destination it is what it was, and holds when it is checked.
    /// </summary>
    /// <remarks>Type 3, storage tags, and application tags other than 0. Blocks are read one at a time.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-MED-05")]
    public async CaseTask Protection_information_is_copied_as_it_is(bool extended)
    {
        const int generates = 8;
        var (move, copy, _) = await StartAsync();
        var format = copy.From.Format;
        Lab.Need(
            format.ProtectionType is 1 or 2 && format.Extended == extended,
            $"protection information of type 1 or 2 in {(extended ? "extended blocks" : "a buffer of its own")}");
        var (data, metadata) = (move.From.Buffer(format.TransferSize), move.From.Buffer(4096));
        for (var i = 0; i < Blocks; i++)
        {
            data.Memory!.Fill(data.Offset, data.Length, (byte)(i + 1));
            var write = new LbaFields(NvmCommand.Write(1, (ulong)i, 0)) { Prinfo = generates }.Entry;
            await move.Io.MustAsync("write", move.Io.WithData(write with { Cdw14 = (uint)i, Mptr = metadata.Iova }, data));
        }

        await copy.CopyAllAsync();
        var wrong = new List<int>();
        for (var i = 0; i < Blocks; i++)
        {
            var (ours, theirs) = (await copy.From.ReadAsync((ulong)i, AllChecks), await copy.To.ReadAsync((ulong)i, AllChecks));
            if (!ours.Answer.IsOk || !ours.IsSame(theirs)) wrong.Add(i);
        }

        Check.Equal("LM-MED-05", "blocks", string.Join(' ', wrong), "", "protection information is not what it was, or does not hold, on the destination");
    }

    /// <summary>
    /// The first copy is made while the guest changes blocks by every command it has; then it is suspended, with commands in flight, and the
    /// blocks that were reported up to the entry that says so are copied. Nothing differs.
    /// </summary>
    /// <remarks>How many of the last sixteen commands are in flight at the Suspend: a quick device has ended them all.</remarks>
    [Test]
    [Covers("LM-MED-06")]
    public async CaseTask The_first_copy_and_what_was_reported_is_an_exact_image([Values(0, 2_000, 15_000)] int moment)
    {
        var (move, copy, changer) = await StartAsync();
        await move.Source.NeedUserDataTrackingAsync();
        await changer.FillAsync();
        var queue = await move.Source.StartLoggingAsync(move.From.Id, 2048);
        var bulk = copy.CopyAllAsync().AsTask();
        do
        {
            await changer.BurstAsync(8);
        }
        while (!bulk.IsCompleted);
        await bulk;
        // What was reported so far, so that the last set is of the last changes.
        await copy.CopyAsync(CaseDataQueue.BlocksOf(queue.Take()));
        await queue.MustTellHeadAsync();
        changer.PutMix(16);
        await World.After(moment);
        await move.SuspendAsync();
        var entries = await TakeToSuspensionAsync(queue);
        await copy.CopyAsync(CaseDataQueue.BlocksOf(entries));
        Check.Equal(
            "LM-MED-06", "differences", string.Join(' ', await copy.DifferencesAsync()), "", "the copy and what was reported is not the source's medium");
        Check.Hazard("LM-MED-06", "changed", changer.Changed.Count > 0, "changes during the copy");
    }

    /// <summary>
    /// Blocks around number 2^32 and at the end, and those whose numbers are the low halves of these, each with contents of its own: copied, then
    /// changed, reported and copied again. Each holds on both sides what the guest wrote there.
    /// </summary>
    /// <remarks>Writes in flight at the Suspend: there are none, and each is of one block.</remarks>
    [Test]
    [Covers("LM-MED-05", "LM-MED-06")]
    public async CaseTask Blocks_beyond_2_to_the_32_are_copied_to_where_they_were()
    {
        var (move, copy, _) = await StartAsync();
        var format = copy.From.Format;
        CaseMedium.NeedBeyond32Bits(format);
        await move.Source.NeedUserDataTrackingAsync();
        ulong[] high = [CaseMedium.Beyond - 1, CaseMedium.Beyond, CaseMedium.Beyond + 77, format.Blocks - 1];
        ulong[] all = [.. high, .. high.Select(it => it % CaseMedium.Beyond).Except(high)];
        var data = move.From.Buffer(format.TransferSize);
        await WriteAsync(0x10);
        await copy.CopyAllAsync();
        await CheckAsync("LM-MED-05", 0x10);
        var queue = await move.Source.StartLoggingAsync(move.From.Id, 256);
        await WriteAsync(0x40);
        await move.SuspendAsync();
        await copy.CopyAsync(CaseDataQueue.BlocksOf(await TakeToSuspensionAsync(queue)));
        await CheckAsync("LM-MED-06", 0x40);
        return;

        async ValueTask WriteAsync(int first)
        {
            for (var i = 0; i < all.Length; i++)
            {
                data.Memory!.Fill(data.Offset, data.Length, (byte)(first + i));
                await move.Io.MustAsync("write", move.Io.WithData(NvmCommand.Write(1, all[i], 0), data));
            }
        }

        async ValueTask CheckAsync(string id, int first)
        {
            for (var i = 0; i < all.Length; i++)
            {
                foreach (var (side, medium) in ((string, CaseMedium)[])[("source", copy.From), ("destination", copy.To)])
                {
                    var block = await medium.ReadAsync(all[i]);
                    var holds = block.Answer.IsOk && !block.Bytes.AsSpan(0, format.BlockSize).ContainsAnyExcept((byte)(first + i));
                    Check.That(id, $"{side}[{all[i]}]", holds, "a block does not hold what the guest wrote there");
                }
            }
        }
    }

    /// <summary>Negative control: one report is dropped, and the comparison finds that block.</summary>
    /// <remarks>The device: it is the comparison that is held to account, over one block of other contents.</remarks>
    [Test]
    [Covers("LM-MED-12")]
    public async CaseTask A_dropped_report_is_found_by_the_comparison()
    {
        const ulong dropped = 11;
        var (move, copy, changer) = await StartAsync();
        await move.Source.NeedUserDataTrackingAsync();
        await changer.FillAsync();
        var queue = await move.Source.StartLoggingAsync(move.From.Id, 256);
        await copy.CopyAllAsync();
        foreach (var block in (ulong[])[3, dropped, 40]) await changer.ChangeAsync(NvmOpcode.Write, block, 1);
        await move.SuspendAsync();
        var blocks = CaseDataQueue.BlocksOf(await TakeToSuspensionAsync(queue));
        await copy.CopyAsync(blocks.Where(it => it != dropped));
        var found = await copy.DifferencesAsync();
        Check.Equal(
            "LM-MED-12", "differences", string.Join(' ', found), $"[{dropped}, {dropped + 1})",
            "the comparison does not find the block whose report was dropped");
    }

    /// <summary>A guest that writes at a bounded rate, and rounds that copy what was reported meanwhile: less each time, and exact at the end.</summary>
    /// <remarks>A guest that writes faster than the copy: it changes one block each 200 us, of 96.</remarks>
    [Test]
    [Covers("LM-MED-07", "LM-MED-06")]
    public async CaseTask Rounds_of_copying_converge()
    {
        const int rounds = 8;
        const long pause = 200_000;
        var (move, copy, changer) = await StartAsync();
        await move.Source.NeedUserDataTrackingAsync();
        await changer.FillAsync();
        var queue = await move.Source.StartLoggingAsync(move.From.Id, 2048);
        var (running, sizes) = (true, new List<int>());
        var guest = WriteAsync();
        await copy.CopyAllAsync();
        for (var round = 0; round < rounds; round++)
        {
            var dirty = CaseDataQueue.BlocksOf(queue.Take());
            await queue.MustTellHeadAsync();
            sizes.Add(dirty.Count);
            if (dirty.Count == 0) break;
            await copy.CopyAsync(dirty);
        }

        running = false;
        await guest;
        await move.SuspendAsync();
        await copy.CopyAsync(CaseDataQueue.BlocksOf(await TakeToSuspensionAsync(queue)));
        Check.That("LM-MED-07", "rounds", sizes[^1] <= Math.Max(2, Blocks / 8), $"what remains does not shrink: {string.Join(", ", sizes)}");
        Check.Equal("LM-MED-06", "differences", string.Join(' ', await copy.DifferencesAsync()), "", "the last set is not exact");

        async Task WriteAsync()
        {
            for (var i = 0; running; i++)
            {
                await changer.ChangeAsync(NvmOpcode.Write, (ulong)(i * 7 % Blocks), 1);
                await World.After(pause);
            }
        }
    }

    /// <summary>Everything up to the entry that says that the controller is suspended.</summary>
    private static async ValueTask<List<LbaMigrationQueueEntry>> TakeToSuspensionAsync(CaseDataQueue queue)
    {
        var entries = new List<LbaMigrationQueueEntry>();
        var ended = await Lab.ReachesAsync(() =>
        {
            entries.AddRange(queue.Take());
            return entries.Count > 0 && entries[^1].Attributes.Sequence is EntrySequence.LastSuspended or EntrySequence.LastFull;
        });
        return ended && entries[^1].Attributes.Sequence == EntrySequence.LastSuspended
            ? entries
            : throw CaseEnd.Inconclusive("set-up: the log does not end with the suspension");
    }
}
