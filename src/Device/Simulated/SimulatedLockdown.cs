namespace Conformance.Device;

/// <summary>Command and Feature Lockdown (Base 2.3 8.1.5): what can be prohibited.</summary>
public sealed record SimulatedLockdown
{
    /// <summary>OACS.CFLS.</summary>
    public bool Supported { get; init; } = true;

    /// <summary>
    /// Opcodes of admin commands that cannot be prohibited: without Get Log Page, Identify, Asynchronous Event Request and Lockdown itself
    /// nobody could find out what is.
    /// </summary>
    public IReadOnlyList<byte> ExemptCommands { get; init; } = [0x02, 0x06, 0x0C, 0x24];

    /// <summary>Identifiers of features that Set Features always takes.</summary>
    public IReadOnlyList<byte> ExemptFeatures { get; init; } = [];
}
