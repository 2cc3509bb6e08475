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
}
