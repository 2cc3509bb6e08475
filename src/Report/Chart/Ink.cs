namespace Conformance.Report;

/// <summary>
/// What is drawn with which colour: the palette of Okabe and Ito, whose colours people tell apart who do not see all of them. In a page each is a
/// variable of its style, so that it is light, dark or printed; in a file of its own it is the light one.
/// </summary>
public enum Ink
{
    Blue,
    Vermilion,
    Green,
    Purple,
    Sky,
    Orange,
    Text,
    Faint,
    Grid,
    Band,
    Paper,
}

/// <summary>The colours themselves.</summary>
public static class Palette
{
    /// <summary>For lines and points of a series, in order.</summary>
    public static IReadOnlyList<Ink> Series { get; } = [Ink.Blue, Ink.Vermilion, Ink.Green, Ink.Purple, Ink.Orange, Ink.Sky];

    /// <summary>On white; text on them is not needed.</summary>
    public static string Light(Ink ink) => ink switch
    {
        Ink.Blue => "#0072b2",
        Ink.Vermilion => "#d55e00",
        Ink.Green => "#009e73",
        Ink.Purple => "#b8578f",
        Ink.Sky => "#56b4e9",
        Ink.Orange => "#c98a00",
        Ink.Text => "#1f2328",
        Ink.Faint => "#59636e",
        Ink.Grid => "#d1d9e0",
        Ink.Band => "#e9d8c8",
        _ => "#ffffff",
    };

    /// <summary>On a dark page.</summary>
    public static string Dark(Ink ink) => ink switch
    {
        Ink.Blue => "#4da3dc",
        Ink.Vermilion => "#f0803c",
        Ink.Green => "#26bf93",
        Ink.Purple => "#d58bb8",
        Ink.Sky => "#7cc8f2",
        Ink.Orange => "#e6a817",
        Ink.Text => "#e6edf3",
        Ink.Faint => "#9aa4ae",
        Ink.Grid => "#343b43",
        Ink.Band => "#4a3a2c",
        _ => "#14181d",
    };

    /// <summary>The name of the variable in a page.</summary>
    public static string Variable(Ink ink) => $"--ink-{(int)ink}";
}
