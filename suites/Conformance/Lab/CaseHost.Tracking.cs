using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>Data queues in every shape, events about them, and reports of written memory.</summary>
public sealed partial class CaseHost
{
    private const int PageSize = GuestMemory.PageSize;
    private const int MostReports = 4096;

    /// <summary>
    /// A user data migration queue in pages that lie in descending order, with a page of nobody between two; the queue is null where it was
    /// refused.
    /// </summary>
    /// <param name="cntlid">Whose changes are logged.</param>
    /// <param name="entries">Slots.</param>
    /// <param name="offset">Bytes by which the last page named in the list is off.</param>
    public async ValueTask<(CommandAnswer Answer, CaseDataQueue? Queue)> CreateScatteredDataQueueAsync(ushort cntlid, int entries, int offset = 0)
    {
        var pages = ((entries * LbaMigrationQueueEntry.Size) + PageSize - 1) / PageSize;
        var (memory, list) = (Buffer(((2 * pages) - 1) * PageSize), Buffer(pages * sizeof(ulong)));
        DmaBuffer[] pieces = [.. Enumerable.Range(0, pages).Select(i => memory.Slice((pages - 1 - i) * 2 * PageSize, PageSize))];
        for (var i = 0; i < pages; i++)
            list.Write(BitConverter.GetBytes(pieces[i].Iova + (ulong)(i == pages - 1 ? offset : 0)), i * sizeof(ulong));
        var answer = await AdminAsync(MigrationCommand.CreateUserDataMigrationQueue(cntlid, (uint)entries, pc: false) with { Prp1 = list.Iova });
        DmaBuffer[] between = [.. Enumerable.Range(0, pages - 1).Select(i => memory.Slice(((2 * i) + 1) * PageSize, PageSize))];
        return (answer, answer.IsOk ? new CaseDataQueue(this, (ushort)answer.Completion.Dw0, pieces, entries) { Between = between } : null);
    }

    /// <summary>A queue of setting up.</summary>
    public async ValueTask<CaseDataQueue> MustCreateDataQueueAsync(ushort cntlid, int entries = 64)
    {
        var (answer, queue) = await CreateDataQueueAsync(cntlid, entries);
        Lab.Must("Controller Data Queue, Create", answer);
        return queue!;
    }

    /// <summary>Log User Data Changes as a step of setting up.</summary>
    public async ValueTask MustLogAsync(ushort cdqid, LoggingAction action) => Lab.Must($"Track Send, {action} logging", await LogAsync(cdqid, action));

    /// <summary>
    /// Enables the PF's controller anew with no Asynchronous Event Request outstanding. Before any VF is brought up: a reset of a primary
    /// controller is felt by its secondaries.
    /// </summary>
    public async ValueTask RestartWithoutEventsAsync() => Lab.Must(await Pf.EnableAsync());

    /// <summary>One-shot events that the PF reported since the last call.</summary>
    public IReadOnlyList<OneShotEvent> TakeEvents()
    {
        var taken = new List<OneShotEvent>();
        while (Pf.Admin.Events?.TryTake(out var reported) == true)
        {
            var oneShot = new OneShotEvent(reported.Dw0, reported.Dw1);
            if (oneShot.IsOneShot) taken.Add(oneShot);
        }

        return taken;
    }

    /// <summary>The next one-shot events, waited for; none where none came in time.</summary>
    public async ValueTask<IReadOnlyList<OneShotEvent>> NextEventsAsync()
    {
        var taken = new List<OneShotEvent>();
        await Lab.ReachesAsync(() =>
        {
            taken.AddRange(TakeEvents());
            return taken.Count > 0;
        });
        return taken;
    }

    /// <summary>Tracking of a VF's memory, or of a part of it; a step of setting up.</summary>
    /// <param name="vf">Tracked.</param>
    /// <param name="granularity">Exponent; null: the finest there is.</param>
    /// <param name="ranges">None: all of the guest's memory.</param>
    public async ValueTask MustTrackAsync(CaseVf vf, byte? granularity = null, params MemoryRangeTrackingDescriptor[] ranges)
    {
        var exponent = granularity ?? Identity.Minmrtg;
        if (ranges.Length == 0) ranges = [vf.WholeMemory(exponent)];
        Lab.Must("Track Send, Track Memory Changes", await TrackMemoryAsync(vf.Id, exponent, ranges));
    }

    /// <summary>One report with room for so many descriptors, decoded; a step of setting up.</summary>
    public async ValueTask<MemoryReport> ReportAsync(ushort cntlid, int room = 255)
    {
        var bytes = Lab.Must("Track Receive", await TrackedMemoryAsync(cntlid, (int)TrackedMemoryChanges.Length(room)));
        return MemoryReport.TryRead(bytes)
            ?? throw CaseEnd.Inconclusive("set-up: Track Receive: the report announces more than the buffer holds, or more memory than can be looked at");
    }

    /// <summary>Reports until one says that there is no more.</summary>
    public async ValueTask<IReadOnlyList<MemoryReport>> ReportsAsync(ushort cntlid, int room = 255)
    {
        var reports = new List<MemoryReport>();
        do
        {
            reports.Add(await ReportAsync(cntlid, room));
        }
        while (reports[^1].Header.Attributes.MoreToReport && reports.Count < MostReports);

        return reports;
    }

    /// <summary>A controller address behind which the function has memory of its own; the case is not supported where it has none.</summary>
    public static ulong NeedControllerMemory(IFunction function)
    {
        const ulong anywhere = 0x700_0000_0000;
        Lab.Need(new Capabilities(function.Read64(Register.Cap)).Cmbs, "a controller memory buffer (CAP.CMBS)");
        function.Write64(Register.CmbMsc, new CmbMemorySpaceControl { Cre = true }.Raw);
        Lab.Need(new CmbSize(function.Read32(Register.CmbSz)).Bytes >= 1 << 20, "a controller memory buffer of 1 MiB (CMBSZ)");
        function.Write64(Register.CmbMsc, new CmbMemorySpaceControl { Cre = true, Cmse = true, Cba = anywhere >> 12 }.Raw);
        return anywhere;
    }
}
