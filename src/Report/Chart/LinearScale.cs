namespace Conformance.Report;

/// <summary>Equal differences are equally far apart.</summary>
/// <param name="low">The value at the begin.</param>
/// <param name="high">The value at the end; where it is not above low, one above it.</param>
/// <param name="kind">b: bytes, in KiB and so on; c: a count; p: a share from 0 to 1, told in per cent.</param>
public sealed class LinearScale(double low, double high, char kind = 'c') : Scale
{
    private const int Parts = 6;

    private readonly double _high = high > low ? high : low + 1;

    public override IReadOnlyList<Tick> Ticks
    {
        get
        {
            // A step of bytes is round in the unit that the labels have.
            var unit = kind == 'b' ? Math.Pow(1024, Math.Floor(Math.Log(Math.Max(1, _high), 1024))) : 1;
            var step = Step((_high - low) / unit, Parts) * unit;
            return [.. Multiples(low, _high, step).Select(value => new Tick(value, Label(value, step)))];
        }
    }

    public override string Hover => $"lin,{low:0.###},{_high:0.###},{kind}";

    public override double At(double value) => (value - low) / (_high - low);

    private string Label(double value, double step) => kind switch
    {
        'b' => value == 0 ? "0" : Human.Bytes(value).Replace(".00", "").Replace(".0", ""),
        'p' => $"{value * 100:0.##} %",
        _ when Math.Abs(value) >= 1e4 => Human.Count(value).Replace(".00", "").Replace(".0", ""),
        _ => step < 1 ? $"{value:0.###}" : $"{value:0}",
    };
}
