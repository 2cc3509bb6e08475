using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Commands that change what blocks are, and commands that look at them.</summary>
[TestFixture]
internal sealed class BlockStateTests
{
    private const int Block = 4096;

    [Test]
    public void Zeroes_and_deallocated_ranges_read_as_zeroes_and_their_neighbours_stay() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var data = vf.Take(8 * Block);
        vf.Memory.Fill(data, 8 * Block, 0x5A);
        for (var lba = 0ul; lba < 32; lba += 2) await Must(vf, io, NvmCommand.Write(1, lba, 1), data);

        await Must(vf, io, NvmCommand.WriteZeroes(1, 2, 2));
        await Must(vf, io, NvmCommand.WriteZeroes(1, 8, 1, deallocate: true));
        vf.Memory.Store(data, new DatasetManagementRange { Slba = 20, LengthInBlocks = 3 });
        vf.Memory.Store(data + 16, new DatasetManagementRange { Slba = 14, LengthInBlocks = 1 });
        vf.Memory.Store(data + 32, new DatasetManagementRange { Slba = 21, LengthInBlocks = 0 });
        await Must(vf, io, NvmCommand.DatasetManagement(1, 2), data);

        ulong[] zero = [2, 3, 4, 8, 9, 14, 20, 21, 22];
        for (var lba = 0ul; lba < 32; lba++)
        {
            await Must(vf, io, NvmCommand.Read(1, lba, 0), data);
            Assert.That(vf.Memory.Read(data, Block).ContainsAnyExcept(zero.Contains(lba) ? (byte)0 : (byte)0x5A), Is.False, $"block {lba}");
        }
    });

    [Test]
    public void An_uncorrectable_block_fails_every_command_that_reads_it_until_it_is_written() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var data = vf.Take(2 * Block);
        await Must(vf, io, NvmCommand.WriteUncorrectable(1, 5, 0));
        await Expect(vf, io, NvmCommand.Read(1, 4, 1), Status.UnrecoveredReadError, data);
        await Expect(vf, io, NvmCommand.Compare(1, 4, 1), Status.UnrecoveredReadError, data);
        await Expect(vf, io, NvmCommand.Verify(1, 4, 1), Status.UnrecoveredReadError);
        await Must(vf, io, NvmCommand.Verify(1, 0, 4));
        await Must(vf, io, NvmCommand.Write(1, 5, 0), data);
        await Must(vf, io, NvmCommand.Read(1, 4, 1), data);
    });

    [Test]
    public void Compare_finds_the_one_byte_that_differs_wherever_it_is() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var data = vf.Take(2 * Block);
        vf.Memory.Fill(data, 2 * Block, 0x33);
        await Must(vf, io, NvmCommand.Write(1, 14, 1), data);
        await Must(vf, io, NvmCommand.Compare(1, 14, 1), data);
        foreach (var at in (int[])[0, Block - 1, Block, (2 * Block) - 1])
        {
            vf.Memory.Store(data + at, (byte)0x34);
            await Expect(vf, io, NvmCommand.Compare(1, 14, 1), Status.CompareFailure, data);
            vf.Memory.Store(data + at, (byte)0x33);
        }
    });

    [Test]
    public void Limits_of_size_and_ranges_are_announced_and_refuse_one_more() => Rig.Run(
        async rig =>
        {
            var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
            var io = await vf.CreateQueues(1);
            var data = vf.Take(Block);
            await vf.Must(AdminCommand.Identify((byte)Cns.CommandSetController), data);
            var limits = vf.Memory.Load<NvmController>(data);
            Assert.That((limits.Vsl, limits.Wzsl, limits.Wusl), Is.EqualTo((1, 2, 3)));
            Assert.That((limits.Dmrl, limits.Dmrsl, limits.Dmsl), Is.EqualTo((2, 10, 15)));
            await Must(vf, io, NvmCommand.Verify(1, 0, 1));
            await Expect(vf, io, NvmCommand.Verify(1, 0, 2), Status.InvalidField);
            await Must(vf, io, NvmCommand.WriteZeroes(1, 0, 3));
            await Expect(vf, io, NvmCommand.WriteZeroes(1, 0, 4), Status.InvalidField);
            await Must(vf, io, NvmCommand.WriteUncorrectable(1, 0, 7));
            await Expect(vf, io, NvmCommand.WriteUncorrectable(1, 0, 8), Status.InvalidField);

            await Deallocate(Status.Success, 10, 5);
            await Deallocate(Status.CommandSizeLimitExceeded, 11);
            await Deallocate(Status.CommandSizeLimitExceeded, 10, 6);
            await Deallocate(Status.CommandSizeLimitExceeded, 1, 1, 1);

            async Task Deallocate(Status status, params uint[] lengths)
            {
                for (var i = 0; i < lengths.Length; i++)
                    vf.Memory.Store(data + (i * 16), new DatasetManagementRange { Slba = 100, LengthInBlocks = lengths[i] });
                await Expect(vf, io, NvmCommand.DatasetManagement(1, (byte)(lengths.Length - 1)), status, data);
            }
        },
        new()
        {
            Device = new()
            {
                IoCommands = new()
                {
                    VerifySizeLimit = 1,
                    WriteZeroesSizeLimit = 2,
                    WriteUncorrectableSizeLimit = 3,
                    DatasetRanges = 2,
                    DatasetRangeBlocks = 10,
                    DatasetBlocks = 15,
                },
            },
        });

    [Test]
    public void A_range_beyond_the_end_refuses_the_whole_command() => Rig.Run(async rig =>
    {
        var vf = await rig.Vf(await rig.Pf(rig.Pair.Source));
        var io = await vf.CreateQueues(1);
        var data = vf.Take(Block);
        var blocks = (ulong)new SimulatedNamespace().Blocks;
        vf.Memory.Fill(data, Block, 0x77);
        await Must(vf, io, NvmCommand.Write(1, 3, 0), data);
        vf.Memory.Store(data, new DatasetManagementRange { Slba = 3, LengthInBlocks = 1 });
        vf.Memory.Store(data + 16, new DatasetManagementRange { Slba = blocks - 1, LengthInBlocks = 2 });
        await Expect(vf, io, NvmCommand.DatasetManagement(1, 1), Status.LbaOutOfRange, data);
        vf.Memory.Store(data + 16, new DatasetManagementRange { Slba = ulong.MaxValue, LengthInBlocks = 2 });
        await Expect(vf, io, NvmCommand.DatasetManagement(1, 1), Status.LbaOutOfRange, data);
        await Must(vf, io, NvmCommand.Read(1, 3, 0), data);
        Assert.That(vf.Memory.Read(data, Block).ContainsAnyExcept((byte)0x77), Is.False);

        foreach (var entry in (SubmissionEntry[])
            [
                NvmCommand.Read(1, blocks - 1, 1), NvmCommand.Write(1, blocks, 0), NvmCommand.Compare(1, ulong.MaxValue, 1),
                NvmCommand.WriteZeroes(1, blocks - 2, 2), NvmCommand.WriteUncorrectable(1, blocks, 0), NvmCommand.Verify(1, blocks, 0),
            ])
        {
            await Expect(vf, io, entry, Status.LbaOutOfRange, data);
        }
    });

    [Test]
    public void Every_change_of_blocks_is_logged_and_a_deallocation_as_such() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var vf = await rig.Vf(pf);
        var io = await vf.CreateQueues(1);
        var data = vf.Take(Block);
        var log = pf.Take(Block);
        var created = await pf.Must(
            MigrationCommand.CreateUserDataMigrationQueue(vf.Controller.Id, 128) with { Prp1 = pf.Iova(log) });
        await pf.Must(MigrationCommand.LogUserDataChanges((ushort)created.Dw0, LoggingAction.Start));
        await Must(vf, io, NvmCommand.WriteZeroes(1, 2, 2));
        await Must(vf, io, NvmCommand.WriteZeroes(1, 8, 1, deallocate: true));
        await Must(vf, io, NvmCommand.WriteUncorrectable(1, 30, 0));
        vf.Memory.Store(data, new DatasetManagementRange { Slba = 20, LengthInBlocks = 3 });
        vf.Memory.Store(data + 16, new DatasetManagementRange { Slba = 14, LengthInBlocks = 1 });
        await Must(vf, io, NvmCommand.DatasetManagement(1, 1), data);
        await Must(vf, io, NvmCommand.DatasetManagement(1, 1, deallocate: false), data);
        (ulong Slba, uint NlbZ, bool Deallocated)[] expected = [(2, 2, false), (8, 1, true), (30, 0, false), (20, 2, true), (14, 0, true)];
        for (var i = 0; i < expected.Length; i++)
        {
            var entry = pf.Memory.Load<LbaMigrationQueueEntry>(log + ((i + 1) * LbaMigrationQueueEntry.Size));
            Assert.That((entry.Slba, entry.NlbZ, entry.Attributes.Deallocated), Is.EqualTo(expected[i]));
        }

        Assert.That(pf.Memory.Load<LbaMigrationQueueEntry>(log + (6 * LbaMigrationQueueEntry.Size)).Attributes.Phase, Is.False);
    });

    private static async Task Must(RawHost vf, RawQueue io, SubmissionEntry entry, long data = -1) =>
        await Expect(vf, io, entry, Status.Success, data);

    private static async Task Expect(RawHost vf, RawQueue io, SubmissionEntry entry, Status status, long data = -1) =>
        Assert.That((await vf.Io(io, entry, data)).Status, Is.EqualTo(status), $"{(NvmOpcode)entry.Opcode}");
}
