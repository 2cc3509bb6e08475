using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// What the subsystem does not execute any more when it comes by an admin queue, on every controller, until it is allowed again or loses
/// power (Base 2.3 8.1.5). There is no management endpoint.
/// </summary>
internal sealed class Lockdown(Subsystem subsystem)
{
    private readonly SortedSet<byte> _commands = [];
    private readonly SortedSet<byte> _features = [];

    /// <summary>The command may not be executed.</summary>
    public bool Prohibits(CommandContext command) =>
        (_commands.Count != 0 && _commands.Contains(command.Opcode))
        || (_features.Count != 0 && command.Opcode == (byte)AdminOpcode.SetFeatures
            && _features.Contains(new SetFeaturesFields(command.Entry).Fid));

    /// <summary>Opcodes or feature identifiers that can be prohibited, ascending; none of a scope that is not for an admin queue.</summary>
    public IEnumerable<byte> Prohibitable(LockdownScope scope)
    {
        var options = subsystem.Options.Lockdown;
        return scope switch
        {
            LockdownScope.AdminCommands => subsystem.AdminCommands.All
                .Where(handler => subsystem.Controllers.Any(handler.IsSupported))
                .Select(handler => handler.Opcode)
                .Except(options.ExemptCommands)
                .Order(),
            LockdownScope.Features => subsystem.Features.All
                .Where(feature => subsystem.Controllers.Any(feature.IsSupported))
                .Select(feature => (byte)feature.Id)
                .Except(options.ExemptFeatures)
                .Order(),
            _ => [],
        };
    }

    /// <summary>What is prohibited now, ascending.</summary>
    public IEnumerable<byte> Prohibited(LockdownScope scope) => Of(scope) ?? [];

    public void Set(LockdownScope scope, byte identifier, bool prohibit)
    {
        if (prohibit) Of(scope)!.Add(identifier);
        else Of(scope)!.Remove(identifier);
    }

    private SortedSet<byte>? Of(LockdownScope scope) => scope switch
    {
        LockdownScope.AdminCommands => _commands,
        LockdownScope.Features => _features,
        _ => null,
    };
}
