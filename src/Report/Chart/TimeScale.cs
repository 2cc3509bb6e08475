namespace Conformance.Report;

/// <summary>Time in ns, told in the unit that its end has: ns, us, ms or s.</summary>
/// <param name="low">ns at the begin.</param>
/// <param name="high">ns at the end; where it is not above low, one above it.</param>
public sealed class TimeScale(double low, double high) : Scale
{
    private const int Parts = 8;

    private readonly double _high = high > low ? high : low + 1;

    public override IReadOnlyList<Tick> Ticks =>
        [.. Multiples(low, _high, Step((_high - low) / Divisor, Parts) * Divisor).Select(value => new Tick(value, $"{value / Divisor:0.######}"))];

    public override string Unit => Divisor switch
    {
        1 => "ns",
        1e3 => "us",
        1e6 => "ms",
        _ => "s",
    };

    public override string Hover => $"lin,{low:0.#},{_high:0.#},t";

    private double Divisor => Math.Max(Math.Abs(low), Math.Abs(_high)) switch
    {
        < 2e3 => 1,
        < 2e6 => 1e3,
        < 2e9 => 1e6,
        _ => 1e9,
    };

    public override double At(double value) => (value - low) / (_high - low);
}
