using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Telemetry;

/// <summary>Telemetry captured because the host asked, and because something happened.</summary>
[TestFixture]
internal sealed class TelemetryTests
{
    private const byte Create = 1;

    [Test]
    public void The_host_captures_the_health_and_the_errors() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var head = await vf.Log<TelemetryHeader>(LogId.TelemetryHostInitiated);
        Assert.That((head.Lid, head.Da3lb), Is.EqualTo((LogId.TelemetryHostInitiated, (ushort)0)), "nothing captured");
        await vf.Do(new SubmissionEntry { Opcode = 0x7F });
        var log = await vf.Log(LogId.TelemetryHostInitiated, 2560, lsp: Create);
        head = Wire.Read<TelemetryHeader>(log);
        Assert.That((head.Da1lb, head.Da2lb, head.Da3lb, head.ThdgnOrTcs), Is.EqualTo(((ushort)1, (ushort)2, (ushort)4, (byte)1)));
        Assert.That(Wire.Read<SmartHealthLog>(log.AsSpan(512)).Ctemp, Is.EqualTo(310));
        Assert.That(Wire.Read<ErrorInformationEntry>(log.AsSpan(1024)).Opc, Is.EqualTo(0x7F));
        await vf.Do(new SubmissionEntry { Opcode = 0x7E });
        Assert.That(await vf.Log(LogId.TelemetryHostInitiated, 2560), Is.EqualTo(log), "stays until another is asked for");
    });

    [TestCase(516u, 0ul)]
    [TestCase(512u, 4ul)]
    public void It_is_read_in_whole_blocks(uint bytes, ulong offset) => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(7, bytes, offset)), Is.EqualTo(Status.InvalidField));
        Assert.That(await pf.LogStatus(AdminCommand.GetLogPage(8, bytes, offset)), Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void The_controller_captures_when_it_degrades_and_tells_until_it_was_read() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, 0x400);
            var asked = await vf.AskForEvent();
            await rig.World.At(2_000_000_000);
            var changed = AsynchronousEvent.Of(NoticeEvent.TelemetryLogChanged, LogId.TelemetryControllerInitiated);
            Assert.That(await vf.Event(asked), Is.EqualTo(changed));
            Assert.That((await vf.Log<TelemetryHeader>(LogId.TelemetryHostInitiated)).Tcda, Is.EqualTo(1));
            var log = await vf.Log(LogId.TelemetryControllerInitiated, 1024);
            Assert.That((Wire.Read<TelemetryHeader>(log).Tcda, Wire.Read<TelemetryHeader>(log).Tcdgn), Is.EqualTo(((byte)1, (byte)1)));
            Assert.That(Wire.Read<SmartHealthLog>(log.AsSpan(512)).Cw.DegradedReliability, Is.True);
            Assert.That((await vf.Log<TelemetryHeader>(LogId.TelemetryControllerInitiated)).Tcda, Is.Zero, "read");
        },
        new SimulatedPairOptions
        {
            Device = new() { Health = new() { Changes = [new() { After = new(900_000_000), DegradedReliability = true }] } },
        });
}
