using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

public sealed class SteadyStateTests
{
    [TestCase(new double[] { 100, 100, 100, 100 }, false, TestName = "Four_rounds_are_too_few")]
    [TestCase(new double[] { 100, 101, 99, 100, 102 }, true, TestName = "Noise_is_steady")]
    [TestCase(new double[] { 100, 121, 100, 100, 100 }, false, TestName = "A_range_above_a_fifth_is_not")]
    [TestCase(new double[] { 95, 98, 100, 103, 106 }, false, TestName = "A_slope_above_a_tenth_is_not_though_its_range_is_small")]
    [TestCase(new double[] { 10, 500, 100, 100, 101, 99, 100 }, true, TestName = "What_was_before_the_last_five_does_not_count")]
    [TestCase(new double[] { 0, 0, 0, 0, 0 }, false, TestName = "Nothing_is_not_steady")]
    public void Rule(double[] rounds, bool isSteady)
    {
        var it = SteadyState.Of(SteadyFigure.Throughput, rounds, isCompiled: true);
        Assert.That((it.IsSteady, it.Rounds), Is.EqualTo((isSteady, rounds)));
    }
}
