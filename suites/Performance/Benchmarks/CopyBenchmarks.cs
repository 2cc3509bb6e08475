using BenchmarkDotNet.Attributes;

namespace Conformance.Performance;

/// <summary>The medium copy from one simulated side to the other, beside the base M: the same bytes through small buffers into fresh memory.</summary>
public class CopyBenchmarks : IDisposable
{
    public const long Bytes = 512L << 20;

    private readonly Lazy<TwoHopCopy> _base = new(() => new TwoHopCopy(Bytes));
    private readonly Lazy<CopyLoad> _copy = new(() => new CopyLoad(Bytes, Bytes, 1));

    [IterationSetup]
    public void Forget()
    {
        if (_base.IsValueCreated) _base.Value.Forget();
        if (_copy.IsValueCreated) _copy.Value.Forget();
    }

    [GlobalSetup(Target = nameof(M))]
    public void PrepareBase() => _ = _base.Value;

    [GlobalSetup(Targets = [nameof(Copy), nameof(Verified)])]
    public void PrepareCopy() => _ = _copy.Value;

    [Benchmark(Baseline = true)]
    public void M() => _base.Value.Run();

    [Benchmark]
    public long Copy() => _copy.Value.Copy(verify: false);

    [Benchmark]
    public long Verified() => _copy.Value.Copy(verify: true);

    [GlobalCleanup]
    public void Dispose()
    {
        if (_base.IsValueCreated) _base.Value.Dispose();
        if (_copy.IsValueCreated) _copy.Value.Dispose();
        GC.SuppressFinalize(this);
    }
}
