using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Track Send, Track Memory Changes: what is refused, and that it leaves everything as it is (Base 2.3 5.2.28.1.2).</summary>
[Area("memory-tracking")]
internal sealed class MemoryTrackingStartCases : ConformanceCase
{
    private const int PageSize = GuestMemory.PageSize;

    private static async ValueTask<(CaseHost Host, CaseVf Vf, byte Finest)> StartAsync()
    {
        var host = await Lab.StartAsync();
        await host.NeedMemoryTrackingAsync();
        return (host, await host.BringUpAsync(), host.Identity.Minmrtg);
    }

    /// <summary>A start that must be refused, after which nothing is tracked and a good one is taken.</summary>
    private static async ValueTask RefusedAsync(
        string requirement, string path, CaseHost host, CaseVf vf, byte granularity, MemoryRangeTrackingDescriptor[] ranges, params Status[] legal)
    {
        Check.Refused(requirement, path, await host.TrackMemoryAsync(vf.Id, granularity, ranges), legal);
        await CheckUntouchedAsync(requirement, path, host, vf);
    }

    /// <summary>Nothing is tracked: a good start is taken, and stopped again.</summary>
    private static async ValueTask CheckUntouchedAsync(string requirement, string path, CaseHost host, CaseVf vf)
    {
        var finest = host.Identity.Minmrtg;
        Check.Ok(
            requirement, $"{path}.after", await host.TrackMemoryAsync(vf.Id, finest, Ranges(vf, finest, 1)), "a refused start stands in the way of a good one");
        await host.StopTrackingMemoryAsync(vf.Id);
    }

    /// <summary>Ranges of one granule with a gap between each two.</summary>
    private static MemoryRangeTrackingDescriptor[] Ranges(CaseVf vf, byte granularity, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new MemoryRangeTrackingDescriptor
        {
            Saddr = vf.WholeMemory(0).Saddr + ((ulong)i * 2 * PageSize << granularity), Len = 1,
        })];

    /// <summary>The controlling controller names itself; another of its controllers can be tracked afterwards.</summary>
    /// <remarks>Another controller that controls, and identifiers of nobody: it alone is named.</remarks>
    [Test]
    [Covers("LM-MEM-08")]
    public async CaseTask A_controller_does_not_track_itself()
    {
        var (host, vf, finest) = await StartAsync();
        var answer = await host.TrackMemoryAsync(host.Id, finest, Ranges(vf, finest, 1));
        Check.Refused("LM-MEM-08", "start", answer, Status.InvalidControllerIdentifier);
        Check.That("LM-MEM-08", "after", !(await host.TrackedMemoryAsync(host.Id)).IsOk, "a controller reports its own writes");
        await CheckUntouchedAsync("LM-MEM-08", "start", host, vf);
    }

    /// <summary>A second start, of the same and of other ranges and granularity: refused, and the first reports as if nothing had been asked.</summary>
    /// <remarks>Most of what the first tracks: one page of completions shows that it goes on.</remarks>
    [Test]
    [Covers("LM-MEM-09", "LM-MEM-01")]
    public async CaseTask A_second_start_is_refused_and_the_first_goes_on()
    {
        var (host, vf, finest) = await StartAsync();
        var io = await vf.CreateQueueAsync();
        Check.Ok("LM-MEM-01", "start", await host.TrackMemoryAsync(vf.Id, finest, vf.WholeMemory(finest)), "tracking of a valid range did not start");
        Check.Refused("LM-MEM-09", "same", await host.TrackMemoryAsync(vf.Id, finest, vf.WholeMemory(finest)), Status.InvalidControllerIdentifier);
        Check.Refused(
            "LM-MEM-09", "other", await host.TrackMemoryAsync(vf.Id, host.Identity.Maxmrtg, Ranges(vf, host.Identity.Maxmrtg, 1)),
            Status.InvalidControllerIdentifier);
        await io.MustAsync("flush", NvmCommand.Flush(1));
        var report = await host.ReportAsync(vf.Id);
        Check.That(
            "LM-MEM-09", "first", report.Pages.Contains(io.Pair.Completion.Memory.At(0) & ~(PageSize - 1UL)), "a refused start changed what the first tracks");
        Check.Equal("LM-MEM-09", "granularity", report.Header.Granularity, (ushort)finest, "a refused start changed the granularity");
    }

    /// <summary>Another controlling controller asks for a controller that is tracked: it is refused, and the first one still has its report.</summary>
    /// <remarks>Whether the other one could stop the tracking or take its report: it is not asked to.</remarks>
    [Test]
    [Covers("LM-MEM-09")]
    public async CaseTask Another_controlling_controller_does_not_track_what_is_tracked()
    {
        var (host, vf, finest) = await StartAsync();
        var second = await Lab.StartNeighbourAsync();
        var io = await vf.CreateQueueAsync();
        await host.MustTrackAsync(vf, finest);
        Check.Refused("LM-MEM-09", "second", await second.TrackMemoryAsync(vf.Id, finest, Ranges(vf, finest, 1)), Status.InvalidControllerIdentifier);
        await io.MustAsync("flush", NvmCommand.Flush(1));
        var report = await host.ReportAsync(vf.Id);
        Check.That("LM-MEM-09", "first", report.Changes.Count > 0, "another controller took the tracking over");
    }

    /// <summary>Every granularity above the coarsest that is worth asking for.</summary>
    /// <remarks>Five exponents; a device that takes the low bits of others is not found out by these.</remarks>
    [Test]
    [Covers("LM-MEM-10")]
    public async CaseTask Coarser_granules_than_the_device_has_are_refused([Values(1, 2, 8, 100, 255)] int above)
    {
        var (host, vf, _) = await StartAsync();
        var granularity = (byte)Math.Min(255, host.Identity.Maxmrtg + above);
        await RefusedAsync("LM-MEM-10", $"rmrtg[{granularity}]", host, vf, granularity, [new() { Saddr = 0, Len = 1 }], Status.InvalidField);
    }

    /// <summary>Every granularity below the finest.</summary>
    /// <remarks>A device whose finest granule is 4 KiB, which has nothing to refuse.</remarks>
    [Test]
    [Covers("LM-MEM-11")]
    public async CaseTask Finer_granules_than_the_device_has_are_refused()
    {
        var (host, vf, finest) = await StartAsync();
        Lab.Need(finest > 0, "a finest granularity above 4 KiB (MINMRTG, Identify Controller byte 574)");
        for (byte granularity = 0; granularity < finest; granularity++)
            await RefusedAsync("LM-MEM-11", $"rmrtg[{granularity}]", host, vf, granularity, Ranges(vf, finest, 1), Status.InvalidField);
    }

    /// <summary>As many ranges as one controller may track, then one more; and over two tracked controllers.</summary>
    /// <remarks>Whether as many ranges as it takes are all reported: none of them is written.</remarks>
    [Test]
    [Covers("LM-MEM-12")]
    public async CaseTask More_ranges_than_a_controller_may_track_are_refused()
    {
        var (host, vf, finest) = await StartAsync();
        var most = (int)host.Identity.Cmmrtd;
        Lab.Need(most is > 1 and <= 256, $"CMMRTD from 2 to 256 (Identify Controller bytes 570:571, {most})");
        var other = await host.BringUpAsync(2);
        await RefusedAsync("LM-MEM-12", "cmmrtd+1", host, vf, finest, Ranges(vf, finest, most + 1), Status.InvalidField);
        Check.Ok("LM-MEM-12", "cmmrtd-1", await host.TrackMemoryAsync(vf.Id, finest, Ranges(vf, finest, most - 1)), "less than the limit was refused");
        await RefusedAsync("LM-MEM-12", "left+1", host, other, finest, Ranges(other, finest, 2), Status.InvalidField);
        Check.Ok("LM-MEM-12", "left", await host.TrackMemoryAsync(other.Id, finest, Ranges(other, finest, 1)), "what is left was refused");
        Lab.Must("Track Send, stop", await host.StopTrackingMemoryAsync(vf.Id));
        Check.Ok("LM-MEM-12", "given.back", await host.TrackMemoryAsync(vf.Id, finest, Ranges(vf, finest, most - 1)), "stopping does not give ranges back");
    }

    /// <summary>As many ranges as the subsystem may track, over two controllers that control.</summary>
    /// <remarks>Whether the ranges are reported, none being written; whether stopping one gives its share to the other.</remarks>
    [Test]
    [Covers("LM-MEM-13")]
    public async CaseTask More_ranges_than_the_subsystem_may_track_are_refused()
    {
        var (host, vf, finest) = await StartAsync();
        var second = await Lab.StartNeighbourAsync();
        var (own, all) = ((int)host.Identity.Cmmrtd, (int)host.Identity.Nmmrtd);
        Lab.Need(own > 0 && all > own && all < 2 * own && all <= 512, $"NMMRTD (bytes 572:573, {all}) below twice CMMRTD ({own})");
        var other = await second.BringUpAsync();
        await host.MustTrackAsync(vf, finest, Ranges(vf, finest, own));
        await RefusedAsync("LM-MEM-13", "nmmrtd+1", second, other, finest, Ranges(other, finest, all - own + 1), Status.InvalidField);
        Check.Ok("LM-MEM-13", "nmmrtd", await second.TrackMemoryAsync(other.Id, finest, Ranges(other, finest, all - own)), "what is left was refused");
    }

    /// <summary>Addresses inside a granule, of every granularity, as the only range and as the last of several.</summary>
    /// <remarks>Five offsets at three granularities. A bad range between good ones: it is the only one, or the last.</remarks>
    [Test]
    [Covers("LM-MEM-14")]
    public async CaseTask A_range_that_does_not_begin_at_a_granule_is_refused([Values(1, 64, 512, 4096, 8192)] int offset)
    {
        var (host, vf, finest) = await StartAsync();
        foreach (var granularity in (byte[])[finest, (byte)((finest + host.Identity.Maxmrtg) / 2), host.Identity.Maxmrtg])
        {
            if (offset >= (long)PageSize << granularity) continue;
            var (bad, good) = (Ranges(vf, granularity, 1)[0], Ranges(vf, granularity, 2)[1]);
            bad.Saddr += (ulong)offset;
            await RefusedAsync("LM-MEM-14", $"rmrtg[{granularity}]", host, vf, granularity, [bad], Status.InvalidField);
            await RefusedAsync("LM-MEM-14", $"rmrtg[{granularity}].last", host, vf, granularity, [good, bad], Status.InvalidField);
        }
    }

    /// <summary>The tracked controller's own memory, at its beginning, and a range that only reaches into it.</summary>
    /// <remarks>The memory buffer of another function; an address at which nothing is mapped, of which no controller can know.</remarks>
    [Test]
    [Covers("LM-MEM-15")]
    public async CaseTask A_range_that_is_not_host_memory_is_refused()
    {
        var (host, vf, finest) = await StartAsync();
        var (inside, granule) = (CaseHost.NeedControllerMemory(vf.Function), (ulong)PageSize << finest);
        await RefusedAsync("LM-MEM-15", "cmb", host, vf, finest, [new() { Saddr = inside, Len = 1 }], Status.InvalidField);
        await RefusedAsync("LM-MEM-15", "cmb.end", host, vf, finest, [new() { Saddr = inside - granule, Len = 2 }], Status.InvalidField);
        Check.Ok(
            "LM-MEM-15", "before", await host.TrackMemoryAsync(vf.Id, finest, new MemoryRangeTrackingDescriptor { Saddr = inside - granule, Len = 1 }),
            "memory beside the controller's own was refused");
    }

    /// <summary>Lengths that are no power of two, alone and behind one that is.</summary>
    /// <remarks>Lengths above 12 granules.</remarks>
    [Test]
    [Covers("LM-MEM-16")]
    public async CaseTask Lengths_are_powers_of_two_where_the_device_says_so()
    {
        var (host, vf, finest) = await StartAsync();
        Lab.Need(host.Identity.Trattr.RangeLengthPowerOfTwo, "lengths that must be powers of two (TRATTR bit 2, MRTLL)");
        var range = Ranges(vf, finest, 1)[0];
        foreach (var length in (uint[])[3, 5, 6, 7, 9, 12])
        {
            await RefusedAsync("LM-MEM-16", $"len[{length}]", host, vf, finest, [range with { Len = length }], Status.InvalidField);
            await RefusedAsync("LM-MEM-16", $"len[4,{length}]", host, vf, finest, [range with { Len = 4 }, range with { Len = length }], Status.InvalidField);
        }

        foreach (var length in (uint[])[1, 2, 4, 8])
        {
            Check.Ok("LM-MEM-16", $"len[{length}]", await host.TrackMemoryAsync(vf.Id, finest, range with { Len = length }), "a power of two was refused");
            await host.StopTrackingMemoryAsync(vf.Id);
        }
    }

    /// <summary>Versions that there are not.</summary>
    /// <remarks>Four versions. What a later one has to say in its header and ranges is not tried.</remarks>
    [TestCase((byte)1)]
    [TestCase((byte)2)]
    [TestCase((byte)0x80)]
    [TestCase((byte)0xFF)]
    [Covers("LM-MEM-17")]
    public async CaseTask A_structure_of_another_version_is_refused(byte version)
    {
        var (host, vf, finest) = await StartAsync();
        var data = new byte[TrackMemoryChanges.Length(1)];
        TrackMemoryChanges.Write(data, finest, Ranges(vf, finest, 1));
        data[0] = version;
        Check.Refused("LM-MEM-17", "ver", await host.Pf.WriteBytesAsync(MigrationCommand.TrackMemory(vf.Id, start: true), data), Status.InvalidField);
        await CheckUntouchedAsync("LM-MEM-17", "ver", host, vf);
    }

    /// <summary>More granules than any device tracks: refused, and what the completion offers instead works.</summary>
    /// <remarks>Whether as many ranges as are offered are taken: one is asked for. A device that tracks 2^31 granules has no limit to show.</remarks>
    [Test]
    [Covers("LM-MEM-18")]
    public async CaseTask Too_many_granules_are_refused_with_what_would_do()
    {
        const int shift = 31;
        var (host, vf, finest) = await StartAsync();
        var range = new MemoryRangeTrackingDescriptor { Saddr = 0, Len = 1u << shift };
        var refused = await host.TrackMemoryAsync(vf.Id, finest, range);
        Lab.Need(!refused.IsOk, "a limit of tracked granules");
        if (!Check.Refused("LM-MEM-18", "start", refused, Status.NotEnoughResources)) return;
        var possible = new TrackMemoryChangesResult(refused.Completion.Dw0, refused.Completion.Dw1);
        var (coarser, count) = (possible.Granularity - finest, possible.Descriptors);
        var isOffered = coarser >= 0 && possible.Granularity <= host.Identity.Maxmrtg;
        if (!Check.That("LM-MEM-18", "dw0", isOffered, "the granularity that is offered is none of the device's")) return;
        if (!Check.That("LM-MEM-18", "dw1", count <= host.Identity.Cmmrtd, "more ranges are offered than a controller may have")) return;
        await CheckUntouchedAsync("LM-MEM-18", "start", host, vf);
        if (count == 0)
        {
            Check.Saw("LM-MEM-18", "dw1", "no range can be had");
            return;
        }

        var again = await host.TrackMemoryAsync(vf.Id, (byte)possible.Granularity, range with { Len = range.Len >> coarser });
        Check.Ok("LM-MEM-18", "again", again, "what the completion offered was refused");
        Check.Hazard("LM-MEM-18", "coarser", coarser > 0, "a coarser granularity that is offered");
    }

    /// <summary>A suspended controller; once it goes on it is tracked.</summary>
    /// <remarks>Whether anything is reported once it goes on: that tracking starts then is all.</remarks>
    [Test]
    [Covers("LM-MEM-19", "LM-MEM-01")]
    public async CaseTask A_suspended_controller_is_not_begun_to_be_tracked()
    {
        var (host, vf, finest) = await StartAsync();
        await host.MustSuspendAsync(vf.Id);
        Check.Refused("LM-MEM-19", "start", await host.TrackMemoryAsync(vf.Id, finest, vf.WholeMemory(finest)), Status.ControllerSuspended);
        await host.MustResumeAsync(vf.Id);
        Check.Ok("LM-MEM-01", "resumed", await host.TrackMemoryAsync(vf.Id, finest, vf.WholeMemory(finest)), "tracking of a valid range did not start");
    }

    /// <summary>Operations of both commands that there are not; what is tracked is tracked on.</summary>
    /// <remarks>What was reported up to then: that a report is still answered shows that tracking goes on, not what is in it.</remarks>
    [TestCase((byte)2)]
    [TestCase((byte)3)]
    [TestCase((byte)0x7F)]
    [TestCase((byte)0xFF)]
    [Covers("LM-MEM-23")]
    public async CaseTask Reserved_operations_are_refused(byte select)
    {
        var (host, vf, finest) = await StartAsync();
        await host.MustTrackAsync(vf, finest);
        var data = new byte[TrackMemoryChanges.Length(1)];
        TrackMemoryChanges.Write(data, finest, Ranges(vf, finest, 1));
        foreach (var start in (bool[])[false, true])
        {
            var send = new TrackSendFields(MigrationCommand.TrackMemory(vf.Id, start)) { Select = (TrackSendSelect)select }.Entry;
            Check.Refused("LM-MEM-23", $"send[{start}]", await host.Pf.WriteBytesAsync(send, data), Status.InvalidField);
        }

        foreach (var sel in (byte[])[1, select])
        {
            var receive = new TrackReceiveFields(MigrationCommand.TrackedMemory(vf.Id, 64)) { Select = (TrackReceiveSelect)sel }.Entry;
            Check.Refused("LM-MEM-23", $"receive[{sel}]", (await host.Pf.ReadBytesAsync(receive, 64)).Answer, Status.InvalidField);
        }

        Check.Ok("LM-MEM-23", "after", (await host.TrackedMemoryAsync(vf.Id)).Answer, "a reserved operation ended the tracking");
    }

    /// <summary>A device that does not track memory, asked to.</summary>
    /// <remarks>Tracking in secret: with every report refused nothing could show it.</remarks>
    [Test]
    [Covers("LM-MEM-24")]
    public async CaseTask A_device_that_does_not_track_memory_refuses_to()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        Lab.Need(!host.Identity.Trattr.HostMemoryChanges, "a device without memory tracking (TRATTR bit 0 clear)");
        var vf = await host.BringUpAsync();
        Check.Refused("LM-MEM-24", "start", await host.TrackMemoryAsync(vf.Id, 0, Ranges(vf, 0, 1)), Status.InvalidField, Status.InvalidOpcode);
        Check.Refused("LM-MEM-24", "stop", await host.StopTrackingMemoryAsync(vf.Id), Status.InvalidField, Status.InvalidOpcode);
        Check.Refused("LM-MEM-24", "receive", (await host.TrackedMemoryAsync(vf.Id)).Answer, Status.InvalidField, Status.InvalidOpcode);
    }
}
