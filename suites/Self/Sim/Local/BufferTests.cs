using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Local;

/// <summary>The Controller Memory Buffer (Base 2.3 8.2.1): what may be placed there, and 0/12h for what may not.</summary>
[TestFixture]
internal sealed class BufferTests
{
    [Test]
    public void Without_the_option_there_is_none() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        var cap = new Capabilities(pf.Function.Read64(Register.Cap));
        pf.Function.Write64(Register.CmbMsc, 0x1_0000_0003);
        pf.Function.Write32(Register.PmrCtl, 1);
        Assert.That((cap.Cmbs, cap.Pmrs), Is.EqualTo((false, false)));
        int[] reserved = [Register.CmbLoc, Register.CmbSz, Register.CmbMsc, Register.CmbMsc + 4, Register.PmrCap, Register.PmrCtl, Register.PmrSts];
        Assert.That(reserved.Select(at => pf.Function.Read32(at)), Is.All.Zero);
    });

    [Test]
    public void It_is_told_of_when_the_host_asks() => LocalBench.Run(async bench =>
    {
        await Task.CompletedTask;
        Assert.That(new Capabilities(bench.Function.Read64(Register.Cap)).Cmbs);
        var size = new CmbSize(bench.Function.Read32(Register.CmbSz));
        Assert.That((size.Bytes, size.Sqs, size.Cqs, size.Lists, size.Rds, size.Wds), Is.EqualTo((LocalBench.Size, true, true, true, true, true)));
        Assert.That(bench.BufferAt + size.Bytes, Is.LessThanOrEqualTo(bench.Function.BarLength));
        Assert.That(new CmbStatus(bench.Function.Read32(Register.CmbSts)).Cbai, Is.False);
        bench.WriteBuffer(0, LocalBench.Bytes(16, 1));
        var at = bench.BufferAt;
        bench.Function.Write64(Register.CmbMsc, 0);
        Assert.That((bench.Function.Read32(Register.CmbLoc), bench.Function.Read32(Register.CmbSz), bench.Function.Read32(at)), Is.EqualTo((0u, 0u, 0u)));
    });

    [Test]
    public void Data_goes_to_it_and_comes_from_it_without_the_IOMMU() => LocalBench.Run(async bench =>
    {
        var bytes = LocalBench.Bytes(8192, 2);
        bench.WriteBuffer(4096, bytes);
        await bench.Expect(Status.Success, NvmCommand.Write(1, 7, 1), LocalBench.BufferBase + 4096, LocalBench.BufferBase + 8192);
        var data = bench.Vf.Take(8192);
        await bench.Expect(Status.Success, NvmCommand.Read(1, 7, 1), bench.Vf.Iova(data), bench.Vf.Iova(data + 4096));
        Assert.That(bench.Vf.Memory.Read(data, 8192).SequenceEqual(bytes));
        await bench.Expect(Status.Success, NvmCommand.Read(1, 7, 1), LocalBench.BufferBase + 0xE000, LocalBench.BufferBase + 0xF000);
        Assert.That(bench.ReadBuffer(0xE000, 8192), Is.EqualTo(bytes));
        Assert.That(bench.Vf.Space.Faults, Is.Empty);
    });

    [Test]
    public void While_its_window_is_closed_its_addresses_are_host_memory() => LocalBench.Run(async bench =>
    {
        foreach (var control in new[] { LocalBench.BufferBase | 1, LocalBench.BufferBase | 2 }) // not CMSE, not CRE
        {
            bench.Function.Write64(Register.CmbMsc, control);
            await bench.Expect(Status.DataTransferError, NvmCommand.Read(1, 0, 0), LocalBench.BufferBase);
        }

        Assert.That(bench.Vf.Space.Faults, Has.Count.EqualTo(2));
        Assert.That(bench.Vf.Space.Faults[0].Requester, Is.EqualTo(bench.Function.Requester));
        // Beyond its end too.
        bench.OpenBuffer();
        await bench.Expect(Status.DataTransferError, NvmCommand.Read(1, 0, 0), LocalBench.BufferBase + LocalBench.Size);
    });

    [Test]
    public void An_address_that_cannot_be_is_not_enabled() => LocalBench.Run(async bench =>
    {
        foreach (var at in new[] { 0xFFFF_FFFF_FFFF_1000, LocalBench.RegionBase - 4096 })
        {
            bench.OpenBuffer(at);
            Assert.That(new CmbStatus(bench.Function.Read32(Register.CmbSts)).Cbai, $"{at:X}h");
            await bench.Expect(Status.DataTransferError, NvmCommand.Read(1, 0, 0), at);
        }

        bench.OpenBuffer(0xFFFF_FFFF_FFFF_0000);
        Assert.That(new CmbStatus(bench.Function.Read32(Register.CmbSts)).Cbai, Is.False, "the last 64 KiB");
        await bench.Expect(Status.Success, NvmCommand.Read(1, 0, 0), 0xFFFF_FFFF_FFFF_F000);
    });

    [Test]
    public void Queues_and_lists_in_it_work_as_in_host_memory() => LocalBench.Run(async bench =>
    {
        bench.WriteBuffer(0, new byte[0x3000]); // phase tags are the host's to clear
        await bench.Vf.Must(AdminCommand.CreateIoCq(2, 15, 0) with { Prp1 = LocalBench.BufferBase + 0x1000 });
        await bench.Vf.Must(AdminCommand.CreateIoSq(2, 15, 2) with { Prp1 = LocalBench.BufferBase });
        var (data, phase) = (bench.Vf.Take(3 * 4096), true);
        for (var i = 0; i < 40; i++)
        {
            bench.WriteBuffer(0x2000, Wire.Bytes(bench.Vf.Iova(data + 8192)));
            bench.WriteBuffer(0x2008, Wire.Bytes(bench.Vf.Iova(data + 4096)));
            var read = NvmCommand.Read(1, 0, 2) with { Cid = (ushort)i, Prp1 = bench.Vf.Iova(data), Prp2 = LocalBench.BufferBase + 0x2000 };
            bench.WriteBuffer(i % 16 * 64, Wire.Bytes(in read));
            bench.Function.Write32(Register.SqTailDoorbell(2, 0), (uint)((i + 1) % 16));
            await bench.Rig.World.After(1_000);
            var entry = Wire.Read<CompletionEntry>(bench.ReadBuffer(0x1000 + (i % 16 * 16), 16));
            Assert.That((entry.Cid, entry.Phase, entry.Status), Is.EqualTo(((ushort)i, phase, Status.Success)));
            if (i % 16 == 15) phase = !phase;
            bench.Function.Write32(Register.CqHeadDoorbell(2, 0), (uint)((i + 1) % 16));
        }
    });

    [Test]
    public void The_admin_queue_may_be_there_for_CMBMSC_outlives_a_controller_reset() => LocalBench.Run(async bench =>
    {
        bench.Function.Write32(Register.Cc, 0);
        await bench.Vf.Settle();
        Assert.That(bench.Function.Read64(Register.CmbMsc), Is.EqualTo(LocalBench.BufferBase | 3));
        bench.WriteBuffer(0, new byte[0x2000]);
        bench.Function.Write64(Register.Asq, LocalBench.BufferBase);
        bench.Function.Write64(Register.Acq, LocalBench.BufferBase + 0x1000);
        bench.Function.Write32(Register.Cc, 0x0046_0001);
        await bench.Vf.Settle();
        bench.WriteBuffer(0, Wire.Bytes(AdminCommand.GetFeatures((byte)FeatureId.Arbitration) with { Cid = 0x1234 }));
        bench.Function.Write32(Register.SqTailDoorbell(0, 0), 1);
        await bench.Vf.Settle();
        var entry = Wire.Read<CompletionEntry>(bench.ReadBuffer(0x1000, 16));
        Assert.That((entry.Cid, entry.Phase, entry.Status), Is.EqualTo(((ushort)0x1234, true, Status.Success)));
    });

    private static readonly TestCaseData[] _forbidden =
    [
        new TestCaseData(new SimulatedMemoryBuffer { ReadData = false }, "read", true).SetName("Without_RDS_no_data_goes_there"),
        new TestCaseData(new SimulatedMemoryBuffer { WriteData = false }, "write", true).SetName("Without_WDS_no_data_comes_from_there"),
        new TestCaseData(new SimulatedMemoryBuffer { CompletionQueues = false }, "cq", true).SetName("Without_CQS_no_completion_queue"),
        new TestCaseData(new SimulatedMemoryBuffer { SubmissionQueues = false, Lists = false }, "sq", true).SetName("Without_SQS_no_submission_queue"),
        new TestCaseData(new SimulatedMemoryBuffer { Lists = false, ListsWithoutCommand = true }, "list", true).SetName("Without_LISTS_no_list"),
        new TestCaseData(new SimulatedMemoryBuffer(), "list", true).SetName("Without_CDPCILS_no_list_of_a_command_that_is_elsewhere"),
        new TestCaseData(new SimulatedMemoryBuffer { ListsWithoutCommand = true }, "list", false).SetName("With_CDPCILS_a_list_of_any_command"),
        new TestCaseData(new SimulatedMemoryBuffer { ListsWithoutCommand = true }, "lists", true).SetName("Without_CDPMLS_a_list_is_in_one_place"),
        new TestCaseData(new SimulatedMemoryBuffer { ListsWithoutCommand = true, MixedLists = true }, "lists", false).SetName("With_CDPMLS_in_two"),
        new TestCaseData(new SimulatedMemoryBuffer(), "segment", true).SetName("Without_CDPCILS_no_SGL_segment_of_a_command_that_is_elsewhere"),
        new TestCaseData(new SimulatedMemoryBuffer { ListsWithoutCommand = true }, "segment", false).SetName("With_CDPCILS_a_segment_of_any_command"),
        new TestCaseData(new SimulatedMemoryBuffer(), "metadata", true).SetName("Without_CDMMMS_metadata_is_where_the_data_is"),
        new TestCaseData(new SimulatedMemoryBuffer { MixedData = true }, "metadata", false).SetName("With_CDMMMS_metadata_is_elsewhere"),
        new TestCaseData(new SimulatedMemoryBuffer(), "mixed", true).SetName("Without_CDMMMS_data_is_in_one_place"),
        new TestCaseData(new SimulatedMemoryBuffer { MixedData = true }, "mixed", false).SetName("With_CDMMMS_data_in_two"),
        new TestCaseData(new SimulatedMemoryBuffer(), "scattered", true).SetName("Without_CQPDS_a_queue_there_is_contiguous"),
        new TestCaseData(new SimulatedMemoryBuffer { ScatteredQueues = true }, "scattered", false).SetName("With_CQPDS_it_may_be_scattered"),
        new TestCaseData(new SimulatedMemoryBuffer { ScatteredQueues = true }, "half", true).SetName("Without_CQMMS_a_queue_is_in_one_place"),
        new TestCaseData(new SimulatedMemoryBuffer { ScatteredQueues = true, MixedQueues = true }, "half", false).SetName("With_CQMMS_a_queue_in_two"),
    ];

    [TestCaseSource(nameof(_forbidden))]
    public void Uses(SimulatedMemoryBuffer buffer, string use, bool isRefused) => LocalBench.Run(
        async bench =>
        {
            var (vf, status) = (bench.Vf, isRefused ? Status.InvalidUseOfCmb : Status.Success);
            var (host, list) = (vf.Iova(vf.Take(4096)), vf.Take(4096));
            vf.Memory.Fill(list, 4096, 0);
            bench.WriteBuffer(0, new byte[0x3000]);
            switch (use)
            {
                case "read":
                    await bench.Expect(status, NvmCommand.Read(1, 0, 0), LocalBench.BufferBase);
                    await bench.Expect(Status.Success, NvmCommand.Write(1, 0, 0), LocalBench.BufferBase);
                    break;
                case "write":
                    await bench.Expect(status, NvmCommand.Write(1, 0, 0), LocalBench.BufferBase);
                    await bench.Expect(Status.Success, NvmCommand.Read(1, 0, 0), LocalBench.BufferBase);
                    break;
                case "mixed":
                    await bench.Expect(status, NvmCommand.Read(1, 0, 1), host, LocalBench.BufferBase);
                    await bench.Expect(status, NvmCommand.Write(1, 0, 1), LocalBench.BufferBase, host);
                    break;
                case "list":
                    bench.WriteBuffer(0, Wire.Bytes(host));
                    bench.WriteBuffer(8, Wire.Bytes(host));
                    await bench.Expect(status, NvmCommand.Read(1, 0, 2), host, LocalBench.BufferBase);
                    break;
                case "segment":
                    bench.WriteBuffer(0, Wire.Bytes(SglDescriptor.DataBlock(host, 4096)));
                    var read = NvmCommand.Read(1, 0, 0) with { Sgl1 = SglDescriptor.LastSegment(LocalBench.BufferBase, 16) };
                    read.Dword0 = read.Dword0 with { Psdt = 1 };
                    Assert.That((await vf.Io(bench.Io, read)).Status, Is.EqualTo(status));
                    break;
                case "metadata":
                    var (here, there) = (LocalBench.BufferBase + 0x2000, host);
                    await bench.Expect(status, NvmCommand.Read(1, 0, 0) with { Mptr = here }, there);
                    await bench.Expect(status, NvmCommand.Write(1, 0, 0) with { Mptr = there }, LocalBench.BufferBase);
                    await bench.Expect(Status.Success, NvmCommand.Read(1, 0, 0) with { Mptr = here }, LocalBench.BufferBase);
                    break;
                case "lists":
                    // One entry in host memory, then the pointer to a list in the buffer.
                    vf.Memory.Store(list + 4080, host);
                    vf.Memory.Store(list + 4088, LocalBench.BufferBase);
                    bench.WriteBuffer(0, Wire.Bytes(host));
                    bench.WriteBuffer(8, Wire.Bytes(host));
                    await bench.Expect(status, NvmCommand.Read(1, 0, 3), host, vf.Iova(list + 4080));
                    break;
                case "scattered":
                    vf.Memory.Store(list, LocalBench.BufferBase);
                    await Create(vf.Iova(list), 15, pc: false);
                    break;
                case "half":
                    vf.Memory.Store(list, host);
                    vf.Memory.Store(list + 8, LocalBench.BufferBase);
                    await Create(vf.Iova(list), 511, pc: false);
                    break;
                case "cq":
                    await Create(LocalBench.BufferBase, 15);
                    break;
                default:
                    await vf.Must(AdminCommand.CreateIoCq(2, 15, 0) with { Prp1 = host });
                    var answer = await vf.Do(AdminCommand.CreateIoSq(2, 15, 2) with { Prp1 = LocalBench.BufferBase });
                    Assert.That(answer.Status, Is.EqualTo(status));
                    break;
            }

            Assert.That(vf.Space.Faults, Is.Empty);

            async Task Create(ulong prp1, ushort sizeZ, bool pc = true) =>
                Assert.That((await vf.Do(AdminCommand.CreateIoCq(2, sizeZ, 0, pc: pc) with { Prp1 = prp1 })).Status, Is.EqualTo(status));
        },
        buffer,
        device: use == "metadata" ? new() { Namespaces = [new() { MetadataSize = 8 }] } : null);

    [Test]
    public void A_reset_of_the_function_keeps_CMBMSC_and_not_what_was_in_the_buffer() => LocalBench.Run(async bench =>
    {
        var bytes = LocalBench.Bytes(4096, 3);
        bench.WriteBuffer(0, bytes);
        await bench.Function.ResetAsync();
        Assert.That(bench.Function.Read64(Register.CmbMsc), Is.EqualTo(LocalBench.BufferBase | 3));
        Assert.That(bench.ReadBuffer(0, 4096), Is.Not.EqualTo(bytes), "undefined, and this device shows it");
        var power = Capability.Find(bench.Function, Capability.PowerManagement) + 4;
        bench.Function.WriteConfig(power, 2, 3);
        bench.Function.WriteConfig(power, 2, 0);
        await bench.Vf.Settle();
        Assert.That(bench.Function.Read64(Register.CmbMsc), Is.Zero, "a conventional reset is no Function Level Reset");
    });

    [Test]
    public void CDQ_07_MEM_15_Migration_wants_host_memory() => LocalBench.Run(async bench =>
    {
        var (pf, c) = (bench.Pf, bench.Vf.Controller.Id);
        pf.Function.Write64(Register.CmbMsc, LocalBench.BufferBase | 3);
        var create = MigrationCommand.CreateUserDataMigrationQueue(c, 64) with { Prp1 = LocalBench.BufferBase };
        Assert.That((await pf.Do(create)).Status, Is.EqualTo(Status.InvalidField), "CDQ-07");

        var page = pf.Take(4096);
        var before = LocalBench.BufferBase - 0x4000;
        Track(before, 5);
        Assert.That((await pf.Do(MigrationCommand.TrackMemory(c, start: true), page)).Status, Is.EqualTo(Status.InvalidField), "MEM-15");
        Track(LocalBench.RegionBase, 1);
        Assert.That((await pf.Do(MigrationCommand.TrackMemory(c, start: true), page)).Status, Is.EqualTo(Status.InvalidField));
        bench.Function.Write64(Register.CmbMsc, 0);
        Track(before, 5);
        await pf.Must(MigrationCommand.TrackMemory(c, start: true), page); // it is the VF's own window that tells

        void Track(ulong first, uint granules)
        {
            var data = new byte[TrackMemoryChanges.Length(1)];
            TrackMemoryChanges.Write(data, 0, [new() { Saddr = first, Len = granules }]);
            pf.Memory.Write(page, data);
        }
    });
}
