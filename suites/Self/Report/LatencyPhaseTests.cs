using Conformance.Migration;
using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self.Report;

/// <summary>What is told of a phase's quantiles: what its commands support, and during the move what its cycles support.</summary>
public sealed class LatencyPhaseTests
{
    [TestCase("before", 10, "n=401", "p50 p90 p99")]
    [TestCase("during", 10, "n=401 of 10 cycles", "p50")]
    [TestCase("during", 29, "n=401 of 29 cycles", "p50 p90")]
    [TestCase("during", 299, "n=401 of 299 cycles", "p50 p90 p99")]
    [TestCase("during", 1, "n=401 of 1 cycle", "p50")]
    [TestCase("after", 1, "n=401", "p50 p90 p99")]
    public void During_the_move_a_quantile_needs_cycles_and_not_commands_alone(string when, int cycles, string samples, string told)
    {
        var phase = new LatencyPhase(when, Figures(401), cycles);
        Assert.That(phase.Samples, Is.EqualTo(samples));
        Assert.That(phase.Figures.Quantiles.Where(it => phase.Told(it.Quantile, it.Ns) is not null).Select(it => it.Name), Is.EqualTo(told.Split(' ')));
        Assert.That(phase.Greatest, Is.EqualTo(Quantiles.Greatest(when == "during" ? cycles : 401)));
    }

    /// <summary>Many cycles with few commands say no more than the commands do.</summary>
    [Test]
    public void Cycles_do_not_stand_for_commands() => Assert.That(new LatencyPhase("during", Figures(20), 299).Greatest, Is.EqualTo(Quantiles.Greatest(20)));

    [Test]
    public void Cycles_count_that_have_commands_and_are_not_left_out()
    {
        var it = SampleRun.Of(combinations: 1, cycles: 12).Combinations[0];
        Assert.That(LatencyPhase.Of(it).Select(phase => phase.Cycles), Is.All.EqualTo(12));
        List<CycleRecord> cycles = [.. it.Result.Cycles];
        cycles[3] = cycles[3] with { Taints = [Taint.StolenTime] };
        cycles[5] = cycles[5] with { Latency = cycles[5].Latency with { During = new LatencyFigures() } };
        var fewer = it with { Result = it.Result with { Cycles = cycles } };
        Assert.That(LatencyPhase.Of(fewer).Select(phase => (phase.When, phase.Cycles)), Is.SupersetOf(new[] { ("before", 11), ("during", 10), ("after", 11) }));
        Assert.That(LatencyPhase.Of(it with { Result = it.Result with { Latency = null } }), Is.Empty);
    }

    [Test]
    public void Lines_are_drawn_in_full_as_far_as_quantiles_are_told()
    {
        var run = SampleRun.Of(combinations: 1, cycles: 12);
        var marks = RunPlots.Of(run).All.Single(it => it.Chart.Name == "local-0.latency").Chart.Marks.OfType<LineMark>().ToDictionary(it => it.Label!, it => it.Until);
        var latency = run.Combinations[0].Result.Latency!;
        Assert.That(marks["before"], Is.EqualTo(Quantiles.Greatest(latency.Before.N)));
        Assert.That(marks["during"], Is.EqualTo(Quantiles.Greatest(12)));
        Assert.That(marks["after"], Is.EqualTo(Quantiles.Greatest(latency.After.N)));

        var few = run with { Combinations = [.. run.Combinations.Select(it => it with { Result = it.Result with { Cycles = [.. it.Result.Cycles.Take(5)] } })] };
        var chart = DifferencePlots.Latency(run, few, "local-0")!.Chart;
        Assert.That(chart.Marks.OfType<LineMark>().Select(it => it.Until), Is.EqualTo(new[] { Quantiles.Greatest(12), Quantiles.Greatest(5) }));
        Assert.That(chart.Parameters, Does.StartWith($"A n={latency.During.N} of 12 cycles, B n={latency.During.N} of 5 cycles"));
    }

    [Test]
    public void The_page_says_of_how_many_cycles_they_are()
    {
        var page = RunPage.Write(SampleRun.Of(combinations: 1, cycles: 12)).Replace("\n", "");
        Assert.That(page, Does.Contain("n/a (n=3000 of 12 cycles)").And.Contain("That met the blackout: 3000 commands of 12 cycles.").And.Contain("p90 of 29, p99 of 299."));
        Assert.That(page, Does.Not.Contain("n/a (n=50000"));
    }

    private static LatencyFigures Figures(long n) => new() { N = n, MedianNs = 1, P90Ns = 2, P99Ns = 3, MaxNs = 4 };
}
