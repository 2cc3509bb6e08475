using Spectre.Console;

namespace Conformance.Runner.Display;

/// <summary>
/// Columns and rows on whatever the output is: bold heads and colours on a terminal, plain text in a pipe. Where a terminal is too narrow
/// the
/// columns go on in a further table, with the first one repeated: no cell is broken.
/// </summary>
internal sealed class Grid(Services services)
{
    /// <summary>Blanks between columns.</summary>
    private const int Gap = 2;

    private readonly List<(string Header, bool IsNumber, List<Text> Cells, int Width)> _columns = [];

    /// <summary>Adds a column of words.</summary>
    public void Add(string header, IEnumerable<string> cells) => Add(header, isNumber: false, cells.Select(cell => (cell, Color.Default)));

    /// <summary>Adds a column of figures.</summary>
    public void AddFigures(string header, IEnumerable<string> cells) =>
        Add(header, isNumber: true, cells.Select(cell => (cell, Color.Default)));

    /// <summary>Adds a column of words in colours, which only a terminal shows.</summary>
    public void Add(string header, IEnumerable<(string Text, Color Color)> cells) => Add(header, isNumber: false, cells);

    public void Write()
    {
        for (var next = 1; next < _columns.Count;)
        {
            if (next > 1) services.Out.WriteLine();
            var width = _columns[0].Width;
            var first = next;
            do width += Gap + _columns[next++].Width;
            while (next < _columns.Count && width + Gap + _columns[next].Width <= services.Width);
            WriteTable([_columns[0], .. _columns[first..next]], width);
        }
    }

    private void Add(string header, bool isNumber, IEnumerable<(string Text, Color Color)> cells)
    {
        var all = cells.ToList();
        var width = all.Select(cell => cell.Text.Length).Append(header.Length).Max();
        _columns.Add((header, isNumber, [.. all.Select(cell => new Text(cell.Text, new Style(cell.Color)))], width));
    }

    private void WriteTable(IReadOnlyList<(string Header, bool IsNumber, List<Text> Cells, int Width)> columns, int width)
    {
        var table = new Table { Border = TableBorder.None };
        var bold = new Style(decoration: services.IsTerminal ? Decoration.Bold : Decoration.None);
        foreach (var column in columns)
        {
            var shape = new TableColumn(new Text(column.Header, bold)).NoWrap().Padding(0, 0, Gap, 0);
            table.AddColumn(column.IsNumber ? shape.RightAligned() : shape);
        }

        for (var row = 0; row < columns[0].Cells.Count; row++) table.AddRow(columns.Select(column => column.Cells[row]));
        var colours = services.IsTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(services.Out),
            Ansi = services.IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        // Its own idea of the width may be another; what fits was decided above.
        console.Profile.Width = width + Gap;
        console.Write(table);
    }
}
