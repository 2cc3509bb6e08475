namespace Conformance.Report;

/// <summary>An axis: what is along it, and where values stand. A unit that the labels do not say is added to the title.</summary>
public sealed record Axis(string Title, Scale Scale)
{
    public string Words => Scale.Unit.Length == 0 ? Title : $"{Title}, {Scale.Unit}";
}

/// <summary>
/// A picture before it is drawn: values and words alone. <see cref="SvgChart"/> is the one place that draws them, and another library would stand
/// in its place.
/// </summary>
public sealed record Chart
{
    /// <summary>Of its file, without extension: letters, digits, points and hyphens.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>What the figures are of: SIMULATED, EMULATED or MEASURED. It is part of the title as it is drawn.</summary>
    public required string Figures { get; init; }

    /// <summary>What one must know of the run to read the picture alone.</summary>
    public required string Parameters { get; init; }

    public required Axis X { get; init; }

    public required Axis Y { get; init; }

    public required IReadOnlyList<Mark> Marks { get; init; }

    /// <summary>Of the whole, in pixels.</summary>
    public int Width { get; init; } = 640;

    public int Height { get; init; } = 300;

    public string FullTitle => $"{Title} ({Figures})";
}

/// <summary>A picture that was drawn: markup, which a page takes as it is. Only this project makes one.</summary>
public readonly record struct Svg
{
    private readonly string? _text;

    internal Svg(string text) => _text = text;

    public override string ToString() => _text ?? "";
}
