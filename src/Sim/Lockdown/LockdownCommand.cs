using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Lockdown (Base 2.3 5.2.15).</summary>
internal sealed class LockdownCommand : CommandHandler
{
    private const byte AdminQueueOnly = 0;

    public static void AddTo(CommandTable table) => table.Add(new LockdownCommand());

    public override byte Opcode => (byte)AdminOpcode.Lockdown;

    public override bool IsSupported(ControllerCore c) => c.Options.Lockdown.Supported;

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var fields = new LockdownFields(command.Entry);
        var scope = (LockdownScope)fields.Scope;
        // The other interfaces need a management endpoint, and the PCIe command set one that it comes by.
        var isKnown = scope is LockdownScope.AdminCommands or LockdownScope.Features or LockdownScope.ManagementInterface;
        if (!isKnown || fields.Interface != AdminQueueOnly) return command.Fail(Status.InvalidField);
        var lockdown = c.Subsystem.Lockdown;
        if (!lockdown.Prohibitable(scope).Contains(fields.OpcodeOrFeature)) return command.Fail(Status.ProhibitionNotSupported);
        lockdown.Set(scope, fields.OpcodeOrFeature, fields.Prohibit);
        return StepResult.Done;
    }
}
