using System.Text.Json;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>Files of baselines.</summary>
internal static class BaselineFile
{
    /// <summary>What a run is held to: as the command says, or as the profile does; null where neither does.</summary>
    public static HeldBaseline? Of(string? asked, Plan plan, Services services)
    {
        var named = asked ?? plan.Combinations.Select(it => it.Gates.Baseline).FirstOrDefault(it => it is not null);
        if (named is null) return null;
        var path = Find(named, services.Root);
        return new HeldBaseline(path, File.Exists(path) ? Read(path) : null);
    }

    /// <exception cref="UsageException">There is none.</exception>
    public static Baseline Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), MigrationJson.Default.Baseline) ?? throw new UsageException($"{path}: not a baseline");
        }
        catch (JsonException)
        {
            throw new UsageException($"{path}: not a baseline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message)}");
        }
    }

    public static void Write(string path, Baseline baseline)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        File.WriteAllText(path, JsonSerializer.Serialize(baseline, MigrationJson.Readable.Baseline) + "\n");
    }

    /// <summary>A file named from here, or from the root of the tree.</summary>
    public static string Find(string path, string root) => File.Exists(path) || Path.IsPathRooted(path) ? path : Commands.Shipped.Near(Path.Combine(root, path));
}
