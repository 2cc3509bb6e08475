using Conformance.Device;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>Dirty logging of the variant driver over reports of a fake device: pages, bitmaps, what is kept, what is refused.</summary>
public sealed class DirtyLoggingTests
{
    private const ulong Page = 4096;
    private const ulong Base = 0x1_0000_0000;
    private const ulong Length = 256 * Page;

    private static async Task<ulong[]> ReportAsync(VariantDriverModel device, ulong iova = Base, ulong length = Length, ulong pageSize = Page, ulong[]? bitmap = null)
    {
        bitmap ??= new ulong[(length + (pageSize * 64) - 1) / (pageSize * 64)];
        var result = await device.ReportDirtyAsync(iova, length, pageSize, bitmap);
        Assert.That(result.IsOk, Is.True, result.ToString());
        return bitmap;
    }

    private static IEnumerable<int> Bits(ulong[] bitmap) => Enumerable.Range(0, bitmap.Length * 64).Where(i => (bitmap[i / 64] >> (i % 64) & 1) != 0);

    private static void WithLog(Func<VariantBench, Task> test, params (ulong Iova, ulong Length)[] ranges) => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: false, new() { PreCopy = true, P2P = true });
        var (result, page) = await bench.Device.StartDirtyLoggingAsync(ranges.Length > 0 ? ranges : [(Base, Length)], Page);
        Assert.That((result.IsOk, page), Is.EqualTo((true, Page)));
        await test(bench);
    });

    [Test]
    public void What_was_written_is_reported_once([Values(0, 1, 63, 64, 65, 255)] int page) => WithLog(async bench =>
    {
        bench.Dialect.Written.Add(new DirtyMemory(Base + ((ulong)page * Page), Page));
        Assert.That(Bits(await ReportAsync(bench.Device)), Is.EqualTo(new[] { page }));
        Assert.That(Bits(await ReportAsync(bench.Device)), Is.Empty);
    });

    [Test]
    public void A_report_sets_bits_and_clears_none() => WithLog(async bench =>
    {
        bench.Dialect.Written.Add(new DirtyMemory(Base + (2 * Page), 3 * Page));
        var bitmap = await ReportAsync(bench.Device, bitmap: [1, 0, 0, 1UL << 63]);
        Assert.That(Bits(bitmap), Is.EqualTo(new[] { 0, 2, 3, 4, 255 }));
    });

    [Test]
    public void Page_sizes_agree([Values(4096ul, 16384ul, 65536ul, 262144ul)] ulong pageSize) => WithLog(async bench =>
    {
        var rng = new Rng(pageSize);
        var pages = Enumerable.Range(0, 30).Select(_ => (ulong)rng.Below(256)).ToHashSet();
        foreach (var page in pages) bench.Dialect.Written.Add(new DirtyMemory(Base + (page * Page), 1));
        var expected = pages.Select(page => (int)(page * Page / pageSize)).Distinct().Order();
        Assert.That(Bits(await ReportAsync(bench.Device, pageSize: pageSize)), Is.EqualTo(expected));
        Assert.That(Bits(await ReportAsync(bench.Device)), Is.Empty);
    });

    [Test]
    public void A_report_of_a_part_takes_that_part_only() => WithLog(async bench =>
    {
        bench.Dialect.Written.Add(new DirtyMemory(Base, Length));
        Assert.That(Bits(await ReportAsync(bench.Device, Base + (10 * Page), 20 * Page)), Is.EqualTo(Enumerable.Range(0, 20)));
        // An end inside a page: the page is told, and told again to the one who asks for the rest of it.
        Assert.That(Bits(await ReportAsync(bench.Device, Base, Page + 1)), Is.EqualTo(new[] { 0, 1 }));
        var rest = Bits(await ReportAsync(bench.Device)).ToList();
        Assert.That(rest, Is.EqualTo(Enumerable.Range(1, 9).Concat(Enumerable.Range(30, 226))));
    });

    [Test]
    public void Ranges_are_kept_apart_and_what_is_outside_is_nobodys() => WithLog(
        async bench =>
        {
            bench.Dialect.Written.Add(new DirtyMemory(Base - Page, 600 * Page));
            var bits = Bits(await ReportAsync(bench.Device, Base, 512 * Page)).ToList();
            Assert.That(bits, Is.EqualTo(new[] { 3, 4 }.Concat(Enumerable.Range(100, 50))));
        },
        (Base + (100 * Page), 50 * Page), (Base + (3 * Page), 2 * Page));

    [Test]
    public void Logging_goes_on_through_every_state() => WithLog(async bench =>
    {
        foreach (var state in new[] { VfioState.PreCopy, VfioState.PreCopyP2P, VfioState.StopCopy, VfioState.Stop, VfioState.RunningP2P, VfioState.Running })
        {
            bench.Dialect.Written.Add(new DirtyMemory(Base + ((ulong)state * Page), Page));
            await bench.GoAsync(state);
            Assert.That(Bits(await ReportAsync(bench.Device)), Is.EqualTo(new[] { (int)state }));
        }
    });

    private static IEnumerable<TestCaseData> Starts()
    {
        yield return new TestCaseData(Array.Empty<(ulong, ulong)>(), Page, Errno.Einval).SetArgDisplayNames("no range");
        yield return new TestCaseData(Enumerable.Range(0, 257).Select(i => ((ulong)i * Page, Page)).ToArray(), Page, Errno.E2Big).SetArgDisplayNames("257 ranges");
        yield return new TestCaseData(Enumerable.Range(0, 256).Select(i => ((ulong)i * Page, Page)).ToArray(), Page, 0).SetArgDisplayNames("256 ranges");
        yield return new TestCaseData(new[] { (Base + 512, Page) }, Page, Errno.Einval).SetArgDisplayNames("begin within a page");
        yield return new TestCaseData(new[] { (Base, Page + 512) }, Page, Errno.Einval).SetArgDisplayNames("end within a page");
        yield return new TestCaseData(new[] { (Base, 2 * Page), (Base + Page, 2 * Page) }, Page, Errno.Einval).SetArgDisplayNames("overlap");
        yield return new TestCaseData(new[] { (ulong.MaxValue - Page + 1, 2 * Page) }, Page, Errno.Eoverflow).SetArgDisplayNames("beyond the last address");
        yield return new TestCaseData(new[] { (ulong.MaxValue - Page + 1, Page) }, Page, 0).SetArgDisplayNames("to the last address");
        yield return new TestCaseData(new[] { (Base, 3000ul) }, 3000ul, Errno.Einval).SetArgDisplayNames("page size 3000");
        yield return new TestCaseData(new[] { (Base, Page) }, 0ul, Errno.Einval).SetArgDisplayNames("page size 0");
    }

    [TestCaseSource(nameof(Starts))]
    public void A_start_is_checked((ulong, ulong)[] ranges, ulong pageSize, int errno) => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: false);
        Assert.That((await bench.Device.StartDirtyLoggingAsync(ranges, pageSize)).Result.Errno, Is.EqualTo(errno));
        Assert.That(bench.Dialect.Tracks, Is.EqualTo(errno == 0));
    });

    [TestCase(Base, Length, 2048ul, 64, Errno.Einval)]
    [TestCase(Base, Length, 3000ul, 64, Errno.Einval)]
    [TestCase(Base, Length, 0ul, 64, Errno.Einval)]
    [TestCase(Base, 0ul, Page, 64, Errno.Einval)]
    [TestCase(Base, Length, Page, 3, Errno.Einval)]
    [TestCase(ulong.MaxValue - 10, 100ul, Page, 64, Errno.Eoverflow)]
    public void A_report_is_checked_and_then_nothing_is_lost(ulong iova, ulong length, ulong pageSize, int words, int errno) => WithLog(async bench =>
    {
        bench.Dialect.Written.Add(new DirtyMemory(Base, Page));
        Assert.That((await bench.Device.ReportDirtyAsync(iova, length, pageSize, new ulong[words])).Errno, Is.EqualTo(errno));
        Assert.That(Bits(await ReportAsync(bench.Device)), Is.EqualTo(new[] { 0 }));
    });

    [Test]
    public void A_second_start_leaves_the_first_log_as_it_is() => WithLog(async bench =>
    {
        Assert.That((await bench.Device.StartDirtyLoggingAsync([(0, Page)], Page)).Result.Errno, Is.EqualTo(Errno.Einval));
        bench.Dialect.Written.Add(new DirtyMemory(Base, Page));
        Assert.That(Bits(await ReportAsync(bench.Device)), Is.EqualTo(new[] { 0 }));
    });

    [Test]
    public void Without_a_start_a_report_fails_and_a_stop_does_not() => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: false);
        Assert.That((await bench.Device.ReportDirtyAsync(Base, Page, Page, new ulong[1])).Errno, Is.EqualTo(Errno.Einval));
        Assert.That((await bench.Device.StopDirtyLoggingAsync()).IsOk, Is.True);
        Assert.That(bench.Dialect.Asked, Is.Empty);
    });

    [Test]
    public void A_device_that_logs_nothing_says_so() => VariantBench.Run(async world =>
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave: true);
        Assert.That(bench.Device.LogsWrites, Is.False);
        Assert.That((await bench.Device.StartDirtyLoggingAsync([(Base, Page)], Page)).Result.Errno, Is.EqualTo(Errno.Enotty));
        Assert.That((await bench.Device.ReportDirtyAsync(Base, Page, Page, new ulong[1])).Errno, Is.EqualTo(Errno.Enotty));
        Assert.That((await bench.Device.StopDirtyLoggingAsync()).Errno, Is.EqualTo(Errno.Enotty));
    });

    [Test]
    public void An_error_of_the_device_is_an_error_of_each_call([Values(FakeAnswer.Refused, FakeAnswer.LostUndone)] FakeAnswer answer) => VariantBench.Run(async world =>
    {
        var errno = answer == FakeAnswer.Refused ? Errno.Eio : Errno.Etimedout;
        for (var which = 0; which < 3; which++)
        {
            var bench = await VariantBench.NewAsync(world, drainsAtSave: false);
            bench.Dialect.Answers = number => number == which ? answer : FakeAnswer.Done;
            var (started, _) = await bench.Device.StartDirtyLoggingAsync([(Base, Page)], Page);
            Assert.That(started.Errno, Is.EqualTo(which == 0 ? errno : 0));
            if (which == 0) continue;
            Assert.That((await bench.Device.ReportDirtyAsync(Base, Page, Page, new ulong[1])).Errno, Is.EqualTo(which == 1 ? errno : 0));
            Assert.That((await bench.Device.StopDirtyLoggingAsync()).Errno, Is.EqualTo(which == 2 ? errno : 0));
        }
    });
}
