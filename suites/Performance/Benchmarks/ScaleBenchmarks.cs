using BenchmarkDotNet.Attributes;

namespace Conformance.Performance;

/// <summary>A copy of the same gigabyte from namespaces of another size: it must cost what is written, and not what there is.</summary>
public class ScaleBenchmarks : IDisposable
{
    public const long Written = 1L << 30;
    public const int Extents = 1024;
    public const long Small = 2L << 30;
    public const long Large = 16L << 40;

    private CopyLoad? _copy;

    [GlobalSetup(Target = nameof(CopyOfLarge))]
    public void PrepareLarge() => _copy = new CopyLoad(Large, Written, Extents);

    [GlobalSetup(Target = nameof(CopyOfSmall))]
    public void PrepareSmall() => _copy = new CopyLoad(Small, Written, Extents);

    [IterationSetup]
    public void Forget() => _copy?.Forget();

    [Benchmark]
    public long CopyOfLarge() => _copy!.Copy(verify: false);

    [Benchmark]
    public long CopyOfSmall() => _copy!.Copy(verify: false);

    [GlobalCleanup]
    public void Dispose()
    {
        _copy?.Dispose();
        GC.SuppressFinalize(this);
    }
}
