using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>The trace of a combination: the steps of its cycles, and between them all that passes.</summary>
internal sealed class CombinationTrace(string path, IProgress<CombinationProgress> progress) : IProgress<CombinationProgress>, IDisposable
{
    private readonly StreamWriter _to = new(path);
    private Trace? _trace;

    /// <summary>The same pair, traced. Time begins again with each world.</summary>
    public PairUnderTest Of(World world, PairUnderTest pair) => pair.Traced(world, _trace = new Trace(world, _to));

    public void Report(CombinationProgress value)
    {
        _trace?.Event(Trace.StepKind, $"cycle {value.Cycle}", Words.Of(value.Step));
        progress.Report(value);
    }

    public void Dispose() => _to.Dispose();
}
