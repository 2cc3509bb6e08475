using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.SelfTest;

/// <summary>Device self-tests: progress, results, what ends one.</summary>
[TestFixture]
internal sealed class SelfTestTests
{
    private const byte Short = (byte)SelfTestCode.Short;
    private const byte Extended = (byte)SelfTestCode.Extended;
    private const byte Abort = (byte)SelfTestCode.Abort;

    private static readonly SimulatedPairOptions _timed = Of(new());

    private static SimulatedPairOptions Of(SimulatedHealth health) => new()
    {
        Device = new() { Timing = new() { SelfTest = Duration.FromMilliseconds(100), Sanitize = Duration.FromMilliseconds(1) }, Health = health },
    };

    private static Task<DeviceSelfTestLog> Log(RawHost host) => host.Log<DeviceSelfTestLog>(LogId.DeviceSelfTest);

    private static async Task Ends(RawHost host, SelfTestCode code, SelfTestOutcome outcome)
    {
        var log = await Log(host);
        Assert.That(log.Header.Cdsto.Code, Is.EqualTo(SelfTestCode.None));
        Assert.That(log.Rds[0].Dsts, Is.EqualTo(new SelfTestStatus { Code = code, Outcome = outcome }));
    }

    [Test]
    public void A_test_goes_on_in_the_background_and_leaves_a_result() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            Assert.That((await Log(vf)).Rds[0].Dsts.Outcome, Is.EqualTo(SelfTestOutcome.Empty));
            var start = rig.World.Now;
            await vf.Must(AdminCommand.DeviceSelfTest(Short, 1));
            await rig.World.At(start + 50_000_000);
            var log = await Log(vf);
            Assert.That(log.Header.Cdsto.Code, Is.EqualTo(SelfTestCode.Short));
            Assert.That(log.Header.Cdstc.Percentage, Is.InRange(49, 51));
            await rig.World.At(start + 101_000_000);
            await Ends(vf, SelfTestCode.Short, SelfTestOutcome.Passed);
            await vf.Must(AdminCommand.DeviceSelfTest(Extended));
            await rig.World.After(101_000_000);
            Assert.That((await Log(vf)).Header.Cdsto.Code, Is.EqualTo(SelfTestCode.Extended), "ten times as long");
            await rig.World.After(900_000_000);
            await Ends(vf, SelfTestCode.Extended, SelfTestOutcome.Passed);
            Assert.That((await Log(vf)).Rds[1].Dsts.Code, Is.EqualTo(SelfTestCode.Short));
        },
        _timed);

    [Test]
    public void One_at_a_time_on_each_controller_until_it_is_aborted() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf);
            await vf.Must(AdminCommand.DeviceSelfTest(Abort));
            Assert.That((await Log(vf)).Rds[0].Dsts.Outcome, Is.EqualTo(SelfTestOutcome.Empty), "there was none");
            await vf.Must(AdminCommand.DeviceSelfTest(Short));
            Assert.That((await vf.Do(AdminCommand.DeviceSelfTest(Extended))).Status, Is.EqualTo(Status.DeviceSelfTestInProgress));
            await pf.Must(AdminCommand.DeviceSelfTest(Short));
            await vf.Must(AdminCommand.DeviceSelfTest(Abort));
            await Ends(vf, SelfTestCode.Short, SelfTestOutcome.AbortedByCommand);
            Assert.That((await Log(pf)).Header.Cdsto.Code, Is.EqualTo(SelfTestCode.Short));
        },
        _timed);

    [Test]
    public void A_reset_ends_a_short_test_and_not_an_extended_one() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.Must(AdminCommand.DeviceSelfTest(Short));
            await vf.Disable();
            await vf.Enable();
            await Ends(vf, SelfTestCode.Short, SelfTestOutcome.AbortedByReset);
            await vf.Must(AdminCommand.DeviceSelfTest(Extended));
            await vf.Disable();
            await vf.Enable();
            Assert.That((await Log(vf)).Header.Cdsto.Code, Is.EqualTo(SelfTestCode.Extended));
        },
        _timed);

    [Test]
    public void A_sanitize_operation_ends_it_and_none_starts_meanwhile() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            await pf.Must(AdminCommand.DeviceSelfTest(Extended));
            await pf.Must(AdminCommand.Sanitize(SanitizeAction.CryptoErase));
            Assert.That((await pf.Do(AdminCommand.DeviceSelfTest(Short))).Status, Is.EqualTo(Status.SanitizeInProgress));
            await rig.World.After(2_000_000);
            await Ends(pf, SelfTestCode.Extended, SelfTestOutcome.AbortedBySanitize);
        },
        _timed);

    [Test]
    public void A_format_ends_a_test_of_its_namespace() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            await pf.Must(AdminCommand.DeviceSelfTest(Extended, 1));
            await pf.Must(AdminCommand.FormatNvm(1, 1));
            await Ends(pf, SelfTestCode.Extended, SelfTestOutcome.AbortedByFormat);
        },
        _timed);

    [Test]
    public void A_critical_warning_fails_the_segment_that_looks_for_one() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.Must(AdminCommand.DeviceSelfTest(Short));
            await rig.World.After(101_000_000);
            await Ends(vf, SelfTestCode.Short, SelfTestOutcome.SegmentFailed);
            Assert.That((await Log(vf)).Rds[0].Segn, Is.EqualTo(2));
        },
        Of(new() { DegradedReliability = true }));

    [Test]
    public void Twenty_results_are_kept() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            await vf.Must(AdminCommand.DeviceSelfTest(Extended));
            await vf.Must(AdminCommand.DeviceSelfTest(Abort));
            for (var i = 0; i < 20; i++)
            {
                Assert.That((await Log(vf)).Rds[i].Dsts.Code, Is.EqualTo(SelfTestCode.Extended), "moves down");
                await vf.Must(AdminCommand.DeviceSelfTest(Short));
                await vf.Must(AdminCommand.DeviceSelfTest(Abort));
            }

            Assert.That((await Log(vf)).Rds[19].Dsts.Code, Is.EqualTo(SelfTestCode.Short), "the extended one fell out");
        },
        _timed);

    [TestCase(0x0, 0u)]
    [TestCase(0x3, 0u)]
    [TestCase(0xE, 0u)]
    public void Other_codes_are_invalid(byte code, uint nsid) => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That((await pf.Do(AdminCommand.DeviceSelfTest(code, nsid))).Status, Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void The_namespace_must_be_there() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That((await pf.Do(AdminCommand.DeviceSelfTest(Short, 2))).Status, Is.EqualTo(Status.InvalidField));
        Assert.That((await pf.Do(AdminCommand.DeviceSelfTest(Short, 65))).Status, Is.EqualTo(Status.InvalidNamespaceOrFormat));
    });
}
