using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>LOAD_DATA and RESUME: what is taken, what is refused, and how a migration is given up.</summary>
[Area("vendor-commands")]
internal sealed class VendorLoadCases : VendorCase
{
    /// <summary>Each wrong size is refused and leaves a destination that has no queues, is not enabled, and takes the right one.</summary>
    /// <remarks>An effect of a refused load that CC, CSTS and ASQ of the destination do not show.</remarks>
    [Test]
    [Covers("LM-VEND-18")]
    public async CaseTask Only_the_true_size_is_taken()
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 4);
        var there = await TakerAsync(vf);
        var state = await vendor.MustSaveAsync();
        var units = (uint)(state.Length / vendor.Dialect.SizeUnit);
        foreach (var size in (uint[])[units - 1, units + 1, 0, 1, units / 2, units * 2, uint.MaxValue])
            await IsRefusedAsync(vendor, there, $"size[{size}]", await vendor.LoadAsync(state, 2, size), Status.DataTransferError);
        await TakesItAsync(vendor, vf, there, queue, state);
    }

    /// <summary>The state cut short at each length that a header or an entry might end at, the size field true to it.</summary>
    /// <remarks>Beyond 128 units of size every 37th length only. After most cuts just the status is looked at.</remarks>
    [Test]
    [Covers("LM-VEND-18", "LM-SET-27")]
    public async CaseTask A_state_cut_short_is_refused_whole()
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 4);
        var there = await TakerAsync(vf);
        var state = await vendor.MustSaveAsync();
        var unit = vendor.Dialect.SizeUnit;
        for (var length = unit; length < state.Length; length += length < 128 * unit ? unit : 37 * unit)
        {
            var answer = await vendor.LoadAsync(state.AsMemory(0, length), 2);
            if (!Check.Refused("LM-SET-27", $"bytes[{length}]", answer, Status.InvalidField, Status.DataTransferError)) break;
        }

        await IsRefusedAsync(vendor, there, "cut", await vendor.LoadAsync(state.AsMemory(0, state.Length - unit), 2));
        await TakesItAsync(vendor, vf, there, queue, state);
    }

    /// <summary>
    /// Seeded damage: bits, bytes, whole words. No command hangs, the PF works, nothing but the destination's own memory is reached; whatever a
    /// damaged state made of the destination, a function reset heals it.
    /// </summary>
    /// <remarks>Writes into the guest's memory, to which a damaged state may lead, and neighbours: the PF and its faults are what is looked at.</remarks>
    /// <param name="flips">Places that are changed in each.</param>
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(64)]
    [Covers("LM-SET-28", "LM-RST-15")]
    public async CaseTask Damaged_states_break_nothing_that_a_reset_does_not_heal(int flips)
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 4);
        var there = await TakerAsync(vf);
        var state = await vendor.MustSaveAsync();
        var taken = 0;
        for (var i = 0; i < 150; i++)
        {
            var bad = (byte[])state.Clone();
            for (var n = 0; n < flips; n++) bad[Random.Below(bad.Length)] = (byte)Random.Below(256);
            if (bad.AsSpan().SequenceEqual(state)) continue;
            var answer = await vendor.LoadAsync(bad, 2);
            if (!Check.That("LM-SET-28", $"state[{i}].answered", answer.Outcome == Device.TicketOutcome.Completed, "a damaged state hangs the PF")) return;
            if (!answer.IsOk) continue;
            taken++;
            await vendor.ResumeAsync(2);
            await World.After(100_000);
            await there.Function.ResetAsync();
        }

        Check.Saw("LM-SET-28", "taken", $"{taken}");
        Check.That("LM-SET-28", "pf", await WorksAsync(vf.Host), "the PF does not work after damaged states");
        if (vf.Host.Space.TellsFaults) Check.Equal("LM-SET-28", "pf.faults", vf.Host.Space.Faults.Count, 0, "the PF reached beyond its memory for a damaged state");
        await there.Function.ResetAsync();
        Conformance.Driver.PciConfig.Enable(there.Face);
        Check.Ok("LM-RST-15", "load", await vendor.LoadAsync(state, 2), "a function reset does not heal a failed load");
        vf.MoveTo(there);
        Check.Ok("LM-RST-15", "resume", await vendor.ResumeAsync(2), "a function reset does not heal a failed load");
        Check.That("LM-RST-15", "destination", await WorksAsync(queue), "the guest does not go on at the destination");
    }

    /// <summary>A function fresh from a reset - never enabled, or used and reset - takes a load.</summary>
    /// <remarks>Resets other than Function Level Reset; what of its former use a function may keep that no Flush shows.</remarks>
    /// <param name="used">It was enabled, had queues and did commands before.</param>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-VEND-19")]
    public async CaseTask A_function_fresh_from_a_reset_takes_a_load(bool used)
    {
        var (vendor, vf, queue) = await StartAsync(flushes: 4);
        if (used)
        {
            var before = await vf.Host.BringUpAsync(2, carried: true);
            await (await before.CreateQueueAsync(3)).MustAsync("flush", NvmCommand.Flush(1));
        }

        var there = used ? vf.Host.Vfs[^1] : await TakerAsync(vf);
        await there.Function.ResetAsync();
        if (used) there = await TakerAsync(vf);
        Conformance.Driver.PciConfig.Enable(there.Face);
        var state = await vendor.MustSaveAsync();
        Check.Ok("LM-VEND-19", "load", await vendor.LoadAsync(state, 2), "a function fresh from a reset does not take a load");
        vf.MoveTo(there);
        Check.Ok("LM-VEND-19", "resume", await vendor.ResumeAsync(2), "a function fresh from a reset does not go on with what it took");
        Check.That("LM-VEND-19", "destination", await WorksAsync(queue), "the guest does not go on at the destination");
    }

    /// <summary>RESUME fails, as it must for an index that names nobody; the suite's migrator says so with the device's status.</summary>
    /// <remarks>What a kernel's driver makes of it.</remarks>
    [Test]
    [Covers("LM-VEND-20")]
    public async CaseTask A_resume_that_fails_is_told()
    {
        var (vendor, vf, queue) = await StartAsync();
        var nobody = (await vf.Host.FunctionsAsync()).Count + 1;
        var outcome = await new VendorMigrator(vf.Host.Controlling, nobody, vendor.Dialect).ResumeAsync();
        Check.That("LM-VEND-20", "resume", !outcome.IsOk && !outcome.IsUnknown, "a RESUME that was refused is taken for a running controller");
        Check.That("LM-VEND-20", "vf", await WorksAsync(queue), "another VF was stopped by it");
    }

    /// <summary>Each of the five fails; from each comes an error, and neither size nor state.</summary>
    /// <remarks>The device, as long as it refuses an index of nobody: it is the suite's migrator that is held to account.</remarks>
    [Test]
    [Covers("LM-VEND-21")]
    public async CaseTask A_status_is_neither_size_nor_state()
    {
        var (vendor, vf, _) = await StartAsync();
        var nobody = (await vf.Host.FunctionsAsync()).Count + 1;
        var migrator = new VendorMigrator(vf.Host.Controlling, nobody, vendor.Dialect);
        var (query, bytes) = await migrator.BeginSaveAsync();
        var (save, piece) = await migrator.SaveChunkAsync(0, 4096);
        var outcomes = new[] { await migrator.SuspendAsync(), query, save, await migrator.LoadChunkAsync(new byte[64], 0, 64), await migrator.ResumeAsync() };
        for (var i = 0; i < outcomes.Length; i++)
            Check.That(
                "LM-VEND-21", $"command[{i}]", !outcomes[i].IsOk && outcomes[i].Status is { IsSuccess: false },
                "a command that failed is taken for one that succeeded");
        Check.Equal("LM-VEND-21", "size", bytes, 0, "the status of QUERY_DATA_SIZE is taken for a size");
        Check.Equal("LM-VEND-21", "state", piece.Bytes.Length, 0, "there is a state though SAVE_DATA failed");
    }

    /// <summary>A migration is given up after SUSPEND: with commands in flight and completions unconsumed, all of them come once.</summary>
    /// <remarks>How many commands are in flight: they have 2 us. The data of the reads.</remarks>
    /// <param name="commands">In flight.</param>
    /// <param name="consumed">Completed and consumed before, over the wrap of a queue of 64.</param>
    [TestCase(5, 0)]
    [TestCase(40, 30)]
    [TestCase(40, 64)]
    [Covers("LM-RES-08")]
    public async CaseTask Given_up_after_SUSPEND_nothing_is_lost(int commands, int consumed)
    {
        var (vendor, vf, queue) = await StartAsync(consumed);
        var data = vf.Buffer(4096);
        var cids = queue.Burst(commands, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        await World.After(2_000);
        Lab.Must("SUSPEND", await vendor.SuspendAsync());
        await World.After(1_000_000);
        Check.Ok("LM-RES-08", "resume", await vendor.ResumeAsync(), "a suspended source could not be resumed");
        await GoesOnAsync("LM-RES-08", queue, cids, consumed);
    }

    /// <summary>
    /// A migration is given up after SAVE_DATA: by RESUME where the device takes it, else by loading the state back. The VF is as it was, and a
    /// second migration of it succeeds.
    /// </summary>
    /// <remarks>Whether the event request is still outstanding: it is sent, and never completed. The data of the reads.</remarks>
    /// <param name="commands">In flight when it is suspended.</param>
    /// <param name="load">Loaded back even where RESUME alone would do.</param>
    [TestCase(0, false)]
    [TestCase(20, false)]
    [TestCase(20, true)]
    [Covers("LM-VEND-22")]
    public async CaseTask Given_up_after_SAVE_the_source_is_not_stuck(int commands, bool load)
    {
        var (vendor, vf, queue) = await StartAsync(10);
        vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest());
        var data = vf.Buffer(4096);
        var cids = queue.Burst(commands, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        await World.After(2_000);
        var state = await vendor.MustSaveAsync();
        var resumed = load ? default : await vendor.ResumeAsync();
        Check.Saw("LM-VEND-22", "resume", load ? "not asked" : $"{resumed}");
        if (load || !resumed.IsOk)
        {
            Check.Ok("LM-VEND-22", "load", await vendor.LoadAsync(state), "a source that was saved takes neither RESUME nor its own state");
            Check.Ok("LM-VEND-22", "load.resume", await vendor.ResumeAsync(), "a source that took its own state could not be resumed");
        }

        await GoesOnAsync("LM-VEND-22", queue, cids, 10);
        Check.That("LM-VEND-22", "admin", (await vf.Nvme.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk, "the admin queue does not go on");
        var there = await TakerAsync(vf);
        var again = await vendor.MustSaveAsync();
        Check.Ok("LM-VEND-22", "second.load", await vendor.LoadAsync(again, 2), "after a migration was given up the next one fails");
        vf.MoveTo(there);
        Check.Ok("LM-VEND-22", "second.resume", await vendor.ResumeAsync(2), "after a migration was given up the next one fails");
        Check.That("LM-VEND-22", "second.destination", await WorksAsync(queue), "the guest does not go on at the destination");
    }

    private static async ValueTask GoesOnAsync(string requirement, CaseQueue queue, IReadOnlyList<ushort> cids, int before)
    {
        Check.That(requirement, "cq[1]", await queue.ReachesAsync(before + cids.Count), "commands were lost");
        for (var i = 0; i < 70; i++)
        {
            var done = await queue.DoAsync(NvmCommand.Flush(1));
            if (!Check.Equal(requirement, $"later[{i}]", done?.Status, Status.Success, "the queue does not go on where it stood")) break;
        }

        Check.That(requirement, "cq[1].once", cids.All(cid => queue.CountOf(cid) == 1), "a command was completed several times, or never");
        Check.Equal(requirement, "sqhd", queue.Pair.BadHeads, 0L, "completions report heads that cannot be");
    }

    /// <summary>Refused, and the destination is what it was.</summary>
    private static async ValueTask IsRefusedAsync(CaseVendor vendor, CaseVf there, string path, Device.CommandAnswer answer, params Status[] alsoLegal)
    {
        Check.Refused("LM-VEND-18", path, answer, [Status.InvalidField, .. alsoLegal]);
        Check.Equal("LM-VEND-18", $"{path}.csts", there.Function.Read32(Register.Csts) & 3, 0u, "a refused load changed the state of the destination");
        Check.Equal("LM-VEND-18", $"{path}.cc", there.Function.Read32(Register.Cc), 0u, "a refused load enabled the destination");
        Check.Equal("LM-VEND-18", $"{path}.asq", there.Function.Read64(Register.Asq), 0UL, "a refused load changed the registers of the destination");
        Check.That("LM-VEND-18", $"{path}.pf", await WorksAsync(there.Host), "the PF does not work after a refused load");
    }

    private static async ValueTask TakesItAsync(CaseVendor vendor, CaseVf vf, CaseVf there, CaseQueue queue, byte[] state)
    {
        Check.Ok("LM-VEND-18", "true.load", await vendor.LoadAsync(state, 2), "after wrong sizes the true one is refused");
        vf.MoveTo(there);
        Check.Ok("LM-VEND-18", "true.resume", await vendor.ResumeAsync(2), "after wrong sizes what was loaded could not be resumed");
        Check.That("LM-VEND-18", "true.destination", await WorksAsync(queue), "the guest does not go on at the destination");
    }
}
