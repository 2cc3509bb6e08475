using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Finds who executes a command and lets it read the entry, once.</summary>
internal class ParseStep
{
    public virtual StepResult Run(ControllerCore c, CommandContext command)
    {
        var handler = (command.IsAdmin ? c.Subsystem.AdminCommands : c.Subsystem.IoCommands)[command.Opcode];
        if (handler is null || !handler.IsSupported(c)) return command.Fail(Status.InvalidOpcode);
        command.Handler = handler;
        if (handler.NamespaceUse != NamespaceUse.None) command.Namespace = c.FindNamespace(command.Entry.Nsid);
        handler.Parse(c, command);
        command.Data.BeginData(in command.Entry, command.DataLength, c.PageSize);
        command.Metadata.BeginMetadata(in command.Entry, command.MetadataLength);
        command.Data.IsCommandHere = command.Metadata.IsCommandHere = c.IsLocal(command);
        return StepResult.Done;
    }
}
