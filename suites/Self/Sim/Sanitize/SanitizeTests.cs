using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Sanitize;

/// <summary>Sanitize of the subsystem: what it does to the blocks, what its log says, how it ends and how it fails.</summary>
[TestFixture]
internal sealed class SanitizeTests
{
    private static readonly SanitizeAction[] _types = [SanitizeAction.BlockErase, SanitizeAction.CryptoErase, SanitizeAction.Overwrite];

    [TestCaseSource(nameof(_types))]
    public void All_user_data_is_gone_and_deallocated(SanitizeAction type) => SanitizeBench.Run(async bench =>
    {
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat, Is.EqualTo(new SanitizeStatus { GlobalDataErased = true }), "as manufactured");
        await bench.Write(5, 2);
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Raw, Is.Zero);
        await bench.Pf.Must(SanitizeBench.Sanitize(type, pattern: 0x1234_5678));
        await bench.Pass();
        Assert.That(await bench.Word(5), Is.Zero);
        var ns = await bench.Vf.Identify<IdentifyNamespace>(Cns.IdentifyNamespace, 1);
        Assert.That(ns.Nuse, Is.Zero);
        var log = await bench.Pf.SanitizeStatus();
        Assert.That((log.Sprog, log.Sstat.Outcome, log.Sstat.GlobalDataErased), Is.EqualTo(((ushort)0xFFFF, SanitizeOutcome.Sanitized, true)));
        Assert.That(log.Sstat.OverwritePasses, Is.EqualTo(type == SanitizeAction.Overwrite ? 16 : 0));
        await bench.Write(5);
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat.GlobalDataErased, Is.False, "written since");
    });

    [TestCase(false)]
    [TestCase(true)]
    public void An_overwrite_without_deallocation_leaves_its_pattern(bool invert) => SanitizeBench.Run(async bench =>
    {
        await bench.Write(7);
        var entry = SanitizeBench.Sanitize(SanitizeAction.Overwrite, keep: true, passes: 2, pattern: 0xCAFE_0123);
        await bench.Pf.Must(new SanitizeFields(entry) { InvertPattern = invert }.Entry);
        await bench.Pass();
        Assert.That(await bench.Word(7), Is.EqualTo(0xCAFE_0123));
        Assert.That(await bench.Word(8), Is.Zero, "was not allocated");
        Assert.That((await bench.Vf.Identify<IdentifyNamespace>(Cns.IdentifyNamespace, 1)).Nuse, Is.EqualTo(1));
    });

    [Test]
    public void A_crypto_erase_without_deallocation_leaves_nothing_of_the_data() => SanitizeBench.Run(async bench =>
    {
        await bench.Write(7, value: 0x5A);
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.CryptoErase, keep: true));
        await bench.Pass();
        Assert.That(await bench.Word(7), Is.Not.EqualTo(0x5A5A_5A5A).And.Not.Zero);
    });

    [Test]
    public void Progress_and_passes_grow_with_time() => SanitizeBench.Run(async bench =>
    {
        var start = bench.Rig.World.Now;
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.Overwrite, passes: 4));
        await bench.Rig.World.At(start + (SanitizeBench.Duration * 5 / 8));
        var log = await bench.Pf.SanitizeStatus();
        Assert.That(log.Sprog, Is.InRange(0x9F00, 0xA100));
        Assert.That((log.Sstat.Outcome, log.Sstat.OverwritePasses), Is.EqualTo((SanitizeOutcome.Sanitizing, (byte)2)));
        Assert.That(log.Scdw10, Is.EqualTo(0x43));
        Assert.That(log.Ssi.State, Is.EqualTo(SanitizeState.RestrictedProcessing));
    });

    [Test]
    public void Only_the_starter_reports_the_end_and_reading_the_log_clears_it() => SanitizeBench.Run(async bench =>
    {
        var (mine, other) = (await bench.Pf.AskForEvent(), await bench.Vf.AskForEvent());
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase));
        await bench.Pass();
        Assert.That(await bench.Pf.Event(mine), Is.EqualTo(AsynchronousEvent.Of(CommandSetEvent.SanitizeCompleted, LogId.SanitizeStatus)));
        await bench.Vf.Silence();

        // A new operation takes back what an old one left unreported.
        mine = await bench.Pf.AskForEvent();
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase));
        await bench.Pass();
        await bench.Pf.Silence();
        await bench.Pf.SanitizeStatus();
        await bench.Pf.Silence();
        Assert.That(other, Is.Not.Zero);
    });

    [Test]
    public void It_goes_on_over_a_reset_of_every_controller() => SanitizeBench.Run(async bench =>
    {
        await bench.Write(3);
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase));
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.Sanitizing));
        await bench.Pass();
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.Sanitized));
    });

    [TestCase(false)]
    [TestCase(true)]
    public void A_failure_refuses_all_until_it_is_recovered_from(bool unrestricted) => SanitizeBench.Run(
        async bench =>
        {
            await bench.Write(9);
            var asked = await bench.Pf.AskForEvent();
            await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase, unrestricted: unrestricted));
            await bench.Pass();
            await bench.Pf.Event(asked);
            var log = await bench.Pf.SanitizeStatus();
            Assert.That(log.Sstat.Outcome, Is.EqualTo(SanitizeOutcome.Failed));
            var (failed, while_) = unrestricted
                ? (SanitizeState.UnrestrictedFailure, SanitizeState.UnrestrictedProcessing)
                : (SanitizeState.RestrictedFailure, SanitizeState.RestrictedProcessing);
            Assert.That((log.Ssi.State, log.Ssi.FailureState), Is.EqualTo((failed, while_)));
            Assert.That(await bench.Read(), Is.EqualTo(Status.SanitizeFailed));
            await bench.Expect(Status.SanitizeFailed, MigrationCommand.Suspend(bench.C));
            await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize(SanitizeAction.ExitMediaVerification));
            await bench.Expect(
                unrestricted ? Status.Success : Status.SanitizeFailed, SanitizeBench.Sanitize(SanitizeAction.ExitFailureMode));
            if (!unrestricted)
            {
                await bench.Expect(Status.SanitizeFailed, SanitizeBench.Sanitize(SanitizeAction.BlockErase, unrestricted: true));
                await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase));
                await bench.Pass();
            }

            Assert.That(await bench.Read(), Is.EqualTo(Status.Success));
            var outcome = unrestricted ? SanitizeOutcome.Failed : SanitizeOutcome.Sanitized;
            Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(outcome));
        },
        new SimulatedSanitize { Failures = 1 });

    [Test]
    public void Media_can_be_verified_before_it_is_deallocated() => SanitizeBench.Run(async bench =>
    {
        await bench.Write(9);
        var asked = await bench.Pf.AskForEvent();
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase, verify: true));
        await bench.Pass();
        var verifying = AsynchronousEvent.Of(CommandSetEvent.SanitizeEnteredMediaVerification, LogId.SanitizeStatus);
        Assert.That(await bench.Pf.Event(asked), Is.EqualTo(verifying));
        Assert.That((await bench.Pf.SanitizeStatus()).Ssi.State, Is.EqualTo(SanitizeState.MediaVerification));
        Assert.That(await bench.Word(9), Is.Zero);
        var write = await bench.Vf.Io(bench.Io, NvmCommand.Write(1, 0, 0), bench.Data);
        Assert.That(write.Status, Is.EqualTo(Status.SanitizeInProgress));
        await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize(SanitizeAction.BlockErase));
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.ExitMediaVerification));
        Assert.That((await bench.Pf.SanitizeStatus()).Ssi.State, Is.EqualTo(SanitizeState.PostVerificationDeallocation));
        await bench.Pass();
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.Sanitized));
        Assert.That((await bench.Vf.Identify<IdentifyNamespace>(Cns.IdentifyNamespace, 1)).Nuse, Is.Zero);
    });

    [Test]
    public void A_function_reset_cancels_the_verification() => SanitizeBench.Run(async bench =>
    {
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.CryptoErase, verify: true));
        await bench.Pass();
        await bench.Vf.Function.ResetAsync();
        var log = await bench.Pf.SanitizeStatus();
        Assert.That((log.Ssi.State, log.Sstat.MediaVerificationCanceled), Is.EqualTo((SanitizeState.PostVerificationDeallocation, true)));
    });

    [Test]
    public void A_device_that_must_deallocate_says_so_or_refuses() => SanitizeBench.Run(
        async bench =>
        {
            await bench.Write(9);
            await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize(SanitizeAction.BlockErase, keep: true));
            await bench.Vf.SetFeature(FeatureId.SanitizeConfig, 1);
            Assert.That(await bench.Pf.Feature(FeatureId.SanitizeConfig), Is.EqualTo(1), "of the subsystem");
            var asked = await bench.Pf.AskForEvent();
            await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.BlockErase, keep: true));
            await bench.Pass();
            var unexpected = AsynchronousEvent.Of(CommandSetEvent.SanitizeCompletedUnexpectedDeallocation, LogId.SanitizeStatus);
            Assert.That(await bench.Pf.Event(asked), Is.EqualTo(unexpected));
            Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.SanitizedUnexpectedDeallocate));
        },
        new SimulatedSanitize { NoDeallocateInhibited = true });

    [Test]
    public void What_is_not_supported_is_refused() => SanitizeBench.Run(
        async bench =>
        {
            var page = await bench.Pf.Identify<IdentifyController>(Cns.IdentifyController);
            Assert.That((page.Sanicap.CryptoErase, page.Sanicap.BlockErase, page.Sanicap.Overwrite), Is.EqualTo((true, false, false)));
            await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize(SanitizeAction.BlockErase));
            await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize(SanitizeAction.Overwrite));
            await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize(SanitizeAction.CryptoErase, verify: true));
            await bench.Expect(Status.InvalidField, SanitizeBench.Sanitize((SanitizeAction)6));
            await bench.Expect(Status.InvalidOpcode, AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
            await bench.Expect(Status.Success, SanitizeBench.Sanitize(SanitizeAction.ExitFailureMode));
            Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.NeverStarted));
        },
        new SimulatedSanitize { BlockErase = false, Overwrite = false, MediaVerification = false, Namespaces = false });
}
