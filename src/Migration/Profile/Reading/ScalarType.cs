using System.Globalization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>Reads one word as a value of a type. <see cref="Of"/> is null for types that are no scalars.</summary>
/// <param name="Kind">What is expected, to finish "must be".</param>
/// <param name="Read">The value, or null where the word is none.</param>
internal sealed record ScalarType(string Kind, Func<string, object?> Read)
{
    private const string WholeNumber = "a whole number";

    private static readonly Dictionary<Type, ScalarType> s_known = new()
    {
        [typeof(string)] = new("text", word => word),
        [typeof(bool)] = new("true or false", word => word switch { "true" => true, "false" => false, _ => null }),
        [typeof(double)] = new(
            "a number", word => double.TryParse(word, NumberStyles.Float, null, out var value) && double.IsFinite(value) ? value : null),
        [typeof(byte)] = Integer(byte.MaxValue, value => (byte)value),
        [typeof(ushort)] = Integer(ushort.MaxValue, value => (ushort)value),
        [typeof(uint)] = Integer(uint.MaxValue, value => (uint)value),
        [typeof(ulong)] = Integer(ulong.MaxValue, value => (ulong)value),
        [typeof(int)] = Integer(int.MaxValue, value => (int)value),
        [typeof(long)] = Integer(long.MaxValue, value => (long)value),
        [typeof(Duration)] = Text<Duration>("a duration with its unit, such as 10us or 1.5ms"),
        [typeof(Size)] = Text<Size>("a size in bytes, such as 512, 4KiB or 2TiB"),
        [typeof(StepChoice)] = new(string.Join(", ", StepChoice.All), word => StepChoice.TryParse(word, null, out var value) ? value : null)
        {
            Choices = StepChoice.All,
        },
    };

    /// <summary>All words there are, where they can be listed.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    public static ScalarType? Of(Type type)
    {
        if (s_known.TryGetValue(type, out var scalar)) return scalar;
        return type.IsEnum ? Enumeration(type) : null;
    }

    /// <summary>
    /// Decimal with optional underscores, or hexadecimal after 0x; a value out of the type's range is given as <see cref="OutOfRange"/>.
    /// </summary>
    private static ScalarType Integer(UInt128 most, Func<Int128, object> convert)
    {
        var range = new OutOfRange("0", most.ToString());
        return new ScalarType(WholeNumber, word =>
        {
            var digits = word.Replace("_", "");
            var isHex = digits.StartsWith("0x", StringComparison.Ordinal);
            var known = isHex
                ? Int128.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out var value)
                : Int128.TryParse(digits, NumberStyles.AllowLeadingSign, null, out value);
            if (!known) return null;
            return value < 0 || (UInt128)value > most ? range : convert(value);
        });
    }

    private static ScalarType Text<T>(string kind)
        where T : struct, IParsable<T> => new(kind, word => T.TryParse(word, null, out var value) ? value : null);

    private static ScalarType Enumeration(Type type)
    {
        var values = Enum.GetValues(type).Cast<object>().ToDictionary(value => Words.OfName(value.ToString()!));
        return new ScalarType($"one of {string.Join(", ", values.Keys)}", values.GetValueOrDefault) { Choices = [.. values.Keys] };
    }
}

/// <summary>A number that the type cannot hold, and what it can.</summary>
internal sealed record OutOfRange(string Least, string Most);
