using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>
/// The device on a thread of its own, on the real clock: whatever the host does at whatever moment, nothing is lost, doubled or torn. What
/// these cannot see is a machine with a weaker memory model than the one they run on.
/// </summary>
[TestFixture]
internal sealed class RealClockTests
{
    private const long Millisecond = 1_000_000;
    private const ulong Elsewhere = 0x20_0000_0000;

    [Test]
    public void Two_functions_work_at_once_and_all_that_was_written_is_read() => Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var loads = new List<RawLoad>();
        for (var number = 1; number <= 2; number++)
        {
            var vf = await rig.Vf(pf, number);
            for (ushort qid = 1; qid <= 2; qid++) loads.Add(await RawLoad.On(vf, qid, (ulong)((number * 1000) + (qid * 100))));
        }

        await Under(loads, () => After(rig, 60));
        Assert.That(loads.Select(load => load.Rounds), Is.All.GreaterThan(1));
    });

    [Test]
    public void A_load_goes_on_where_it_was_after_every_suspend() => Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        List<RawLoad> loads = [await RawLoad.On(vf, 1, 0), await RawLoad.On(vf, 2, 1000)];
        await Under(loads, async () =>
        {
            for (var i = 0; i < 8; i++)
            {
                await After(rig, 1);
                await pf.Must(MigrationCommand.Suspend(vf.Controller.Id));
                var (written, fetched, interrupts) = (vf.Truth.LastWriteAt, vf.Truth.Fetched, vf.Truth.Interrupts);
                await After(rig, 1);
                Assert.That((vf.Truth.LastWriteAt, vf.Truth.Fetched, vf.Truth.Interrupts), Is.EqualTo((written, fetched, interrupts)));
                await pf.Must(MigrationCommand.Resume(vf.Controller.Id));
            }
        });
    });

    [Test]
    public void After_a_function_level_reset_nothing_of_before_it_moves() => Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        for (var i = 0; i < 10; i++)
        {
            var queue = await vf.CreateQueues(1);
            var data = vf.Take(64 * 1024);
            for (var n = 0; n < 15; n++) queue.Put(NvmCommand.Read(1, 0, 0) with { Cid = (ushort)n, Prp1 = vf.Iova(data) });
            queue.Ring();
            // At another moment each time: before, while, and after they are executed.
            for (var n = 0; n < i * 20; n++) _ = vf.Function.Read32(Register.Csts);
            await vf.Function.ResetAsync();
            vf.Memory.Fill(data, 4096, 0x77);
            var (fetched, posted) = (vf.Truth.Fetched, vf.Truth.Completed);
            await After(rig, 1);
            Assert.That(vf.Memory.Read(data, 4096).ContainsAnyExcept((byte)0x77), Is.False);
            Assert.That((vf.Truth.Fetched, vf.Truth.Completed), Is.EqualTo((fetched, posted)));
            Assert.That(vf.Function.Read32(Register.Cc), Is.Zero);
            vf.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
            vf.Forget();
            await vf.Enable();
        }
    });

    [Test]
    public void A_function_taken_from_a_running_load_comes_back_for_another() => Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var other = await rig.Vf(pf, 2);
        await Under([await RawLoad.On(other, 1, 5000)], async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                var vf = await rig.Vf(pf);
                var load = await RawLoad.On(vf, 1, 0);
                await Under([load], () => After(rig, 2));
                Assert.That(load.Rounds, Is.Not.Zero);
            }
        });
    });

    [Test]
    public void Once_unmapped_memory_is_not_written_any_more() => Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var load = await RawLoad.On(vf, 1, 0);
        var queue = await vf.CreateQueues(2, vector: 2);
        var window = rig.NewMemory(64 * 1024);
        await Under([load], async () =>
        {
            for (var i = 0; i < 30; i++)
            {
                vf.Space.Map(new DmaMapping(Elsewhere, window, 0, window.Length, DmaAccess.ReadWrite));
                for (var n = 0; n < 8; n++) vf.Submit(queue, NvmCommand.Read(1, 2000, 0) with { Prp1 = Elsewhere + (ulong)(n * 4096) });
                for (var n = 0; n < i * 10; n++) _ = queue.HasEntry;
                await vf.Space.UnmapAsync(Elsewhere, window.Length);
                window.Fill(0, window.Length, 0x77);
                for (var n = 0; n < 8; n++)
                    Assert.That((await vf.Next(queue)).Status, Is.EqualTo(Status.Success).Or.EqualTo(Status.DataTransferError));
                Assert.That(window.Read(0, (int)window.Length).ContainsAnyExcept((byte)0x77), Is.False);
            }
        });
    });

    [Test]
    public void No_interrupt_is_lost_to_masks_that_come_and_go() => Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        List<RawLoad> loads = [await RawLoad.On(vf, 1, 0), await RawLoad.On(vf, 2, 1000)];
        var msix = Capability.Find(vf.Function, Capability.Msix);
        var table = vf.Function.ReadConfig(msix + 4, 4) & ~7u;
        await Under(loads, async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                var vector = 1 + (i & 1);
                vf.Function.Write32(table + (vector * 16) + 12, 1);
                await rig.World.After(i % 7 * 1000);
                vf.Function.Write32(table + (vector * 16) + 12, 0);
                vf.Function.WriteConfig(msix + 2, 2, vf.Function.ReadConfig(msix + 2, 2) | 0x4000);
                await rig.World.After(i % 5 * 1000);
                vf.Function.WriteConfig(msix + 2, 2, vf.Function.ReadConfig(msix + 2, 2) & ~0x4000u);
            }
        });
    });

    [Test]
    [Category("Nightly")]
    [CancelAfter(60_000)]
    public void All_of_it_at_once_for_ten_seconds() => Run(async rig =>
    {
        var random = new Random(1);
        var pf = await rig.Pf(rig.Pair.Source);
        var (suspended, masked) = (await rig.Vf(pf, 1), await rig.Vf(pf, 2));
        List<RawLoad> loads = [];
        for (ushort qid = 1; qid <= 4; qid++)
        {
            loads.Add(await RawLoad.On(suspended, qid, (ulong)qid * 100));
            loads.Add(await RawLoad.On(masked, qid, (ulong)(4000 + (qid * 100))));
        }

        var msix = Capability.Find(masked.Function, Capability.Msix);
        var table = masked.Function.ReadConfig(msix + 4, 4) & ~7u;
        var window = rig.NewMemory(64 * 1024);
        var end = rig.World.Now + 10_000 * Millisecond;
        await Under(loads, async () =>
        {
            while (rig.World.Now < end)
            {
                await rig.World.After(random.Next(2_000_000));
                await pf.Must(MigrationCommand.Suspend(suspended.Controller.Id));
                masked.Function.Write32(table + 16 + 12, 1);
                masked.Space.Map(new DmaMapping(Elsewhere, window, 0, window.Length, DmaAccess.ReadWrite));
                await rig.World.After(random.Next(1_000_000));
                masked.Function.Write32(table + 16 + 12, 0);
                await pf.Must(MigrationCommand.Resume(suspended.Controller.Id));
                await masked.Space.UnmapAsync(Elsewhere, window.Length);
                var third = await rig.Vf(pf, 3);
                await Under([await RawLoad.On(third, 1, 9000)], () => After(rig, random.Next(3)));
                await third.Function.ResetAsync();
            }
        });
    });

    /// <summary>Commands take some time, so that there are always some under way.</summary>
    private static void Run(Func<Rig, Task> body) => Rig.Run(
        body,
        new()
        {
            Device = new() { Timing = new() { Read = Duration.FromMicroseconds(20), Write = Duration.FromMicroseconds(30) } },
        },
        ClockKind.Real);

    private static async Task After(Rig rig, long milliseconds) => await rig.World.After(milliseconds * Millisecond);

    /// <summary>Does something while loads run, then lets them come to an end.</summary>
    private static async Task Under(IReadOnlyCollection<RawLoad> loads, Func<Task> body)
    {
        var running = loads.Select(load => load.Run()).ToArray();
        await body();
        foreach (var load in loads) load.Stop();
        foreach (var load in running) await load;
    }
}
