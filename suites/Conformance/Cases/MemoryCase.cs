using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about memory tracking begin with and judge alike.</summary>
internal abstract class MemoryCase : ConformanceCase
{
    protected const int PageSize = GuestMemory.PageSize;

    private int _blocksOfPage = 1;

    /// <summary>A VF with one I/O queue, of a device that tracks memory; the first blocks hold something, so that reading them shows.</summary>
    protected async ValueTask<(CaseHost Host, CaseVf Vf, CaseQueue Io)> StartAsync()
    {
        var host = await Lab.StartAsync();
        await host.NeedMemoryTrackingAsync();
        var vf = await host.BringUpAsync();
        var format = await vf.FormatAsync();
        Lab.Need(format.SeparateSize == 0 && PageSize % format.TransferSize == 0, "blocks of which whole numbers make 4 KiB, without metadata");
        _blocksOfPage = PageSize / format.TransferSize;
        var io = await vf.CreateQueueAsync();
        var data = vf.Buffer(16 * PageSize);
        data.Memory!.Fill(data.Offset, data.Length, 0xA7);
        await io.MustAsync("write", io.WithData(NvmCommand.Write(1, 0, (ushort)((16 * _blocksOfPage) - 1)), data));
        return (host, vf, io);
    }

    protected static void NeedGranularity(CaseHost host, int granularity)
    {
        ref readonly var identity = ref host.Pf.Identity;
        Lab.Need(granularity >= identity.Minmrtg && granularity <= identity.Maxmrtg, $"granules of 2^{granularity} x 4 KiB (MINMRTG, MAXMRTG)");
    }

    /// <summary>Reads blocks into a buffer; the pages that this writes.</summary>
    protected async ValueTask<IEnumerable<ulong>> ReadAsync(CaseQueue io, DmaBuffer data)
    {
        var pages = data.Length / PageSize;
        await io.MustAsync("read", io.WithData(NvmCommand.Read(1, 0, (ushort)((pages * _blocksOfPage) - 1)), data));
        return Enumerable.Range(0, pages).Select(i => data.Iova + (ulong)(i * PageSize));
    }

    /// <summary>The pages of a completion queue, of one page as cases have it.</summary>
    protected static IEnumerable<ulong> CompletionPages(CaseQueue io) => [io.Pair.Completion.Memory.At(0) & ~(PageSize - 1UL)];

    /// <summary>What must hold of every report of a controller; returns the pages that they name.</summary>
    protected static HashSet<ulong> CheckReports(CaseHost host, CaseVf vf, IReadOnlyList<MemoryReport> reports, int granularity)
    {
        var mask = ((ulong)PageSize << granularity) - 1;
        foreach (var report in reports)
        {
            var header = report.Header;
            Check.Equal(
                "LM-MEM-22", "header", (header.Version, header.Cntlid, header.Granularity), ((byte)0, vf.Id, (ushort)granularity),
                "the report is of another controller or granularity");
            Check.That("LM-MEM-02", "aligned", report.Changes.All(it => (it.Saddr & mask) == 0 && it.Len > 0), "a range is not made of whole granules");
            Check.That("LM-MEM-03", "none", header.Descriptors > 0 || !header.Attributes.MoreToReport, "an empty report says that there is more");
        }

        Check.That("LM-MEM-03", "more", !reports[^1].Header.Attributes.MoreToReport, $"the reports of controller {vf.Id} of {host.Name} do not end");
        return [.. reports.SelectMany(it => it.Pages)];
    }

    /// <summary>Every page that differs from before, but for those that the guest itself wrote, and every page that was to be written, is reported.</summary>
    /// <param name="vf">Whose memory it is; its marks of the guest's own writes begin with the image.</param>
    /// <param name="before">All of the memory before.</param>
    /// <param name="reported">Pages.</param>
    /// <param name="touched">Pages that commands were to write.</param>
    protected static void CheckRecall(CaseVf vf, MemoryImage before, HashSet<ulong> reported, HashSet<ulong> touched)
    {
        var own = new List<long>();
        vf.Ram.Dirty.Collect(own);
        var first = vf.WholeMemory(0).Saddr;
        var differ = before.ChangedPages(PageSize).Where(it => !own.Contains(it)).Select(it => first + ((ulong)it * PageSize)).ToList();
        Check.Hazard("LM-MEM-02", "differ", differ.Count > 1, "pages that differ");
        Check.Equal(
            "LM-MEM-02", "missing", string.Join(' ', differ.Where(it => !reported.Contains(it)).Select(it => $"{it:X}")), "",
            "pages that differ are not reported");
        Check.That("LM-MEM-02", "recall", reported.IsSupersetOf(touched), "pages that were to be written are not reported");
    }
}
