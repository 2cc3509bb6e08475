using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>What a cycle is told of a device behind VFIO: refused, unknown, and the ranges that were written.</summary>
public sealed class VfioMigratorTests
{
    private const ulong Page = 4096;

    private static async Task<(VfioMigrator Migrator, VariantBench Bench)> NewAsync(World world, bool drainsAtSave, bool preCopy = false)
    {
        var bench = await VariantBench.NewAsync(world, drainsAtSave, new() { PreCopy = preCopy });
        var migrator = new VfioMigrator(() => ValueTask.FromResult<(Outcome, IVfioDevice?)>((Outcome.Ok, bench.Device)), 64, preCopy);
        Assert.That((await migrator.DescribeAsync()).Outcome.IsOk, Is.True);
        return (migrator, bench);
    }

    /// <summary>A whole move of a source as far as the first request that is not ok, with its outcome.</summary>
    private static async Task<(string? Request, Outcome Outcome)> MoveAsync(VfioMigrator source, VfioMigrator destination)
    {
        var outcome = await source.PreCopyAsync();
        if (!outcome.IsOk) return ("pre-copy", outcome);
        outcome = await source.SuspendAsync();
        if (!outcome.IsOk) return ("suspend", outcome);
        (outcome, var state) = await source.SaveAllAsync(16);
        if (!outcome.IsOk) return ("save", outcome);
        outcome = await destination.SuspendAsync();
        if (!outcome.IsOk) return ("destination's suspend", outcome);
        outcome = await destination.LoadAllAsync(state.Bytes, 20);
        if (!outcome.IsOk) return ("load", outcome);
        outcome = await destination.ResumeAsync();
        return outcome.IsOk ? (null, outcome) : ("resume", outcome);
    }

    [Test]
    public void A_move_is_whole_or_says_which_request_failed([Values] bool drainsAtSave, [Values(FakeAnswer.Refused, FakeAnswer.LostDone, FakeAnswer.LostUndone)] FakeAnswer answer) => VariantBench.Run(async world =>
    {
        foreach (var atSource in new[] { true, false })
        {
            for (var which = 0; ; which++)
            {
                var (source, from) = await NewAsync(world, drainsAtSave, preCopy: !drainsAtSave);
                var (destination, to) = await NewAsync(world, drainsAtSave);
                to.Dialect.State = VariantBench.StateOf(8);
                var last = which;
                (atSource ? from : to).Dialect.Answers = number => number == last ? answer : FakeAnswer.Done;
                var (request, outcome) = await MoveAsync(source, destination);
                if (which >= (atSource ? from : to).Dialect.Asked.Count)
                {
                    Assert.That(request, Is.Null);
                    Assert.That(to.Dialect.State, Is.EqualTo(VariantBench.StateOf(200)));
                    Assert.That(which, Is.GreaterThan(2));
                    break;
                }

                var what = $"{(atSource ? from : to).Dialect.Asked[which]} {answer}, source {atSource}: {request}, {outcome}";
                Assert.That(request, Is.Not.Null, what);
                Assert.That(outcome.IsUnknown, Is.EqualTo(answer != FakeAnswer.Refused), what);
                if (!outcome.IsUnknown && request == "resume") Assert.That(to.Dialect.Runs, Is.False, what);
                if (!outcome.IsUnknown && request is "suspend" or "pre-copy") Assert.That(from.Dialect.Runs, Is.True, what);
                if (answer == FakeAnswer.Refused && request is not ("suspend" or "pre-copy"))
                    Assert.That((await source.CancelAsync(default)).IsOk && from.Dialect.Runs, Is.True, what);
            }
        }
    });

    private static IEnumerable<TestCaseData> Writes()
    {
        const int Report = 1 << 16;
        yield return new TestCaseData(new[] { (0, 1) }, new[] { (0, 1) });
        yield return new TestCaseData(new[] { (62, 4) }, new[] { (62, 4) });
        yield return new TestCaseData(new[] { (3, 1), (4, 2), (7, 1) }, new[] { (3, 3), (7, 1) });
        yield return new TestCaseData(new[] { (64, 64), (192, 1) }, new[] { (64, 64), (192, 1) });
        yield return new TestCaseData(new[] { (Report - 1, 2) }, new[] { (Report - 1, 1), (Report, 1) });
        yield return new TestCaseData(new[] { (Report + 99, 1) }, new[] { (Report + 99, 1) });
        yield return new TestCaseData(Array.Empty<(int, int)>(), Array.Empty<(int, int)>());
    }

    [TestCaseSource(nameof(Writes))]
    public void Dirty_pages_come_as_ranges((int Page, int Count)[] written, (int Page, int Count)[] expected) => VariantBench.Run(async world =>
    {
        const ulong Base = 0x4000_0000;
        var (migrator, bench) = await NewAsync(world, drainsAtSave: false);
        Assert.That((await migrator.StartMemoryTrackingAsync([new DirtyMemory(Base, ((1 << 16) + 100) * Page)])).IsOk, Is.True);
        foreach (var (page, count) in written) bench.Dialect.Written.Add(new DirtyMemory(Base + ((ulong)page * Page), (ulong)count * Page));
        var reported = new List<DirtyMemory>();
        Assert.That(await migrator.DrainMemoryAsync(reported), Is.EqualTo((Outcome.Ok, DrainState.Open)));
        Assert.That(reported, Is.EqualTo(expected.Select(run => new DirtyMemory(Base + ((ulong)run.Page * Page), (ulong)run.Count * Page))));
        await migrator.SuspendAsync();
        Assert.That((await migrator.DrainMemoryAsync(reported)).State, Is.EqualTo(DrainState.Ended));
        Assert.That((await migrator.StopTrackingAsync()).IsOk, Is.True);
        Assert.That(bench.Dialect.Tracks, Is.False);
    });
}
