using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>Which suite this is.</summary>
/// <param name="Commit">See <see cref="EnvironmentRecord.Commit"/>.</param>
/// <param name="Modified">See <see cref="EnvironmentRecord.Modified"/>.</param>
/// <param name="Build">See <see cref="EnvironmentRecord.Build"/>.</param>
internal sealed record SuiteBuild(string? Commit, bool? Modified, string? Build)
{
    public static SuiteBuild Of(Services services)
    {
        var (commit, modified) = CommitOf(services.Root);
        return new SuiteBuild(commit, modified, Hash());
    }

    /// <summary>A place where this suite ran.</summary>
    public EnvironmentRecord In(EnvironmentRecord place) => place with { Commit = Commit, Modified = Modified, Build = Build };

    /// <summary>Over name and content of our own assemblies, in order of name; null where there is none beside the program.</summary>
    private static string? Hash()
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
    private static (string? Commit, bool? Modified) CommitOf(string root)
    {
        const string Dirty = "-dirty";
        if (Path.Exists(Path.Combine(root, ".git"))
            && Git(root, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") is { Length: > 0 } described)
            return (described.Replace(Dirty, "", StringComparison.Ordinal), described.EndsWith(Dirty, StringComparison.Ordinal));
        var built = typeof(SuiteBuild).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        var version = built?.InformationalVersion ?? "";
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return (plus < 0 ? null : version[(plus + 1)..], null);
    }

    private static string? Git(string root, params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("git", words)
            {
                WorkingDirectory = root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
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
}
