using System.Globalization;

namespace Conformance.Device;

/// <summary>A unit's sign and how many of the smallest unit it holds; reads and writes numbers that carry one.</summary>
internal readonly record struct Unit(string Sign, long Scale)
{
    /// <summary>
    /// Reads <c>1.5ms</c>: a decimal number, then one of <paramref name="units"/> (case counts: a MiB is no mib).
    /// A bare number counts in <paramref name="bareUnit"/>; where that is 0, only zero may be bare.
    /// </summary>
    public static bool TryRead(string? text, ReadOnlySpan<Unit> units, long bareUnit, out long value)
    {
        value = 0;
        var span = text.AsSpan().Trim();
        var digits = span.LastIndexOfAnyInRange('0', '9') + 1;
        var sign = span[digits..].TrimStart();
        var scale = sign.IsEmpty ? bareUnit : 0;
        foreach (var unit in units)
        {
            if (sign.SequenceEqual(unit.Sign)) scale = unit.Scale;
        }

        if (!decimal.TryParse(span[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        if (scale == 0) return sign.IsEmpty && number == 0;
        if (number > long.MaxValue / scale) return false;
        var whole = number * scale;
        value = (long)whole;
        return value == whole;
    }

    /// <summary>
    /// The largest unit of which <paramref name="value"/> is a whole number; <paramref name="units"/> are in falling order.
    /// </summary>
    public static string Write(long value, ReadOnlySpan<Unit> units)
    {
        foreach (var unit in units)
        {
            if (value != 0 && value % unit.Scale == 0) return $"{value / unit.Scale}{unit.Sign}";
        }

        return "0";
    }
}
