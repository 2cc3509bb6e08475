using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What each Identify data structure holds, by CNS.</summary>
internal static class IdentifyPages
{
    /// <summary>Fills a page of 4096 zero bytes.</summary>
    public static Status Fill(ControllerCore c, in IdentifyFields fields, Span<byte> page)
    {
        var nsid = fields.Entry.Nsid;
        switch ((Cns)fields.Cns)
        {
            case Cns.IdentifyNamespace:
                return IdentifyNamespaces.Namespace(c, nsid, page);
            case Cns.IdentifyController:
                IdentifyControllers.Fill(c, ref Wire.View<IdentifyController>(page));
                return Status.Success;
            case Cns.ActiveNamespaceIdList:
                return IdentifyNamespaces.List(c.Attached.OfType<Namespace>(), nsid, page);
            case Cns.NamespaceIdentificationDescriptors:
                return IdentifyNamespaces.Descriptors(c, nsid, page);
            case Cns.CommandSetNamespace when fields.Csi == 0:
                return IdentifyNamespaces.NvmSpecific(c, nsid, page);
            case Cns.CommandSetController when fields.Csi == 0:
                IdentifyControllers.FillNvm(c, ref Wire.View<NvmController>(page));
                return Status.Success;
            case Cns.IndependentNamespace:
                return IdentifyNamespaces.Independent(c, nsid, page);
            // What there is besides its own, a controller is told only where it could manage it: a VF's guest is not to learn of others.
            case Cns.AllocatedNamespaceIdList when c.IsPrimary:
                return IdentifyNamespaces.List(c.Subsystem.Namespaces, nsid, page);
            case Cns.AllocatedNamespace when c.IsPrimary:
                return IdentifyNamespaces.Allocated(c, nsid, page);
            case Cns.NamespaceAttachedControllerList when c.IsPrimary:
                return c.Subsystem.FindNamespace(nsid) is { } ns
                    ? Controllers(ns.Controllers.Select(other => other.Cntlid), fields.CntId, page)
                    : Status.InvalidField;
            case Cns.ControllerList when c.IsPrimary:
                return Controllers(c.Subsystem.Controllers.Select(other => other.Cntlid), fields.CntId, page);
            case Cns.PrimaryControllerCapabilities when c.IsPrimary && SecondaryControllers.AreManaged(c.Subsystem):
                Capabilities(c, ref Wire.View<PrimaryControllerCapabilities>(page));
                return Status.Success;
            case Cns.SecondaryControllerList when c.IsPrimary && SecondaryControllers.AreManaged(c.Subsystem):
                Secondaries(c, fields.CntId, ref Wire.View<SecondaryControllerList>(page));
                return Status.Success;
            case Cns.NamespaceGranularityList when c.Options.Capabilities.NamespaceGranularity != 0 && fields.Csi == 0:
                var granularity = (ulong)c.Options.Capabilities.NamespaceGranularity;
                Wire.View<NamespaceGranularityList>(page).Descriptors[0] = new() { Nsg = granularity, Ncg = granularity };
                return Status.Success;
            case Cns.UuidList when c.Options.Migration.UuidSelection:
                ref var uuids = ref Wire.View<UuidList>(page);
                foreach (var (i, uuid) in MigrationCommands.SelectableUuids(c.Options.Migration).Index())
                    uuids.Entries[i] = new() { Header = new() { Association = 1 }, Uuid = new(uuid) };
                return Status.Success;
            case Cns.SupportedControllerStateFormats when c.IsManagement:
                Formats(c.Options.Migration).Encode(page);
                return Status.Success;
            default:
                return Status.InvalidField;
        }
    }

    /// <summary>The state versions and vendor formats that CSVI and CSUUIDI count.</summary>
    public static SupportedControllerStateFormats Formats(SimulatedMigration options) => new()
    {
        Versions = options.StateVersions,
        Uuids = options.VendorState.Supported ? [Guid.Parse(options.VendorState.Uuid)] : [],
    };

    private static Status Controllers(IEnumerable<ushort> ids, ushort from, Span<byte> page)
    {
        ref var list = ref Wire.View<ControllerList>(page);
        foreach (var id in ids)
        {
            if (id < from || list.Numid == ControllerList.Capacity) continue;
            list.Ids[list.Numid++] = id;
        }

        return Status.Success;
    }

    private static void Capabilities(ControllerCore c, ref PrimaryControllerCapabilities page)
    {
        var options = c.Options.Resources;
        page.Cntlid = c.Cntlid;
        page.Crt = new()
        {
            VirtualQueues = SecondaryControllers.AreFlexible(c.Subsystem, ResourceType.VirtualQueue),
            VirtualInterrupts = SecondaryControllers.AreFlexible(c.Subsystem, ResourceType.VirtualInterrupt),
        };
        page.Vqprt = options.PrimaryQueues;
        page.Viprt = options.PrimaryVectors;
        if (page.Crt.VirtualQueues)
        {
            var pool = FlexiblePool.Of(c, ResourceType.VirtualQueue);
            (page.Vqfrt, page.Vqrfa, page.Vqrfap) = ((uint)pool.Total, (uint)pool.Assigned, (ushort)c.Resources.PrimaryFlexibleQueues);
            (page.Vqfrsm, page.Vqgran) = ((ushort)pool.SecondaryMaximum, options.Granularity);
        }

        if (page.Crt.VirtualInterrupts)
        {
            var pool = FlexiblePool.Of(c, ResourceType.VirtualInterrupt);
            (page.Vifrt, page.Virfa, page.Virfap) = ((uint)pool.Total, (uint)pool.Assigned, (ushort)c.Resources.PrimaryFlexibleVectors);
            (page.Vifrsm, page.Vigran) = ((ushort)pool.SecondaryMaximum, options.Granularity);
        }
    }

    private static void Secondaries(ControllerCore c, ushort from, ref SecondaryControllerList page)
    {
        foreach (var secondary in c.Subsystem.SecondariesOf(c).OrderBy(s => s.Cntlid))
        {
            if (secondary.Cntlid < from || page.Nument == SecondaryControllerList.Capacity) continue;
            page.Entries[page.Nument++] = new SecondaryControllerEntry
            {
                Scid = secondary.Cntlid,
                Pcid = c.Cntlid,
                Scs = new() { Online = secondary.Resources.Online },
                Vfn = (ushort)secondary.Function.VfNumber,
                Nvq = Flexible(ResourceType.VirtualQueue),
                Nvi = Flexible(ResourceType.VirtualInterrupt),
            };

            ushort Flexible(ResourceType type) =>
                (ushort)(SecondaryControllers.AreFlexible(c.Subsystem, type) ? secondary.Resources.Of(type) : 0);
        }
    }
}
