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
        var watch = new TaintWatch(new World(clock));
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
}
