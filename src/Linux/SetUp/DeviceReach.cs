using System.Runtime.CompilerServices;
using Conformance.Nvme;

namespace Conformance.Linux;

/// <summary>The inside of a controller through the kernel's driver, <c>/dev/nvmeN</c>: what set-up and undo ask and change there.</summary>
public sealed class DeviceReach(KernelTree tree) : IDeviceReach
{
    private const uint TimeoutMilliseconds = 60_000;
    private const byte EffectsLog = 0x05; // Commands Supported and Effects

    /// <summary>Identify Controller.</summary>
    public IdentifyController Identify(NvmeNode node) => Read<IdentifyController>(node, Cns.IdentifyController);

    /// <summary>Which commands it has.</summary>
    public CommandEffectsLog? ReadEffects(NvmeNode node)
    {
        var log = new byte[Unsafe.SizeOf<CommandEffectsLog>()];
        using var file = new ControllerFile(node.Path);
        var answer = file.Admin(AdminCommand.GetLogPage(EffectsLog, (uint)log.Length), log, TimeoutMilliseconds);
        return answer.IsOk ? Wire.Read<CommandEffectsLog>(log) : null;
    }

    public IReadOnlyList<SecondaryState> ReadSecondaries(NvmeNode node)
    {
        if (!Identify(node).Oacs.VirtualizationManagement) return [];
        var list = Read<SecondaryControllerList>(node, Cns.SecondaryControllerList);
        var states = new List<SecondaryState>();
        for (var i = 0; i < Math.Min((int)list.Nument, SecondaryControllerList.Capacity); i++)
        {
            var entry = list.Entries[i];
            states.Add(new SecondaryState(entry.Scid, entry.Scs.Online, entry.Nvq, entry.Nvi));
        }

        return states;
    }

    public IReadOnlyList<ushort>? ReadAttachments(NvmeNode node, uint nsid)
    {
        if (!Identify(node).Oacs.NamespaceManagement) return null;
        var list = Read<ControllerList>(node, Cns.NamespaceAttachedControllerList, nsid);
        var ids = new List<ushort>();
        for (var i = 0; i < Math.Min((int)list.Numid, ControllerList.Capacity); i++) ids.Add(list.Ids[i]);
        return ids;
    }

    public void SetAttachments(PciAddress pf, string serial, uint nsid, IReadOnlyList<ushort> controllers)
    {
        var node = Live(pf, serial);
        if (ReadAttachments(node, nsid) is not { } now) return;
        Attach(node, nsid, NamespaceAttachmentSelect.Detach, [.. now.Except(controllers)]);
        Attach(node, nsid, NamespaceAttachmentSelect.Attach, [.. controllers.Except(now)]);
        using var file = new ControllerFile(node.Path);
        // The kernel looks in its own time, and only when it has is the machine as this was to make it.
        var isOwn = controllers.Contains((ushort)node.ControllerId);
        string[] known = [.. node.Namespaces.Where(it => it.Nsid == nsid).Select(it => it.BlockPath)];
        file.Rescan();
        Patience.Until(() => node.Namespaces.Any(it => it.Nsid == nsid) == isOwn && (isOwn || !Array.Exists(known, tree.Exists)), TimeSpan.FromSeconds(5));
    }

    public void ReleaseSecondaries(PciAddress pf, string serial, IReadOnlyList<SecondaryState> states)
    {
        var node = Live(pf, serial);
        foreach (var now in ReadSecondaries(node))
        {
            if (states.FirstOrDefault(it => it.Id == now.Id) is not { } state || now == state || (now.Queues <= state.Queues && now.Vectors <= state.Vectors)) continue;
            Manage(node, VirtualizationAction.SecondaryOffline, now.Id);
            if (now.Queues > state.Queues) Manage(node, VirtualizationAction.SecondaryAssign, now.Id, ResourceType.VirtualQueue, state.Queues);
            if (now.Vectors > state.Vectors) Manage(node, VirtualizationAction.SecondaryAssign, now.Id, ResourceType.VirtualInterrupt, state.Vectors);
        }
    }

    public IReadOnlyList<uint> ReadNamespaces(NvmeNode node)
    {
        // Without namespace management those are all that there are which are active.
        var list = Read<NamespaceIdList>(node, Identify(node).Oacs.NamespaceManagement ? Cns.AllocatedNamespaceIdList : Cns.ActiveNamespaceIdList);
        var ids = new List<uint>();
        for (var i = 0; i < NamespaceIdList.Capacity && list[i] != 0; i++) ids.Add(list[i]);
        return ids;
    }

    public void SetSecondary(PciAddress pf, string serial, SecondaryState state)
    {
        var node = Live(pf, serial);
        var now = ReadSecondaries(node).FirstOrDefault(it => it.Id == state.Id);
        if (now is null || now == state) return;
        Manage(node, VirtualizationAction.SecondaryOffline, state.Id);
        if (now.Queues != state.Queues || state.Queues > 0) Manage(node, VirtualizationAction.SecondaryAssign, state.Id, ResourceType.VirtualQueue, state.Queues);
        if (now.Vectors != state.Vectors || state.Vectors > 0) Manage(node, VirtualizationAction.SecondaryAssign, state.Id, ResourceType.VirtualInterrupt, state.Vectors);
        if (state.Online) Manage(node, VirtualizationAction.SecondaryOnline, state.Id);
    }

    private void Attach(NvmeNode node, uint nsid, NamespaceAttachmentSelect select, ushort[] controllers)
    {
        if (controllers.Length == 0) return;
        var list = new ControllerList { Numid = (ushort)controllers.Length };
        for (var i = 0; i < controllers.Length; i++) list.Ids[i] = controllers[i];
        Must(node, AdminCommand.NamespaceAttachment(nsid, (byte)select), Wire.MutableBytes(ref list), $"{select} of namespace {nsid}");
    }

    private void Manage(NvmeNode node, VirtualizationAction action, ushort controller, ResourceType type = ResourceType.VirtualQueue, ushort count = 0) =>
        Must(node, AdminCommand.VirtualizationManagement(action, controller, type, count), [], $"{action} of controller {controller}");

    private T Read<T>(NvmeNode node, Cns cns, uint nsid = 0)
        where T : unmanaged
    {
        T value = default;
        Must(node, AdminCommand.Identify((byte)cns, nsid), Wire.MutableBytes(ref value), $"Identify {cns}");
        return value;
    }

    private static void Must(NvmeNode node, SubmissionEntry command, Span<byte> data, string what)
    {
        using var file = new ControllerFile(node.Path);
        var answer = file.Admin(command, data, TimeoutMilliseconds);
        if (answer.Errno != 0) throw new KernelException(answer.Errno, $"NVME_IOCTL_ADMIN64_CMD ({what})", node.Path);
        if (!answer.IsOk) throw new RefusedByDeviceException($"{node.Path}: {what}: {answer}");
    }

    /// <summary>The controller once the kernel's driver is done with it.</summary>
    private NvmeNode Live(PciAddress pf, string serial)
    {
        var function = new PciFunction(tree, pf);
        if (!Patience.Until(() => function.Nvme is { State: "live" }))
            throw new IOException($"{pf}: the kernel's NVMe driver does not have it ready ({function.Driver ?? "no driver"}, {function.Nvme?.State ?? "no controller"})");
        var node = function.Nvme!;
        return node.Serial == serial ? node : throw new NotOursException($"{pf}: serial number {node.Serial}, not {serial}: another device stands there");
    }
}
