using BenchmarkDotNet.Attributes;

namespace Conformance.Performance;

/// <summary>The same changes in namespaces of another size: they must cost what is changed, and not what there is.</summary>
public class ChangesBenchmarks : IDisposable
{
    private ChangesLoad? _changes;

    [GlobalSetup(Target = nameof(ChangesInLarge))]
    public void PrepareLarge() => _changes = new ChangesLoad(1L << 40);

    [GlobalSetup(Target = nameof(ChangesInSmall))]
    public void PrepareSmall() => _changes = new ChangesLoad(1L << 30);

    [Benchmark]
    public void ChangesInLarge() => _changes!.Run();

    [Benchmark]
    public void ChangesInSmall() => _changes!.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        _changes?.Dispose();
        GC.SuppressFinalize(this);
    }
}
