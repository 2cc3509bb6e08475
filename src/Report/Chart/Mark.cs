namespace Conformance.Report;

/// <summary>Something drawn in a chart. Values are in the units of its axes.</summary>
/// <param name="Ink">Its colour.</param>
/// <param name="Label">Written beside it; null for nothing.</param>
public abstract record Mark(Ink Ink, string? Label);

/// <summary>A line from point to point, or in steps: each value holds until the next.</summary>
public sealed record LineMark(Ink Ink, string? Label, IReadOnlyList<(double X, double Y)> Points, bool Steps = false) : Mark(Ink, Label)
{
    /// <summary>Where on the horizontal axis there are too few samples to believe it: from there on it is faint and dashed.</summary>
    public double Until { get; init; } = double.PositiveInfinity;
}

/// <summary>A span of the horizontal axis, behind all else.</summary>
public sealed record BandMark(Ink Ink, string? Label, double From, double To) : Mark(Ink, Label);

/// <summary>
/// Every point, each with what it says when it is pointed at; those of a row are spread by <paramref name="Jitter"/> of it up and down, the same each
/// time.
/// </summary>
public sealed record PointsMark(Ink Ink, string? Label, IReadOnlyList<(double X, double Y, string Text)> Points, double Jitter = 0) : Mark(Ink, Label);

/// <summary>Bars along the horizontal axis, each in a row.</summary>
public sealed record BarsMark(Ink Ink, IReadOnlyList<Bar> Bars) : Mark(Ink, null);

/// <param name="Label">Written beside it.</param>
/// <param name="Text">What it says when it is pointed at.</param>
public readonly record struct Bar(double From, double To, double Row, string Label, string Text);

/// <summary>Medians with their intervals: a stroke across the figure, and a thick line from low to high.</summary>
/// <param name="Upright">The figure is on the vertical axis.</param>
public sealed record IntervalsMark(Ink Ink, string? Label, IReadOnlyList<Interval> Intervals, bool Upright = false) : Mark(Ink, Label);

/// <param name="Place">On the axis that is not the figure's.</param>
/// <param name="Low">Null where there is no interval.</param>
/// <param name="Text">What it says when it is pointed at.</param>
/// <param name="Label">Written at the end of its row; empty for nothing.</param>
public readonly record struct Interval(double Place, double Median, double? Low, double? High, string Text, string Label = "");
