using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Track Receive: reports in parts, of suspended controllers, and of none that is tracked (Base 2.3 5.2.27).</summary>
[Area("memory-tracking")]
internal sealed class MemoryReportCases : MemoryCase
{
    /// <summary>
    /// Many pages with gaps between them, and a buffer of every size from one range up, odd ones and ones that are no multiple of a range
    /// too. Each part but the last says that there is more; together they are complete, and nothing comes twice.
    /// </summary>
    /// <remarks>Ranges of more than one granule, which a device may split between parts. Nothing is written between them.</remarks>
    [Test]
    [Covers("LM-MEM-04", "LM-MEM-03", "LM-MEM-22")]
    public async CaseTask A_report_in_parts_is_complete_and_without_repetition([Values(1, 2, 3, 5, 8, 19, 20, 21, 64)] int room, [Values(0, 4, 12)] int extra)
    {
        const int pages = 20;
        var (host, vf, io) = await StartAsync();
        var granularity = host.Identity.Minmrtg;
        var span = 2 * PageSize << granularity;
        var data = vf.Buffer(pages * span);
        await host.MustTrackAsync(vf, granularity);
        var written = new HashSet<ulong>();
        for (var i = 0; i < pages; i++) written.UnionWith(await ReadAsync(io, data.Slice(i * span, PageSize)));
        written.UnionWith(CompletionPages(io));
        var bytes = (int)TrackedMemoryChanges.Length(room) + extra;
        var (reports, granules) = (new List<MemoryReport>(), new List<ulong>());
        do
        {
            var report = MemoryReport.TryRead(Lab.Must("Track Receive", await host.TrackedMemoryAsync(vf.Id, bytes)));
            if (!Check.That("LM-MEM-04", "fits", report is not null, "a part announces more ranges than the buffer holds")) return;
            reports.Add(report!);
            granules.AddRange(report!.Pages.Where(it => (it & (((ulong)PageSize << granularity) - 1)) == 0));
        }
        while (reports[^1].Header.Attributes.MoreToReport && reports.Count <= 4 * pages);

        CheckReports(host, vf, reports, granularity);
        var named = reports.SelectMany(it => it.Pages).ToHashSet();
        Check.That("LM-MEM-04", "complete", named.IsSupersetOf(written), "the parts together are not complete");
        Check.Equal("LM-MEM-04", "repeated", granules.Count - granules.Distinct().Count(), 0, "a granule comes again although nobody wrote it again");
        if (room < pages / 2) Check.Hazard("LM-MEM-04", "parts", reports.Count > 1, "a report in parts");
        Check.Equal("LM-MEM-03", "again", (await host.ReportAsync(vf.Id)).Changes.Count, 0, "what was reported is reported again");
    }

    /// <summary>Between two parts some pages are written again, some that were told and some that were not: those told come again, none is lost.</summary>
    /// <remarks>A write that falls into the making of a part: all of them fall between two commands.</remarks>
    [Test]
    [Covers("LM-MEM-04")]
    public async CaseTask What_is_written_between_two_parts_is_not_lost()
    {
        const int pages = 16;
        var (host, vf, io) = await StartAsync();
        var granularity = host.Identity.Minmrtg;
        var span = 2 * PageSize << granularity;
        var data = vf.Buffer(pages * span);
        await host.MustTrackAsync(vf, granularity);
        for (var i = 0; i < pages; i++) await ReadAsync(io, data.Slice(i * span, PageSize));
        var first = await host.ReportAsync(vf.Id, 5);
        Check.Hazard("LM-MEM-04", "parts", first.Header.Attributes.MoreToReport, "a report in parts");
        for (var i = 0; i < pages; i += 3) await ReadAsync(io, data.Slice(i * span, PageSize));
        var rest = (await host.ReportsAsync(vf.Id, 5)).SelectMany(it => it.Pages).ToHashSet();
        var (again, never) = (new List<int>(), new List<int>());
        for (var i = 0; i < pages; i++)
        {
            var page = data.Iova + (ulong)(i * span);
            if (i % 3 == 0 && !rest.Contains(page)) again.Add(i);
            if (!rest.Contains(page) && !first.Pages.Contains(page)) never.Add(i);
        }

        Check.Equal("LM-MEM-04", "again", string.Join(' ', again), "", "pages that were written between two parts are not reported behind them");
        Check.Equal("LM-MEM-04", "never", string.Join(' ', never), "", "pages are lost between two parts");
    }

    /// <summary>
    /// A report into memory that is not mapped, and into buffers too small for a range: whatever the answer, what it would have told is
    /// told later.
    /// </summary>
    /// <remarks>A report of which the beginning arrives: the whole buffer is unmapped, or too small for a range.</remarks>
    [Test]
    [Covers("LM-MEM-04", "LM-MEM-02")]
    public async CaseTask A_report_that_does_not_arrive_is_not_lost([Values(0, 4, 12, 16, 28)] int bytes)
    {
        const ulong nowhere = 0x0DEA_D000_0000;
        var (host, vf, io) = await StartAsync();
        var granularity = host.Identity.Minmrtg;
        await host.MustTrackAsync(vf, granularity);
        var data = vf.Buffer(8 * PageSize << granularity);
        var written = new HashSet<ulong>();
        for (var i = 0; i < 4; i++) written.UnionWith(await ReadAsync(io, data.Slice((2 * i * PageSize) << granularity, PageSize)));
        written.UnionWith(CompletionPages(io));
        var told = new HashSet<ulong>();
        if (bytes == 0)
        {
            var lost = await host.AdminAsync(MigrationCommand.TrackedMemory(vf.Id, PageSize) with { Prp1 = nowhere });
            Check.Hazard("LM-MEM-04", "lost", !lost.IsOk, "a report that does not arrive");
        }
        else
        {
            var small = await host.TrackedMemoryAsync(vf.Id, bytes);
            Check.Saw("LM-MEM-04", $"bytes[{bytes}]", small.IsOk ? "taken" : $"{small.Answer.Status}");
            if (small.IsOk && MemoryReport.TryRead(small.Value) is { } report)
            {
                told.UnionWith(report.Pages);
                Check.That("LM-MEM-04", "none", report.Changes.Count > 0 || !report.Header.Attributes.MoreToReport, "an empty report says that there is more");
            }
        }

        told.UnionWith((await host.ReportsAsync(vf.Id)).SelectMany(it => it.Pages));
        Check.That("LM-MEM-04", "complete", told.IsSupersetOf(written), "what a report that did not arrive would have told is lost");
        Check.That("LM-MEM-02", "completions", told.IsSupersetOf(CompletionPages(io)), "the page of the completions is not reported");
    }

    /// <summary>Commands in flight at the suspend, then reports until there is no more, time, and reports again; then it goes on.</summary>
    /// <remarks>How many of the twelve reads are in flight at the Suspend: one at least must be, or nothing is shown.</remarks>
    [TestCase(1)]
    [TestCase(64)]
    [Covers("LM-MEM-06", "LM-MEM-07", "LM-MEM-02")]
    public async CaseTask A_suspended_controller_reports_the_rest_and_then_nothing(int room)
    {
        const int reads = 12;
        var (host, vf, io) = await StartAsync();
        await host.MustTrackAsync(vf);
        var data = vf.Buffer(2 * reads * PageSize);
        await ReadAsync(io, data.Slice(PageSize, PageSize));
        Check.Equal(
            "LM-MEM-06", "running.susp", (await host.ReportAsync(vf.Id)).Header.Attributes.Suspended, false,
            "the report of a running controller says that it is suspended");
        io.Burst(reads, i => NvmCommand.Read(1, (ulong)i, 0) with { Prp1 = data.Iova + (ulong)(2 * i * PageSize) });
        // Some of them fetched, none waited for: what completes is what the suspend waits for.
        await World.After(2_000);
        var early = io.Pair.CountPosted();
        await host.MustSuspendAsync(vf.Id);
        var completed = io.Consume();
        Check.Hazard("LM-MEM-06", "fetched", completed > early, "commands that were fetched before the suspend");
        var reports = await host.ReportsAsync(vf.Id, room);
        foreach (var report in reports) Check.That(
            "LM-MEM-06", "susp", report.Header.Attributes.Suspended, "the report of a suspended controller does not say so");
        var named = reports.SelectMany(it => it.Pages).ToHashSet();
        Check.That("LM-MEM-06", "all", named.IsSupersetOf(CompletionPages(io)), "the completions of a suspended controller are not reported");
        var differ = Enumerable.Range(0, reads).Select(i => data.Slice(2 * i * PageSize, PageSize)).Where(it => it.Read().ContainsAnyExcept((byte)0));
        Check.That("LM-MEM-02", "differ", differ.All(it => named.Contains(it.Iova)), "a page that differs was not reported when there was no more to report");
        Check.Saw("LM-MEM-06", "completed", $"{completed} of {reads}");
        for (var i = 0; i < 3; i++)
        {
            await Lab.WatchAsync();
            var later = await host.ReportAsync(vf.Id);
            Check.Equal(
                "LM-MEM-07", $"later[{i}]", (later.Changes.Count, later.Header.Attributes.MoreToReport, later.Header.Attributes.Suspended), (0, false, true),
                "a suspended controller reports again");
        }

        await host.MustResumeAsync(vf.Id);
        io.Submit(NvmCommand.Read(1, 0, 0) with { Prp1 = data.Iova + PageSize });
        if (!await io.ReachesAsync(reads + 3)) throw CaseEnd.Inconclusive("set-up: read: no answer in time");
        var after = await host.ReportsAsync(vf.Id);
        Check.That("LM-MEM-06", "resumed", after.SelectMany(it => it.Pages).Contains(data.Iova + PageSize), "tracking does not go on after the resume");
        Check.Equal("LM-MEM-06", "resumed.susp", after[^1].Header.Attributes.Suspended, false, "the report of a resumed controller says that it is suspended");
    }

    /// <summary>
    /// Stopped with a buffer that holds nonsense, then written: nothing is reported, or the report is refused. It can begin anew, with
    /// nothing old.
    /// </summary>
    /// <remarks>Writes in flight while tracking is stopped: they have ended before.</remarks>
    [Test]
    [Covers("LM-MEM-20", "LM-MEM-21")]
    public async CaseTask Stopping_ends_the_reports_whatever_is_in_the_buffer([Values((byte)0x00, (byte)0xFF, (byte)0x5A)] byte garbage)
    {
        var (host, vf, io) = await StartAsync();
        await CheckNoReportAsync("LM-MEM-21", "never", host, vf);
        await host.MustTrackAsync(vf);
        var data = vf.Buffer(PageSize);
        await ReadAsync(io, data);
        var buffer = host.Buffer(PageSize);
        buffer.Memory!.Fill(buffer.Offset, buffer.Length, garbage);
        var stop = await host.AdminAsync(MigrationCommand.TrackMemory(vf.Id, start: false), buffer);
        Check.Ok("LM-MEM-20", "stop", stop, "stopping looks at a buffer that it ignores");
        await ReadAsync(io, data);
        await CheckNoReportAsync("LM-MEM-20", "stopped", host, vf);
        Check.Ok(
            "LM-MEM-20", "again", await host.TrackMemoryAsync(vf.Id, host.Identity.Minmrtg, vf.WholeMemory(host.Identity.Minmrtg)),
            "tracking that was stopped does not begin anew");
        Check.Equal("LM-MEM-20", "old", (await host.ReportAsync(vf.Id)).Changes.Count, 0, "what was written before tracking began is reported");
    }

    /// <summary>A11: both answers are legal.</summary>
    private static async ValueTask CheckNoReportAsync(string requirement, string path, CaseHost host, CaseVf vf)
    {
        var reading = await host.TrackedMemoryAsync(vf.Id);
        Check.Saw(requirement, path, reading.IsOk ? "empty" : $"{reading.Answer.Status}");
        if (reading.IsOk) Check.Equal(
            requirement, path, MemoryReport.TryRead(reading.Value)?.Changes.Count, 0, "a controller that is not tracked has a report");
        else Check.Refused(requirement, path, reading.Answer, Status.InvalidControllerIdentifier);
    }
}
