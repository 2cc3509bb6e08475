using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>Limits of the world of one combination, or of one case.</summary>
public sealed record LimitSettings
{
    /// <summary>On the profile's clock.</summary>
    [Range(typeof(Duration), "1us", "24h")]
    public Duration Time { get; init; } = Duration.FromSeconds(60);

    /// <summary>Steps of devices, guests and timers.</summary>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long Steps { get; init; } = 100_000_000;

    /// <summary>How long a command of the physical function may go without an answer, on the profile's clock, before its outcome is unknown.</summary>
    [Range(typeof(Duration), "1us", "24h")]
    public Duration Command { get; init; } = Duration.FromSeconds(10);

    /// <summary>The same for some admin commands: by name (migration-send) or opcode (0xC8).</summary>
    public OrderedDictionary<string, Duration> Commands { get; init; } = [];

    /// <summary>As a driver takes them.</summary>
    public CommandTimeouts CommandTimeouts() => new(Command.Nanoseconds)
    {
        Own = Commands.ToDictionary(it => OpcodeOf(it.Key)!.Value, it => it.Value.Nanoseconds),
    };

    /// <summary>Names that commands have here.</summary>
    internal static IEnumerable<string> CommandNames => Enum.GetValues<AdminOpcode>().Select(Words.Of);

    /// <summary>What a key of <see cref="Commands"/> names; null: nothing.</summary>
    internal static byte? OpcodeOf(string key)
    {
        if (Words.TryRead<AdminOpcode>(key) is { } named) return (byte)named;
        return key.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && byte.TryParse(key.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var opcode) ? opcode : null;
    }
}
