namespace Conformance.Report;

/// <summary>Equal ratios are equally far apart. Its ends are round: 1, 2 or 5 times a power of ten.</summary>
/// <param name="low">The least value that is shown; what is not above zero is taken as 1.</param>
/// <param name="high">The greatest.</param>
/// <param name="kind">t: ns, told with their unit; b: bytes; c: a count.</param>
public sealed class LogScale(double low, double high, char kind = 't') : Scale
{
    private const double FewDecades = 2.5;

    private readonly double _low = Below(low > 0 ? low : 1);
    private readonly double _high = Above(Math.Max(high, low > 0 ? low * 2 : 2));

    public override IReadOnlyList<Tick> Ticks
    {
        get
        {
            var decades = Math.Log10(_high / _low);
            double[] factors = decades <= FewDecades ? [1, 2, 5] : [1];
            var ticks = new List<Tick>();
            for (var power = Math.Floor(Math.Log10(_low)); power <= Math.Ceiling(Math.Log10(_high)); power++)
            {
                foreach (var factor in factors)
                {
                    var value = factor * Math.Pow(10, power);
                    if (value >= _low * 0.999 && value <= _high * 1.001) ticks.Add(new Tick(value, Label(value)));
                }
            }

            return ticks;
        }
    }

    public override string Hover => $"log,{_low:0.######},{_high:0.######},{kind}";

    public override double At(double value) => value <= 0 ? 0 : Math.Log(value / _low) / Math.Log(_high / _low);

    private string Label(double value) => kind switch
    {
        't' => value switch
        {
            < 1e3 => $"{value:0.###} ns",
            < 1e6 => $"{value / 1e3:0} us",
            < 1e9 => $"{value / 1e6:0} ms",
            _ => $"{value / 1e9:0} s",
        },
        'b' => Human.Bytes(value),
        _ => value < 1 ? $"{value:0.######}" : Human.Count(value).Replace(".00", "").Replace(".0", ""),
    };

    private static double Below(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value) + 1e-9));
        return power * (value / power) switch
        {
            >= 4.9999 => 5,
            >= 1.9999 => 2,
            _ => 1,
        };
    }

    private static double Above(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value) + 1e-9));
        return power * (value / power) switch
        {
            <= 1.0001 => 1,
            <= 2.0001 => 2,
            <= 5.0001 => 5,
            _ => 10,
        };
    }
}
