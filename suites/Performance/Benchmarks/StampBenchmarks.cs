using BenchmarkDotNet.Attributes;
using Conformance.Migration;

namespace Conformance.Performance;

/// <summary>What it costs to write and to judge one block, beside copying it: the guest does this for each block it moves.</summary>
[MemoryDiagnoser]
public class StampBenchmarks
{
    private readonly byte[] _block = new byte[4096];
    private readonly byte[] _copy = new byte[4096];
    private readonly Ledger _ledger = new(nsid: 1, writer: 1, blocks: 1 << 20, BlockState.Fresh);
    private ulong _lba;

    [GlobalSetup]
    public void Prepare()
    {
        _ledger.Begin(0, 1);
        _ledger.NextStamp(0).WriteTo(_block);
        _ledger.Acknowledge(0, 1, BlockState.Written);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _block.CopyTo(_copy, 0);

    [Benchmark]
    public void Stamp() => new BlockStamp(1, _lba++, 1, 1).WriteTo(_copy);

    [Benchmark]
    public BlockFault Judge() => _ledger.Judge(0, _block, DeallocatedReads.Zeroes).Fault;
}
