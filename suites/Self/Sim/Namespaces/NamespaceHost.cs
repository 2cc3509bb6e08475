using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Namespaces;

/// <summary>A host that manages namespaces by bare commands.</summary>
internal sealed class NamespaceHost(RawHost raw)
{
    private readonly long _page = raw.Take(4096);

    public RawHost Raw { get; } = raw;

    public Task<CompletionEntry> TryCreate(NamespaceManagementData data, byte csi = 0)
    {
        Raw.Memory.Store(_page, data);
        return Raw.Do(AdminCommand.NamespaceManagement((byte)NamespaceManagementSelect.Create, csi: csi), _page);
    }

    /// <summary>The identifier of the new namespace.</summary>
    public async Task<uint> Create(NamespaceManagementData data)
    {
        var completion = await TryCreate(data);
        Assert.That(completion.Status, Is.EqualTo(Status.Success));
        return completion.Dw0;
    }

    public Task<CompletionEntry> Attachment(uint nsid, byte select, params ushort[] controllers)
    {
        var list = new ControllerList { Numid = (ushort)controllers.Length };
        for (var i = 0; i < controllers.Length; i++) list.Ids[i] = controllers[i];
        Raw.Memory.Store(_page, list);
        return Raw.Do(AdminCommand.NamespaceAttachment(nsid, select), _page);
    }

    public async Task Attach(uint nsid, params ushort[] controllers) =>
        Assert.That((await Attachment(nsid, (byte)NamespaceAttachmentSelect.Attach, controllers)).Status, Is.EqualTo(Status.Success));

    public async Task Detach(uint nsid, params ushort[] controllers) =>
        Assert.That((await Attachment(nsid, (byte)NamespaceAttachmentSelect.Detach, controllers)).Status, Is.EqualTo(Status.Success));

    public async Task<IdentifyNamespace> Identify(uint nsid, Cns cns = Cns.IdentifyNamespace)
    {
        await Raw.Must(AdminCommand.Identify((byte)cns, nsid), _page);
        return Raw.Memory.Load<IdentifyNamespace>(_page);
    }

    public async Task<IndependentNamespace> Independent(uint nsid)
    {
        await Raw.Must(AdminCommand.Identify((byte)Cns.IndependentNamespace, nsid), _page);
        return Raw.Memory.Load<IndependentNamespace>(_page);
    }

    public async Task<IdentifyController> Controller()
    {
        await Raw.Must(AdminCommand.Identify((byte)Cns.IdentifyController), _page);
        return Raw.Memory.Load<IdentifyController>(_page);
    }

    /// <summary>The identifiers of a namespace list.</summary>
    public async Task<uint[]> List(Cns cns)
    {
        await Raw.Must(AdminCommand.Identify((byte)cns), _page);
        var list = Raw.Memory.Load<NamespaceIdList>(_page);
        List<uint> nsids = [];
        for (var i = 0; list[i] != 0; i++) nsids.Add(list[i]);
        return [.. nsids];
    }

    /// <summary>CNTLIDs that a namespace is attached to.</summary>
    public async Task<ushort[]> Attached(uint nsid)
    {
        await Raw.Must(AdminCommand.Identify((byte)Cns.NamespaceAttachedControllerList, nsid), _page);
        var list = Raw.Memory.Load<ControllerList>(_page);
        var ids = new ushort[list.Numid];
        for (var i = 0; i < ids.Length; i++) ids[i] = list.Ids[i];
        return ids;
    }
}
