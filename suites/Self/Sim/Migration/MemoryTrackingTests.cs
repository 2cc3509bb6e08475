using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>Track Memory Changes and Track Receive (Base 2.3 5.2.28.1.2, 5.2.27): the MEM assertions of the reference.</summary>
[TestFixture]
internal sealed class MemoryTrackingTests
{
    private static MemoryRangeTrackingDescriptor All(MigrationBench bench) => new() { Saddr = bench.Vf.Base, Len = 1024 };

    /// <summary>Track Send, start; its completion.</summary>
    private static async Task<CompletionEntry> Start(
        MigrationBench bench, MemoryRangeTrackingDescriptor[] ranges, byte granularity = 0, byte version = 0, ushort? cntlid = null,
        RawHost? pf = null)
    {
        pf ??= bench.Pf;
        var data = new byte[TrackMemoryChanges.Length(ranges.Length)];
        TrackMemoryChanges.Write(data, granularity, ranges);
        data[0] = version;
        var page = pf.Take(data.Length);
        pf.Memory.Write(page, data);
        return await pf.Do(MigrationCommand.TrackMemory(cntlid ?? bench.C, true), page);
    }

    private static async Task Started(MigrationBench bench, params MemoryRangeTrackingDescriptor[] ranges)
    {
        if (ranges.Length == 0) ranges = [All(bench)];
        Assert.That((await Start(bench, ranges)).Status, Is.EqualTo(Status.Success));
    }

    private static Task<CompletionEntry> Stop(MigrationBench bench) => bench.Pf.Must(MigrationCommand.TrackMemory(bench.C, false));

    /// <summary>Track Receive with room for some changes.</summary>
    private static async Task<(TrackedMemoryChangesHeader Header, TrackedMemoryChangeDescriptor[] Changes)> Receive(
        MigrationBench bench, int room = 64)
    {
        await bench.Pf.Must(MigrationCommand.TrackedMemory(bench.C, (uint)TrackedMemoryChanges.Length(room)), bench.Page);
        Assert.That(TrackedMemoryChanges.TryRead(bench.Pf.Memory.Read(bench.Page, 4096), out var header, out var changes));
        Assert.That((header.Version, header.Cntlid), Is.EqualTo(((byte)0, bench.C)));
        if (header.Descriptors == 0) Assert.That(header.Attributes.MoreToReport, Is.False);
        return (header, changes.ToArray());
    }

    /// <summary>Granules of changes, as page offsets in the VF's memory.</summary>
    private static IEnumerable<long> Pages(MigrationBench bench, IEnumerable<TrackedMemoryChangeDescriptor> changes) =>
        changes.SelectMany(c => Enumerable.Range(0, (int)c.Len).Select(i => (long)(c.Saddr - bench.Vf.Base) + (i * 4096L)));

    private static async Task Read(MigrationBench bench, long to, int blocks = 1) =>
        Assert.That((await bench.Vf.Io(bench.Io, NvmCommand.Read(1, 0, (ushort)(blocks - 1)), to)).Status, Is.EqualTo(Status.Success));

    [Test]
    public void MEM_01_02_03_Exactly_what_was_written_is_reported_and_once() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        var list = bench.Vf.Take(4096);
        for (var i = 1; i < 16; i++) bench.Vf.Memory.Store(list + ((i - 1) * 8), bench.Vf.Iova(bench.Data + (i * 4096)));
        var read = NvmCommand.Read(1, 0, 15) with { Prp1 = bench.Vf.Iova(bench.Data), Prp2 = bench.Vf.Iova(list) };
        Assert.That((await bench.Vf.Io(bench.Io, read)).Status, Is.EqualTo(Status.Success));
        var (header, changes) = await Receive(bench);
        Assert.That((header.Attributes.MoreToReport, header.Granularity), Is.EqualTo((false, 0)), "MEM-23");
        var completionQueue = (long)(bench.Io.CqIova - bench.Vf.Base);
        Assert.That(
            Pages(bench, changes), Is.EquivalentTo(Enumerable.Range(0, 16).Select(i => bench.Data + (i * 4096L)).Append(completionQueue)));
        Assert.That((await Receive(bench)).Changes, Is.Empty);
    });

    [Test]
    public void MEM_02_Completions_and_admin_data_count_too() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        await bench.Vf.Must(AdminCommand.Identify((byte)Cns.IdentifyController), bench.Data);
        var admin = (long)(bench.Vf.Admin.CqIova - bench.Vf.Base);
        Assert.That(Pages(bench, (await Receive(bench)).Changes), Is.EquivalentTo(new[] { bench.Data, admin }));
    });

    [Test]
    public void MEM_04_V96_Reports_that_do_not_hold_all_go_on_until_all_is_said() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        var even = Enumerable.Range(0, 20).Select(_ => bench.Vf.Take(8192)).ToArray();
        foreach (var page in even) await Read(bench, page);
        var seen = new List<long>();
        bool more;
        do
        {
            var (header, changes) = await Receive(bench, room: 3);
            seen.AddRange(Pages(bench, changes));
            more = header.Attributes.MoreToReport;
            Assert.That(changes, Has.Length.EqualTo(more ? 3 : changes.Length));
        }
        while (more);

        Assert.That(seen, Is.Unique);
        Assert.That(seen, Is.SupersetOf(even));
        Assert.That((await Receive(bench)).Changes, Is.Empty);
    });

    [Test]
    public void MEM_05_Writes_outside_the_ranges_are_not_reported() => MigrationBench.Run(async bench =>
    {
        await Started(bench, new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Iova(bench.Data), Len = 1 });
        await Read(bench, bench.Data + 4096);
        Assert.That((await Receive(bench)).Changes, Is.Empty);
        await Read(bench, bench.Data);
        Assert.That(Pages(bench, (await Receive(bench)).Changes), Is.EqualTo(new[] { bench.Data }));
    });

    [Test]
    public void MEM_06_07_A_suspended_controller_reports_the_rest_and_says_so() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        await Read(bench, bench.Data);
        Assert.That((await Receive(bench)).Header.Attributes.Suspended, Is.False);
        await Read(bench, bench.Data);
        await bench.Suspend();
        var (header, changes) = await Receive(bench);
        Assert.That((header.Attributes.Suspended, header.Attributes.MoreToReport), Is.EqualTo((true, false)));
        Assert.That(Pages(bench, changes), Does.Contain(bench.Data));
        await bench.Vf.Settle();
        Assert.That((await Receive(bench)).Changes, Is.Empty);
        await bench.Resume();
        await Read(bench, bench.Data);
        Assert.That(Pages(bench, (await Receive(bench)).Changes), Does.Contain(bench.Data), "goes on");
    });

    [Test]
    public void MEM_08_09_Neither_a_management_controller_nor_what_is_tracked_is_tracked() => MigrationBench.Run(
        async bench =>
        {
            var other = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            var invalid = Status.InvalidControllerIdentifier;
            Assert.That((await Start(bench, [All(bench)], cntlid: bench.Pf.Controller.Id)).Status, Is.EqualTo(invalid));
            Assert.That((await Start(bench, [All(bench)], cntlid: other.Controller.Id)).Status, Is.EqualTo(invalid));
            Assert.That((await Start(bench, [All(bench)], cntlid: 77)).Status, Is.EqualTo(invalid));
            await Started(bench);
            Assert.That((await Start(bench, [All(bench)])).Status, Is.EqualTo(invalid));
            Assert.That((await Start(bench, [All(bench)], pf: other)).Status, Is.EqualTo(invalid));
            // What another one tracks is neither stopped nor reported.
            await other.Must(MigrationCommand.TrackMemory(bench.C, false));
            Assert.That((await other.Do(MigrationCommand.TrackedMemory(bench.C, 64), other.Take(4096))).Status, Is.EqualTo(invalid));
            await Read(bench, bench.Data);
            Assert.That((await Receive(bench)).Changes, Is.Not.Empty);
        },
        MigrationBench.Of(topology: new() { PhysicalFunctions = 2 }));

    [Test]
    public void MEM_10_11_14_16_17_Ranges_that_cannot_be_tracked_are_refused() => MigrationBench.Run(
        async bench =>
        {
            var good = new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Base, Len = 4 };
            await Refused("MEM-10", [good], granularity: 5);
            await Refused("MEM-11", [good], granularity: 0);
            await Refused("MEM-14", [good with { Saddr = bench.Vf.Base + 4096 }]);
            await Refused("MEM-16", [good with { Len = 3 }]);
            await Refused("MEM-17", [good], version: 1);
            await Refused("none", []);
            await Refused("of no length", [good with { Len = 0 }]);
            await Refused("beyond 64 bits", [good with { Saddr = ulong.MaxValue - 0x1FFF, Len = 4 }]);
            Assert.That((await Start(bench, [good], granularity: 1)).Status, Is.EqualTo(Status.Success), "MEM-16: 4 is a power of two");

            async Task Refused(string what, MemoryRangeTrackingDescriptor[] ranges, byte granularity = 1, byte version = 0) =>
                Assert.That((await Start(bench, ranges, granularity, version)).Status, Is.EqualTo(Status.InvalidField), what);
        },
        MigrationBench.Of(new() { MinimumGranularity = 1, MaximumGranularity = 4, PowerOfTwoRanges = true }));

    [Test]
    public void MEM_12_13_More_ranges_than_the_limits_are_refused() => MigrationBench.Run(
        async bench =>
        {
            var two = await bench.Rig.Vf(bench.Pf, 2);
            var other = await bench.Rig.Pf(bench.Rig.Pair.Source, 1);
            var three = await bench.Rig.Vf(other, 1);
            MemoryRangeTrackingDescriptor[] Ranges(int count) =>
                [.. Enumerable.Range(0, count).Select(i => new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Base + ((ulong)i << 13), Len = 1 })];

            Assert.That((await Start(bench, Ranges(5))).Status, Is.EqualTo(Status.InvalidField), "CMMRTD is 4");
            Assert.That((await Start(bench, Ranges(3))).Status, Is.EqualTo(Status.Success));
            Assert.That((await Start(bench, Ranges(2), cntlid: two.Controller.Id)).Status, Is.EqualTo(Status.InvalidField), "one left");
            Assert.That(
                (await Start(bench, Ranges(4), cntlid: three.Controller.Id, pf: other)).Status, Is.EqualTo(Status.InvalidField), "NMMRTD is 6");
            Assert.That((await Start(bench, Ranges(3), cntlid: three.Controller.Id, pf: other)).Status, Is.EqualTo(Status.Success));
            await Stop(bench);
            Assert.That((await Start(bench, Ranges(3), cntlid: two.Controller.Id)).Status, Is.EqualTo(Status.Success), "given back");
        },
        MigrationBench.Of(new() { MemoryRanges = 4, SubsystemMemoryRanges = 6 }, topology: new() { PhysicalFunctions = 2 }));

    [Test]
    public void MEM_18_Too_fine_a_granularity_is_refused_with_one_that_will_do() => MigrationBench.Run(
        async bench =>
        {
            var range = new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Base, Len = 1024 };
            var refused = await Start(bench, [range]);
            Assert.That(refused.Status, Is.EqualTo(Status.NotEnoughResources));
            var possible = new TrackMemoryChangesResult(refused.Dw0, refused.Dw1);
            Assert.That((possible.Granularity, possible.Descriptors), Is.EqualTo((4, 1u)), "1024 pages as 64 granules");
            var again = await Start(bench, [range with { Len = 1024u >> possible.Granularity }], (byte)possible.Granularity);
            Assert.That(again.Status, Is.EqualTo(Status.Success));
            await Read(bench, bench.Data);
            var (header, changes) = await Receive(bench);
            Assert.That(header.Granularity, Is.EqualTo(4));
            Assert.That(changes.All(c => c.Saddr % (4096 << 4) == 0));
            var granule = bench.Vf.Iova(bench.Data) & ~0xFFFFul;
            Assert.That(changes.Any(c => granule >= c.Saddr && granule < c.Saddr + ((ulong)c.Len << 16)));
        },
        MigrationBench.Of(new() { TrackedGranules = 64 }));

    [Test]
    public void MEM_18_Where_no_granularity_will_do_fewer_ranges_may() => MigrationBench.Run(
        async bench =>
        {
            var ranges = Enumerable.Range(0, 3)
                .Select(i => new MemoryRangeTrackingDescriptor { Saddr = (ulong)i << 40, Len = 40 }).ToArray();
            var refused = await Start(bench, ranges);
            Assert.That(refused.Status, Is.EqualTo(Status.NotEnoughResources));
            var possible = new TrackMemoryChangesResult(refused.Dw0, refused.Dw1);
            Assert.That((possible.Granularity, possible.Descriptors), Is.EqualTo((1, 2u)));
            var fewer = ranges[..2].Select(r => r with { Len = r.Len / 2 }).ToArray();
            Assert.That((await Start(bench, fewer, (byte)possible.Granularity)).Status, Is.EqualTo(Status.Success));
        },
        MigrationBench.Of(new() { TrackedGranules = 50, MaximumGranularity = 1 }));

    [Test]
    public void MEM_19_A_suspended_controller_is_not_begun_to_be_tracked() => MigrationBench.Run(async bench =>
    {
        await bench.Suspend();
        Assert.That((await Start(bench, [All(bench)])).Status, Is.EqualTo(Status.ControllerSuspended));
    });

    [TestCase(Leniency.Refuse, TestName = "MEM_20_21_What_is_not_tracked_is_not_reported")]
    [TestCase(Leniency.Success, TestName = "MEM_20_21_What_is_not_tracked_reports_nothing_where_the_device_allows_it")]
    public void Untracked(Leniency leniency) => MigrationBench.Run(
        async bench =>
        {
            await Nothing("MEM-21");
            await Started(bench);
            await Read(bench, bench.Data);
            bench.Pf.Memory.Fill(bench.Page, 4096, 0xFF);
            await bench.Pf.Must(MigrationCommand.TrackMemory(bench.C, false), bench.Page);
            await Nothing("MEM-20");

            async Task Nothing(string what)
            {
                if (leniency == Leniency.Success) Assert.That((await Receive(bench)).Changes, Is.Empty, what);
                else await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.TrackedMemory(bench.C, 4096), bench.Page);
            }
        },
        MigrationBench.Of(ambiguities: new() { TrackReceiveUntracked = leniency }));

    [TestCase(Leniency.Success, TestName = "MEM_20_Tracking_of_a_suspended_controller_is_stopped")]
    [TestCase(Leniency.Refuse, TestName = "MEM_20_Tracking_of_a_suspended_controller_is_not_stopped_where_the_device_refuses")]
    public void StopSuspended(Leniency leniency) => MigrationBench.Run(
        async bench =>
        {
            await Started(bench);
            await bench.Suspend();
            var status = leniency == Leniency.Success ? Status.Success : Status.ControllerSuspended;
            await bench.Expect(status, MigrationCommand.TrackMemory(bench.C, false));
        },
        MigrationBench.Of(ambiguities: new() { StopTrackingWhileSuspended = leniency }));

    [Test]
    public void MEM_22_RST_04_A_reset_of_the_management_controller_ends_tracking() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        await bench.Pf.Disable();
        await bench.Pf.Enable();
        await bench.Expect(Status.InvalidControllerIdentifier, MigrationCommand.TrackedMemory(bench.C, 4096), bench.Page);
    });

    [Test]
    public void MEM_24_25_Selections_that_are_not_there_are_refused([Values] bool supported) => MigrationBench.Run(
        async bench =>
        {
            var unknown = new TrackSendFields(MigrationCommand.TrackMemory(bench.C, true)) { Select = (TrackSendSelect)2 }.Entry;
            await bench.Expect(Status.InvalidField, unknown, bench.Page);
            var receive = new TrackReceiveFields(MigrationCommand.TrackedMemory(bench.C, 64)) { Select = (TrackReceiveSelect)1 }.Entry;
            await bench.Expect(Status.InvalidField, receive, bench.Page);
            Assert.That((await Start(bench, [All(bench)])).Status, Is.EqualTo(supported ? Status.Success : Status.InvalidField));
            var status = supported ? Status.Success : Status.InvalidField;
            await bench.Expect(status, MigrationCommand.TrackedMemory(bench.C, 64), bench.Page);
        },
        MigrationBench.Of(new() { TracksMemory = supported }));

    [Test]
    public void MEM_26_A_page_that_is_always_written_does_not_keep_others_from_being_reported() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        var pages = Enumerable.Range(0, 30).Select(_ => bench.Vf.Take(8192)).ToArray();
        foreach (var page in pages) await Read(bench, page);
        var seen = new SortedSet<long>();
        for (var i = 0; i < 64 && !seen.IsSupersetOf(pages); i++)
        {
            await Read(bench, bench.Data);
            seen.UnionWith(Pages(bench, (await Receive(bench, room: 1)).Changes));
        }

        Assert.That(seen, Is.SupersetOf(pages));
    });

    [Test]
    public void Ranges_that_overlap_report_a_page_once() => MigrationBench.Run(async bench =>
    {
        var at = bench.Vf.Iova(bench.Data);
        await Started(
            bench, new() { Saddr = at + 8192, Len = 6 }, new() { Saddr = at, Len = 4 }, new() { Saddr = at, Len = 1 }, new() { Saddr = 0, Len = 3 });
        for (var i = 0; i < 12; i += 2) await Read(bench, bench.Data + (i * 4096), blocks: 2);
        Assert.That(Pages(bench, (await Receive(bench)).Changes), Is.EqualTo(Enumerable.Range(0, 8).Select(i => bench.Data + (i * 4096L))));
    });

    [Test]
    public void A_report_that_does_not_reach_the_host_is_made_again() => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        await Read(bench, bench.Data);
        var receive = MigrationCommand.TrackedMemory(bench.C, 4096) with { Prp1 = 0xDEAD_0000 };
        Assert.That((await bench.Pf.Do(receive)).Status, Is.EqualTo(Status.DataTransferError));
        Assert.That(Pages(bench, (await Receive(bench)).Changes), Does.Contain(bench.Data));
    });

    [TestCase(4u)]
    [TestCase(16u)]
    public void A_buffer_that_cannot_take_one_change_is_refused_while_there_is_one(uint bytes) => MigrationBench.Run(async bench =>
    {
        await Started(bench);
        await bench.Expect(bytes == 16 ? Status.Success : Status.InvalidField, MigrationCommand.TrackedMemory(bench.C, bytes), bench.Page);
        await Read(bench, bench.Data);
        await bench.Expect(Status.InvalidField, MigrationCommand.TrackedMemory(bench.C, bytes), bench.Page);
        Assert.That((await Receive(bench)).Changes, Is.Not.Empty);
    });

    [Test]
    public void Ranges_in_a_list_longer_than_a_page_are_all_tracked() => MigrationBench.Run(
        async bench =>
        {
            var ranges = Enumerable.Range(0, 500)
                .Select(i => new MemoryRangeTrackingDescriptor { Saddr = bench.Vf.Base + ((ulong)i << 13), Len = 1 }).ToArray();
            var data = new byte[TrackMemoryChanges.Length(ranges.Length)];
            TrackMemoryChanges.Write(data, 0, ranges);
            var page = bench.Pf.Take(8192);
            bench.Pf.Memory.Write(page + 64, data);
            var start = MigrationCommand.TrackMemory(bench.C, true);
            await bench.Pf.Must(start with { Prp1 = bench.Pf.Iova(page + 64), Prp2 = bench.Pf.Iova(page + 4096) });
            await Read(bench, bench.Data, blocks: 2);
            var even = bench.Data % 8192 == 0 ? bench.Data : bench.Data + 4096;
            Assert.That(Pages(bench, (await Receive(bench)).Changes), Does.Contain(even));
        },
        MigrationBench.Of(new() { MemoryRanges = 512, SubsystemMemoryRanges = 512 }));
}
