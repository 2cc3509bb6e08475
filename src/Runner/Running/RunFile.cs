using System.Text.Json;
using Conformance.Migration;

namespace Conformance.Runner.Running;

/// <summary>The record of an earlier run.</summary>
internal static class RunFile
{
    /// <summary>Reads the record of a run.</summary>
    /// <exception cref="UsageException">There is none, or it is not one.</exception>
    public static RunRecord Read(string folder)
    {
        var path = Path.Combine(folder, RunForms.Run);
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, MigrationJson.Default.RunRecord) ?? throw new UsageException($"{path}: not the record of a run");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{path}: no such file; a run leaves it in its folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException)
        {
            throw new UsageException($"{path}: not the record of a run: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>A folder, a file in it, or the name of a folder under reports.</summary>
    public static string FolderOf(string asked, Services services)
    {
        if (File.Exists(asked)) return Path.GetDirectoryName(asked) is { Length: > 0 } folder ? folder : ".";
        if (Directory.Exists(asked)) return asked;
        var named = Path.Combine(services.Root, "reports", asked);
        return Directory.Exists(named) ? named : throw new UsageException($"{asked}: no folder of a run");
    }
}
