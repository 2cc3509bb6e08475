using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Events;

/// <summary>Asynchronous Event Requests: limit, masking by type, clearing by reading, configuration, resets, suspension.</summary>
[TestFixture]
internal sealed class AsyncEventTests
{
    private static readonly AsynchronousEvent InvalidDoorbell = AsynchronousEvent.Of(ErrorEvent.InvalidDoorbellRegister);

    /// <summary>An error event: the doorbell of a queue that does not exist.</summary>
    private static async Task Disturb(RawHost host, ushort qid = 2)
    {
        host.Function.Write32(Register.SqTailDoorbell(qid, 0), 1);
        await host.Settle();
    }

    [Test]
    public void Requests_beyond_the_limit_are_refused() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        for (var i = 0; i < 8; i++) await vf.AskForEvent();
        var refused = await vf.Do(AdminCommand.AsyncEventRequest());
        Assert.That(refused.Status, Is.EqualTo(Status.AerLimitExceeded));
        await vf.Silence();
    });

    [Test]
    public void A_type_stays_masked_until_its_log_page_is_read_without_retain() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var (first, second) = (await vf.AskForEvent(), await vf.AskForEvent());
        await Disturb(vf);
        Assert.That(await vf.Event(first), Is.EqualTo(InvalidDoorbell));
        await Disturb(vf, 3);
        await vf.Silence();

        await vf.Log(LogId.ErrorInformation, 64, retain: true);
        await vf.Silence();
        await vf.Log(LogId.FeatureEffects, 1024);
        await vf.Silence();

        // Reading it tells of the second error too: that one is not reported any more, a third is.
        await vf.Log(LogId.ErrorInformation, 64);
        await vf.Silence();
        await Disturb(vf);
        Assert.That(await vf.Event(second), Is.EqualTo(InvalidDoorbell));
    });

    [Test]
    public void A_read_that_fails_clears_nothing() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await Disturb(vf);
        Assert.That((await vf.Do(AdminCommand.GetLogPage(1, 64) with { Prp1 = 0xDEAD_0000 })).Status, Is.EqualTo(Status.DataTransferError));
        Assert.That(await vf.LogStatus(AdminCommand.GetLogPage(1, 64, nsid: 1)), Is.EqualTo(Status.InvalidField));
        Assert.That(await vf.Event(await vf.AskForEvent()), Is.EqualTo(InvalidDoorbell));
    });

    [Test]
    public void An_event_waits_for_a_request_and_one_seen_in_the_log_does_not() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await Disturb(vf);
        Assert.That(await vf.Event(await vf.AskForEvent()), Is.EqualTo(InvalidDoorbell));
        await vf.Log(LogId.ErrorInformation, 64);

        await Disturb(vf);
        await vf.Log(LogId.ErrorInformation, 64);
        await vf.AskForEvent();
        await vf.Silence();
    });

    [Test]
    public void Equal_events_are_one_and_different_ones_of_a_type_come_one_after_the_other() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await vf.CreateQueues(1);
        await Disturb(vf);
        await Disturb(vf);
        vf.Function.Write32(Register.SqTailDoorbell(1, 0), 99);
        await vf.Settle();
        var (first, second) = (await vf.AskForEvent(), await vf.AskForEvent());
        Assert.That(await vf.Event(first), Is.EqualTo(InvalidDoorbell));
        await vf.Silence();
        await vf.Log(LogId.ErrorInformation, 64, retain: true);
        await vf.Silence();
        await vf.Must(AdminCommand.Abort(0, second));
        Assert.That((await vf.Next(vf.Admin)).Status, Is.EqualTo(Status.AbortRequested));
    });

    [Test]
    public void A_reset_drops_requests_and_events_without_a_word() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        await vf.AskForEvent();
        await vf.Disable();
        await vf.Enable();
        await Disturb(vf);
        await vf.Silence();
        await vf.Disable();
        await vf.Enable();
        await vf.AskForEvent();
        await vf.Silence();
    });

    [Test]
    public void SUSP_07_08_Requests_survive_a_suspension_and_events_of_that_time_are_reported_after_it() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, new AsynchronousEventFeature { AttachedNamespaceAttribute = true }.Raw);
        var cid = await vf.AskForEvent();
        var other = await vf.AskForEvent();
        await pf.Must(MigrationCommand.Suspend(vf.Controller.Id));
        await vf.Silence();

        var list = pf.Take(4096);
        pf.Memory.Store(list, (ushort)1);
        pf.Memory.Store(list + 2, vf.Controller.Id);
        await pf.Must(AdminCommand.NamespaceAttachment(1, 1), list);
        await vf.Silence();
        await pf.Must(MigrationCommand.Resume(vf.Controller.Id));
        Assert.That(
            await vf.Event(cid),
            Is.EqualTo(AsynchronousEvent.Of(NoticeEvent.AttachedNamespaceAttributeChanged, LogId.ChangedAttachedNamespaces)));
        await Disturb(vf);
        Assert.That(await vf.Event(other), Is.EqualTo(InvalidDoorbell));
    });

    [Test]
    public void An_event_that_was_not_asked_for_is_not_reported() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        await vf.AskForEvent();
        var list = pf.Take(4096);
        pf.Memory.Store(list, (ushort)1);
        pf.Memory.Store(list + 2, vf.Controller.Id);
        await pf.Must(AdminCommand.NamespaceAttachment(1, 1), list);
        await vf.Silence();
    });
}
