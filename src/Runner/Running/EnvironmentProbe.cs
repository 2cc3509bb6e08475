using System.Runtime.InteropServices;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>Looks at where the run takes place. Begins when the run does, since it also measures how long that takes.</summary>
internal sealed class EnvironmentProbe(TimeProvider time)
{
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly long _ticks = time.GetTimestamp();

    /// <summary>All but which suite it was, see <see cref="SuiteBuild"/>.</summary>
    public EnvironmentRecord Finish(IReadOnlyList<string> arguments, string profilePath) => new()
    {
        Commit = null,
        Modified = null,
        Runtime = RuntimeInformation.FrameworkDescription,
        System = Field("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? RuntimeInformation.OSDescription,
        Kernel = Environment.OSVersion.Version.ToString() is var version && File.Exists("/proc/sys/kernel/osrelease")
            ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim()
            : version,
        Architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
        Processor = Field("/proc/cpuinfo", "model name", ':') ?? "unknown",
        Cores = Environment.ProcessorCount,
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Arguments = arguments,
        ProfilePath = profilePath,
        Started = _started,
        ElapsedSeconds = Math.Round(time.GetElapsedTime(_ticks).TotalSeconds, 3),
    };

    private static string? Field(string path, string key, char separator)
    {
        if (!File.Exists(path)) return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line?[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim();
    }
}
