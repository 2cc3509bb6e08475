using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Command and Feature Lockdown (Base 2.3 5.2.12.1.20): what can be prohibited, or what is.</summary>
internal sealed class LockdownPage : LogPage
{
    public override LogId Id => LogId.CommandAndFeatureLockdown;

    public override bool IsSupported(ControllerCore c) => c.Options.Lockdown.Supported;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<LockdownLog>(command, out length);
        var asked = new LockdownListAttributes((byte)(fields.Lsp & 0x3F));
        if (asked.Scope is not (LockdownScope.AdminCommands or LockdownScope.Features or LockdownScope.ManagementInterface
            or LockdownScope.PcieCommands))
        {
            return Status.InvalidField;
        }

        // There is no management endpoint to come by.
        if (asked.Contents > LockdownContents.ProhibitedOnAdminQueue) return Status.InvalidField;
        var lockdown = c.Subsystem.Lockdown;
        page.Cfila = asked;
        foreach (var identifier in asked.Contents == LockdownContents.Supported ? lockdown.Prohibitable(asked.Scope) : lockdown.Prohibited(asked.Scope))
            page.Cfil[page.Lngth++] = identifier;
        return Status.Success;
    }
}
