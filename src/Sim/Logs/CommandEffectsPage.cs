using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Commands Supported and Effects (Base 2.3 5.2.12.1.6), from the command tables.</summary>
internal sealed class CommandEffectsPage : LogPage
{
    public override LogId Id => LogId.CommandEffects;

    public override bool UsesCommandSet => true;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<CommandEffectsLog>(command, out length);
        foreach (var handler in c.Subsystem.AdminCommands.All)
        {
            if (handler.IsSupported(c)) page.Acs[handler.Opcode] = Of(c, handler, isAdmin: true);
        }

        foreach (var handler in c.Subsystem.IoCommands.All)
        {
            if (handler.IsSupported(c)) page.Iocs[handler.Opcode] = Of(c, handler, isAdmin: false);
        }

        return Status.Success;
    }

    /// <summary>What the handler says, and the scope from here where it says none.</summary>
    private static CommandEffects Of(ControllerCore c, CommandHandler handler, bool isAdmin)
    {
        var effects = new CommandEffects(handler.Effects) { Supported = true };
        if (effects.Scope == EffectScope.None) effects = effects with { Scope = isAdmin ? ScopeOf((AdminOpcode)handler.Opcode) : EffectScope.Namespace };
        var isMigration = isAdmin && (AdminOpcode)handler.Opcode is AdminOpcode.MigrationSend or AdminOpcode.MigrationReceive;
        return isMigration ? effects with { UuidSelection = c.Options.Migration.UuidSelection } : effects;
    }

    private static EffectScope ScopeOf(AdminOpcode opcode) => opcode switch
    {
        AdminOpcode.SetFeatures => EffectScope.Namespace | EffectScope.Controller | EffectScope.NvmSubsystem,
        AdminOpcode.NamespaceManagement or AdminOpcode.FormatNvm or AdminOpcode.GetLbaStatus => EffectScope.Namespace,
        AdminOpcode.NamespaceAttachment or AdminOpcode.DeviceSelfTest => EffectScope.Namespace | EffectScope.Controller,
        AdminOpcode.FirmwareCommit or AdminOpcode.FirmwareImageDownload or AdminOpcode.Sanitize or AdminOpcode.Lockdown
            or AdminOpcode.SecuritySend or AdminOpcode.SecurityReceive => EffectScope.NvmSubsystem,
        _ => EffectScope.Controller,
    };
}
