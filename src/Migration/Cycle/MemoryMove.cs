using Conformance.Device;

namespace Conformance.Migration;

/// <summary>
/// Moves guest memory that the destination does not share: all of it once after tracking began, then what device and processor report
/// as written, to the last report. A device that does not track has all of it copied after the freeze point.
/// </summary>
internal sealed class MemoryMove(CycleContext context)
{
    private const int MostDifferences = 8;
    // What is copied in one go without holding the lane for long on the real clock.
    private const int Slice = 256 * 1024;
    private const long LongestPause = 1_000_000;

    private readonly List<DirtyMemory> _reports = [];
    private readonly List<long> _written = [];
    private long _pagesCopied;
    private long _pagesReported;
    private long _pagesReportedRightly;

    private GuestMemory From => context.Source.Ram;

    private GuestMemory To => context.Destination.Ram;

    public bool IsNeeded => !context.Tenant.SharesMemory;

    public bool IsTracked => IsNeeded && context.Abilities.TracksMemory;

    /// <summary>Looking at memory costs no downtime where time is computed.</summary>
    private bool MayCompare => context.World.Clock == ClockKind.Virtual;

    public async Task StartTrackingAsync()
    {
        if (!IsTracked) return;
        // From here the processor's writes are known; then the device's; then everything is copied once, so nothing falls between.
        From.Dirty.Start();
        var outcome = await context.Source.Migrator.StartMemoryTrackingAsync([new DirtyMemory(context.Source.RamIova, (ulong)From.Length)]);
        if (context.Source.Migrator.MemoryTrackingLimit is { } limit)
        {
            const string Path = "memory.ranges";
            context.Checks.Add("LM-MEM-18", Path, $"the guest's memory cannot be tracked: {limit}", "too few", "enough", Verdict.NotSupported);
            throw new CycleEnd(CycleOutcome.Refused, limit);
        }

        CycleEnd.Unless(outcome);
        await CopyAsync(0, From.Length);
    }

    /// <summary>While the guest runs: again and again, as long as each round finds less than the one before.</summary>
    public async Task RoundsAsync()
    {
        if (!IsTracked) return;
        var last = long.MaxValue;
        for (var round = 0; round < context.Plan.Copy.RoundsMax; round++)
        {
            var before = _pagesCopied;
            await CopyWrittenAsync();
            var copied = _pagesCopied - before;
            if (copied >= last) return;
            last = copied;
        }
    }

    /// <summary>One round: what was written since the last, copied after its report was taken.</summary>
    private async Task<DrainState> CopyWrittenAsync()
    {
        if (!IsTracked) return DrainState.Ended;
        _reports.Clear();
        var (outcome, state) = await context.Source.Migrator.DrainMemoryAsync(_reports);
        CycleEnd.Unless(outcome);
        foreach (var report in _reports)
        {
            var begin = Math.Max(report.Iova, context.Source.RamIova);
            var end = Math.Min(report.Iova + report.Length, context.Source.RamIova + (ulong)From.Length);
            if (begin >= end) continue;
            CountReported((long)(begin - context.Source.RamIova), (long)(end - begin));
            await CopyAsync((long)(begin - context.Source.RamIova), (long)(end - begin));
        }

        _written.Clear();
        From.Dirty.Collect(_written);
        foreach (var page in _written) await CopyAsync(page * GuestMemory.PageSize, GuestMemory.PageSize);
        return state;
    }

    /// <summary>The source is frozen: to the last report, and then no page differs any more.</summary>
    public async Task FinishAsync()
    {
        if (!IsTracked)
        {
            await CopyAsync(0, From.Length);
        }
        else
        {
            await DrainToTheEndAsync();
            From.Dirty.Stop();
        }

        Judge();
    }

    /// <summary>Nobody asks any more.</summary>
    public void Stop() => From.Dirty.Stop();

    /// <summary>Adds what this part knows to the record.</summary>
    public CopyRecord Record(CopyRecord record) => record with
    {
        MemoryPages = _pagesCopied,
        PagesReported = IsTracked ? _pagesReported : null,
        PagesReportedRightly = IsTracked && MayCompare ? _pagesReportedRightly : null,
    };

    private async Task DrainToTheEndAsync()
    {
        var deadline = context.Deadline;
        for (var pause = 1_000L; ; pause = Math.Min(pause * 2, LongestPause))
        {
            var ended = await CopyWrittenAsync() == DrainState.Ended;
            if (ended || context.World.Now >= deadline)
            {
                context.Checks.That(ended, "LM-MEM-06", "memory.end", "no report said that the controller is suspended and everything was reported");
                return;
            }

            await context.World.After(pause);
        }
    }

    /// <summary>Copied memory must be equal at the cut.</summary>
    private void Judge()
    {
        if (!MayCompare) return;
        var different = 0;
        for (long at = 0; at < From.Length && different < MostDifferences; at += Slice)
        {
            var bytes = (int)Math.Min(Slice, From.Length - at);
            if (From.Read(at, bytes).SequenceEqual(To.Read(at, bytes))) continue;
            for (var page = at; page < at + bytes && different < MostDifferences; page += GuestMemory.PageSize)
            {
                if (IsSame(page)) continue;
                different++;
                context.Checks.Add(
                    "LM-MEM-02", $"memory.page[0x{context.Source.RamIova + (ulong)page:x}]",
                    "a page that was written was not reported: source and destination differ at the cut");
            }
        }

        if (different == 0) context.Checks.None("LM-MEM-02", "memory.differences");
    }

    /// <summary>A page that is reported and is the same on the destination was not written, or written with what it held.</summary>
    private void CountReported(long offset, long length)
    {
        for (var page = offset / GuestMemory.PageSize * GuestMemory.PageSize; page < offset + length; page += GuestMemory.PageSize)
        {
            _pagesReported++;
            if (MayCompare && !IsSame(page)) _pagesReportedRightly++;
        }
    }

    private bool IsSame(long page) => From.Read(page, GuestMemory.PageSize).SequenceEqual(To.Read(page, GuestMemory.PageSize));

    private async Task CopyAsync(long offset, long length)
    {
        for (var at = offset; at < offset + length; at += Slice)
        {
            var bytes = (int)Math.Min(Slice, offset + length - at);
            To.Write(at, From.Read(at, bytes));
            _pagesCopied += (bytes + GuestMemory.PageSize - 1) / GuestMemory.PageSize;
            if (length > Slice) await context.World.Yield();
        }
    }
}
