using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Metadata without protection information: a buffer of its own, or the end of each block.</summary>
[TestFixture]
internal sealed class MetadataTests
{
    private static readonly SimulatedNamespace _separate = new() { BlockSize = 512, MetadataSize = 64 };
    private static readonly SimulatedNamespace _extended = new() { BlockSize = 512, MetadataSize = 64, ExtendedMetadata = true };

    [Test]
    public void Metadata_in_a_buffer_of_its_own_comes_back_block_by_block() => IoBench.Run(
        async bench =>
        {
            const int Blocks = 10;
            var (data, metadata) = (bench.Take(Blocks * 512), bench.Take(4096));
            var (bytes, tags) = (Random(Blocks * 512, 1), Random(Blocks * 64, 2));
            bench.Memory.Write(data, bytes);
            bench.Memory.Write(metadata + 4, tags);
            await bench.Must(NvmCommand.Write(1, 1020, Blocks - 1) with { Mptr = bench.Vf.Iova(metadata) + 4 }, data);
            for (var i = 0; i < Blocks; i++)
            {
                await bench.Must(NvmCommand.Read(1, 1020 + (ulong)i, 0) with { Mptr = bench.Vf.Iova(metadata) }, data);
                Assert.That(bench.Memory.Read(data, 512).SequenceEqual(bytes.AsSpan(i * 512, 512)), $"data {i}");
                Assert.That(bench.Memory.Read(metadata, 64).SequenceEqual(tags.AsSpan(i * 64, 64)), $"metadata {i}");
            }

            await bench.Must(NvmCommand.WriteZeroes(1, 1021, 0));
            await bench.Must(NvmCommand.Read(1, 1021, 0) with { Mptr = bench.Vf.Iova(metadata) }, data);
            Assert.That(bench.Memory.Read(metadata, 64).ContainsAnyExcept((byte)0), Is.False);
        },
        _separate);

    [Test]
    public void Metadata_of_an_extended_block_follows_its_data() => IoBench.Run(
        async bench =>
        {
            const int Blocks = 10;
            var data = bench.Take(8192);
            var bytes = Random(Blocks * 576, 3);
            bench.Memory.Write(data, bytes);
            await bench.Must(NvmCommand.Write(1, 1020, Blocks - 1), data);
            bench.Memory.Fill(data, 8192, 0xEE);
            await bench.Must(NvmCommand.Read(1, 1023, 3), data);
            Assert.That(bench.Memory.Read(data, 4 * 576).SequenceEqual(bytes.AsSpan(3 * 576, 4 * 576)));
            Assert.That(bench.Memory.Read(data + (4 * 576), 1)[0], Is.EqualTo(0xEE), "no byte more");

            await bench.Must(NvmCommand.Compare(1, 1023, 3), data);
            bench.Memory.Store(data + 576 + 575, (byte)(bytes[(4 * 576) + 575] ^ 1));
            await bench.Expect(NvmCommand.Compare(1, 1023, 3), Status.CompareFailure, data);
        },
        _extended);

    [Test]
    public void Compare_looks_at_metadata_too() => IoBench.Run(
        async bench =>
        {
            // More than a page of metadata, so that it is compared in pieces.
            const int Blocks = 100;
            var (data, metadata) = (bench.Take(4096 * 16), bench.Take(8192));
            var list = bench.Take(4096);
            for (var i = 1; i < 16; i++) bench.Memory.Store(list + ((i - 1) * 8), bench.Vf.Iova(data) + ((ulong)i * 4096));
            bench.Memory.Write(data, Random(Blocks * 512, 4));
            bench.Memory.Write(metadata, Random(Blocks * 64, 5));
            await bench.Must(Of(NvmOpcode.Write));
            await bench.Must(Of(NvmOpcode.Compare));
            foreach (var at in (int[])[0, 4095, 4096, (Blocks * 64) - 1])
            {
                var value = bench.Memory.Read(metadata + at, 1)[0];
                bench.Memory.Store(metadata + at, (byte)(value ^ 0x80));
                await bench.Expect(Of(NvmOpcode.Compare), Status.CompareFailure);
                bench.Memory.Store(metadata + at, value);
            }

            SubmissionEntry Of(NvmOpcode opcode) => new LbaFields(NvmCommand.Of(opcode, 1)) { Slba = 60, NlbZ = Blocks - 1 }.Entry with
            {
                Prp1 = bench.Vf.Iova(data), Prp2 = bench.Vf.Iova(list), Mptr = bench.Vf.Iova(metadata),
            };
        },
        _separate);

    [Test]
    public void A_metadata_pointer_is_aligned_and_can_be_an_SGL_segment() => IoBench.Run(
        async bench =>
        {
            var (data, metadata, segment, last) = (bench.Take(4096), bench.Take(4096), bench.Take(4096), bench.Take(4096));
            bench.Memory.Write(data, Random(512, 6));
            bench.Memory.Write(metadata, Random(64, 7));
            await bench.Expect(NvmCommand.Write(1, 0, 0) with { Mptr = bench.Vf.Iova(metadata) + 2 }, Status.InvalidField, data);

            // One descriptor that leads to a last segment of two.
            bench.Memory.Store(segment, SglDescriptor.LastSegment(bench.Vf.Iova(last), 32));
            bench.Memory.Store(last, SglDescriptor.DataBlock(bench.Vf.Iova(metadata), 24));
            bench.Memory.Store(last + 16, SglDescriptor.DataBlock(bench.Vf.Iova(metadata) + 24, 40));
            var write = NvmCommand.Write(1, 0, 0) with
            {
                Mptr = bench.Vf.Iova(segment), Sgl1 = SglDescriptor.DataBlock(bench.Vf.Iova(data), 512),
            };
            write.Dword0 = write.Dword0 with { Psdt = 2 };
            await bench.Must(write);
            var back = bench.Take(4096);
            await bench.Must(NvmCommand.Read(1, 0, 0) with { Mptr = bench.Vf.Iova(back) }, data);
            Assert.That(bench.Memory.Read(back, 64).SequenceEqual(bench.Memory.Read(metadata, 64)));

            bench.Memory.Store(last + 16, SglDescriptor.DataBlock(bench.Vf.Iova(metadata) + 24, 39));
            await bench.Expect(write, Status.MetadataSglLengthInvalid);
            bench.Memory.Store(segment, SglDescriptor.DataBlock(bench.Vf.Iova(metadata), 64));
            await bench.Must(write);
            bench.Memory.Store(segment, SglDescriptor.DataBlock(bench.Vf.Iova(metadata), 60));
            await bench.Expect(write, Status.MetadataSglLengthInvalid);
            await bench.Expect(write with { Mptr = bench.Vf.Iova(segment) + 4 }, Status.InvalidField);
        },
        _separate);

    [TestCase(false, false, 15, TestName = "Metadata in its own buffer does not count against MDTS")]
    [TestCase(true, false, 13, TestName = "Metadata of extended blocks counts against MDTS")]
    [TestCase(true, true, 15, TestName = "With CTRATT.MEM metadata of extended blocks does not count against MDTS")]
    public void MDTS(bool extended, bool excluded, int most) => IoBench.Run(
        async bench =>
        {
            var (data, metadata) = (bench.Take(16384), bench.Take(4096));
            await bench.Must(Read(most));
            await bench.Expect(Read(most + 1), Status.InvalidField);
            await bench.Must(NvmCommand.Verify(1, 0, (ushort)most));
            await bench.Expect(NvmCommand.Verify(1, 0, (ushort)(most + 1)), Status.InvalidField);

            await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), data);
            Assert.That(bench.Memory.Load<IdentifyController>(data).Ctratt.MdtsExcludesMetadata, Is.EqualTo(excluded));

            SubmissionEntry Read(int nlbZ)
            {
                var read = NvmCommand.Read(1, 0, (ushort)nlbZ) with
                {
                    Sgl1 = SglDescriptor.DataBlock(bench.Vf.Iova(data), 16384), Mptr = bench.Vf.Iova(metadata),
                };
                return read with { Dword0 = read.Dword0 with { Psdt = 1 } };
            }
        },
        new SimulatedDevice
        {
            Namespaces = [extended ? _extended : _separate],
            Capabilities = new() { Mdts = 1 },
            IoCommands = new() { LimitsExcludeMetadata = excluded, VerifySizeLimit = 1 },
        });

    private static byte[] Random(int bytes, int seed)
    {
        var random = new byte[bytes];
        new Random(seed).NextBytes(random);
        return random;
    }
}
