using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What a tracked controller writes to host memory is reported (Base 2.3 5.2.27, 5.2.28.1.2).</summary>
[Area("memory-tracking")]
internal sealed class MemoryTrackingCases : MemoryCase
{
    /// <summary>
    /// A mix of reads of every size into pages here and there, completions included, at each granularity the device has. Pages whose bytes
    /// differ from before are all reported; what is reported are whole granules in which something was to be written; once.
    /// </summary>
    /// <remarks>A write of the bytes that were there already, unless the case knows of it.</remarks>
    [Test]
    [Covers("LM-MEM-01", "LM-MEM-02", "LM-MEM-03", "LM-MEM-22")]
    public async CaseTask Everything_that_was_written_is_reported_once([Values(0, 1, 2, 4, 9)] int granularity)
    {
        var (host, vf, io) = await StartAsync();
        NeedGranularity(host, granularity);
        DmaBuffer[] buffers = [.. Enumerable.Range(0, 24).Select(_ => vf.Buffer(16 * PageSize))];
        using var before = new MemoryImage(vf.Ram);
        vf.Ram.Dirty.Start();
        var start = await host.TrackMemoryAsync(vf.Id, (byte)granularity, vf.WholeMemory((byte)granularity));
        if (!Check.Ok("LM-MEM-01", "start", start, "tracking of a valid range did not start")) return;
        var touched = new HashSet<ulong>();
        foreach (var data in buffers)
        {
            var blocks = 1 + (int)Random.Below(12);
            touched.UnionWith(await ReadAsync(io, data.Slice((int)Random.Below(4) * PageSize, blocks * PageSize)));
        }

        touched.UnionWith(CompletionPages(io));
        var reports = await host.ReportsAsync(vf.Id);
        var reported = CheckReports(host, vf, reports, granularity);
        CheckRecall(vf, before, reported, touched);
        var granule = ((ulong)PageSize << granularity) - 1;
        var granules = touched.Select(it => it & ~granule).ToHashSet();
        var wrong = reported.Where(it => !granules.Contains(it & ~granule)).Select(it => $"{it:X}").Take(4);
        Check.Equal("LM-MEM-02", "untouched", string.Join(' ', wrong), "", "granules that nobody wrote are reported");
        Check.Equal("LM-MEM-03", "again", (await host.ReportAsync(vf.Id)).Changes.Count, 0, "what was reported is reported again");
    }

    /// <summary>The admin queue's completions and the data of admin commands are writes like all others.</summary>
    /// <remarks>One Identify stands for all. Completions of event requests, which no command of that moment asks for.</remarks>
    [Test]
    [Covers("LM-MEM-02")]
    public async CaseTask Completions_and_data_of_admin_commands_are_reported()
    {
        var (host, vf, _) = await StartAsync();
        var granularity = host.Identity.Minmrtg;
        await host.MustTrackAsync(vf, granularity, CaseVf.WindowRange(granularity));
        var queue = vf.Nvme.Admin.Queue.Completion;
        var (data, page) = (vf.Nvme.Memory.Rent(PageSize), queue.Memory.At(queue.Head) & ~(PageSize - 1UL));
        Lab.Must("Identify Controller", await vf.Nvme.AdminAsync(AdminCommand.Identify((byte)Cns.IdentifyController), data));
        var pages = (await host.ReportsAsync(vf.Id)).SelectMany(it => it.Pages).ToHashSet();
        Check.That("LM-MEM-02", "data", pages.Contains(data.Iova), "the data of an admin command is not reported");
        Check.That("LM-MEM-02", "completion", pages.Contains(page), "the completion of an admin command is not reported");
    }

    /// <summary>Commands that write completions only: their queue's page is reported, each round anew.</summary>
    /// <remarks>Pages that are reported too and nobody wrote: the case of the mix looks at that.</remarks>
    [Test]
    [Covers("LM-MEM-02", "LM-MEM-03")]
    public async CaseTask Completions_alone_are_reported_each_time_anew()
    {
        var (host, vf, io) = await StartAsync();
        await host.MustTrackAsync(vf);
        for (var round = 0; round < 4; round++)
        {
            io.Burst(5, i => NvmCommand.Flush(1));
            if (!await io.ReachesAsync(5 * (round + 1))) throw CaseEnd.Inconclusive("set-up: Flush: no answer in time");
            var pages = (await host.ReportsAsync(vf.Id)).SelectMany(it => it.Pages).ToHashSet();
            Check.That("LM-MEM-02", $"round[{round}]", pages.IsSupersetOf(CompletionPages(io)), "the page of the completions is not reported");
            Check.Equal("LM-MEM-03", $"round[{round}].again", (await host.ReportAsync(vf.Id)).Changes.Count, 0, "what was reported is reported again");
        }
    }

    /// <summary>Ranges that begin and end at the written pages, before, in and behind them: neither a page too few nor one too many.</summary>
    /// <remarks>Granules above 4 KiB, and writes of less than a page at the end of a range.</remarks>
    [Test]
    [Covers("LM-MEM-02", "LM-MEM-05")]
    public async CaseTask The_ends_of_a_range_are_exact()
    {
        const int pages = 12;
        var (host, vf, io) = await StartAsync();
        NeedGranularity(host, 0);
        var data = vf.Buffer(pages * PageSize);
        foreach (var (first, count) in ((int, uint)[])[(0, 1), (11, 1), (4, 4), (0, 8), (8, 4)])
        {
            await host.MustTrackAsync(vf, 0, new MemoryRangeTrackingDescriptor { Saddr = data.Iova + (ulong)(first * PageSize), Len = count });
            await ReadAsync(io, data);
            var reported = (await host.ReportsAsync(vf.Id)).SelectMany(it => it.Pages).Order();
            var expected = Enumerable.Range(first, (int)count).Select(i => data.Iova + (ulong)(i * PageSize));
            Check.Equal(
                "LM-MEM-02", $"range[{first},{count}]", Text(reported.Where(it => expected.Contains(it))), Text(expected), "pages of the range are missing");
            Check.Equal(
                "LM-MEM-05", $"outside[{first},{count}]", Text(reported.Where(it => !expected.Contains(it))), "", "pages outside of the range are reported");
            Lab.Must("Track Send, stop", await host.StopTrackingMemoryAsync(vf.Id));
        }

        static string Text(IEnumerable<ulong> addresses) => string.Join(' ', addresses.Select(it => $"{it:X}"));
    }

    /// <summary>Several ranges with gaps between them, in no order; only what is in them is reported.</summary>
    /// <remarks>Granules above 4 KiB, ranges that touch or overlap, and more than three of them.</remarks>
    [Test]
    [Covers("LM-MEM-05", "LM-MEM-02")]
    public async CaseTask Writes_between_ranges_are_not_reported()
    {
        const int ranges = 3;
        var (host, vf, io) = await StartAsync();
        NeedGranularity(host, 0);
        var data = vf.Buffer(4 * ranges * PageSize);
        var tracked = new MemoryRangeTrackingDescriptor[ranges];
        for (var i = 0; i < ranges; i++) tracked[i] = new() { Saddr = data.Iova + (ulong)(((((2 * i) + 1) % ranges * 4) + 1) * PageSize), Len = 2 };
        await host.MustTrackAsync(vf, 0, tracked);
        for (var i = 0; i < 4 * ranges; i++) await ReadAsync(io, data.Slice(i * PageSize, PageSize));
        var reported = (await host.ReportsAsync(vf.Id)).SelectMany(it => it.Pages).ToHashSet();
        bool IsTracked(ulong page) => tracked.Any(it => page >= it.Saddr && page < it.Saddr + (it.Len * PageSize));
        var expected = Enumerable.Range(0, 4 * ranges).Select(i => data.Iova + (ulong)(i * PageSize)).Where(IsTracked);
        Check.That("LM-MEM-02", "inside", reported.IsSupersetOf(expected), "pages in the ranges are missing");
        Check.Equal("LM-MEM-05", "outside", reported.Count(it => !IsTracked(it)), 0, "pages between the ranges are reported");
    }

    /// <summary>Two controllers at once, one memory each: the report of one has nothing of the other, and stopping one leaves the other.</summary>
    /// <remarks>With granules above 4 KiB a page of the other's passes. The two write one after the other, not at once.</remarks>
    [Test]
    [Covers("LM-MEM-02", "LM-MEM-20", "LM-MEM-22")]
    public async CaseTask Two_trackers_do_not_mix()
    {
        var (host, vf, io) = await StartAsync();
        var other = await host.BringUpAsync(2);
        var theirs = await other.CreateQueueAsync();
        await host.MustTrackAsync(vf);
        await host.MustTrackAsync(other);
        var (ours, others) = (vf.Buffer(3 * PageSize), other.Buffer(64 * PageSize).Slice(40 * PageSize, 2 * PageSize));
        var first = (await ReadAsync(io, ours)).Concat(CompletionPages(io)).ToHashSet();
        var second = (await ReadAsync(theirs, others)).Concat(CompletionPages(theirs)).ToHashSet();
        foreach (var (id, pages) in ((ushort, HashSet<ulong>)[])[(other.Id, second), (vf.Id, first)])
        {
            var reports = await host.ReportsAsync(id);
            var reported = reports.SelectMany(it => it.Pages).ToHashSet();
            Check.That("LM-MEM-22", $"cntlid[{id}]", reports.All(it => it.Header.Cntlid == id), "a report names another controller");
            Check.That("LM-MEM-02", $"pages[{id}]", reported.IsSupersetOf(pages), "pages are missing");
            Check.That(
                "LM-MEM-02", $"more[{id}]", reported.All(it => pages.Contains(it) || host.Identity.Minmrtg > 0), "pages of another controller are reported");
        }

        Check.Ok("LM-MEM-20", "stop", await host.StopTrackingMemoryAsync(vf.Id), "tracking did not stop");
        await ReadAsync(theirs, others);
        Check.That(
            "LM-MEM-20", "other", (await host.ReportsAsync(other.Id)).SelectMany(it => it.Pages).Contains(others.Iova), "stopping one tracker stopped another");
    }

    /// <summary>
    /// One page is written before every report, which has room for one range only, while many others wait: they are all told within a few
    /// rounds, the busy one whenever.
    /// </summary>
    /// <remarks>A device that is fair up to 24 waiting pages and no further; 96 reports are granted to it.</remarks>
    [TestCase(1)]
    [TestCase(4)]
    [Covers("LM-MEM-25")]
    public async CaseTask A_busy_page_does_not_keep_others_from_being_reported(int room)
    {
        const int pages = 24;
        var (host, vf, io) = await StartAsync();
        NeedGranularity(host, 0);
        // The busy one comes first and last in memory.
        var (low, all) = (vf.Buffer(PageSize), vf.Buffer(2 * pages * PageSize));
        var high = vf.Buffer(PageSize);
        await host.MustTrackAsync(vf, 0);
        var waiting = new HashSet<ulong>();
        for (var i = 0; i < pages; i++) waiting.UnionWith(await ReadAsync(io, all.Slice(2 * i * PageSize, PageSize)));
        var rounds = 0;
        for (; rounds < 4 * pages && waiting.Count > 0; rounds++)
        {
            await ReadAsync(io, low);
            await ReadAsync(io, high);
            waiting.ExceptWith((await host.ReportAsync(vf.Id, room)).Pages);
        }

        Check.Equal("LM-MEM-25", "waiting", waiting.Count, 0, "pages are not reported while another is written again and again");
        Check.Saw("LM-MEM-25", "rounds", $"{rounds}");
    }
}
