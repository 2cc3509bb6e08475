using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using Conformance.Self.Sim.Migration;
using NUnit.Framework;

namespace Conformance.Self.Sim.Sanitize;

/// <summary>What a sanitize operation forbids, to whom, and what forbids one; and what a migration sees of it.</summary>
[TestFixture]
internal sealed class SanitizeRestrictionTests
{
    [Test]
    public void REJ_09_None_starts_while_a_controller_is_suspended() => SanitizeBench.Run(async bench =>
    {
        await bench.Write(4);
        await bench.Suspend();
        await bench.Expect(Status.ControllerSuspended, SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
        Assert.That((await bench.Pf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.NeverStarted));
        await bench.Resume();
        Assert.That(await bench.Word(4), Is.EqualTo(0x5A5A_5A5A), "nothing changed");
        await bench.Expect(Status.Success, SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
    });

    [Test]
    public void None_starts_while_a_namespace_is_write_protected() => SanitizeBench.Run(async bench =>
    {
        await bench.Pf.SetFeature(FeatureId.NamespaceWriteProtection, 1, nsid: 1);
        await bench.Expect(Status.NamespaceWriteProtected, SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
        await bench.Expect(Status.NamespaceWriteProtected, AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
        await bench.Pf.Must(AdminCommand.SanitizeNamespace(2, SanitizeAction.CryptoErase));
    });

    [Test]
    public void REJ_10_Migration_commands_are_refused_meanwhile() => SanitizeBench.Run(async bench =>
    {
        var reader = await DataQueueReader.Create(bench);
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
        SubmissionEntry[] commands =
        [
            MigrationCommand.Suspend(bench.C), MigrationCommand.Resume(bench.C), MigrationCommand.GetControllerState(bench.C, 1, 0, 104),
            MigrationCommand.SetControllerState(bench.C, 1, 0, 104), MigrationCommand.CreateUserDataMigrationQueue(bench.C, 16),
            MigrationCommand.DeleteControllerDataQueue(reader.Id), MigrationCommand.LogUserDataChanges(reader.Id, LoggingAction.Stop),
            MigrationCommand.TrackMemory(bench.C, false), MigrationCommand.TrackedMemory(bench.C, 64),
        ];
        foreach (var command in commands) await bench.Expect(Status.SanitizeInProgress, command, bench.Page);
        await bench.Pass();
        Assert.That(await bench.IsSuspended(), Is.False, "no refused command did anything");
        await bench.Suspend();
    });

    [Test]
    public void Commands_that_bear_it_are_let_through_and_all_others_are_not() => SanitizeBench.Run(async bench =>
    {
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
        Assert.That(await bench.Read(), Is.EqualTo(Status.SanitizeInProgress));
        Assert.That((await bench.Vf.Io(bench.Io, NvmCommand.Flush(1))).Status, Is.EqualTo(Status.Success));
        await bench.Expect(Status.SanitizeInProgress, SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
        await bench.Expect(Status.SanitizeInProgress, AdminCommand.GetLbaStatus(1, 0, 64, 0x11), bench.Page);
        await bench.Expect(Status.SanitizeInProgress, AdminCommand.NamespaceAttachment(1, 1), bench.Page);
        await bench.Expect(Status.SanitizeInProgress, AdminCommand.GetLogPage((byte)LogId.CommandEffects, 64), bench.Page);
        await bench.Pf.Identify<IdentifyController>(Cns.IdentifyController);
        await bench.Pf.SetFeature(FeatureId.Arbitration, 3);
        await bench.Vf.CreateQueues(2);
        await bench.Pf.Log<ErrorInformationEntry>(LogId.ErrorInformation);
        Assert.That((await bench.Vf.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Lba, Is.Zero);
    });

    [Test]
    public void Commands_under_way_are_aborted_on_every_controller() => MigrationBench.Run(
        async bench =>
        {
            var reads = new[] { bench.Vf.Submit(bench.Io, NvmCommand.Read(1, 0, 0), bench.Data), bench.Vf.Submit(bench.Io, NvmCommand.Flush(1)) };
            await bench.Vf.Settle();
            await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
            var aborted = await bench.Vf.Next(bench.Io);
            Assert.That((aborted.Cid, aborted.Status, aborted.StatusField.Dnr), Is.EqualTo((reads[0], Status.SanitizeInProgress, false)));
            Assert.That(bench.Io.TryTake(out _), Is.False, "a flush goes on");
        },
        new SimulatedPairOptions
        {
            Device = new()
            {
                Timing = new() { Read = Duration.FromMilliseconds(5), Flush = Duration.FromMilliseconds(9), Sanitize = Duration.FromMilliseconds(20) },
            },
        });

    [TestCase(true)]
    [TestCase(false)]
    public void The_whole_namespace_stands_in_the_queue_that_logs_its_controller(bool keep) => SanitizeBench.Run(async bench =>
    {
        var reader = await DataQueueReader.Create(bench);
        reader.Take();
        await bench.Pf.Must(SanitizeBench.Sanitize(SanitizeAction.CryptoErase, keep));
        await bench.Pass();
        var entry = reader.Take().Single();
        Assert.That((entry.Nsid, entry.Slba, entry.NlbZ), Is.EqualTo((1u, 0ul, 65535u)), "the middle of a sequence names ranges");
        Assert.That((entry.Attributes.Change, entry.Attributes.Deallocated), Is.EqualTo((LbaChange.Range, !keep)));
    });

    [Test]
    public void REJ_11_The_state_of_a_controller_does_not_move_while_a_namespace_of_it_is_sanitized() => SanitizeBench.Run(async bench =>
    {
        var other = await bench.Rig.Vf(bench.Pf, 2);
        await bench.Pf.Must(AdminCommand.SanitizeNamespace(2, SanitizeAction.CryptoErase));
        await bench.Expect(Status.SanitizeNamespaceInProgress, MigrationCommand.Suspend(other.Controller.Id));
        await bench.Expect(
            Status.SanitizeNamespaceInProgress, MigrationCommand.GetControllerState(other.Controller.Id, 1, 0, 104), bench.Page);
        await bench.Suspend(); // it has namespace 1 only
        await bench.Pass();
        await bench.Pf.Must(MigrationCommand.Suspend(other.Controller.Id));
    });

    [Test]
    public void A_namespace_is_sanitized_alone() => SanitizeBench.Run(async bench =>
    {
        await bench.Write(6);
        var asked = await bench.Vf.AskForEvent();
        await bench.Vf.Must(AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
        Assert.That(await bench.Read(), Is.EqualTo(Status.SanitizeNamespaceInProgress));
        await bench.Expect(Status.SanitizeNamespaceInProgress, AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
        await bench.Expect(Status.SanitizeNamespaceInProgress, SanitizeBench.Sanitize(SanitizeAction.CryptoErase));
        await bench.Expect(Status.SanitizeNamespaceInProgress, AdminCommand.GetLbaStatus(1, 0, 64, 0x11), bench.Page);
        await bench.Expect(Status.SanitizeNamespaceInProgress, AdminCommand.NamespaceAttachment(1, 1), bench.Page);
        await bench.Pf.Log<CommandEffectsLog>(LogId.CommandEffects);
        var list = await bench.Pf.Log(LogId.SanitizeNamespaceStatusList, 64);
        Assert.That((Wire.Read<SanitizeNamespaceStatusListHeader>(list).Numnsid, BitConverter.ToUInt32(list, 16)), Is.EqualTo((1ul, 1u)));

        await bench.Pass();
        Assert.That(await bench.Word(6), Is.Zero);
        var completion = await bench.Vf.Next(bench.Vf.Admin);
        Assert.That((completion.Cid, completion.Dw0, completion.Dw1), Is.EqualTo((
            asked, AsynchronousEvent.Of(CommandSetEvent.SanitizeCompleted, LogId.SanitizeStatus).Raw, 1u)));
        var log = await bench.Vf.SanitizeStatus(1);
        Assert.That((log.Sstat.Outcome, log.Sstat.NamespaceDataErased, log.Stnsid), Is.EqualTo((SanitizeOutcome.Sanitized, true, 1u)));
        Assert.That((await bench.Vf.SanitizeStatus()).Sstat.Outcome, Is.EqualTo(SanitizeOutcome.NeverStarted));
        Assert.That((await bench.Vf.SanitizeStatus()).Sstat.GlobalDataErased, Is.False);
    });

    [Test]
    public void Not_more_namespaces_at_once_than_the_limit() => SanitizeBench.Run(
        async bench =>
        {
            await bench.Pf.Must(AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
            await bench.Expect(Status.NamespaceSanitizeLimitExceeded, AdminCommand.SanitizeNamespace(2, SanitizeAction.CryptoErase));
            await bench.Expect(Status.InvalidNamespaceOrFormat, AdminCommand.SanitizeNamespace(0xFFFF_FFFF, SanitizeAction.CryptoErase));
            await bench.Expect(Status.InvalidNamespaceOrFormat, AdminCommand.SanitizeNamespace(3, SanitizeAction.CryptoErase));
            await bench.Pass();
            await bench.Pf.Must(AdminCommand.SanitizeNamespace(2, SanitizeAction.CryptoErase));
        },
        new SimulatedSanitize { NamespacesAtOnce = 1 });

    [Test]
    public void A_failed_namespace_is_closed_and_the_others_are_not() => SanitizeBench.Run(
        async bench =>
        {
            await bench.Pf.Must(AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
            await bench.Pass();
            Assert.That(await bench.Read(), Is.EqualTo(Status.SanitizeNamespaceFailed));
            await bench.Expect(Status.SanitizeNamespaceFailed, AdminCommand.SanitizeNamespace(1, SanitizeAction.ExitFailureMode));
            await bench.Pf.Must(AdminCommand.SanitizeNamespace(1, SanitizeAction.CryptoErase));
            await bench.Pass();
            Assert.That(await bench.Read(), Is.EqualTo(Status.Success));
        },
        new SimulatedSanitize { Failures = 1 });
}
