using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Get LBA Status against what was really written (DISC-16, DISC-17).</summary>
[TestFixture]
internal sealed class LbaStatusTests
{
    private const byte Allocated = (byte)LbaStatusAction.TrackedAllocated;
    private const int Blocks = 5000;

    [TestCase(1u)]
    [TestCase(8u)]
    [TestCase(48u)]
    [TestCase(4096u)]
    public void Allocated_descriptors_are_the_granules_that_hold_anything(uint granularity) => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(8192);
            var holds = new bool[Blocks];
            var random = new Random((int)granularity);
            for (var round = 0; round < 60; round++)
            {
                var (first, count) = (random.Next(Blocks), random.Next(1, random.Next(2, 200)));
                count = Math.Min(count, Blocks - first);
                switch (random.Next(4))
                {
                    case 0:
                        count = Math.Min(count, 2);
                        await bench.Must(NvmCommand.Write(1, (ulong)first, (ushort)(count - 1)), data);
                        Array.Fill(holds, true, first, count);
                        break;
                    case 1:
                        await bench.Must(NvmCommand.WriteZeroes(1, (ulong)first, (ushort)(count - 1)));
                        Array.Fill(holds, true, first, count);
                        break;
                    case 2:
                        await bench.Must(NvmCommand.WriteUncorrectable(1, (ulong)first, (ushort)(count - 1)));
                        Array.Fill(holds, true, first, count);
                        break;
                    default:
                        bench.Memory.Store(data, new DatasetManagementRange { Slba = (ulong)first, LengthInBlocks = (uint)count });
                        await bench.Must(NvmCommand.DatasetManagement(1, 0), data);
                        Array.Fill(holds, false, first, count);
                        break;
                }

                var (from, length) = (random.Next(Blocks), (ushort)random.Next(0, 300));
                length = (ushort)Math.Min(length, Blocks - from);
                var end = length == 0 ? Blocks : from + length;
                var (header, found) = await Ask(bench, (ulong)from, 4096, Allocated, length);
                var expected = Enumerable.Range(from, end - from).Where(lba => Granule(lba).Any(other => holds[other])).ToArray();
                Assert.That(header.Cmpc, Is.EqualTo((byte)LbaStatusCompletion.Complete));
                Assert.That(found.SelectMany(Covered), Is.EqualTo(expected));
                Assert.That(found.Select(d => d.Status), Is.All.EqualTo(LbaStatusDescriptor.Allocated));
            }

            IEnumerable<int> Granule(int lba)
            {
                var start = lba / (int)granularity * (int)granularity;
                return Enumerable.Range(start, Math.Min((int)granularity, Blocks - start));
            }
        },
        new SimulatedDevice { Namespaces = [new() { Blocks = Blocks }], Migration = new() { AllocationGranularity = granularity } });

    [Test]
    public void What_does_not_fit_is_told_and_comes_with_the_next_command() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(4096);
            for (var lba = 0ul; lba < 100; lba += 10) await bench.Must(NvmCommand.Write(1, lba, 0), data);
            List<ulong> seen = [];
            var commands = 0;
            for (var lba = 0ul; ;)
            {
                // Room for three descriptors and a half.
                var (header, found) = await Ask(bench, lba, 8 + (3 * 16) + 8, Allocated);
                seen.AddRange(found.Select(d => d.Dslba));
                commands++;
                if (header.Cmpc == (byte)LbaStatusCompletion.Complete) break;
                Assert.That(found, Has.Length.EqualTo(3));
                lba = found[^1].Dslba + found[^1].Nlb;
            }

            Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 10).Select(i => (ulong)i * 10)));
            Assert.That(commands, Is.EqualTo(4));

            // Not even the header fits, or just the header does.
            Assert.That((await Ask(bench, 0, 4, Allocated)).Header.Nlsd, Is.Zero);
            var (none, _) = await Ask(bench, 0, 8, Allocated);
            Assert.That((none.Nlsd, none.Cmpc), Is.EqualTo((0u, (byte)LbaStatusCompletion.Incomplete)));
            (none, _) = await Ask(bench, 95, 8, Allocated);
            Assert.That(none.Cmpc, Is.EqualTo((byte)LbaStatusCompletion.Complete));
        },
        new SimulatedDevice { Migration = new() { AllocationGranularity = 1 } });

    [Test]
    public void A_run_longer_than_a_descriptor_can_count_takes_several() => IoBench.Run(
        async bench =>
        {
            // A block in each of the five granules makes all of the namespace allocated.
            var data = bench.Take(4096);
            for (var granule = 0ul; granule < 5; granule++) await bench.Must(NvmCommand.Write(1, (granule << 31) + 77, 0), data);
            var (_, found) = await Ask(bench, 0, 4096, Allocated);
            Assert.That(found.Sum(d => (long)d.Nlb), Is.EqualTo(10_000_000_000));
            Assert.That(found[0].Dslba, Is.Zero);
            for (var i = 1; i < found.Length; i++) Assert.That(found[i].Dslba, Is.EqualTo(found[i - 1].Dslba + found[i - 1].Nlb));
        },
        new SimulatedDevice
        {
            Namespaces = [new() { Blocks = 10_000_000_000, BlockSize = 512 }],
            Migration = new() { AllocationGranularity = 0x8000_0000 },
        });

    [TestCase(LbaStatusAction.ScanUnrecoverable)]
    [TestCase(LbaStatusAction.TrackedUnrecoverable)]
    public void Blocks_that_cannot_be_read_are_told_block_by_block(LbaStatusAction action) => IoBench.Run(async bench =>
    {
        await bench.Must(NvmCommand.WriteUncorrectable(1, 100, 4));
        await bench.Must(NvmCommand.WriteUncorrectable(1, 300, 0));
        await bench.Must(NvmCommand.Write(1, 102, 0), bench.Take(4096));
        var (header, found) = await Ask(bench, 101, 4096, (byte)action);
        Assert.That(header.Cmpc, Is.EqualTo((byte)LbaStatusCompletion.Complete));
        Assert.That(found.SelectMany(Covered), Is.EqualTo([101, 103, 104, 300]));
    });

    [Test]
    public void Ranges_and_actions_that_cannot_be_are_refused() => IoBench.Run(
        async bench =>
        {
            await Refused(AdminCommand.GetLbaStatus(1, Blocks, 64, Allocated), Status.LbaOutOfRange);
            await Refused(AdminCommand.GetLbaStatus(1, Blocks - 2, 64, Allocated, 3), Status.LbaOutOfRange);
            await Refused(AdminCommand.GetLbaStatus(1, 0, 64, 0), Status.InvalidField);
            await Refused(AdminCommand.GetLbaStatus(1, 0, 64, 3), Status.InvalidField);
            await Refused(AdminCommand.GetLbaStatus(2, 0, 64, Allocated), Status.InvalidField);
            await Refused(AdminCommand.GetLbaStatus(65, 0, 64, Allocated), Status.InvalidNamespaceOrFormat);
            await Refused(AdminCommand.GetLbaStatus(1, 0, 8 << 20, Allocated), Status.InvalidField);

            async Task Refused(SubmissionEntry entry, Status status) =>
                Assert.That((await bench.Vf.Do(entry, bench.Take(4096))).Status, Is.EqualTo(status));
        },
        new SimulatedNamespace { Blocks = Blocks });

    [TestCase(true)]
    [TestCase(false)]
    public void What_is_announced_is_what_works(bool supported) => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(4096);
            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), data);
            Assert.That(bench.Memory.Load<IdentifyController>(data).Oacs.GetLbaStatus, Is.True);
            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.CommandSetController), data);
            Assert.That(bench.Memory.Load<NvmController>(data).Aocs.ReportAllocatedLbas, Is.EqualTo(supported));
            var completion = await bench.Vf.Do(AdminCommand.GetLbaStatus(1, 0, 64, Allocated), data);
            Assert.That(completion.Status, Is.EqualTo(supported ? Status.Success : Status.InvalidField));
        },
        new SimulatedDevice { IoCommands = new() { ReportsAllocatedBlocks = supported } });

    private static IEnumerable<int> Covered(LbaStatusDescriptor descriptor) => Enumerable.Range((int)descriptor.Dslba, (int)descriptor.Nlb);

    private static async Task<(LbaStatusHeader Header, LbaStatusDescriptor[] Found)> Ask(
        IoBench bench, ulong slba, uint bytes, byte action, ushort length = 0)
    {
        var page = bench.Take(4096);
        bench.Memory.Fill(page, 4096, 0);
        await bench.Vf.Must(AdminCommand.GetLbaStatus(1, slba, bytes, action, length), page);
        var header = bench.Memory.Load<LbaStatusHeader>(page);
        var found = MemoryMarshal.Cast<byte, LbaStatusDescriptor>(bench.Memory.Read(page + LbaStatusHeader.Size, (int)header.Nlsd * 16));
        return (header, found.ToArray());
    }
}
