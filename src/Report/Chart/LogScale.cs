namespace Conformance.Report;

/// <summary>Equal ratios are equally far apart. Its ends are round: 1, 2 or 5 times a power of ten; of bytes, a power of two.</summary>
/// <param name="low">The least value that is shown; what is not above zero is taken as 1.</param>
/// <param name="high">The greatest.</param>
/// <param name="kind">t: ns, told with their unit; b: bytes; c: a count.</param>
public sealed class LogScale(double low, double high, char kind = 't') : Scale
{
    private const double FewDecades = 2.5;

    private readonly double _low = kind == 'b' ? Math.Pow(2, Math.Floor(Math.Log2(low > 0 ? low : 1))) : Below(low > 0 ? low : 1);
    private readonly double _high = kind == 'b' ? Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(high, low > 0 ? low * 2 : 2)))) : Above(Math.Max(high, low > 0 ? low * 2 : 2));

    public override IReadOnlyList<Tick> Ticks
    {
        get
        {
            if (kind == 'b') return [.. PowersOfTwo()];
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

    /// <summary>Bytes are round in their unit: at powers of two, as many of them apart as leave room for the labels.</summary>
    private IEnumerable<Tick> PowersOfTwo()
    {
        const int most = 8;
        var (low, high) = (Math.Log2(_low), Math.Log2(_high));
        var step = ((double[])[1, 2, 5]).FirstOrDefault(it => (high - low) / it < most, 10);
        return Multiples(low, high, step).Select(power => new Tick(Math.Pow(2, power), Label(Math.Pow(2, power))));
    }

    private string Label(double value) => kind switch
    {
        't' => value switch
        {
            < 1e3 => $"{value:0.###} ns",
            < 1e6 => $"{value / 1e3:0} us",
            < 1e9 => $"{value / 1e6:0} ms",
            _ => $"{value / 1e9:0} s",
        },
        'b' => Human.Bytes(value).Replace(".00", "").Replace(".0", ""),
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
