using System.Globalization;
using System.Text;
using System.Xml;
using Conformance.Migration;

namespace Conformance.Report.Export;

/// <summary>
/// <c>junit.xml</c>: one testsuite for each area, one for the combinations and one for the baseline, in the form that <c>junit.xsd</c> beside this file describes. A fail is
/// a failure; inconclusive, timeout, crash and harness-error are errors; not-supported, waived and skipped are skipped, with the reason. The verdict
/// itself is the type; of a gate and of a control, gate-broken and unexpected-pass. What XML cannot hold (control characters, half surrogates) is
/// written as <c>\u001b</c>; overlong text is cut, with a mark.
/// </summary>
public static class JUnitXml
{
    /// <summary>Characters of a message and of the text below it; run.json has all.</summary>
    private const int LongestMessage = 1_000;
    private const int LongestText = 20_000;

    public static string Write(RunRecord run)
    {
        var items = ExportItem.Of(run).ToList();
        using var bytes = new MemoryStream();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };
        using (var xml = XmlWriter.Create(bytes, settings))
        {
            xml.WriteStartElement("testsuites");
            Text(xml, "name", $"{run.Plan.Name} ({run.Figures})");
            WriteCounts(xml, items);
            Text(xml, "time", Seconds(run.Environment.ElapsedSeconds));
            foreach (var group in items.GroupBy(it => it.Group)) WriteSuite(xml, run, group.Key, [.. group]);
            xml.WriteEndElement();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void WriteSuite(XmlWriter xml, RunRecord run, string name, IReadOnlyList<ExportItem> items)
    {
        xml.WriteStartElement("testsuite");
        Text(xml, "name", name);
        WriteCounts(xml, items);
        Text(xml, "timestamp", run.Environment.Started.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        if (items.Any(it => it.Seconds is not null)) Text(xml, "time", Seconds(items.Sum(it => it.Seconds ?? 0)));
        xml.WriteStartElement("properties");
        WriteProperty(xml, "figures", run.Figures);
        WriteProperty(xml, "seed", $"{run.Plan.Seed}");
        WriteProperty(xml, "profile", run.Plan.Name);
        WriteProperty(xml, "profile-hash", run.Plan.ProfileHash);
        WriteProperty(xml, "suite-commit", run.Environment.Commit ?? "unknown");
        if (run.Defect is { } defect) WriteProperty(xml, "planted-defect", defect);
        if (run.Interrupted) WriteProperty(xml, "interrupted", "true");
        foreach (var it in run.StaleWaivers) WriteProperty(xml, "out-of-date", $"{it}");
        xml.WriteEndElement();
        foreach (var it in items) WriteCase(xml, it);
        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, ExportItem it)
    {
        xml.WriteStartElement("testcase");
        Text(xml, "classname", $"conformance.{it.Group}");
        Text(xml, "name", it.Name);
        if (it.Seconds is { } seconds) Text(xml, "time", Seconds(seconds));
        switch (it.Outcome)
        {
            case ExportOutcome.Failed or ExportOutcome.Error:
                xml.WriteStartElement(it.Outcome == ExportOutcome.Failed ? "failure" : "error");
                Text(xml, "type", it.Word);
                Text(xml, "message", Cut(it.Message, LongestMessage));
                xml.WriteString(Legal(Cut(string.Join('\n', [.. it.Details, $"again: {it.Again}"]), LongestText)));
                xml.WriteEndElement();
                break;
            case ExportOutcome.Skipped:
                xml.WriteStartElement("skipped");
                Text(xml, "message", Cut(it.Message.Length == 0 ? it.Word : $"{it.Word}: {it.Message}", LongestMessage));
                xml.WriteEndElement();
                break;
            case ExportOutcome.Passed when it.Details.Count > 0:
                xml.WriteElementString("system-out", Legal(Cut(string.Join('\n', it.Details), LongestText)));
                break;
        }

        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<ExportItem> items)
    {
        Text(xml, "tests", $"{items.Count}");
        Text(xml, "failures", $"{items.Count(it => it.Outcome == ExportOutcome.Failed)}");
        Text(xml, "errors", $"{items.Count(it => it.Outcome == ExportOutcome.Error)}");
        Text(xml, "skipped", $"{items.Count(it => it.Outcome == ExportOutcome.Skipped)}");
    }

    private static void WriteProperty(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("property");
        Text(xml, "name", name);
        Text(xml, "value", value);
        xml.WriteEndElement();
    }

    private static void Text(XmlWriter xml, string attribute, string value) => xml.WriteAttributeString(attribute, Legal(value));

    private static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Cut(string text, int most) => text.Length <= most ? text : $"{text[..most]} ... ({text.Length - most} more characters in run.json)";

    /// <summary>The same text without what XML 1.0 forbids.</summary>
    private static string Legal(string text)
    {
        var legal = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], c)) legal.Append(c).Append(text[++i]);
            else if (XmlConvert.IsXmlChar(c)) legal.Append(c);
            else legal.Append($"\\u{(int)c:x4}");
        }

        return legal.ToString();
    }
}
