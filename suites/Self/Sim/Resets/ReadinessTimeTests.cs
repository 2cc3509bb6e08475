using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>How long a host waits after a reset, and that the device needs it.</summary>
[TestFixture]
internal sealed class ReadinessTimeTests
{
    // Value times 32^scale ns, rounded up to what 9 bits of value can say.
    [TestCase(0, 0x000, 0)]
    [TestCase(511, 0x1FF, 511)]
    [TestCase(512, 0x210, 512)]
    [TestCase(100_000, 0x400 | 98, 100_352)]
    [TestCase(100_000_000, 0x800 | 96, 100_663_296)]
    [TestCase(17_146_314_752, 0xBFF, 17_146_314_752)]
    public void A_time_is_rounded_up_to_what_can_be_said(long nanoseconds, int code, long said)
    {
        var time = ReadinessTime.AtLeast(nanoseconds);
        Assert.That((time.Code, time.Nanoseconds), Is.EqualTo(((ushort)code, said)));
    }

    [Test]
    public void A_time_that_cannot_be_said_throws() =>
        Assert.That(() => ReadinessTime.AtLeast(17_146_314_753), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase(100, 100_352, TestName = "A_host_waits_what_the_function_announces")]
    [TestCase(100_000, 100_000_000, TestName = "Without_Readiness_Time_Reporting_a_host_waits_100_ms")]
    public void Waits(int microseconds, long expected) => Rig.Run(
        async rig =>
        {
            var pf = rig.Pair.Source.PhysicalFunctions[0];
            var before = rig.World.Now;
            await pf.ResetAsync();
            Assert.That(rig.World.Now - before, Is.EqualTo(expected));
            Assert.That(pf.ReadConfig(0, 2), Is.EqualTo(0x1DE5));

            before = rig.World.Now;
            var (outcome, functions) = await Sriov.Find(rig.World, pf)!.EnableAsync(rig.Pair.Source, 4);
            Assert.That(outcome.IsOk, outcome.ToString());
            Assert.That(rig.World.Now - before, Is.EqualTo(expected));

            before = rig.World.Now;
            await functions[2].ResetAsync();
            Assert.That(rig.World.Now - before, Is.EqualTo(expected));
            Assert.That(ReadinessTimes.Read(functions[2])?.FunctionReset, Is.EqualTo(expected < 100_000_000 ? expected : null));
        },
        With(microseconds));

    [Test]
    public void A_function_answers_nobody_while_it_is_reset() => Rig.Run(
        async rig =>
        {
            var pf = rig.Pair.Source.PhysicalFunctions[0];
            var control = (uint)Capability.Find(pf, Capability.PciExpress) + 8;
            pf.WriteConfig((int)control, 2, pf.ReadConfig((int)control, 2) | 0x8000);
            Assert.That(pf.ReadConfig(0, 4), Is.EqualTo(0xFFFF_FFFF));
            await rig.World.After(99_999);
            Assert.That(pf.ReadConfig(0, 4), Is.EqualTo(0xFFFF_FFFF));
            pf.WriteConfig(PciHeader.CommandOffset, 2, 6);
            await rig.World.After(1);
            Assert.That(pf.ReadConfig(0, 4), Is.EqualTo(0x5110_1DE5));
            Assert.That(pf.ReadConfig(PciHeader.CommandOffset, 2), Is.Zero, "a write in that time is lost");
        },
        With(100));

    private static SimulatedPairOptions With(int microseconds) =>
        new() { Device = new() { Timing = new() { FunctionReset = Duration.FromMicroseconds(microseconds) } } };
}
