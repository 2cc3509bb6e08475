using Conformance.Device;
using Conformance.Migration;
using Conformance.Self.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

/// <summary>Gates on quantiles, and samples that are not to be trusted.</summary>
public sealed class GateTests
{
    private static readonly PlannedCombination s_plan = Plans.Of(new() { Commands = MigrationCommands.Hmlm, Medium = MediumSharing.Shared });

    /// <summary>300 cycles of 1 to 300 us: the 99th percentile lies between the 295th and the 300th with 95 % each.</summary>
    [TestCase(300, Verdict.Pass, 0, 0)]
    [TestCase(299, Verdict.Inconclusive, 0, 1)]
    [TestCase(290, Verdict.Pass, 1, 0)]
    public void A_quantile_is_held_to_by_its_bound(int limit, Verdict verdict, int broken, int unknown)
    {
        var record = Judge(Enumerable.Range(1, 300).Select(i => (i * 1000L, false)), 0.99, limit);
        Assert.That((record.Verdict, record.GatesBroken.Count, record.GatesUnmeasured.Count), Is.EqualTo((verdict, broken, unknown)));
    }

    [Test]
    public void Too_few_measured_cycles_say_nothing()
    {
        var record = Judge(Enumerable.Range(1, 30).Select(i => (i * 1000L, false)), 0.99, 1000);
        Assert.That(record.GatesUnmeasured, Has.Exactly(1).Contains("needs 299 cycles that measured it, has 30"));
        Assert.That(record.Verdict, Is.EqualTo(Verdict.Inconclusive));
    }

    [TestCase(60, 0)]
    [TestCase(61, 1)]
    public void Above_a_fifth_of_tainted_samples_nothing_is_known(int tainted, int unknown)
    {
        var record = Judge(Enumerable.Range(1, 300).Select(i => (1000L, i <= tainted)), 0.5, 1000);
        Assert.That(record.GatesUnmeasured, Has.Count.EqualTo(unknown));
        if (unknown > 0) Assert.That(record.GatesUnmeasured[0], Is.EqualTo("61 of 300 samples are tainted (compilation 61), over the 20 % of gates.tainted: nothing is known of its figures"));
    }

    /// <summary>100 cycles of 1 ms, of which some are over the limit of 2 ms: what the machine did neither breaks a gate nor lets it hold.</summary>
    [TestCase(0, 0, Verdict.Pass, 0, 0)]
    [TestCase(1, 0, Verdict.Pass, 1, 0)]
    [TestCase(0, 1, Verdict.Inconclusive, 0, 1)]
    [TestCase(1, 1, Verdict.Pass, 1, 0)]
    [TestCase(1, 30, Verdict.Inconclusive, 0, 1)]
    public void A_gate_is_held_by_all_samples_and_broken_by_those_that_nothing_taints(int clean, int tainted, Verdict verdict, int broken, int unknown)
    {
        var cycles = Enumerable.Range(1, 100).Select(i => i <= clean ? (3_000_000L, false) : i <= clean + tainted ? (3_000_000L, true) : (1_000_000L, false));
        var record = CombinationRecord.Of(s_plan with { Gates = new GateSettings { GuestDowntime = Duration.FromMicroseconds(2000) } }, ResultOf([.. cycles]));
        Assert.That((record.Verdict, record.GatesBroken.Count, record.GatesUnmeasured.Count), Is.EqualTo((verdict, broken, unknown)));
        if (broken > 0) Assert.That(record.GatesBroken[0], Does.StartWith($"guest downtime: {clean} of 100 cycles over 2ms"));
    }

    /// <summary>A gate is nothing that is known where its load had not settled; without one nothing is asked. The virtual clock has no noise to wait out.</summary>
    [TestCase(ClockKind.Real, 2000, false, true, Verdict.Inconclusive, 0)]
    [TestCase(ClockKind.Real, 500, false, true, Verdict.Inconclusive, 0)]
    [TestCase(ClockKind.Real, 500, true, false, Verdict.Inconclusive, 0)]
    [TestCase(ClockKind.Real, 500, true, true, Verdict.Pass, 1)]
    [TestCase(ClockKind.Real, null, false, false, Verdict.Pass, 0)]
    [TestCase(ClockKind.Virtual, 500, false, true, Verdict.Pass, 1)]
    public void A_load_that_had_not_settled_neither_holds_a_gate_nor_breaks_it(ClockKind clock, int? limit, bool steady, bool compiled, Verdict verdict, int broken)
    {
        var plan = s_plan with { Clock = clock, Gates = new GateSettings { GuestDowntime = limit is { } us ? Duration.FromMicroseconds(us) : null } };
        var result = ResultOf([.. Enumerable.Repeat((1_000_000L, false), 20)]) with { Steady = new SteadyState(SteadyFigure.Latency, [1, 2, 3, 4, 5], 1, 1, steady, compiled) };
        var record = CombinationRecord.Of(plan, result);
        Assert.That((record.Verdict, record.GatesBroken.Count), Is.EqualTo((verdict, broken)));
        Assert.That(record.GatesUnmeasured.Any(it => it.Contains("had not settled", StringComparison.Ordinal)), Is.EqualTo(verdict == Verdict.Inconclusive));
    }

    /// <summary>Of 300 cycles 5 % are slow: with all of them tainted nothing is known of the 99th percentile, and with them clean it is over.</summary>
    [TestCase(true, Verdict.Inconclusive, 0, 1)]
    [TestCase(false, Verdict.Pass, 1, 0)]
    public void A_quantile_is_broken_by_samples_that_nothing_taints(bool tainted, Verdict verdict, int broken, int unknown)
    {
        var record = Judge(Enumerable.Range(1, 330).Select(i => i > 310 ? (9_000_000L, tainted) : (1000L, false)), 0.99, 2000);
        Assert.That((record.Verdict, record.GatesBroken.Count, record.GatesUnmeasured.Count), Is.EqualTo((verdict, broken, unknown)));
    }

    [TestCase(20, Expectation.Pass, Verdict.Inconclusive)]
    [TestCase(99, Expectation.Pass, Verdict.Inconclusive)]
    [TestCase(100, Expectation.Pass, Verdict.Pass)]
    [TestCase(20, Expectation.Fail, Verdict.Warn)]
    public void Of_figures_with_too_many_tainted_samples_nothing_is_known_whether_they_are_gated_or_not(int most, Expectation expect, Verdict verdict)
    {
        var plan = s_plan with { Gates = new GateSettings { Tainted = most }, Expect = expect, MustFind = expect == Expectation.Fail ? ["LM-DATA-01"] : [] };
        Assert.That(CombinationRecord.Of(plan, ResultOf([(1000, true)])).Verdict, Is.EqualTo(verdict));
    }

    /// <summary>Each cycle is held to what completed after it of what was to come, and to when it is back; what the machine did breaks neither.</summary>
    [TestCase(950, 0L, false, Verdict.Pass, null, null)]
    [TestCase(940, 0L, false, Verdict.Pass, "throughput after: 1 of 7 cycles under 95 % of what was to come; the lowest was 94 % in cycle 7", null)]
    [TestCase(940, 0L, true, Verdict.Inconclusive, null, "throughput after: under 95 % of what was to come only in tainted cycles, 1 of 7, the first in cycle 7")]
    [TestCase(null, 0L, false, Verdict.Inconclusive, null, "throughput after: not measured in 1 of 7 migrations, so nothing is known of 95 % of what was to come")]
    [TestCase(1000, 21_000_000L, false, Verdict.Pass, "recovery: 1 of 7 cycles over 20ms; the longest was 21ms in cycle 7", null)]
    [TestCase(1000, null, false, Verdict.Inconclusive, null, "recovery: not measured in 1 of 7 migrations, so nothing is known of 20ms")]
    public void Throughput_and_recovery_are_held_to(int? after, long? recovery, bool isTainted, Verdict verdict, string? broken, string? unknown)
    {
        var result = ResultOf([.. Enumerable.Range(1, 7).Select(i => (1000L, isTainted && i == 7))]);
        var cycles = result.Cycles.Select(it => it with
        {
            Throughput = new ThroughputRecord
            {
                BeforePerSecond = 1000, AfterShare = (it.Number == 7 ? after : 1000) / 1000.0, RecoveryNs = it.Number == 7 ? recovery : 20_000_000,
            },
        });
        var gates = new GateSettings { ThroughputAfter = 95, Recovery = Duration.FromMilliseconds(20) };
        var record = CombinationRecord.Of(s_plan with { Gates = gates }, result with { Cycles = [.. cycles] });
        Assert.That(record.Verdict, Is.EqualTo(verdict));
        Assert.That(record.GatesBroken, broken is null ? Is.Empty : Is.EqualTo(new[] { broken }));
        Assert.That(record.GatesUnmeasured, unknown is null ? Is.Empty : Has.Exactly(1).StartsWith(unknown));
    }

    /// <summary>
    /// 300 commands of 1 to 300 us, of which the 99th percentile lies between the 295th and the 300th: bounds are of buckets, less than 0.8 % too much for the
    /// upper, but no more than the greatest, and too little for the lower.
    /// </summary>
    [TestCase(300, Verdict.Pass, 0, null)]
    [TestCase(299, Verdict.Inconclusive, 0, "latency after, p99: its 95 % upper bound over 300 commands is 300us, so nothing is known of ")]
    [TestCase(290, Verdict.Pass, 1, null)]
    [TestCase(294, Verdict.Inconclusive, 0, "latency after, p99: its 95 % upper bound over 300 commands is 300us, so nothing is known of ")]
    public void A_quantile_of_latency_is_held_to_by_its_bound(int microseconds, Verdict verdict, int broken, string? unknown)
    {
        var record = JudgeLatency("after", 300, Duration.FromMicroseconds(microseconds));
        Assert.That((record.Verdict, record.GatesBroken.Count), Is.EqualTo((verdict, broken)), string.Join("; ", record.GatesUnmeasured));
        Assert.That(record.GatesUnmeasured, unknown is null ? Is.Empty : Has.Exactly(1).StartsWith(unknown));
    }

    [Test]
    public void Too_few_commands_say_nothing_and_each_phase_is_its_own()
    {
        var few = JudgeLatency("after", 298, Duration.FromMilliseconds(1));
        Assert.That(few.GatesUnmeasured, Is.EqualTo(new[] { "latency after, p99: needs 299 commands, has 298" }));
        Assert.That(JudgeLatency("before", 300, Duration.FromMilliseconds(1)).GatesUnmeasured, Is.EqualTo(new[] { "latency before, p99: needs 299 commands, has 0" }));
        Assert.That(CombinationRecord.Of(s_plan with { Gates = Latency("after", 1) }, ResultOf([(1000, false)])).Verdict, Is.EqualTo(Verdict.Inconclusive), "no record");
    }

    /// <summary>Two commands of each blackout: as many as 299 cycles have answer a p99, as many of 298 do not.</summary>
    [TestCase(298, Verdict.Inconclusive, "latency during, p99: needs the blackouts of 299 cycles, has 298")]
    [TestCase(299, Verdict.Pass, null)]
    public void What_blackouts_met_counts_by_their_cycles(int cycles, Verdict verdict, string? unknown)
    {
        var (all, two) = (new Histogram(), new Histogram());
        for (var i = 0; i < 2 * cycles; i++) (i < 2 ? two : all).Add(1000);
        all.Merge(two);
        var result = ResultOf([.. Enumerable.Repeat((1000L, false), cycles)]);
        result = result with
        {
            Latency = new LatencyRecord { During = LatencyFigures.Of(all, spread: true) },
            Cycles = [.. result.Cycles.Select(it => it with { Latency = new LatencyRecord { During = LatencyFigures.Of(two) } })],
        };
        var record = CombinationRecord.Of(s_plan with { Gates = Latency("during", 1_000_000) }, result);
        Assert.That(record.Verdict, Is.EqualTo(verdict));
        Assert.That(record.GatesUnmeasured, unknown is null ? Is.Empty : Is.EqualTo(new[] { unknown }));
    }

    private static GateSettings Latency(string when, long limit) => new() { Latency = [new LatencyGate { When = when, Quantile = 0.99, Limit = new Duration(limit) }] };

    private static CombinationRecord JudgeLatency(string when, int commands, Duration limit)
    {
        var latencies = new Histogram();
        for (var i = 1; i <= commands; i++) latencies.Add(i * 1000L);
        var result = ResultOf([(1000, false)]) with { Latency = new LatencyRecord { After = LatencyFigures.Of(latencies, spread: true) } };
        return CombinationRecord.Of(s_plan with { Gates = Latency(when, limit.Nanoseconds) }, result);
    }

    private static CombinationRecord Judge(IEnumerable<(long Ns, bool Tainted)> cycles, double quantile, int microseconds)
    {
        var gate = new QuantileGate { Downtime = DowntimeObserver.Guest, Quantile = quantile, Limit = Duration.FromMicroseconds(microseconds) };
        return CombinationRecord.Of(s_plan with { Gates = new GateSettings { Quantiles = [gate] } }, ResultOf([.. cycles]));
    }

    private static CombinationResult ResultOf(IReadOnlyList<(long Ns, bool Tainted)> cycles) => new()
    {
        Cycles =
        [
            .. cycles.Select((it, i) => new CycleRecord
            {
                Number = i + 1, From = "A", To = "B", Outcome = CycleOutcome.Completed, Steps = [],
                Downtime = new DowntimeRecord { GuestNs = it.Ns }, Taints = it.Tainted ? [Taint.Compilation] : [],
            }),
        ],
    };
}
