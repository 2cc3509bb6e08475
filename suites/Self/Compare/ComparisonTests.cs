using Conformance.Device;
using Conformance.Migration;
using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self.Compare;

/// <summary>What is said of two sets of launches, of which it is known whether they differ.</summary>
public sealed class ComparisonTests
{
    private static readonly Metric s_downtime = new("downtime", "ns", true, 0);
    private static readonly Metric s_rate = new("rate", "1/s", false, 0);

    [TestCase(1.0, Change.Same)]
    [TestCase(1.02, Change.Same)]
    [TestCase(1.2, Change.Slower)]
    [TestCase(0.8, Change.Faster)]
    public void Of_twenty_quiet_launches_each_change_is_found(double factor, Change change)
    {
        Assert.That(One(s_downtime, 20, 0.01, factor).Change, Is.EqualTo(change));
        var opposite = change switch { Change.Slower => Change.Faster, Change.Faster => Change.Slower, _ => change };
        Assert.That(One(s_rate, 20, 0.01, factor).Change, Is.EqualTo(opposite), "more of a rate is better");
        Assert.That(One(s_downtime, 20, 0.01, factor).Ratio, Is.EqualTo(factor).Within(0.02));
    }

    [Test]
    public void Ten_launches_a_side_are_enough_and_nine_are_not()
    {
        Assert.That(One(s_downtime, 10, 0.01, 1.2).Change, Is.EqualTo(Change.Slower));
        Assert.That(One(s_downtime, 9, 0.01, 1.2).Change, Is.EqualTo(Change.Unknown));
    }

    /// <summary>The more figures there are, the more launches it takes to say anything of one, however clear it is.</summary>
    [TestCase(1, 10)]
    [TestCase(92, 10)]
    [TestCase(93, 11)]
    [TestCase(300, 11)]
    [TestCase(400, 12)]
    public void Many_figures_need_more_launches(int figures, int launches)
    {
        Assert.That(Comparison.FewestFor(figures), Is.EqualTo(launches));
        Assert.That(Clear(launches), Is.EqualTo(Change.Slower));
        Assert.That(Clear(launches - 1), Is.EqualTo(Change.Unknown));

        Change Clear(int each)
        {
            var (rng, metrics) = (new Rng(7), new List<MetricSamples>());
            for (var i = 0; i < figures; i++) metrics.Add(new MetricSamples(s_downtime, Samples(ref rng, each, 0.001, 1), Samples(ref rng, each, 0.001, 2)));
            return Comparison.Of(metrics)[0].Change;
        }
    }

    [Test]
    public void Noise_is_no_change_and_not_the_same_either() => Assert.That(One(s_downtime, 10, 0.5, 1.05).Change, Is.EqualTo(Change.Unknown));

    [Test]
    public void Figures_without_noise_are_the_same()
    {
        var same = new MetricSamples(s_downtime, [.. Enumerable.Repeat(5.0, 10)], [.. Enumerable.Repeat(5.0, 10)]);
        Assert.That(Comparison.Of([same])[0].Change, Is.EqualTo(Change.Same));
    }

    /// <summary>Holm's own example: the smallest is multiplied by the number of tests, each further one by one less, and none is less than one before it.</summary>
    [Test]
    public void Holm() => Assert.That(Comparison.Holm([0.01, 0.04, 0.03, 0.005]), Is.EqualTo(new[] { 0.03, 0.06, 0.06, 0.02 }).Within(1e-12));

    /// <summary>Two hundred comparisons of seven figures with nothing between them, and forty with a slowdown of a fifth.</summary>
    [Test]
    public void False_alarms_are_rare_and_a_fifth_is_found()
    {
        var rng = new Rng(11);
        var alarms = 0;
        for (var i = 0; i < 200; i++) alarms += Family(ref rng, 1).Any(it => it.Change is Change.Slower or Change.Faster) ? 1 : 0;
        var found = 0;
        for (var i = 0; i < 40; i++) found += Family(ref rng, 1.2).Count(it => it.Change == Change.Slower) >= 7 ? 1 : 0;
        Assert.That((alarms, found), Is.EqualTo((0, 40)));
    }

    [Test]
    public void A_comparison_knows_what_it_is_worth()
    {
        var rng = new Rng(3);
        var power = Power.Of([new(s_downtime, Samples(ref rng, 20, 0.01, 1), []), new(s_downtime, Samples(ref rng, 20, 0.3, 1), [])]);
        Assert.That(power.FalseAlarms, Is.Zero);
        Assert.That(power.Detectable[0], Is.LessThanOrEqualTo(1.1));
        Assert.That(power.Detectable[1], Is.Null.Or.GreaterThan(1.2));
    }

    /// <summary>1 - 0.05^(1/n) where none alarmed; else what makes the chance of so few the twentieth part.</summary>
    [TestCase(0, 200, "0 of 200 alarmed, at most 1.5 % do (one-sided 95 %)")]
    [TestCase(0, 1, "0 of 1 alarmed, at most 95.0 % do (one-sided 95 %)")]
    [TestCase(2, 200, "2 of 200 alarmed, at most 3.1 % do (one-sided 95 %)")]
    [TestCase(5, 5, "5 of 5 alarmed, at most 100.0 % do (one-sided 95 %)")]
    [TestCase(0, 0, "0 of 0 alarmed, at most 100.0 % do (one-sided 95 %)")]
    public void What_false_alarms_are_at_most(int alarms, int comparisons, string said)
    {
        var it = new FalseAlarms(alarms, comparisons);
        Assert.That(it.ToString(), Is.EqualTo(said));
        if (alarms >= comparisons) return;
        var (chance, term) = (0.0, Math.Pow(1 - it.AtMost, comparisons));
        for (var k = 0; k <= alarms; k++)
        {
            chance += term;
            term *= it.AtMost / (1 - it.AtMost) * (comparisons - k) / (k + 1);
        }

        Assert.That(chance, Is.EqualTo(0.05).Within(1e-6));
    }

    [Test]
    public void A_history_changes_where_it_does()
    {
        var rng = new Rng(5);
        double[] values = [.. Samples(ref rng, 8, 0.01, 1), .. Samples(ref rng, 6, 0.01, 1.3)];
        IReadOnlyList<Metric>[] Runs(IEnumerable<double> of) => [.. of.Select(value => (IReadOnlyList<Metric>)[s_downtime with { Value = value }])];
        Assert.That(History.Of(Runs(values)).Select(it => it.Index), Is.EqualTo(new[] { 8 }));
        Assert.That(History.Of(Runs(values[..8])), Is.Empty);
        values[3] *= 2;
        Assert.That(History.Of(Runs(values)).Select(it => it.Index), Is.EqualTo(new[] { 8 }), "one outlier is no change");
    }

    [Test]
    public void A_figure_that_some_run_lacks_has_no_history_and_is_named()
    {
        IReadOnlyList<Metric> both = [s_downtime, s_downtime with { Name = "other" }];
        Assert.That(History.Missing([both, both]), Is.Empty);
        Assert.That(History.Missing([both, [s_downtime], both]), Is.EqualTo(new[] { "other" }));
    }

    [Test]
    public void What_two_plans_ask_besides_their_devices_is_told()
    {
        var one = Read("guest: { depth: 8 }");
        Assert.That(PlanDifference.Of(one, Read("guest: { depth: 8 }")), Is.Empty);
        Assert.That(PlanDifference.Of(one, Read("guest: { depth: 8 }", device: "{ timing: { suspend: 1ms } }")), Is.Empty, "the device");
        Assert.That(PlanDifference.Of(one, Read("guest: { depth: 16 }")), Is.EqualTo(new[] { "a: guest.depth is 8 in A and 16 in B" }));
        Assert.That(PlanDifference.Of(one, Read("", name: "b")), Is.EqualTo(new[] { "a: only in A", "b: only in B" }));

        static Plan Read(string text, string device = "{}", string name = "a")
        {
            var profile = ProfileFile.Load("p.yaml", read: _ => $"device: {{ sim: {device} }}\ncombinations: {{ {name}: {{ commands: hmlm, medium: shared }} }}\n{text}");
            Assert.That(profile.Errors, Is.Empty);
            return Plan.Of(profile.Profile!);
        }
    }

    private static IReadOnlyList<MetricChange> Family(ref Rng rng, double factor)
    {
        var metrics = new List<MetricSamples>();
        for (var i = 0; i < 7; i++) metrics.Add(new MetricSamples(s_downtime with { Name = $"{i}" }, Samples(ref rng, 10, 0.02, 1), Samples(ref rng, 10, 0.02, factor)));
        return Comparison.Of(metrics);
    }

    private static MetricChange One(Metric metric, int launches, double noise, double factor)
    {
        var rng = new Rng(7);
        return Comparison.Of([new MetricSamples(metric, Samples(ref rng, launches, noise, 1), Samples(ref rng, launches, noise, factor))])[0];
    }

    private static double[] Samples(ref Rng rng, int count, double noise, double factor)
    {
        var samples = new double[count];
        for (var i = 0; i < count; i++) samples[i] = 1e6 * factor * (1 + (noise * ((2 * rng.Unit()) - 1)));
        return samples;
    }
}
