using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Namespaces;

/// <summary>Namespaces that a host creates, attaches, detaches and deletes, and who hears of it.</summary>
[TestFixture]
internal sealed class NamespaceManagementTests
{
    private const uint All = 0xFFFF_FFFF;
    private const long Gibibyte = 1 << 30;

    [Test]
    public void A_namespace_is_created_attached_used_detached_and_deleted() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var host = new NamespaceHost(pf);
        var created = await host.Create(new() { Nsze = 1000, Ncap = 1000, Flbas = new() { Index = 1 }, Nmic = new() { Shared = true } });
        Assert.That(created, Is.EqualTo(2));
        Assert.That(await host.List(Cns.AllocatedNamespaceIdList), Is.EqualTo([1u, 2u]));
        Assert.That(await new NamespaceHost(vf).List(Cns.ActiveNamespaceIdList), Is.EqualTo([1u]));
        Assert.That((await host.Identify(2)).Nsze, Is.Zero, "not attached");
        var allocated = await host.Identify(2, Cns.AllocatedNamespace);
        Assert.That((allocated.Nsze, allocated.Ncap, allocated.Flbas.Index, allocated.Nmic.Shared), Is.EqualTo((1000ul, 1000ul, 1, true)));
        Assert.That(await host.Attached(2), Is.Empty);

        await host.Attach(2, vf.Controller.Id);
        Assert.That(await host.Attached(2), Is.EqualTo([vf.Controller.Id]));
        var io = await vf.CreateQueues(1);
        var data = vf.Take(4096);
        vf.Memory.Fill(data, 4096, 0x77);
        Assert.That((await vf.Io(io, NvmCommand.Write(2, 999, 0), data)).Status, Is.EqualTo(Status.Success));
        Assert.That((await vf.Io(io, NvmCommand.Write(2, 1000, 0), data)).Status, Is.EqualTo(Status.LbaOutOfRange));
        await host.Detach(2, vf.Controller.Id);
        Assert.That((await vf.Io(io, NvmCommand.Read(2, 999, 0), data)).Status, Is.EqualTo(Status.InvalidField));
        await host.Attach(2, vf.Controller.Id);
        Assert.That((await vf.Io(io, NvmCommand.Read(2, 999, 0), data)).Status, Is.EqualTo(Status.Success));
        Assert.That(vf.Memory.Read(data, 4096).ContainsAnyExcept((byte)0x77), Is.False, "detaching keeps what was written");

        await pf.Must(AdminCommand.NamespaceManagement(1, 2));
        Assert.That((await vf.Io(io, NvmCommand.Read(2, 999, 0), data)).Status, Is.EqualTo(Status.InvalidField));
        Assert.That(await host.List(Cns.AllocatedNamespaceIdList), Is.EqualTo([1u]));
    });

    [Test]
    public void What_cannot_be_created_is_refused_by_the_status_that_says_why() => Rig.Run(
        async rig =>
        {
            var host = new NamespaceHost(await rig.Pf(rig.Pair.Source));
            var good = new NamespaceManagementData { Nsze = 64, Ncap = 64 };
            await Refused(good with { Nsze = 0 }, Status.InvalidField);
            await Refused(good with { Ncap = 65 }, Status.InvalidField);
            await Refused(good with { Flbas = new() { Index = 5 } }, Status.InvalidFormat);
            await Refused(good with { Flbas = new() { Index = 16 } }, Status.InvalidFormat);
            await Refused(good with { Dps = new() { Type = ProtectionType.Type1 } }, Status.InvalidFormat);
            await Refused(good with { Flbas = new() { Index = 2 }, Dps = new() { Type = (ProtectionType)4 } }, Status.InvalidFormat);
            await Refused(good with { Nmic = new() { Dispersed = true } }, Status.InvalidField);
            await Refused(good with { Anagrpid = 1 }, Status.AnaGroupIdentifierInvalid);
            await Refused(good with { Nvmsetid = 1 }, Status.InvalidField);
            Assert.That((await host.TryCreate(good, csi: 2)).Status, Is.EqualTo(Status.IoCommandSetNotSupported));

            // Two more find room: of bytes first, then of identifiers.
            await Refused(good with { Nsze = 3 << 21, Ncap = 3 << 21 }, Status.NamespaceInsufficientCapacity);
            Assert.That((await host.Raw.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Csinfo, Is.EqualTo(3 * Gibibyte));
            Assert.That(await host.Create(good with { Nsze = 1 << 21, Ncap = 1 << 21 }), Is.EqualTo(2));
            Assert.That(await host.Create(good with { Nsze = 1 << 30, Ncap = 64 }), Is.EqualTo(3), "thin");
            await Refused(good, Status.NamespaceIdentifierUnavailable);

            async Task Refused(NamespaceManagementData data, Status status) =>
                Assert.That((await host.TryCreate(data)).Status, Is.EqualTo(status));
        },
        new() { Device = new() { Capabilities = new() { MaximumNamespaces = 3, UnallocatedCapacity = 2 * Gibibyte } } });

    [Test]
    public void Capacity_is_taken_in_whole_granules_and_given_back() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var host = new NamespaceHost(pf);
            var page = pf.Take(4096);
            await pf.Must(AdminCommand.Identify((byte)Cns.NamespaceGranularityList), page);
            var list = pf.Memory.Load<NamespaceGranularityList>(page);
            Assert.That((list.Nga, list.NodZ, list.Descriptors[0].Nsg, list.Descriptors[0].Ncg), Is.EqualTo((0u, 0, 1048576ul, 1048576ul)));
            var before = await host.Controller();
            Assert.That(before.Ctratt.NamespaceGranularity);
            Assert.That(before.Tnvmcap - before.Unvmcap, Is.EqualTo((UInt128)(65536 * 4096)), "what it was delivered with");
            await host.Create(new() { Nsze = 10, Ncap = 10 });
            Assert.That(before.Unvmcap - (await host.Controller()).Unvmcap, Is.EqualTo((UInt128)(1 << 20)));
            Assert.That((await host.Identify(2, Cns.AllocatedNamespace)).Nvmcap, Is.EqualTo((UInt128)(1 << 20)));
            await pf.Must(AdminCommand.NamespaceManagement(1, 2));
            var after = await host.Controller();
            Assert.That((after.Tnvmcap, after.Unvmcap), Is.EqualTo((before.Tnvmcap, before.Unvmcap)));
        },
        new() { Device = new() { Capabilities = new() { NamespaceGranularity = 1 << 20 } } });

    [Test]
    public void Identifiers_are_never_used_again() => Rig.Run(async rig =>
    {
        var host = new NamespaceHost(await rig.Pf(rig.Pair.Source));
        HashSet<(Nguid, Eui64)> seen = [];
        for (var i = 0; i < 5; i++)
        {
            Assert.That(await host.Create(new() { Nsze = 10, Ncap = 10 }), Is.EqualTo(2));
            var ns = await host.Identify(2, Cns.AllocatedNamespace);
            Assert.That(ns.Nsfeat.UidReuse);
            Assert.That(seen.Add((ns.Nguid, ns.Eui64)));
            await host.Raw.Must(AdminCommand.NamespaceManagement(1, 2));
        }
    });

    [Test]
    public void All_namespaces_are_deleted_at_once_and_none_is_no_error() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var host = new NamespaceHost(pf);
        await host.Create(new() { Nsze = 10, Ncap = 10 });
        await pf.Must(AdminCommand.NamespaceManagement(1, All));
        Assert.That(await host.List(Cns.AllocatedNamespaceIdList), Is.Empty);
        await pf.Must(AdminCommand.NamespaceManagement(1, All));
        Assert.That((await pf.Do(AdminCommand.NamespaceManagement(1, 1))).Status, Is.EqualTo(Status.InvalidField));
        Assert.That((await pf.Do(AdminCommand.NamespaceManagement(1, 65))).Status, Is.EqualTo(Status.InvalidNamespaceOrFormat));
        Assert.That((await pf.Do(AdminCommand.NamespaceManagement(2, 1))).Status, Is.EqualTo(Status.InvalidField));
    });

    [Test]
    public void A_command_under_way_ends_as_one_to_an_inactive_namespace() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf);
            var io = await vf.CreateQueues(1);
            var cid = vf.Submit(io, NvmCommand.Read(1, 0, 0), vf.Take(4096));
            await rig.World.After(1_000);
            await pf.Must(AdminCommand.NamespaceManagement(1, 1));
            var completion = await vf.Next(io);
            Assert.That((completion.Cid, completion.Status), Is.EqualTo((cid, Status.InvalidField)));
        },
        new() { Device = new() { Timing = new() { Read = Duration.FromMilliseconds(1) } } });

    [Test]
    public void Attachment_is_refused_entry_by_entry_and_then_changes_nothing() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var host = new NamespaceHost(pf);
            await host.Create(new() { Nsze = 10, Ncap = 10 });
            await Refused(2, 0, Status.NamespaceIsPrivate, 4, 2, 3);
            await host.Attach(2, 2);
            await Refused(2, 0, Status.NamespaceIsPrivate, 2, 3);
            await Refused(2, 0, Status.NamespaceAlreadyAttached, 2, 2);
            await Refused(2, 1, Status.NamespaceNotAttached, 4, 2, 3);
            Assert.That(await host.Attached(2), Is.EqualTo([(ushort)2]));
            await Refused(2, 1, Status.ControllerListInvalid, 4, 2, 2);
            await Refused(2, 1, Status.ControllerListInvalid, 2, 99);
            await Refused(2, 2, Status.InvalidField, null, 2);
            await Refused(3, 0, Status.InvalidField, null, 2);
            await Refused(0, 0, Status.InvalidNamespaceOrFormat, null, 2);
            await Refused(65, 0, Status.InvalidNamespaceOrFormat, null, 2);

            await host.Create(new() { Nsze = 10, Ncap = 10, Nmic = new() { Shared = true } });
            await Refused(3, 0, Status.NamespaceAttachmentLimitExceeded, 2, 2);
            await host.Attach(3, 3);
            await host.Detach(2, 2);
            await host.Attach(3, 2);

            async Task Refused(uint nsid, byte select, Status status, int? at, params ushort[] controllers)
            {
                Assert.That((await host.Attachment(nsid, select, controllers)).Status, Is.EqualTo(status), $"{nsid} {select}");
                if (at is null) return;
                Assert.That((await pf.Log<ErrorInformationEntry>(LogId.ErrorInformation)).Csinfo, Is.EqualTo(at), "where in the list");
            }
        },
        new() { Device = new() { Capabilities = new() { ControllerAttachments = 2 } } });

    [Test]
    public void A_domain_has_so_many_attachments_and_no_more() => Rig.Run(
        async rig =>
        {
            // Attached from the start: the PF and four VFs.
            var host = new NamespaceHost(await rig.Pf(rig.Pair.Source));
            Assert.That(((await host.Controller()).Maxdna, (await host.Controller()).Maxcna), Is.EqualTo(((UInt128)6, 0u)));
            await host.Create(new() { Nsze = 10, Ncap = 10, Nmic = new() { Shared = true } });
            Assert.That((await host.Attachment(2, 0, 1, 2)).Status, Is.EqualTo(Status.NamespaceAttachmentLimitExceeded));
            await host.Attach(2, 1);
        },
        new() { Device = new() { Capabilities = new() { DomainAttachments = 6 } } });

    [Test]
    public void Every_change_is_listed_until_it_is_read_and_told_to_those_who_want_to_know() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var (host, page) = (new NamespaceHost(pf), vf.Take(4096));
        await vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), page);
        Assert.That(vf.Memory.Load<IdentifyController>(page).Oaes is { AttachedNamespaceAttribute: true, AllocatedNamespaceAttribute: true });
        await vf.SetFeature(
            FeatureId.AsynchronousEventConfiguration,
            new AsynchronousEventFeature { AttachedNamespaceAttribute = true, AllocatedNamespaceAttribute = true }.Raw);

        // Created: a matter of the allocated ones only.
        var request = await vf.AskForEvent();
        await host.Create(new() { Nsze = 10, Ncap = 10, Nmic = new() { Shared = true } });
        await Expect(NoticeEvent.AllocatedNamespaceAttributeChanged, LogId.ChangedAllocatedNamespaces);
        Assert.That(await Changed(LogId.ChangedAttachedNamespaces), Is.Empty);
        Assert.That(await Changed(LogId.ChangedAllocatedNamespaces), Is.EqualTo([2u]));
        Assert.That(await Changed(LogId.ChangedAllocatedNamespaces), Is.Empty);

        request = await vf.AskForEvent();
        await host.Attach(2, vf.Controller.Id);
        await Expect(NoticeEvent.AttachedNamespaceAttributeChanged, LogId.ChangedAttachedNamespaces);
        Assert.That(await Changed(LogId.ChangedAttachedNamespaces, retain: true), Is.EqualTo([2u]));
        Assert.That(await Changed(LogId.ChangedAttachedNamespaces), Is.EqualTo([2u]));
        await Changed(LogId.ChangedAllocatedNamespaces);

        request = await vf.AskForEvent();
        await pf.Must(AdminCommand.NamespaceManagement(1, All));
        await Expect(NoticeEvent.AttachedNamespaceAttributeChanged, LogId.ChangedAttachedNamespaces);
        Assert.That(await Changed(LogId.ChangedAttachedNamespaces), Is.EqualTo([1u, 2u]));

        async Task Expect(NoticeEvent notice, LogId log) =>
            Assert.That(await vf.Event(request), Is.EqualTo(AsynchronousEvent.Of(notice, log)));

        async Task<uint[]> Changed(LogId log, bool retain = false)
        {
            var list = await vf.Log<NamespaceIdList>(log, retain);
            List<uint> nsids = [];
            for (var i = 0; list[i] != 0; i++) nsids.Add(list[i]);
            return [.. nsids];
        }
    });

    [Test]
    public void Only_a_primary_controller_of_a_device_that_can_manages_namespaces([Values] bool supported) => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf);
            Assert.That((await new NamespaceHost(pf).Controller()).Oacs.NamespaceManagement, Is.EqualTo(supported));
            Assert.That((await new NamespaceHost(vf).Controller()).Oacs.NamespaceManagement, Is.False);
            Assert.That((await vf.Do(AdminCommand.NamespaceManagement(1, 1))).Status, Is.EqualTo(Status.InvalidOpcode));
            Assert.That(
                (await pf.Do(AdminCommand.NamespaceManagement(1, 1))).Status, Is.EqualTo(supported ? Status.Success : Status.InvalidOpcode));
        },
        new() { Device = new() { Capabilities = new() { NamespaceManagement = supported } } });
}
