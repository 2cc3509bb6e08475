using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Measure;

public sealed class TaintWatchTests
{
    [TestCase(ClockKind.Real, true)]
    [TestCase(ClockKind.Virtual, false)]
    public void A_collection_taints_what_is_measured_on_the_machine_s_clock_only(ClockKind clock, bool tainted)
    {
        using var counters = new SystemCounters(new World(clock));
        var watch = new TaintWatch(counters);
        watch.Begin();
        GC.Collect();
        Assert.That(watch.Taints(), Is.Empty, "the measurement has not ended");
        watch.End();
        Assert.That(watch.Taints().Contains(Taint.GarbageCollection), Is.EqualTo(tainted));
        watch.Begin();
        Assert.That(watch.Taints(), Is.Empty, "what was before is over");
    }

    /// <summary>A processor taken away shows in a sample by what it cost, where the system tells that, and else by itself.</summary>
    [TestCase(0, 0L, false)]
    [TestCase(3, 9_000L, false)]
    [TestCase(3, 10_000L, true)]
    [TestCase(1, null, true)]
    [TestCase(0, null, false)]
    public void A_switch_taints_a_sample_of_a_millisecond_from_a_hundredth_of_it_on(int switches, long? waited, bool tainted)
    {
        var before = new TaintCounters(At: 5_000_000, Collections: 2, Methods: 900, Switches: 40, Waited: waited is null ? null : 70_000, Stolen: 8);
        var after = before with { At = 6_000_000, Switches = 40 + switches, Waited = 70_000 + waited };
        Assert.That(after.Since(before), Is.EqualTo(tainted ? [Taint.ContextSwitch] : Array.Empty<Taint>()));
    }

    /// <summary>With more threads at work than processors a lane is not always on one, and that is read of the lane's own thread.</summary>
    [Test]
    public void A_processor_that_others_have_shows()
    {
        if (!File.Exists("/proc/self/status")) Assert.Ignore("no /proc here");
        var world = new World(ClockKind.Real, timeLimit: 60_000_000_000);
        using var counters = new SystemCounters(world);
        var others = true;
        var threads = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (Volatile.Read(ref others)) Thread.SpinWait(100);
        }) { IsBackground = true }).ToList();
        try
        {
            world.Run(WatchAsync);
        }
        finally
        {
            Volatile.Write(ref others, false);
        }

        async Task WatchAsync()
        {
            var before = counters.Read();
            Assert.That(before.Waited, File.Exists("/proc/self/schedstat") ? Is.Not.Null : Is.Null);
            foreach (var thread in threads) thread.Start();
            while (counters.Read() is var now && now.Waited == before.Waited && now.Switches == before.Switches) await world.After(1_000_000);
        }
    }

    [TestCase("", 1, 34L)]
    [TestCase("cpu ", 2, 6L)]
    [TestCase("switches:", 1, 7L)]
    [TestCase("switches:", 2, null)]
    [TestCase("nothing", 0, null)]
    [TestCase("cpu ", 3, null)]
    public void A_number_is_found_by_how_its_line_begins(string line, int word, long? number)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "12 34 56\ncpu0 1 2 3\ncpu  5 6 x\nswitches:\t7");
            using var file = new SystemFile(path);
            Assert.That(file.Number(System.Text.Encoding.ASCII.GetBytes(line), word), Is.EqualTo(number));
            Assert.That(file.Number(System.Text.Encoding.ASCII.GetBytes(line), word), Is.EqualTo(number), "looked at again");
        }
        finally
        {
            File.Delete(path);
        }

        using var none = new SystemFile(path);
        Assert.That(none.Number("cpu "u8, 1), Is.Null);
    }
}
