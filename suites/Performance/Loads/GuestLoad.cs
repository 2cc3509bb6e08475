using Conformance.Device;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Performance;

/// <summary>The guest of a migration, which stamps every block that it writes and judges every block that it reads, on a simulated function.</summary>
internal sealed class GuestLoad : IDisposable
{
    private const ulong Iova = 0x1_0000_0000;
    private const int GuestBytes = 12 << 20;

    private readonly GuestMemory _memory = new("guest", 16 << 20);
    private readonly World _world = new(ClockKind.Virtual);
    private readonly Guest _guest;

    /// <param name="bytes">Size of the namespace, of blocks of 4 KiB; all of it is written here.</param>
    public GuestLoad(long bytes)
    {
        var device = new SimulatedDevice { Namespaces = [new SimulatedNamespace { Blocks = bytes / 4096 }] };
        var pair = SimulatedPair.Create(_world, new SimulatedPairOptions { Device = device });
        var function = pair.Source.PhysicalFunctions[0];
        var dma = pair.Source.CreateDmaSpace("guest");
        dma.Map(new DmaMapping(Iova, _memory, 0, _memory.Length, DmaAccess.ReadWrite));
        var space = new AddressSpace("guest");
        space.Add(Iova, _memory);
        var load = new LoadSpec { Depth = IoLoad.Depth - 1, Mix = [50, 50, 0, 0, 0] };
        _guest = new Guest(_world, 1, function, new DriverMemory(space, new PageAllocator(Iova, GuestBytes)), 1, load, 1);
        _world.Run(async () =>
        {
            await function.AttachAsync(dma);
            await FillAsync(_world, function, new DriverMemory(space, new PageAllocator(Iova + GuestBytes, _memory.Length - GuestBytes)), bytes);
            CopyLoad.Must(await _guest.BootAsync(fresh: false));
            _guest.Start();
        });
        // Most of the ledger is there when it is measured.
        Run((int)(bytes / 4096 * 2));
    }

    /// <summary>Lets the load run until so many commands have ended; throws where it found anything wrong.</summary>
    public void Run(int commands)
    {
        _world.Run(() => RunAsync(commands));
        if (_guest.Findings.Count > 0) throw new InvalidOperationException(_guest.Findings[0].ToString());
    }

    /// <summary>Bytes that a command allocates once everything is warm.</summary>
    public double Allocated(int commands) => _world.Run(async () =>
    {
        await RunAsync(commands);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await RunAsync(commands);
        return Math.Max(0, GC.GetAllocatedBytesForCurrentThread() - before - 512) / (double)commands;
    });

    public void Dispose() => _memory.Dispose();

    /// <summary>All of the namespace is there, as that of a device that has been in use.</summary>
    private static async Task FillAsync(World world, IFunction function, DriverMemory memory, long bytes)
    {
        const int Piece = 128 << 10;
        var driver = new NvmeController(world, function, memory);
        CopyLoad.Must(await driver.StartAsync());
        await driver.SetQueueCountAsync(1);
        var (outcome, path) = await driver.CreateIoPathAsync(new IoQueueSpec(1, 16, 16) { Vector = 1 }, 8);
        CopyLoad.Must(outcome);
        var buffer = memory.Rent(Piece);
        for (var at = 0L; at < bytes; at += Piece)
        {
            var answer = await path!.ExecuteAsync(world, NvmCommand.Write(1, (ulong)(at / CopyLoad.BlockSize), (Piece / CopyLoad.BlockSize) - 1), buffer);
            if (!answer.IsOk) throw new InvalidOperationException(answer.ToString());
        }

        await function.ResetAsync();
    }

    private async Task RunAsync(int commands)
    {
        var end = _guest.Counters.LoadCompletions + commands;
        while (_guest.Counters.LoadCompletions < end) await _world.After(100);
    }
}
