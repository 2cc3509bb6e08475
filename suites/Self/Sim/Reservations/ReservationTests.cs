using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;
using static Conformance.Nvme.ReservationType;

namespace Conformance.Self.Sim.Reservations;

/// <summary>Registering, acquiring, preempting, releasing and clearing reservations, and what they keep hosts from (Base 2.3 8.1.24).</summary>
[TestFixture]
internal sealed class ReservationTests
{
    private static readonly ReservationType[] _types =
    [
        WriteExclusive, ExclusiveAccess, WriteExclusiveRegistrantsOnly, ExclusiveAccessRegistrantsOnly, WriteExclusiveAllRegistrants,
        ExclusiveAccessAllRegistrants,
    ];

    [TestCase(WriteExclusive, "rw r- r-")]
    [TestCase(ExclusiveAccess, "rw -- --")]
    [TestCase(WriteExclusiveRegistrantsOnly, "rw rw r-")]
    [TestCase(ExclusiveAccessRegistrantsOnly, "rw rw --")]
    [TestCase(WriteExclusiveAllRegistrants, "rw rw r-")]
    [TestCase(ExclusiveAccessAllRegistrants, "rw rw --")]
    public void A_reservation_of_each_type_keeps_out_whom_the_table_says(ReservationType type, string rights) => ReservationBench.Run(
        async bench =>
        {
            var hosts = bench.Hosts;
            await hosts[0].Must(hosts[0].Register());
            await hosts[1].Must(hosts[1].Register());
            await hosts[0].Must(hosts[0].Acquire(type));
            var allowed = rights.Split(' ');
            for (var i = 0; i < 3; i++)
            {
                var (reads, writes) = (Of(allowed[i].Contains('r')), Of(allowed[i].Contains('w')));
                var host = hosts[i];
                Assert.That(await host.Io(NvmCommand.Read(1, 0, 0)), Is.EqualTo(reads), $"host {i} reads");
                Assert.That(await host.Io(NvmCommand.Compare(1, 0, 0)), Is.EqualTo(reads), $"host {i} compares");
                Assert.That(await host.Io(NvmCommand.Verify(1, 0, 0)), Is.EqualTo(reads), $"host {i} verifies");
                Assert.That(await host.Io(NvmCommand.Flush(0xFFFF_FFFF)), Is.EqualTo(writes), $"host {i} flushes all");
                Assert.That(await host.Io(NvmCommand.Flush(1)), Is.EqualTo(writes), $"host {i} flushes");
                Assert.That(await host.Io(NvmCommand.WriteZeroes(1, 0, 0)), Is.EqualTo(writes), $"host {i} zeroes");
                Assert.That(await host.Io(NvmCommand.DatasetManagement(1, 0)), Is.EqualTo(writes), $"host {i} deallocates");
                Assert.That(await host.Io(NvmCommand.Copy(1, 8, 0)), Is.EqualTo(writes), $"host {i} copies");
                Assert.That(await host.Io(NvmCommand.Write(1, 0, 0)), Is.EqualTo(writes), $"host {i} writes");
                Assert.That(await host.Io(NvmCommand.ReservationReport(1, 64)), Is.EqualTo(Status.Success), $"host {i} asks");
            }

            static Status Of(bool isAllowed) => isAllowed ? Status.Success : Status.ReservationConflict;
        });

    [Test]
    public void A_key_is_registered_once_replaced_by_who_knows_it_and_repeated_by_its_host() => ReservationBench.Run(async bench =>
    {
        var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
        await a.Must(a.Register());
        await a.Must(a.Register());
        await a.Expect(a.Register(0x77), Status.ReservationConflict);
        await b.Must(b.Register(a.Key));
        await b.Must(b.Replace(0x99, current: a.Key));
        await b.Expect(b.Replace(0x55, current: 0x44), Status.ReservationConflict);
        await b.Must(b.Replace(0x55, current: 0x44, ignore: true));
        await b.Expect(b.Unregister(0x44), Status.ReservationConflict);
        await b.Must(b.Unregister(0x44, ignore: true));
        await b.Expect(b.Unregister(0x55), Status.ReservationConflict);
        await b.Expect(b.Replace(0x55, current: 0x55), Status.ReservationConflict);
        await b.Must(b.Replace(0x55, ignore: true));
        var (header, registrants) = await a.Report();
        Assert.That(registrants.Select(r => (r.Hostid, r.Rkey)), Is.EqualTo([((UInt128)a.Id, a.Key), ((UInt128)b.Id, 0x55ul)]));
        Assert.That(registrants.Select(r => r.Cntlid), Is.EqualTo([a.Raw.Controller.Id, b.Raw.Controller.Id]));
        Assert.That((header.Gen, header.Rtype, header.Ptpls), Is.EqualTo((7u, None, 0)), "one for each that succeeded");
    });

    [TestCaseSource(nameof(_types))]
    public void Only_a_registrant_acquires_and_only_where_nobody_else_holds(ReservationType type) => ReservationBench.Run(async bench =>
    {
        var (a, b, c) = (bench.Hosts[0], bench.Hosts[1], bench.Hosts[2]);
        await a.Must(a.Register());
        await b.Must(b.Register());
        await a.Expect(a.Acquire(type, current: 0x99), Status.ReservationConflict);
        await c.Expect(c.Acquire(type), Status.ReservationConflict);
        await a.Must(a.Acquire(type));
        await a.Must(a.Acquire(type));
        await a.Expect(a.Acquire(type == WriteExclusive ? ExclusiveAccess : WriteExclusive), Status.ReservationConflict);
        var isForAll = type >= WriteExclusiveAllRegistrants;
        await b.Expect(b.Acquire(type), isForAll ? Status.Success : Status.ReservationConflict);
        var (header, registrants) = await c.Report();
        Assert.That(header.Rtype, Is.EqualTo(type));
        Assert.That(registrants.Select(r => r.Rcsts.Holds), Is.EqualTo([true, isForAll]));

        await b.Must(b.Release(type == WriteExclusive && !isForAll ? ExclusiveAccess : type));
        Assert.That((await c.Report()).Header.Rtype, Is.EqualTo(isForAll ? None : type), "who does not hold it cannot release it");
        if (isForAll) return;
        await a.Expect(a.Release(type == WriteExclusive ? ExclusiveAccess : WriteExclusive), Status.InvalidField);
        await a.Must(a.Release(type));
        Assert.That((await c.Report()).Header.Rtype, Is.EqualTo(None));
        await a.Must(a.Release(type));
        await c.Expect(c.Release(type), Status.ReservationConflict);
    });

    [Test]
    public void A_reservation_goes_with_its_last_holder() => ReservationBench.Run(async bench =>
    {
        var (a, b, c) = (bench.Hosts[0], bench.Hosts[1], bench.Hosts[2]);
        await bench.RegisterAll();
        await a.Must(a.Acquire(ExclusiveAccessRegistrantsOnly));
        await a.Must(a.Unregister());
        Assert.That((await c.Report()).Header.Rtype, Is.EqualTo(None));
        await Told(b, ReservationNotification.ReservationReleased);
        await Told(c, ReservationNotification.ReservationReleased);
        await Told(a);

        await b.Must(b.Acquire(WriteExclusiveAllRegistrants));
        await b.Must(b.Unregister());
        Assert.That((await c.Report()).Header.Rtype, Is.EqualTo(WriteExclusiveAllRegistrants));
        await c.Must(c.Unregister());
        Assert.That((await c.Report()).Header.Rtype, Is.EqualTo(None));
        await Told(c);
    });

    [Test]
    public void Who_preempts_the_holder_holds_and_who_preempts_a_key_only_unregisters() => ReservationBench.Run(async bench =>
    {
        var (a, b, c) = (bench.Hosts[0], bench.Hosts[1], bench.Hosts[2]);
        await bench.RegisterAll();
        await a.Must(a.Acquire(WriteExclusive));
        await b.Expect(b.Preempt(ExclusiveAccess, 0), Status.InvalidField);
        await b.Expect(b.Preempt((ReservationType)7, a.Key), Status.InvalidField);
        await b.Must(b.Preempt(ExclusiveAccess, a.Key));
        var (header, registrants) = await c.Report();
        Assert.That(header.Rtype, Is.EqualTo(ExclusiveAccess));
        Assert.That(registrants.Select(r => (r.Hostid, r.Rcsts.Holds)), Is.EqualTo([((UInt128)b.Id, true), ((UInt128)c.Id, false)]));
        await Told(a, ReservationNotification.RegistrationPreempted);
        await Told(c, ReservationNotification.ReservationReleased);
        await Told(b);
        await a.Expect(a.Preempt(ExclusiveAccess, b.Key), Status.ReservationConflict);

        await b.Must(b.Preempt(None, c.Key));
        Assert.That((await b.Report()).Registrants, Has.Length.EqualTo(1));
        await Told(c, ReservationNotification.RegistrationPreempted);

        // Itself: to have another type.
        await b.Must(b.Preempt(WriteExclusive, b.Key));
        (header, registrants) = await b.Report();
        Assert.That((header.Rtype, registrants[0].Rcsts.Holds), Is.EqualTo((WriteExclusive, true)));
    });

    [Test]
    public void Of_all_registrants_key_0_preempts_everybody_and_a_key_its_own() => ReservationBench.Run(async bench =>
    {
        var (a, b, c) = (bench.Hosts[0], bench.Hosts[1], bench.Hosts[2]);
        await bench.RegisterAll();
        await a.Must(a.Acquire(ExclusiveAccessAllRegistrants));
        await b.Expect(b.Preempt(WriteExclusive, 0x99), Status.ReservationConflict);
        await b.Must(b.Preempt(WriteExclusive, c.Key));
        Assert.That((await b.Report()).Header.Rtype, Is.EqualTo(ExclusiveAccessAllRegistrants));
        await Told(c, ReservationNotification.RegistrationPreempted);
        await Told(a);
        await b.Must(b.Preempt(WriteExclusive, 0));
        var (header, registrants) = await b.Report();
        Assert.That((header.Rtype, registrants.Length, registrants[0].Hostid), Is.EqualTo((WriteExclusive, 1, (UInt128)b.Id)));
        await Told(a, ReservationNotification.RegistrationPreempted);
    });

    [Test]
    public void Preempt_and_abort_completes_after_what_it_aborts() => ReservationBench.Run(
        async bench =>
        {
            var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
            await bench.RegisterAll();
            await a.Must(a.Acquire(WriteExclusive));
            var read = b.Raw.Submit(b.Queue, NvmCommand.Read(1, 0, 0), b.Raw.Take(4096));
            var other = bench.Hosts[2].Raw.Submit(bench.Hosts[2].Queue, NvmCommand.Read(1, 0, 0), bench.Hosts[2].Raw.Take(4096));
            await bench.Rig.World.After(1_000);
            var before = bench.Rig.World.Now;
            await a.Must(a.Preempt(WriteExclusive, b.Key, aborts: true));
            var aborted = await b.Raw.Next(b.Queue);
            Assert.That((aborted.Cid, aborted.Status), Is.EqualTo((read, Status.AbortedPreempt)));
            Assert.That(bench.Rig.World.Now - before, Is.LessThan(100_000), "long before the read would have ended by itself");
            var lived = await bench.Hosts[2].Raw.Next(bench.Hosts[2].Queue);
            Assert.That((lived.Cid, lived.Status), Is.EqualTo((other, Status.Success)), "that of a host that stays registered goes on");
        },
        new SimulatedDevice { Timing = new() { Read = Duration.FromMilliseconds(1) } });

    [Test]
    public void Clear_ends_everything_and_tells_all_others() => ReservationBench.Run(async bench =>
    {
        var (a, b, c) = (bench.Hosts[0], bench.Hosts[1], bench.Hosts[2]);
        await bench.RegisterAll();
        await a.Must(a.Acquire(ExclusiveAccess));
        await b.Must(b.Clear());
        var (header, registrants) = await c.Report();
        Assert.That((header.Rtype, registrants.Length), Is.EqualTo((None, 0)));
        await Told(a, ReservationNotification.ReservationPreempted);
        await Told(c, ReservationNotification.ReservationPreempted);
        await Told(b);
        await b.Expect(b.Clear(), Status.ReservationConflict);
    });

    [Test]
    public void Reservations_outlive_resets_and_the_host_says_anew_who_it_is() => ReservationBench.Run(async bench =>
    {
        var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
        await b.Must(b.Register());
        await b.Must(b.Acquire(ExclusiveAccess));
        await b.Raw.Disable();
        await b.Raw.Enable();
        await b.Raw.Must(AdminCommand.CreateIoCq(1, 15, 0) with { Prp1 = b.Queue.CqIova });
        await b.Raw.Must(AdminCommand.CreateIoSq(1, 15, 1) with { Prp1 = b.Queue.SqIova });
        (b.Queue.Head, b.Queue.Tail, b.Queue.Phase) = (0, 0, true);
        b.Raw.Memory.Fill((long)(b.Queue.CqIova - b.Raw.Base), 16 * 16, 0);
        await b.Expect(b.Register(), Status.HostIdentifierNotInitialized);
        Assert.That(await b.Io(NvmCommand.Read(1, 0, 0)), Is.EqualTo(Status.ReservationConflict));
        await b.Identify();
        Assert.That(await b.Io(NvmCommand.Read(1, 0, 0)), Is.EqualTo(Status.Success));
        Assert.That((await a.Report()).Header.Rtype, Is.EqualTo(ExclusiveAccess));
    });

    [Test]
    public void Two_controllers_of_one_host_have_the_same_rights() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var one = await ReservationBench.Member.Of(pf, 0);
        var two = await ReservationBench.Member.Of(await rig.Vf(pf), 0);
        await one.Identify();
        await two.Identify();
        await one.Must(one.Register());
        await two.Must(two.Acquire(ExclusiveAccess));
        Assert.That(await one.Io(NvmCommand.Write(1, 0, 0)), Is.EqualTo(Status.Success));
        Assert.That((await one.Report()).Registrants, Has.Length.EqualTo(1));
    });

    [Test]
    public void Fields_that_cannot_be_are_refused() => ReservationBench.Run(async bench =>
    {
        var a = bench.Hosts[0];
        await a.Must(a.Register());
        var keys = new ReservationKeys { Crkey = a.Key, NrkeyOrPrkey = a.Key };
        await a.Expect((NvmCommand.ReservationRegister(1, 3), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationRegister(1, 0, changePersistence: 1), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationAcquire(1, 3, 1), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationAcquire(1, 0, 0), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationAcquire(1, 0, 7), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationAcquire(1, 0, 1, ignoreExistingKey: true), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationRelease(1, 2, 1), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationRelease(1, 0, 1, ignoreExistingKey: true), keys), Status.InvalidField);
        await a.Expect((NvmCommand.ReservationRegister(2, 0), keys), Status.InvalidField);
        Assert.That(await a.Io(NvmCommand.ReservationReport(1, 64, extended: false)), Is.EqualTo(Status.HostIdentifierInconsistentFormat));
        Assert.That((await a.Report()).Header.Gen, Is.EqualTo(1));
    });

    [Test]
    public void Persistence_is_of_the_namespace_whichever_way_it_is_set() => ReservationBench.Run(async bench =>
    {
        var (a, b) = (bench.Hosts[0], bench.Hosts[1]);
        await a.Must(a.Register(persistence: (byte)PersistenceChange.Persist));
        Assert.That(await b.Raw.Feature(FeatureId.ReservationPersistence, nsid: 1), Is.EqualTo(1));
        Assert.That((await b.Report()).Header.Ptpls, Is.EqualTo(1));
        await b.Raw.SetFeature(FeatureId.ReservationPersistence, 0, nsid: 0xFFFF_FFFF);
        Assert.That((await a.Report()).Header.Ptpls, Is.Zero);
        Assert.That((await a.Raw.Do(AdminCommand.GetFeatures((byte)FeatureId.ReservationPersistence, nsid: 0xFFFF_FFFF))).Status, Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void A_device_without_reservations_has_neither_commands_nor_features() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var a = await ReservationBench.Member.Of(pf, 0);
            await a.Identify();
            await a.Expect(a.Register(), Status.InvalidOpcode);
            var page = pf.Take(4096);
            await pf.Must(AdminCommand.Identify((byte)Cns.IdentifyNamespace, 1), page);
            Assert.That(pf.Memory.Load<IdentifyNamespace>(page).Rescap.Raw, Is.Zero);
            await pf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), page);
            var controller = pf.Memory.Load<IdentifyController>(page);
            Assert.That((controller.Oncs.Reservations, controller.Ctratt.ReservationsAndHostIdentifier), Is.EqualTo((false, false)));
            Assert.That(await pf.LogStatus(AdminCommand.GetLogPage((byte)LogId.ReservationNotification, 64)), Is.EqualTo(Status.InvalidLogPage));
        },
        new SimulatedPairOptions { Device = new() { IoCommands = new() { Reservations = false } } });

    private static async Task Told(ReservationBench.Member host, params ReservationNotification[] what)
    {
        foreach (var expected in what)
        {
            var page = await host.Notification();
            Assert.That((page.Rnlpt, page.Nsid), Is.EqualTo((expected, 1u)));
        }

        Assert.That(await host.Notification(), Is.EqualTo(default(ReservationNotificationLog)));
    }
}
