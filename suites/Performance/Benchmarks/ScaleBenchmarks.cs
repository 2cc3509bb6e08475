using BenchmarkDotNet.Attributes;

namespace Conformance.Performance;

/// <summary>The same work on a namespace of another size: it must cost what is written or changed, and not what there is.</summary>
public class ScaleBenchmarks : IDisposable
{
    public const long Written = 1L << 30;
    public const int Extents = 1024;
    public const long Small = 2L << 30;
    public const long Large = 16L << 40;

    private CopyLoad? _copy;
    private ChangesLoad? _changes;

    [GlobalSetup(Target = nameof(CopyOfLarge))]
    public void PrepareLarge() => _copy = new CopyLoad(Large, Written, Extents);

    [GlobalSetup(Target = nameof(CopyOfSmall))]
    public void PrepareSmall() => _copy = new CopyLoad(Small, Written, Extents);

    [GlobalSetup(Target = nameof(ChangesInLarge))]
    public void PrepareLargeChanges() => _changes = new ChangesLoad(1L << 40);

    [GlobalSetup(Target = nameof(ChangesInSmall))]
    public void PrepareSmallChanges() => _changes = new ChangesLoad(1L << 30);

    [IterationSetup]
    public void Forget() => _copy?.Forget();

    [Benchmark]
    public long CopyOfLarge() => _copy!.Copy(verify: false);

    [Benchmark]
    public long CopyOfSmall() => _copy!.Copy(verify: false);

    [Benchmark]
    public void ChangesInLarge() => _changes!.Run();

    [Benchmark]
    public void ChangesInSmall() => _changes!.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        _copy?.Dispose();
        _changes?.Dispose();
        GC.SuppressFinalize(this);
    }
}
