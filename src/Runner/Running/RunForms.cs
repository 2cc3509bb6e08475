using System.Text;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Report.Export;

namespace Conformance.Runner.Running;

/// <summary>The files that a record alone is made into: written at the end of a run, and made again by who verifies one.</summary>
internal static class RunForms
{
    public const string Run = "run.json";
    public const string Verdicts = "verdicts.json";
    public const string Expected = "expected.json";
    public const string Page = "report.html";
    public const string JUnit = "junit.xml";
    public const string Tap = "results.tap";
    public const string Summary = "summary.md";
    public const string Samples = "samples.csv";

    /// <summary>Every name but those of pictures.</summary>
    public static IReadOnlyList<string> Names { get; } = [Run, Verdicts, Expected, Page, JUnit, Tap, Summary, Samples];

    /// <summary>Each by its name in the run's folder, pictures as <c>plots/NAME.svg</c>: the same record gives the same bytes.</summary>
    public static SortedDictionary<string, byte[]> Of(RunRecord run)
    {
        var plots = RunPlots.Of(run);
        var forms = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [Run] = Record(run),
            [Verdicts] = Line(JsonSerializer.SerializeToUtf8Bytes(VerdictFile.Of(run), MigrationJson.Readable.VerdictFile)),
            [Expected] = Line(JsonSerializer.SerializeToUtf8Bytes(ExpectedResults.Of(run), MigrationJson.Readable.ExpectedResults)),
            [Page] = Text(RunPage.Write(run, plots)),
            [JUnit] = Text(JUnitXml.Write(run)),
            [Tap] = Text(Report.Export.Tap.Write(run)),
            [Summary] = Text(Markdown.Write(run)),
            [Samples] = Text(SamplesCsv.Write(run)),
        };
        foreach (var (name, svg) in plots.Files()) forms[$"{PlotFolder.Name}/{name}.svg"] = Text(svg);
        return forms;
    }

    /// <summary>The record itself.</summary>
    public static byte[] Record(RunRecord run) => Line(JsonSerializer.SerializeToUtf8Bytes(run, MigrationJson.Readable.RunRecord));

    /// <summary>Whether a person looks at it, rather than a program.</summary>
    public static bool IsForPeople(string name) => name == Page || name.StartsWith($"{PlotFolder.Name}/", StringComparison.Ordinal);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Line(byte[] json) => [.. json, (byte)'\n'];
}
