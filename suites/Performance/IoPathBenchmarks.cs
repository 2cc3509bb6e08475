using BenchmarkDotNet.Attributes;
using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Performance;

/// <summary>
/// The whole I/O path on the virtual clock, one thread: driver, doorbell, device, PRPs, DMA, completion, driver. Random 4 KiB over 1 GiB at
/// queue depth 32, beside one random 4 KiB copy inside 1 GiB (the base of the ratios).
/// </summary>
[MemoryDiagnoser]
public class IoPathBenchmarks : ICompletionSink, IDisposable
{
    private const int Depth = 32;
    private const int Commands = 4096;
    private const long Bytes = 1L << 30;
    private const ulong Iova = 0x1_0000_0000;
    private const int DataAt = 1 << 20;

    private readonly GuestMemory _memory = new("bench", 16 << 20);
    private readonly GuestMemory _base = new("base", Bytes);
    private World _world = null!;
    private QueuePair _queue = null!;
    private Rng _rng = new(1);
    private int _done;

    [GlobalSetup]
    public void Prepare()
    {
        _world = new World(ClockKind.Virtual);
        var device = new SimulatedDevice { Namespaces = [new SimulatedNamespace { Blocks = Bytes / 4096 }] };
        var pair = SimulatedPair.Create(_world, new SimulatedPairOptions { Device = device });
        var function = pair.Source.PhysicalFunctions[0];
        var dma = pair.Source.CreateDmaSpace("bench");
        dma.Map(new DmaMapping(Iova, _memory, 0, _memory.Length, DmaAccess.ReadWrite));
        var space = new AddressSpace("bench");
        space.Add(Iova, _memory);
        // Queues come from the first MiB, data lies behind.
        var driver = new NvmeController(_world, function, new DriverMemory(space, new PageAllocator(Iova, DataAt)));
        _queue = _world.Run(async () =>
        {
            await function.AttachAsync(dma);
            await driver.StartAsync();
            await driver.SetQueueCountAsync(1);
            return (await driver.CreateQueuePairAsync(new IoQueueSpec(1, 64, 64))).Queue!;
        });
        _base.Fill(0, Bytes, 1);
        Write();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _memory.Dispose();
        _base.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Commands)]
    public void RandomCopy()
    {
        for (var i = 0; i < Commands; i++)
            _base.Write(_rng.Below(Bytes / 4096) * 4096, _base.Read(_rng.Below(Bytes / 4096) * 4096, 4096));
    }

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Read() => Run(NvmOpcode.Read);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Write() => Run(NvmOpcode.Write);

    void ICompletionSink.Completed(QueuePair queue, in CompletionEntry entry) => _done++;

    private void Run(NvmOpcode opcode) => _world.Run(async () =>
    {
        _done = 0;
        var put = 0;
        while (_done < Commands)
        {
            while (put < Commands && put - _done < Depth)
            {
                var entry = NvmCommand.Of(opcode, 1);
                entry.Cid = (ushort)put;
                entry.Prp1 = Iova + DataAt + (ulong)(put % Depth * 4096);
                entry.Cdw10 = (uint)_rng.Below(Bytes / 4096);
                _queue.TryPut(entry);
                put++;
            }

            _queue.Ring();
            await _world.After(1);
            _queue.Poll(this, Depth);
        }
    });
}
