using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Io;

/// <summary>Data pointers that are wrong, and what a command that fails for them leaves behind.</summary>
[TestFixture]
internal sealed class DataPointerTests
{
    private const ulong Nowhere = 0xDEAD_0000;

    [Test]
    public void PRPs_with_wrong_offsets_are_refused() => IoBench.Run(async bench =>
    {
        var (data, list) = (bench.Vf.Iova(bench.Take(16384)), bench.Take(4096));
        var read = NvmCommand.Read(1, 0, 1);
        await bench.Expect(read with { Prp1 = data + 2, Prp2 = data + 4096 }, Status.PrpOffsetInvalid);
        await bench.Expect(read with { Prp1 = data, Prp2 = data + 4096 + 8 }, Status.PrpOffsetInvalid);

        // Three pages: a list, whose place must be a multiple of 8 and whose entries have no offset.
        bench.Memory.Store(list, data + 4096);
        bench.Memory.Store(list + 8, data + 8192);
        read = NvmCommand.Read(1, 0, 2) with { Prp1 = data, Prp2 = bench.Vf.Iova(list) };
        await bench.Must(read);
        await bench.Expect(read with { Prp2 = read.Prp2 + 4 }, Status.PrpOffsetInvalid);
        bench.Memory.Store(list + 8, data + 8192 + 512);
        await bench.Expect(read, Status.PrpOffsetInvalid);
        await bench.Expect(read with { Prp2 = Nowhere }, Status.DataTransferError);
    });

    [Test]
    public void SGLs_with_wrong_descriptors_are_refused_by_their_own_statuses() => IoBench.Run(async bench =>
    {
        var (data, segment, last) = (bench.Vf.Iova(bench.Take(8192)), bench.Take(4096), bench.Take(4096));
        var (first, second) = (bench.Vf.Iova(segment), bench.Vf.Iova(last));

        // The descriptor of the command.
        await bench.Must(Sgl(SglDescriptor.DataBlock(data, 4096)));
        await bench.Must(Sgl(SglDescriptor.DataBlock(data, 5000)));
        await bench.Must(Sgl(SglDescriptor.DataBlock(data + 1, 4096)));
        await bench.Expect(Sgl(SglDescriptor.DataBlock(data, 4095)), Status.DataSglLengthInvalid);
        await bench.Expect(Sgl(default), Status.DataSglLengthInvalid);
        await bench.Expect(Sgl(SglDescriptor.DataBlock(ulong.MaxValue, 4096)), Status.DataSglLengthInvalid);
        await bench.Expect(Sgl(SglDescriptor.DataBlock(Nowhere, 4096)), Status.DataTransferError);
        var whole = SglDescriptor.DataBlock(data, 4096);
        await bench.Expect(Sgl(whole with { Type = SglType.KeyedDataBlock }), Status.SglDescriptorTypeInvalid);
        await bench.Expect(Sgl(whole with { Subtype = SglSubtype.Offset }), Status.SglDescriptorTypeInvalid);
        await bench.Expect(Sgl(SglDescriptor.Segment(first, 0)), Status.InvalidSglSegmentDescriptor);
        await bench.Expect(Sgl(SglDescriptor.Segment(first, 24)), Status.InvalidSglSegmentDescriptor);
        await bench.Expect(Sgl(SglDescriptor.Segment(ulong.MaxValue - 15, 32)), Status.DataSglLengthInvalid);

        // Segments.
        Put(segment, SglDescriptor.DataBlock(data, 1000), SglDescriptor.LastSegment(second, 16));
        Put(last, SglDescriptor.DataBlock(data + 1000, 3096));
        await bench.Must(Sgl(SglDescriptor.Segment(first, 32)));
        await bench.Expect(Sgl(SglDescriptor.LastSegment(first, 32)), Status.InvalidSglSegmentDescriptor);
        Put(last, SglDescriptor.LastSegment(second, 16));
        await bench.Expect(Sgl(SglDescriptor.Segment(first, 32)), Status.InvalidSglSegmentDescriptor);
        Put(segment, SglDescriptor.LastSegment(second, 16), SglDescriptor.DataBlock(data, 4096));
        await bench.Expect(Sgl(SglDescriptor.Segment(first, 32)), Status.InvalidNumberOfSglDescriptors);
        Put(segment, SglDescriptor.DataBlock(data, 4095), default);
        await bench.Expect(Sgl(SglDescriptor.LastSegment(first, 32)), Status.DataSglLengthInvalid);
        Put(segment, SglDescriptor.Segment(first, 16));
        await bench.Expect(Sgl(SglDescriptor.Segment(first, 16)), Status.InvalidNumberOfSglDescriptors);

        SubmissionEntry Sgl(SglDescriptor descriptor)
        {
            var read = NvmCommand.Read(1, 0, 0) with { Sgl1 = descriptor };
            return read with { Dword0 = read.Dword0 with { Psdt = 1 } };
        }

        void Put(long at, params SglDescriptor[] descriptors)
        {
            for (var i = 0; i < descriptors.Length; i++) bench.Memory.Store(at + (i * SglDescriptor.Size), descriptors[i]);
        }
    });

    [TestCase(true)]
    [TestCase(false)]
    public void A_bit_bucket_discards_what_is_read_and_stands_for_nothing_in_a_write_where_there_is_one(bool supported) => IoBench.Run(
        async bench =>
        {
            var (data, segment) = (bench.Take(8192), bench.Take(4096));
            for (var i = 0; i < 4096; i++) bench.Memory.Store(data + i, (byte)(i % 251));
            bench.Memory.Store(segment, SglDescriptor.DataBlock(bench.Vf.Iova(data), 96));
            bench.Memory.Store(segment + 16, SglDescriptor.BitBucket(1000));
            bench.Memory.Store(segment + 32, SglDescriptor.DataBlock(bench.Vf.Iova(data) + 96, 4000));
            var write = NvmCommand.Write(1, 0, 0) with { Sgl1 = SglDescriptor.LastSegment(bench.Vf.Iova(segment), 48) };
            write.Dword0 = write.Dword0 with { Psdt = 1 };
            var expectedStatus = supported ? Status.Success : Status.SglDescriptorTypeInvalid;
            await bench.Expect(write, expectedStatus);
            bench.Memory.Fill(data, 8192, 0xEE);
            await bench.Expect(write with { Dword0 = write.Dword0 with { Opcode = (byte)NvmOpcode.Read } }, expectedStatus);
            if (!supported) return;
            for (var i = 0; i < 4096; i++)
            {
                var expected = i < 96 ? i % 251 : i + 1000 < 4096 ? (i + 1000) % 251 : 0xEE;
                Assert.That(bench.Memory.Read(data + i, 1)[0], Is.EqualTo(expected), $"byte {i}");
            }
        },
        new SimulatedDevice { IoCommands = new() { SglBitBucket = supported } });

    [Test]
    public void Without_SGLs_PSDT_is_an_invalid_field() => IoBench.Run(
        async bench =>
        {
            var read = NvmCommand.Read(1, 0, 0) with { Sgl1 = SglDescriptor.DataBlock(bench.Vf.Iova(bench.Take(4096)), 4096) };
            await bench.Expect(read with { Dword0 = read.Dword0 with { Psdt = 1 } }, Status.InvalidField);
        },
        new SimulatedDevice { Capabilities = new() { Sgls = false } });

    [Test]
    public void A_write_whose_data_cannot_be_fetched_whole_changes_nothing() => IoBench.Run(async bench =>
    {
        var data = bench.Take(8192);
        await bench.Fill(20, 0x44, data);
        await bench.Must(NvmCommand.WriteUncorrectable(1, 21, 0));
        bench.Memory.Fill(data, 8192, 0x55);
        var faults = bench.Vf.Space.Faults.Count;
        await bench.Expect(NvmCommand.Write(1, 20, 1) with { Prp1 = bench.Vf.Iova(data), Prp2 = Nowhere }, Status.DataTransferError);
        Assert.That(bench.Vf.Space.Faults.Count - faults, Is.EqualTo(1));
        Assert.That((await bench.Read(20, data))[0], Is.EqualTo(0x44));
        await bench.Expect(NvmCommand.Read(1, 21, 0), Status.UnrecoveredReadError, data);
    });

    [Test]
    public void An_identifier_that_cannot_be_one_that_names_nothing_and_all_of_them_are_told_apart() => IoBench.Run(async bench =>
    {
        var data = bench.Take(8192);
        foreach (var opcode in (NvmOpcode[])
            [
                NvmOpcode.Read, NvmOpcode.Write, NvmOpcode.Compare, NvmOpcode.Verify, NvmOpcode.WriteZeroes, NvmOpcode.WriteUncorrectable,
                NvmOpcode.DatasetManagement, NvmOpcode.Flush,
            ])
        {
            await bench.Expect(NvmCommand.Of(opcode, 0), Status.InvalidNamespaceOrFormat, data);
            await bench.Expect(NvmCommand.Of(opcode, 65), Status.InvalidNamespaceOrFormat, data);
            await bench.Expect(NvmCommand.Of(opcode, 2), Status.InvalidField, data);
            await bench.Expect(NvmCommand.Of(opcode, 0xFFFF_FFFF), opcode == NvmOpcode.Flush ? Status.Success : Status.InvalidField, data);
        }
    });

    [Test]
    public void Force_unit_access_and_limited_retry_change_nothing_and_a_directive_is_refused() => IoBench.Run(async bench =>
    {
        var data = bench.Take(4096);
        bench.Memory.Fill(data, 4096, 0x12);
        await bench.Must(new LbaFields(NvmCommand.Write(1, 1, 0, fua: true)) { Lr = true }.Entry, data);
        await bench.Must(new LbaFields(NvmCommand.Read(1, 1, 0)) { Fua = true, Lr = true }.Entry, data);
        await bench.Expect(new LbaFields(NvmCommand.Write(1, 1, 0)) { DirectiveType = 1 }.Entry, Status.InvalidField, data);
    });
}
