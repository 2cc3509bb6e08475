using System.Text.RegularExpressions;
using System.Xml.Linq;
using Conformance.Migration;
using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self.Report;

/// <summary>The page of a comparison: what it draws is what was measured, and a difference is seen on it.</summary>
public sealed class ComparisonPageTests
{
    [Test]
    public void By_how_much_B_is_longer_is_drawn_at_its_place()
    {
        var old = SampleRun.Of(combinations: 1);
        const long longer = 250_000;
        var now = old with { Combinations = [.. old.Combinations.Select(it => it with { Result = it.Result with { Cycles = [.. it.Result.Cycles.Select(Longer)] } })] };
        var name = old.Combinations[0].Name;
        var line = (LineMark)DifferencePlots.Shift(old, now, name)!.Chart.Marks[^1];
        Assert.That(line.Points.Select(it => it.Y), Is.All.EqualTo((double)longer).Within(1e-3));
        var none = (LineMark)DifferencePlots.Shift(old, old, name)!.Chart.Marks[^1];
        Assert.That(none.Points.Select(it => it.Y), Is.All.EqualTo(0d));

        var page = ComparisonPage.Write(old, now, RunDifference.Of(old, now, []));
        Assert.That(Pictures(page), Is.Not.Empty);
        Assert.That(page, Does.Contain("longer in B"));

        static CycleRecord Longer(CycleRecord it) => it with { Downtime = it.Downtime with { GuestNs = it.Downtime.GuestNs + longer } };
    }

    [Test]
    public void Too_few_cycles_have_no_quantiles()
    {
        var run = SampleRun.Of(combinations: 1);
        var few = run with { Combinations = [.. run.Combinations.Select(it => it with { Result = it.Result with { Cycles = [.. it.Result.Cycles.Take(5)] } })] };
        Assert.That(DifferencePlots.Shift(run, few, run.Combinations[0].Name), Is.Null);
    }

    [Test]
    public void Every_launch_stands_at_its_ratio_to_the_median_of_A()
    {
        double[] a = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109];
        var metric = new Metric("move: guest downtime", "ns", true, 0);
        var changes = Comparison.Of([new MetricSamples(metric, a, [.. a.Select(it => it * 1.2)])]);
        Assert.That(changes[0].Change, Is.EqualTo(Change.Slower));
        var chart = DifferencePlots.Launches("SIMULATED", "", changes)!.Chart;
        var points = chart.Marks.OfType<PointsMark>().ToList();
        Assert.That(points.Select(it => it.Label), Is.EqualTo(new[] { "A", "B" }));
        Assert.That(points[1].Points.Select(it => it.X), Is.EqualTo(a.Select(it => it * 1.2 / 104)).Within(1e-9));

        // One that is far off stands at the edge, and says what it was.
        var wild = Comparison.Of([new MetricSamples(metric, a, [.. a[..9], 5200])]);
        var last = DifferencePlots.Launches("SIMULATED", "", wild)!.Chart.Marks.OfType<PointsMark>().Last().Points[^1];
        Assert.That((last.X, last.Text), Is.EqualTo((1.5, "B: 50.000")));

        var run = SampleRun.Of(combinations: 1);
        var page = ComparisonPage.Write(run, run, changes, ["a note"]);
        Assert.That(page, Does.Contain("<td class=\"fail\">slower").And.Contain("a note."));
        Assert.That(Pictures(page), Has.Count.EqualTo(1));
    }

    /// <summary>Each is XML by itself.</summary>
    private static List<XElement> Pictures(string page) => [.. Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline).Select(it => XElement.Parse(it.Value))];
}
