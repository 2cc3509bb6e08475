using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;
using static Conformance.Nvme.VirtualizationAction;

namespace Conformance.Suite.Cases;

/// <summary>Secondaries online and offline, and what a guest finds of what it was given (Base 2.3 5.3.6, 8.2.6).</summary>
[Area("sriov-virtualization")]
internal sealed class OnlineCases : VirtualizationCase
{
    /// <summary>Too little of either type, or of both; then just enough.</summary>
    /// <remarks>Plenty of one type and too little of the other. That two queues and one vector are enough holds for the first VF.</remarks>
    /// <param name="queues">VQ, the admin queue's included.</param>
    /// <param name="vectors">VI.</param>
    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(2, 0)]
    [TestCase(0, 1)]
    [TestCase(1, 0)]
    [Covers("LM-VIRT-10")]
    public async CaseTask Online_takes_an_admin_queue_an_IO_queue_and_a_vector(int queues, int vectors)
    {
        var host = await StartAsync();
        var types = (await CapabilitiesAsync(host)).Crt;
        Lab.Need(
            (types.VirtualQueues || queues >= 2) && (types.VirtualInterrupts || vectors >= 1), "both types of resources to be flexible (CRT, CNS 14h byte 4)");
        await host.FunctionsAsync();
        var id = (await EntryAsync(host, 1)).Scid;
        await MustManageAsync(host, SecondaryOffline, id);
        await GiveAsync(host, id, queues, vectors);
        Check.Refused("LM-VIRT-10", $"online[{queues},{vectors}]", await ManageAsync(host, SecondaryOnline, id), Status.InvalidSecondaryControllerState);
        Check.Equal(
            "LM-VIRT-10", $"online[{queues},{vectors}].state", (await EntryAsync(host, 1)).Scs.Online, false, "the VF is online though that was refused");
        await GiveAsync(host, id, 2, 1);
        Check.Ok("LM-VIRT-10", "online[2,1]", await ManageAsync(host, SecondaryOnline, id), "a VF with enough of both could not go online");
        Check.Equal("LM-VIRT-10", "online[2,1].state", (await EntryAsync(host, 1)).Scs.Online, true, "the list does not show the VF online");
    }

    /// <summary>Each state asked for again; it stays, and so do the resources of an online VF.</summary>
    /// <remarks>Commands in flight while an online VF is asked to be online.</remarks>
    [Test]
    [Covers("LM-VIRT-11")]
    public async CaseTask A_state_may_be_asked_for_twice()
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var before = await PictureAsync(host);
        Check.Ok("LM-VIRT-11", "online", await ManageAsync(host, SecondaryOnline, vf.Id), "an online VF cannot be asked to be online");
        Check.Equal("LM-VIRT-11", "online.after", await PictureAsync(host), before, "the VF changed though it was online");
        Check.Equal("LM-VIRT-11", "online.works", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the VF was reset though it was online");
        await MustManageAsync(host, SecondaryOffline, vf.Id);
        Check.Ok("LM-VIRT-11", "offline", await ManageAsync(host, SecondaryOffline, vf.Id), "an offline VF cannot be asked to be offline");
        Check.Equal("LM-VIRT-11", "offline.after", (await EntryAsync(host, 1)).Scs.Online, false, "the VF is not offline any more");
    }

    /// <summary>An online VF that works goes offline.</summary>
    /// <remarks>How many reads are in flight: they have 2 us. Memory outside the guest's, and writes after the silence that is waited for.</remarks>
    /// <param name="enabled">Its controller is enabled and has commands in flight.</param>
    [TestCase(true)]
    [TestCase(false)]
    [Covers("LM-VIRT-12")]
    public async CaseTask Offline_gives_everything_back(bool enabled)
    {
        var host = await StartAsync();
        await host.FunctionsAsync();
        await MustManageAsync(host, SecondaryOffline, (await EntryAsync(host, 1)).Scid);
        var before = await PictureAsync(host);
        var vf = await host.BringUpAsync(enable: enabled);
        if (enabled)
        {
            var queue = await vf.CreateQueueAsync();
            queue.Burst(20, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), vf.Buffer(4096)));
            await World.After(2_000);
        }

        Check.Ok("LM-VIRT-12", "offline", await ManageAsync(host, SecondaryOffline, vf.Id), "an online VF could not be taken offline");
        Check.Equal("LM-VIRT-12", "after", await PictureAsync(host), before, "not all resources were given back");
        Check.Equal("LM-VIRT-12", "csts.cfs", vf.Nvme.Status.Cfs, true, "CSTS.CFS of an offline VF is clear");
        var image = vf.Ram.Read(0, (int)vf.Ram.Length).ToArray();
        await Lab.WatchAsync();
        Check.That("LM-VIRT-12", "memory", vf.Ram.Read(0, (int)vf.Ram.Length).SequenceEqual(image), "an offline VF writes to its host's memory");
    }

    /// <summary>Offline, a VF does not become ready, whatever is written; online, it does. Which of the two it met is told.</summary>
    /// <remarks>What other registers do offline: those that enabling writes are written, and readiness is waited for as long as CAP.TO or CRTO says.</remarks>
    [Test]
    [Covers("LM-VIRT-25")]
    public async CaseTask Only_an_online_function_becomes_ready()
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync(enable: false);
        await MustManageAsync(host, SecondaryOffline, vf.Id);
        var offline = await vf.Nvme.EnableAsync();
        Check.That("LM-VIRT-25", "offline", !offline.IsOk && !vf.Nvme.Status.Rdy, "an offline VF became ready");
        Check.Saw("LM-VIRT-25", "offline.state", (await EntryAsync(host, 1)).Scs.Online ? "online" : "offline");
        vf = await host.BringUpAsync(enable: false);
        Check.Ok("LM-VIRT-25", "online", await vf.Nvme.EnableAsync(), "an online VF does not become ready");
        Check.Saw("LM-VIRT-25", "online.state", (await EntryAsync(host, 1)).Scs.Online ? "online" : "offline");
    }

    /// <summary>What a VF was given is what its guest finds: queues by Number of Queues, vectors by the size of its MSI-X table.</summary>
    /// <remarks>The queues and vectors between the first and the last; VFs other than the first.</remarks>
    /// <param name="queues">VQ, the admin queue's included.</param>
    /// <param name="vectors">VI.</param>
    [TestCase(2, 1)]
    [TestCase(2, 5)]
    [TestCase(5, 2)]
    [TestCase(6, 6)]
    [Covers("LM-VIRT-21", "LM-VIRT-22")]
    public async CaseTask A_guest_finds_what_it_was_given(int queues, int vectors)
    {
        var host = await StartAsync();
        await NeedFlexibleAsync(host, ResourceType.VirtualQueue);
        await NeedFlexibleAsync(host, ResourceType.VirtualInterrupt);
        var vf = await host.BringUpAsync(pairs: queues - 1, vectors: vectors);
        var entry = await EntryAsync(host, 1);
        var granted = Lab.Must("Get Features, Number of Queues", await vf.Nvme.GetFeatureAsync(FeatureId.NumberOfQueues));
        // 0's based, and one pair is the admin queue's.
        Check.Equal("LM-VIRT-21", "sq", (int)(granted & 0xFFFF) + 1, entry.Nvq - 1, "another number of submission queues than was assigned");
        Check.Equal("LM-VIRT-21", "cq", (int)(granted >> 16) + 1, entry.Nvq - 1, "another number of completion queues than was assigned");
        Check.Equal("LM-VIRT-22", "msix", MsixTable.Find(vf.Function)?.Count, (int)entry.Nvi, "another number of vectors than was assigned");
        var last = await vf.CreateQueueAsync((ushort)(entry.Nvq - 1), 16, vector: (ushort)(entry.Nvi - 1));
        var signal = vf.Listen(entry.Nvi - 1);
        Check.Equal("LM-VIRT-21", "last.works", (await last.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the last queue does not work");
        Check.That("LM-VIRT-22", "last.vector", await Lab.ReachesAsync(() => signal.Count > 0), "the last vector does not work");
        var beyond = AdminCommand.CreateIoCq(entry.Nvq, 3, 0) with { Prp1 = vf.Buffer(4096).Iova };
        Check.Refused("LM-VIRT-21", "beyond", await vf.Nvme.AdminAsync(beyond), Status.InvalidQueueIdentifier);
    }

    /// <summary>A namespace that was attached once is there after offline and online, and after a function reset.</summary>
    /// <remarks>A reset of the primary, and a second namespace. Of the block only the first byte is compared.</remarks>
    [Test]
    [Covers("LM-VIRT-23")]
    public async CaseTask Namespaces_stay_attached()
    {
        var host = await StartAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        var data = vf.Buffer(4096);
        data.Write(Enumerable.Repeat((byte)0x77, 4096).ToArray());
        await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, 7, 0), data));
        await IsThereAsync("reset", vf, async () =>
        {
            await vf.Nvme.ResetFunctionAsync();
            PciConfig.Enable(vf.Face);
        });
        await IsThereAsync("offline", vf, async () =>
        {
            await MustManageAsync(host, SecondaryOffline, vf.Id);
            await GiveAsync(host, vf.Id, 3, 3);
            await vf.Nvme.ResetFunctionAsync();
            PciConfig.Enable(vf.Face);
            await MustManageAsync(host, SecondaryOnline, vf.Id);
        });

        static async ValueTask IsThereAsync(string path, CaseVf vf, Func<ValueTask> away)
        {
            await away();
            Lab.Must(await vf.Nvme.StartAsync());
            var list = Lab.Must("Identify, Active Namespace ID list", await vf.Nvme.IdentifyAsync<NamespaceIdList>(Cns.ActiveNamespaceIdList));
            if (!Check.Equal("LM-VIRT-23", $"{path}.active", list[0], 1u, "the namespace is not attached any more")) return;
            var queue = await vf.CreateQueueAsync();
            var data = vf.Buffer(4096);
            Check.Equal(
                "LM-VIRT-23", $"{path}.read", (await queue.DoAsync(queue.WithData(NvmCommand.Read(1, 7, 0), data)))?.Status, Status.Success,
                "the namespace cannot be read");
            Check.Equal("LM-VIRT-23", $"{path}.data", data.Read()[0], (byte)0x77, "the namespace has other data");
        }
    }
}
