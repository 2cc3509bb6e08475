using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>VFs under the load of whole guests, each block of theirs in a ledger, and what happens around them meanwhile.</summary>
[Area("virtual-function")]
internal sealed class FunctionLoadCases : VirtualizationCase
{
    private const long Patience = 20_000_000_000;

    /// <summary>How a VF that works is taken away.</summary>
    public enum Going
    {
        /// <summary>Virtualization Management, Secondary Offline.</summary>
        Offline,

        /// <summary>Controller Reset of its primary.</summary>
        PrimaryReset,

        /// <summary>Function Level Reset of its primary.</summary>
        PrimaryFunctionReset,
    }

    /// <summary>Two guests at once, each with queues and a namespace of its own; then every block of both is read back.</summary>
    /// <remarks>Guests that write the same blocks: each has a namespace of its own. 1 MiB of it is used, by some 400 commands.</remarks>
    /// <param name="queues">I/O queues of each.</param>
    /// <param name="depth">Commands in flight on each queue.</param>
    /// <param name="bytes">Of each command.</param>
    [TestCase(1, 1, 4096)]
    [TestCase(1, 16, 4096)]
    [TestCase(2, 8, 16384)]
    [TestCase(4, 8, 4096)]
    [Covers("LM-FUNC-02")]
    public async CaseTask Two_guests_keep_every_block(int queues, int depth, int bytes)
    {
        var host = await StartAsync();
        var guests = new[] { await GuestAsync(host, 1, queues, depth, bytes), await GuestAsync(host, 2, queues, depth, bytes) };
        foreach (var it in guests) it.Start();
        foreach (var it in guests) await RunsAsync("LM-FUNC-02", it, 400);
        foreach (var it in guests) await EndAsync("LM-FUNC-02", it);
    }

    /// <summary>
    /// One guest's function is taken from it in the middle of its load: CSTS.CFS tells the guest, and from then on nothing is posted and no byte of its
    /// memory changes. Another guest goes on, and its blocks are what it was told is written.
    /// </summary>
    /// <remarks>When a driver gives up what is in flight: that is the driver's. The blocks of the guest whose function went: LM-FUNC-06 looks at them.</remarks>
    [Test]
    [Covers("LM-FUNC-05")]
    public async CaseTask A_guest_whose_function_goes_offline_knows_it_and_others_go_on()
    {
        var host = await StartAsync();
        var (goes, stays) = (await GuestAsync(host, 1, 1, 8, 4096), await GuestAsync(host, 2, 1, 8, 4096));
        goes.Start();
        stays.Start();
        await RunsAsync("LM-FUNC-05", goes, 100);
        await RunsAsync("LM-FUNC-05", stays, 100);
        var vf = host.Vfs[0];
        Lab.Must("Virtualization Management, Secondary Offline", await ManageAsync(host, VirtualizationAction.SecondaryOffline, vf.Id));
        Check.Equal("LM-FUNC-05", "csts.cfs", vf.Nvme.Status.Cfs, true, "CSTS.CFS of a VF that was taken offline is clear");
        // What was posted before is taken; nothing comes after.
        goes.Stop();
        var posted = goes.QueuePairs.Sum(it => it.CountPosted());
        using var image = vf.Image();
        await RunsAsync("LM-FUNC-05", stays, stays.Counters.Completions + 200);
        // Watched for a second, of which the other one need not run all.
        Check.That("LM-FUNC-05", "others", await stays.QuiesceAsync(World.Now + Patience), "commands of the other guest are not answered");
        await Lab.WatchAsync();
        stays.Start();
        Check.Equal("LM-FUNC-05", "posted", goes.QueuePairs.Sum(it => it.CountPosted()), posted, "a VF that was taken offline still posts completions");
        Check.That("LM-FUNC-05", "memory", image.IsUnchanged(), "a VF that was taken offline still writes memory");
        await RunsAsync("LM-FUNC-05", stays, stays.Counters.Completions + 200);
        await EndAsync("LM-FUNC-05", stays);
    }

    /// <summary>A function that works is taken away, in each way, and brought up again: it works, and its blocks are those that were acknowledged.</summary>
    /// <remarks>Writes in flight, which may be torn: reads are, and a quick device may have ended them when the function goes.</remarks>
    [Test]
    [Covers("LM-FUNC-06")]
    public async CaseTask A_function_that_was_taken_away_comes_back_with_its_data([Values] Going how)
    {
        var host = await StartAsync();
        var (vf, queue) = await WorkingAsync(host, 1);
        var (other, otherQueue) = await WorkingAsync(host, 2);
        await StampAsync(queue, vf, 10);
        await StampAsync(otherQueue, other, 20);
        queue.Burst(16, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
        switch (how)
        {
            case Going.Offline:
                await MustManageAsync(host, VirtualizationAction.SecondaryOffline, vf.Id);
                break;
            case Going.PrimaryReset:
                await host.RestartAsync(CaseReset.Controller);
                break;
            default:
                await host.RestartAsync(CaseReset.Function);
                break;
        }

        if (how != Going.Offline)
        {
            var online = (await ListAsync(host)).Count(it => it.Scs.Online);
            Check.Equal("LM-FUNC-06", "online", online, 0, "VFs are online though their primary was reset");
        }

        var again = await host.BringUpAsync(1);
        var fresh = await again.CreateQueueAsync();
        var data = again.Buffer(4096);
        foreach (var at in (ulong[])[10, 20])
        {
            var read = await fresh.DoAsync(fresh.WithData(NvmCommand.Read(1, at, 0), data));
            Check.Equal("LM-FUNC-06", $"read[{at}]", read?.Status, Status.Success, "a VF that was brought up again does not read");
            Check.That("LM-FUNC-06", $"data[{at}]", data.Read()[0] == (byte)at, "a block that was acknowledged is not there any more");
        }
    }

    /// <summary>A VF is reset while it works; its neighbour's load goes on, and so does the VF once it was enabled again.</summary>
    /// <remarks>Commands in flight: the function has none at its own reset, its neighbour is the one under load.</remarks>
    [TestCase(CaseReset.Controller)]
    [TestCase(CaseReset.Function)]
    [TestCase(CaseReset.Shutdown)]
    [Covers("LM-FUNC-04")]
    public async CaseTask A_reset_is_its_own_function_s_alone(CaseReset reset)
    {
        var host = await StartAsync();
        var (vf, queue) = await WorkingAsync(host, 1);
        var neighbour = await GuestAsync(host, 2, 1, 8, 4096);
        neighbour.Start();
        await RunsAsync("LM-FUNC-04", neighbour, 100);
        await StampAsync(queue, vf, 3);
        await host.ResetAsync(vf.Nvme, reset);
        PciConfig.Enable(vf.Face);
        Check.Equal("LM-FUNC-04", "csts.rdy", vf.Nvme.Status.Rdy, false, "a controller is ready after its reset");
        Check.Equal("LM-FUNC-04", "online", (await EntryAsync(host, 1)).Scs.Online, true, "a VF is not online any more after a reset of its own");
        if (!Check.Ok("LM-FUNC-04", "start", await vf.Nvme.StartAsync(), "a VF does not come up after a reset of its own")) return;
        var entry = AdminCommand.DeleteIoSq(1);
        Check.Refused("LM-FUNC-04", "queue", await vf.Nvme.AdminAsync(entry), Status.InvalidQueueIdentifier);
        var fresh = await vf.CreateQueueAsync();
        var data = vf.Buffer(4096);
        Check.Equal(
            "LM-FUNC-04", "read", (await fresh.DoAsync(fresh.WithData(NvmCommand.Read(1, 3, 0), data)))?.Status, Status.Success, "a VF does not read after its reset");
        Check.That("LM-FUNC-04", "data", data.Read()[0] == 3, "a block has changed with a reset");
        await RunsAsync("LM-FUNC-04", neighbour, neighbour.Counters.Completions + 100);
        await EndAsync("LM-FUNC-04", neighbour);
    }

    /// <summary>A guest on a VF that has a namespace of its own, so that guests do not write each other's blocks.</summary>
    private static async ValueTask<Guest> GuestAsync(CaseHost host, int number, int queues, int depth, int bytes)
    {
        var nsid = (uint)number;
        var there = Lab.Must("Identify, Allocated Namespace ID list", await host.Namespaces.ListAsync(allocated: true));
        Lab.Need(there.Contains(nsid), $"namespace {nsid} (Identify, CNS 10h)");
        Lab.Need(bytes <= host.Pf.MaxTransfer, $"commands of {bytes} bytes (MDTS, Identify Controller byte 77)");
        var vf = await host.BringUpAsync(number, enable: false);
        await host.AttachAsync(nsid, vf.Id);
        var load = new LoadSpec
        {
            Queues = queues, Depth = depth, QueueEntries = 64, Sizes = [bytes], Mix = [45, 50, 0, 0, 5], Region = 1 << 20, CommandTimeout = 5_000_000_000,
        };
        var guest = new Guest(World, number, vf.Face, vf.Memory, nsid, load, Random.Next());
        Lab.Must(await guest.BootAsync(fresh: false));
        return guest;
    }

    private static async ValueTask<(CaseVf Vf, CaseQueue Queue)> WorkingAsync(CaseHost host, int number)
    {
        var vf = await host.BringUpAsync(number);
        return (vf, await vf.CreateQueueAsync());
    }

    private static async ValueTask StampAsync(CaseQueue queue, CaseVf vf, ulong lba)
    {
        var data = vf.Buffer(4096);
        data.Write(Enumerable.Repeat((byte)lba, 4096).ToArray());
        await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, lba, 0), data));
    }

    private static async ValueTask RunsAsync(string requirement, Guest guest, long completions)
    {
        var reached = await Lab.ReachesAsync(() => guest.Counters.Completions >= completions, Patience);
        Check.That(requirement, $"guest[{guest.Number}].goes-on", reached, "the load of a guest does not go on");
    }

    private static async ValueTask EndAsync(string requirement, Guest guest)
    {
        var path = $"guest[{guest.Number}]";
        Check.That(requirement, $"{path}.quiet", await guest.QuiesceAsync(World.Now + Patience), "commands of a guest are not answered");
        Check.That(requirement, $"{path}.read-back", await guest.VerifyAsync(null, World.Now + Patience), "blocks of a guest cannot be read back");
        Check.Hazard(requirement, $"{path}.written", guest.Counters.Writes > 0 && guest.Counters.BlocksVerified > 0, "blocks written and read back");
        var first = guest.TakeFindings();
        Check.Equal(requirement, $"{path}.findings", first.Count, 0, first.Count > 0 ? first[0].Text : "something is wrong with a block or a completion");
        guest.Stop();
    }
}
