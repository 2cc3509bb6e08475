using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Deallocated blocks: what they read as, and room on a thin namespace.</summary>
[TestFixture]
internal sealed class DeallocatedTests
{
    [Test]
    public void Where_deallocated_blocks_read_as_ones_Write_Zeroes_does_not_deallocate() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(4096);
            Assert.That((await bench.Read(5, data)).AsSpan().ContainsAnyExcept((byte)0xFF), Is.False);
            await bench.Fill(5, 0x11, data);
            await bench.Must(NvmCommand.WriteZeroes(1, 5, 0, deallocate: true));
            Assert.That((await bench.Read(5, data)).AsSpan().ContainsAnyExcept((byte)0), Is.False);
            bench.Memory.Store(data, new DatasetManagementRange { Slba = 5, LengthInBlocks = 1 });
            await bench.Must(NvmCommand.DatasetManagement(1, 0), data);
            Assert.That((await bench.Read(5, data)).AsSpan().ContainsAnyExcept((byte)0xFF), Is.False);

            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyNamespace, 1), data);
            var identify = bench.Memory.Load<IdentifyNamespace>(data);
            Assert.That(identify.Dlfeat.ReadBehavior, Is.EqualTo(DeallocatedRead.Ones));
            Assert.That(identify.Nuse, Is.Zero);
        },
        new SimulatedNamespace { DeallocatedReads = DeallocatedPattern.Ones });

    [Test]
    public void A_thin_namespace_takes_no_more_than_its_capacity() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(8192);
            for (var lba = 0ul; lba < 4; lba++) await bench.Fill(lba * 100, (byte)lba, data);
            await bench.Expect(NvmCommand.Write(1, 50, 0), Status.CapacityExceeded, data);
            await bench.Expect(NvmCommand.Write(1, 100, 1), Status.CapacityExceeded, data);
            await bench.Expect(NvmCommand.WriteZeroes(1, 50, 0), Status.CapacityExceeded);
            await bench.Expect(NvmCommand.WriteUncorrectable(1, 50, 0), Status.CapacityExceeded);
            Assert.That((await bench.Read(100, data))[0], Is.EqualTo(1));
            await bench.Must(NvmCommand.Write(1, 100, 0), data);
            await bench.Must(NvmCommand.WriteZeroes(1, 300, 0, deallocate: true));
            await bench.Must(NvmCommand.Write(1, 50, 0), data);

            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyNamespace, 1), data);
            var identify = bench.Memory.Load<IdentifyNamespace>(data);
            Assert.That((identify.Ncap, identify.Nuse, identify.Nsfeat.ThinProvisioning), Is.EqualTo((4, 4, true)));
        },
        new SimulatedNamespace { Blocks = 1000, Capacity = 4 });

    [Test]
    public void A_namespace_that_is_not_ready_yet_says_so_and_may_be_tried_again() => IoBench.Run(
        async bench =>
        {
            var data = bench.Take(4096);
            foreach (var entry in (SubmissionEntry[])[NvmCommand.Read(1, 0, 0), NvmCommand.Write(1, 0, 0), NvmCommand.Flush(0xFFFF_FFFF)])
            {
                var completion = await bench.Do(entry, data);
                Assert.That((completion.Status, completion.StatusField.Dnr), Is.EqualTo((Status.NamespaceNotReady, false)));
            }

            await bench.Rig.World.After(60_000_000_000);
            await bench.Must(NvmCommand.Read(1, 0, 0), data);
        },
        new SimulatedNamespace { ReadyAfter = Duration.FromSeconds(60) });
}
