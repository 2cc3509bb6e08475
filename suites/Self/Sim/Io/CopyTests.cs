using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Copy: order of ranges, limits, overlap, protection information, and what is told of a copy that fails half way.</summary>
[TestFixture]
internal sealed class CopyTests
{
    private const int Block = 4096;

    [TestCase((byte)0)]
    [TestCase((byte)1)]
    public void Ranges_follow_each_other_at_the_destination_in_either_format_of_descriptors(byte format) => IoBench.Run(async bench =>
    {
        var data = bench.Take(Block);
        for (byte i = 0; i < 10; i++) await bench.Fill(100u + i, (byte)(0x10 + i), data);
        await bench.Must(Copy(bench, 500, format, (108, 2), (100, 1), (103, 3)));
        byte[] expected = [0x18, 0x19, 0x10, 0x13, 0x14, 0x15, 0];
        for (var i = 0u; i < expected.Length; i++)
            Assert.That((await bench.Read(500 + i, data)).AsSpan().ContainsAnyExcept(expected[i]), Is.False, $"block {i}");
    });

    [TestCase(120ul, 124ul)]
    [TestCase(124ul, 120ul)]
    [TestCase(120ul, 120ul)]
    public void A_range_that_overlaps_the_destination_arrives_as_it_was(ulong from, ulong to) => IoBench.Run(async bench =>
    {
        // Across a border of what the medium keeps together.
        var data = bench.Take(Block);
        for (byte i = 0; i < 20; i++) await bench.Fill(from + i, (byte)(1 + i), data);
        await bench.Must(Copy(bench, to, 0, (from, 20)));
        for (byte i = 0; i < 20; i++) Assert.That((await bench.Read(to + i, data))[77], Is.EqualTo(1 + i), $"block {i}");
    });

    [Test]
    public void Limits_are_announced_and_refuse_one_more() => IoBench.Run(
        async bench =>
        {
            var page = bench.Take(Block);
            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyNamespace, 1), page);
            var ns = bench.Memory.Load<IdentifyNamespace>(page);
            Assert.That((ns.MsrcZ, ns.Mssrl, ns.Mcl), Is.EqualTo((2, 10, 25)));
            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), page);
            var controller = bench.Memory.Load<IdentifyController>(page);
            Assert.That(controller.Oncs is { Copy: true, CopySingleAtomicity: true });
            Assert.That(controller.Ocfs & 3, Is.EqualTo(3));

            await bench.Must(Copy(bench, 500, 0, (0, 10), (0, 10), (0, 5)));
            await bench.Expect(Copy(bench, 500, 0, (0, 1), (0, 1), (0, 1), (0, 1)), Status.CommandSizeLimitExceeded);
            await bench.Expect(Copy(bench, 500, 0, (0, 1), (0, 11)), Status.CommandSizeLimitExceeded);
            await bench.Expect(Copy(bench, 500, 0, (0, 10), (0, 10), (0, 6)), Status.CommandSizeLimitExceeded);
        },
        new SimulatedDevice { IoCommands = new() { CopyRangesZ = 2, CopyRangeBlocks = 10, CopyBlocks = 25 } });

    [Test]
    public void What_cannot_be_is_refused_and_changes_nothing() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            await bench.Fill(0, 0x55, data);
            await bench.Fill(50, 0x66, data);
            await Refused(Copy(bench, 50, 0, (0, 1), (99, 2)), Status.LbaOutOfRange);
            await Refused(Copy(bench, 50, 0, (0, 1), (ulong.MaxValue, 2)), Status.LbaOutOfRange);
            await Refused(Copy(bench, 99, 0, (0, 2)), Status.LbaOutOfRange);
            await Refused(Copy(bench, ulong.MaxValue, 0, (0, 2)), Status.LbaOutOfRange);
            await Refused(Copy(bench, 50, 4, (0, 1)), Status.InvalidField);
            await Refused(new CopyFields(Copy(bench, 50, 0, (0, 1))) { DirectiveType = 1 }.Entry, Status.InvalidField);
            await Refused(Copy(bench, 50, 0, (0, 1)) with { Nsid = 2 }, Status.InvalidField);
            await Refused(Copy(bench, 50, 0, (0, 1)) with { Prp1 = 0xDEAD_0000 }, Status.DataTransferError);
            Assert.That((await bench.Read(50, data))[0], Is.EqualTo(0x66));

            async Task Refused(SubmissionEntry entry, Status status)
            {
                var completion = await bench.Do(entry);
                Assert.That((completion.Status, completion.Dw0), Is.EqualTo((status, 0u)));
            }
        },
        new SimulatedNamespace { Blocks = 100 });

    [Test]
    public void A_copy_that_fails_tells_the_first_range_that_it_did_not_copy_and_leaves_that_one_alone() => IoBench.Run(async bench =>
    {
        var data = bench.Take(Block);
        for (var lba = 0ul; lba < 10; lba++) await bench.Fill(lba, 0xA1, data);
        await bench.Must(NvmCommand.WriteUncorrectable(1, 25, 0));
        var failed = await bench.Do(Copy(bench, 100, 0, (0, 4), (4, 4), (22, 4), (8, 1)));
        Assert.That((failed.Status, failed.StatusField.Dnr, failed.Dw0), Is.EqualTo((Status.UnrecoveredReadError, false, 2u)));
        for (var lba = 100ul; lba < 114; lba++)
            Assert.That((await bench.Read(lba, data))[0], Is.EqualTo(lba < 108 ? 0xA1 : 0), $"block {lba}");

        // Within AWUPF nothing is copied at all.
        failed = await bench.Do(Copy(bench, 200, 0, (0, 4), (22, 4)));
        Assert.That((failed.Status, failed.Dw0), Is.EqualTo((Status.UnrecoveredReadError, 0u)));
        Assert.That((await bench.Read(200, data))[0], Is.Zero);
    });

    [Test]
    public void The_log_of_changes_names_the_destination_of_what_was_copied() => IoBench.Run(async bench =>
    {
        var log = bench.Pf.Take(Block);
        var created = await bench.Pf.Must(
            MigrationCommand.CreateUserDataMigrationQueue(bench.Vf.Controller.Id, 128) with { Prp1 = bench.Pf.Iova(log) });
        await bench.Must(NvmCommand.WriteUncorrectable(1, 25, 0));
        await bench.Pf.Must(MigrationCommand.LogUserDataChanges((ushort)created.Dw0, LoggingAction.Start));
        await bench.Must(Copy(bench, 100, 0, (0, 4), (50, 6)));
        await bench.Expect(Copy(bench, 300, 0, (0, 12), (22, 4)), Status.UnrecoveredReadError);
        var entries = Enumerable.Range(1, 4)
            .Select(i => bench.Pf.Memory.Load<LbaMigrationQueueEntry>(log + (i * LbaMigrationQueueEntry.Size))).ToArray();
        Assert.That(entries.Take(3).Select(e => (e.Nsid, e.Slba, e.NlbZ)), Is.EqualTo([(1u, 100ul, 3u), (1u, 104ul, 5u), (1u, 300ul, 11u)]));
        Assert.That(entries.Take(3).Select(e => e.Attributes.Deallocated), Is.All.False);
        Assert.That(entries[3].Attributes.Phase, Is.False, "no entry for the range that was not copied");
    });

    [Test]
    public void Protection_information_is_checked_on_both_halves_and_passed_through_or_replaced() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            var write = new LbaFields(NvmCommand.Write(1, 10, 1)) { Pract = true, Ilbrt = 10, Lbat = 0x1234, Lbatm = 0xFFFF };
            bench.Memory.Fill(data, 1024, 0x3C);
            await bench.Must(write.Entry, data);

            // Replaced: the tags of the command, counted on over the ranges.
            await bench.Must(Protected(10, 20, read: 0xF, write: 8, expected: 0x1234, tag: 0x4321));
            await bench.Must(Verify(20, reference: 20, tag: 0x4321));
            // Passed through: what was there, which the write half may look at too.
            await bench.Must(Protected(10, 30, read: 7, write: 6, expected: 0x1234, tag: 0x1234));
            await bench.Must(Verify(30, reference: 10, tag: 0x1234));

            await bench.Expect(Protected(10, 40, read: 0xA, write: 8, expected: 0x1111, tag: 0), Status.ApplicationTagCheckError);
            await bench.Expect(Protected(10, 40, read: 0, write: 2, expected: 0, tag: 0x1111), Status.ApplicationTagCheckError);
            await bench.Expect(Protected(20, 40, read: 1, write: 0, expected: 0, tag: 0, expectedReference: 20), Status.Success);
            await bench.Expect(Protected(10, 40, read: 1, write: 0, expected: 0, tag: 0, expectedReference: 11), Status.ReferenceTagCheckError);
            await bench.Expect(Protected(10, 40, read: 8, write: 0, expected: 0, tag: 0), Status.InvalidField);
            await bench.Expect(Protected(10, 40, read: 0, write: 8, expected: 0, tag: 0), Status.InvalidField);

            SubmissionEntry Protected(
                ulong from, ulong to, byte read, byte write, ushort expected, ushort tag, uint? expectedReference = null)
            {
                bench.Memory.Store(data, Range(0));
                bench.Memory.Store(data + CopyRange.Size, Range(1));
                return new CopyFields(NvmCommand.Copy(1, to, 1) with { Prp1 = bench.Vf.Iova(data) })
                {
                    PrinfoRead = read, PrinfoWrite = write, Ilbrt = (uint)to, Lbat = tag, Lbatm = 0xFFFF,
                }.Entry;

                CopyRange Range(uint i) => new()
                {
                    Slba = from + i, Elbat = expected, Elbatm = 0xFFFF, Eilbrt = (expectedReference ?? (uint)from) + i,
                };
            }

            SubmissionEntry Verify(ulong lba, uint reference, ushort tag) => new LbaFields(NvmCommand.Verify(1, lba, 1))
            {
                PrchkGuard = true, PrchkApp = true, PrchkRef = true, Ilbrt = reference, Lbat = tag, Lbatm = 0xFFFF,
            }.Entry;
        },
        new SimulatedNamespace { BlockSize = 512, MetadataSize = 8, ProtectionType = 2 });

    [Test]
    public void Type_1_demands_that_reference_tags_are_the_addresses() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(Block);
            bench.Memory.Store(data, new CopyRange { Slba = 10, Eilbrt = 11 });
            var copy = new CopyFields(NvmCommand.Copy(1, 20, 0) with { Prp1 = bench.Vf.Iova(data) }) { PrinfoRead = 9, PrinfoWrite = 8 };
            await bench.Expect(copy.Entry, Status.InvalidProtectionInformation);
            copy = copy with { PrinfoRead = 8, PrinfoWrite = 9, Ilbrt = 21 };
            await bench.Expect(copy.Entry, Status.InvalidProtectionInformation);
            await bench.Must((copy with { Ilbrt = 20 }).Entry);
        },
        new SimulatedNamespace { BlockSize = 512, MetadataSize = 8, ProtectionType = 1 });

    [Test]
    public void A_copy_costs_what_its_data_costs() => IoBench.Run(
        async bench =>
        {
            var start = bench.Rig.World.Now;
            await bench.Must(Copy(bench, 500, 0, (0, 10), (20, 10)));
            Assert.That(bench.Rig.World.Now - start, Is.InRange(80_000 + 5_000, 80_000 + 8_000));
        },
        new SimulatedDevice
        {
            Timing = new() { OtherIo = Duration.FromMicroseconds(5), PerKibibyte = Duration.FromMicroseconds(1) },
        });

    private static SubmissionEntry Copy(IoBench bench, ulong to, byte format, params (ulong Slba, int Count)[] ranges)
    {
        var at = bench.Take(Block);
        for (var i = 0; i < ranges.Length; i++)
        {
            var (slba, nlbZ) = (ranges[i].Slba, (ushort)(ranges[i].Count - 1));
            if (format == 1) bench.Memory.Store(at + (i * CopyRangeLong.Size), new CopyRangeLong { Slba = slba, NlbZ = nlbZ });
            else bench.Memory.Store(at + (i * CopyRange.Size), new CopyRange { Slba = slba, NlbZ = nlbZ });
        }

        return NvmCommand.Copy(1, to, (byte)(ranges.Length - 1), format) with { Prp1 = bench.Vf.Iova(at) };
    }
}
