using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What a guest can find out through its virtual function, and what a state of its making can reach.</summary>
[Area("isolation")]
internal sealed class SecrecyCases : LoadingCase
{
    /// <summary>
    /// The guest asks for the lists of controllers, of secondary controllers and of resources, for the formats of states, and for a namespace
    /// that is attached to its neighbour only. None names anybody but itself.
    /// </summary>
    /// <remarks>What logs, telemetry or the time that commands take give away; a refusal counts as nothing told.</remarks>
    [Test]
    [Covers("LM-ISO-06")]
    public async CaseTask A_guest_learns_of_no_other_controller()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var neighbour = await host.BringUpAsync(2);
        var identity = vf.Nvme.Identity;
        Check.Equal("LM-ISO-06", "oacs.hmlms", identity.Oacs.HostManagedLiveMigration, false, "a virtual function offers Host Managed Live Migration");
        Check.Equal("LM-ISO-06", "oacs.vms", identity.Oacs.VirtualizationManagement, false, "a virtual function offers Virtualization Management");
        foreach (var cns in (Cns[])[Cns.PrimaryControllerCapabilities, Cns.SecondaryControllerList, Cns.SupportedControllerStateFormats])
        {
            var answer = await vf.Nvme.ReadBytesAsync(AdminCommand.Identify((byte)cns), 4096);
            Check.Saw("LM-ISO-06", $"cns={(byte)cns:X2}h", answer.IsOk ? "answered" : "refused");
            var empty = !answer.IsOk || answer.Value.AsSpan().IndexOfAnyExcept((byte)0) < 0;
            Check.That("LM-ISO-06", $"cns={(byte)cns:X2}h", empty, "a virtual function is told of the controllers of others, or of their states");
        }

        foreach (var cns in (Cns[])[Cns.ControllerList, Cns.NamespaceAttachedControllerList])
        {
            var answer = await vf.Nvme.ReadBytesAsync(AdminCommand.Identify((byte)cns, nsid: cns == Cns.NamespaceAttachedControllerList ? 1u : 0), 4096);
            if (!answer.IsOk) continue;
            var (count, others) = (Wire.Read<ushort>(answer.Value), 0);
            for (var i = 1; i <= Math.Min(count, (ushort)2047); i++) others += Wire.Read<ushort>(answer.Value.AsSpan(2 * i)) == vf.Id ? 0 : 1;
            Check.Equal("LM-ISO-06", $"cns={(byte)cns:X2}h.others", others, 0, "a virtual function is told which other controllers there are");
        }

        // Its neighbour's namespace, which it has no more.
        await host.AttachAsync(1, neighbour.Id);
        Lab.Must(await host.Namespaces.DetachAsync(1, vf.Id));
        var active = await vf.Nvme.ReadBytesAsync(AdminCommand.Identify((byte)Cns.ActiveNamespaceIdList), 4096);
        if (active.IsOk) Check.Equal("LM-ISO-06", "cns=02h", Wire.Read<uint>(active.Value), 0u, "a namespace of the neighbour's is listed as active");
        var allocated = await vf.Nvme.ReadBytesAsync(AdminCommand.Identify((byte)Cns.AllocatedNamespaceIdList), 4096);
        if (allocated.IsOk) Check.Equal("LM-ISO-06", "cns=10h", Wire.Read<uint>(allocated.Value), 0u, "a namespace of the neighbour's is listed as allocated");
        var page = await vf.Nvme.ReadBytesAsync(AdminCommand.Identify((byte)Cns.IdentifyNamespace, nsid: 1), 4096);
        Check.That(
            "LM-ISO-06", "cns=00h", !page.IsOk || page.Value.AsSpan().IndexOfAnyExcept((byte)0) < 0, "a namespace of the neighbour's is described");
    }

    /// <summary>A guest that was moved has got no event, no entry of its error log more, and no other identity page than at home.</summary>
    /// <remarks>A guest that goes on elsewhere: it is resumed where it was. Of the error log the first entry is read; time itself shows.</remarks>
    [Test]
    [Covers("LM-ISO-06")]
    public async CaseTask A_guest_finds_no_trace_of_having_been_suspended()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync(vector: 1);
        var signal = vf.Listen(1);
        await queue.MustAsync("Flush", NvmCommand.Flush(1));
        var request = vf.Nvme.Admin.Submit(AdminCommand.AsyncEventRequest());
        async ValueTask<string> LookAsync()
        {
            var identity = Lab.Must("Identify", await vf.Nvme.ReadBytesAsync(AdminCommand.Identify((byte)Cns.IdentifyController), 4096));
            var errors = Lab.Must("Get Log Page", await vf.Nvme.ReadBytesAsync(AdminCommand.GetLogPage((byte)LogId.ErrorInformation, 64), 64));
            var registers = $"{vf.Function.Read32(Register.Csts):X8} {vf.Function.Read32(Register.Cc):X8} {vf.Function.Read64(Register.Asq):X16}";
            return $"{Convert.ToHexString(identity)} {Convert.ToHexString(errors)} {registers}";
        }

        var (before, interrupts) = (await LookAsync(), signal.Count);
        await host.MustSuspendAsync(vf.Id);
        await host.ReadStateAsync(vf.Id);
        await Lab.WatchAsync();
        await host.MustResumeAsync(vf.Id);
        await World.After(1_000_000);
        Check.Equal("LM-ISO-06", "event", request.IsDone, false, "the guest was told an event of its migration");
        Check.Equal("LM-ISO-06", "interrupts", signal.Count, interrupts, "the guest was interrupted by its migration");
        Check.Equal("LM-ISO-06", "pages", await LookAsync(), before, "what the guest reads has changed with its migration");
        vf.Nvme.Admin.Abandon(request);
    }

    /// <summary>
    /// A state whose completion queue, or submission queue, lies at an address that the host's function reaches and the guest's does not.
    /// Taken and resumed, the access is stopped by the IOMMU and on record under the guest's function; the host's memory, the neighbour and
    /// the physical function notice nothing.
    /// </summary>
    /// <remarks>Reads of foreign memory that leave no trace.</remarks>
    [TestCase("cq")]
    [TestCase("sq")]
    [Covers("LM-ISO-07")]
    public async CaseTask A_queue_outside_the_guest_s_memory_harms_nobody(string which)
    {
        var load = await CaseLoad.CreateAsync(Lab, queues: 1);
        var host = load.Host;
        var neighbour = await host.BringUpAsync(3);
        var foreign = host.Buffer(4096);
        // As a submission queue it holds a good write of block 9, as a completion queue anything would do.
        var write = NvmCommand.Write(1, 9, 0) with { Cid = 1, Prp1 = load.From.Buffer(4096).Iova };
        for (var i = 0; i < 16; i++) foreign.Write(Wire.Bytes(in write), i * SubmissionEntry.Size);
        var image = foreign.Read().ToArray();
        // A command waits, so that the queues are used at once.
        load.From.Queues[0].Submit(NvmCommand.Flush(1));
        var state = Lab.Must("Get Controller State", await host.GetStateAsync(load.From.Id, load.State.Length));
        var good = ControllerState.TryDecode(state, out _) ?? throw CaseEnd.Inconclusive("set-up: what was saved is no state");
        var bad = which == "cq" ? good.WithCq(0, q => q with { Prp1 = foreign.Iova }) : good.WithSq(0, q => q with { Prp1 = foreign.Iova });
        var (faults, hostFaults) = (load.To.Space.Faults.Count, host.Space.Faults.Count);
        var taken = await load.SetAsync(bad.Encode());
        Check.Saw("LM-ISO-07", "set", taken.IsOk ? "taken" : "refused");
        if (taken.IsOk)
        {
            Lab.Must("Migration Send, Resume", await host.ResumeAsync(load.To.Id));
            await World.After(1_000_000);
            var record = load.To.Space.Faults;
            if (load.To.Space.TellsFaults && Check.That("LM-ISO-07", "faults", record.Count > faults, "an access outside the guest's memory is not on record for the guest's function"))
                Check.Equal("LM-ISO-07", "fault.requester", record[^1].Requester, load.To.Function.Requester, "the fault is told of another function");
        }

        if (host.Space.TellsFaults) Check.Equal("LM-ISO-07", "host.faults", host.Space.Faults.Count, hostFaults, "the host's function has caused a fault");
        Check.That("LM-ISO-07", "host.memory", foreign.Read().SequenceEqual(image), "memory of the host was written");
        await IsHealthyAsync("LM-ISO-07", host, "after");
        await DoesIoAsync("LM-ISO-07", neighbour, "neighbour");
        await IsWholeAfterResetAsync("LM-ISO-07", load.To, "reset");
    }
}
