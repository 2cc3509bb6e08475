using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;
using static Conformance.Nvme.ReservationType;

namespace Conformance.Self.Sim.Reservations;

/// <summary>Who a host is, and how it hears of what others do to its registration.</summary>
[TestFixture]
internal sealed class NotificationTests
{
    [Test]
    public void An_identifier_is_set_once_until_a_reset_and_in_one_size_for_all() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var data = vf.Take(4096);
        Assert.That(await Get(vf, extended: true), Is.EqualTo((Status.Success, (UInt128)0)));
        vf.Memory.Store(data, (UInt128)0x1122 << 64 | 0x3344);
        await vf.Must(Set(extended: true), data);
        Assert.That(await Get(vf, extended: true), Is.EqualTo((Status.Success, (UInt128)0x1122 << 64 | 0x3344)));
        Assert.That((await Get(vf, extended: false)).Status, Is.EqualTo(Status.HostIdentifierInconsistentFormat));
        Assert.That((await vf.Do(Set(extended: true), data)).Status, Is.EqualTo(Status.CommandSequenceError));
        var other = pf.Take(4096);
        pf.Memory.Store(other, 0x55ul);
        Assert.That((await pf.Do(Set(extended: false), other)).Status, Is.EqualTo(Status.HostIdentifierInconsistentFormat));
        await vf.Disable();
        await vf.Enable();
        Assert.That(await Get(vf, extended: true), Is.EqualTo((Status.Success, (UInt128)0)));
        await pf.Must(Set(extended: false), other);
        Assert.That(await Get(pf, extended: false), Is.EqualTo((Status.Success, (UInt128)0x55)));
        Assert.That((await vf.Do(AdminCommand.SetFeatures((byte)FeatureId.HostIdentifier, save: true), data)).Status, Is.EqualTo(Status.FeatureNotSaveable));
    });

    [Test]
    public void A_notification_is_an_event_and_a_page_that_reading_takes_away() => ReservationBench.Run(async bench =>
    {
        var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
        await bench.RegisterAll();
        var request = await b.Raw.AskForEvent();
        await a.Must(a.Acquire(WriteExclusiveRegistrantsOnly));
        await a.Must(a.Release(WriteExclusiveRegistrantsOnly));
        Assert.That(
            await b.Raw.Event(request),
            Is.EqualTo(AsynchronousEvent.Of(CommandSetEvent.ReservationLogPageAvailable, LogId.ReservationNotification)));
        await a.Must(a.Preempt(None, b.Key));
        var page = await b.Notification();
        Assert.That((page.Lpc, page.Rnlpt, page.Nalp, page.Nsid), Is.EqualTo((1ul, ReservationNotification.ReservationReleased, 1, 1u)));
        page = await b.Notification();
        Assert.That((page.Lpc, page.Rnlpt, page.Nalp), Is.EqualTo((2ul, ReservationNotification.RegistrationPreempted, 0)));
        Assert.That((await b.Notification()).Lpc, Is.Zero);
        Assert.That((await bench.Hosts[2].Notification()).Rnlpt, Is.EqualTo(ReservationNotification.ReservationReleased));
    });

    [TestCase(1, ReservationNotification.RegistrationPreempted)]
    [TestCase(2, ReservationNotification.ReservationReleased)]
    [TestCase(3, ReservationNotification.ReservationPreempted)]
    public void A_masked_kind_makes_no_page(int bit, ReservationNotification masked) => ReservationBench.Run(async bench =>
    {
        var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
        await b.Raw.SetFeature(FeatureId.ReservationNotificationMask, 1u << bit, nsid: 1);
        Assert.That(await b.Raw.Feature(FeatureId.ReservationNotificationMask, nsid: 1), Is.EqualTo(1u << bit));
        await bench.RegisterAll();
        await a.Must(a.Acquire(WriteExclusiveRegistrantsOnly));
        await a.Must(a.Release(WriteExclusiveRegistrantsOnly));
        await a.Must(a.Preempt(None, b.Key));
        await b.Must(b.Register());
        await a.Must(a.Clear());
        List<ReservationNotification> told = [];
        while (await b.Notification() is { Lpc: not 0 } page) told.Add(page.Rnlpt);
        ReservationNotification[] all =
        [
            ReservationNotification.ReservationReleased, ReservationNotification.RegistrationPreempted, ReservationNotification.ReservationPreempted,
        ];
        Assert.That(told, Is.EqualTo(all.Where(what => what != masked)));
    });

    [Test]
    public void What_finds_no_place_is_counted_in_the_last_page() => ReservationBench.Run(async bench =>
    {
        var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
        await bench.RegisterAll();
        for (var i = 0; i < 20; i++)
        {
            await a.Must(a.Acquire(WriteExclusiveRegistrantsOnly));
            await a.Must(a.Release(WriteExclusiveRegistrantsOnly));
        }

        List<ulong> counts = [];
        while (await b.Notification() is { Lpc: not 0 } page) counts.Add(page.Lpc);
        Assert.That(counts, Is.EqualTo(Enumerable.Range(1, 15).Select(i => (ulong)i).Append(20ul)));
    });

    [Test]
    public void Where_both_sides_reach_the_same_blocks_they_reach_the_same_reservation() => Rig.Run(
        async rig =>
        {
            var source = await ReservationBench.Member.Of(await rig.Pf(rig.Pair.Source), 0);
            var destination = await ReservationBench.Member.Of(await rig.Pf(rig.Pair.Destination), 1);
            await source.Identify();
            await destination.Identify();
            await source.Must(source.Register());
            await source.Must(source.Acquire(ExclusiveAccessRegistrantsOnly));
            Assert.That(await destination.Io(NvmCommand.Read(1, 0, 0)), Is.EqualTo(Status.ReservationConflict));
            await destination.Must(destination.Register());
            Assert.That(await destination.Io(NvmCommand.Read(1, 0, 0)), Is.EqualTo(Status.Success));
            var (_, registrants) = await destination.Report();
            Assert.That(registrants.Select(r => r.Cntlid), Is.EqualTo([0xFFFD, (int)destination.Raw.Controller.Id]));
            await source.Must(source.Release(ExclusiveAccessRegistrantsOnly));
            Assert.That((await destination.Notification()).Rnlpt, Is.EqualTo(ReservationNotification.ReservationReleased));
        },
        new SimulatedPairOptions { Medium = MediumSharing.Shared });

    private static SubmissionEntry Set(bool extended) =>
        AdminCommand.SetFeatures((byte)FeatureId.HostIdentifier, new HostIdentifierFeature { Extended = extended }.Raw);

    private static async Task<(Status Status, UInt128 Id)> Get(RawHost host, bool extended)
    {
        var data = host.Take(4096);
        var entry = AdminCommand.GetFeatures((byte)FeatureId.HostIdentifier, cdw11: new HostIdentifierFeature { Extended = extended }.Raw);
        var completion = await host.Do(entry, data);
        return (completion.Status, host.Memory.Load<UInt128>(data));
    }
}
