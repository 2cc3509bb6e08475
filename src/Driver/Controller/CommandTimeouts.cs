namespace Conformance.Driver;

/// <summary>How long a host waits for the answer to an admin command, by its opcode: a device may take longer for one than for all others.</summary>
/// <param name="All">ns, of those that have none of their own.</param>
public sealed record CommandTimeouts(long All)
{
    /// <summary>Those that have one of their own: opcode and ns.</summary>
    public IReadOnlyDictionary<byte, long> Own { get; init; } = new Dictionary<byte, long>();

    /// <summary>ns for a command.</summary>
    public long Of(byte opcode) => Own.TryGetValue(opcode, out var own) ? own : All;
}
