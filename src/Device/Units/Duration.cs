using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Conformance.Device;

/// <summary>
/// A span of time, in whole nanoseconds; written with its unit: <c>800ns</c>, <c>10us</c>, <c>1.5ms</c>, <c>60s</c>, <c>5min</c>,
/// <c>1h</c>.
/// </summary>
[Description("a duration with its unit, such as 800ns, 10us, 1.5ms, 60s, 5min or 1h")]
[JsonConverter(typeof(TextConverter<Duration>))]
public readonly record struct Duration(long Nanoseconds) : IParsable<Duration>, IComparable<Duration>, IComparable
{
    private static readonly Unit[] Units =
    [
        new("h", 3_600_000_000_000), new("min", 60_000_000_000),
        new("s", 1_000_000_000), new("ms", 1_000_000), new("us", 1_000), new("ns", 1),
    ];

    public static Duration Zero => default;

    public static Duration FromMicroseconds(long microseconds) => new(checked(microseconds * 1_000));

    public static Duration FromMilliseconds(long milliseconds) => new(checked(milliseconds * 1_000_000));

    public static Duration FromSeconds(long seconds) => new(checked(seconds * 1_000_000_000));

    /// <exception cref="FormatException">No number, no known unit, negative, or not a whole number of nanoseconds.</exception>
    public static Duration Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var value) ? value : throw new FormatException($"'{s}' is no duration.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Duration result)
    {
        // Only zero needs no unit.
        var known = Unit.TryRead(s, Units, bareUnit: 0, out var nanoseconds);
        result = new Duration(nanoseconds);
        return known;
    }

    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    int IComparable.CompareTo(object? obj) => CompareTo((Duration)obj!);

    /// <summary>The shortest exact writing, which <see cref="Parse"/> reads back.</summary>
    public override string ToString() => Unit.Write(Nanoseconds, Units);
}
