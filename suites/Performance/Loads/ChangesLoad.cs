using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using BlockState = Conformance.Migration.BlockState;

namespace Conformance.Performance;

/// <summary>
/// Many small changes, far from each other, as a round of a move sees them: a virtual function writes, its ledger notes, the device reports, the host
/// drains the reports and copies what they name.
/// </summary>
internal sealed class ChangesLoad : IDisposable
{
    private const ulong VfIova = 0x1_0000_0000;
    private const int Workers = 16;
    private const int DrainEach = 1000;

    private readonly CopyLoad _copy;
    private readonly GuestMemory _memory = new("VF", 4 << 20);
    private readonly MediumCopier _copier;
    private readonly QueuePath _vf;
    private readonly HmlmMigrator _migrator;
    private readonly DmaBuffer[] _buffers;
    private readonly Ledger _ledger;
    private readonly ulong _step;
    private readonly int _ranges;

    /// <param name="capacity">Bytes of the namespace.</param>
    /// <param name="ranges">Blocks that are changed.</param>
    public ChangesLoad(long capacity, int ranges = 10_000)
    {
        _ranges = ranges;
        // Every place was written and copied once before: what is measured is the change.
        _copy = new CopyLoad(capacity, (long)ranges * CopyLoad.BlockSize, ranges);
        _step = _copy.Extents[1].Lba;
        _ledger = new Ledger(1, 1, (ulong)(capacity / CopyLoad.BlockSize), BlockState.Fresh);
        _copier = _copy.NewCopier();
        (_vf, _migrator) = _copy.World.Run(StartAsync);
        var memory = MemoryOf(_memory);
        _buffers = [.. Enumerable.Range(0, Workers).Select(i => memory.At(VfIova + (ulong)((1 << 20) + (i * CopyLoad.BlockSize)), CopyLoad.BlockSize))];
        Run();
    }

    /// <summary>One round; throws where it did not copy exactly what changed.</summary>
    public void Run() => _copy.World.Run(async () =>
    {
        var (dirty, reports, next, copied) = (new LbaRangeSet(), new List<LbaMigrationQueueEntry>(), 0, _copier.Counters.BlocksWritten);
        await Task.WhenAll(_buffers.Select(WriteAsync));
        await DrainAsync();
        if (dirty.Blocks != (ulong)_ranges) throw new InvalidOperationException($"{dirty.Blocks} blocks were reported of {_ranges}.");
        var changed = new List<(ulong, int)>();
        _ledger.TakeChanged(changed);
        CopyLoad.Must(await _copier.CopyAsync(dirty.Take()));
        if (changed.Count != _ranges || _copier.Counters.BlocksWritten - copied != (ulong)_ranges) throw new InvalidOperationException("Not all that changed was copied.");

        async Task WriteAsync(DmaBuffer buffer)
        {
            while (next < _ranges)
            {
                var number = next++;
                var lba = (ulong)number * _step;
                _ledger.Begin(lba, 1);
                var block = _ledger.NextStamp(lba);
                _copy.Stamp(buffer, block);
                var answer = await _vf.ExecuteAsync(_copy.World, NvmCommand.Write(1, lba, 0), buffer);
                if (!answer.IsOk) throw new InvalidOperationException(answer.ToString());
                _ledger.Acknowledge(lba, 1, BlockState.Written);
                if (number % DrainEach == 0) await DrainAsync();
            }
        }

        async Task DrainAsync()
        {
            reports.Clear();
            var (outcome, state) = await _migrator.DrainBlocksAsync(reports);
            CopyLoad.Must(outcome);
            if (state == DrainState.Overflowed) throw new InvalidOperationException("The queue of reports overflowed.");
            foreach (var report in reports)
            {
                if (report.Attributes.Change == LbaChange.Range) dirty.Add(report.Slba, report.NlbZ + 1UL);
            }
        }
    });

    public void Dispose()
    {
        _memory.Dispose();
        _copy.Dispose();
    }

    private async Task<(QueuePath, HmlmMigrator)> StartAsync()
    {
        var (world, pf) = (_copy.World, _copy.Source);
        var (outcome, functions) = await Sriov.Find(world, pf.Pf.Function)!.EnableAsync(pf.Bus, 1);
        CopyLoad.Must(outcome);
        var secondaries = new SecondaryControllers(pf.Pf);
        (outcome, var entry) = await secondaries.FindAsync(1);
        CopyLoad.Must(outcome);
        CopyLoad.Must(await secondaries.BringUpAsync(functions[0], entry.Scid, 2, 2));
        var space = pf.Bus.CreateDmaSpace("VF");
        space.Map(new DmaMapping(VfIova, _memory, 0, _memory.Length, DmaAccess.ReadWrite));
        await functions[0].AttachAsync(space);
        var vf = new NvmeController(world, functions[0], MemoryOf(_memory));
        CopyLoad.Must(await vf.StartAsync());
        await vf.SetQueueCountAsync(1);
        (outcome, var path) = await vf.CreateIoPathAsync(new IoQueueSpec(1, 64, 64) { Vector = 1 }, 32);
        CopyLoad.Must(outcome);
        var migrator = new HmlmMigrator(pf, entry.Scid, new HmlmOptions());
        CopyLoad.Must((await migrator.DescribeAsync()).Outcome);
        CopyLoad.Must(await migrator.StartBlockTrackingAsync(new Signal(world)));
        return (path!, migrator);
    }

    /// <summary>Queues in the first MiB, buffers behind.</summary>
    private static DriverMemory MemoryOf(GuestMemory memory)
    {
        var space = new AddressSpace("VF");
        space.Add(VfIova, memory);
        return new DriverMemory(space, new PageAllocator(VfIova, 1 << 20));
    }
}
