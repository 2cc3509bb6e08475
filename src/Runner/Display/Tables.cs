using Spectre.Console;

namespace Conformance.Runner.Display;

/// <summary>Tables on whatever the output is: framed and in colour on a terminal, plain text in a pipe.</summary>
internal static class Tables
{
    /// <summary>No line of a table is broken in a pipe: whoever reads it there has no width.</summary>
    private const int PipeWidth = 400;

    public static Table Create(Services services, params string[] columns)
    {
        var table = new Table { Border = services.IsTerminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }

    public static void Write(Table table, Services services)
    {
        var plain = !services.IsTerminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(services.Out),
            Ansi = services.IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
        });
        if (!services.IsTerminal) console.Profile.Width = PipeWidth;
        console.Write(table);
    }

    /// <summary>A cell of plain text.</summary>
    public static Text Cell(string text) => new(text);

    /// <summary>A cell in a colour, which only a terminal shows.</summary>
    public static Text Cell(string text, Color color) => new(text, new Style(color));
}
