using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>Looks at where the run takes place. Begins when the run does, since it also measures how long that takes.</summary>
internal sealed class EnvironmentProbe(Services services)
{
    private readonly DateTimeOffset _started = services.Time.GetUtcNow();
    private readonly long _ticks = services.Time.GetTimestamp();

    /// <summary>All but <see cref="EnvironmentRecord.Build"/>, see <see cref="BuildHash"/>.</summary>
    public EnvironmentRecord Finish(IReadOnlyList<string> arguments, string profilePath)
    {
        var (commit, modified) = Commit();
        return new EnvironmentRecord
        {
            Commit = commit,
            Modified = modified,
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
            ElapsedSeconds = Math.Round(services.Time.GetElapsedTime(_ticks).TotalSeconds, 3),
        };
    }

    /// <summary>Over name and content of our own assemblies, in order of name; null where there is none beside the program.</summary>
    public static string? BuildHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var assemblies = Directory.GetFiles(AppContext.BaseDirectory, "Conformance.*.dll").Order(StringComparer.Ordinal).ToList();
        foreach (var path in assemblies)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(path)}\n"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
        }

        return assemblies.Count == 0 ? null : Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What git says of the tree; without it, what the build was told.</summary>
    private (string? Commit, bool? Modified) Commit()
    {
        const string Dirty = "-dirty";
        if (Path.Exists(Path.Combine(services.Root, ".git"))
            && Git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") is { Length: > 0 } described)
            return (described.Replace(Dirty, "", StringComparison.Ordinal), described.EndsWith(Dirty, StringComparison.Ordinal));
        var built = typeof(EnvironmentProbe).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        var version = built?.InformationalVersion ?? "";
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return (plus < 0 ? null : version[(plus + 1)..], null);
    }

    private string? Git(params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("git", words)
            {
                WorkingDirectory = services.Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git here
        }
    }

    private static string? Field(string path, string key, char separator)
    {
        if (!File.Exists(path)) return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line?[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim();
    }
}
