using Conformance.Migration;

namespace Conformance.Report;

/// <summary>Figures as a person reads them.</summary>
public static class Human
{
    private static readonly string[] s_binary = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Three digits and a unit: <c>1.24 ms</c>.</summary>
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 0 => $"-{Time(-nanoseconds)}",
        < 1e3 => $"{nanoseconds:0} ns",
        < 1e6 => $"{Digits(nanoseconds / 1e3)} us",
        < 1e9 => $"{Digits(nanoseconds / 1e6)} ms",
        _ => $"{Digits(nanoseconds / 1e9)} s",
    };

    /// <summary>Three digits and k, M or G.</summary>
    public static string Count(double count) => count switch
    {
        < 1e4 => $"{count:0}",
        < 1e6 => $"{Digits(count / 1e3)}k",
        < 1e9 => $"{Digits(count / 1e6)}M",
        _ => $"{Digits(count / 1e9)}G",
    };

    /// <summary>A figure with its unit: ns, or 1/s.</summary>
    public static string Figure(double value, string unit) => unit == "ns" ? Time(value) : $"{Count(value)}{unit[1..]}";

    /// <summary>Three digits and B, KiB, MiB, GiB or TiB.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < s_binary.Length - 1; unit++) bytes /= 1024;
        return unit == 0 ? $"{bytes:0} B" : $"{Digits(bytes)} {s_binary[unit]}";
    }

    /// <summary>Median and maximum of what was observed, <c>-</c> where nothing was.</summary>
    public static string MedianAndMost(SampleFigures? figures) =>
        figures is not { } it ? "-" : it.N == 1 ? Time(it.Median) : $"{Time(it.Median)} / {Time(it.Most)}";

    private static string Digits(double value) => value < 10 ? $"{value:0.00}" : value < 100 ? $"{value:0.0}" : $"{value:0}";
}
