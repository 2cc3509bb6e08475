using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Sanitize Namespace Status List (Base 2.3 5.2.12.1.34): namespaces being sanitized, or those that hold nothing since.</summary>
internal sealed class SanitizeNamespaceListPage : LogPage
{
    private const byte Succeeded = 1;

    public override LogId Id => LogId.SanitizeNamespaceStatusList;

    public override bool IsSupported(ControllerCore c) => SanitizeCommands.IsSupported(c) && c.Options.Sanitize.Namespaces;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        var succeeded = (fields.Lsp & Succeeded) != 0;
        var listed = c.Subsystem.Namespaces
            .Where(ns => succeeded ? ns.Sanitizing is { IsIdle: true, IsErased: true } : !ns.Sanitizing.IsIdle)
            .Select(ns => ns.Nsid)
            .ToArray();
        length = SanitizeNamespaceStatusListHeader.Size + (sizeof(uint) * listed.Length);
        var page = command.Buffer(length);
        Wire.Write(page, new SanitizeNamespaceStatusListHeader { Genctr = c.Subsystem.Sanitizing.Generation, Numnsid = (ulong)listed.Length });
        for (var i = 0; i < listed.Length; i++) Wire.Write(page[(SanitizeNamespaceStatusListHeader.Size + (sizeof(uint) * i))..], listed[i]);
        return Status.Success;
    }
}
