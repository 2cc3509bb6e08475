using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Tells controllers what became of namespaces: the lists of changed namespaces (logs 04h and 1Ch) and their events. A change is told
/// through every controller, the one that made it included, but for a deletion (Base 2.3 5.2.2.1).
/// </summary>
internal static class NamespaceChanges
{
    private static readonly AsyncEvent _attached =
        AsyncEvent.Of(NoticeEvent.AttachedNamespaceAttributeChanged, LogId.ChangedAttachedNamespaces);

    private static readonly AsyncEvent _allocated =
        AsyncEvent.Of(NoticeEvent.AllocatedNamespaceAttributeChanged, LogId.ChangedAllocatedNamespaces);

    public static void Created(ControllerCore c, uint nsid) => TellAllocated(c.Subsystem, nsid, null);

    /// <summary>Is about to be deleted: its controllers are still attached.</summary>
    public static void Deleted(ControllerCore c, Namespace ns)
    {
        foreach (var controller in ns.Controllers) TellAttached(controller, ns.Nsid, c);
        TellAllocated(c.Subsystem, ns.Nsid, c);
    }

    /// <summary>A controller was attached or detached.</summary>
    public static void Moved(ControllerCore controller, uint nsid) => TellAttached(controller, nsid, null);

    /// <summary>Attached or detached somewhere: told once, however many controllers it was.</summary>
    public static void MovedSomewhere(Subsystem subsystem, uint nsid) => TellAllocated(subsystem, nsid, null);

    /// <summary>What Identify says of blocks has changed, for all who reach them.</summary>
    public static void Changed(Volume volume)
    {
        foreach (var ns in volume.Faces)
        {
            foreach (var controller in ns.Controllers) TellAttached(controller, ns.Nsid, null);
            TellAllocated(ns.Owner, ns.Nsid, null);
        }
    }

    private static void TellAttached(ControllerCore controller, uint nsid, ControllerCore? but)
    {
        controller.Logs.ChangedAttached.Add(nsid);
        if (!ReferenceEquals(controller, but)) controller.Raise(_attached);
    }

    private static void TellAllocated(Subsystem subsystem, uint nsid, ControllerCore? but)
    {
        foreach (var controller in subsystem.Controllers)
        {
            controller.Logs.ChangedAllocated.Add(nsid);
            if (!ReferenceEquals(controller, but)) controller.Raise(_allocated);
        }
    }
}

/// <summary>The two lists of one controller in the vendor part of its state, in steps of 32 entries so that its length rarely changes.</summary>
internal sealed record ChangedNamespacesState(uint[] Attached, uint[] Allocated)
{
    private const int Step = 32;
    private const int Most = 1 << 16;

    public static void Encode(ControllerCore c, VendorStateCodec.Writer writer)
    {
        var (attached, allocated) = (c.Logs.ChangedAttached, c.Logs.ChangedAllocated);
        writer.Begin(VendorStateCodec.Section.ChangedNamespaces).Word((uint)attached.Count).Word((uint)allocated.Count);
        foreach (var nsid in attached) writer.Word(nsid);
        foreach (var nsid in allocated) writer.Word(nsid);
        for (var i = attached.Count + allocated.Count; i % Step != 0 || i == 0; i++) writer.Word(0);
        writer.End();
    }

    /// <summary>Reads the section; null when it is not one.</summary>
    public static ChangedNamespacesState? TryDecode(ref VendorStateCodec.Reader reader)
    {
        var (attached, allocated) = (reader.Word(), reader.Word());
        if (attached > Most || allocated > Most) return null;
        var state = new ChangedNamespacesState(reader.Words((int)attached), reader.Words((int)allocated));
        var filled = (int)(attached + allocated);
        reader.Words(filled == 0 ? Step : (Step - (filled % Step)) % Step);
        return reader.IsExact ? state : null;
    }

    public void Commit(ControllerCore c)
    {
        c.Logs.ChangedAttached.Clear();
        c.Logs.ChangedAllocated.Clear();
        c.Logs.ChangedAttached.UnionWith(Attached);
        c.Logs.ChangedAllocated.UnionWith(Allocated);
    }
}

/// <summary>Changed Attached (04h) and Changed Allocated (1Ch) Namespace List (Base 2.3 5.2.12.1.5, 5.2.12.1.27).</summary>
internal sealed class ChangedNamespacesPage(LogId id) : LogPage
{
    private const uint TooMany = 0xFFFF_FFFF;

    public override LogId Id => id;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var list = ref Blank<NamespaceIdList>(command, out length);
        var changed = Of(c);
        if (changed.Count > NamespaceIdList.Capacity) list[0] = TooMany;
        if (list[0] == TooMany) return Status.Success;
        foreach (var (i, nsid) in changed.Index()) list[i] = nsid;
        return Status.Success;
    }

    public override void Read(ControllerCore c, in GetLogPageFields fields)
    {
        if (!fields.Rae) Of(c).Clear();
    }

    private SortedSet<uint> Of(ControllerCore c) => id == LogId.ChangedAttachedNamespaces ? c.Logs.ChangedAttached : c.Logs.ChangedAllocated;
}
