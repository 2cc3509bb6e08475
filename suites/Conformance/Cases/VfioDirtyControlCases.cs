using System.Numerics;
using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>How the log of written pages is begun and ended, its page sizes, its ranges, and what is refused.</summary>
[Area("vfio-dirty-logging")]
internal sealed class VfioDirtyControlCases : VfioDirtyCase
{
    /// <summary>The same pages are written three times and reported with pages of 4 KiB, 64 KiB and 2 MiB: the bits of the larger are those of the smaller, joined.</summary>
    /// <remarks>Pages that are reported and nobody wrote, where all three reports have them. Twelve pages, three sizes.</remarks>
    [Test]
    [Covers("LM-VFDL-06")]
    public async CaseTask Page_sizes_of_a_report_agree([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var space = vfio.Vf.Buffer(600 * (int)Page);
        var pages = Enumerable.Range(0, 12).Select(_ => (int)Random.Below(600)).ToList();
        await MustLogAsync(vfio);
        SortedSet<int>? small = null;
        foreach (var size in new[] { Page, 64ul << 10, 2ul << 20 })
        {
            await ReportAsync(vfio);
            foreach (var page in pages) await ReadAsync(queue, space.Slice(page * (int)Page, (int)Page));
            var bits = await ReportAsync(vfio, size);
            small ??= bits;
            Check.Equal(
                "LM-VFDL-06", $"{size}", string.Join(' ', bits), string.Join(' ', small.Select(page => (int)((ulong)page * Page / size)).Distinct().Order()),
                "reports with several page sizes do not agree");
        }
    }

    /// <summary>A report with a page size that is too small or no power of two is refused, and nothing is lost by it.</summary>
    /// <remarks>Powers of two that are larger than the range or the logged pages allow.</remarks>
    [Test]
    [Covers("LM-VFDL-06")]
    public async CaseTask A_page_size_that_is_none_is_refused([Values(VfioFace.Hmlm)] VfioFace face, [Values(0ul, 512ul, 2048ul, 3000ul, 4097ul, 12288ul)] ulong size)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var page = vfio.Vf.Buffer((int)Page);
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        await ReadAsync(queue, page);
        var result = await vfio.Device.ReportDirtyAsync(vfio.Memory.Iova, vfio.Memory.Length, size, new ulong[1 << 14]);
        Check.Equal("LM-VFDL-06", "report", result, new VfioResult(Errno.Einval), "a page size that is none is taken, or refused with another errno");
        Check.That("LM-VFDL-06", "kept", (await ReportAsync(vfio)).IsSupersetOf(PagesOf(vfio, page)), "a report that was refused has cleared the log");
    }

    /// <summary>The log is begun with several page sizes; the one that the device chose is a power of two, and one page written is no more than one of those.</summary>
    /// <remarks>Which size a driver should choose: that is its own. One page is written.</remarks>
    [Test]
    [Covers("LM-VFDL-07")]
    public async CaseTask The_page_size_that_is_told_is_kept_to(
        [Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face, [Values(4096ul, 8192ul, 65536ul, 2097152ul)] ulong wanted)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var space = vfio.Vf.Buffer(512 * (int)Page);
        var (result, chosen) = await vfio.Device.StartDirtyLoggingAsync([vfio.Memory], wanted);
        Check.Equal("LM-VFDL-07", "start", result, default, "the log cannot be begun with a page size of a power of two");
        Check.That("LM-VFDL-07", "page size", BitOperations.IsPow2(chosen), $"the page size that is told is {chosen}");
        await ReportAsync(vfio);
        var target = space.Slice(256 * (int)Page, (int)Page);
        await ReadAsync(queue, target);
        var first = target.Iova & ~(chosen - 1);
        var bits = await ReportAsync(vfio, space.Iova, (ulong)space.Length);
        Check.That("LM-VFDL-07", "written", bits.Contains(256), "the page that was written is not reported");
        var beyond = bits.Count(page => space.Iova + ((ulong)page * Page) < first || space.Iova + ((ulong)page * Page) >= first + chosen);
        Check.Equal("LM-VFDL-07", "beyond", beyond, 0, "one page written is reported as more than a page of the size that was told");
    }

    /// <summary>The log is begun a second time, with other ranges: refused, and the first log has what was written before and after.</summary>
    /// <remarks>With which errno: the protocol leaves it open.</remarks>
    [Test]
    [Covers("LM-VFDL-08")]
    public async CaseTask A_second_start_fails_and_the_first_log_goes_on([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var (before, after) = (vfio.Vf.Buffer((int)Page), vfio.Vf.Buffer((int)Page));
        await MustLogAsync(vfio);
        await ReportAsync(vfio);
        await ReadAsync(queue, before);
        var (again, _) = await vfio.Device.StartDirtyLoggingAsync([(before.Iova, Page)], Page);
        Check.That("LM-VFDL-08", "start", !again.IsOk, "the log was begun twice");
        await ReadAsync(queue, after);
        var reported = await ReportAsync(vfio);
        Check.That("LM-VFDL-08", "before", reported.IsSupersetOf(PagesOf(vfio, before)), "a second start has cleared the log");
        Check.That("LM-VFDL-08", "after", reported.IsSupersetOf(PagesOf(vfio, after)), "a second start has ended the log, or changed its ranges");
    }

    /// <summary>No range, 256 ranges, 257 ranges; of the 256 each page is logged and what lies between is nobody's.</summary>
    /// <remarks>What lies between the ranges: it may be reported. Only the ranges that twenty pages of data fall into are written.</remarks>
    [Test]
    [Covers("LM-VFDL-09")]
    public async CaseTask A_page_of_ranges_is_taken_and_no_more([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, queue) = await StartToLogAsync(face);
        var ranges = Enumerable.Range(0, 257).Select(i => (vfio.Memory.Iova + ((ulong)i * 2 * Page), Page)).ToList();
        Check.Equal("LM-VFDL-09", "0", (await vfio.Device.StartDirtyLoggingAsync([], Page)).Result, new VfioResult(Errno.Einval), "a log of no range was begun, or refused otherwise");
        Check.Equal("LM-VFDL-09", "257", (await vfio.Device.StartDirtyLoggingAsync(ranges, Page)).Result, new VfioResult(Errno.E2Big), "a log of 257 ranges was begun, or refused otherwise");
        Check.Equal("LM-VFDL-09", "256", (await vfio.Device.StartDirtyLoggingAsync(ranges[..256], Page)).Result, default, "a log of 256 ranges was refused");
        var target = vfio.Vf.Buffer(20 * (int)Page);
        for (var i = 0; i < 20; i++) await ReadAsync(queue, target.Slice(i * (int)Page, (int)Page));
        var reported = await ReportAsync(vfio);
        var logged = PagesOf(vfio, target).Where(page => page % 2 == 0 && page < 512).ToList();
        Check.Hazard("LM-VFDL-09", "target", logged.Count > 4, "pages read into within the ranges");
        Check.That("LM-VFDL-09", "logged", reported.IsSupersetOf(logged), "of many ranges one is not logged");
    }

    private static readonly (string Name, (ulong At, ulong Length)[] Ranges, int Errno)[] _badRanges =
    [
        ("overlap", [(0, 2 * Page), (Page, 2 * Page)], Errno.Einval),
        ("overlap in another order", [(8 * Page, 2 * Page), (0, 9 * Page)], Errno.Einval),
        ("twice the same", [(0, Page), (0, Page)], Errno.Einval),
        ("first byte not aligned", [(512, Page)], Errno.Einval),
        ("length not aligned", [(0, Page + 512)], Errno.Einval),
        ("wraps round", [(ulong.MaxValue - Page + 1, 2 * Page)], Errno.Eoverflow),
        ("wraps round by far", [(2 * Page, ulong.MaxValue - Page + 1)], Errno.Eoverflow),
    ];

    /// <summary>Ranges that are none; after the refusal the log can be begun, so nothing was.</summary>
    /// <remarks>Ranges of nobody's memory, or beyond the addresses that the function has: those may well be taken.</remarks>
    [Test]
    [Covers("LM-VFDL-10")]
    public async CaseTask Ranges_that_are_none_are_refused([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, _) = await StartToLogAsync(face);
        foreach (var (name, ranges, errno) in _badRanges)
        {
            var far = ranges.Any(it => it.At > ulong.MaxValue / 2 || it.Length > ulong.MaxValue / 2) ? 0 : vfio.Memory.Iova;
            var (result, _) = await vfio.Device.StartDirtyLoggingAsync([.. ranges.Select(it => (it.At + far, it.Length))], Page);
            Check.Equal("LM-VFDL-10", name, result, new VfioResult(errno), "ranges that are none were taken, or refused with another errno");
            if (result.IsOk) await vfio.Device.StopDirtyLoggingAsync();
        }

        Check.Equal("LM-VFDL-10", "good", (await vfio.Device.StartDirtyLoggingAsync([vfio.Memory], Page)).Result, default, "after refusals the log cannot be begun");
    }

    /// <summary>Without a log a report fails and an end does not; so it is before the first, and after the last.</summary>
    /// <remarks>With which errno the report fails; what it left in the bitmap.</remarks>
    [Test]
    [Covers("LM-VFDL-11")]
    public async CaseTask Without_a_log_a_report_fails_and_an_end_does_not([Values(VfioFace.Hmlm, VfioFace.HmlmAll)] VfioFace face)
    {
        var (vfio, _) = await StartToLogAsync(face);
        foreach (var when in new[] { "before", "after" })
        {
            var report = await vfio.Device.ReportDirtyAsync(vfio.Memory.Iova, vfio.Memory.Length, Page, new ulong[16]);
            Check.That("LM-VFDL-11", $"{when}.report", !report.IsOk, "without a log a report succeeds");
            Check.Equal("LM-VFDL-11", $"{when}.stop", await vfio.Device.StopDirtyLoggingAsync(), default, "without a log its end fails");
            await MustLogAsync(vfio);
            Check.Equal("LM-VFDL-11", $"{when}.end", await vfio.Device.StopDirtyLoggingAsync(), default, "the log cannot be ended");
        }
    }
}
