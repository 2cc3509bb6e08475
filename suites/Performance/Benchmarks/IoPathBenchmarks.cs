using BenchmarkDotNet.Attributes;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Performance;

/// <summary>The whole I/O path over 1 GiB, beside the base R: one random copy of 4 KiB inside 1 GiB of memory of the medium's page size.</summary>
public class IoPathBenchmarks : IDisposable
{
    public const int Commands = 4096;
    public const long Bytes = 1L << 30;
    private const int BlockSize = 4096;

    private readonly Lazy<RandomCopy> _copy = new(() => new RandomCopy(Bytes, BlockSize));
    private readonly Lazy<IoLoad> _load = new(() => new IoLoad(BlockSize, Bytes));
    private readonly Lazy<IoLoad> _small = new(() => new IoLoad(512, Bytes));
    private readonly Lazy<GuestLoad> _guest = new(() => new GuestLoad(Bytes));
    private readonly Lazy<IoLoad> _passing = new(() => new IoLoad(BlockSize, Bytes, passing: true));
    private readonly Lazy<IoLoad> _threads = new(() => new IoLoad(BlockSize, Bytes, ClockKind.Real));

    [Benchmark(Baseline = true, OperationsPerInvoke = Commands)]
    public void R() => _copy.Value.Run(Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Read() => _load.Value.Run(NvmOpcode.Read, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Write() => _load.Value.Run(NvmOpcode.Write, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Flush() => _load.Value.Run(NvmOpcode.Flush, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void FlushByPassingSteps() => _passing.Value.Run(NvmOpcode.Flush, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void ReadByPassingSteps() => _passing.Value.Run(NvmOpcode.Read, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Read512() => _small.Value.Run(NvmOpcode.Read, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Write512() => _small.Value.Run(NvmOpcode.Write, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void Stamped() => _guest.Value.Run(Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void ReadOnTwoThreads() => _threads.Value.Run(NvmOpcode.Read, Commands);

    [Benchmark(OperationsPerInvoke = Commands)]
    public void WriteOnTwoThreads() => _threads.Value.Run(NvmOpcode.Write, Commands);

    [GlobalCleanup]
    public void Dispose()
    {
        if (_copy.IsValueCreated) _copy.Value.Dispose();
        foreach (var load in (Lazy<IoLoad>[])[_load, _small, _passing, _threads])
        {
            if (load.IsValueCreated) load.Value.Dispose();
        }

        if (_guest.IsValueCreated) _guest.Value.Dispose();
        GC.SuppressFinalize(this);
    }
}
