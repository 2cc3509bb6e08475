using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Migration;

/// <summary>Blocks of every state arrive as what they are, and blocks that differ are told one by one. Over the wire only.</summary>
public sealed class MediumCopierTests
{
    private static readonly LbaRange All = new(0, 256);

    private static SimulatedDevice Device(Func<SimulatedNamespace, SimulatedNamespace>? of = null) => new()
    {
        Namespaces = [(of ?? (it => it))(new SimulatedNamespace { Blocks = 256 })],
        Migration = new SimulatedMigration { AllocationGranularity = 1 },
    };

    [Test]
    public void Written_zeroes_arrive_written_and_deallocated_blocks_deallocated() => CopyRig.Run(Device(), async rig =>
    {
        await rig.WriteAsync(rig.Source, 0, 8, 0x5A);
        await rig.ZeroAsync(rig.Source, 16, 8);
        await rig.WriteAsync(rig.Source, 32, 8, 0);
        foreach (var lba in new ulong[] { 0, 16, 32, 48, 64 }) await rig.WriteAsync(rig.Destination, lba, 8, 0xA5);
        Assert.That((await rig.Copier.CopyAsync([All])).IsOk, Is.True);
        LbaRange[] written = [new(0, 8), new(16, 8), new(32, 8)];
        Assert.That(await rig.AllocatedAsync(rig.Source), Is.EqualTo(written));
        Assert.That(await rig.AllocatedAsync(rig.Destination), Is.EqualTo(written));
        Assert.That(await rig.DifferencesAsync(All), Is.Empty);
        Assert.That(rig.Copier.Counters.BlocksDeallocated, Is.EqualTo(256 - 24));
    });

    [Test]
    public void Where_nobody_tracks_allocation_what_reads_as_zero_is_written_as_zero() =>
        CopyRig.Run(Device() with { IoCommands = new SimulatedIoCommands { ReportsAllocatedBlocks = false } }, async rig =>
        {
            await rig.WriteAsync(rig.Destination, 0, 256, 0xA5);
            Assert.That((await rig.Copier.CopyAsync([All])).IsOk, Is.True);
            Assert.That(rig.Copier.Counters.BlocksZeroed, Is.EqualTo(256));
            Assert.That(rig.Copier.Counters.BlocksDeallocated, Is.Zero);
            Assert.That(await rig.DifferencesAsync(All), Is.Empty);
        });

    [Test]
    public void Where_a_deallocated_block_may_read_as_anything_what_was_read_is_written() =>
        CopyRig.Run(Device(it => it with { DeallocatedReads = DeallocatedPattern.NotReported }), async rig =>
        {
            await rig.WriteAsync(rig.Destination, 0, 256, 0xA5);
            Assert.That((await rig.Copier.CopyAsync([All])).IsOk, Is.True);
            Assert.That(await rig.DifferencesAsync(All), Is.Empty);
            Assert.That(await rig.AllocatedAsync(rig.Destination), Is.EqualTo(new[] { All }));
        });

    [Test]
    public void Blocks_that_cannot_be_read_arrive_as_such_and_those_beside_them_arrive_whole() => CopyRig.Run(Device(), async rig =>
    {
        await rig.WriteAsync(rig.Source, 0, 16, 0x5A);
        await rig.BreakAsync(rig.Source, 5, 2);
        Assert.That((await rig.Copier.CopyAsync([new LbaRange(0, 16)])).IsOk, Is.True);
        Assert.That(rig.Copier.Counters.BlocksUncorrectable, Is.EqualTo(2));
        Assert.That((await rig.ReadAsync(rig.Destination, 7)).Data, Is.All.EqualTo(0x5A));
        Assert.That(await rig.DifferencesAsync(All), Is.Empty);
    });

    [Test]
    public void In_a_chunk_that_neither_side_can_read_each_block_is_compared() => CopyRig.Run(Device(), async rig =>
    {
        foreach (var side in new[] { rig.Source, rig.Destination })
        {
            await rig.WriteAsync(side, 0, 16, 0x5A);
            await rig.BreakAsync(side, 3, 1);
        }

        await rig.BreakAsync(rig.Source, 6, 1);
        await rig.BreakAsync(rig.Destination, 9, 1);
        await rig.WriteAsync(rig.Destination, 12, 2, 0xA5);
        Assert.That(await rig.DifferencesAsync(new LbaRange(0, 16)), Is.EqualTo(new LbaRange[] { new(6, 1), new(9, 1), new(12, 2) }));
    });

    [TestCase(true)]
    [TestCase(false)]
    public void Protection_information_arrives_as_it_is(bool extended) =>
        CopyRig.Run(
            Device(it => it with { MetadataSize = 8, ProtectionType = 1, ExtendedMetadata = extended, BlockSize = 512 }),
            async rig =>
            {
                // Whatever stands there: with checks off a tuple that would not hold arrives as well.
                await rig.WriteAsync(rig.Source, 0, 4, 0x5A, 0x77);
                await rig.WriteAsync(rig.Source, 8, 4, 0, 0x33);
                Assert.That((await rig.Copier.CopyAsync([new LbaRange(0, 16)])).IsOk, Is.True);
                foreach (var lba in new ulong[] { 0, 3, 8, 11 })
                    Assert.That(await rig.ReadAsync(rig.Destination, lba), Is.EqualTo(await rig.ReadAsync(rig.Source, lba)), $"LBA {lba}");
                Assert.That((await rig.ReadAsync(rig.Destination, 0)).Metadata, extended ? Is.Empty : Is.All.EqualTo(0x77));
                Assert.That(await rig.DifferencesAsync(All), Is.Empty);
            });

    [Test]
    public void A_destination_that_was_emptied_is_told_with_what_it_still_holds() => CopyRig.Run(Device(), async rig =>
    {
        await rig.WriteAsync(rig.Destination, 40, 8, 0xA5);
        var (outcome, left) = await rig.Copier.ClearDestinationAsync();
        Assert.That(outcome.IsOk, Is.True);
        Assert.That(left, Is.Empty);
        Assert.That(await rig.AllocatedAsync(rig.Destination), Is.Empty);
    });
}
