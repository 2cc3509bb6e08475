using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Conformance.Performance;

/// <summary>
/// Measures with BenchmarkDotNet in this process. Of each benchmark the fastest iteration counts, of figures and bases alike: what else the machine
/// does makes iterations slower and never faster, and bases are measured minutes apart from what stands beside them.
/// </summary>
internal sealed class Figures(string artifacts, Action<string> progress)
{
    private readonly Dictionary<string, double> _fastest = [];

    /// <summary>ns of one operation of a benchmark.</summary>
    public double this[string benchmark] => _fastest[benchmark];

    /// <summary>Short operations: many to an iteration.</summary>
    public void Measure<T>() => Measure<T>(Job.Default.WithWarmupCount(2).WithIterationCount(12).WithIterationTime(TimeInterval.FromMilliseconds(60)));

    /// <summary>Long operations: each is an iteration.</summary>
    public void MeasureWhole<T>(int iterations = 12) => Measure<T>(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(2).WithIterationCount(iterations));

    private void Measure<T>(Job job)
    {
        progress(typeof(T).Name);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(artifacts)
            .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator);
        foreach (var report in BenchmarkRunner.Run<T>(config).Reports)
        {
            var name = report.BenchmarkCase.Descriptor.WorkloadMethod.Name;
            if (report.ResultStatistics is not { } statistics) throw new InvalidOperationException($"{typeof(T).Name}.{name} was not measured.");
            _fastest[name] = Math.Min(statistics.Min, _fastest.GetValueOrDefault(name, double.MaxValue));
        }
    }
}
