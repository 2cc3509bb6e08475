using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Conformance.Device;

/// <summary>
/// A number of bytes; written with a binary unit, or bare: <c>512</c>, <c>4KiB</c>, <c>16MiB</c>, <c>1GiB</c>, <c>2TiB</c>.
/// </summary>
[Description("a size in bytes, bare or with its unit, such as 512, 4KiB, 16MiB, 1GiB or 2TiB")]
[JsonConverter(typeof(TextConverter<Size>))]
public readonly record struct Size(long Bytes) : IParsable<Size>, IComparable<Size>, IComparable
{
    private static readonly Unit[] Units =
    [
        new("PiB", 1L << 50), new("TiB", 1L << 40), new("GiB", 1L << 30), new("MiB", 1L << 20), new("KiB", 1L << 10), new("B", 1),
    ];

    public static Size Zero => default;

    public static Size KiB(long count) => new(checked(count << 10));

    public static Size MiB(long count) => new(checked(count << 20));

    public static Size GiB(long count) => new(checked(count << 30));

    /// <exception cref="FormatException">No number, no known unit, negative, or not a whole number of bytes.</exception>
    public static Size Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var value) ? value : throw new FormatException($"'{s}' is no size.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Size result)
    {
        var known = Unit.TryRead(s, Units, bareUnit: 1, out var bytes);
        result = new Size(bytes);
        return known;
    }

    public int CompareTo(Size other) => Bytes.CompareTo(other.Bytes);

    int IComparable.CompareTo(object? obj) => CompareTo((Size)obj!);

    /// <summary>The shortest exact writing, which <see cref="Parse"/> reads back.</summary>
    public override string ToString() => Unit.Write(Bytes, Units);
}
