using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What the guest is told after a move: identity, features, registers, events, logs; and what the hosts are told.</summary>
[Area("after-migration")]
internal sealed class AfterMoveAdminCases : ConformanceCase
{
    private static readonly (FeatureId Fid, uint Value)[] _settings =
    [
        (FeatureId.Arbitration, new ArbitrationFeature { LowPriorityWeightZ = 1, MediumPriorityWeightZ = 3, HighPriorityWeightZ = 7 }.Raw),
        (FeatureId.TemperatureThreshold, new TemperatureThresholdFeature { Threshold = 371 }.Raw),
        (FeatureId.InterruptCoalescing, new InterruptCoalescingFeature { ThresholdZ = 3, Time = 1 }.Raw),
        (FeatureId.WriteAtomicityNormal, new WriteAtomicityFeature { DisableNormal = true }.Raw),
        (FeatureId.AsynchronousEventConfiguration, new AsynchronousEventFeature(0) { CriticalWarnings = 0x1F }.Raw),
        (FeatureId.VolatileWriteCache, 1),
        (FeatureId.VolatileWriteCache, 0),
        (FeatureId.SoftwareProgressMarker, 5),
    ];

    /// <summary>Vectors whose coalescing the guest turns off.</summary>
    private static readonly ushort[] _uncoalesced = [1];

    private static readonly byte[] _hostIdentifier = [0x53, 0x1A, 0xC7, 0x40, 0x5E, 0x92, 0x4D, 0x0B, 0x8F, 0x61, 0x2C, 0xD9, 0x70, 0x3E, 0xA5, 0x16];
    private static readonly uint s_extended = new HostIdentifierFeature { Extended = true }.Raw;

    /// <summary>Identify Controller, the namespace and its descriptors, through the VF of the same number on both sides.</summary>
    /// <remarks>Nothing is moved: two controllers that have served nobody are compared. What a load does to the page is seen where settings go along.</remarks>
    [Test]
    [Covers("LM-POST-11", "LM-POST-12")]
    public async CaseTask There_is_one_identity()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var destination = await Lab.StartDestinationAsync();
        Lab.Need(!ReferenceEquals(destination, journey.Guest.Host), "a destination with a physical function of its own");
        var to = await destination.BringUpAsync();
        var (here, there) = (journey.Guest.Nvme.Identity, to.Nvme.Identity);
        Check.Equal("LM-POST-12", "sn", $"{there.Sn}", $"{here.Sn}", "the guest sees another serial number");
        Check.Equal("LM-POST-12", "mn", $"{there.Mn}", $"{here.Mn}", "the guest sees another model");
        Check.Equal("LM-POST-12", "subnqn", $"{there.Subnqn}", $"{here.Subnqn}", "the guest sees another subsystem");
        Check.Equal("LM-POST-12", "cntlid", there.Cntlid, here.Cntlid, "the guest sees another controller identifier");
        Check.Equal("LM-POST-12", "vid", (there.Vid, there.Ssvid), (here.Vid, here.Ssvid), "the guest sees another PCI vendor");
        Check.Equal(
            "LM-POST-12", "namespace", (await to.FormatAsync()).Identity, (await journey.Guest.FormatAsync()).Identity, "the guest sees another namespace");
        // All else of the page, which nobody demands by name.
        Check.Equal("LM-POST-11", "identify", Hash(Wire.Bytes(there)), Hash(Wire.Bytes(here)), "Identify Controller is another on the destination");
        foreach (var (fid, _) in _settings.DistinctBy(it => it.Fid))
        {
            var (was, now) = (await journey.Guest.Nvme.GetFeatureAsync(fid), await to.Nvme.GetFeatureAsync(fid));
            Check.Equal("LM-POST-11", $"feature[{(byte)fid:X2}h]", (now.IsOk, now.Value), (was.IsOk, was.Value), "a feature that nobody set reads differently");
        }
    }

    /// <summary>Features are set to what no fresh controller has; carried in the device's state, they read the same after the move.</summary>
    /// <remarks>
    /// A feature that the controller refuses reads as refused on both sides. Of the clock only that it is not behind what was set: it may have stood, or
    /// leapt.
    /// </remarks>
    [Test]
    [Covers("LM-POST-13", "LM-POST-11")]
    public async CaseTask Settings_go_along()
    {
        var carry = await CaseCarry.CreateAsync(Lab);
        var guest = carry.From.Nvme;
        foreach (var (fid, value) in _settings) await guest.SetFeatureAsync(fid, value);
        await guest.SetFeatureAsync(FeatureId.NumberOfQueues, 0x0001_0001);
        var behaviour = new HostBehaviorSupport { Acre = 1 };
        await guest.WriteBytesAsync(AdminCommand.SetFeatures((byte)FeatureId.HostBehaviorSupport), Wire.Bytes(in behaviour).ToArray());
        foreach (var vector in _uncoalesced)
            await guest.SetFeatureAsync(FeatureId.InterruptVectorConfiguration, new InterruptVectorFeature { Vector = vector, CoalescingDisabled = true }.Raw);
        await guest.WriteBytesAsync(AdminCommand.SetFeatures((byte)FeatureId.HostIdentifier, cdw11: s_extended), _hostIdentifier);
        await guest.WriteBytesAsync(AdminCommand.SetFeatures((byte)FeatureId.Timestamp), BitConverter.GetBytes(1_700_000_000_000UL));
        var before = await ReadAsync(guest);
        await carry.MoveAsync();
        foreach (var (path, value) in await ReadAsync(guest))
            Check.Equal("LM-POST-13", path, value, before[path], "a feature that the guest set reads differently after the move");
        if (guest.Identity.Oncs.Timestamp)
        {
            var clock = Lab.Must("Get Features, Timestamp", await guest.ReadBytesAsync(AdminCommand.GetFeatures((byte)FeatureId.Timestamp), 8));
            Check.That(
                "LM-POST-13", "timestamp", new Timestamp(BitConverter.ToUInt64(clock)).Milliseconds >= 1_700_000_000_000UL,
                "the clock that the guest set was lost");
        }

        var page = Lab.Must("Identify Controller", await guest.IdentifyAsync<IdentifyController>(Cns.IdentifyController));
        var (was, now) = (Hash(Wire.Bytes(WithoutIdentifier(guest.Identity))), Hash(Wire.Bytes(WithoutIdentifier(page))));
        Check.Equal("LM-POST-11", "identify", now, was, "Identify Controller is another after the move");
    }

    /// <summary>Registers that the guest set, interrupt mask included, as they read before and after.</summary>
    /// <remarks>
    /// Whether INTMS masks anything: it is read, and no interrupt by pin is provoked. Registers that are not in the list, the memory buffer's among them.
    /// </remarks>
    [Test]
    [Covers("LM-POST-14")]
    public async CaseTask Registers_read_as_before()
    {
        var carry = await CaseCarry.CreateAsync(Lab, registers: true);
        (string Name, int Offset)[] registers =
        [
            ("cc", Register.Cc), ("csts", Register.Csts), ("aqa", Register.Aqa), ("asq", Register.Asq), ("asq+4", Register.Asq + 4),
            ("acq", Register.Acq), ("acq+4", Register.Acq + 4), ("intms", Register.Intms),
        ];
        carry.From.Face.Write32(Register.Intms, 0x5);
        var before = registers.ToDictionary(it => it.Name, it => carry.From.Face.Read32(it.Offset));
        await carry.MoveAsync();
        foreach (var (name, offset) in registers)
            Check.Equal("LM-POST-14", name, $"{carry.From.Face.Read32(offset):X8}h", $"{before[name]:X8}h", "a register reads differently after the move");
        Check.That("LM-POST-14", "admin", (await carry.From.Nvme.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk, "the admin queue does not go on");
    }

    /// <summary>The guest's own admin queue stands anywhere at the cut, on either phase; it goes on behind it for more than a pass.</summary>
    /// <remarks>The queue is empty at the cut, at four places of two passes: no admin command is in flight, no completion waits.</remarks>
    /// <param name="eighths">Of the completion queue that are gone through before, beyond what bringing up took.</param>
    [TestCase(0)]
    [TestCase(4)]
    [TestCase(8)]
    [TestCase(15)]
    [Covers("LM-POST-02")]
    public async CaseTask The_admin_queue_goes_on_at_any_place(int eighths)
    {
        var carry = await CaseCarry.CreateAsync(Lab);
        var guest = carry.From.Nvme;
        var entries = new AdminQueueAttributes(carry.From.Face.Read32(Register.Aqa)).AcqsZ + 1;
        for (var i = 0; i < eighths * entries / 8; i++) Lab.Must("Get Features", (await guest.GetFeatureAsync(FeatureId.NumberOfQueues)).Answer);
        await carry.MoveAsync();
        for (var i = 0; i <= entries; i++)
        {
            var answer = (await guest.GetFeatureAsync(FeatureId.NumberOfQueues)).Answer;
            if (!Check.Ok("LM-POST-02", $"admin[{i}]", answer, "the admin queue does not go on")) break;
        }
    }

    /// <summary>
    /// An event was told and its log not read when the guest moves. Another of its type is told only when the log was read, on whichever side
    /// that is (Base 2.3 5.2.2).
    /// </summary>
    /// <remarks>One type of event stands for all. An event that is told later than 1 ms after its cause passes as masked.</remarks>
    [Test]
    [Covers("LM-POST-15")]
    public async CaseTask An_event_is_not_told_again_before_its_log_was_read()
    {
        var carry = await CaseCarry.CreateAsync(Lab);
        var guest = carry.From.Nvme;
        await WantAttributeEventsAsync(guest);
        var tickets = new[] { guest.Admin.Submit(AdminCommand.AsyncEventRequest()), guest.Admin.Submit(AdminCommand.AsyncEventRequest()) };
        Lab.Must(await carry.From.Host.Namespaces.DetachAsync(1, carry.From.Id));
        Check.Hazard("LM-POST-15", "first", await Lab.ReachesAsync(() => tickets[0].IsDone), "an event that is told before the move");
        await carry.MoveAsync();
        Lab.Must(await carry.To.Host.Namespaces.DetachAsync(1, carry.To.Id));
        await World.After(1_000_000);
        Check.Equal("LM-POST-15", "masked", tickets[1].IsDone, false, "an event whose log the guest has not read since is told again");
        var log = AdminCommand.GetLogPage((byte)LogId.ChangedAttachedNamespaces, 4096);
        Lab.Must("Get Log Page, Changed Attached Namespace List", (await guest.ReadBytesAsync(log, 4096)).Answer);
        Lab.Must(await carry.To.Host.Namespaces.AttachAsync(1, carry.To.Id));
        Check.That("LM-POST-15", "unmasked", await Lab.ReachesAsync(() => tickets[1].IsDone), "once the log was read no event is told any more");
    }

    /// <summary>Event requests are outstanding at the cut: as many are after it, one event completes one of them.</summary>
    /// <remarks>
    /// Which of the requests is completed. A second completion that comes later than 1 ms after the event is missed.
    /// </remarks>
    /// <param name="requests">Outstanding.</param>
    [TestCase(1)]
    [TestCase(3)]
    [Covers("LM-POST-15")]
    public async CaseTask Event_requests_stay_outstanding(int requests)
    {
        var carry = await CaseCarry.CreateAsync(Lab);
        var guest = carry.From.Nvme;
        await WantAttributeEventsAsync(guest);
        var tickets = Enumerable.Range(0, requests).Select(_ => guest.Admin.Submit(AdminCommand.AsyncEventRequest())).ToList();
        await World.After(1_000_000);
        await carry.MoveAsync();
        await World.After(1_000_000);
        Check.Equal("LM-POST-15", "early", tickets.Count(it => it.IsDone), 0, "an event request was completed by the move");
        Lab.Must(await carry.To.Host.Namespaces.DetachAsync(1, carry.To.Id));
        Check.That("LM-POST-15", "event", await Lab.ReachesAsync(() => tickets.Exists(it => it.IsDone)), "event requests of before the move are forgotten");
        await World.After(1_000_000);
        Check.Equal("LM-POST-15", "left", tickets.Count(it => !it.IsDone), requests - 1, "one event completed several requests");
        // As many more as the limit allows are accepted: those outstanding count.
        var limit = guest.Identity.AerlZ + 1;
        var more = Enumerable.Range(0, limit + 1).Select(_ => guest.Admin.Submit(AdminCommand.AsyncEventRequest())).ToList();
        await World.After(1_000_000);
        Check.Equal(
            "LM-POST-15", "limit", more.Count(it => !it.IsDone), limit - (requests - 1), "another number of requests is outstanding than before the move");
    }

    /// <summary>An event that had nobody to be told to at the cut is told once on the destination.</summary>
    /// <remarks>Where the event waits: a source that never raised it and a destination that raises it anew look like one that was carried.</remarks>
    [Test]
    [Covers("LM-POST-15")]
    public async CaseTask An_event_that_was_pending_is_told_once()
    {
        var carry = await CaseCarry.CreateAsync(Lab);
        var guest = carry.From.Nvme;
        await WantAttributeEventsAsync(guest);
        Lab.Must(await carry.From.Host.Namespaces.DetachAsync(1, carry.From.Id));
        await World.After(1_000_000);
        await carry.MoveAsync();
        var tickets = new[] { guest.Admin.Submit(AdminCommand.AsyncEventRequest()), guest.Admin.Submit(AdminCommand.AsyncEventRequest()) };
        Check.That("LM-POST-15", "told", await Lab.ReachesAsync(() => tickets[0].IsDone), "an event that was pending at the cut was forgotten");
        await World.After(1_000_000);
        Check.Equal("LM-POST-15", "told.once", tickets[1].IsDone, false, "an event that was pending at the cut was told twice");
    }

    /// <summary>SMART counters and the error log, before and after: they go on, or begin anew; they do not run backwards.</summary>
    /// <remarks>Whether each command was counted: only that no counter runs backwards without being 0. The entries of the error log are not read.</remarks>
    [Test]
    [Covers("LM-POST-16")]
    public async CaseTask Logs_go_on_or_begin_anew()
    {
        var carry = await CaseCarry.CreateAsync(Lab);
        var guest = carry.From.Nvme;
        var queue = await carry.From.CreateQueueAsync();
        var data = carry.From.Buffer(4096);
        for (var i = 0; i < 15; i++)
        {
            await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, 0, 0), data));
            await queue.MustAsync("read", queue.WithData(NvmCommand.Read(1, 0, 0), data));
        }

        await guest.AdminAsync(AdminCommand.GetFeatures(0xFE));
        var before = await SmartAsync(guest);
        await carry.MoveAsync();
        var after = await SmartAsync(guest);
        (string Name, UInt128 Was, UInt128 Now)[] counters =
            [("host writes", before.Hwc, after.Hwc), ("host reads", before.Hrc, after.Hrc), ("errors", before.Neile, after.Neile)];
        foreach (var (name, was, now) in counters)
        {
            Check.Saw("LM-POST-16", $"{name}.kind", now >= was ? "goes on" : "begins anew");
            Check.That("LM-POST-16", name, now >= was || now == 0, "a counter ran backwards and did not begin anew");
        }
    }

    /// <summary>Both PFs tell of their VFs as they are: before, after the move, and once the source was retired.</summary>
    /// <remarks>
    /// The entries of other secondary controllers and the pools of the primary (CNS 14h). Nobody reads the lists while a command of the move is under
    /// way.
    /// </remarks>
    [Test]
    [Covers("LM-POST-18")]
    public async CaseTask Both_primaries_tell_the_truth()
    {
        var journey = await CaseJourney.BeginAsync(Lab);
        var queue = await journey.Guest.CreateQueueAsync();
        var to = await journey.PrepareAsync();
        var (source, destination) = (await EntryAsync(journey.Guest), await EntryAsync(to));
        await journey.MoveAsync(to);
        Check.Equal("LM-POST-18", "source", await EntryAsync(journey.Guest), source, "the source's entry changed by the move");
        Check.Equal("LM-POST-18", "destination", await EntryAsync(to), destination, "the destination's entry changed by the move");
        var attached = Lab.Must("Identify, attached controllers", await to.Host.Pf.IdentifyAsync<ControllerList>(Cns.NamespaceAttachedControllerList, nsid: 1));
        Check.That(
            "LM-POST-18", "attached", ((ReadOnlySpan<ushort>)attached.Ids)[..Math.Min((int)attached.Numid, ControllerList.Capacity)].Contains(to.Id),
            "the destination's VF is not told to be attached to its namespace");
        Lab.Must(await journey.Guest.Host.Secondaries.OfflineAsync(journey.Guest.Id));
        var retired = await EntryAsync(journey.Guest);
        Check.Equal(
            "LM-POST-18", "retired", (retired.Scs.Online, retired.Nvq, retired.Nvi), (false, (ushort)0, (ushort)0),
            "the retired source is not told to be offline without resources");
        Check.Equal(
            "LM-POST-18", "goes-on", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success,
            "the guest does not go on once the source was retired");
    }

    /// <summary>From one VF to another of another number, on another PF's side or of the same PF; only the one that is named changes.</summary>
    /// <remarks>One Flush on VF 4 stands for all neighbours; their state is not read.</remarks>
    /// <param name="from">The source's VF.</param>
    /// <param name="to">The destination's VF.</param>
    /// <param name="same">Both of the source's PF.</param>
    [TestCase(1, 3, false)]
    [TestCase(3, 1, false)]
    [TestCase(1, 2, true)]
    [TestCase(2, 1, true)]
    [Covers("LM-POST-19")]
    public async CaseTask The_destination_may_have_another_number(int from, int to, bool same)
    {
        var journey = await CaseJourney.BeginAsync(Lab, from);
        var queue = await journey.Guest.CreateQueueAsync(entries: 16);
        for (var i = 0; i < 5; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        var host = same ? journey.Guest.Host : await Lab.StartDestinationAsync();
        await host.NeedMigrationAsync();
        var neighbour = await (await host.BringUpAsync(4)).CreateQueueAsync();
        var (taker, state) = (await journey.PrepareAsync(host, to), await journey.SaveAsync());
        if (!Check.Ok("LM-POST-19", "load", await host.SetStateAsync(taker.Id, state), "a VF of another number does not take the state")) return;
        journey.Restore(taker);
        await host.MustResumeAsync(taker.Id);
        Check.Equal(
            "LM-POST-19", "guest", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "the guest does not go on at a VF of another number");
        Check.Equal(
            "LM-POST-19", "neighbour", (await neighbour.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a neighbour of the destination was changed");
    }

    private static async ValueTask WantAttributeEventsAsync(NvmeController guest) => Lab.Must(
        "Set Features",
        await guest.SetFeatureAsync(FeatureId.AsynchronousEventConfiguration, new AsynchronousEventFeature(0) { AttachedNamespaceAttribute = true }.Raw));

    private static async ValueTask<Dictionary<string, string>> ReadAsync(NvmeController guest)
    {
        var values = new Dictionary<string, string>();
        foreach (var fid in _settings.Select(it => it.Fid).Append(FeatureId.NumberOfQueues).Distinct())
        {
            var read = await guest.GetFeatureAsync(fid);
            values[$"feature[{(byte)fid:X2}h]"] = read.IsOk ? $"{read.Value:X}h" : $"{read.Answer}";
        }

        var behaviour = await guest.ReadBytesAsync(AdminCommand.GetFeatures((byte)FeatureId.HostBehaviorSupport), 512);
        values["feature[16h]"] = behaviour.IsOk ? Hash(behaviour.Value) : $"{behaviour.Answer}";
        var identifier = await guest.ReadBytesAsync(AdminCommand.GetFeatures((byte)FeatureId.HostIdentifier, cdw11: s_extended), _hostIdentifier.Length);
        values["feature[81h]"] = identifier.IsOk ? Convert.ToHexString(identifier.Value) : $"{identifier.Answer}";
        for (ushort vector = 0; vector <= _uncoalesced.Max(); vector++)
        {
            var read = await guest.GetFeatureAsync(FeatureId.InterruptVectorConfiguration, cdw11: vector);
            values[$"feature[09h].vector[{vector}]"] = read.IsOk ? $"{read.Value:X}h" : $"{read.Answer}";
        }

        return values;
    }

    /// <summary>Without what names the controller: the VF of another number has another.</summary>
    private static IdentifyController WithoutIdentifier(IdentifyController page)
    {
        page.Cntlid = 0;
        return page;
    }

    private static async ValueTask<SmartHealthLog> SmartAsync(NvmeController guest) => Lab.Must(
        "Get Log Page, SMART",
        await guest.ReadAsync<SmartHealthLog>(AdminCommand.GetLogPage((byte)LogId.SmartHealth, SmartHealthLog.Size, nsid: uint.MaxValue)));

    private static async ValueTask<SecondaryControllerEntry> EntryAsync(CaseVf vf)
    {
        var (outcome, entry) = await vf.Host.Secondaries.FindAsync(vf.Number);
        Lab.Must(outcome);
        return entry;
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))[..16];
}
