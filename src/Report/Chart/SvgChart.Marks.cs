namespace Conformance.Report;

public sealed partial class SvgChart
{
    /// <summary>What is nearer than this to the point before it is not drawn: nobody would see it.</summary>
    private const double Unseen = 0.4;

    private void DrawBand(BandMark it)
    {
        var (from, to) = (X(it.From), X(it.To));
        _text.Append($"<rect x=\"{from:0.#}\" y=\"{_top:0.#}\" width=\"{Math.Max(1, to - from):0.#}\" height=\"{_bottom - _top:0.#}\" fill=\"{Paint(it.Ink)}\"/>\n");
        if (it.Label is not { } label) return;
        var half = label.Length * Letter / 2;
        Text(Math.Clamp((from + to) / 2, _left + half, Math.Max(_left + half, _chart.Width - half)), _top - 5, label, Ink.Text, "middle");
    }

    private void DrawLine(LineMark it)
    {
        var full = it.Points.TakeWhile(point => point.X <= it.Until).ToList();
        var beyond = it.Points.Skip(full.Count).ToList();
        if (beyond.Count > 0 && full.Count > 0)
        {
            if (it.Steps) full.Add((it.Until, full[^1].Y));
            beyond.Insert(0, full[^1]);
        }

        DrawPath(it with { Points = full }, it.Label, "");
        DrawPath(it with { Points = beyond }, it.Label is { } label ? $"{label}, too few to tell" : "too few to tell", " stroke-dasharray=\"2 4\" stroke-opacity=\"0.75\"");
    }

    /// <param name="it">All of it is drawn.</param>
    /// <param name="said">What its values are said to be of.</param>
    /// <param name="style">More of how it looks.</param>
    private void DrawPath(LineMark it, string? said, string style)
    {
        if (it.Points.Count == 0) return;
        _text.Append($"<path class=\"l\" data-l=\"{Escaped(said ?? "")}\" fill=\"none\" stroke-width=\"1.8\" stroke-linejoin=\"round\"{style} stroke=\"{Paint(it.Ink)}\" d=\"");
        var (lastX, lastY) = (X(it.Points[0].X), Y(it.Points[0].Y));
        _text.Append($"M{lastX:0.#} {lastY:0.#}");
        for (var i = 1; i < it.Points.Count; i++)
        {
            var (x, y) = (X(it.Points[i].X), Y(it.Points[i].Y));
            var last = i == it.Points.Count - 1;
            if (it.Steps)
            {
                // Only where it changes, or ends.
                if (Math.Abs(y - lastY) < Unseen && !last) continue;
                _text.Append($"H{x:0.#}");
                if (Math.Abs(y - lastY) >= Unseen) _text.Append($"V{y:0.#}");
            }
            else
            {
                if (Math.Abs(x - lastX) < Unseen && Math.Abs(y - lastY) < Unseen && !last) continue;
                _text.Append($"L{x:0.#} {y:0.#}");
            }

            (lastX, lastY) = (x, y);
        }

        _text.Append("\"/>\n");
    }

    private void DrawPoints(PointsMark it)
    {
        var row = _chart.Y.Scale is RowScale ? Math.Abs(Y(0) - Y(1)) * it.Jitter : 0;
        _text.Append($"<g fill=\"{Paint(it.Ink)}\" fill-opacity=\"0.65\">\n");
        for (var i = 0; i < it.Points.Count; i++)
        {
            var (x, y, text) = it.Points[i];
            // The golden ratio spreads any number of points evenly, and the same each time.
            var spread = ((i * 0.6180339887498949) % 1) - 0.5;
            _text.Append($"<circle cx=\"{X(x):0.#}\" cy=\"{Y(y) + (spread * row):0.#}\" r=\"2.6\"><title>{Escaped(text)}</title></circle>\n");
        }

        _text.Append("</g>\n");
    }

    private void DrawBars(BarsMark it)
    {
        var height = Math.Min(18, Math.Abs(Y(0) - Y(1)) * 0.7);
        if (height <= 0) height = 18;
        foreach (var bar in it.Bars)
        {
            var (from, to, y) = (X(bar.From), X(bar.To), Y(bar.Row));
            _text.Append($"<rect x=\"{from:0.#}\" y=\"{y - (height / 2):0.#}\" width=\"{Math.Max(1.2, to - from):0.#}\" height=\"{height:0.#}\" rx=\"1.5\"");
            _text.Append($" fill=\"{Paint(it.Ink)}\"><title>{Escaped(bar.Text)}</title></rect>\n");
            var room = bar.Label.Length * Letter;
            if (to + 5 + room <= _chart.Width) Text(to + 5, y + 4, bar.Label, Ink.Text);
            else Text(from - 5, y + 4, bar.Label, Ink.Text, "end");
        }
    }

    private void DrawIntervals(IntervalsMark it)
    {
        foreach (var one in it.Intervals)
        {
            _text.Append($"<g stroke=\"{Paint(it.Ink)}\"><title>{Escaped(one.Text)}</title>\n");
            if (it.Upright)
            {
                var (x, y) = (X(one.Place), Y(one.Median));
                if (one is { Low: { } low, High: { } high }) _text.Append($"<path d=\"M{x:0.#} {Y(low):0.#}V{Y(high):0.#}\" stroke-width=\"4\" stroke-opacity=\"0.4\"/>\n");
                _text.Append($"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"3.2\" fill=\"{Paint(it.Ink)}\"/></g>\n");
            }
            else
            {
                var (x, y) = (X(one.Median), Y(one.Place));
                if (one is { Low: { } low, High: { } high }) _text.Append($"<path d=\"M{X(low):0.#} {y:0.#}H{X(high):0.#}\" stroke-width=\"6\" stroke-opacity=\"0.45\"/>\n");
                _text.Append($"<path d=\"M{x:0.#} {y - 9:0.#}V{y + 9:0.#}\" stroke-width=\"2.4\"/></g>\n");
            }
        }
    }

    /// <summary>What will stand to the right of the axes.</summary>
    private IEnumerable<string> SideLabels()
    {
        foreach (var mark in _chart.Marks)
        {
            if (mark is LineMark { Label: { } line }) yield return line;
            if (mark is IntervalsMark { Upright: true, Label: { } label }) yield return label;
            if (mark is not IntervalsMark { Upright: false } intervals) continue;
            foreach (var it in intervals.Intervals) yield return it.Label;
        }
    }

    /// <summary>Each line is named at its end, names pushed apart where lines end together; each row has its figures.</summary>
    private void DrawSideLabels()
    {
        var ends = new List<(double X, double Y, string Label, Ink Ink)>();
        foreach (var mark in _chart.Marks)
        {
            if (mark is LineMark { Label: { } label, Points: [.., var last] }) ends.Add((X(last.X), Y(last.Y), label, mark.Ink));
            if (mark is IntervalsMark { Upright: true, Label: { } name, Intervals: [.., var end] }) ends.Add((X(end.Place), Y(end.Median), name, mark.Ink));
            if (mark is not IntervalsMark { Upright: false } rows) continue;
            foreach (var it in rows.Intervals)
            {
                if (it.Label.Length > 0) Text(_right + 6, Y(it.Place) + 4, it.Label, Ink.Text);
            }
        }

        var free = double.MinValue;
        // From the top; if the last would leave the picture, all go up by as much.
        var placed = new List<(double X, double Y, string Label, Ink Ink)>();
        foreach (var it in ends.OrderBy(it => it.Y))
        {
            var y = Math.Max(it.Y, free);
            placed.Add(it with { Y = y });
            free = y + 14;
        }

        var over = placed.Count == 0 ? 0 : Math.Max(0, placed[^1].Y - _bottom);
        foreach (var it in placed) Text(it.X + 6, it.Y + 4 - over, it.Label, it.Ink, extra: " font-weight=\"600\"");
    }
}
