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

    /// <summary>Each with how it is made, in order of name.</summary>
    public static IReadOnlyDictionary<string, Func<RunRecord, byte[]>> All { get; } =
        new SortedDictionary<string, Func<RunRecord, byte[]>>(StringComparer.Ordinal)
    {
        [Run] = run => Line(JsonSerializer.SerializeToUtf8Bytes(run, MigrationJson.Readable.RunRecord)),
        [Verdicts] = run => Line(JsonSerializer.SerializeToUtf8Bytes(VerdictFile.Of(run), MigrationJson.Readable.VerdictFile)),
        [Expected] = run => Line(JsonSerializer.SerializeToUtf8Bytes(ExpectedResults.Of(run), MigrationJson.Readable.ExpectedResults)),
        [Page] = run => Text(RunPage.Write(run)),
        [JUnit] = run => Text(JUnitXml.Write(run)),
        [Tap] = run => Text(Report.Export.Tap.Write(run)),
        [Summary] = run => Text(Markdown.Write(run)),
        [Samples] = run => Text(SamplesCsv.Write(run)),
    };

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Line(byte[] json) => [.. json, (byte)'\n'];
}
