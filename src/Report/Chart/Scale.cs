namespace Conformance.Report;

/// <summary>A value on an axis, with what stands beside it.</summary>
public readonly record struct Tick(double Value, string Label);

/// <summary>Where a value stands on an axis: 0 at its begin, 1 at its end.</summary>
public abstract class Scale
{
    /// <summary>The place of a value; outside 0 to 1 where the axis does not reach it.</summary>
    public abstract double At(double value);

    /// <summary>The values worth a word, in order.</summary>
    public abstract IReadOnlyList<Tick> Ticks { get; }

    /// <summary>The unit of the labels where they do not say it themselves, for the axis' title; empty else.</summary>
    public virtual string Unit => "";

    /// <summary>How a reader's pointer is told its value: kind, low, high, and how the value is written (t time, b bytes, c count, p share).</summary>
    public abstract string Hover { get; }

    /// <summary>The step of 1, 2 or 5 times a power of ten that cuts a range into at most so many parts.</summary>
    protected static double Step(double range, int parts)
    {
        var raw = range / parts;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        foreach (var factor in (double[])[1, 2, 5])
        {
            if (factor * power >= raw * 0.999999) return factor * power;
        }

        return 10 * power;
    }

    /// <summary>Multiples of a step within a range.</summary>
    protected static IEnumerable<double> Multiples(double low, double high, double step)
    {
        var margin = step * 1e-9;
        for (var i = Math.Ceiling((low - margin) / step); i * step <= high + margin; i++) yield return (i * step) + 0.0; // never minus zero
    }
}

/// <summary>Columns of a list from the left, one a name: value 0 is the first.</summary>
public sealed class ColumnScale(IReadOnlyList<string> names) : Scale
{
    public override IReadOnlyList<Tick> Ticks => [.. names.Select((name, column) => new Tick(column, name))];

    public override string Hover => "";

    public override double At(double value) => (value + 0.5) / Math.Max(1, names.Count);
}

/// <summary>Rows of a list from the top, one a name: value 0 is the first.</summary>
public sealed class RowScale(IReadOnlyList<string> names) : Scale
{
    public override IReadOnlyList<Tick> Ticks => [.. names.Select((name, row) => new Tick(row, name))];

    public override string Hover => "";

    public override double At(double value) => 1 - ((value + 0.5) / Math.Max(1, names.Count));
}
