namespace Conformance.Report;

/// <summary>A picture on the page with the sentence on how to read it.</summary>
internal static class Figure
{
    public static void Write(Html html, Plot plot) =>
        html.Write($"<figure>{SvgChart.InPage(plot.Chart)}<figcaption>{plot.How}</figcaption></figure>");

    public static void WriteAll(Html html, IReadOnlyList<Plot> plots)
    {
        if (plots.Count == 0) return;
        html.Write($"<div class=\"plots\">");
        foreach (var plot in plots) Write(html, plot);
        html.Write($"</div>");
    }
}
