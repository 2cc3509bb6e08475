using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

/// <summary>Throughput over time, of loads whose course is known.</summary>
public sealed class LoadStripTests
{
    private const long Millisecond = 1_000_000;

    [TestCase(300_000)]
    [TestCase(40_000_000)]
    [TestCase(5_000_000_000)]
    public void However_long_a_cycle_is_nothing_is_lost(long end)
    {
        var strip = new LoadStrip();
        strip.Begin(17);
        for (long i = 0; i < 1000; i++) strip.Add(17 + (i * end / 1000), latency: i, bytes: 4096);
        strip.End(17 + end);
        var record = strip.Record(1, 1, 0, 0);
        Assert.That(record.Completions.Sum(), Is.EqualTo(1000));
        Assert.That(record.Bytes.Sum(), Is.EqualTo(1000 * 4096));
        Assert.That(record.LongestNs.Max(), Is.EqualTo(999));
        Assert.That(record.Completions, Has.Count.LessThanOrEqualTo(LoadStrip.Told));
        Assert.That(record.WidthNs * record.Completions.Count, Is.GreaterThanOrEqualTo(end).And.LessThan(2 * end + (2 * record.WidthNs)));
    }

    /// <summary>100 ms at full rate, then a move at half of it, a blackout, half again, and full from 160 ms on.</summary>
    [Test]
    public void The_dip_and_the_recovery_are_those_of_the_load()
    {
        var strip = new LoadStrip();
        strip.Begin(0);
        for (long t = 0; t < 300 * Millisecond; t += 10_000)
        {
            var isFull = t < 100 * Millisecond || t >= 160 * Millisecond;
            var isDown = t is >= 130 * Millisecond and < 140 * Millisecond;
            if (!isDown && (isFull || t % 20_000 == 0)) strip.Add(t, 1, 1);
        }

        strip.End(300 * Millisecond);
        var it = strip.Throughput(moves: 100 * Millisecond, stopped: 130 * Millisecond, restarted: 140 * Millisecond, Windows(dip: 10, recovery: 10));
        Assert.That(it.BeforePerSecond, Is.EqualTo(100_000).Within(0.2).Percent);
        Assert.That(it.LowestPreCopyShare, Is.EqualTo(0.5).Within(0.02));
        Assert.That(it.LowestShare, Is.EqualTo(0).Within(0.05), "a window as long as the blackout");
        Assert.That(it.PreCopyPerSecond, Is.EqualTo(50_000).Within(1).Percent);
        Assert.That(it.AfterShare, Is.EqualTo(150 / 160.0).Within(0.01), "20 ms at half of it, 140 ms at all");
        Assert.That(it.DuringPerSecond, Is.Zero);
        // The window in which half of the load may be missing for a tenth of it.
        Assert.That(it.RecoveryNs, Is.EqualTo(19 * Millisecond).Within(6 * Millisecond / 5));
        // Of a window of 100 ms a tenth of it may be at half: the dip is looked for in others.
        var wide = strip.Throughput(100 * Millisecond, 130 * Millisecond, 140 * Millisecond, Windows(dip: 10, recovery: 100));
        Assert.That(wide.RecoveryNs, Is.EqualTo(10 * Millisecond).Within(6 * Millisecond / 5));
        Assert.That((wide.LowestShare, wide.WindowNs, wide.RecoveryWindowNs), Is.EqualTo((it.LowestShare, 10 * Millisecond, 100 * Millisecond)));
    }

    /// <summary>Bursts of twice the rate and pauses, all of it answered at once but for a blackout of 5 ms, which is made up for after it.</summary>
    [Test]
    public void The_arrivals_of_an_open_loop_are_neither_dip_nor_recovery()
    {
        const long stopped = 60 * Millisecond, restarted = 65 * Millisecond;
        var strip = OpenLoop(stopped, restarted, t => t / (10 * Millisecond) % 2 == 0);
        var it = strip.Throughput(30 * Millisecond, stopped, restarted, Windows(dip: 5, recovery: 5));
        Assert.That(it.LowestPreCopyShare, Is.EqualTo(1).Within(0.01), "a pause is no window that nothing completes in, for nothing was to");
        Assert.That(it.LowestShare, Is.EqualTo(0).Within(0.01));
        Assert.That(it.RecoveryNs, Is.Zero);
        Assert.That(it.AfterShare, Is.EqualTo(1).Within(0.01), "what waited came at the restart, and the rest as it was to");
        Assert.That(strip.Throughput(30 * Millisecond, stopped, restarted, Windows(dip: 20, recovery: 20)).LowestShare, Is.EqualTo(0.5).Within(0.1), "half of what is due in it");
    }

    /// <summary>A move of 3 ms with a blackout of 2, made up for at once: the window that ends with it has lost 2 of its 20.</summary>
    [Test]
    public void A_blackout_shorter_than_a_window_is_seen_in_the_one_that_ends_with_it()
    {
        const long stopped = 61 * Millisecond, restarted = 63 * Millisecond;
        var strip = OpenLoop(stopped, restarted, _ => true);
        Assert.That(strip.Throughput(60 * Millisecond, stopped, restarted, Windows(dip: 20, recovery: 20)).LowestShare, Is.EqualTo(0.9).Within(0.03));
    }

    [Test]
    public void Windows_of_a_few_commands_are_not_told()
    {
        var strip = new LoadStrip();
        strip.Begin(0);
        for (long t = 0; t < 100 * Millisecond; t += 200_000) strip.Add(t, 1, 1);
        strip.End(100 * Millisecond);
        Assert.That(strip.Throughput(30 * Millisecond, 60 * Millisecond, 61 * Millisecond, Windows(10, 10)).LowestShare, Is.Null, "50 of them");
        Assert.That(strip.Throughput(30 * Millisecond, 60 * Millisecond, 61 * Millisecond, Windows(25, 25)).LowestShare, Is.EqualTo(1).Within(0.02), "125");
    }

    [Test]
    public void What_was_not_seen_for_long_enough_is_not_told()
    {
        var strip = new LoadStrip();
        strip.Begin(0);
        for (long t = 0; t < 20 * Millisecond; t += 10_000) strip.Add(t, 1, 1);
        strip.End(20 * Millisecond);
        var it = strip.Throughput(5 * Millisecond, 10 * Millisecond, 11 * Millisecond, Windows(100, 100));
        Assert.That((it.LowestShare, it.RecoveryNs), Is.EqualTo(((double?)null, (long?)null)));
        Assert.That(strip.Throughput(5 * Millisecond, 0, 0, Windows(1, 1)).BeforePerSecond, Is.Null, "a guest that did not move lost nothing");
    }

    /// <summary>150 ms of 200 commands a millisecond where any are due: each is answered at once, or at the restart.</summary>
    private static LoadStrip OpenLoop(long stopped, long restarted, Predicate<long> isDue)
    {
        const long end = 150 * Millisecond;
        var strip = new LoadStrip();
        strip.Begin(0);
        for (long t = 0; t < end; t += 5_000)
        {
            if (!isDue(t)) continue;
            strip.Intend(t);
            strip.Add(t >= stopped && t < restarted ? restarted : t, 1, 1);
        }

        strip.End(end);
        return strip;
    }

    private static DwellSettings Windows(int dip, int recovery) => new()
    {
        Window = Duration.FromMilliseconds(dip), RecoveryWindow = Duration.FromMilliseconds(recovery),
    };
}
