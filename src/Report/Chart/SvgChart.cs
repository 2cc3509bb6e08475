using System.Net;
using System.Text;

namespace Conformance.Report;

/// <summary>
/// Draws charts as SVG: the one place that does. The same chart gives the same bytes. Text is measured by a mean width of letters, as no font is at
/// hand; it errs to the wide side.
/// </summary>
public sealed partial class SvgChart
{
    private const double Letter = 6.9;
    private const double Gap = 8;
    private const double LineHeight = 15;

    private readonly StringBuilder _text = new();
    private readonly Chart _chart;
    private readonly bool _alone;
    private readonly double _left;
    private readonly double _top;
    private readonly double _right;
    private readonly double _bottom;
    private readonly List<string> _title;
    private readonly List<string> _parameters;

    private SvgChart(Chart chart, bool alone)
    {
        _chart = chart;
        _alone = alone;
        _title = Wrapped(chart.FullTitle, chart.Width / (Letter * 1.3));
        _parameters = Wrapped(chart.Parameters, chart.Width / (Letter * 0.93));
        var rows = chart.Y.Scale is RowScale;
        _left = Math.Max(30, chart.Y.Scale.Ticks.Select(it => it.Label.Length).DefaultIfEmpty().Max() * Letter) + Gap;
        _right = chart.Width - 12 - (SideLabels().Select(it => it.Length).DefaultIfEmpty().Max() * Letter);
        _top = 6 + (_title.Count * 18) + (_parameters.Count * LineHeight) + (rows ? 0 : LineHeight + 4) + Gap + (HasBandLabels ? LineHeight : 0);
        _bottom = chart.Height - (LineHeight * 2) - 6;
    }

    private bool HasBandLabels => _chart.Marks.Any(it => it is BandMark { Label: not null });

    /// <summary>As part of a page: its colours are the page's, and what a pointer reads is with it.</summary>
    public static Svg InPage(Chart chart) => new SvgChart(chart, alone: false).Draw();

    /// <summary>As a file of its own.</summary>
    public static string Alone(Chart chart) => $"{new SvgChart(chart, alone: true).Draw()}\n";

    private Svg Draw()
    {
        WriteRoot();
        DrawHead();
        DrawAxes();
        foreach (var mark in _chart.Marks.OfType<BandMark>()) DrawBand(mark);
        foreach (var mark in _chart.Marks)
        {
            if (mark is LineMark line) DrawLine(line);
            else if (mark is PointsMark points) DrawPoints(points);
            else if (mark is BarsMark bars) DrawBars(bars);
            else if (mark is IntervalsMark intervals) DrawIntervals(intervals);
        }

        DrawSideLabels();
        _text.Append("</svg>");
        return new Svg(_text.ToString());
    }

    private void WriteRoot()
    {
        _text.Append($"<svg viewBox=\"0 0 {_chart.Width} {_chart.Height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" role=\"img\"");
        if (_alone)
        {
            _text.Append($" xmlns=\"http://www.w3.org/2000/svg\" width=\"{_chart.Width}\" height=\"{_chart.Height}\">\n");
            _text.Append($"<title>{Escaped(_chart.FullTitle)}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"{Paint(Ink.Paper)}\"/>\n");
            return;
        }

        _text.Append($" width=\"{_chart.Width}\" aria-label=\"{Escaped(_chart.FullTitle)}\"");
        if (_chart.Marks.Any(it => it is LineMark))
            _text.Append($" data-x=\"{_chart.X.Scale.Hover}\" data-y=\"{_chart.Y.Scale.Hover}\" data-p=\"{_left:0.#},{_top:0.#},{_right:0.#},{_bottom:0.#}\"");
        _text.Append(">\n");
    }

    private void DrawHead()
    {
        double y = 0;
        foreach (var line in _title) Text(2, y += 18, line, Ink.Text, extra: " font-size=\"14\" font-weight=\"600\"");
        foreach (var line in _parameters) Text(2, y += LineHeight, line, Ink.Faint, extra: " font-size=\"11\"");
    }

    private void DrawAxes()
    {
        var rows = _chart.Y.Scale is RowScale;
        foreach (var tick in _chart.Y.Scale.Ticks)
        {
            var y = Y(tick.Value);
            if (!rows) Stroke(_left, y, _right, y, Ink.Grid, 1);
            Text(_left - 6, y + 4, tick.Label, rows ? Ink.Text : Ink.Faint, "end");
        }

        if (!rows) Text(2, _top - 10 - (HasBandLabels ? LineHeight : 0), _chart.Y.Words, Ink.Faint);
        Stroke(_left, _bottom, _right, _bottom, Ink.Faint, 1);
        var free = double.MinValue;
        foreach (var tick in _chart.X.Scale.Ticks)
        {
            var x = X(tick.Value);
            var half = tick.Label.Length * Letter / 2;
            Stroke(x, rows ? _top : _bottom, x, _bottom + 4, rows ? Ink.Grid : Ink.Faint, 1);
            if (x - half < free) continue;
            Text(x, _bottom + 16, tick.Label, Ink.Faint, "middle");
            free = x + half + 4;
        }

        Text((_left + _right) / 2, _bottom + 31, _chart.X.Words, Ink.Faint, "middle");
    }

    private double X(double value) => _left + (Math.Clamp(_chart.X.Scale.At(value), 0, 1) * (_right - _left));

    private double Y(double value) => _bottom - (Math.Clamp(_chart.Y.Scale.At(value), 0, 1) * (_bottom - _top));

    private string Paint(Ink ink) => _alone ? Palette.Light(ink) : $"var({Palette.Variable(ink)})";

    private void Text(double x, double y, string text, Ink ink, string anchor = "start", string extra = "")
    {
        var place = anchor == "start" ? "" : $" text-anchor=\"{anchor}\"";
        _text.Append($"<text x=\"{x:0.#}\" y=\"{y:0.#}\"{place}{extra} fill=\"{Paint(ink)}\">{Escaped(text)}</text>\n");
    }

    private void Stroke(double x1, double y1, double x2, double y2, Ink ink, double width) =>
        _text.Append($"<path d=\"M{x1:0.#} {y1:0.#}L{x2:0.#} {y2:0.#}\" stroke=\"{Paint(ink)}\" stroke-width=\"{width:0.#}\"/>\n");

    /// <summary>Markup is escaped; a character that no XML may have becomes a blank.</summary>
    private static string Escaped(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) || c is '\uFFFE' or '\uFFFF' ? ' ' : c)));

    /// <summary>Lines of at most so many letters, cut between words where that can be.</summary>
    private static List<string> Wrapped(string text, double letters)
    {
        var longest = Math.Max(10, (int)letters);
        var lines = new List<string>();
        while (text.Length > longest)
        {
            var cut = text.LastIndexOf(' ', longest);
            if (cut <= 0) cut = longest;
            lines.Add(text[..cut]);
            text = text[cut..].TrimStart();
        }

        if (text.Length > 0) lines.Add(text);
        return lines;
    }
}
