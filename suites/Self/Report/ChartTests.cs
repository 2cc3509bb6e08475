using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self.Report;

public sealed class ChartTests
{
    private static readonly Chart s_lines = new()
    {
        Name = "lines",
        Title = "latency",
        Figures = "SIMULATED",
        Parameters = "profile sample, seed 1",
        X = new Axis("share of the commands", new NinesScale(3)),
        Y = new Axis("latency", new LogScale(100_000, 900_000)),
        Marks =
        [
            new LineMark(Ink.Blue, "before", [(0, 110_000), (0.9, 200_000), (0.99, 210_000)], Steps: true),
            new LineMark(Ink.Green, "after", [(0, 110_000), (0.9, 205_000), (0.99, 212_000)]),
        ],
    };

    private static readonly Chart s_steps = new()
    {
        Name = "steps",
        Title = "the migration",
        Figures = "SIMULATED",
        Parameters = "profile sample, seed 1",
        X = new Axis("time", new TimeScale(0, 1_000_000)),
        Y = new Axis("", new RowScale(["suspend", "save", "guest"])),
        Marks =
        [
            new BandMark(Ink.Band, "stopped 500 us", 200_000, 700_000),
            new BarsMark(Ink.Blue, [new Bar(0, 400_000, 0, "400 us", "suspend, 400 us"), new Bar(400_000, 990_000, 1, "590 us", "save, 590 us: 152 bytes")]),
            new PointsMark(Ink.Sky, null, [(300_000, 2, "cycle 1"), (350_000, 2, "cycle 2"), (320_000, 2, "cycle 3")], 0.5),
            new IntervalsMark(Ink.Blue, null, [new Interval(2, 320_000, 300_000, 350_000, "median 320 us", "320 us, n=3")]),
        ],
    };

    [Test]
    public void LinesAreDrawnAsTheyWere() => Golden.Check("lines.svg", SvgChart.Alone(s_lines));

    [Test]
    public void BarsPointsAndIntervalsAreDrawnAsTheyWere() => Golden.Check("steps.svg", SvgChart.Alone(s_steps));

    [Test]
    public void InAPageAChartHasItsColoursAndNoNamespace()
    {
        Golden.Check("lines.page.svg", SvgChart.InPage(s_lines).ToString());
        Assert.That(SvgChart.InPage(s_steps).ToString(), Does.Contain("var(--ink-0)").And.Not.Contain("http").And.Not.Contain("#0072b2"));
    }

    [Test]
    public void EveryPictureOfARunIsXmlAndSaysWhatItsFiguresAreOf()
    {
        var run = SampleRun.Of(combinations: 3, sweep: true);
        var plots = RunPlots.Of(run).All.ToList();
        Assert.That(plots.Select(it => it.Chart.Name), Is.Unique.And.SupersetOf(
            (string[])["downtime", "depth.sweep", "local-0.timeline", "local-0.throughput", "local-0.longest-latency", "local-0.latency", "local-0.downtime", "local-0.convergence", "local-0.copy-throughput"]));
        foreach (var plot in plots)
        {
            var svg = XDocument.Parse(SvgChart.Alone(plot.Chart)).Root!;
            Assert.That(svg.Elements().First(it => it.Name.LocalName == "title").Value, Does.EndWith("(SIMULATED)"), plot.Chart.Name);
            Assert.That(string.Join(' ', svg.Elements().Where(it => it.Name.LocalName == "text").Select(it => it.Value)), Does.Contain("(SIMULATED)").And.Contain("seed 1"), plot.Chart.Name);
            Assert.That(svg.ToString(), Does.Not.Contain("NaN").And.Not.Contain("Infinity").And.Not.Contain("∞"), plot.Chart.Name);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void BeyondWhatItsSamplesTellALineIsDashed(bool steps)
    {
        var line = new LineMark(Ink.Blue, "during", [(0, 110_000), (0.9, 200_000), (0.99, 210_000)], steps) { Until = 0.95 };
        var paths = XDocument.Parse(SvgChart.Alone(s_lines with { Marks = [line] })).Descendants().Where(it => it.Attribute("class")?.Value == "l").ToList();
        Assert.That(paths.Select(it => it.Attribute("data-l")!.Value), Is.EqualTo(new[] { "during", "during, too few to tell" }));
        Assert.That(paths.Select(it => it.Attribute("stroke-dasharray") is null), Is.EqualTo(new[] { true, false }));
        List<double> Across(int path) => [.. Regex.Matches(paths[path].Attribute("d")!.Value, "[MHL](-?[0-9.]+)").Select(it => XmlConvert.ToDouble(it.Groups[1].Value))];
        var (full, beyond) = (Across(0), Across(1));
        Assert.That(beyond[0], Is.EqualTo(full[^1]), "it goes on where the first ends");
        // In steps a value holds until the next point: it is drawn up to the place itself, and else to the last point before it.
        var ninety = steps ? full[^2] : full[^1];
        var place = Math.Log10(0.1 / 0.05) * (beyond[^1] - ninety);
        Assert.That(full[^1], Is.EqualTo(steps ? ninety + place : ninety).Within(0.2));
    }

    [Test]
    public void WhatIsMeasuredIsCalledSo()
    {
        var run = SampleRun.Of() with { Figures = "MEASURED" };
        Assert.That(RunPlots.Of(run).All.Select(it => it.Chart.FullTitle), Has.All.EndsWith("(MEASURED)"));
        Assert.That(RunPlots.Of(run).All.Count(), Is.GreaterThan(5));
    }

    [Test]
    public void AHostileNameIsTextAndNoMarkup()
    {
        var text = SvgChart.Alone(s_lines with { Title = "<script>alert('x')</script>\u0001\"&" });
        Assert.That(() => XDocument.Parse(text), Throws.Nothing);
        Assert.That(text, Does.Contain("&lt;script&gt;").And.Not.Contain("<script").And.Not.Contain("\u0001"));
    }

    [Test]
    public void TheSameChartGivesTheSameBytes() => Assert.That(SvgChart.Alone(s_steps), Is.EqualTo(SvgChart.Alone(s_steps with { })));

    [Test]
    public void NothingIsDrawnOutsideOfThePicture()
    {
        foreach (var plot in RunPlots.Of(SampleRun.Of(sweep: true, combinations: 3)).All)
        {
            var svg = XDocument.Parse(SvgChart.Alone(plot.Chart)).Root!;
            foreach (var text in svg.Descendants().Where(it => it.Name.LocalName == "text"))
            {
                var (x, y) = (XmlConvert.ToDouble(text.Attribute("x")!.Value), XmlConvert.ToDouble(text.Attribute("y")!.Value));
                var half = text.Value.Length * 5.5;
                var anchor = text.Attribute("text-anchor")?.Value;
                Assert.That(y, Is.InRange(0, plot.Chart.Height), plot.Chart.Name);
                Assert.That(x - (anchor == "end" ? half : anchor == "middle" ? half / 2 : 0), Is.GreaterThanOrEqualTo(0), $"{plot.Chart.Name}: {text.Value}");
            }
        }
    }

    [Test]
    public void ThroughputOfAModelWithoutTimeOnTheMachinesClockIsCalledACostOfTheSuite()
    {
        var titles = RunPlots.Of(SampleRun.Of(clock: Conformance.Device.ClockKind.Real)).All.Select(it => it.Chart.Title).ToList();
        Assert.That(titles, Has.Some.Contain("suite cost"));
        Assert.That(RunPlots.Of(SampleRun.Of()).All.Select(it => it.Chart.Title), Has.None.Contain("suite cost").And.Some.Contain("throughput around the cut"));
    }
}
