namespace Conformance.Report;

/// <summary>Shares below 1 by their nines: 0, 90, 99, 99.9 % are equally far apart, so that a tail is seen.</summary>
/// <param name="nines">How many of them the axis has.</param>
public sealed class NinesScale(int nines) : Scale
{
    /// <summary>Nines that n values fill: the greatest stands for the share of all but one.</summary>
    public static NinesScale For(long n) => new(Math.Clamp((int)Math.Ceiling(Math.Log10(Math.Max(10, n)) - 1e-9), 2, 9));

    public override IReadOnlyList<Tick> Ticks =>
    [
        new(0, "0 %"), new(0.5, "50 %"),
        .. Enumerable.Range(1, nines).Select(n => new Tick(1 - Math.Pow(10, -n), $"{(n == 1 ? "90" : n == 2 ? "99" : $"99.{new string('9', n - 2)}")} %")),
    ];

    public override string Hover => $"nines,{nines},0,p";

    /// <summary>All, or more, stands at the end.</summary>
    public override double At(double value) => value >= 1 ? 1 : Math.Min(1, -Math.Log10(1 - Math.Max(0, value)) / nines);
}
