using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Conformance.Migration;
using Conformance.Report.Export;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// Each exporter on one run made by hand, against the file it must be; and on text that no format can take as it is. Not whether the tools of this
/// world take what we write.
/// </summary>
[TestFixture]
public sealed class ExportTests
{
    private static readonly Dictionary<string, Func<RunRecord, string>> s_exporters = new()
    {
        ["junit.xml"] = JUnitXml.Write, ["results.tap"] = Tap.Write, ["summary.md"] = Markdown.Write, ["samples.csv"] = SamplesCsv.Write,
    };

    private static readonly string[] s_hostile = [SampleRun.Hostile, new('x', 100_000), "", "\n", "]]>", "::error::"];

    [TestCase("junit.xml")]
    [TestCase("results.tap")]
    [TestCase("summary.md")]
    [TestCase("samples.csv")]
    public void AnExportIsTheFileThatWasReviewed(string name)
    {
        var golden = Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "Export", name);
        var written = s_exporters[name](SampleRun.Whole());
        // For who changes the form on purpose: what it is now, to be reviewed.
        File.WriteAllText($"{golden}.now", written);
        Assert.That(written, Is.EqualTo(File.ReadAllText(golden)), $"now it is {golden}.now");
        Assert.That(new FileInfo(golden).Length, Is.LessThan(20_000));
    }

    [Test]
    public void EveryExportSaysWhatItsFiguresAreOf()
    {
        foreach (var (name, write) in s_exporters) Assert.That(write(SampleRun.Whole() with { Figures = "EMULATED" }),
            Does.Contain("EMULATED").And.Not.Contain("SIMULATED"), name);
    }

    [Test]
    public void JUnitHoldsToItsSchemaWhateverIsInIt([Range(0, 5)] int which)
    {
        var text = s_hostile[which];
        var document = Validated(JUnitXml.Write(SampleRun.OfText(text)));
        Assert.That(document.Descendants("testcase").Count(), Is.EqualTo(3));
        Assert.That(document.Descendants("failure").Count(), Is.EqualTo(2));
    }

    [Test]
    public void JUnitCountsWhatItHolds()
    {
        var document = Validated(JUnitXml.Write(SampleRun.Whole()));
        foreach (var it in document.Descendants("testsuite").Append(document.Root!))
        {
            Assert.That(Count(it, "tests"), Is.EqualTo(it.Descendants("testcase").Count()));
            Assert.That(Count(it, "failures"), Is.EqualTo(it.Descendants("failure").Count()));
            Assert.That(Count(it, "errors"), Is.EqualTo(it.Descendants("error").Count()));
            Assert.That(Count(it, "skipped"), Is.EqualTo(it.Descendants("skipped").Count()));
        }
    }

    [Test]
    public void TheSchemaRefusesWhatIsNoReport()
    {
        Assert.That(() => Validated("<testsuites/>"), Throws.TypeOf<XmlSchemaValidationException>());
        var report = JUnitXml.Write(SampleRun.Whole());
        Assert.That(() => Validated(report.Replace("type=\"fail\"", "type=\"odd\"")), Throws.TypeOf<XmlSchemaValidationException>());
        Assert.That(() => Validated(report.Replace("name=\"resume\"", "name=\"suspend\"")), Throws.TypeOf<XmlSchemaValidationException>());
    }

    [Test]
    public void WhatXmlForbidsIsWrittenSoThatAReaderSeesIt()
    {
        var document = Validated(JUnitXml.Write(SampleRun.OfText(SampleRun.Hostile)));
        var message = document.Descendants("failure").First().Attribute("message")!.Value;
        Assert.That(message, Does.Contain("a\\u0000\\u001b[31m]]> \"b\", 'c'").And.Contain("\\ud800 \\ufffe \ud83d\ude00"));
    }

    [Test]
    public void ALineOfTapIsAResultOnlyWhereThereIsOne([Range(0, 5)] int which)
    {
        var text = s_hostile[which];
        var lines = Tap.Write(SampleRun.OfText(text)).TrimEnd('\n').Split('\n');
        Assert.That(lines[..2], Is.EqualTo(new[] { "TAP version 13", "1..3" }));
        var results = lines.Where(line => line.StartsWith("ok ", StringComparison.Ordinal) || line.StartsWith("not ok ", StringComparison.Ordinal)).ToList();
        Assert.That(results.Select(line => line.Split(" - ")[0]), Is.EqualTo(new[] { "not ok 1", "ok 2", "not ok 3" }));
        Assert.That(results.Select(line => line.Split(" # SKIP").Length), Is.EqualTo(new[] { 1, 2, 1 }), "a # in a name is no directive");
        foreach (var line in lines[2..].Except(results)) Assert.That(line, Does.StartWith("  ").Or.StartsWith("# "));
        foreach (var line in lines.Where(line => line.StartsWith("    - ", StringComparison.Ordinal)))
            Assert.That(JsonSerializer.Deserialize<string>(line[6..]), Does.Contain(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))));
    }

    [Test]
    public void AFieldOfCsvComesBackAsItWas([Range(0, 5)] int which)
    {
        var text = s_hostile[which];
        var rows = Rows(SamplesCsv.Write(SampleRun.OfText(text)));
        Assert.That(rows, Has.Count.EqualTo(2));
        Assert.That(rows[1], Has.Count.EqualTo(rows[0].Count));
        foreach (var column in (string[])["combination", "from", "to"]) Assert.That(rows[1][rows[0].IndexOf(column)], Is.EqualTo(text));
    }

    [Test]
    public void EveryColumnOfTimeNamesItsUnitAndNoneIsThereTwice()
    {
        var header = Rows(SamplesCsv.Write(SampleRun.Whole()))[0];
        Assert.That(header, Is.Unique);
        Assert.That(header.Where(name => name.Contains("downtime") || name.StartsWith("step_", StringComparison.Ordinal)),
            Has.All.EndsWith("_ns").And.Not.Empty);
    }

    [Test]
    public void NoValueBecomesMarkupOfTheSummary([Range(0, 5)] int which)
    {
        var text = s_hostile[which];
        var (code, columns) = (false, 0);
        foreach (var line in Markdown.Write(SampleRun.OfText(text)).Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) code = !code;
            if (code) continue;
            Assert.That(line, Does.Not.Contain("<").And.Not.Match(@"(?<!\\)[*]{2}e"));
            var pipes = line.Replace("\\|", "").Count(c => c == '|');
            var isRow = line.StartsWith("| ", StringComparison.Ordinal);
            if (isRow && columns > 0) Assert.That(pipes, Is.EqualTo(columns), line);
            columns = isRow || line.StartsWith("|-", StringComparison.Ordinal) ? pipes : 0;
        }

        Assert.That(code, Is.False, "what is opened is closed");
    }

    [Test]
    public void AnInterruptedRunSaysSoInEachForm()
    {
        var run = SampleRun.Whole() with { Interrupted = true };
        Assert.That(JUnitXml.Write(run), Does.Contain("name=\"interrupted\" value=\"true\""));
        Assert.That(Tap.Write(run), Does.EndWith("Bail out! interrupted; the record is partial\n"));
        Assert.That(Markdown.Write(run), Does.Contain("Interrupted"));
    }

    [Test]
    public void AnAnnotationIsOneLineAndThereAreTenAtMost()
    {
        var lines = GitHubAnnotations.Of(SampleRun.OfText("a%b\nc:d,e")).ToList();
        Assert.That(lines, Has.Count.EqualTo(2));
        Assert.That(lines[1],
            Does.StartWith("::error title=a%25b%0Ac%3Ad%2Ce%3A fail (SIMULATED)::").And.Not.Contain("\n").And.Contain("%0Aagain: ./run.sh run "));
        var whole = SampleRun.Whole();
        var many = GitHubAnnotations.Of(whole with { Cases = [.. Enumerable.Repeat(whole.Cases[2], 40)], Combinations = [] }).ToList();
        Assert.That(many, Has.Count.EqualTo(GitHubAnnotations.Most));
        Assert.That(many[^1], Does.StartWith("::error title=31 more failures::"));
    }

    private static int Count(XElement it, string name) => int.Parse(it.Attribute(name)!.Value);

    private static XDocument Validated(string xml)
    {
        using var schema = typeof(JUnitXml).Assembly.GetManifestResourceStream("junit.xsd")!;
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema };
        using var schemaReader = XmlReader.Create(schema);
        settings.Schemas.Add(XmlSchema.Read(schemaReader, null)!);
        settings.ValidationEventHandler += (_, e) => throw e.Exception;
        using var reader = XmlReader.Create(new StringReader(xml), settings);
        return XDocument.Load(reader);
    }

    /// <summary>As RFC 4180 says, written once more from its text.</summary>
    private static List<List<string>> Rows(string csv)
    {
        List<List<string>> rows = [];
        List<string> row = [];
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"') field.Append(csv[++i]);
            else if (csv[i] == '"') quoted = !quoted;
            else if (!quoted && (csv[i] == ',' || csv.AsSpan(i).StartsWith("\r\n")))
            {
                row.Add(field.ToString());
                field.Clear();
                if (csv[i] == ',') continue;
                rows.Add(row);
                row = [];
                i++;
            }
            else field.Append(csv[i]);
        }

        Assert.That((quoted, row.Count, field.Length), Is.EqualTo((false, 0, 0)), "it ends with the end of a line");
        return rows;
    }
}
