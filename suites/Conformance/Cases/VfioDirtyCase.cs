using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about the log of written pages begin with, and how they read it.</summary>
internal abstract class VfioDirtyCase : VfioCase
{
    protected const ulong Page = 4096;

    /// <summary>A function with one I/O queue that can log its writes.</summary>
    protected static async ValueTask<(CaseVfio Vfio, CaseQueue Queue)> StartToLogAsync(VfioFace face)
    {
        var vfio = await StartAsync(face);
        var queue = vfio.Queue;
        Lab.Need(vfio.Device.LogsWrites, "a driver that logs the function's writes");
        return (vfio, queue);
    }

    /// <summary>The log of all of the guest's memory is begun; a step of setting up.</summary>
    protected static async ValueTask MustLogAsync(CaseVfio vfio)
    {
        var (result, _) = await vfio.Device.StartDirtyLoggingAsync([vfio.Memory], Page);
        if (!result.IsOk) throw CaseEnd.Inconclusive($"set-up: start of the log: {result}");
    }

    /// <summary>What is reported of all of the guest's memory: numbers of pages from its beginning.</summary>
    protected static ValueTask<SortedSet<int>> ReportAsync(CaseVfio vfio, ulong pageSize = Page) =>
        ReportAsync(vfio, vfio.Memory.Iova, vfio.Memory.Length, pageSize);

    /// <summary>What is reported of a range: numbers of pages from its beginning.</summary>
    protected static async ValueTask<SortedSet<int>> ReportAsync(CaseVfio vfio, ulong iova, ulong length, ulong pageSize = Page)
    {
        var bitmap = new ulong[(length + (64 * pageSize) - 1) / (64 * pageSize)];
        var result = await vfio.Device.ReportDirtyAsync(iova, length, pageSize, bitmap);
        return result.IsOk ? BitsOf(bitmap) : throw CaseEnd.Inconclusive($"set-up: report of {length} bytes at {iova:X}h: {result}");
    }

    protected static SortedSet<int> BitsOf(ulong[] bitmap)
    {
        var bits = new SortedSet<int>();
        for (var word = 0; word < bitmap.Length; word++)
        {
            for (var rest = bitmap[word]; rest != 0; rest &= rest - 1) bits.Add((word * 64) + System.Numerics.BitOperations.TrailingZeroCount(rest));
        }

        return bits;
    }

    protected static MemoryImage Image(CaseVfio vfio) => new(vfio.Vf.Ram);

    /// <summary>Pages of the guest's memory that are not as they were.</summary>
    protected static SortedSet<int> ChangedSince(MemoryImage image) => image.ChangedPages((int)Page);

    /// <summary>Page numbers of a buffer of the guest.</summary>
    protected static IEnumerable<int> PagesOf(CaseVfio vfio, DmaBuffer buffer) =>
        Enumerable.Range((int)((buffer.Iova - vfio.Memory.Iova) / Page), (buffer.Length + (int)Page - 1) / (int)Page);

    /// <summary>Blocks 0 and on, each filled with something that memory does not hold.</summary>
    protected static async ValueTask FillBlocksAsync(CaseVfio vfio, CaseQueue queue, int blocks)
    {
        var data = vfio.Vf.Buffer((int)Page);
        for (var i = 0; i < blocks; i++)
        {
            data.Write(Enumerable.Repeat((byte)(i + 1), (int)Page).ToArray());
            await queue.MustAsync("Write", queue.WithData(NvmCommand.Write(1, (ulong)i, 0), data));
        }
    }

    /// <summary>Reads one block into a page; a step of setting up.</summary>
    protected static ValueTask ReadAsync(CaseQueue queue, DmaBuffer page, int block = 0) =>
        queue.MustAsync("Read", queue.WithData(NvmCommand.Read(1, (ulong)block, 0), page));
}
