using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Which pages are reported as written, and which are not (linux/vfio.h, VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT).</summary>
[Area("vfio-dirty-logging")]
internal sealed class VfioDirtyCases : VfioDirtyCase
{
    /// <summary>
    /// Blocks are read into single pages and into runs of pages. Every page that they went to is reported, every other that has changed is - queues,
    /// above all - and of an idle function the next report is empty.
    /// </summary>
    /// <remarks>A write of the bytes that were there, outside the pages that are read into. Pages that are reported and nobody wrote.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="blocks">Of each read.</param>
    [Test]
    [Covers("LM-VFDL-01", "LM-VFDL-04", "LM-VFDL-17")]
    public async CaseTask What_was_read_into_is_reported_once([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face, [Values(1, 2, 7, 64)] int blocks)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        await FillBlocksAsync(vfio, queue, blocks);
        var target = vfio.Vf.Buffer(blocks * (int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        var read = queue.WithData(NvmCommand.Read(1, 0, (ushort)(blocks - 1)), target);
        using var image = Image(vfio);
        await queue.MustAsync("Read", read);
        Check.Hazard("LM-VFDL-17", "admin", await AnswersAsync(vfio), "a completion of the admin queue");
        var changed = ChangedSince(image);
        var reported = await ReportAsync(vfio);
        Check.That("LM-VFDL-01", "payload", reported.IsSupersetOf(PagesOf(vfio, target)), "a page that was read into is not reported");
        Check.Hazard("LM-VFDL-17", "completions", changed.Except(PagesOf(vfio, target)).Any(), "changed pages that are no payload");
        // What the guest itself wrote changed too: its commands, in pages of their own.
        var own = new[] { queue.Pair, vfio.Vf.Nvme.Admin.Queue }.Select(pair => (int)((pair.Memory.At(0) - vfio.Memory.Iova) / Page));
        var missed = changed.Except(reported).Except(own).ToList();
        Check.Equal("LM-VFDL-17", "missed", string.Join(' ', missed), "", "a page that the function wrote is not reported");
        Check.Equal("LM-VFDL-04", "again", (await ReportAsync(vfio)).Count, 0, "an idle function's pages are reported again");
    }

    /// <summary>
    /// In a thousand rounds blocks are read to random places of the guest's memory, of 1024 pages; each round is followed by a report. No page that was
    /// written may be missing, among a million pages that were looked at.
    /// </summary>
    /// <remarks>Pages that are reported and nobody wrote. The reads come one after the other, none while a report is made.</remarks>
    [Test]
    [Covers("LM-VFDL-02")]
    public async CaseTask Of_a_million_pages_none_is_missing([Values(VfioFace.Hmlm)] VfioFace face)
    {
        const int rounds = 1000, blocks = 2;
        var (vfio, queue) = await StartToLogAsync(face);
        await FillBlocksAsync(vfio, queue, 64);
        var space = vfio.Vf.Buffer(512 * (int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        long looked = 0;
        for (var round = 0; round < rounds; round++)
        {
            var targets = Enumerable.Range(0, 2).Select(_ => space.Slice((int)Random.Below(512 - blocks) * (int)Page, blocks * (int)Page)).ToList();
            foreach (var target in targets)
                await queue.MustAsync("Read", queue.WithData(NvmCommand.Read(1, (ulong)Random.Below(60), blocks - 1), target));
            var reported = await ReportAsync(vfio);
            looked += (long)(vfio.Memory.Length / Page);
            var missed = targets.SelectMany(it => PagesOf(vfio, it)).Where(page => !reported.Contains(page)).ToList();
            if (missed.Count > 0) Check.Equal("LM-VFDL-02", $"round[{round}]", string.Join(' ', missed), "", "a page that was written is not reported");
        }

        Check.That("LM-VFDL-02", "pages", looked >= 1_000_000, "fewer than a million pages were looked at");
    }

    /// <summary>What the guest has written to blocks was read by the function only: none of it is reported. How many clean pages are is told.</summary>
    /// <remarks>Other pages that are reported and as they were: their number is noted, and only that not everything is reported is held.</remarks>
    [Test]
    [Covers("LM-VFDL-03")]
    public async CaseTask What_is_only_read_is_not_reported([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var source = vfio.Vf.Buffer(8 * (int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        using var image = Image(vfio);
        for (var i = 0; i < 8; i++) await queue.MustAsync("Write", queue.WithData(NvmCommand.Write(1, (ulong)i, 0), source.Slice(i * (int)Page, (int)Page)));
        var reported = await ReportAsync(vfio);
        Check.Equal("LM-VFDL-03", "payload", PagesOf(vfio, source).Count(reported.Contains), 0, "a page that the function only read is reported as written");
        var clean = reported.Except(ChangedSince(image)).Count();
        Check.Saw("LM-VFDL-03", "precision", $"{clean} of {reported.Count} reported pages are as they were");
        Check.That("LM-VFDL-03", "reported", reported.Count < vfio.Vf.Ram.Length / (int)Page, "everything is reported, whatever was written");
    }

    /// <summary>A bitmap that has bits is handed in; those are there afterwards too, and the new ones.</summary>
    /// <remarks>Bits other than four that were set before, at the edges of words and of the bitmap.</remarks>
    [Test]
    [Covers("LM-VFDL-05")]
    public async CaseTask A_report_only_sets_bits([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var target = vfio.Vf.Buffer((int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        await ReadAsync(queue, target);
        var bitmap = new ulong[vfio.Memory.Length / Page / 64];
        var last = (bitmap.Length * 64) - 1;
        foreach (var bit in new[] { 0, 63, 64, last }) bitmap[bit / 64] |= 1UL << (bit % 64);
        var result = await vfio.Device.ReportDirtyAsync(vfio.Memory.Iova, vfio.Memory.Length, Page, bitmap);
        var bits = BitsOf(bitmap);
        Check.Equal("LM-VFDL-05", "report", result, default, "a report into a bitmap that has bits fails");
        Check.That("LM-VFDL-05", "before", bits.IsSupersetOf([0, 63, 64, last]), "a report has cleared a bit that was set before");
        Check.That("LM-VFDL-05", "new", bits.IsSupersetOf(PagesOf(vfio, target)), "a report into a bitmap that has bits lacks a page");
    }

    /// <summary>
    /// Everything was written, and a report on a part takes that part: of what is left, all is there when the whole is asked. Reports that begin
    /// anywhere count their bits from where they begin.
    /// </summary>
    /// <remarks>Writes while a report is made: the function is idle by then. Pages of other sizes than 4 KiB.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="first">Page at which the part begins.</param>
    /// <param name="count">Pages of it.</param>
    [Test]
    [Combinatorial]
    [Covers("LM-VFDL-12", "LM-VFDL-13")]
    public async CaseTask A_report_on_a_part_takes_that_part(
        [Values(VfioFace.Hmlm)] VfioFace face, [Values(0, 1, 62, 63, 64, 65, 130)] int first, [Values(1, 2, 63, 64, 65)] int count)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var space = vfio.Vf.Buffer(200 * (int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        foreach (var at in new[] { 0, 100 })
            await queue.MustAsync("Read", queue.WithData(NvmCommand.Read(1, 0, 99), space.Slice(at * (int)Page, 100 * (int)Page)));
        var part = await ReportAsync(vfio, space.Iova + ((ulong)first * Page), (ulong)count * Page);
        Check.Equal("LM-VFDL-13", "part", string.Join(' ', part), string.Join(' ', Enumerable.Range(0, count)), "a report that begins at some page has other bits than its pages");
        var rest = await ReportAsync(vfio, space.Iova, 200 * Page);
        var expected = Enumerable.Range(0, 200).Where(page => page < first || page >= first + count);
        Check.Equal("LM-VFDL-12", "rest", string.Join(' ', rest), string.Join(' ', expected), "a report on a part has cleared other pages, or not its own");
    }

    /// <summary>One page is written, at the edges of the words of a bitmap: its bit, and of that range no other.</summary>
    /// <remarks>Pages outside of the range that is asked for, and pages of other sizes than 4 KiB.</remarks>
    /// <param name="face">The driver.</param>
    /// <param name="page">From the beginning of the report.</param>
    [Test]
    [Covers("LM-VFDL-13")]
    public async CaseTask One_page_is_one_bit([Values(VfioFace.Hmlm)] VfioFace face, [Values(0, 1, 31, 32, 62, 63, 64, 65, 127, 128)] int page)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var space = vfio.Vf.Buffer(129 * (int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        await ReadAsync(queue, space.Slice(page * (int)Page, (int)Page));
        Check.Equal("LM-VFDL-13", "bits", string.Join(' ', await ReportAsync(vfio, space.Iova, 129 * Page)), $"{page}", "one page is reported as another, or as more");
    }

    /// <summary>
    /// A read is complete just before STOP_COPY is asked for, or is under way then; when the request has returned, the report has every page that has
    /// changed, and what is read after that has no more to tell.
    /// </summary>
    /// <remarks>Pages other than those that are read into. How many reads are under way when STOP_COPY is asked for is the device's.</remarks>
    [Test]
    [Covers("LM-VFDL-14")]
    public async CaseTask The_last_write_before_the_stop_is_reported([Values(VfioFace.Hmlm, VfioFace.HmlmP2P, VfioFace.HmlmAll)] VfioFace face, [Values] bool underWay)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        await FillBlocksAsync(vfio, queue, 16);
        var target = vfio.Vf.Buffer(16 * (int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        using var image = Image(vfio);
        var before = queue.Taken.Count;
        queue.Burst(16, i => queue.WithData(NvmCommand.Read(1, (ulong)i, 0), target.Slice(i * (int)Page, (int)Page)));
        if (underWay) await World.After(2_000);
        else Check.Hazard("LM-VFDL-14", "complete", await queue.ReachesAsync(before + 16), "reads that are complete before the request");
        await vfio.MustAsync(VfioState.StopCopy);
        var written = ChangedSince(image).Intersect(PagesOf(vfio, target)).ToList();
        Check.Hazard("LM-VFDL-14", "written", written.Count > 0, "pages written before the request had returned");
        var reported = await ReportAsync(vfio);
        Check.That("LM-VFDL-14", "last", reported.IsSupersetOf(written), "what was written before the function stopped is not reported");
        Check.That("LM-VFDL-14", "nothing later", (await ReportAsync(vfio)).Count == 0, "a stopped function has more to report");
    }

    /// <summary>The log is begun before all else; a page is written whenever the function runs, on the way through all its states. None is missing.</summary>
    /// <remarks>Writes during the change of state itself: each read has ended before the next request. RESUMING is left out.</remarks>
    [Test]
    [Covers("LM-VFDL-15")]
    public async CaseTask The_log_goes_on_through_every_state([Values(VfioFace.Hmlm, VfioFace.HmlmP2P, VfioFace.HmlmPreCopy, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        var expected = new List<int>();
        foreach (var state in vfio.States.Where(it => it != VfioState.Resuming).SelectMany(it => (VfioState[])[it, VfioState.Running]))
        {
            await vfio.MustAsync(state);
            if (!VfioWays.Runs(state)) continue;
            var page = vfio.Vf.Buffer((int)Page);
            await ReadAsync(queue, page);
            expected.AddRange(PagesOf(vfio, page));
        }

        await vfio.MustAsync(VfioState.StopCopy);
        var bitmap = new ulong[vfio.Memory.Length / Page / 64];
        var report = await vfio.Device.ReportDirtyAsync(vfio.Memory.Iova, vfio.Memory.Length, Page, bitmap);
        Check.Equal("LM-VFDL-15", "report", report, default, "the log has ended on the way");
        Check.Equal("LM-VFDL-15", "missed", string.Join(' ', expected.Except(BitsOf(bitmap))), "", "a page that was written on the way is not reported");
        Check.Equal("LM-VFDL-15", "stop", await vfio.Device.StopDirtyLoggingAsync(), default, "the log cannot be ended in STOP_COPY");
    }

    /// <summary>
    /// As much as there is is written, again and again, and nobody asks. The report is complete then, or fails and says so; it does not forget.
    /// </summary>
    /// <remarks>A log that cannot become full: it is complete after 800 pages, and shows nothing of what it would say.</remarks>
    [Test]
    [Covers("LM-VFDL-16")]
    public async CaseTask A_log_that_is_full_does_not_forget_in_silence([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        const int pages = 800, run = 100;
        var (vfio, queue) = await StartToLogAsync(face);
        var space = vfio.Vf.Buffer(pages * (int)Page);
        await MustLogAsync(vfio);
        for (var pass = 0; pass < 5; pass++)
        {
            for (var at = 0; at < pages; at += run)
                await queue.MustAsync("Read", queue.WithData(NvmCommand.Read(1, 0, run - 1), space.Slice(at * (int)Page, run * (int)Page)));
        }

        var bitmap = new ulong[(pages + 63) / 64];
        var result = await vfio.Device.ReportDirtyAsync(space.Iova, pages * Page, Page, bitmap);
        Check.Saw("LM-VFDL-16", "report", result.IsOk ? "complete" : $"{result}");
        Check.That("LM-VFDL-16", "pages", !result.IsOk || BitsOf(bitmap).Count == pages, "a full log has forgotten pages and says nothing");
    }
}
