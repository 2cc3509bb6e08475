using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Io;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Namespaces;

/// <summary>Format NVM: what it changes, what it refuses, and what others may do meanwhile.</summary>
[TestFixture]
internal sealed class FormatTests
{
    private const uint All = 0xFFFF_FFFF;

    private static readonly SimulatedDevice _two = new() { Namespaces = [new() { Blocks = 1000 }, new() { Blocks = 800, AttachedTo = [1] }] };

    [Test]
    public void A_format_gives_the_blocks_another_shape_and_nothing_of_what_they_held() => IoBench.Run(
        async bench =>
        {
            var (host, data) = (new NamespaceHost(bench.Vf), bench.Take(4096));
            await bench.Fill(3, 0x5A, data);
            await bench.Vf.Must(AdminCommand.FormatNvm(1, 3, protection: 1, protectionFirst: true, extended: true));
            var ns = await host.Identify(1);
            Assert.That((ns.Nsze, ns.Ncap, ns.Nuse), Is.EqualTo((1000ul, 1000ul, 0ul)));
            Assert.That((ns.Flbas.Index, ns.Flbas.MetadataExtended), Is.EqualTo((3, true)));
            Assert.That((ns.Dps.Type, ns.Dps.FirstBytes), Is.EqualTo((ProtectionType.Type1, true)));
            await bench.Must(new LbaFields(NvmCommand.Read(1, 3, 0)) { Pract = true, Ilbrt = 3 }.Entry, data);
            Assert.That(bench.Memory.Read(data, 4096).ContainsAnyExcept((byte)0), Is.False);

            await bench.Vf.Must(AdminCommand.FormatNvm(1, 0));
            ns = await host.Identify(1);
            Assert.That((ns.Nsze, ns.Flbas.Raw, ns.Dps.Raw), Is.EqualTo((8000ul, 0, 0)), "as many bytes in smaller blocks");
            await bench.Must(NvmCommand.Write(1, 7999, 0), data);
            await bench.Expect(NvmCommand.Write(1, 8000, 0), Status.LbaOutOfRange, data);
        },
        new SimulatedNamespace { Blocks = 1000 });

    [Test]
    public void What_cannot_be_formatted_so_is_refused_and_stays() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(4096);
            await bench.Fill(3, 0x5A, data);
            await Refused(AdminCommand.FormatNvm(1, 5), Status.InvalidFormat);
            await Refused(AdminCommand.FormatNvm(1, 0, protection: 1), Status.InvalidFormat);
            await Refused(AdminCommand.FormatNvm(1, 2, protection: 4), Status.InvalidFormat);
            await Refused(AdminCommand.FormatNvm(1, 1, secureErase: 2), Status.InvalidField);
            await Refused(AdminCommand.FormatNvm(1, 1, secureErase: 3), Status.InvalidField);
            await Refused(AdminCommand.FormatNvm(All, 1), Status.InvalidField);
            await Refused(AdminCommand.FormatNvm(2, 1), Status.InvalidField);
            await Refused(AdminCommand.FormatNvm(0, 1), Status.InvalidField);
            Assert.That((await bench.Read(3, data))[0], Is.EqualTo(0x5A));
            var fna = (await new NamespaceHost(bench.Vf).Controller()).Fna;
            Assert.That((fna.CryptoErase, fna.BroadcastNotSupported), Is.EqualTo((false, true)));

            async Task Refused(SubmissionEntry entry, Status status) => Assert.That((await bench.Vf.Do(entry)).Status, Is.EqualTo(status));
        },
        new SimulatedDevice { Format = new() { CryptoErase = false, Broadcast = false } });

    [TestCase(All, (byte)0, false, false, "10")]
    [TestCase(1u, (byte)0, false, false, "10")]
    [TestCase(2u, (byte)0, false, false, "01")]
    [TestCase(1u, (byte)0, true, false, "11")]
    [TestCase(1u, (byte)1, true, false, "10")]
    [TestCase(1u, (byte)2, false, true, "11")]
    [TestCase(All, (byte)1, false, true, "11")]
    public void The_scope_is_what_FNA_says(uint nsid, byte erase, bool formatsAll, bool erasesAll, string formatted) => Rig.Run(
        async rig =>
        {
            // Namespace 2 is attached to a VF only; the PF formats.
            var pf = await rig.Pf(rig.Pair.Source);
            await pf.Must(AdminCommand.FormatNvm(nsid, 0, erase));
            var host = new NamespaceHost(pf);
            for (var i = 0; i < 2; i++)
            {
                var ns = await host.Identify((uint)i + 1, Cns.AllocatedNamespace);
                Assert.That(ns.Flbas.Index, Is.EqualTo(formatted[i] == '1' ? 0 : 1), $"namespace {i + 1}");
            }
        },
        new() { Device = _two with { Format = new() { FormatsAll = formatsAll, ErasesAll = erasesAll } } });

    [Test]
    public void While_a_format_goes_on_others_are_refused_and_its_progress_is_seen() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf);
            var io = await vf.CreateQueues(1);
            var data = vf.Take(4096);
            await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, new AsynchronousEventFeature { AttachedNamespaceAttribute = true }.Raw);
            var event1 = await vf.AskForEvent();
            var format = pf.Submit(pf.Admin, AdminCommand.FormatNvm(1, 0));
            Assert.That((await vf.Event(event1)).Information, Is.EqualTo((byte)NoticeEvent.AttachedNamespaceAttributeChanged), "it has begun");
            await vf.Log<NamespaceIdList>(LogId.ChangedAttachedNamespaces);
            foreach (var entry in (SubmissionEntry[])[NvmCommand.Read(1, 0, 0), NvmCommand.Write(1, 0, 0), NvmCommand.Flush(1), NvmCommand.Flush(All)])
            {
                var refused = await vf.Io(io, entry, data);
                Assert.That((refused.Status, refused.StatusField.Dnr), Is.EqualTo((Status.FormatInProgress, false)));
            }

            await rig.World.After(3_000_000);
            var progress = (await new NamespaceHost(vf).Independent(1)).Fpi;
            Assert.That((progress.Supported, (await new NamespaceHost(vf).Identify(1)).Fpi), Is.EqualTo((true, progress)));
            Assert.That(progress.Remaining, Is.InRange(70, 76), "a quarter of its time has passed");
            Assert.That((await vf.Do(AdminCommand.FormatNvm(1, 0))).Status, Is.EqualTo(Status.FormatInProgress));
            var protect = AdminCommand.SetFeatures((byte)FeatureId.NamespaceWriteProtection, 1, nsid: 1);
            Assert.That((await vf.Do(protect)).Status, Is.EqualTo(Status.FormatInProgress));

            var event2 = await vf.AskForEvent();
            await rig.World.After(10_000_000);
            Assert.That((await pf.Next(pf.Admin)).Cid, Is.EqualTo(format));
            Assert.That((await vf.Event(event2)).Information, Is.EqualTo((byte)NoticeEvent.AttachedNamespaceAttributeChanged), "it is over");
            Assert.That((await new NamespaceHost(vf).Independent(1)).Fpi.Remaining, Is.Zero);
            Assert.That((await vf.Io(io, NvmCommand.Read(1, 0, 0), data)).Status, Is.EqualTo(Status.Success));
        },
        new() { Device = new() { Timing = new() { Format = Duration.FromMilliseconds(12) } } });

    [Test]
    public void A_format_does_not_begin_while_a_command_works_on_the_blocks() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf);
            var io = await vf.CreateQueues(1);
            vf.Submit(io, NvmCommand.Read(1, 0, 0), vf.Take(4096));
            await rig.World.After(1_000);
            var refused = await pf.Do(AdminCommand.FormatNvm(1, 0));
            Assert.That((refused.Status, refused.StatusField.Dnr), Is.EqualTo((Status.CommandSequenceError, false)));
            await vf.Next(io);
            await pf.Must(AdminCommand.FormatNvm(1, 0));
        },
        new() { Device = new() { Timing = new() { Read = Duration.FromMilliseconds(1) } } });

    [Test]
    public void A_reset_in_the_middle_leaves_the_namespace_as_it_was() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            pf.Submit(pf.Admin, AdminCommand.FormatNvm(1, 0));
            await rig.World.After(1_000_000);
            await pf.Disable();
            await pf.Enable();
            await rig.World.After(20_000_000);
            var ns = await new NamespaceHost(pf).Identify(1);
            Assert.That((ns.Flbas.Index, ns.Fpi.Remaining), Is.EqualTo((1, 0)));
            await pf.Must(AdminCommand.FormatNvm(1, 1), -1);
        },
        new() { Device = new() { Timing = new() { Format = Duration.FromMilliseconds(5) } } });

    [Test]
    public void The_log_of_changes_names_every_block_of_what_its_controller_formatted() => IoBench.Run(
        async bench =>
        {
            var log = bench.Pf.Take(4096);
            var created = await bench.Pf.Must(
                MigrationCommand.CreateUserDataMigrationQueue(bench.Vf.Controller.Id, 128) with { Prp1 = bench.Pf.Iova(log) });
            await bench.Pf.Must(MigrationCommand.LogUserDataChanges((ushort)created.Dw0, LoggingAction.Start));
            await bench.Vf.Must(AdminCommand.FormatNvm(1, 0));
            await bench.Pf.Must(AdminCommand.FormatNvm(1, 1));
            var entries = Enumerable.Range(1, 2)
                .Select(i => bench.Pf.Memory.Load<LbaMigrationQueueEntry>(log + (i * LbaMigrationQueueEntry.Size))).ToArray();
            Assert.That((entries[0].Nsid, entries[0].Slba, entries[0].NlbZ), Is.EqualTo((1u, 0ul, 7999u)));
            Assert.That((entries[0].Attributes.Sequence, entries[0].Attributes.Change), Is.EqualTo((EntrySequence.Middle, LbaChange.Range)));
            Assert.That(entries[1].Attributes.Phase, Is.False, "what another controller formats is not its change");
        },
        new SimulatedNamespace { Blocks = 1000 });
}
