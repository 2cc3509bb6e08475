using Conformance.Defects;
using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Performance;

/// <summary>
/// Random commands of one block on one queue pair of a simulated function, at queue depth 32: driver, doorbell, device, PRPs, DMA, completion,
/// driver. Nothing is stamped or judged.
/// </summary>
internal sealed class IoLoad : ICompletionSink, IDisposable
{
    public const int Depth = 32;

    private const ulong Iova = 0x1_0000_0000;
    private const int DataAt = 1 << 20;
    private const int PageSize = 4096;

    private readonly GuestMemory _memory = new("load", 4 << 20);
    private readonly World _world;
    private readonly QueuePair _queue;
    private readonly long _blocks;
    private Rng _rng = new(1);
    private int _done;
    private long _onDevices;

    /// <param name="blockSize">Bytes of a logical block, and of a command.</param>
    /// <param name="bytes">Size of the namespace, all of which is written here: its memory is there when it is measured.</param>
    /// <param name="clock">Virtual: one thread. Real: the device has one of its own.</param>
    /// <param name="passing">Every step of the device is replaced by one that calls its base.</param>
    /// <param name="allocates">One of those allocates.</param>
    public IoLoad(int blockSize, long bytes, ClockKind clock = ClockKind.Virtual, bool passing = false, bool allocates = false)
    {
        _blocks = bytes / blockSize;
        _world = new World(clock);
        var device = new SimulatedDevice { Namespaces = [new SimulatedNamespace { Blocks = _blocks, BlockSize = blockSize }] };
        var options = new SimulatedPairOptions { Device = device };
        var pair = passing ? PassingSteps.CreatePair(_world, options, allocates) : SimulatedPair.Create(_world, options);
        var function = pair.Source.PhysicalFunctions[0];
        var dma = pair.Source.CreateDmaSpace("load");
        dma.Map(new DmaMapping(Iova, _memory, 0, _memory.Length, DmaAccess.ReadWrite));
        var space = new AddressSpace("load");
        space.Add(Iova, _memory);
        // Queues come from the first MiB, data lies behind.
        var driver = new NvmeController(_world, function, new DriverMemory(space, new PageAllocator(Iova, DataAt)));
        _queue = _world.Run(async () =>
        {
            await function.AttachAsync(dma);
            await driver.StartAsync();
            await driver.SetQueueCountAsync(1);
            return (await driver.CreateQueuePairAsync(new IoQueueSpec(1, 2 * Depth, 2 * Depth))).Queue!;
        });
        Fill(blockSize);
    }

    /// <summary>Carries out so many commands.</summary>
    public void Run(NvmOpcode opcode, int commands) => _world.Run(() => RunAsync(opcode, commands));

    /// <summary>Bytes that a command allocates once everything is warm, on the threads of both lanes.</summary>
    public double Allocated(NvmOpcode opcode, int commands) => _world.Run(async () =>
    {
        await RunAsync(opcode, commands);
        var before = await AllocatedSoFarAsync();
        await RunAsync(opcode, commands);
        // The task of the loop itself is there once, and no command's.
        return Math.Max(0, await AllocatedSoFarAsync() - before - LoopBytes) / (double)commands;
    });

    void ICompletionSink.Completed(QueuePair queue, in CompletionEntry entry)
    {
        if (!entry.Status.IsSuccess) throw new InvalidOperationException($"{entry.Status} of a command that must succeed.");
        _done++;
    }

    public void Dispose() => _memory.Dispose();

    private const int LoopBytes = 512;

    private async Task<long> AllocatedSoFarAsync()
    {
        var host = GC.GetAllocatedBytesForCurrentThread();
        if (_world.Clock == ClockKind.Virtual) return host;
        Volatile.Write(ref _onDevices, -1);
        _world.Devices.Post(static (load, _, _) => Volatile.Write(ref ((IoLoad)load)._onDevices, GC.GetAllocatedBytesForCurrentThread()), this);
        while (Volatile.Read(ref _onDevices) < 0) await _world.After(1000);
        return host + Volatile.Read(ref _onDevices);
    }

    private async Task RunAsync(NvmOpcode opcode, int commands)
    {
        _done = 0;
        var put = 0;
        while (_done < commands)
        {
            for (; put < commands && put - _done < Depth; put++)
            {
                var entry = NvmCommand.Of(opcode, 1);
                entry.Cid = (ushort)put;
                entry.Prp1 = Iova + DataAt + (ulong)(put % Depth * PageSize);
                entry.Cdw10 = (uint)_rng.Below(_blocks);
                _queue.TryPut(entry);
            }

            _queue.Ring();
            await _world.After(1);
            _queue.Poll(this, Depth);
        }
    }

    private void Fill(int blockSize)
    {
        const int Bytes = 128 << 10;
        _memory.Fill(DataAt, 2 << 20, 0xA5);
        var list = (ulong)(DataAt - PageSize);
        for (var page = 1; page < Bytes / PageSize; page++) _memory.Store((long)list + ((page - 1) * 8), Iova + DataAt + (ulong)(page * PageSize));
        var each = Bytes / blockSize;
        _world.Run(async () =>
        {
            for (var lba = 0L; lba < _blocks; lba += each)
            {
                var entry = NvmCommand.Write(1, (ulong)lba, (ushort)(each - 1));
                entry.Prp1 = Iova + DataAt;
                entry.Prp2 = Iova + list;
                _queue.TryPut(entry);
                _queue.Ring();
                for (_done = 0; _done == 0; _queue.Poll(this, 1)) await _world.After(1);
            }
        });
    }
}
