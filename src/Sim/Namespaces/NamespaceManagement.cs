using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Namespace Management (Base 2.3 5.2.21): creates a namespace that nobody is attached to yet, or deletes one wherever it is attached. No
/// controller state carries namespaces: a destination has them from elsewhere.
/// </summary>
internal sealed class NamespaceManagement : CommandHandler
{
    private const uint All = 0xFFFF_FFFF;

    public override byte Opcode => (byte)AdminOpcode.NamespaceManagement;

    public override NamespaceUse NamespaceUse => NamespaceUse.Own;

    public override uint Effects => new CommandEffects { LogicalBlockContentChange = true, NamespaceInventoryChange = true, Execution = 1 }.Raw;

    public override bool IsSupported(ControllerCore c) => c.IsPrimary && c.Options.Capabilities.NamespaceManagement;

    public override NamespaceAccess Access(CommandContext command) =>
        IsDelete(command) ? NamespaceAccess.WriteGroup | NamespaceAccess.Change : NamespaceAccess.None;

    public override void Parse(ControllerCore c, CommandContext command)
    {
        if (new NamespaceManagementFields(command.Entry).Select == (byte)NamespaceManagementSelect.Create)
            command.DataLength = NamespaceManagementData.Size;
    }

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var fields = new NamespaceManagementFields(command.Entry);
        switch ((NamespaceManagementSelect)fields.Select)
        {
            case NamespaceManagementSelect.Create:
                var bytes = command.Buffer(NamespaceManagementData.Size);
                var received = c.ReceiveAll(command, bytes);
                if (!received.IsDone || !command.Status.IsSuccess) return received;
                if (fields.Csi != (byte)CommandSetIdentifier.Nvm) return command.Fail(Status.IoCommandSetNotSupported);
                return Create(c, command, in Wire.Peek<NamespaceManagementData>(bytes));
            case NamespaceManagementSelect.Delete:
                return Delete(c, command);
            default:
                return command.Fail(Status.InvalidField);
        }
    }

    private static bool IsDelete(CommandContext command) =>
        new NamespaceManagementFields(command.Entry).Select == (byte)NamespaceManagementSelect.Delete;

    private static StepResult Create(ControllerCore c, CommandContext command, in NamespaceManagementData data)
    {
        if (data.Nsze == 0 || data.Ncap > data.Nsze || data.Nmic.Dispersed || data.Nvmsetid != 0 || data.Endgid != 0)
            return command.Fail(Status.InvalidField);
        if (data.Anagrpid != 0) return command.Fail(Status.AnaGroupIdentifierInvalid);
        if (BlockFormats.Find(data.Flbas.Index, data.Flbas.MetadataExtended, data.Dps.Type, data.Dps.FirstBytes) is not { } format)
            return command.Fail(Status.InvalidFormat);
        var capacity = c.Subsystem.Capacity;
        var wanted = capacity.Of(data.Ncap, format.BlockSize);
        if (data.Nsze > long.MaxValue / (ulong)format.BlockSize || wanted > capacity.Unallocated)
        {
            command.SpecificInformation = (ulong)UInt128.Min(ulong.MaxValue, wanted);
            return command.Fail(Status.NamespaceInsufficientCapacity);
        }

        if (c.Subsystem.FreeNsid() is not { } nsid) return command.Fail(Status.NamespaceIdentifierUnavailable);
        var definition = CreatedNamespaces.Define(c.Subsystem, nsid, in data, format);
        c.Subsystem.Add(new Namespace(nsid, definition, new Volume(definition)));
        NamespaceChanges.Created(c, nsid);
        command.Dw0 = nsid;
        return StepResult.Done;
    }

    private static StepResult Delete(ControllerCore c, CommandContext command)
    {
        var nsid = command.Entry.Nsid;
        if (nsid is not All && (nsid == 0 || nsid >= (uint)c.Attached.Length)) return command.Fail(Status.InvalidNamespaceOrFormat);
        Namespace[] victims = nsid == All ? [.. c.Subsystem.Namespaces] : c.Subsystem.FindNamespace(nsid) is { } named ? [named] : [];
        if (victims.Length == 0 && nsid != All) return command.Fail(Status.InvalidField);
        // Those that are not attached here have not been looked at yet.
        foreach (var victim in victims)
        {
            var status = NamespaceGuard.Check(c, victim, NamespaceAccess.WriteGroup | NamespaceAccess.Change);
            if (!status.IsSuccess) return command.Fail(status, dnr: status != Status.FormatInProgress);
        }

        foreach (var victim in victims)
        {
            NamespaceChanges.Deleted(c, victim);
            foreach (var controller in victim.Controllers.ToArray()) victim.Detach(controller);
            c.Subsystem.Remove(victim);
            if (victim.Volume.Faces.Count == 0) victim.Medium.Clear();
        }

        return StepResult.Done;
    }
}
