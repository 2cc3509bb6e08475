using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>Creating, deleting, attaching and detaching namespaces.</summary>
public sealed class Namespaces(AdminClient controller)
{
    public Namespaces(NvmeController controller)
        : this(controller.Client)
    {
    }

    /// <summary>Creates a namespace of the NVM command set; attached to nobody yet.</summary>
    public async ValueTask<(Outcome Outcome, uint Nsid)> CreateAsync(NamespaceManagementData data)
    {
        var answer = await controller.WriteBytesAsync(
            AdminCommand.NamespaceManagement((byte)NamespaceManagementSelect.Create), Wire.Bytes(data).ToArray());
        return (Outcome.Of("create namespace", answer), answer.Completion.Dw0);
    }

    public async ValueTask<Outcome> DeleteAsync(uint nsid) =>
        Outcome.Of(
            $"delete namespace {nsid}",
            await controller.AdminAsync(AdminCommand.NamespaceManagement((byte)NamespaceManagementSelect.Delete, nsid)));

    public async ValueTask<Outcome> AttachAsync(uint nsid, params ushort[] controllers) =>
        Outcome.Of($"attach namespace {nsid}", await SendAsync(nsid, NamespaceAttachmentSelect.Attach, controllers));

    /// <summary>
    /// Sees to it that a namespace is attached to a secondary and to its primary, which sends this. Some devices, QEMU among them, look at the primary's own
    /// attachment when they are asked to attach to another, and call the namespace attached already: there the primary's has to come last.
    /// </summary>
    public async ValueTask<Outcome> EnsureAsync(uint nsid, ushort secondary, ushort primary)
    {
        var outcome = await AttachAsync(nsid, secondary);
        if (outcome.Status == Status.NamespaceAlreadyAttached && secondary != primary)
        {
            var list = await controller.IdentifyAsync<ControllerList>(Cns.NamespaceAttachedControllerList, nsid: nsid);
            var known = false;
            for (var i = 0; list.IsOk && i < Math.Min((int)list.Value.Numid, ControllerList.Capacity); i++) known |= list.Value.Ids[i] == secondary;
            if (list.IsOk && !known)
            {
                outcome = await DetachAsync(nsid, primary);
                if (outcome.IsOk) outcome = await AttachAsync(nsid, secondary);
            }
        }

        if (!outcome.IsOk && outcome.Status != Status.NamespaceAlreadyAttached) return outcome;
        outcome = await AttachAsync(nsid, primary);
        return outcome.Status == Status.NamespaceAlreadyAttached ? Outcome.Ok : outcome;
    }

    public async ValueTask<Outcome> DetachAsync(uint nsid, params ushort[] controllers) =>
        Outcome.Of($"detach namespace {nsid}", await SendAsync(nsid, NamespaceAttachmentSelect.Detach, controllers));

    /// <summary>NSIDs above <paramref name="after"/> that are active on this controller, or allocated in the subsystem.</summary>
    public async ValueTask<Reading<IReadOnlyList<uint>>> ListAsync(bool allocated = false, uint after = 0)
    {
        var nsids = new List<uint>();
        var list = await controller.IdentifyAsync<NamespaceIdList>(
            allocated ? Cns.AllocatedNamespaceIdList : Cns.ActiveNamespaceIdList, nsid: after);
        for (var i = 0; list.IsOk && i < NamespaceIdList.Capacity && list.Value[i] != 0; i++) nsids.Add(list.Value[i]);
        return new Reading<IReadOnlyList<uint>>(list.Answer, nsids);
    }

    private ValueTask<CommandAnswer> SendAsync(uint nsid, NamespaceAttachmentSelect select, ushort[] controllers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(controllers.Length, ControllerList.Capacity);
        var list = new ControllerList { Numid = (ushort)controllers.Length };
        for (var i = 0; i < controllers.Length; i++) list.Ids[i] = controllers[i];
        return controller.WriteBytesAsync(AdminCommand.NamespaceAttachment(nsid, (byte)select), Wire.Bytes(list).ToArray());
    }
}
