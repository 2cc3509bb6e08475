namespace Conformance.Sim;

/// <summary>Handlers by opcode. Each area adds its own; an opcode has one handler.</summary>
internal sealed class CommandTable
{
    private readonly CommandHandler?[] _byOpcode = new CommandHandler?[256];

    public CommandHandler? this[byte opcode] => _byOpcode[opcode];

    /// <summary>All handlers, ascending by opcode.</summary>
    public IEnumerable<CommandHandler> All => _byOpcode.OfType<CommandHandler>();

    public CommandTable Add(CommandHandler handler)
    {
        if (_byOpcode[handler.Opcode] is { } other)
            throw new InvalidOperationException($"Opcode {handler.Opcode:X2}h: {other.GetType().Name} and {handler.GetType().Name}.");
        _byOpcode[handler.Opcode] = handler;
        return this;
    }
}
