using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about SR-IOV and Virtualization Management begin with.</summary>
internal abstract class VirtualizationCase : ConformanceCase
{
    protected static async ValueTask<CaseHost> StartAsync()
    {
        var host = await Lab.StartAsync();
        Lab.Need(host.Identity.Oacs.VirtualizationManagement, "Virtualization Management (OACS bit 7, Identify Controller bytes 256:257)");
        return host;
    }

    /// <summary>The SR-IOV capability of a host's physical function.</summary>
    protected static Sriov SriovOf(CaseHost host)
    {
        var sriov = Sriov.Find(World, host.Pf.Function);
        Lab.Need(sriov is { TotalVfs: > 0 }, "virtual functions (SR-IOV capability, TotalVFs)");
        return sriov!;
    }

    protected static async ValueTask<PrimaryControllerCapabilities> CapabilitiesAsync(CaseHost host) =>
        Lab.Must("Identify, Primary Controller Capabilities", await host.Secondaries.ReadCapabilitiesAsync());

    protected static async ValueTask<IReadOnlyList<SecondaryControllerEntry>> ListAsync(CaseHost host) =>
        Lab.Must("Identify, Secondary Controller List", await host.Secondaries.ListAsync());

    /// <summary>The secondary controller of a VF, counted from 1.</summary>
    protected static async ValueTask<SecondaryControllerEntry> EntryAsync(CaseHost host, int vf)
    {
        var (outcome, entry) = await host.Secondaries.FindAsync(vf);
        Lab.Must(outcome);
        return entry;
    }

    protected static ValueTask<CommandAnswer> ManageAsync(
        CaseHost host, VirtualizationAction action, ushort controller, ResourceType type = ResourceType.VirtualQueue, int count = 0) =>
        host.AdminAsync(AdminCommand.VirtualizationManagement(action, controller, type, (ushort)count));

    /// <summary>A step of setting up.</summary>
    protected static async ValueTask MustManageAsync(
        CaseHost host, VirtualizationAction action, ushort controller, ResourceType type = ResourceType.VirtualQueue, int count = 0) =>
        Lab.Must($"Virtualization Management, {action}", await ManageAsync(host, action, controller, type, count));

    /// <summary>Queues and vectors for an offline secondary, of the types that are flexible; steps of setting up.</summary>
    protected static async ValueTask GiveAsync(CaseHost host, ushort controller, int queues, int vectors)
    {
        var types = (await CapabilitiesAsync(host)).Crt;
        if (types.VirtualQueues) await MustManageAsync(host, VirtualizationAction.SecondaryAssign, controller, ResourceType.VirtualQueue, queues);
        if (types.VirtualInterrupts) await MustManageAsync(host, VirtualizationAction.SecondaryAssign, controller, ResourceType.VirtualInterrupt, vectors);
    }

    /// <summary>What the primary tells of all its secondaries and of both pools: a refused command changes none of it.</summary>
    protected static async ValueTask<string> PictureAsync(CaseHost host)
    {
        var it = await CapabilitiesAsync(host);
        var pools = $"VQ {it.Vqrfa}+{it.Vqrfap}/{it.Vqfrt} VI {it.Virfa}+{it.Virfap}/{it.Vifrt}";
        return $"{pools} {string.Join(' ', (await ListAsync(host)).Select(e => $"{e.Scid}:{(e.Scs.Online ? "on" : "off")},{e.Nvq},{e.Nvi}"))}";
    }

    /// <summary>Ends the case as not supported where a type is not flexible.</summary>
    protected static async ValueTask NeedFlexibleAsync(CaseHost host, ResourceType type)
    {
        var types = (await CapabilitiesAsync(host)).Crt;
        Lab.Need(type == ResourceType.VirtualQueue ? types.VirtualQueues : types.VirtualInterrupts, $"flexible resources of type {type} (CRT, CNS 14h byte 4)");
    }

    /// <summary>Controllers of the subsystem, and an identifier of nobody, that are no secondaries of this primary.</summary>
    protected static async ValueTask<IReadOnlyList<ushort>> ForeignersAsync(CaseHost host)
    {
        const ushort nobody = 0xFFEF;
        var list = Lab.Must("Identify, Controller List", await host.Pf.IdentifyAsync<ControllerList>(Cns.ControllerList));
        var own = (await ListAsync(host)).Select(it => it.Scid).ToHashSet();
        var all = new List<ushort> { nobody };
        for (var i = 0; i < Math.Min((int)list.Numid, ControllerList.Capacity); i++) all.Add(list.Ids[i]);
        return [.. all.Where(it => !own.Contains(it)).Distinct()];
    }
}
