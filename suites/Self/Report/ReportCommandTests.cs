using System.Text.Json;
using Conformance.Migration;
using Conformance.Report;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self.Report;

public sealed class ReportCommandTests
{
    private readonly TestBench _bench = new();

    [OneTimeTearDown]
    public void Close() => _bench.Dispose();

    [Test]
    public void TheReportIsMadeAgainOfTheRecordAlone()
    {
        _bench.Run("run", "two", "--out", _bench.PathOf("reports/a"));
        var page = _bench.Read("reports/a/report.html");
        var plots = Directory.GetFiles(_bench.PathOf("reports/a/plots"), "*.svg").ToDictionary(it => Path.GetFileName(it), File.ReadAllText);
        Assert.That(plots.Keys, Is.SupersetOf((string[])["downtime.svg", "first.downtime.svg", "second.timeline.svg"]));

        foreach (var asked in (string[])[_bench.PathOf("reports/a"), _bench.PathOf("reports/a/run.json"), "a"])
        {
            File.Delete(_bench.PathOf("reports/a/report.html"));
            Directory.Delete(_bench.PathOf("reports/a/plots"), recursive: true);
            Assert.That(_bench.Run("report", asked), Is.EqualTo(ExitCode.Conformant), _bench.Error);
            Assert.That(_bench.Out.TrimEnd(), Does.EndWith("report.html"));
            Assert.That(_bench.Read("reports/a/report.html"), Is.EqualTo(page));
            Assert.That(Directory.GetFiles(_bench.PathOf("reports/a/plots"), "*.svg").ToDictionary(it => Path.GetFileName(it), File.ReadAllText), Is.EqualTo(plots));
        }
    }

    [TestCase("nowhere", null, "nowhere: no folder of a run")]
    [TestCase("empty", null, "run.json: no such file")]
    [TestCase("words", "hello", "run.json: not the record of a run: ")]
    [TestCase("other", "{\"a\": 1}", "run.json: not the record of a run: ")]
    [TestCase("null", "null", "run.json: not the record of a run")]
    public void WhatIsNoRunIsToldInALine(string name, string? text, string said)
    {
        if (name != "nowhere") Directory.CreateDirectory(_bench.PathOf(name));
        if (text is not null) _bench.Write($"{name}/run.json", text);
        Assert.That(_bench.Run("report", name == "nowhere" ? name : _bench.PathOf(name)), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Does.Contain(said));
        Assert.That(_bench.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public void PicturesOfAnEarlierRunAreGone()
    {
        var folder = Directory.CreateDirectory(_bench.PathOf("old/plots")).FullName;
        File.WriteAllText(Path.Combine(folder, "gone.svg"), "");
        File.WriteAllText(Path.Combine(folder, "kept.txt"), "");
        _bench.Write("old/run.json", JsonSerializer.Serialize(SampleRun.Of(combinations: 1), MigrationJson.Default.RunRecord));
        Assert.That(_bench.Run("report", _bench.PathOf("old")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(File.Exists(Path.Combine(folder, "gone.svg")), Is.False);
        Assert.That((File.Exists(Path.Combine(folder, "kept.txt")), File.Exists(Path.Combine(folder, "local-0.timeline.svg"))), Is.EqualTo((true, true)));
    }

    [Test]
    public void TheConverterIsFoundInAPathOrNot()
    {
        var folder = Directory.CreateDirectory(_bench.PathOf("bin")).FullName;
        Assert.That(PlotFolder.Find($"/nowhere:{folder}"), Is.Null);
        var converter = _bench.Write("bin/rsvg-convert", "");
        Assert.That(PlotFolder.Find($"/nowhere:{folder}"), Is.EqualTo(converter));
        Assert.That(PlotFolder.Find(null), Is.Null);
    }
}
