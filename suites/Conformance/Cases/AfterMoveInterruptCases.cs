using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Interrupts, bus mastering and doorbells after a move.</summary>
[Area("after-migration")]
internal sealed class AfterMoveInterruptCases : ConformanceCase
{
    /// <summary>Three queues on three vectors, not in order; after the move each command interrupts on its queue's vector and no other.</summary>
    /// <remarks>How often: several interrupts of the right vector pass, and so does a wrong one that comes later than 1 ms after the command.</remarks>
    [Test]
    [Covers("LM-POST-03")]
    public async CaseTask Queues_interrupt_on_their_own_vectors()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        ushort[] vectors = [3, 1, 2];
        var signals = vectors.Select(it => guest.Listen(it)).ToList();
        var queues = new List<CaseQueue>();
        for (ushort i = 0; i < vectors.Length; i++) queues.Add(await guest.CreateQueueAsync((ushort)(i + 1), 16, vector: vectors[i]));
        await journey.MoveAsync(await journey.PrepareAsync());
        for (var i = 0; i < queues.Count; i++)
        {
            var before = signals.Select(it => it.Count).ToList();
            Check.Equal("LM-POST-03", $"sq[{i + 1}]", (await queues[i].DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the queue does not go on");
            await World.After(1_000_000);
            var raised = string.Join(' ', Enumerable.Range(0, 3).Where(n => signals[n].Count > before[n]).Select(n => vectors[n]));
            Check.Equal("LM-POST-03", $"sq[{i + 1}].vector", raised, $"{vectors[i]}", "a completion interrupts on another vector than its queue's");
        }
    }

    /// <summary>
    /// One vector is masked, and a completion waits behind it. After the move the table reads as before, masks included; the interrupt is still
    /// pending, and comes once when the vector is unmasked.
    /// </summary>
    /// <remarks>Table and masks are put back by the host, not by the device. A second interrupt that follows the first at some distance is missed.</remarks>
    [Test]
    [Covers("LM-POST-04", "LM-POST-05")]
    public async CaseTask Masked_vectors_stay_masked_and_pending_interrupts_come()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var (open, masked) = (guest.Listen(1), guest.Listen(2));
        var queues = new[] { await guest.CreateQueueAsync(1, 16, vector: 1), await guest.CreateQueueAsync(2, 16, vector: 2) };
        MsixTable.Find(guest.Face)!.Mask(2, true);
        var to = await journey.PrepareAsync();
        foreach (var queue in queues) queue.Submit(NvmCommand.Flush(1));
        await World.After(1_000_000);
        Check.Hazard("LM-POST-04", "vector[2].pending", MsixTable.Find(guest.Face)!.IsPending(2) && masked.Count == 0, "an interrupt pending behind a mask");
        var (before, count) = (TableOf(guest), open.Count);
        await journey.MoveAsync(to);
        await World.After(1_000_000);
        Check.Equal("LM-POST-04", "table", TableOf(guest), before, "the guest finds another MSI-X table than it left");
        Check.Equal("LM-POST-04", "vector[2].masked", masked.Count, 0L, "a masked vector interrupts");
        Check.Equal("LM-POST-04", "vector[1].again", open.Count, count, "an interrupt came a second time");
        Check.Equal("LM-POST-04", "vector[2].pending", MsixTable.Find(guest.Face)!.IsPending(2), true, "a pending interrupt was forgotten");
        MsixTable.Find(guest.Face)!.Mask(2, false);
        Check.That(
            "LM-POST-05", "vector[2]", await Lab.ReachesAsync(() => masked.Count > 0), "a completion that was pending at the cut was signalled to nobody");
        Check.Equal("LM-POST-04", "vector[2].once", masked.Count, 1L, "a pending interrupt came several times");
        Check.That("LM-POST-05", "cq[2]", await queues[1].ReachesAsync(1), "the completion behind the interrupt is lost");
    }

    /// <summary>
    /// Commands are rung while the source is suspended. A guest that looks only when it is interrupted finds all their completions on the
    /// destination.
    /// </summary>
    /// <remarks>Whether each completion has an interrupt of its own: one that covers several is enough, and it may take a second.</remarks>
    [Test]
    [Covers("LM-POST-05")]
    public async CaseTask No_completion_waits_unnoticed()
    {
        const int commands = 9;
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var signal = guest.Listen(1);
        var queue = await guest.CreateQueueAsync(1, 16, vector: 1);
        var to = await journey.PrepareAsync();
        await guest.Host.MustSuspendAsync(guest.Id);
        queue.Burst(commands, _ => NvmCommand.Flush(1));
        var seen = signal.Count;
        await journey.MoveAsync(to);
        await Lab.ReachesAsync(() =>
        {
            if (signal.Count > seen) queue.Consume();
            seen = signal.Count;
            return queue.Taken.Count == commands;
        });
        Check.Equal("LM-POST-05", "cq[1]", queue.Taken.Count, commands, "a completion waits in its queue and no interrupt says so");
    }

    /// <summary>
    /// The destination is resumed before anything of the guest's interrupts was put there. Nobody is interrupted; completions are in memory all
    /// the same; once the vectors are there, one doorbell mends it.
    /// </summary>
    /// <remarks>
    /// An interrupt of the destination's while nobody has bound its vectors: what is listened to until then is the function that the guest left.
    /// </remarks>
    [Test]
    [Covers("LM-POST-06")]
    public async CaseTask Without_vectors_nobody_is_interrupted_and_vectors_mend_it()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var signal = guest.Listen(1);
        var queue = await guest.CreateQueueAsync(1, 16, vector: 1);
        var to = await journey.PrepareAsync();
        await guest.Host.MustSuspendAsync(guest.Id);
        queue.Burst(3, _ => NvmCommand.Flush(1));
        var state = (await guest.Host.ReadStateAsync(guest.Id)).Bytes;
        await CaseJourney.LoadAsync(to, state);
        var before = signal.Count;
        await to.Host.MustResumeAsync(to.Id);
        Check.That("LM-POST-06", "cq[1].polled", await Lab.ReachesAsync(() => queue.Pair.CountPosted() == 3), "completions are not found by polling");
        await World.After(1_000_000);
        Check.Equal("LM-POST-06", "vector[1].before", signal.Count, before, "somebody was interrupted though no vector was restored");
        journey.Restore(to);
        queue.Submit(NvmCommand.Flush(1));
        Check.That("LM-POST-06", "vector[1].after", await Lab.ReachesAsync(() => signal.Count > before), "vectors that were set later do not mend it");
        Check.That("LM-POST-06", "cq[1]", await queue.ReachesAsync(4), "completions were lost");
    }

    /// <summary>Resumed with bus mastering off the destination moves nothing; turned on, it goes on with all that waited.</summary>
    /// <remarks>Reads of memory, and writes outside the guest's; whatever comes after the silence that is waited for.</remarks>
    [Test]
    [Covers("LM-POST-07")]
    public async CaseTask Without_bus_mastering_nothing_moves()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var guest = journey.Guest;
        var queue = await guest.CreateQueueAsync(1, 16);
        var to = await journey.PrepareAsync();
        await CaseJourney.LoadAsync(to, await journey.SaveAsync());
        journey.Restore(to);
        PciConfig.SetBusMaster(guest.Face, false);
        await to.Host.MustResumeAsync(to.Id);
        queue.Burst(5, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), guest.Buffer(4096)));
        var image = guest.Ram.Read(0, (int)guest.Ram.Length).ToArray();
        await Lab.WatchAsync();
        Check.That("LM-POST-07", "memory", guest.Ram.Read(0, (int)guest.Ram.Length).SequenceEqual(image), "the destination writes though it is no bus master");
        PciConfig.SetBusMaster(guest.Face, true);
        Check.That("LM-POST-07", "cq[1]", await queue.ReachesAsync(5), "with bus mastering on again the destination does not go on");
    }

    /// <summary>The VFs' registers are put to another address on the destination than on the source; doorbells of the guest work there.</summary>
    /// <remarks>Whether the new address was taken: it is noted, and a bus that keeps the old one passes.</remarks>
    [Test]
    [Covers("LM-POST-08")]
    public async CaseTask Registers_may_lie_elsewhere()
    {
        const uint elsewhere = 0xC000_0000;
        var journey = await CaseJourney.BeginAsync(Lab);
        var host = await Lab.StartDestinationAsync();
        Lab.Need(!ReferenceEquals(host, journey.Guest.Host), "a destination with a physical function of its own");
        var at = PciConfig.FindExtendedCapability(host.Pf.Function, ExtendedCapabilityId.SrIov) + SrIovCapability.VfBar0Offset;
        host.Pf.Function.WriteConfig(at, 4, elsewhere);
        Check.Saw("LM-POST-08", "vf.bar0", $"{journey.Guest.Host.Pf.Function.ReadConfig(at, 4):X8}h there, {host.Pf.Function.ReadConfig(at, 4):X8}h here");
        var queue = await journey.Guest.CreateQueueAsync(1, 16);
        await queue.MustAsync("flush", NvmCommand.Flush(1));
        await journey.MoveAsync(await journey.PrepareAsync());
        for (var i = 0; i < 20; i++)
        {
            var done = await queue.DoAsync(NvmCommand.Flush(1));
            if (!Check.Equal("LM-POST-08", $"flush[{i}]", done?.Status, Status.Success, "a doorbell at the new address does not work")) break;
        }
    }

    private static string TableOf(CaseVf guest)
    {
        var table = MsixTable.Find(guest.Face)!;
        var entries = Enumerable.Range(0, table.Count).Select(table.Read).Select(it => $"{it.Address:X}/{it.Data:X}/{(it.Control.Masked ? "masked" : "open")}");
        return $"{(table.Control.Enable ? "on" : "off")} {string.Join(' ', entries)}";
    }
}
